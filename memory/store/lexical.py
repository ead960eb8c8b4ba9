"""Full-text search of one item type: what a question's words find, BM25 ranked (FTS5, Porter stemmer).

A question is data: its words are quoted one by one, so no character of it is ever FTS5 syntax.
"""

from __future__ import annotations

import re

from memory.records import ItemType
from memory.store.connection import Connection

_WORD = re.compile(r"\w+", re.UNICODE)
_STOPWORDS = frozenset(
    """a about all also am an and any are as at be because been but by can could did do does for from get go had has
    have he her him his how i if in into is it its just like me my no not of on or our out s she should so some t than
    that the their them then there these they this to up us was we were what when where which who whom whose why will
    with would you your user tell say said know ve d ll re m""".split()
)
_LONGEST = 16  # words of a question used
_REMEMBERED = 4096  # words whose counts are kept
COMMON = 1000  # items a word may be in and still be looked up; ranking tens of thousands is what takes time


class Lexical:
    """The full-text index of one item type of one store."""

    def __init__(self, connection: Connection, item: ItemType) -> None:
        self._c = connection
        self._table = f"{item}s_fts"
        self._counts: dict[str, int] = {}  # items a common word was in when last asked

    def search(self, question: str, limit: int) -> list[tuple[int, float]]:
        """Up to ``limit`` (row, BM25 score above 0) sharing a word with the question, best first."""
        words = self._telling(terms(question))
        if not words:
            return []
        match = " OR ".join(f'"{word}"' for word in words)
        sql = f"SELECT rowid, -rank FROM {self._table} WHERE {self._table} MATCH ? ORDER BY rank LIMIT ?"
        return [(int(row), float(score)) for row, score in self._c.read(sql, (match, limit))]

    def _telling(self, words: list[str]) -> list[str]:
        """The words that are not in thousands of items: those tell little, and meaning finds the items anyway."""
        return [word for word in words if self._count(word) <= COMMON]

    def _count(self, word: str) -> int:
        if self._counts.get(word, 0) <= COMMON:  # a word that became common stays so; the others are counted anew
            if len(self._counts) >= _REMEMBERED:
                self._counts.clear()
            sql = f"SELECT count(*) FROM (SELECT 1 FROM {self._table} WHERE {self._table} MATCH ? LIMIT {COMMON + 1})"
            found = self._c.one(sql, (f'"{word}"',))
            self._counts[word] = int(found[0]) if found else 0
        return self._counts[word]


def terms(question: str) -> list[str]:
    """The distinct words of a question worth looking up, or all of them if it has nothing but common ones."""
    words = list(dict.fromkeys(_WORD.findall(question.replace("\0", " ").lower())))
    return ([w for w in words if w not in _STOPWORDS] or words)[:_LONGEST]
