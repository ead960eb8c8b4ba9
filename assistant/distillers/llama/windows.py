"""Which lines go into one prompt: as many as the budget allows, the last few of one again as context of the next.

Lines are counted once for all, in one call to the model. There are never more windows than lines that may be quoted,
since each of them fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.distillers.llama.episode import Line, header
from assistant.llm.prompting import fenced

MOST_LINES = 24  # to draw from in one prompt: small models lose the thread in more
MOST_TOKENS = 1600  # of lines in one prompt, if the context has room for so many
OVERLAP = 4  # lines of one window that the next sees as context
_LINE_SHARE = 3  # no line takes more than one part in so many of a window

Count = Callable[[list[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Window:
    """The lines of one prompt in their order, those to draw from with a number."""

    lines: tuple[tuple[int | None, Line], ...]

    @property
    def numbered(self) -> dict[int, Line]:
        """The lines to draw from."""
        return {number: line for number, line in self.lines if number is not None}

    def text(self, known: Sequence[str] = ()) -> str:
        """The data of the prompt: a header, the lines, what is known."""
        first = self.lines[0][1].observation
        shown = [line.before() if number is None else line.numbered(number, first.at) for number, line in self.lines]
        return "\n".join([header(first), *shown, *([fenced({"known": list(known)})] if known else [])])


def windows(lines: Sequence[Line], budget: int, count: Count) -> Iterator[Window]:
    """The windows over one thread's lines, each of at most ``budget`` tokens by ``count``."""
    if not any(line.quotable for line in lines):
        return
    budget = min(budget, MOST_TOKENS)
    fitted, costs = _fitted(lines, budget // _LINE_SHARE, count)
    start = 0
    while start < len(fitted):
        context = _context(costs, start, budget // _LINE_SHARE)
        end = _end(fitted, costs, start, budget - sum(costs[context:start]))
        if any(line.quotable for line in fitted[start:end]):
            yield _window(fitted, context, start, end)
        start = end


def _window(lines: Sequence[Line], context: int, start: int, end: int) -> Window:
    shown: list[tuple[int | None, Line]] = [(None, line) for line in lines[context:start]]
    number = 0
    for line in lines[start:end]:
        number += line.quotable
        shown.append((number if line.quotable else None, line))
    return Window(tuple(shown))


def _context(costs: Sequence[int], start: int, budget: int) -> int:
    """Where the context of a window that starts there begins."""
    first = start
    while first and start - first < OVERLAP and sum(costs[first - 1 : start]) <= budget:
        first -= 1
    return first


def _end(lines: Sequence[Line], costs: Sequence[int], start: int, budget: int) -> int:
    """Where a window that starts there ends: one line at least."""
    end, spent, quotable = start, 0, 0
    while end < len(lines):
        spent += costs[end]
        quotable += lines[end].quotable
        if end > start and (spent > budget or quotable > MOST_LINES):
            break
        end += 1
    return end


def _fitted(lines: Sequence[Line], most: int, count: Count) -> tuple[list[Line], list[int]]:
    """Lines of at most ``most`` tokens each, cut at their end if need be, and what each costs."""
    fitted, costs = list(lines), _costs(lines, count)
    over = [at for at, cost in enumerate(costs) if cost > most]
    if not over:
        return fitted, costs
    for at in over:
        text = lines[at].text
        fitted[at] = replace(lines[at], text=text[: max(1, len(text) * most * 9 // (costs[at] * 10))])
    for at, cost in zip(over, _costs([fitted[at] for at in over], count), strict=True):
        costs[at] = cost
        if cost > most:  # its start is denser than its end
            fitted[at], costs[at] = _surely_fitted(fitted[at], most), most
    return fitted, costs


def _surely_fitted(line: Line, most: int) -> Line:
    """Cut to fewer bytes than it may have tokens, which no tokenizer can exceed."""
    while len(_widest(line).encode()) > most and len(line.text) > 1:
        line = replace(line, text=line.text[: len(line.text) // 2])
    return line


def _costs(lines: Sequence[Line], count: Count) -> list[int]:
    return [tokens + 1 for tokens in count([_widest(line) for line in lines])]  # and the end of the line


def _widest(line: Line) -> str:
    """The line as it is longest: numbered, with its day."""
    return line.numbered(MOST_LINES, line.observation.at.replace(year=1972))
