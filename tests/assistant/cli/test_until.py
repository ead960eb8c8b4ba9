"""Until when, as people say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assistant.cli.until import moment
from memory.errors import InvalidInputError

LISBON = ZoneInfo("Europe/Lisbon")
NOW = datetime(2026, 3, 4, 19, 22, tzinfo=LISBON)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("30m", datetime(2026, 3, 4, 19, 52, tzinfo=LISBON)), ("30 min", datetime(2026, 3, 4, 19, 52, tzinfo=LISBON)),
        ("2h", datetime(2026, 3, 4, 21, 22, tzinfo=LISBON)), ("3 d", datetime(2026, 3, 7, 19, 22, tzinfo=LISBON)),
        ("tomorrow", datetime(2026, 3, 5, 6, 0, tzinfo=LISBON)), ("TOMORROW", datetime(2026, 3, 5, 6, tzinfo=LISBON)),
        ("until 20:00", datetime(2026, 3, 4, 20, tzinfo=LISBON)), ("9:05", datetime(2026, 3, 5, 9, 5, tzinfo=LISBON)),
        ("until 19:22", datetime(2026, 3, 5, 19, 22, tzinfo=LISBON)), ("forever", None), ("", None),
    ],
)  # fmt: skip
def test_what_is_said_is_a_moment_to_come(said: str, expected: datetime | None) -> None:
    assert moment(said.split(), NOW) == expected


@pytest.mark.parametrize("said", ["0m", "soon", "30", "25:00", "until", "99999d", "-5m", "until tomorrow at 6", "1e3m"])
def test_anything_else_is_refused_with_examples(said: str) -> None:
    with pytest.raises(InvalidInputError, match="30m, 2h"):
        moment(said.split(), NOW)


def test_a_morning_is_one_on_the_wall_also_when_the_clocks_change() -> None:
    before = datetime(2026, 3, 28, 23, 0, tzinfo=LISBON)  # the night of summer time
    morning = moment(["tomorrow"], before)
    assert morning is not None
    assert (morning.hour, morning.utcoffset()) == (6, timedelta(hours=1))
    assert morning - before.astimezone(UTC) == timedelta(hours=6)
