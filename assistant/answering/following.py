"""A question that leans on the conversation before it, put so that it can be understood alone.

By rule, or by a model whose wording is then held against the conversation: it may leave words out and bring words of
the conversation in, and nothing else. The surprising decision: a question that stands alone by its look is never
rewritten, by either; recall does better with the user's own words, and a model would need seconds to repeat them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.address import to_you
from assistant.answering.grammar import question_grammar
from assistant.answering.vocabulary import content, unknown_names, unknown_numbers
from assistant.llm.prompting import fenced, prompt_file
from assistant.mentioned import numbers_in
from assistant.planted import instructs
from memory.errors import MissingPartError, ModelFailedError

if TYPE_CHECKING:
    from assistant.llm.model import LanguageModel
    from memory.records import Turn

REACH = 4  # questions back that one may lean on
SHOWN = 3  # exchanges a model is shown
LONGEST = 300  # characters of what it is shown of each, and of what it may write
MOST_TOKENS = 60
SECONDS = 15.0

_OPENS = re.compile(
    r"^\W*(?:(?:and|but|or|also|so|then|ok(?:ay)?|well|now)\b[\s,]*)*(?:(?:what|how) about\b|what of\b)?[\s,]*",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(?:(?:since|until|from|for|by|at|to|with) )?(?:when|where|who|whom|what|which|why|how(?: (?:long|often|many|much"
    r"|old|far|come|so))?|really|are you sure|which one|what else|who else|where exactly|when exactly|why not"
    r"|who said (?:so|that)|says who)$",
    re.IGNORECASE,
)  # fmt: skip
_PERSON = re.compile(r"\b(he|she|they|him|her|them|his|hers|their|theirs)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:it|its|those|these)\b|\b(?:that|this|one)(?=\s*(?:\?|$|,|is\b|was\b|are\b|mean|happen|time\b|again\b))"
    r"|(?<!\bis )(?<!\bare )(?<!\bwas )\bthere(?=\s*(?:\?|$|,|for\b|in\b|with\b|every\b|last\b|now\b|before\b))",
    re.IGNORECASE,
)
_KIN = (
    r"my (?:\w+ )?(?:mum|mom|mother|dad|father|sister|brother|wife|husband|partner|girlfriend|boyfriend|daughter|son"
    r"|kids?|children|parents?|aunt|uncle|cousin|niece|nephew|gran\w*|nan|boss|manager|doctor|dentist|friend|flatmate"
    r"|neighbours?|colleague|teacher|landlord)"
)
_SOMEBODY = re.compile(rf"\b(?:{_KIN}|(?<!^)(?<![.?!] )[A-Z][a-z]+(?: [A-Z][a-z]+)?)\b")
_ASKED_OF = re.compile(
    r"^(?P<head>(?:(?:since |until )?(?:who|what|when|where|which|why|how)\b(?: \w+)??)?\s*)"
    r"(?P<verb>do|does|did|am|is|are|was|were|have|has|had|can|will|would|should)\s+"
    r"(?P<subject>I|we|you|he|she|they|my \w+|[A-Z]\w+)\b(?P<rest>.*)$",
    re.IGNORECASE,
)  # fmt: skip
_OWNED = re.compile(r"\bmy \w+['’]s\b", re.IGNORECASE)
_ONE_PERSON = {"do": "does", "am": "is", "are": "is", "have": "has", "were": "was"}
_SPEAKER = {"does": "do", "is": "am", "are": "am", "has": "have", "were": "was"}
_VERBAL = re.compile(
    r"^(?:(?:since|until|from|for|by|at|with|to) )?(?:who|what|when|where|which|why|how)\b"
    r"|^(?:do|does|did|am|is|are|was|were|have|has|had|can|will|would|should|could)\b",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"^(?:on|in|at|for|with|before|after|during|since|by|from|to|last|next|this|every)\b", re.IGNORECASE
)
_HERE = frozenset("the it that there this".split())


def leans(question: str) -> bool:
    """Whether a question cannot be understood without what was said before it."""
    plain = _plain(question)
    opened = _OPENS.match(plain)
    rest = plain[opened.end() :] if opened else plain
    if not rest or _BARE.match(rest):
        return True
    if opened and opened.end() and not _VERBAL.match(rest) and len(rest.split()) <= 6:
        return True
    return bool(_THING.search(rest)) or _open_person(rest)


def standing(question: str, turns: Sequence[Turn], cited: Sequence[str], model: LanguageModel | None = None) -> str:
    """The question so that it stands alone; itself if it does, or if nothing was asked before.

    ``cited`` are the texts that the last answer cited. Passes on nothing a model does.
    """
    before = [turn for turn in turns if turn.question.strip()][-REACH:]
    if not before or not leans(question):
        return question
    said = (model and _by_model(question, before[-SHOWN:], cited, model)) or None
    return said or by_rule(question, before, cited)


def by_rule(question: str, turns: Sequence[Turn], cited: Sequence[str]) -> str:
    """The question with what it leans on put in from the question before and what the answer to that cited."""
    if not turns or not leans(question):
        return question
    previous = by_rule(turns[-1].question, turns[:-1], ())
    plain = _plain(question)
    opened = _OPENS.match(plain)
    rest = plain[opened.end() :] if opened else plain
    topic = to_you(cited[0]).rstrip(". ") if cited else _plain(previous)
    if rest and not _VERBAL.match(rest) and not _BARE.match(rest):
        return _bounded(_put_in(rest, _plain(previous)))
    if not rest or _BARE.match(rest):
        return _bounded(f"{rest or plain}: {topic}?")
    if _open_person(rest) and (somebody := _somebody(previous, cited)):
        return _bounded(f"{_named(rest, somebody)}?")
    return _bounded(f"{rest} ({topic})?")


def _by_model(question: str, turns: Sequence[Turn], cited: Sequence[str], model: LanguageModel) -> str | None:
    """A model's wording, if it holds; None if it does not, or there is none."""
    spoken = [{"question": t.question[:LONGEST], "answer": t.answer[:LONGEST]} for t in turns]
    user = f"Conversation: {fenced(spoken)}\nLast question: {fenced(question[:LONGEST])}"
    try:
        generated = model.generate(
            prompt_file("rewrite").about(user), grammar=question_grammar(), most_tokens=MOST_TOKENS, seconds=SECONDS,
            urgent=True,
        )  # fmt: skip
    except (ModelFailedError, MissingPartError):
        return None
    wording = generated.text.strip()
    known = "\n".join([question, *cited, *(text for turn in turns for text in (turn.question, turn.answer))])
    return wording if generated.end == "stop" and _holds(wording, question, known) else None


