"""Looking into a store from outside, table by table and page by page, as whoever has the key could."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlcipher3 import dbapi2

from memory.store import Store

KEY = bytes(range(32))

_PAGE = 4096
_SALT = 16
_RESERVED = 80  # at the end of every page: a 16 byte initialisation vector and a 64 byte HMAC-SHA512
_FRAME_HEADER = 24
_LOG_HEADER = 32


class UndoneError(Exception):
    """Ends a transaction that is to leave nothing behind."""


class FailingConnection:
    """A connection whose n-th changing statement fails as on a full disk."""

    def __init__(self, raw: Any, fail_at: int) -> None:
        self._raw = raw
        self._left = fail_at
        self.failed = False

    def _count(self, sql: str) -> None:
        if sql.lstrip().split(" ", 1)[0].upper() in ("INSERT", "UPDATE", "DELETE", "COMMIT", "RELEASE"):
            self._left -= 1
            if self._left < 0:
                self.failed = True
                raise dbapi2.OperationalError("database or disk is full")

    def execute(self, sql: str, *parameters: Any) -> Any:
        self._count(sql)
        return self._raw.execute(sql, *parameters)

    def executemany(self, sql: str, rows: Any) -> Any:
        self._count(sql)
        return self._raw.executemany(sql, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


@contextmanager
def rolled_back(store: Store) -> Iterator[None]:
    """A transaction in which everything is done, and then undone."""
    with suppress(UndoneError), store.write():
        yield
        raise UndoneError


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, the shadow tables of the text index included."""
    connection = store.observations._c
    names = [n for (n,) in connection.read("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: sorted(connection.read(f'SELECT * FROM "{name}"'), key=repr) for name in names}


def pages(path: Path, key: bytes) -> Iterator[bytes]:
    """Every page of a SQLCipher 4 file and of its write-ahead log, in plain: used, free, old and new alike.

    Format: Zetetic, "SQLCipher Design"; a raw key is used as it is. Each page's HMAC is checked, so that what comes
    out is what was put in.
    """
    raw = path.read_bytes()
    salt = raw[:_SALT]
    mac_key = hashlib.pbkdf2_hmac("sha512", key, bytes(b ^ 0x3A for b in salt), 2, 32)
    for number in range(len(raw) // _PAGE):
        yield _plain(raw[number * _PAGE : (number + 1) * _PAGE], number + 1, key, mac_key)
    log = path.with_name(path.name + "-wal")
    frames = log.read_bytes()[_LOG_HEADER:] if log.exists() else b""
    size = _FRAME_HEADER + _PAGE
    for start in range(0, len(frames) - size + 1, size):
        number = int.from_bytes(frames[start : start + 4], "big")
        yield _plain(frames[start + _FRAME_HEADER : start + size], number, key, mac_key)


def _plain(page: bytes, number: int, key: bytes, mac_key: bytes) -> bytes:
    start = _SALT if number == 1 else 0
    body, vector, mac = page[start:-_RESERVED], page[-_RESERVED:-64], page[-64:]
    if not any(page):  # never written
        return b""
    signed = body + vector + number.to_bytes(4, "little")
    assert hmac.digest(mac_key, signed, "sha512") == mac, f"page {number} is not what SQLCipher wrote"
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(vector)).decryptor()
    return decryptor.update(body) + decryptor.finalize()
