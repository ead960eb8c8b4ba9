"""Days in words, as prompts and answers have them.

Put together by hand, since no directive of ``strftime`` gives the day of the month without a zero on every system.
"""

from __future__ import annotations

from datetime import date


def day(at: date) -> str:
    """A day: ``4 March 2026``."""
    return f"{at.day} {at:%B %Y}"


def day_of_week(at: date) -> str:
    """A day with its name: ``Wednesday 4 March 2026``."""
    return f"{at:%A} {day(at)}"
