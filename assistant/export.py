"""Everything held, as one JSON file the user can read, keep or take elsewhere. It is plain text: that is its point."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from memory.belief import believe
from memory.errors import StorageFullError, StorageReadOnlyError
from memory.ids import public_id
from memory.records import Observation, Proposition, Revision, Sensitivity, Summary
from memory.store import Store

FORMAT = 1  # raised when the layout changes in a way a reader would notice


def write(path: Path, store: Store, at: datetime, allowed: frozenset[Sensitivity], include_quarantined: bool) -> None:
    """Write the export to ``path`` with mode 0600, whole or not at all."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600, nobody else's
        partial = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as out:
                for piece in _pieces(store, at, allowed, include_quarantined):
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError(f"the disk is full; nothing was left at {path}") from None
        reason = os.strerror(error.errno or 0).lower()
        raise StorageReadOnlyError(f"cannot write {path}: {reason}; choose another place") from None


def _pieces(store: Store, at: datetime, allowed: frozenset[Sensitivity], include_quarantined: bool) -> Iterator[str]:
    """The file's text, an item at a time, so that a large vault needs little memory."""
    held = store.propositions.all()
    believed = {row: p for row, h in held.items() if (p := believe(h, at, allowed)) is not None}
    hidden = set() if include_quarantined else {r for r, p in believed.items() if p.status == "quarantined"}
    withheld = {e.observation_id for r in hidden for e in believed[r].evidence}
    head = {"format": FORMAT, "exported_at": at, "allowed": sorted(allowed), "quarantined_left_out": len(hidden)}
    yield _json(head)[:-1] + ', "propositions": ['
    shown = [(row, p) for row, p in believed.items() if row not in hidden]
    for index, (row, proposition) in enumerate(shown):
        yield (",\n" if index else "\n") + _json(_proposition(proposition, store.propositions.history(row)))
    yield '\n], "observations": ['
    first = True
    for stored in store.observations.all():
        name = public_id("observation", stored.row)
        if name not in withheld:
            yield ("\n" if first else ",\n") + _json({"id": name} | _fields(stored.observation))
            first = False
    yield '\n], "summaries": ['
    aside = set() if include_quarantined else store.summaries.clouded(allowed)
    kept = [k.summary for k in store.summaries.all() if (k.summary.kind, k.summary.subject) not in aside]
    for index, summary in enumerate(kept):
        yield (",\n" if index else "\n") + _json(_fields(summary) | {"lines": [_fields(n) for n in summary.lines]})
    yield "\n]}\n"


def _proposition(proposition: Proposition, history: list[Revision]) -> dict[str, Any]:
    record = _fields(proposition)
    record["evidence"] = [_fields(e) for e in proposition.evidence]
    record["history"] = [_fields(r) for r in history]
    return record


def _fields(record: Observation | Proposition | Revision | Summary | Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda v: v.isoformat())
