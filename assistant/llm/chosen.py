"""Which model the user has chosen: the file and what it looked like when it was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenModel:
    """A GGUF file, pinned: its SHA-256 as hex is that of the first use, and a file that has another is not loaded.

    ``name`` is what provenance calls it. ``projector`` is the file that lets it see pictures, if there is one.
    """

    name: str
    path: str
    sha256: str
    bytes: int
    projector: str | None = None
    projector_sha256: str | None = None

    @property
    def file(self) -> Path:
        """Where it is."""
        return Path(self.path)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Any) -> Self | None:
        """From what was stored. Raises TypeError or ValueError where it makes no sense."""
        if found is None or isinstance(found, cls):
            return found
        if not isinstance(found, Mapping):
            raise TypeError("not a model")
        chosen = cls(**found)
        texts = (chosen.name, chosen.path, chosen.sha256)
        if not all(isinstance(t, str) and t for t in texts) or type(chosen.bytes) is not int:
            raise ValueError("not a model")
        return chosen
