"""Which token comes next: always the likeliest of those the grammar allows, so the same prompt gives the same text.

A grammar is slow to ask about a whole vocabulary (150,000 tokens) and quick about a few, so the likeliest tokens are
asked about first; the first allowed one among them is the likeliest allowed one of all.
"""

from __future__ import annotations

import ctypes
from typing import Any

import llama_cpp
import numpy as np

from assistant.llm.vocabulary import Vocabulary

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])  # llama_token_data
_FEW = 128

Floats = np.ndarray[Any, np.dtype[np.float32]]
Tokens = np.ndarray[Any, np.dtype[np.int32]]


class GrammarError(ValueError):
    """The grammar cannot be read."""


class Chooser:
    """Chooses the tokens of one answer, in order. To be closed."""

    def __init__(self, vocabulary: Vocabulary, unwritable: Tokens, grammar: str | None) -> None:
        self._unwritable = unwritable
        self._grammar: Any = None
        if grammar is not None:
            spelt = grammar.encode(errors="replace")
            if spelt.strip() and b"\0" not in spelt:  # llama.cpp takes an empty one for none
                self._grammar = llama_cpp.llama_sampler_init_grammar(vocabulary.handle, spelt, b"root")
            if not self._grammar:
                raise GrammarError

    def next(self, logits: Floats) -> int | None:
        """The next token, or None where the grammar allows none."""
        scores = np.where(np.isnan(logits), np.float32(-np.inf), logits)
        scores[self._unwritable] = -np.inf
        if self._grammar is None:
            return int(scores.argmax())
        for count in (1, _FEW, len(scores)):
            token = self._allowed(_likeliest(scores, count), scores)
            if token is not None:
                llama_cpp.llama_sampler_accept(self._grammar, token)
                return token
        return None

    def close(self) -> None:
        """Give back what the grammar took."""
        if self._grammar:
            llama_cpp.llama_sampler_free(self._grammar)
            self._grammar = None

    def _allowed(self, tokens: Tokens, scores: Floats) -> int | None:
        """The first of these tokens that the grammar allows."""
        candidates = np.zeros(len(tokens), dtype=_CANDIDATE)
        candidates["id"], candidates["logit"] = tokens, scores[tokens]
        data = candidates.ctypes.data_as(llama_cpp.llama_token_data_p)
        offered = llama_cpp.llama_token_data_array(data=data, size=len(tokens), selected=-1, sorted=False)
        llama_cpp.llama_sampler_apply(self._grammar, ctypes.byref(offered))
        allowed = np.flatnonzero(np.isfinite(candidates["logit"]))
        return int(candidates["id"][allowed[0]]) if len(allowed) else None


def _likeliest(scores: Floats, count: int) -> Tokens:
    """The tokens with the highest scores, best first, the lower number first among equals."""
    if count == 1:
        return np.array([scores.argmax()], dtype=np.int32)
    best = np.argpartition(-scores, count)[:count] if count < len(scores) else np.arange(len(scores))
    return best[np.lexsort((best, -scores[best]))].astype(np.int32)
