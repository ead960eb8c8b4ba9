"""The encrypted store: one SQLCipher file with full-text index and vectors inside."""

from memory.store.observations import Stored, Thread
from memory.store.propositions import Held, Support, Verdict
from memory.store.store import Store

__all__ = ["Held", "Store", "Stored", "Support", "Thread", "Verdict"]
