"""What the user says about themselves in a conversation, taken as their own word.

Only what is stated counts, since what it may imply is not what they said (``drawing``). What ends by it is decided by
rule (``contrary``). The surprising decision: where that is in doubt nothing ends, and the user is asked whether the one
replaces the other; they are asked nothing where the two go together.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.address import to_you
from assistant.answering.drawing import Statement, drawn
from assistant.answering.remarks import REPLACES, WHICH, Remark, says_nothing
from memory.belief import believe
from memory.errors import NotFoundError
from memory.ids import parse_id
from memory.records import Answer, Hit, Proposition, Sensitivity, Turn
from observers.redact import redact

if TYPE_CHECKING:
    from assistant.distillers import Distiller
    from assistant.llm.model import LanguageModel
    from assistant.word import UserWord
    from memory.store import Held, Store

NOTED = "Noted:"
NO_LONGER = "No longer so:"
TAKEN_BACK = "Taken back:"
NOT_UNDERSTOOD = (
    "I could not make a proposition of that, so nothing was noted. "
    'To have it noted word for word: inkling remember "The user ..."'
)
NOTHING_TO_TAKE_BACK = (
    "That answer rests on nothing believed, so there is nothing to take back. "
    'Say how it is ("I moved to Lisbon"), and it is noted.'
)
KEPT = "Then both are kept."


class Corrections:
    """Takes what the user says about themselves into one store."""

    def __init__(
        self,
        store: Store,
        word: UserWord,
        distiller: Distiller,
        model: LanguageModel | None,
        allowed: frozenset[Sensitivity],
    ) -> None:
        self._store = store
        self._word = word
        self._distiller = distiller
        self._model = model
        self._allowed = allowed

    def drawn(self, remark: Remark, turns: Sequence[Turn], now: datetime) -> tuple[str, list[Statement]]:
        """The user's sentence as it may be stored, and what it states. The store is not touched; may take seconds."""
        sentence = redact(remark.text).text
        if says_nothing(sentence):
            return sentence, []
        answered = [held.text for held in self.answered(turns[-1], now)]
        return sentence, drawn(remark, sentence, answered, turns[-1], now, self._distiller, self._model)

    def note(self, sentence: str, stated: Sequence[Statement], remark: Remark, turn: Turn, now: datetime) -> Answer:
        """Take statements as the user's word, end what they are plainly against, say so; ask if it is not plain."""
        with self._store.write():
            answered = self.answered(turn, now)
            rows, ended, asked = [], list[int](), list[int]()
            for one in stated:
                row = self._word.note(one.text, now, sentence, one.until, contrary=remark.contrary)
                rows.append(row)
                open_ = [held for held in answered if not (one.modelled and (held.verdict or held.pinned))]
                gone, meant = self._word.correct(open_, row, now, sentence, contrary=remark.contrary)
                ended += [held.row for held in gone if held.row not in (*ended, *rows)]
                asked += [held.row for held in meant if held.row not in (*asked, *rows)]
            asked = [row for row in asked if row not in ended] if len(rows) == 1 else []  # by which of several?
            told = self._told([(NOTED, rows), (NO_LONGER, ended), ("", asked)], now)
            return _asking(told, len(told.citations) - len(told.learned)) if asked else told

    def replace(self, remark: Remark, turn: Turn, now: datetime) -> Answer:
        """Let end what the user says is replaced by what was noted last."""
        with self._store.write():
            held = self._places(turn, now)
            new = held[0] if held else None
            old = [one for place in remark.chosen or () if 0 < place < len(held) and (one := held[place])]
            open_ = [one for one in old if one.valid_to is None or one.valid_to > now]
            if new is None or not open_:
                return Answer(text=KEPT, citations=[], abstained=False)
            for one in open_:
                self._word.replace(one, new.row, now)
            return self._told([(NO_LONGER, [one.row for one in open_])], now)

    def deny(self, remark: Remark, turn: Turn, now: datetime) -> Answer:
        """Reject what the user says is wrong, if it is clear what that is; ask which if it is not."""
        with self._store.write():
            places = [
                one if one and (one.valid_to is None or one.valid_to > now) else None for one in self._places(turn, now)
            ]
            answered = [held for held in places if held is not None]
            meant = _meant(remark, places)
            if not answered or meant == []:
                return Answer(text=NOTHING_TO_TAKE_BACK, citations=[], abstained=False)
            if meant is None:
                asked = self._told([("", [held.row for held in answered])], now)
                return Answer(
                    text=f"{WHICH} Say its number, or how it is.\n{asked.text}", citations=asked.citations,
                    abstained=False,
                )  # fmt: skip
            for held in meant:
                self._word.judge(held, "rejected", now)
            return self._told([(TAKEN_BACK, [held.row for held in meant])], now)

    def answered(self, turn: Turn, now: datetime) -> list[Held]:
        """The propositions that an answer cited and that may still be told of and are not rejected, in its order."""
        return [held for held in self._places(turn, now) if held is not None]

    def _places(self, turn: Turn, now: datetime) -> list[Held | None]:
        """As ``answered``, with None in place of what is not, so that the places are those the user saw."""
        rows = []
        for cited in dict.fromkeys(turn.cited):
            with suppress(NotFoundError):
                item, row = parse_id(cited)
                rows += [row] if item == "proposition" else []
        held = self._store.propositions.get(rows)
        return [held[row] if row in held and self._is_tellable(held[row], now) else None for row in rows]

    def _is_tellable(self, held: Held, now: datetime) -> bool:
        p = believe(held, now, self._allowed)
        return p is not None and p.status not in ("quarantined", "rejected")

    def _told(self, parts: Sequence[tuple[str, Sequence[int]]], now: datetime) -> Answer:
        """An answer that names propositions, each after what became of it; where nothing did, nothing was learned."""
        held = self._store.propositions.get(row for _, rows in parts for row in rows)
        said = [(lead, p) for lead, rows in parts for row in rows if (p := believe(held[row], now, self._allowed))]
        lines = [f"{lead} {to_you(p.text)} [{number}]".strip() for number, (lead, p) in enumerate(said, start=1)]
        return Answer(
            text="\n".join(lines), citations=[hit_of(p, now) for _, p in said], abstained=False,
            learned=tuple(p.id for lead, p in said if lead),
        )  # fmt: skip


def _asking(told: Answer, asked: int) -> Answer:
    """The answer with the question whether the last ``asked`` things it cites are replaced."""
    last = len(told.citations)
    numbers = " and ".join(f"[{number}]" for number in range(last - asked + 1, last + 1))
    return replace(told, text=f"{told.text}\n{REPLACES} {numbers}?")


def _meant(remark: Remark, places: Sequence[Held | None]) -> list[Held] | None:
    """The propositions that a denial or a choice is about; None where that is not clear."""
    answered = [held for held in places if held is not None]
    if remark.kind == "denial":
        return answered if len(answered) == 1 else None
    if remark.chosen is None:
        return answered
    count = len(places)
    return [one for place in remark.chosen if -count <= place < count and (one := places[place])] or None


def hit_of(p: Proposition, at: datetime, score: float = 1.0, relevance: float = 1.0) -> Hit:
    """A proposition as a hit; ``at`` is when it was learned, where its evidence does not say."""
    when = max((e.at for e in p.evidence), default=at)
    return Hit(
        id=p.id, type="proposition", text=p.text, score=score, at=when, observation_key=None, evidence=p.evidence,
        relevance=relevance,
    )  # fmt: skip
