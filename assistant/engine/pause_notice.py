"""A pause made while the vault is locked, where it outlives the engine: beside the vault, in the clear.

It says until when nothing is recorded, and nothing else; which apps are paused names what somebody uses, and is only
kept in the vault.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

FILE = "pause.json"


class PauseNotice:
    """The file in a vault's folder. Nothing here raises: a pause that cannot be written still holds in the engine."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def read(self) -> datetime | None:
        """Until when everything is paused; None if there is no notice, or none that makes sense."""
        try:
            until = datetime.fromisoformat(json.loads(self._path.read_text(encoding="utf-8"))["until"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return until if until.tzinfo is not None else None

    def write(self, until: datetime) -> None:
        """Leave a notice, readable by this user alone."""
        new = self._path.with_suffix(".new")
        with suppress(OSError):
            file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as out:
                json.dump({"until": until.isoformat()}, out)
                out.flush()
                os.fsync(out.fileno())
            new.replace(self._path)

    def remove(self) -> None:
        """Take it away: the vault knows, or the pause is over."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
