"""Vectors of one item type: sign bits scanned in memory, int8 rescored by sqlite-vec inside the encrypted store.

The surprising decision: every sign-bit vector (48 bytes at 384 dimensions) lives in memory too, because scanning
100,000 of them there takes 3 ms against 10 ms through SQL, and a million are still only 48 MB. The copy follows other
processes' writes through ``PRAGMA data_version``. Binary quantization with int8 rescoring: Shakir, Aarsen and Lee,
"Binary and Scalar Embedding Quantization", 2024.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from memory.records import ItemType
from memory.store.connection import Connection

Floats = npt.NDArray[np.float32]


def sign_bits(vectors: Floats) -> npt.NDArray[np.uint8]:
    """(n, d) floats -> (n, d/8) bytes, one bit a dimension: is it positive? Padded to whole 64-bit words."""
    packed = np.packbits(vectors > 0, axis=1)
    return np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8)))


def to_int8(vectors: Floats) -> npt.NDArray[np.int8]:
    """(n, d) floats -> (n, d) int8, each row scaled by its largest component; cosines survive within 0.01."""
    peak = np.abs(vectors).max(axis=1, keepdims=True)
    scaled: npt.NDArray[np.int8] = np.rint(vectors * (127 / np.maximum(peak, 1e-9))).astype(np.int8)
    return scaled


# what of an item is embedded: a turn is only understood with its speaker (LoCoMo R@10 0.30 -> 0.51)
_EMBEDDED_TEXT: dict[ItemType, str] = {
    "observation": "iif(i.speaker IS NULL OR i.speaker = 'me', i.text, i.speaker || ': ' || i.text)",
    "proposition": "i.text",
}


class Vectors:
    """The vectors of one item type of one store."""

    def __init__(self, connection: Connection, item: ItemType) -> None:
        self._c = connection
        self._item = item
        self._rows: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._bits: npt.NDArray[np.uint64] = np.zeros((0, 0), np.uint64)
        self._size = 0
        self._seen: tuple[int, int, int] | None = None  # (data_version, epoch, rollbacks) the copy in memory reflects
        self._changed = False

    def unembedded(self, limit: int) -> list[tuple[int, str]]:
        """Up to ``limit`` items without a vector, as (row, text to embed)."""
        sql = f"""SELECT i.id, {_EMBEDDED_TEXT[self._item]}
                  FROM {self._item}_unembedded u JOIN {self._item}s i ON i.id = u.id
                  ORDER BY u.id LIMIT ?"""
        return [(row, text) for row, text in self._c.read(sql, (limit,))]

    def unembedded_count(self) -> int:
        """How many items wait for a vector."""
        found = self._c.one(f"SELECT count(*) FROM {self._item}_unembedded")
        return int(found[0]) if found else 0

    def add(self, rows: Sequence[int], vectors: Floats) -> None:
        """Store the (n, d) vectors of these rows, in one transaction. Rows deleted meanwhile are passed over."""
        if not rows:
            return
        with self._c.write():
            alive = {r[0] for r in self._c.read(
                f"SELECT id FROM {self._item}s WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(rows),)
            )}  # fmt: skip
            packed, small = sign_bits(vectors), to_int8(vectors)
            kept = [i for i, row in enumerate(rows) if row in alive]
            out_of_order = any(rows[i] <= self._last_row() for i in kept)
            bits = ((rows[i], packed[i].tobytes()) for i in kept)
            self._c.run_many(f"INSERT OR REPLACE INTO {self._item}_bits (id, bits) VALUES (?, ?)", bits)
            int8 = ((rows[i], small[i].tobytes()) for i in kept)
            self._c.run_many(f"INSERT OR REPLACE INTO {self._item}_vectors (id, vector) VALUES (?, ?)", int8)
            self._c.run_many(f"DELETE FROM {self._item}_unembedded WHERE id = ?", ((row,) for row in rows))
            if out_of_order:
                self.invalidate()
        self._changed = True

    def invalidate(self) -> None:
        """Tell every process that rows below the newest changed; call inside the transaction that changes them.

        Deletions need no call: a trigger tells of them.
        """
        self._c.run(
            """INSERT INTO settings (name, value) VALUES (?, '1')
               ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1""",
            (f"{self._item}_vectors_epoch",),
        )
        self._changed = True

    def clear(self) -> None:
        """Drop all vectors and queue every item to be embedded again, as after a change of model."""
        with self._c.write():
            for table in ("bits", "vectors", "unembedded"):
                self._c.run(f"DELETE FROM {self._item}_{table}")
            self._c.run(f"INSERT INTO {self._item}_unembedded (id) SELECT id FROM {self._item}s")
            self.invalidate()

    def search(self, query: Floats, limit: int) -> list[tuple[int, float]]:
        """The ``limit`` rows nearest to the (d,) query as (row, cosine), best first."""
        with self._c.lock:
            self._refresh()
            if self._size == 0:
                return []
            rows, bits = self._rows[: self._size], self._bits[: self._size]
            wanted = sign_bits(query[None, :]).view(np.uint64)[0]
            distance = np.zeros(self._size, np.uint16)
            for column, word in enumerate(wanted):
                distance += np.bitwise_count(bits[:, column] ^ word)
            # three times as many candidates as wanted: their float order agrees with full scan for 99% of the first ten
            pool = min(self._size, max(3 * limit, 100))
            nearest = np.argpartition(distance, pool - 1)[:pool] if pool < self._size else np.arange(self._size)
            return self.cosines(query, [int(r) for r in rows[nearest]])[:limit]

    def cosines(self, query: Floats, rows: Sequence[int]) -> list[tuple[int, float]]:
        """(row, cosine) of these rows to the (d,) query, best first; rows without a vector are left out."""
        sql = f"""SELECT id, ifnull(1 - vec_distance_cosine(vec_int8(vector), vec_int8(?)), 0) AS cosine
                  FROM {self._item}_vectors WHERE id IN (SELECT value FROM json_each(?)) ORDER BY cosine DESC, id"""
        return [(r, float(c)) for r, c in self._c.read(sql, (to_int8(query[None, :])[0].tobytes(), json.dumps(rows)))]

    def _last_row(self) -> int:
        found = self._c.one(f"SELECT max(id) FROM {self._item}_bits")
        return int(found[0] or 0) if found else 0

    def _refresh(self) -> None:
        """Bring the copy in memory up to date: new rows are appended, after deletions and rollbacks it is read anew."""
        version = self._c.one("PRAGMA data_version")
        epoch = self._c.one("SELECT value FROM settings WHERE name = ?", (f"{self._item}_vectors_epoch",))
        now = (int(version[0]) if version else 0, int(epoch[0]) if epoch else 0, self._c.rollbacks)
        if now == self._seen and not self._changed:
            return
        if self._seen is None or self._seen[1:] != now[1:]:
            self._size = 0
        last = int(self._rows[self._size - 1]) if self._size else 0
        self._append(self._c.read(f"SELECT id, bits FROM {self._item}_bits WHERE id > ? ORDER BY id", (last,)))
        self._seen, self._changed = now, False

    def _append(self, found: list[tuple[int, bytes]]) -> None:
        if not found:
            return
        fresh = np.frombuffer(b"".join(bits for _, bits in found), np.uint64).reshape(len(found), -1)
        needed = self._size + len(found)
        if needed > len(self._rows) or self._bits.shape[1] != fresh.shape[1]:
            room = max(needed, int(1.5 * self._size))
            rows, bits = np.zeros(room, np.int64), np.zeros((room, fresh.shape[1]), np.uint64, order="F")
            if self._size:
                rows[: self._size], bits[: self._size] = self._rows[: self._size], self._bits[: self._size]
            self._rows, self._bits = rows, bits
        self._rows[self._size : needed] = [row for row, _ in found]
        self._bits[self._size : needed] = fresh
        self._size = needed
