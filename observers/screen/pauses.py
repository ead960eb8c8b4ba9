"""What the user has paused: everything, or single apps, until a moment or until they say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from observers.screen import apps

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pauses:
    """``until`` when nothing is captured, None if that is not paused; ``apps`` until when each is not."""

    until: datetime | None = None
    apps: Mapping[str, datetime] = field(default_factory=dict)

    def pause(self, until: datetime | None, app: str | None = None) -> Pauses:
        """These and one more; ``until`` None is until it is resumed."""
        end = until or FOREVER
        return Pauses(end, self.apps) if app is None else Pauses(self.until, {**self.apps, app: end})

    def hold(self, now: datetime, app: str | None = None) -> bool:
        """Whether everything, or this one app, is paused at ``now``."""
        if app is None:
            return self.until is not None and now < self.until
        paused = (name for name, until in self.apps.items() if now < until)
        return any(not apps.names(name).isdisjoint(apps.names(app)) for name in paused)
