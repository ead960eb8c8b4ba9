"""The vault's keys: one random master key, wrapped once for each way of unlocking it.

``Vault`` is all the rest of Inkling needs. ``kdf`` derives keys, ``envelope`` is the format of ``vault.json`` and what
protects it, ``keyfile`` reads and replaces that file, ``recovery`` writes and reads recovery codes, ``os_keyring``
talks to the operating system's keyring. The database that the keys open is not this package's business.
"""

from memory.vault.kdf import Cost
from memory.vault.vault import Use, Vault

__all__ = ["Cost", "Use", "Vault"]
