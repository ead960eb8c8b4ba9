"""The relation of a new proposition to an old one."""

from __future__ import annotations

import re
from datetime import datetime

from memory.embedder import Embedder, default_embedder
from memory.records import Relation

_DIGITS = re.compile(r"\d+")


class RelationJudge:
    """Judges pairs by the cosine of their embeddings."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def judge(
        self, old_text: str, new_text: str, old_at: datetime | None = None, new_at: datetime | None = None
    ) -> Relation:
        """The relation of ``new_text`` to ``old_text``."""
        old, new = self._embedder.embed([old_text, new_text])
        same = float(old @ new) > 0.92 and _DIGITS.findall(old_text) == _DIGITS.findall(new_text)
        return Relation(label="same" if same else "independent", probability=0.8)


def relate(
    old_text: str, new_text: str, old_at: datetime | None = None, new_at: datetime | None = None
) -> Relation:
    """The relation of ``new_text`` to ``old_text``, two propositions about the same user."""
    return RelationJudge(default_embedder()).judge(old_text, new_text, old_at, new_at)
