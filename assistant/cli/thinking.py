"""The language model in words: how it is, what waits for it, and why not now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.cli.terminal import counted
from assistant.cli.text import one_line

_UNITS = {
    "second reading": ("passage", "to read"),
    "doubts": ("pair", "to compare"),
    "summaries": ("summary", "to make"),
}
_SETTLED = ("nothing waits", None)  # as it was when the engine last looked; it will see what came since
_STATES = {"loading": "is being loaded", "working": "at work", "resting": "loaded", "ready": "not loaded"}


def model_line(model: Mapping[str, Any], thinking: Mapping[str, Any] | None) -> str:
    """The chosen model, what waits for it, and why not now; ``thinking`` is what the engine says it is at."""
    if model["name"] is None:
        return "none; to choose one: inkling model"
    name, state = one_line(model["name"]), model["state"]
    if state == "failed":
        return f"{name}, cannot run: {one_line(str(model['reason']))}"
    parts = [f"{name}, {_STATES.get(state, state)}", *_waiting(model.get("waiting") or {})]
    if thinking and thinking["state"] != "working" and thinking["reason"] not in _SETTLED and len(parts) > 1:
        parts.append(f"not now: {one_line(str(thinking['reason']))}")
    if model.get("reason"):
        parts.append(f"it failed: {one_line(str(model['reason']))}")
    return "; ".join(parts)


def _waiting(waiting: Mapping[str, int]) -> Iterator[str]:
    for task, number in waiting.items():
        if number:
            noun, what = _UNITS.get(task, ("step", f"of {task}"))
            yield f"{_number(number, noun)} {what}"


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") and number != 1 else counted(number, noun)
