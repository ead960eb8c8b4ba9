"""The screen observer: from pixels that may be read to passages of text, and nothing of the pixels kept."""
