"""The encrypted store: one SQLCipher file with full-text index and vectors inside."""

from memory.store.doubts import Doubt
from memory.store.observations import Stored, Thread
from memory.store.propositions import Held, Support, Verdict
from memory.store.screen_lines import ScreenLines
from memory.store.store import Store
from memory.store.usage import SourceUsage
from memory.store.watched_files import WatchedFile, WatchedFiles

__all__ = [
    "Doubt", "Held", "ScreenLines", "SourceUsage", "Store", "Stored", "Support", "Thread", "Verdict", "WatchedFile",
    "WatchedFiles",
]  # fmt: skip
