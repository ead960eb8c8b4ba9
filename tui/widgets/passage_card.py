"""One piece of evidence: where and when, and the quote among the turns around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from tui import wording
from tui.text import one_line, pieces, plain

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
        self.set_class(_speaks_against(passage), "-against")
        self.update(drawn(passage, number))


def drawn(passage: Passage, number: int | None) -> Content:
    """A passage as content."""
    if passage.turns:
        body = [_turn(turn, passage) for turn in passage.turns]
    else:
        body = [Content.assemble("“", plain(piece.quote, _QUOTE), "”") for piece in passage.evidence]
    return Content("\n").join([_heading(passage, number), *body])


def _heading(passage: Passage, number: int | None) -> Content:
    source, evidence = passage.source, passage.evidence
    words = [_place(source)] if source is not None else []
    words += [wording.moment(source.at if source is not None else evidence[0].at)]
    words += [wording.SHORT_BASES[evidence[0].basis]] if evidence else []
    against = " · speaks against it" if _speaks_against(passage) else ""
    first = f"{number}  " if number else ""
    return Content.assemble((first, "bold $accent"), (" · ".join(words), "$muted"), (against, "bold $error"))


def _speaks_against(passage: Passage) -> bool:
    return any(piece.stance == "contradicts" for piece in passage.evidence)


def _place(source: Observation) -> str:
    """The app, and the conversation or window, where they are known."""
    parts = [one_line(part) for part in (source.app or source.source, source.title or source.thread) if part]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def _turn(turn: Turn, passage: Passage) -> Content:
    who = (f"{wording.speaker(turn.observation.speaker)}: ", "bold" if turn.cited else "bold $muted")
    source = passage.source
    elsewhen = source is not None and source.at.date() != turn.observation.at.date()
    when = (f"{wording.day(turn.observation.at)} · " if elsewhen else "", "$muted")
    text = turn.observation.text
    if not turn.cited:
        cut = one_line(text[:_OTHER_TURN]) + ("…" if len(text) > _OTHER_TURN else "")
        return Content.assemble(when, who, (cut, "$muted"))
    spans = [(e.start, e.end) for e in passage.evidence if text[e.start : e.end] == e.quote]
    if not spans:
        return Content.assemble(who, plain(text))
    parts = pieces(text, spans, _MARGIN)
    return Content.assemble(who, *((part, _QUOTE) if quoted else part for part, quoted in parts))
