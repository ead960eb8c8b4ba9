"""One piece of evidence: where and when, and the quote among the turns around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from tui import wording
from tui.text import around, one_line, plain

if TYPE_CHECKING:
    from memory.records import Observation
    from tui.dossier import Passage, Turn

_QUOTE = "bold $foreground on $accent 22%"
_MARGIN = 320  # characters of the quoted turn shown on either side of the quote
_OTHER_TURN = 200  # characters shown of a turn that is only context


class PassageCard(Static):
    """Shows one passage; reused for the next item's."""

    def show(self, passage: Passage, number: int | None) -> None:
        """Show another passage, numbered unless it is the only one."""
        against = passage.evidence is not None and passage.evidence.stance == "contradicts"
        self.set_class(against, "-against")
        self.update(drawn(passage, number))


def drawn(passage: Passage, number: int | None) -> Content:
    """A passage as content."""
    lines = [_heading(passage, number)]
    if passage.turns:
        lines += [_turn(turn, passage) for turn in passage.turns]
    elif passage.evidence is not None:
        lines.append(Content.assemble("“", plain(passage.evidence.quote, _QUOTE), "”"))
    return Content("\n").join(lines)


def _heading(passage: Passage, number: int | None) -> Content:
    evidence, source = passage.evidence, passage.source
    at = evidence.at if evidence is not None else source.at if source is not None else None
    words = [_place(source)] if source is not None else []
    words += [wording.moment(at)] if at is not None else []
    words += [wording.SHORT_BASES[evidence.basis]] if evidence is not None else []
    against = (" · speaks against it", "bold $error") if evidence is not None and evidence.stance != "supports" else ""
    return Content.assemble((f"{number}  " if number else "", "bold $accent"), (" · ".join(words), "$muted"), against)


def _place(source: Observation) -> str:
    """The app, and the conversation or window, where they are known."""
    parts = [one_line(part) for part in (source.app or source.source, source.title or source.thread) if part]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def _turn(turn: Turn, passage: Passage) -> Content:
    who = (f"{wording.speaker(turn.observation.speaker)}: ", "bold" if turn.cited else "bold $muted")
    text = turn.observation.text
    evidence = passage.evidence
    if not turn.cited:
        cut = one_line(text[:_OTHER_TURN]) + ("…" if len(text) > _OTHER_TURN else "")
        return Content.assemble(who, (cut, "$muted"))
    if evidence is None or text[evidence.start : evidence.end] != evidence.quote:
        return Content.assemble(who, plain(text))
    before, quote, after = around(text, evidence.start, evidence.end, _MARGIN)
    return Content.assemble(who, before, (quote, _QUOTE), after)
