"""Whether a sentence of a model's says no more than the notes it cites: decided in code, before anybody reads it.

A sentence that fails is dropped, never mended. The surprising decision: being close in meaning is not enough, because
"You drive a blue Yaris to work" is as close to "You drive a red Yaris" as any good retelling. So the words are counted
too: at most one in four that say something may be new, and none may be a name or a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answering.notes import THE_USER, Note
from assistant.answering.vocabulary import calendar_words, content, unknown_names, unknown_numbers
from assistant.distillers.small import verbs
from assistant.mentioned import numbers_in
from assistant.planted import instructs

if TYPE_CHECKING:
    from memory.embedder import Embedder

# Chosen on 38 pairs of a note and a sentence about it, 19 true and 19 not (tests/assistant/answering/test_support.py
# has those that are in English): with no new word the false ones were below 0.2 or turned the meaning round, with one
# the true ones lay above 0.66 and the false ones below 0.46.
CLOSE = 0.6  # cosine to what is cited that a sentence with a new word needs
NOT_FAR = 0.2  # and one without
NEW_SHARE = 4  # one new word is allowed in so many, and one in any sentence
LONGEST = 400  # characters
SHORT = 120  # characters of a note in which what is denied is what it is about

_FIRST_PERSON = re.compile(r"\b(?:i|i['’](?:m|ve|d|ll)|me|my|mine|myself|we|us|our|ours)\b", re.IGNORECASE)
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|you['’]\w+)\b", re.IGNORECASE)
_QUOTED = re.compile(r"“([^“”]{3,})”|\"([^\"]{3,})\"|‘([^‘’]{3,})’")
_ADDRESS = re.compile(
    r"(?:\w+://|www\.|@)\S+|\b[\w-]+\.(?:com|org|net|io|co|app|dev|info|ai|xyz|de|uk)\b\S*", re.IGNORECASE
)
_NEGATED = re.compile(
    r"\b(?:not|no(?!\s*[,.!])|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t|stop(?:s|ped)?|quit"
    r"|gave up|given up|avoid(?:s|ed)?|refus\w+|except|dislikes?|hates?|detests?|former\w*|used to|ended"
    r"|sold|lost)\b",
    re.IGNORECASE,
)
_SEEN = re.compile(r"\b(?:screens?|pages?|sites?|websites?|windows?|articles?|messages?|e-?mails?|posts?|read|saw)\b")
_PIECE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_])")


def is_supported(sentence: str, cited: Sequence[Note], question: str, embedder: Embedder) -> bool:
    """Whether each part of ``sentence`` may be told to the user as what the ``cited`` notes say."""
    if not _well_formed(sentence):
        return False
    rest, bearing = _without_quotes(sentence, cited), _bearing(sentence, cited)
    return (
        bool(bearing)
        and _addressed(rest)
        and _mentions_only(rest, bearing, question)
        and all(_says(piece, bearing, question, embedder) for piece in _PIECE.split(rest))
    )


def _well_formed(sentence: str) -> bool:
    """One printable line that states something: no question, no order, no markup."""
    first = re.split(r"\W", sentence.casefold(), maxsplit=1)[0]
    told_to = first not in verbs.ALSO_NOUNS or not _SECOND_PERSON.search(sentence)
    ordered = first == "please" or (verbs.is_base(first) and told_to)
    return (
        len(sentence) <= LONGEST
        and sentence.isprintable()
        and not re.search(r"[\[\]{}<>|`#]", sentence)
        and not sentence.endswith("?")
        and not ordered
        and not instructs(sentence)
    )


def _without_quotes(sentence: str, cited: Sequence[Note]) -> str:
    """The sentence less what it quotes word for word."""
    known = " ".join(" ".join(note.words for note in cited).casefold().split())

    def kept(match: re.Match[str]) -> str:
        quoted = " ".join((match[1] or match[2] or match[3]).casefold().split()).rstrip(".…!,")
        return "" if quoted in known else match[0]

    return _QUOTED.sub(kept, sentence)


def _addressed(rest: str) -> bool:
    """It speaks to the user, or about somebody else; the writer is nobody."""
    return not _FIRST_PERSON.search(rest) and THE_USER not in rest.casefold()


def _mentions_only(rest: str, cited: Sequence[Note], question: str) -> bool:
    """No name, number or address that is not in the notes; days of the calendar may be the question's."""
    known = "\n".join(note.words for note in cited)
    if any(found[0].rstrip(".,;:!") not in known for found in _ADDRESS.finditer(rest)):
        return False
    return not unknown_numbers(rest, numbers_in(known)) and not unknown_names(
        rest, f"{known}\n{calendar_words(question)}"
    )


def _bearing(sentence: str, cited: Sequence[Note]) -> list[Note]:
    """The notes that a sentence may rest on: what others said or a screen showed bears on the user only as theirs."""
    if not _SECOND_PERSON.search(sentence):
        return list(cited)
    low = sentence.casefold()
    return [note for note in cited if note.by in (None, THE_USER) or _names_source(low, note)]


def _names_source(low: str, note: Note) -> bool:
    if note.hit.speaker is None:
        return bool(_SEEN.search(low))
    return any(part in low for part in (note.by or "").casefold().split() if len(part) > 2)


def _says(piece: str, cited: Sequence[Note], question: str, embedder: Embedder) -> bool:
    """Whether the words of one sentence are the notes' own, with little added and nothing turned round."""
    words = content(piece)
    if not words:
        return True
    if _turned_round(piece, cited):
        return False
    held, asked = set(content("\n".join(note.words for note in cited))), set(content(question))
    new = [word for word in words if word not in held and word not in asked]
    if len(new) > max(1, len(words) // NEW_SHARE):
        return False
    cosine = _closeness(piece, cited, embedder)
    return cosine >= CLOSE or (not new and cosine >= NOT_FAR and any(word in held for word in words))


def _turned_round(piece: str, cited: Sequence[Note]) -> bool:
    """It denies what no note denies, or asserts what every note, being short, denies."""
    denied = [bool(_NEGATED.search(note.words)) or note.ended is not None for note in cited]
    if _NEGATED.search(piece):
        return not any(denied)
    return all(denied) and all(len(note.shown) <= SHORT for note in cited)


def _closeness(piece: str, cited: Sequence[Note], embedder: Embedder) -> float:
    """The cosine of a sentence to the nearest note, or to all it cites together."""
    meanings = [note.meaning for note in cited]
    together = [" ".join(meanings)] if len(meanings) > 1 else []
    vectors = embedder.embed([piece, *meanings, *together])
    return float((vectors[1:] @ vectors[0]).max())
