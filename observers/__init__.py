"""What Inkling may read and how: chat exports, screens, and what is kept out of both."""
