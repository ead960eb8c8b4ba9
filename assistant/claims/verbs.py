"""The verb of a clause with all that is said by the words around it: not, might, wants to, used to, no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.claims import words as w

if TYPE_CHECKING:
    from assistant.claims.tokens import Token

_BE = {"am": False, "is": False, "are": False, "was": True, "were": True, "be": None, "been": None, "being": None}
_HAVE = {"have": False, "has": False, "had": True, "having": True}
_DO = {"do": False, "does": False, "did": True}
_MODALS = {"will": "plan", "shall": "plan", "would": "would", "might": "might", "may": "might", "could": "might",
           "can": "can", "should": "should", "must": "should", "ought": "should"}  # fmt: skip
_HEDGES = frozenset("maybe perhaps possibly probably apparently almost hardly barely rarely seldom nearly".split())
_ONLY = frozenset("only solely exclusively merely".split())
_FORMERLY = frozenset("previously formerly originally once".split())
IS = frozenset([*_BE, *_HAVE, *_DO, *_MODALS, "not"])
# verbs before another one that change how it is meant, by form
_BEFORE = {w.form(verb): mood for verb, mood in {
    "plan": "plan", "intend": "plan", "aim": "plan", "agree": "plan", "promise": "plan", "decide": "plan",
    "want": "want", "wish": "want", "hope": "want", "dream": "want", "need": "should", "consider": "might",
    "think": "might", "expect": "might", "seem": "might", "try": "try", "attempt": "try", "offer": "offer",
    "refuse": "refuse", "claim": "claim", "pretend": "claim",
}.items()}  # fmt: skip
_ENDING = frozenset(map(w.form, ("stop", "quit", "ended")))
_ARTICLES = frozenset("a an the your another".split())
_STATES = frozenset(("work", "live", "marry", "call", "bear"))
_TRIPS = frozenset(map(w.form, ("visit", "move", "holiday")))


@dataclass(frozen=True, slots=True)
class Verb:
    """``past`` is None where the form leaves open when; ``over`` says that what was so is so no more."""

    name: str = ""
    denied: bool = False
    mood: frozenset[str] = frozenset()
    past: bool | None = None
    over: bool = False
    passive: bool = False


def reads_on(segment: Sequence[Token], at: int) -> tuple[Verb, int]:
    """The verb that begins there, and where what it is about begins."""
    reader = _Reader([token.text for token in segment], at)
    reader.hedge(reader.words[:at])
    reader.read()
    reader.hedge(reader.words[reader.at :], never=False)
    verb, rest = reader.verb, set(reader.words[reader.at :])
    if "anymore" in rest or {"any", "more"} <= rest:
        verb = replace(verb, over=True)
    return _plainly(verb), reader.at


def _plainly(verb: Verb) -> Verb:
    """Dislike told as not liking, as dislike."""
    if verb.name == "like" and verb.denied:
        return replace(verb, name="unlike", denied=False)
    if verb.name == "stand" and verb.denied:
        return replace(verb, name="hate", denied=False, mood=verb.mood - {"can"})
    return verb


@dataclass(slots=True)
class _Reader:
    """Reads the words of one verb from the first on."""

    words: list[str]
    at: int
    verb: Verb = field(default_factory=Verb)
    settled: bool = False  # a finite word has said when
    done: bool = False

    def read(self) -> None:
        """Read on to the word that is the verb, or before what somebody is."""
        while self.at < len(self.words) and not self.done:
            text = self.words[self.at]
            if not any(take(text) for take in (self._small, self._modal, self._be, self._helping)):
                self._main(text)
            self.settled = self.settled or text in IS or w.finite(text) is not None

    def hedge(self, words: Sequence[str], *, never: bool = True) -> None:
        """Take in what adverbs say, wherever they stand."""
        found = set(words)
        if found & _HEDGES:
            self._is_meant("might")
        if found & _ONLY:
            self._is_meant("only")
        if found & _FORMERLY:
            self.verb = replace(self.verb, past=True, over=True)
        if never and "never" in found:
            self.verb = replace(self.verb, denied=not self.verb.denied)

    def _next(self, ahead: int = 1) -> str:
        return self.words[self.at + ahead] if self.at + ahead < len(self.words) else ""

    def _next_said(self, ahead: int = 1) -> str:
        """The next word that is no adverb."""
        passed = w.ADVERBS | _FORMERLY | {"not", "never"}
        return next((word for word in self.words[self.at + ahead :] if word not in passed), "")

    def _is_meant(self, mood: str) -> None:
        self.verb = replace(self.verb, mood=self.verb.mood | ({mood} if mood else set()))

    def _turn(self, *, over: bool) -> None:
        self.verb = replace(self.verb, denied=not self.verb.denied, over=over or self.verb.over)

    def _timed(self, text: str) -> None:
        if not self.settled and not self.verb.over:
            self.verb = replace(self.verb, past=_past(text))

    def _took(self, words: int, name: str | None = None, *, done: bool = False) -> bool:
        self.at += words
        self.done = done
        if name is not None:
            self.verb = replace(self.verb, name=name)
        return True

    def _small(self, text: str) -> bool:
        """Negations and adverbs."""
        if text in ("not", "never"):
            self._turn(over=False)
            return self._took(1)
        if text == "no" and self._next() == "longer":
            self._turn(over=True)
            return self._took(2)
        if text in _HEDGES | _FORMERLY | _ONLY:
            self.hedge([text])
            return self._took(1)
        return text in w.ADVERBS and self.verb.name in ("", "be") and self._took(1)

    def _modal(self, text: str) -> bool:
        if text not in _MODALS or self.verb.name:
            return False
        if text == "would" and self._next() == "rather":
            return self._took(2, "prefer")
        wished = text == "would" and self._next() in ("like", "love")
        self._is_meant("want" if wished else _MODALS[text])
        return self._took(2 if wished else 1)

    def _be(self, text: str) -> bool:
        if text in _BE:
            self._timed(text)
            return self._took(1, "be")
        return self.verb.name == "be" and (self._about_to(text) or self._doing(text) or self._being(text))

    def _about_to(self, text: str) -> bool:
        """Take "is going to", "is able to"."""
        if self._next() != "to" or text not in ("going", "able", "unable", "about"):
            return False
        if not _is_base(self._next_said(2)):
            return False
        self._is_meant("plan" if text in ("going", "about") else "can")
        if text == "unable":
            self._turn(over=False)
        return self._took(2, "")

    def _doing(self, text: str) -> bool:
        """Take "is learning", "is planning to"."""
        if not w.is_ing(text):
            return False
        self.verb = replace(self.verb, name="")
        self._main(text)
        return True

    def _being(self, text: str) -> bool:
        """Take "was lent"; or stop before what somebody is."""
        if text == "fond":
            return self._took(1, "like", done=True)
        name = w.form(text)
        if text == "based" or (w.is_participle(text) and text not in ("left", "read")):
            self.verb = replace(self.verb, passive=name not in _STATES)
            return self._took(1, name, done=True)
        return self._took(0, done=True)

    def _helping(self, text: str) -> bool:
        """Take "to", "has done", "did not do", "has to"."""
        if text == "to":
            return self._took(1)
        if self.verb.name == "prefer":
            return self._took(1 if text in ("have", "get") else 0, done=True)
        if text in _DO and (self._next() == "not" or w.finite(self._next_said())):
            self._timed(text)
            return self._took(1)
        return text in _HAVE and self._having(text)

    def _having(self, text: str) -> bool:
        if self._next() == "to":
            self._timed(text)
            self._is_meant("should")
            return self._took(2)
        if w.is_participle(self._next_said()):
            known = True if text in ("had", "having") else None
            self.verb = replace(self.verb, past=known, over=self.verb.over or text == "having")
            self.settled = True
            return self._took(1)
        self._timed(text)
        return self._took(1, "have", done=True)

    def _main(self, text: str) -> None:
        """A word that is the verb, or stands before it: "plans to", "stopped"."""
        name, after = w.form(text), self._next()
        if text == "used" and after == "to":
            self.verb = replace(self.verb, past=True, over=True)
            self._took(2)
        elif (name in _ENDING and w.is_ing(after)) or (name == "giv" and after == "up"):
            self._turn(over=True)
            self.verb, self.settled = replace(self.verb, past=None), True
            self._took(2 if after == "up" else 1)
        elif name in _BEFORE and self._another_follows(after):
            self._timed(text)
            self._is_meant(_BEFORE[name])
            self._took(1 if w.is_ing(after) else 2)
        elif name == "plan" and after in _ARTICLES and w.form(self._next(2)) in _TRIPS:
            self._timed(text)
            self._is_meant("plan")
            self._took(3, w.form(self._next(2)), done=True)
        else:
            self._timed(text)
            self._took(
                1, None if name == "go" and w.is_ing(after) else name, done=not (name == "go" and w.is_ing(after))
            )

    def _another_follows(self, after: str) -> bool:
        """Whether what follows is another verb: "to sell", "about selling", "selling"."""
        if w.is_ing(after):
            return True
        follows = self._next_said(2)
        return (after == "to" and _is_base(follows)) or (after in ("of", "about", "on") and w.is_ing(follows))


def _is_base(word: str) -> bool:
    return w.finite(word) in ("present", "either") or word in IS


def _past(text: str) -> bool | None:
    if text in _BE or text in _HAVE or text in _DO:
        return {**_BE, **_HAVE, **_DO}[text]
    kind = w.finite(text)
    return None if kind in (None, "either") else kind == "past"