def _holds(wording: str, question: str, known: str) -> bool:
    """Whether a wording asks what the user asked, in words of the conversation alone."""
    words, held = content(wording), set(content(known))
    return (
        wording.endswith("?")
        and len(wording) <= LONGEST
        and wording.isprintable()
        and not instructs(wording)
        and bool(words)
        and all(word in held for word in words)
        and all(word in words for word in content(question))
        and not unknown_names(wording, known)
        and not unknown_numbers(wording, numbers_in(known))
    )


def _put_in(rest: str, previous: str) -> str:
    """The question before, asked about something else: "Where do I live" and "my sister"."""
    asked = _ASKED_OF.match(previous)
    if rest.casefold().endswith(("'s", "’s")) and _OWNED.search(previous):
        return f"{_OWNED.sub(rest, previous, count=1)}?"
    if _PLACED.match(rest):
        return f"{previous} {rest}?"
    if asked is None or not re.match(rf"(?:{_KIN}|my \w+$|[A-Z]\w*$|i$|me$)", rest):
        return f"{previous}: {rest}?"
    me = rest.casefold() in ("me", "i")
    verb = (_SPEAKER if me else _ONE_PERSON).get(asked["verb"].lower(), asked["verb"])
    return f"{asked['head']}{verb} {'I' if me else rest}{asked['rest']}?"


def _open_person(text: str) -> bool:
    """Whether somebody is meant who is not named before it in the same question."""
    found = _PERSON.search(text)
    return bool(found) and not _SOMEBODY.search(text[: found.start()] if found else "")


def _somebody(previous: str, cited: Sequence[str]) -> str | None:
    """The person spoken of last, if there is just one candidate."""
    for text in (previous, *cited):
        people = list(dict.fromkeys(m[0] for m in _SOMEBODY.finditer(text.replace("The user's ", "my "))))
        named = [person for person in people if person.casefold() not in _HERE]
        if named:
            return named[0] if len(named) == 1 else None
    return None


def _named(rest: str, somebody: str) -> str:
    def put(match: re.Match[str]) -> str:
        word, after = match[0].lower(), rest[match.end() :]
        owns = word in ("his", "their") or (
            word == "her" and re.match(r"\s+[a-z]+", after) and not _PLACED.match(after.strip())
        )
        return f"{somebody}'s" if owns or word in ("hers", "theirs") else somebody

    return _PERSON.sub(put, rest, count=1)


def _plain(question: str) -> str:
    return " ".join(question.split()).rstrip("?!. ")


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST]
