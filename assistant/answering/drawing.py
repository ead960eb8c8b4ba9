"""What a sentence of the user's in a conversation states: drawn by rule, and by a model where the rules draw nothing.

The surprising decision: a model may here only put the user's sentence into the third person. What it writes will carry
the user's own authority, so each word that says something must be the sentence's, each such word of the clause must
stay, and what is denied, supposed or past must stay so. What a model makes beyond that is not noted at all.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from assistant.answering import style
from assistant.answering.contrary import bearing, reservations
from assistant.answering.vocabulary import content, names_in, unknown_names, unknown_numbers
from assistant.distillers.llama import LlamaDistiller
from assistant.distillers.small import verbs
from assistant.distillers.small.person import third_person
from assistant.drafting import drafts
from assistant.mentioned import numbers_in
from memory.errors import MissingPartError, ModelFailedError
from memory.records import ASSISTANT, ME, Observation, Turn

if TYPE_CHECKING:
    from assistant.answering.remarks import Remark
    from assistant.distillers import Distiller
    from assistant.llm.model import Generated, LanguageModel, Prompt, Told
    from memory.records import Draft

MOST = 3  # propositions drawn from one statement
SECONDS = 20.0  # that a model may take to draw them
MOST_TOKENS = 200

_THEIRS = re.compile(
    r"^(?P<who>[A-Z]\w+(?: [A-Z]\w+)?) (?P<be>is|was|is not|was not|isn['’]t|wasn['’]t|is no longer) my "
    r"(?P<what>[\w' -]{2,60}?)(?:,? (?:and )?not my [\w' -]+)?[.!]*$"
)  # fmt: skip
_PRONOUN = re.compile(r"^(?:she|he|they)(?P<be>['’]s| is| was| are| were|\b)", re.IGNORECASE)
_NOT_NAMES = frozenset(("Noted", "Taken", "Until", "An", "On", "Does"))  # which our own answers begin with
_FIRST_PERSON = re.compile(r"\b(?:i|me|my|mine|we|us|our)\b", re.IGNORECASE)
_NO_LONGER = re.compile(r"^(?P<who>i|we) no longer (?P<verb>(?!am\b|are\b)\w+)(?P<rest>[^.!]*)", re.IGNORECASE)

_CLAUSE_ENDS = re.compile(r"[.;:!?,–—]\s*|\b(?:but|and|so|because|although|though|while)\b\s*", re.IGNORECASE)
_OPENER = r"^(?:(?:well|actually|now|currently|also|yes|no|honestly|nowadays|still|and|but)[\s,]+)*"
_SELF = re.compile(rf"{_OPENER}(?:i|we|i['’]\w+|we['’]\w+|im|ive)\b", re.IGNORECASE)
_OWN = re.compile(rf"{_OPENER}(?:my|our)\b", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|hardly|barely|any ?more)\b|n['’]t\b",
    re.IGNORECASE,
)
_PAST = frozenset("was were had did been".split())
_DATES = re.compile(
    r"\b(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"(?: \d{4})?|\b(?:19|20)\d\d\b"
)
_TIMED = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|last|next|this|ago|since|until|\w+day|january|february|march|april|may|june"
    r"|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One proposition drawn from what the user said, and the last day it holds if they said so.

    What a model worded (``modelled``) is not so surely theirs that it could outrank another word of theirs.
    """

    text: str
    until: date | None = None
    modelled: bool = False


def drawn(
    remark: Remark,
    sentence: str,
    answered: Sequence[str],
    turn: Turn,
    now: datetime,
    distiller: Distiller,
    model: LanguageModel | None,
) -> list[Statement]:
    """What ``sentence``, the remark as it may be stored, states in reply to ``turn``, which cited ``answered``."""
    if wish := style.said(sentence):
        return [Statement(wish)]
    named = _with_a_name(sentence, answered, turn)
    if theirs := _theirs(named):
        return [Statement(theirs)]
    if found := [Statement(d.text, d.until) for d in _drafted(distiller, named, turn, now)]:
        return found
    if against := _against(named, answered, contrary=remark.contrary):
        return [Statement(against)]
    if model is None:
        return []
    reader = LlamaDistiller(_Hurried(model), seconds=SECONDS, most_tokens=MOST_TOKENS)
    worded = [d for d in _drafted(reader, named, turn, now) if is_their_wording(d, named)]
    return [Statement(d.text, d.until, modelled=True) for d in worded]


