"""What Inkling holds: records, the vault and its keys, the encrypted store, the embedder, recall and belief."""
