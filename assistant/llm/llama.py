"""A GGUF file run by llama.cpp, for the worker process alone: nothing else may import this module.

The surprising decision: what is kept of an earlier prompt is kept by whole chunks, and the chunks begin anew where the
user's text does. A token's numbers depend, in the last bit, on which tokens were evaluated along with it; cut always at
the same places, a prompt gives the same answer whatever was asked before it.

Attention is computed the plain way over 16-bit keys and values. On processors, flash attention took 2.4 times as long
per token after 1,300 tokens (layers of 1.7 billion weights' shape, Q4_K_M, one core with AVX2, llama.cpp of
llama-cpp-python 0.3.36), and 8-bit keys and values made prompts a third slower for half the memory.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np

from assistant.llm.chat_frame import Frame, frame
from assistant.llm.generation import Answer, End, FailedError, Halt, HaltedError, Written
from assistant.llm.sampling import Chooser, GrammarError
from assistant.llm.state_cache import StateCache
from assistant.llm.vision import BATCH, Eyes, Picture
from assistant.llm.vocabulary import Vocabulary

CHUNK = 128  # tokens evaluated at once
LEAST_ANSWER = 64  # tokens of room without which a prompt is too long, unless fewer are asked for
_ABORTED, _NO_ROOM = 2, -2  # what llama_decode returns

Chunks = list[tuple[int, ...]]


# llama.cpp describes models and complains on stderr; nobody reads it there.
_BE_QUIET = llama_cpp.llama_log_callback(lambda _level, _text, _data: None)


class Llama:
    """A loaded model. One thread uses it."""

    def __init__(self, path: Path, context: int, threads: int, projector: Path | None = None) -> None:
        """Load it, and what lets it see. Raises FailedError."""
        llama_cpp.llama_log_set(_BE_QUIET, None)
        self._halt = Halt(float("inf"), lambda: False)
        self._aborts = llama_cpp.ggml_abort_callback(lambda _data: self._halt())
        self._model = _model(path)
        self.trained_context: int = llama_cpp.llama_model_n_ctx_train(self._model)
        self.context = min(context, self.trained_context) if self.trained_context > 0 else context
        self._eyes: Eyes | None = None
        self._native: Any = None
        try:
            self._native = self._new_context(threads, CHUNK if projector is None else BATCH)
            if projector is not None:
                self._eyes = Eyes(projector, self._model, threads, _BE_QUIET)
        except FailedError:
            self.close()
            raise
        self._memory = llama_cpp.llama_get_memory(self._native)
        self.vocabulary = Vocabulary(self._model)
        self._unwritable = self.vocabulary.unwritable()
        self._held: Chunks = []  # what of a prompt is evaluated
        self._position = 0
        self._states: StateCache[np.ndarray[Any, np.dtype[np.uint8]]] = StateCache()
        self.name = self._metadata("general.name") or path.stem
        self.architecture = self._metadata("general.architecture")
        self.frame: Frame = frame(
            (llama_cpp.llama_model_chat_template(self._model, None) or b"").decode(errors="replace"),
            self.vocabulary.text(self.vocabulary.bos),
            self.vocabulary.text(self.vocabulary.eos),
        )

    def close(self) -> None:
        """Unload it."""
        if self._eyes:
            self._eyes.close()
        if self._native:
            llama_cpp.llama_free(self._native)
        if self._model:
            llama_cpp.llama_model_free(self._model)
        self._eyes = self._native = self._model = None

    def count(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has."""
        return [len(self.vocabulary.letters(text)) for text in texts]

    def prompt(self, system: str, user: str) -> tuple[list[int], list[int]]:
        """The tokens of a prompt: those that are the same whatever the user's text, and the others."""
        vocabulary = self.vocabulary
        head = vocabulary.opening(vocabulary.markup(self.frame.head))
        before = [*head, *vocabulary.letters(system), *vocabulary.markup(self.frame.between)]
        return before, [*vocabulary.letters(user), *vocabulary.markup(self.frame.tail)]

    def generate(
        self,
        system: str,
        user: str,
        halt: Halt,
        grammar: str | None = None,
        most_tokens: int = 512,
        told: Callable[[str], None] = lambda _piece: None,
        picture: Picture | None = None,
    ) -> Written:
        """Answer a prompt; ``told`` hears the answer piece by piece. Raises FailedError, after which it can go on."""
        before, after = self.prompt(system, user)
        length = len(before) + len(after) + (picture.tokens if picture else 0)
        room = self.context - length
        if room < min(most_tokens, LEAST_ANSWER):
            raise FailedError("too long", f"{length} tokens leave no room for an answer in {self.context}")
        try:
            chooser = Chooser(self.vocabulary, self._unwritable, grammar)
        except GrammarError:
            raise FailedError("grammar", "llama.cpp cannot read the grammar") from None
        answer = Answer(told, halt, length)
        self._halt = halt
        try:
            answer.cached_tokens = self._evaluate(_chunks(before), _chunks(after), picture)
            answer.end = self._write(answer, chooser, min(most_tokens, room))
        except HaltedError:
            answer.end = halt.reason or "stopped"
        except MemoryError:
            self._forget()
            raise FailedError("memory", "there is not enough memory") from None
        finally:
            chooser.close()
        return answer.written()

    def caption(
        self,
        png: bytes,
        system: str,
        user: str,
        halt: Halt,
        most_tokens: int,
        told: Callable[[str], None] = lambda _piece: None,
    ) -> Written:
        """Answer a prompt about a picture, which is put before the user's text; as :meth:`generate`."""
        if self._eyes is None:
            raise FailedError("broken", "this model cannot see pictures")
        with self._eyes.look(png) as picture:
            return self.generate(system, user, halt, None, most_tokens, told, picture)

    def _write(self, answer: Answer, chooser: Chooser, most_tokens: int) -> End:
        while answer.tokens < most_tokens:
            token = chooser.next(self._logits())
            if token is None or self.vocabulary.ends(token):
                return "stop"
            answer.add(self.vocabulary.piece(token))
            if answer.tokens < most_tokens:
                self._decode((token,))
        return "length"

    def _evaluate(self, before: Chunks, after: Chunks, picture: Picture | None) -> int:
        """Have the whole prompt in the memory and its last logits at hand; how many of its tokens were there."""
        chunks = before if picture else [*before, *after]
        kept = self._reuse(before, chunks if picture else chunks[:-1])  # somebody has to write the last logits
        for done in range(kept, len(chunks)):
            self._hold(chunks[done])
            if done + 1 == len(before):
                self._save(before)
        if picture:
            self._show(picture)
            for chunk in after:
                self._decode(chunk)
        return sum(len(chunk) for chunk in chunks[:kept])

    def _hold(self, chunk: tuple[int, ...]) -> None:
        self._decode(chunk)
        self._held.append(chunk)

    def _show(self, picture: Picture) -> None:
        if self._halt():
            raise HaltedError
        after = self._eyes.show(picture, self._native, self._position) if self._eyes else None
        if after is None and self._halt.reason:
            raise HaltedError
        if after is None:
            self._forget()
            raise FailedError("broken", "the model failed over the picture")
        self._position = after

    def _reuse(self, before: Chunks, chunks: Chunks) -> int:
        """Reduce the memory to what begins as these do, or bring back a saved state; how many chunks that leaves."""
        kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(self._held, chunks, strict=False)))
        if kept < len(before) <= len(chunks) and self._restore(before):
            return len(before)
        end = sum(len(chunk) for chunk in self._held[:kept])
        if not (kept and llama_cpp.llama_memory_seq_rm(self._memory, 0, end, -1)):
            self._forget()
            kept = 0
        del self._held[kept:]
        self._position = end if kept else 0
        return kept

    def _save(self, before: Chunks) -> None:
        size = llama_cpp.llama_state_seq_get_size(self._native, 0)
        state = np.empty(size, dtype=np.uint8)
        if llama_cpp.llama_state_seq_get_data(self._native, _bytes_at(state), size, 0) == size:
            self._states.put(tuple(before), state)

    def _restore(self, before: Chunks) -> bool:
        state = self._states.get(tuple(before))
        if state is None:
            return False
        self._forget()
        if not llama_cpp.llama_state_seq_set_data(self._native, _bytes_at(state), state.nbytes, 0):
            self._forget()
            return False
        self._held = list(before)
        self._position = sum(map(len, before))
        return True

    def _forget(self) -> None:
        llama_cpp.llama_memory_clear(self._memory, True)
        self._held = []
        self._position = 0

    def _decode(self, tokens: Sequence[int]) -> None:
        if self._halt():
            raise HaltedError
        spelt = (llama_cpp.llama_token * len(tokens))(*tokens)  # which the batch points to and does not keep
        batch = llama_cpp.llama_batch_get_one(spelt, len(tokens))
        places = (llama_cpp.llama_pos * len(tokens))(*range(self._position, self._position + len(tokens)))
        batch.pos = places  # a picture may take fewer places than tokens
        result = llama_cpp.llama_decode(self._native, batch)
        if result == 0:
            self._position += len(tokens)
            return
        if result == _ABORTED and self._halt.reason:
            raise HaltedError
        self._forget()
        if result == _NO_ROOM:
            raise FailedError("memory", "there is not enough memory")
        raise FailedError("broken", f"llama.cpp gave up with {result}")

    def _logits(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        return np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(self._native, -1), (self.vocabulary.size,))

    def _new_context(self, threads: int, batch: int) -> Any:
        wanted = llama_cpp.llama_context_default_params()
        wanted.n_ctx = self.context
        wanted.n_batch = wanted.n_ubatch = batch
        wanted.n_threads = wanted.n_threads_batch = threads
        wanted.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        wanted.swa_full = True  # a window that forgets cannot be cut back to a prefix
        wanted.abort_callback = self._aborts
        made = llama_cpp.llama_init_from_model(self._model, wanted)
        if not made:
            raise FailedError("memory", f"there is not enough memory for a context of {self.context} tokens")
        return made

    def _metadata(self, key: str) -> str:
        buffer = ctypes.create_string_buffer(256)
        length = llama_cpp.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return buffer.value.decode(errors="replace") if length > 0 else ""


def _model(path: Path) -> Any:
    """The weights, mapped into memory, not read."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError:
        raise FailedError("missing", "the model file cannot be read") from None
    if magic != b"GGUF":
        raise FailedError("missing", "the file is not a GGUF file")
    wanted = llama_cpp.llama_model_default_params()
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), wanted)
    if not model:
        raise FailedError("broken", "llama.cpp cannot load this file: it is damaged, or of a kind it does not know")
    if llama_cpp.llama_model_has_encoder(model) or not llama_cpp.llama_model_has_decoder(model):
        llama_cpp.llama_model_free(model)
        raise FailedError("broken", "the model in this file cannot write text from a prompt")
    return model


def _chunks(tokens: Sequence[int]) -> Chunks:
    return [tuple(tokens[start : start + CHUNK]) for start in range(0, len(tokens), CHUNK)]


def _bytes_at(state: np.ndarray[Any, np.dtype[np.uint8]]) -> Any:
    return state.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
