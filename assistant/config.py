"""How the user wants Inkling to observe and what it is to keep: one record, kept in the vault.

The surprising decision: it lies in the encrypted store and not in a file one can edit, because what is watched,
excluded or paused names apps, folders and people. Everything is off until the user turns it on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from assistant.llm.chosen import ChosenModel
from memory.errors import InvalidInputError
from memory.records import Limit

if TYPE_CHECKING:
    from memory.store import Store

Scope = Literal["focused", "visible"]
ExpiredFacts = Literal["keep", "drop"]

SETTING = "config"
LONGEST = 10_000  # minutes, days or megabytes that are still meant seriously
MOST = 1000  # rules, folders or apps


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The user's choices. Raises InvalidInputError, naming the field, if one makes no sense.

    ``screen_scope`` is whether the focused window is read or all visible ones; ``ocr`` an engine's name or ``auto``;
    ``rules`` what is excluded, None for the rules that Inkling comes with. ``thumbnails_days`` is 0 where no pictures
    are kept. ``retention`` is by source; ``expired_facts`` whether what was learned outlives what it was learned from.
    ``model`` is the language model that thinks when there is slack, None where the small one does it all.
    """

    screen_on: bool = False
    screen_scope: Scope = "focused"
    ocr: str = "auto"
    rules: tuple[str, ...] | None = None
    watched: tuple[str, ...] = ()
    auto_lock_minutes: int | None = None
    thumbnails_days: int = 0
    thumbnails_megabytes: int = 200
    retention: Mapping[str, Limit] = field(default_factory=dict)
    expired_facts: ExpiredFacts = "keep"
    distil_on_battery: bool = False
    model: ChosenModel | None = None
    paused_until: datetime | None = None
    paused_apps: Mapping[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("screen_on", "distil_on_battery"):
            _expect(isinstance(getattr(self, name), bool), name, "yes or no")
        _expect(self.screen_scope in ("focused", "visible"), "screen_scope", "focused or visible")
        _expect(self.expired_facts in ("keep", "drop"), "expired_facts", "keep or drop")
        _expect(_is_name(self.ocr), "ocr", "auto or the name of an engine")
        for name in ("rules", "watched"):
            self._settle_names(name)
        _expect(
            self.auto_lock_minutes is None or _within(self.auto_lock_minutes, 1), "auto_lock_minutes", "minutes or none"
        )
        _expect(_within(self.thumbnails_days, 0), "thumbnails_days", "a number of days, 0 for no pictures")
        _expect(_within(self.thumbnails_megabytes, 1), "thumbnails_megabytes", "a number of megabytes")
        until = self.paused_until
        _expect(until is None or _is_aware(until), "paused_until", "a time with a zone, or none")
        apps = self.paused_apps
        good = isinstance(apps, Mapping) and len(apps) <= MOST and all(_is_name(a) and _is_aware(apps[a]) for a in apps)
        _expect(good, "paused_apps", "times with a zone by the name of an app")
        _expect(self.model is None or isinstance(self.model, ChosenModel), "model", "a model that was pinned, or none")
        object.__setattr__(self, "paused_apps", dict(apps))
        object.__setattr__(self, "retention", _limits(self.retention))

    def _settle_names(self, name: str) -> None:
        """Take any sequence of texts for a tuple; None only where there are defaults."""
        value = getattr(self, name)
        if value is None and name == "rules":
            return
        good = isinstance(value, list | tuple) and len(value) <= MOST and all(map(_is_name, value))
        _expect(good, name, f"a list of at most {MOST} texts, none of them blank")
        object.__setattr__(self, name, tuple(dict.fromkeys(value)))

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return values | {
            "rules": None if self.rules is None else list(self.rules),
            "watched": list(self.watched),
            "model": self.model.to_json() if self.model else None,
            "paused_apps": {app: until.isoformat() for app, until in self.paused_apps.items()},
            "paused_until": self.paused_until.isoformat() if self.paused_until else None,
            "retention": {s: {"days": li.days, "megabytes": li.megabytes} for s, li in self.retention.items()},
        }

    @classmethod
    def from_json(cls, found: Any) -> Self:
        """From what was stored: fields this version does not know are passed over, ones that do not fit it too."""
        if not isinstance(found, dict):
            return cls()
        kept: dict[str, Any] = {}
        for name in (f.name for f in fields(cls) if f.name in found):
            try:
                one: dict[str, Any] = {name: _READERS.get(name, _as_it_is)(found[name])}
                cls(**one)
            except (InvalidInputError, TypeError, ValueError, AttributeError):
                continue
            kept |= one
        return cls(**kept)


def read(store: Store) -> Config:
    """The choices kept in a store."""
    return Config.from_json(store.settings.get(SETTING, {}))


def change(store: Store, changes: Mapping[str, Any]) -> Config:
    """Change some of the choices kept in a store; all of them as they are then. Raises InvalidInputError.

    What a later version wrote beside them stays.
    """
    if unknown := changes.keys() - {f.name for f in fields(Config)}:
        raise InvalidInputError(f"there is no such choice: {', '.join(sorted(unknown))}")
    with store.write():
        found = store.settings.get(SETTING, {})
        now = Config.from_json(found)
        values = {f.name: getattr(now, f.name) for f in fields(Config)}
        changed = Config(**(values | dict(changes)))
        store.settings.set(SETTING, (found if isinstance(found, dict) else {}) | changed.to_json())
    return changed


def _expect(good: bool, name: str, what: str) -> None:
    if not good:
        raise InvalidInputError(f"{name} must be {what}")


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\0" not in value


def _within(value: Any, least: int) -> bool:
    return type(value) is int and least <= value <= LONGEST


def _is_aware(value: Any) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _limits(value: Any) -> dict[str, Limit]:
    """Limits by source, from ``Limit`` records or mappings of their fields; those that limit nothing are left out."""
    _expect(isinstance(value, Mapping) and all(map(_is_name, value)), "retention", "limits by the name of a source")
    found: dict[str, Limit] = {}
    for source, limit in value.items():
        if isinstance(limit, Mapping):
            _expect(limit.keys() <= {"days", "megabytes"}, "retention", "days and megabytes by the name of a source")
            limit = Limit(**limit)  # noqa: PLW2901 - the same limit as a record
        _expect(isinstance(limit, Limit), "retention", "days and megabytes by the name of a source")
        if limit != Limit():
            found[source] = limit
    return found


def _moment(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _moments(value: Any) -> dict[str, datetime]:
    return {app: datetime.fromisoformat(until) for app, until in value.items()}


def _as_it_is(value: Any) -> Any:
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "paused_until": _moment,
    "paused_apps": _moments,
    "model": ChosenModel.from_json,
}
