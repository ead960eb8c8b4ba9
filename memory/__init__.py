"""What Inkling holds: records, the vault and its keys, the encrypted store, the embedder, recall and belief.

Importing it turns onnxruntime's telemetry off, which otherwise writes to the home folder and asks the network.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
