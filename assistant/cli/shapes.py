"""The JSON that ``--json`` prints: the public records, field by field, under their own names. Times are ISO 8601."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memory.records import Answer, Evidence, Hit, Observation, Proposition, Revision


def record(value: Evidence | Observation | Revision) -> dict[str, Any]:
    """A flat record as a JSON object."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def observation(id: str, value: Observation) -> dict[str, Any]:  # noqa: A002 - the API's word
    """An observation with its id."""
    return {"id": id, **record(value)}


def proposition(value: Proposition) -> dict[str, Any]:
    """A proposition with its evidence."""
    shape = {field.name: getattr(value, field.name) for field in fields(value)}
    return shape | {"evidence": [record(e) for e in value.evidence]}


def hit(value: Hit) -> dict[str, Any]:
    """One result of recall with its evidence."""
    shape = {field.name: getattr(value, field.name) for field in fields(value)}
    return shape | {"evidence": [record(e) for e in value.evidence]}


def answer(value: Answer) -> dict[str, Any]:
    """An answer with the hits it cites."""
    shape = {field.name: getattr(value, field.name) for field in fields(value)}
    return shape | {"citations": [hit(h) for h in value.citations]}
