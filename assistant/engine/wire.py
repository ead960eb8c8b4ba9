"""Records as bytes and back, for the socket between a client and the engine.

JSON, in which whatever JSON lacks is an object with one key, its tag: ``{"@Observation": {...}}``. The surprising
decision: decoding knows a closed list of tags and builds nothing else, so what arrives on the socket can be any bytes
at all and the worst that comes of it is a refusal. Pickles are never read.
"""

from __future__ import annotations

import base64
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from importlib import import_module
from numbers import Integral, Real
from typing import Any

from assistant.verbs import Taken
from memory import errors, records

MOST_BYTES = 64 * 1024 * 1024  # of one message: a hundred times what a screenful of anything needs
PROTOCOL = 1  # raised when a client of before would misunderstand

_TAG = "@"
_NONSENSE = "what came over the engine's socket makes no sense; restart the engine with: inkling stop"

_RECORDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        records.Observation, records.Draft, records.Evidence, records.Proposition, records.Revision, records.Hit,
        records.Answer, records.Relation, records.Limit, records.Turn, records.Summary, records.SummaryLine, Taken,
    )
}  # fmt: skip
_ELSEWHERE = {"Config": "assistant.config", "ChosenModel": "assistant.llm.chosen"}  # loaded by those who use them
_FIELDS = {name: frozenset(field.name for field in fields(kind)) for name, kind in _RECORDS.items()}

_ERRORS: dict[str, type[errors.InklingError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.InklingError)
}


class DefectError(errors.InklingError):
    """A defect of Inkling's, in the engine."""

    exit_code = 70  # sysexits.h EX_SOFTWARE, as the command line reports one of its own


_ERRORS["DefectError"] = DefectError


def _record(name: str) -> type | None:
    """The record of that name, if records of that name may pass."""
    if name not in _RECORDS and name in _ELSEWHERE:
        kind: type = getattr(import_module(_ELSEWHERE[name]), name)
        _RECORDS[name], _FIELDS[name] = kind, frozenset(field.name for field in fields(kind))
    return _RECORDS.get(name)


# values


def encode(value: Any) -> bytes:
    """A value as the bytes of one message. Raises InvalidInputError if it is too large or of no known kind."""
    data = json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if len(data) > MOST_BYTES:
        raise errors.InvalidInputError(
            f"that is too large to hand over at once ({len(data):,} bytes, at most {MOST_BYTES:,}); ask for less"
        )
    return data


def decode(data: bytes) -> Any:
    """The value of one message. Raises EngineMismatchError, and nothing else, if it is none."""
    try:
        return _built(json.loads(data.decode("utf-8", "surrogatepass")))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        raise errors.EngineMismatchError(_NONSENSE) from None


def _plain(value: Any) -> Any:
    """``value`` in JSON's own kinds."""
    kind = type(value)
    if value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value)):
        return value
    if kind is list:
        return [_plain(item) for item in value]
    if kind is dict:
        return _plain_mapping(value)
    if _record(kind.__name__) is kind:
        return {_TAG + kind.__name__: {name: _plain(getattr(value, name)) for name in _FIELDS[kind.__name__]}}
    return _tagged(value)


def _tagged(value: Any) -> Any:
    if isinstance(value, Integral):  # one of numpy's
        return int(value)
    for name, (accepted, take_apart, _) in _KINDS.items():
        if isinstance(value, accepted):
            return {_TAG + name: _plain(take_apart(value))}
    raise errors.InvalidInputError(f"a {type(value).__name__} cannot be handed to the engine")


def _plain_mapping(value: Mapping[Any, Any]) -> Any:
    if all(type(key) is str for key in value) and not any(key.startswith(_TAG) for key in value):
        return {key: _plain(item) for key, item in value.items()}
    return {_TAG + "dict": [[_plain(key), _plain(item)] for key, item in value.items()]}


def _built(value: Any) -> Any:
    """What ``_plain`` was given."""
    if isinstance(value, list):
        return [_built(item) for item in value]
    if not isinstance(value, dict):
        return value
    tags = [key for key in value if key.startswith(_TAG)]
    if not tags:
        return {key: _built(item) for key, item in value.items()}
    [tag] = value  # a tag is alone in its object
    name, inner = tag.removeprefix(_TAG), _built(value[tag])
    if (kind := _record(name)) is not None:
        if not isinstance(inner, dict) or not inner.keys() <= _FIELDS[name]:
            raise ValueError(name)
        return kind(**inner)
    return _KINDS[name][2](inner)


def _as_counter(pairs: list[list[Any]]) -> Counter[Any]:
    return Counter({key: int(number) for key, number in pairs})


# tag -> what it stands for, how that is taken apart, how it is put together; the first that fits is taken
_KINDS: dict[str, tuple[type | tuple[type, ...], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "bytes": (
        (bytes, bytearray),
        lambda value: base64.b64encode(value).decode(),
        lambda text: base64.b64decode(text, validate=True),
    ),
    "tuple": (tuple, list, tuple),
    "frozenset": (frozenset, list, frozenset),
    "counter": (Counter, lambda value: [list(pair) for pair in value.items()], _as_counter),
    "float": (Real, lambda value: repr(float(value)), float),
    "dict": (Mapping, lambda value: [list(pair) for pair in value.items()], lambda pairs: dict(map(tuple, pairs))),
}


# errors


def describe(error: errors.InklingError) -> dict[str, Any]:
    """An error of Inkling's as a value: its class by name, its message, and who might be the user."""
    kind = next((k.__name__ for k in type(error).__mro__ if _ERRORS.get(k.__name__) is k), "InklingError")
    told: dict[str, Any] = {"type": kind, "message": str(error)}
    if isinstance(error, errors.OwnerUnknownError):
        told["speakers"] = list(error.speakers)
    return told


def error_from(told: Any) -> errors.InklingError:
    """The error that ``describe`` was given; of a class this side does not know, a plain one."""
    if not isinstance(told, dict) or not isinstance(told.get("message"), str):
        return errors.EngineMismatchError(_NONSENSE)
    kind = _ERRORS.get(str(told.get("type")), errors.InklingError)
    if issubclass(kind, errors.OwnerUnknownError):
        return kind(told["message"], tuple(map(str, told.get("speakers", ()))))
    return kind(told["message"])


def describe_defect(error: Exception) -> dict[str, Any]:
    """An error that is not Inkling's own: its type alone."""
    kind = type(error).__name__
    return {"type": "DefectError", "message": f"internal error in the engine ({kind}); its log says where"}
