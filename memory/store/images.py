"""Pictures of what was on the screen, for those who asked to keep some: one a passage, gone with it.

They lie in the encrypted store like everything else, so no key of their own and no file is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from memory.store.connection import Connection


class Images:
    """The pictures of one store. An image is a small JPEG or WebP file; this never looks into it."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add(self, images: Mapping[int, bytes], at: datetime) -> int:
        """Keep a picture for each of these observation rows; how many were kept.

        Observations that are gone, or were cut down to their quotes, are passed over.
        """
        with self._c.write():
            sql = "SELECT id FROM observations WHERE trimmed_at IS NULL AND id IN (SELECT value FROM json_each(?))"
            alive = [row for (row,) in self._c.read(sql, (json.dumps(list(images)),))]
            self._c.run_many(
                "INSERT OR REPLACE INTO images (observation, image, at) VALUES (?, ?, ?)",
                ((row, images[row], at.timestamp()) for row in alive),
            )
        return len(alive)

    def get(self, row: int) -> bytes | None:
        """The picture of an observation, or None."""
        found = self._c.one("SELECT image FROM images WHERE observation = ?", (row,))
        return bytes(found[0]) if found else None

    def count(self) -> int:
        """How many are kept."""
        found = self._c.one("SELECT count(*) FROM images")
        return int(found[0]) if found else 0

    def size(self) -> int:
        """Bytes of all of them."""
        found = self._c.one("SELECT ifnull(sum(length(image)), 0) FROM images")
        return int(found[0]) if found else 0

    def delete_older(self, moment: datetime) -> int:
        """Delete those taken before a moment; how many."""
        with self._c.write():
            before = self._c.changes()
            self._c.run("DELETE FROM images WHERE at < ?", (moment.timestamp(),))
            return self._c.changes() - before

    def delete_over(self, most: int) -> int:
        """Delete the oldest until the others have at most ``most`` bytes together; how many."""
        with self._c.write():
            before = self._c.changes()
            self._c.run(
                """DELETE FROM images WHERE observation IN (
                     SELECT observation FROM (
                       SELECT observation, sum(length(image)) OVER (ORDER BY at DESC, observation DESC) AS so_far
                       FROM images)
                     WHERE so_far > ?)""",
                (most,),
            )
            return self._c.changes() - before
