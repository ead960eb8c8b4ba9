"""A thread or a day in a few lines, worded by a model: what it is shown, and what of its answer holds.

Sampling is not the model's business and neither is attribution: it sees lines that were chosen in code, may begin a
line only with somebody who is among them, and each line it writes is held against those it cites.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.dates import day_of_week
from assistant.llm.prompting import fenced, prompt_file
from assistant.summaries.checking import Cited, fault
from assistant.summaries.grammar import grammar, read
from assistant.summaries.material import clipped
from assistant.summaries.subjects import place
from memory.ids import public_id
from memory.records import ASSISTANT, ME, SummaryLine
from memory.store import Thread

if TYPE_CHECKING:
    from assistant.llm.model import LanguageModel
    from assistant.summaries.material import Material
    from memory.records import Observation, Proposition
    from memory.store import Stored

MOST_WRITTEN = 6  # lines
MOST_TOKENS = 420  # of an answer: six lines of the longest kind seldom have more
MOST_SHOWN_TOKENS = 1500  # of the lines shown: on two cores a hundred take about a second
SECONDS = 180.0
_FRAME_TOKENS = 80  # of the heading and what a model puts around a prompt
_MOST_NAMED = 8
_USER, _AI, _SCREEN = "The user", "The assistant", "The screen"
_NAME = re.compile(r"[^\W_](?:[\w .'-]{0,38}\w)?")
_TAKEN = frozenset(("user", "the user", "assistant", "the assistant", "screen", "the screen", "known", "on", "the"))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a model was shown: the lines and facts behind the numbers, in order, and who may begin a line."""

    lines: tuple[Stored, ...]
    known: tuple[Proposition, ...]
    subjects: tuple[str, ...]
    user: str

    def cited(self, numbers: Sequence[int]) -> list[Cited]:
        """What these numbers stand for."""
        facts = [Cited(p.text, _USER, own=True) for p in self.known]
        said = [_cited(s.observation, self._others(s.observation)) for s in self.lines]
        both = [*said, *facts]
        return [both[number - 1] for number in numbers]

    def _others(self, o: Observation) -> frozenset[str]:
        """Who but its speaker is in the thread of a line. Whoever only reads there is not seen; the user always is."""
        thread = Thread.of(o)
        return frozenset(_who(s.observation) for s in self.lines if Thread.of(s.observation) == thread) | {_USER}

    def ids(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """The ids behind these numbers."""
        names = [*(public_id("observation", s.row) for s in self.lines), *(p.id for p in self.known)]
        return tuple(names[number - 1] for number in numbers)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The lines that hold, how many did not by reason, and what was shown."""

    lines: tuple[SummaryLine, ...]
    dropped: Counter[str]
    shown: Shown


def write(material: Material, model: LanguageModel, stop: threading.Event) -> Outcome:
    """Have a model summarise the material. Raises what the model raises; an answer that is none gives no lines."""
    shown = show(material, model, stop)
    numbers = len(shown.lines) + len(shown.known)
    answer = model.generate(
        prompt_file("summary").about(shown.user),
        grammar=grammar(shown.subjects, numbers, MOST_WRITTEN),
        most_tokens=MOST_TOKENS,
        seconds=SECONDS,
        stop=stop,
    )
    written = read(answer.text, shown.subjects, numbers, MOST_WRITTEN) if answer.end == "stop" else None
    if written is None:
        return Outcome((), Counter({"malformed" if answer.end == "stop" else answer.end: 1}), shown)
    kept: dict[str, SummaryLine] = {}
    dropped: Counter[str] = Counter()
    for line in written:
        subject = max((s for s in shown.subjects if line.text.startswith(f"{s} ")), key=len)
        reason = fault(line.text, subject, shown.cited(line.cited))
        if reason:
            dropped[reason] += 1
        else:
            kept.setdefault(line.text, SummaryLine(section="", text=line.text, sources=shown.ids(line.cited)))
    return Outcome(tuple(kept.values()), dropped, shown)


def show(material: Material, model: LanguageModel, stop: threading.Event) -> Shown:
    """As much of the material as there is room for, the most telling lines, in time order and numbered."""
    rows = [fenced(_row(0, s.observation)) for s in material.lines]
    facts = [fenced([0, "known", p.text]) for p in material.known]
    own, *sizes = model.count_tokens([prompt_file("summary").system, *facts, *rows], stop=stop)
    room = min(MOST_SHOWN_TOKENS, model.context_tokens - MOST_TOKENS - own - _FRAME_TOKENS)
    known = material.known[: _fitting(sizes[: len(facts)], room // 3)]
    room -= sum(sizes[: len(known)])
    lines = list(material.lines[: max(1, _fitting(sizes[len(facts) :], room))])
    lines.sort(key=lambda s: (s.observation.at, s.row))
    told = [fenced(_row(number, s.observation)) for number, s in enumerate(lines, 1)]
    told += [fenced([number, "known", p.text]) for number, p in enumerate(known, len(lines) + 1)]
    heading = fenced({material.subject.kind: material.subject.title(_titles(s.observation for s in lines))})
    return Shown(tuple(lines), known, _subjects(lines, known), "\n".join([heading, *told]))


def _fitting(sizes: Sequence[int], room: int) -> int:
    """How many of them, from the first, have room; one token more each for what joins them."""
    for count, size in enumerate(sizes):
        room -= size + 2
        if room < 0:
            return count
    return len(sizes)


def _row(number: int, o: Observation) -> list[int | str]:
    where = place(Thread.of(o), _titles([o]))
    return [number, f"{o.at:%a %d %b %H:%M}", where, _who(o).removeprefix("The "), clipped(o)]


def _titles(observations: Iterable[Observation]) -> dict[Thread, str]:
    """What the threads of these are called by people."""
    return {Thread.of(o): o.title for o in observations if o.title}


def _cited(o: Observation, present: frozenset[str]) -> Cited:
    others = sorted(present - {_who(o)})
    to = others[0] if len(others) == 1 else ""
    return Cited(clipped(o), _who(o), o.speaker == ME, day_of_week(o.at), to)


def _who(o: Observation) -> str:
    """Who speaks, as a line would begin. Whoever is called what another is called here has no name."""
    if o.speaker in (ME, ASSISTANT, None):
        return {ME: _USER, ASSISTANT: _AI}.get(o.speaker or "", _SCREEN)
    name = " ".join((o.speaker or "").split())
    return name if _NAME.fullmatch(name) and name.casefold() not in _TAKEN else "Somebody"


def _subjects(lines: Sequence[Stored], known: Sequence[Proposition]) -> tuple[str, ...]:
    """Who a line may begin with: those who are there, the most talkative first."""
    found = Counter(_who(s.observation) for s in lines)
    if known:
        found[_USER] += len(lines)
    return tuple(name for name, _ in found.most_common(_MOST_NAMED))
