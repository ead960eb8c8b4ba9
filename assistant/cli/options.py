"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, tzinfo

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
_AGO = re.compile(r"(\d{1,5})\s*(m|min|h|d)", re.IGNORECASE)
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}

assume_yes = click.option("--yes", is_flag=True, help="Do not ask before going ahead.")


def read_moment(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """An ISO 8601 date or time as an aware datetime: this machine's zone if it has none, a date to its last instant."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        if "T" not in value and " " not in value.strip():
            moment = datetime.combine(moment, time.max)
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError, OSError):
        raise click.BadParameter("not a date or time such as 2026-03-04 or 2026-03-04T19:22") from None


def read_past(ctx: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """As :func:`read_moment`, or so long ago: ``15m``, ``2h``, ``3d``."""
    if value is None or not (span := _AGO.fullmatch(value.strip())):
        return read_moment(ctx, parameter, value)
    return datetime.now().astimezone() - timedelta(**{_UNITS[span[2].lower()]: int(span[1])})


def read_beginning(ctx: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """As :func:`read_past`, but a date is from its first instant."""
    moment = read_past(ctx, parameter, value)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) if moment and moment.time() == time.max else moment


def read_zone(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> tzinfo | None:
    """A time zone by its name in the IANA database; None is this machine's."""
    if value is None:
        return None
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - one command in ten names one

    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter("not a time zone such as Europe/Lisbon") from None


at_moment = click.option(
    "--at",
    metavar="TIME",
    callback=read_moment,
    help="As it was known then: an ISO date (all of that day) or time, in this machine's zone.",
)
