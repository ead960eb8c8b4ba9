"""Candidates from a conversation: what the user says, asks, answers, signs, and what others call the user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.distillers.small import answers, facts, kinds, nouns, requests, traps, verbs
from assistant.distillers.small.candidate import Candidate, Writer
from assistant.distillers.small.language import is_english, is_function_word
from assistant.distillers.small.person import third_person
from assistant.distillers.small.sentences import Span, beginnings, clauses, sentences
from assistant.distillers.small.time_words import COUNTS
from memory.records import ASSISTANT, ME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memory.records import Basis, Observation

MAX_MESSAGE = 8000  # characters; what lies beyond in one chat message is pasted
_DUE = re.compile(
    r"^(?:the |and |so )*(?P<np>[\w'’ -]{3,40}?)(?:['’]s| is| are| was)\s+(?=(?:on|at|in|due|"
    r"booked|tomorrow|today|tonight|next|this|the \d+|\d+|monday|tuesday|wednesday|thursday|"
    r"friday|saturday|sunday|mon|tues?|wed|thu|fri|sat|sun|not|dead|broken|gone|closed|coming|"
    r"here)(?:\b|st|nd|rd|th))",
    re.IGNORECASE,
)
_NOT_OWN = re.compile(
    r"^(?:it|that|this|there|what|who|he|she|they|you|we|i|here|how|where|when|which|everything|"
    r"nothing|all|one|everyone|weather|god|my|our|mine|ours|your|his|her|their|if|because|but|"
    r"so|and|than|like|its|any|some|no|yes|next|last|only|just|ask|best|good|cheap|let|tell|on|at|in|from|until|since|for|by|with|of|to|no|not)\b",
    re.IGNORECASE,
)


_KIN = re.compile(
    r"^(?:(?:the )?(?:wife|missus|hubby|husband|kids|baby|bub|twins)|mum|mom|mam|dad|gran|granny|"
    r"grandma|grandpa|nan|nana)(?=['’]s\b|\s+\w)(?! (?:and i|, ))",
    re.IGNORECASE,
)
_SHE_HE = re.compile(r"^((?:she|he)(?=['’]s\b|\s+\w))", re.IGNORECASE)
_WOMEN = frozenset(
    "mum mom mam mother wife daughter sister girlfriend gf gran granny grandma grandmother "
    "nan nana aunt auntie niece missus granddaughter mother-in-law sister-in-law".split()
)
_MEN = frozenset(
    "dad father husband hubby son brother boyfriend bf grandpa grandad granddad grandfather "
    "uncle nephew grandson father-in-law brother-in-law".split()
)
_KIN_SAID = re.compile(rf"\b(?:my|your|ur|our)\s+({'|'.join(sorted(_WOMEN | _MEN))})\b", re.IGNORECASE)


_INNER = re.compile(r"\b(?:I|i|i['’]m|I['’]m|im|Im|i['’]ve|I['’]ve|ive|i['’]ll|I['’]ll|we|we['’]re|my)\b")
_BLOCKS_INNER = re.compile(
    r"\b(?:if|unless|whether|what|why|how|when|where|who|than|like|as|said|says|asked|thinks|"
    r"told|wish|imagine)\b|\?",
    re.IGNORECASE,
)
_ACTOR = re.compile(r"\b(?:i|you|he|she|they|we|me|us|him|them|is|are|was|were|will|can|has|have)\b", re.IGNORECASE)
_PLEASE = re.compile(
    r"^(?!no\b|yes\b|can\b|could\b|and\b|stop\b)((?:[\w'’-]+ ){0,6}?[\w'’-]+)(?: for (?:me|us))?,? (?:please|pls|plz)$",
    re.IGNORECASE,
)
_TIMED = (
    r"(?:on|at|in|next|tomorrow|tmrw|tonight|today|this|every|until|till?|the \d+|\d{1,2}(?:st|nd|rd|th)"
    r"|(?:mon|tues?|wed|thurs?|fri|sat|sun)(?:days?|s)?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
)
_EVENT = re.compile(rf"^(?:the |a |an |another |first |last |big )?(?:[\w'’&-]+ ){{1,4}}?{_TIMED}\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"^(?:\d[\d,.]*%?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (?!years? "
    r"old|more\b|of\b|to\b|or\b|is\b|min)[a-z]",
    re.IGNORECASE,
)


def candidates(thread: Sequence[Observation]) -> Iterator[Candidate]:
    """Everything in one conversation, in time order, that might be a fact about the user."""
    others = {o.speaker or "" for o in thread} - {ME, ""}
    addressee = _addressee(others)
    for at, observation in enumerate(thread):
        text = observation.text[:MAX_MESSAGE]
        if observation.speaker == ME:
            yield from _Turn(thread, at, text, addressee).candidates()
        elif observation.speaker not in {None, ASSISTANT} and len(others) == 1:
            found = facts.called(text)
            if found:
                yield Candidate(
                    text=found.text, quote=Span(text[found.start : found.end], found.start), observation=observation,
                    writer="other", basis="implied", context=text[:200],
                )  # fmt: skip


def _has_actor(text: str) -> bool:
    """Whether a verbless fragment turns out to have a subject or an order in it."""
    first = text.split(maxsplit=1)[0].lower()
    ordered = verbs.is_base(first) and first not in verbs.ALSO_NOUNS
    return ordered or bool(_ACTOR.search(text)) or third_person(text) is not None


def _inside(fragment: str) -> str:
    """A fragment as it is written inside a sentence: its first word in lower case unless it may be a name."""
    first, _, rest = fragment.partition(" ")
    common = first.lower() in COUNTS or is_function_word(first) or first.lower() in verbs.ALSO_NOUNS
    return f"{first.lower()} {rest}" if common else fragment


def _addressee(others: set[str]) -> str | None:
    """Whom "you" means: the only other speaker, by the first name."""
    if len(others) != 1:
        return None
    name = next(iter(others))
    if name == ASSISTANT:
        return "the assistant"
    first = name.split("(")[0].strip()
    if kinds.RELATIVE.fullmatch(first):
        return f"their {first.lower()}"
    return first if first[:1].isupper() and first.replace(" ", "").isalpha() and len(first) < 25 else None


class _Turn:
    """One message of the user's, in its conversation."""

    def __init__(self, thread: Sequence[Observation], at: int, text: str, addressee: str | None) -> None:
        self.thread, self.at, self.text, self.addressee = thread, at, text, addressee
        self.observation = thread[at]
        self.to_assistant = any(o.speaker == ASSISTANT for o in thread) or (addressee is None and len(thread) == 1)
        self.flags = traps.message_flags(thread, at)
        self.foreign = traps.foreign_spans(text)

    def candidates(self) -> Iterator[Candidate]:
        """Candidates of every sentence that is the user's own and English."""
        own = [s for s in sentences(self.text) if not traps.is_foreign(s, self.foreign)]
        if not is_english(" ".join(s.text for s in own)):
            return
        yield from self._named()
        for index, sentence in enumerate(own):
            taken_back = any(traps.takes_back(later.text) for later in own[index + 1 : index + 3])
            flags = self.flags | traps.local_flags(sentence.text) | ({"taken-back"} if taken_back else set())
            yield from self._sentence(sentence, flags, first=index == 0)

    def _make(self, text: str, quote: Span, writer: Writer, flags: set[str], *, basis: Basis = "stated",
              form: str = "", past: bool = False, context: str = "") -> Candidate:  # fmt: skip
        return Candidate(
            text=text, quote=quote, observation=self.observation, writer=writer, basis=basis, form=form, past=past,
            context=context or quote.text, flags=frozenset(flags),
        )  # fmt: skip

    def _named(self) -> Iterator[Candidate]:
        for found in facts.own_names(self.text):
            span = Span(self.text[found.start : found.end], found.start)
            if not traps.is_foreign(span, self.foreign):
                yield self._make(found.text, span, "name", self.flags)

    def _sentence(self, sentence: Span, flags: set[str], *, first: bool) -> Iterator[Candidate]:
        asks = sentence.text.endswith("?")
        parts = clauses(sentence)
        for part in parts:
            if traps.is_foreign(part, self.foreign):
                continue
            question = asks and part.end >= sentence.end - 1
            yield from self._clause(part, sentence, flags | ({"question"} if question else set()))
            yield from self._shaped(part, sentence, flags)
        if 1 < len(parts) <= 3 and not asks:
            yield from self._rewritten(sentence.text, sentence, sentence, flags, "clause", "stated", form="whole")
        if self.to_assistant:
            yield from self._asked(sentence, flags, first=first)
        if first:
            yield from self._answered(sentence, flags)

    def _clause(self, part: Span, sentence: Span, flags: set[str]) -> Iterator[Candidate]:
        if "question" in flags:
            return
        yield from self._rewritten(self._kin(part.text), part, sentence, flags, "clause", "stated")
        for shorter in beginnings(part):
            yield from self._rewritten(
                self._kin(shorter.text), shorter, sentence, flags, "clause", "stated", form="short"
            )
        yield from self._fragment(part, sentence, flags)
        due = _DUE.match(part.text)
        if due and not _NOT_OWN.match(part.text):
            yield from self._rewritten(
                f"my {part.text[due.start('np') :]}", part, sentence, flags, "fragment", "stated"
            )

    def _fragment(self, part: Span, sentence: Span, flags: set[str]) -> Iterator[Candidate]:
        """A clause that starts before its "I" or has no verb: "physio on tuesdays", "340 ewes", "halal please"."""
        inner = _INNER.search(part.text, 1)
        opening = part.text[: inner.start()] if inner else ""
        if inner and not _BLOCKS_INNER.search(opening) and third_person(part.text, self.addressee) is None:
            quote = Span(part.text[inner.start() :], part.start + inner.start())
            yield from self._rewritten(quote.text, quote, sentence, flags, "clause", "stated", form="inner")
        wanted = _PLEASE.match(part.text)
        if wanted:
            yield from self._rewritten(
                f"I want {wanted[1]}", part, sentence, flags, "fragment", "implied", form="please"
            )
        elif _EVENT.match(part.text) and not _NOT_OWN.match(part.text) and not _has_actor(part.text):
            yield from self._rewritten(
                f"I have {_inside(part.text)}", part, sentence, flags, "fragment", "stated", form="event"
            )
        elif self.at and self.thread[self.at - 1].speaker != ME and _COUNTED.match(part.text):
            yield from self._rewritten(
                f"I have {_inside(part.text)}", part, sentence, flags, "fragment", "stated", form="count"
            )

    def _kin(self, text: str) -> str:
        """``text`` with a subject that only this conversation explains made explicit: "wife says no", "she quit"."""
        if _KIN.match(text):
            return "my " + re.sub(r"^the ", "", text, flags=re.IGNORECASE)
        pronoun = _SHE_HE.match(text)
        if pronoun is None:
            return text
        before = (
            "\n".join(o.text[-600:] for o in self.thread[max(0, self.at - 1) : self.at])
            + "\n"
            + self.text[: self.text.find(text)]
        )
        said = list(_KIN_SAID.finditer(before))
        feminine = pronoun[1].lower().startswith("she")
        if said and (said[-1][1].lower() in (_WOMEN if feminine else _MEN)):
            return f"my {said[-1][1]}{text[len(pronoun[1]) :]}"
        return text

    def _rewritten(self, text: str, quote: Span, sentence: Span, flags: set[str], writer: Writer, basis: Basis,
                   *, form: str = "") -> Iterator[Candidate]:  # fmt: skip
        written = third_person(text, self.addressee)
        if written:
            yield self._make(
                written.text,
                quote,
                writer,
                flags,
                basis=basis,
                form=form or written.form,
                past=written.past,
                context=sentence.text,
            )

    def _shaped(self, part: Span, sentence: Span, flags: set[str]) -> Iterator[Candidate]:
        for found in (*facts.ages(part.text), *facts.roles(part.text)):
            writer: Writer = "age" if "years old" in found.text else "role"
            yield self._make(
                found.text,
                Span(part.text[found.start : found.end], part.start + found.start),
                writer,
                flags,
                context=sentence.text,
            )
        for having in nouns.havings(part.text):
            span = Span(part.text[having.start : having.end], part.start + having.start)
            form = "relative" if having.relative else "thing"
            yield self._make(having.text, span, "noun", flags, basis="implied", form=form, context=sentence.text)

    def _asked(self, sentence: Span, flags: set[str], *, first: bool) -> Iterator[Candidate]:
        wanted, form = requests.manner(sentence.text), "manner"
        if wanted is None:
            wanted, form = requests.wish(sentence.text), "wish"
        if wanted is None and first and self.at == 0 and not third_person(sentence.text, self.addressee):
            wanted, form = requests.topic(sentence.text), "topic"
        found = requests.tool(sentence.text) if first else None
        if found:
            span = Span(sentence.text[found[1] : found[2]], sentence.start + found[1])
            yield self._make(found[0], span, "request", flags, basis="implied", form="tool", context=sentence.text)
        if wanted is None:
            return
        pieces = [wanted, *(shorter.text for shorter in beginnings(Span(wanted, 0)))]
        for at, piece in enumerate(pieces):
            written = third_person(piece, self.addressee)
            if written:
                length = "" if at == 0 else " short"
                yield self._make(
                    written.text, sentence, "request", flags, basis="implied", form=form + length, context=sentence.text
                )

    def _answered(self, sentence: Span, flags: set[str]) -> Iterator[Candidate]:
        if self.at == 0 or self.thread[self.at - 1].speaker == ME:
            return
        question = answers.question_in(self.thread[self.at - 1].text)
        if question is None or not is_english(question):
            return
        agreed = answers.confirmed(question, self.text)
        joined = answers.completed(question, sentence.text)
        for text, writer, basis in ((agreed, "confirm", "implied"), (joined, "answer", "stated")):
            if text:
                yield from self._rewritten(text, sentence, Span(f"{question} {sentence.text}", 0), flags, writer, basis)  # type: ignore[arg-type]
