"""A model's tokens: text to tokens and back, with data kept apart from control.

llama.cpp leaves control tokens out when asked to read plain text, but not those a file calls "user defined", such as
``</think>``. Text that spells one is cut within it, until every token is one of letters.
"""

from __future__ import annotations

import ctypes
import re
from functools import lru_cache
from typing import Any

import llama_cpp
import numpy as np

_CONTROL = llama_cpp.LLAMA_TOKEN_ATTR_CONTROL | llama_cpp.LLAMA_TOKEN_ATTR_UNKNOWN
_MARK = _CONTROL | llama_cpp.LLAMA_TOKEN_ATTR_USER_DEFINED


class Vocabulary:
    """The tokens of one loaded model."""

    def __init__(self, model: Any) -> None:
        self.handle = llama_cpp.llama_model_get_vocab(model)
        self.size: int = llama_cpp.llama_vocab_n_tokens(self.handle)
        self.bos: int = llama_cpp.llama_vocab_bos(self.handle)
        self.eos: int = llama_cpp.llama_vocab_eos(self.handle)
        self.is_mark = lru_cache(maxsize=None)(self._is_mark)

    def markup(self, text: str) -> list[int]:
        """The tokens of our own words, in which control tokens are spelt out."""
        return self._tokens(text, special=True)

    def letters(self, text: str) -> list[int]:
        """The tokens of anybody's words: none of them is a control token, whatever they spell."""
        tokens = self._tokens(text, special=False)
        spelt = {self.piece(t, special=True).decode(errors="replace") for t in set(tokens) if self.is_mark(t)}
        within = "|".join(f"(?<={re.escape(s[0])})(?={re.escape(s[1:])})" for s in sorted(spelt) if len(s) > 1)
        parts = re.split(within, text) if within else [text]
        if len(parts) == 1:
            return tokens
        return [token for part in parts for token in self.letters(part)]

    def opening(self, tokens: list[int]) -> list[int]:
        """The same, beginning with the token that this model wants first."""
        wanted = llama_cpp.llama_vocab_get_add_bos(self.handle) and self.bos >= 0
        return [self.bos, *tokens] if wanted and tokens[:1] != [self.bos] else tokens

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """What a token spells; a control token nothing unless ``special``. Characters may be cut in the middle."""
        buffer = ctypes.create_string_buffer(64)
        length = llama_cpp.llama_token_to_piece(self.handle, token, buffer, len(buffer), 0, special)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = llama_cpp.llama_token_to_piece(self.handle, token, buffer, len(buffer), 0, special)
        return buffer.raw[: max(length, 0)]

    def text(self, token: int) -> str:
        """How the vocabulary writes a token, or "" where there is none of that number."""
        return (
            (llama_cpp.llama_vocab_get_text(self.handle, token) or b"").decode(errors="replace") if token >= 0 else ""
        )

    def ends(self, token: int) -> bool:
        """Whether a model says with it that it has finished."""
        return bool(llama_cpp.llama_vocab_is_eog(self.handle, token))

    def unwritable(self) -> np.ndarray[Any, np.dtype[np.int32]]:
        """The control tokens that do not end an answer: none of them has a place in one."""
        attributes = (llama_cpp.llama_vocab_get_attr(self.handle, token) for token in range(self.size))
        found = [token for token, attribute in enumerate(attributes) if attribute & _CONTROL]
        return np.array([token for token in found if not self.ends(token)], dtype=np.int32)

    def _is_mark(self, token: int) -> bool:
        """Whether a token means more than its letters; a run of spaces of its own kind does not."""
        marked = llama_cpp.llama_vocab_get_attr(self.handle, token) & _MARK
        return bool(marked) and bool(self.piece(token, special=True).strip())

    def _tokens(self, text: str, *, special: bool) -> list[int]:
        spelt = text.encode(errors="replace")
        room = len(spelt) + 16
        tokens = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self.handle, spelt, len(spelt), tokens, room, False, special)
        if count < 0:
            room = -count
            tokens = (llama_cpp.llama_token * room)()
            count = llama_cpp.llama_tokenize(self.handle, spelt, len(spelt), tokens, room, False, special)
        return list(tokens[: max(count, 0)])
