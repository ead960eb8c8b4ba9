"""A text cut into sentences, and a sentence into the parts that may have a verb of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.claims import words as w
from assistant.claims.phrases import EMPTY, PREPOSITIONS
from assistant.claims.tokens import NOBODY, OWNER, USER, Token
from assistant.claims.verbs import IS

_LINKS = frozenset(
    "and but or nor because so since while although though whereas when if before after until who which that having "
    "unless as".split()
)
THIRD = frozenset("he she they".split())
_DETERMINERS = frozenset("a an the this that these those some any no every each his her their its our another".split())
_MEANT = frozenset(
    "own like maybe perhaps probably no never previously formerly almost only hardly barely rarely seldom".split()
)


def sentences(all_: list[Token]) -> Iterator[tuple[list[Token], bool]]:
    """Each sentence and whether it is a question."""
    sentence: list[Token] = []
    for token in all_:
        if token.text in (".", "!", "?", "…"):
            if sentence:
                yield sentence, token.text == "?"
            sentence = []
        else:
            sentence.append(token)
    if sentence:
        yield sentence, False


def segments(sentence: list[Token]) -> Iterator[tuple[str, list[Token]]]:
    """The parts between marks and joining words, each with what joins it to the one before."""
    link, segment = "", list[Token]()
    for at, token in enumerate(sentence):
        joins = token.text in _LINKS and not _is_preposition(sentence, at)
        if joins or not re.match(r"[\w']", token.text):
            if segment:
                yield link, segment
                link, segment = "", []
            link = f"{link} {token.text}".strip()
        else:
            segment.append(token)
    if segment:
        yield link, segment


def _is_preposition(sentence: list[Token], at: int) -> bool:
    """Whether a word that may join clauses has only a noun after it: "since 2019", "as a nurse", "like that one"."""
    if sentence[at].text not in ("since", "until", "before", "after", "as", "that", "so"):
        return False
    if sentence[at].text == "that":
        return at + 1 < len(sentence) and not verb_at(sentence[at + 1 :]) and not _starts_clause(sentence[at + 1 :])
    if sentence[at].text == "so":
        return False
    rest = sentence[at + 1 : next((n for n in range(at + 1, len(sentence)) if sentence[n].text in _LINKS | {","}),
                                  len(sentence))]  # fmt: skip
    return verb_at(rest) is None


def _starts_clause(segment: list[Token]) -> bool:
    return bool(segment) and (segment[0].text in IS or w.is_third_person(segment[0].text))


def verb_at(segment: Sequence[Token]) -> int | None:
    """Where the verb of a clause with a subject of its own begins."""
    return next((at for at in range(1, len(segment)) if _begins_verb(segment, at)), None)


def _begins_verb(segment: Sequence[Token], at: int) -> bool:
    token, before = segment[at], segment[at - 1]
    text = token.text
    if text in IS:
        return before.text not in PREPOSITIONS
    after_pronoun = _is_pronoun(before) and not (token.pronoun and text != USER)
    if (after_pronoun or _after_adverb(segment, at)) and _may_be_any_verb(text):
        return True
    kind = w.finite(text)
    if all(one.text in w.ADVERBS for one in segment[:at]):
        return False
    if kind is None or before.text in _DETERMINERS or before.text in PREPOSITIONS or before.text == OWNER:
        return False
    if kind == "present" and not w.is_third_person(text):
        return False  # a base form only right after a pronoun
    return kind == "past" or not token.name


def _may_be_any_verb(text: str) -> bool:
    """Whether a word right after "I" is its verb, or says how that is meant."""
    if text in _MEANT:
        return True
    other = text == OWNER or text in w.ADVERBS or text in PREPOSITIONS or w.is_ing(text)
    return not other and text not in _DETERMINERS and text not in EMPTY


def _is_pronoun(token: Token) -> bool:
    """Whether the next word that is no adverb is its verb, known as one or not."""
    return token.pronoun or token.text in (NOBODY, *THIRD, "it", "we", "who", "there")


def _after_adverb(segment: Sequence[Token], at: int) -> bool:
    """Whether only adverbs stand between a pronoun and this."""
    back = at - 1
    while back > 0 and segment[back].text in w.ADVERBS:
        back -= 1
    return back < at - 1 and _is_pronoun(segment[back])