def _drafted(distiller: Distiller, sentence: str, turn: Turn, now: datetime) -> list[Draft]:
    """What one engine makes of the sentence, said in reply to an answer; nothing if it fails."""
    answer = Observation(text=turn.answer, at=now, source="chat", thread="answer", speaker=ASSISTANT, key="answer")
    said = Observation(text=sentence, at=now, source="chat", thread="answer", speaker=ME, key="reply")
    try:
        verified = drafts(distiller, [answer, said], new={said.stable_key})
    except (ModelFailedError, MissingPartError, TypeError):
        return []
    stated = [d for d in verified.kept if d.observation_key == said.stable_key and d.basis == "stated"]
    best = sorted(stated, key=lambda d: -d.certainty)[:MOST]
    return [d for d in best if d.about == "user"]


def _against(sentence: str, answered: Sequence[str], *, contrary: bool) -> str | None:
    """A sentence that the distiller lets go as not worth keeping, if it bears on the answer: "we sold the cat"."""
    plain = _NO_LONGER.sub(r"\g<who> do not \g<verb>\g<rest> any more", sentence)
    rewritten = third_person(plain)
    if rewritten is None:
        return None
    bears = any(bearing(old, rewritten.text, sentence, contrary=contrary) != "keeps" for old in answered)
    return rewritten.text if bears else None


def is_their_wording(draft: Draft, sentence: str) -> bool:
    """Whether a model's draft says what the user's sentence says, in its words, and all of the clause it quotes."""
    at = sentence.casefold().find(draft.quote.casefold())
    if at < 0:
        return False
    before = [end.end() for end in _CLAUSE_ENDS.finditer(sentence[:at])]
    clause = sentence[before[-1] if before else 0 : at + len(draft.quote)]
    subject = _OWN if draft.text.startswith(("The user's ", "The user’s ")) else _SELF
    return (
        bool(subject.match(clause))
        and _same_words(draft.text, clause, sentence)
        and _same_sense(draft.text, clause, sentence)
    )


def _same_words(text: str, clause: str, sentence: str) -> bool:
    """No word that says something is added to the sentence, and none of the clause is lost."""
    told = re.sub(r"^The user(?:['’]s)?", "", text)
    words = set(content(told))
    undated = _DATES.sub("", told) if _TIMED.search(sentence) else told
    return (
        words <= set(content(sentence))
        and set(content(clause)) <= words
        and not unknown_names(told, sentence)
        and not unknown_numbers(undated, numbers_in(sentence))
    )


def _same_sense(text: str, clause: str, sentence: str) -> bool:
    """What is denied stays denied, what is supposed stays supposed, and what is past stays past."""
    told = set(re.findall(r"[a-z]+", text.casefold()))
    past = {word for word in re.findall(r"[a-z]+", clause.casefold()) if word in _PAST or verbs.is_past(word)}
    return (
        bool(_NEGATED.search(text)) == bool(_NEGATED.search(clause))
        and past <= told
        and all(one in text.casefold() for one in reservations(sentence))
    )


def _with_a_name(sentence: str, answered: Sequence[str], turn: Turn) -> str:
    """The sentence with the one person that was spoken of in place of "she" or "he"."""
    pronoun = _PRONOUN.match(sentence)
    if pronoun is None:
        return sentence
    spoken = answered or [turn.answer]
    names = dict.fromkeys(n for text in (*spoken, turn.question) for n in names_in(text) if n not in _NOT_NAMES)
    if len(names) != 1:
        return sentence
    be = " is" if pronoun["be"].lstrip("'’") == "s" else pronoun["be"]
    return f"{next(iter(names))}{be}{sentence[pronoun.end() :]}"


def _theirs(sentence: str) -> str | None:
    """What says who somebody else is ("Ana is my cousin") as a proposition, or None."""
    found = _THEIRS.match(sentence)
    if found is None or _FIRST_PERSON.search(found["what"]) or not names_in(found["who"]):
        return None
    be = re.sub(r"n['’]t$", " not", found["be"])
    return f"{found['who']} {be} the user's {found['what'].strip()}."


class _Hurried:
    """A model that is asked by somebody who waits: before anything in the background."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self.name = model.name

    @property
    def context_tokens(self) -> int:
        return self._model.context_tokens

    def count_tokens(self, texts: list[str], *, urgent: bool = True, stop: threading.Event | None = None) -> list[int]:
        del urgent
        return self._model.count_tokens(texts, urgent=True, stop=stop)

    def generate(
        self,
        prompt: Prompt,
        *,
        grammar: str | None = None,
        most_tokens: int = MOST_TOKENS,
        seconds: float = SECONDS,
        told: Told | None = None,
        urgent: bool = True,
        stop: threading.Event | None = None,
    ) -> Generated:
        del urgent
        return self._model.generate(
            prompt, grammar=grammar, most_tokens=most_tokens, seconds=seconds, told=told, urgent=True, stop=stop
        )
