"""The way of one question: understood, recalled, answered; or what the user states instead, noted.

The store is read and changed in short steps; it is never held while a model is at work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.answering import writing
from assistant.answering.composing import CONFIDENT, RELATED, abstain, bears_on, compose
from assistant.answering.corrections import NOT_UNDERSTOOD, Corrections, hit_of
from assistant.answering.following import standing
from assistant.answering.notes import notes
from assistant.answering.remarks import Remark, remark
from assistant.answering.style import WORDS, Style, style
from assistant.distillers.small import SmallDistiller
from memory.belief import believe
from memory.ids import parse_id
from memory.records import ME, Answer, Hit, Proposition, Sensitivity, Turn

if TYPE_CHECKING:
    from assistant.llm.model import LanguageModel
    from assistant.word import UserWord
    from memory.store import Held, Store

ANSWERED_FROM = 8  # hits an answer is made of
_ABOUT_STYLE = 40  # propositions looked at for wishes

Recalling = Callable[[str, int, datetime | None], list[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Answers questions from one open vault. ``lock`` keeps the vault's other threads out while it is changed."""

    store: Store
    word: UserWord
    lock: AbstractContextManager[object]
    recall: Recalling
    allowed: frozenset[Sensitivity]
    model: LanguageModel | None
    now: datetime

    def answer(
        self, question: str, at: datetime | None, turns: Sequence[Turn], told: Callable[[str], None] | None
    ) -> Answer:
        """The answer; or the reply to what the user stated, once it is noted. See ``Assistant.ask``."""
        spoken = [self._still_tellable(turn) for turn in turns]
        said = remark(question, spoken) if at is None else None
        if said and (reply := self._noted(said, spoken)):
            return reply
        asked = standing(question, spoken, self._cited(spoken), self.model)
        answer = self._answered(asked, at, told)
        return answer if asked == question else replace(answer, asked=asked)

    def _answered(self, question: str, at: datetime | None, told: Callable[[str], None] | None) -> Answer:
        moment = at or self.now
        hits, ended = self._up_to_date(question, self.recall(question, ANSWERED_FROM, at), moment)
        bearing = any(bears_on(question, hit) for hit in hits)
        near = bearing or any(hit.relevance >= RELATED for hit in hits)  # what a model may see an answer in
        wanted = self._style()
        composed = compose(question, hits, wanted.statements, ended) if bearing else abstain(question, hits, ended)
        if self.model is None or not near:
            return composed
        shown = notes(question, hits, self._believed(hits, moment))
        written = writing.write(self.model, question, shown, wanted, self.now, told)
        if answer := written.answer(self.model.name):
            return answer
        if written.says_none:
            return abstain(question, hits, ended)
        return replace(composed, unsupported=written.unsupported)

    def _up_to_date(
        self, question: str, hits: Sequence[Hit], moment: datetime
    ) -> tuple[list[Hit], dict[str, datetime]]:
        """The hits, each that something replaced by then behind what replaced it; and when those ended.

        What replaced an answer to the question answers it, whatever words it uses.
        """
        found: dict[str, Hit] = {}
        ended: dict[str, datetime] = {}
        replaced = self._replaced(hits, moment)
        for hit in hits:
            old = replaced.get(hit.id)
            new = self._replacing(old, moment) if old else None
            if new:
                own = found.get(new.id, hit)
                answers = CONFIDENT if bears_on(question, hit) else 0.0
                relevance = max(hit.relevance, own.relevance, answers)
                found[new.id] = hit_of(new, hit.at, max(hit.score, own.score), relevance)
            if old and old.valid_to and hit.type == "proposition":
                ended[hit.id] = old.valid_to
            elif new:  # a line from which nothing but what was replaced was drawn would be told as if it still held
                continue
            found[hit.id] = found.get(hit.id, hit)
        return list(found.values()), ended

    def _replaced(self, hits: Sequence[Hit], moment: datetime) -> dict[str, Held]:
        """What something had replaced by then: the propositions among the hits, by id.

        Under the id of a line of which nothing but such was drawn, the one that ended last.
        """
        rows = {hit.id: parse_id(hit.id)[1] for hit in hits}
        lines = self.store.propositions.of_observations(rows[hit.id] for hit in hits if hit.type == "observation")
        drawn = {hit.id: [rows[hit.id]] if hit.type == "proposition" else lines.get(rows[hit.id], []) for hit in hits}
        held = self.store.propositions.get({row for several in drawn.values() for row in several})
        over = {row: one for row, one in held.items() if _is_replaced(one, moment)}
        return {
            id_: max((over[row] for row in several), key=lambda one: one.valid_to or moment)
            for id_, several in drawn.items()
            if several and all(row in over for row in several)
        }

    def _replacing(self, old: Held, moment: datetime) -> Proposition | None:
        """What holds instead of a proposition that ended, if it may be told."""
        seen = {old.row}
        while (row := old.superseded_by) is not None and row not in seen:
            seen.add(row)
            held = self.store.propositions.get([row])
            if row not in held:
                return None
            old = held[row]
            believed = believe(old, moment, self.allowed)
            if believed is not None and believed.status in ("believed", "review"):
                return believed
        return None

    def _noted(self, said: Remark, turns: Sequence[Turn]) -> Answer | None:
        """The reply to a statement, taken as the user's word; None if it may have been a question after all."""
        corrections = Corrections(self.store, self.word, SmallDistiller(), self.model, self.allowed)
        if said.kind != "statement":
            with self.lock:
                answer_to = corrections.replace if said.kind == "replacement" else corrections.deny
                return answer_to(said, turns[-1], self.now)
        sentence, stated = corrections.drawn(said, turns, self.now)
        if not stated:
            return Answer(text=NOT_UNDERSTOOD, citations=[], abstained=False) if said.contrary else None
        with self.lock:
            return corrections.note(sentence, stated, said, turns[-1], self.now)

    def _cited(self, turns: Sequence[Turn]) -> list[str]:
        """The texts of the propositions that the last answer cited."""
        if not turns or not turns[-1].cited:
            return []
        return [p.text for p in self._tellable(turns[-1].cited).values()]

    def _still_tellable(self, turn: Turn) -> Turn:
        """The turn, without its answer if that told of what has been forgotten since, or may not be told any more."""
        cited = [id_ for id_ in turn.cited if id_.startswith("p")]
        told = self._tellable(cited)
        return turn if len(told) == len(set(cited)) else replace(turn, answer="", cited=tuple(told))

    def _tellable(self, ids: Sequence[str]) -> Mapping[str, Proposition]:
        """Those of the propositions that may be told of, rejected or ended though they may be."""
        believed = (believe(held, self.now, self.allowed) for held in self._held(ids))
        return {p.id: p for p in believed if p is not None and p.status != "quarantined"}

    def _believed(self, hits: Sequence[Hit], at: datetime) -> Mapping[str, Proposition]:
        held = self._held([hit.id for hit in hits])
        return {p.id: p for one in held if (p := believe(one, at, self.allowed)) is not None}

    def _held(self, ids: Sequence[str]) -> list[Held]:
        rows = [int(id_[1:]) for id_ in ids if id_.startswith("p") and id_[1:].isdecimal()]
        held = self.store.propositions.get(rows)
        return [held[row] for row in rows if row in held]

    def _style(self) -> Style:
        """How the user wants to be answered, by what rests on their own words."""
        rows = [row for row, _ in self.store.words["proposition"].search(WORDS, _ABOUT_STYLE)]
        believed = (believe(held, self.now, self.allowed) for held in self.store.propositions.get(rows).values())
        return style(p for p in believed if p is not None and self._is_own(p))

    def _is_own(self, p: Proposition) -> bool:
        """Whether the user said so, here or in what they wrote."""
        if p.basis in ("user", "stated"):
            return True
        rows = [parse_id(e.observation_id)[1] for e in p.evidence if e.observation_id]
        return any(stored.observation.speaker == ME for stored in self.store.observations.get(rows).values())


def _is_replaced(held: Held, moment: datetime) -> bool:
    return held.superseded_by is not None and held.valid_to is not None and held.valid_to <= moment
