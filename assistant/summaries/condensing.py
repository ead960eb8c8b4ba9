"""A section of the profile in fewer lines, worded by a model from its propositions and nothing else.

What it leaves out is not lost: the document tells it in its own words beside the condensed lines.
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

from assistant.claims.known import known
from assistant.llm.prompting import fenced, prompt_file
from assistant.planted import instructs
from assistant.summaries.checking import carries, claims_nothing_new, denies, is_english, mentions_only
from assistant.summaries.document import digest, is_plain
from assistant.summaries.grammar import Written, grammar, read
from memory.records import SummaryLine

if TYPE_CHECKING:
    from assistant.llm.model import LanguageModel
    from assistant.profile import Section
    from memory.records import Proposition

FEWEST = 3  # propositions that are worth a call
MOST = 40  # propositions of one call, the best
MOST_LINES = 20
MOST_TOKENS = 900
SECONDS = 240.0
_SUBJECTS = ("The user",)
_FRAME_TOKENS = 60  # of what a model puts around a prompt


def given(section: Section) -> tuple[Proposition, ...]:
    """The propositions of a section that a model may condense; none if they are too few."""
    plain = [p for p in section.propositions if is_plain(p)][:MOST]
    return tuple(plain) if len(plain) >= FEWEST else ()


def digest_of(section: Section) -> bytes:
    """What tells a section, and the prompt it is condensed with, from any other."""
    return hashlib.sha256(digest(section) + made_with("document").encode()).digest()


def made_with(name: str) -> str:
    """The prompt of that name, for provenance: "document 1"."""
    return f"{name} {prompt_file(name).version}"


def condense(section: Section, model: LanguageModel, stop: threading.Event) -> list[SummaryLine]:
    """The condensed lines that hold; none if the answer is none. Raises what the model raises."""
    facts = _fitting(given(section), model, stop)
    if len(facts) < FEWEST:
        return []
    user = "\n".join(fenced([number, p.text]) for number, p in enumerate(facts, 1))
    answer = model.generate(
        prompt_file("document").about(user),
        grammar=grammar(_SUBJECTS, len(facts), MOST_LINES),
        most_tokens=min(MOST_TOKENS, model.context_tokens // 2),
        seconds=SECONDS,
        stop=stop,
    )
    written = read(answer.text, _SUBJECTS, len(facts), MOST_LINES) if answer.end == "stop" else None
    texts = {line.text: line for line in written or [] if _holds(line, facts)}
    return [
        SummaryLine(section=section.title, text=text, sources=tuple(facts[n - 1].id for n in line.cited))
        for text, line in texts.items()
    ]


def _fitting(facts: tuple[Proposition, ...], model: LanguageModel, stop: threading.Event) -> tuple[Proposition, ...]:
    """As many, from the first, as there is room for with as long an answer."""
    told = [fenced([len(facts), p.text]) for p in facts]
    own, *sizes = model.count_tokens([prompt_file("document").system, *told], stop=stop)
    room = (model.context_tokens - own - _FRAME_TOKENS) // 2
    kept: list[Proposition] = []
    for fact, size in zip(facts, sizes, strict=True):
        room -= size + 1
        if room < 0:
            break
        kept.append(fact)
    return tuple(kept)


def _holds(line: Written, facts: tuple[Proposition, ...]) -> bool:
    """Whether a line says what the propositions it cites say, all of it and no more."""
    cited = [facts[number - 1].text for number in line.cited]
    source = "\n".join(cited)
    return (
        not instructs(line.text)
        and is_english(line.text, source)
        and mentions_only(line.text, source)
        and claims_nothing_new(line.text, [claim for text in cited for claim in known(text)])
        and len({denies(text) for text in cited}) == 1
        and all(carries(line.text, text) for text in cited)
    )
