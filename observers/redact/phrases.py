"""Wallet recovery phrases (BIP-39).

Twelve list words in a row are taken for a phrase without looking at the checksum: one misread word breaks a checksum
and still gives the wallet away. The English list is a data file; phrases in other languages are recognised when they
are announced. Word list: bitcoin/bips, bip-0039/english.txt, MIT licence.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from observers.redact import vocabulary as words
from observers.redact.spans import Span, lowered

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 12
ANNOUNCED = 6  # list words in a row beside an announcement; fewer happen in prose
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_GAP = re.compile(r"(?!.*\n[ \t]*\n)[\s\d.,;:)(|•·\-–\"'\[\]#*/]{0,12}", re.DOTALL)
# Words of a list have three letters or more; in prose a shorter one soon comes. An empty line ends the list.
_LOOSE_WORD = re.compile(r"[ \t\d.,)|•·\-]{0,8}\n?[ \t\d.,)|•·\-]{0,8}(?<![^\W\d_])([^\W\d_]{3,})")
_BEGINS = re.compile(r"[^\n:：\ue000]{0,40}[:：\n]\s*")
_CUE = re.compile(rf"{words.START}(?:{words.RECOVERY_PHRASE})(?![a-z])")
_MANY = re.compile(r"(?<![a-z])(?:[a-z]{3,8}+[\s\d.,;:)(|•·\-–\"'\[\]#*/]{1,12}+){11}[a-z]{3}")
_CHATTER = frozenset(
    "sure wait right maybe okay fine again already ready about just what nice later hello never cool enough".split()
)


@cache
def word_list() -> frozenset[str]:
    """Return the 2,048 English words."""
    return frozenset((files("observers.redact") / "bip39_english.txt").read_text(encoding="utf-8").split())


def announces(text: str) -> bool:
    """Whether the text asks for a recovery phrase or says that one follows."""
    return _CUE.search(lowered(text)) is not None


def find(text: str, *, announced: bool = False, spoken: bool = True) -> Iterator[Span]:
    """Yield every recovery phrase.

    ``announced`` if an earlier text of the thread spoke of one; ``spoken`` unless this one surely does not.
    """
    cue = _CUE.search(lowered(text)) if spoken else None
    if cue is None and not announced and _MANY.search(lowered(text)) is None:
        return
    shortest = ANNOUNCED if cue else 4 if announced else SHORTEST
    yield from _listed(text, shortest)
    if announced and cue is None:
        yield from _whole(text)
    if cue:
        for match in _CUE.finditer(lowered(text), cue.start()):
            yield from _loose(text, match.end())


def _listed(text: str, shortest: int) -> Iterator[Span]:
    known = word_list()
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        if run and not _GAP.fullmatch(text, run[-1].end(), match.start()):
            yield from _phrase(run, shortest)
            run = []
        if match.group().lower() in known:
            run.append(match)
        else:
            yield from _phrase(run, shortest)
            run = []
    yield from _phrase(run, shortest)


def _phrase(run: list[re.Match[str]], shortest: int) -> Iterator[Span]:
    if len(run) >= shortest:
        yield Span(run[0].start(), run[-1].end(), "recovery phrase")


def _whole(text: str) -> Iterator[Span]:
    """One to three words and nothing else, in a thread where a phrase is being dictated."""
    found = list(_WORD.finditer(text))
    spoken = [m.group().lower() for m in found]
    if 1 <= len(spoken) <= 3 and all(w in word_list() for w in spoken) and not set(spoken) & _CHATTER:
        yield Span(found[0].start(), found[-1].end(), "recovery phrase")


def _loose(text: str, start: int) -> Iterator[Span]:
    """Eleven or more bare words after an announcement and a colon or line break, in whatever language."""
    begin = _BEGINS.match(text, start)
    run: list[re.Match[str]] = []
    at = begin.end() if begin else len(text)
    while len(run) < 24 and (match := _LOOSE_WORD.match(text, at)):
        run.append(match)
        at = match.end()
    if len(run) >= 11:
        yield Span(run[0].start(1), run[-1].end(1), "recovery phrase")
