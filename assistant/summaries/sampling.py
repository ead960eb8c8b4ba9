"""Which lines of a long thread a model is shown: how it began, how it ended, what is quoted, and some of the rest.

A pure rule over row numbers, so that nothing is read that is not shown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

FIRST, LAST = 6, 14  # lines: an end says more about what came of it than a beginning


def chosen(rows: Sequence[int], quoted: Collection[int], most: int) -> list[int]:
    """At most so many of ``rows`` (in time order), the most telling first; the rest evenly spread."""
    ends = [*rows[:FIRST], *rows[::-1][:LAST]]
    told = [row for row in reversed(rows) if row in quoted]
    return list(dict.fromkeys([*ends, *told, *_spread(rows, most)]))[:most]


def _spread(rows: Sequence[int], most: int) -> list[int]:
    """About ``most`` rows at even distances, in an order of which every beginning is spread evenly too."""
    even = rows[:: max(1, len(rows) // max(1, most))]
    bits = max(1, len(even).bit_length())
    order = sorted(range(len(even)), key=lambda place: int(f"{place:0{bits}b}"[::-1], 2))  # van der Corput's sequence
    return [even[place] for place in order]
