"""The whole path with a language model in it, as a program of its own; the test's side of it is in ``whole_path``.

    python -m thinking_path COMMAND < task.json

It says of every prompt which it is, whether a word of the test's stands in it, and which process writes the answer.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import whole_path
from support import PASSPHRASE, START, Clock, said

TOKENS = 48  # of an answer at most: what is written makes no sense, and there is no need of much
STEPS = 12  # of thinking at most


def _say(step: Any) -> None:
    print(json.dumps(step), flush=True)  # noqa: T201


def everything(task: Mapping[str, Any]) -> None:
    """A model is chosen, reads again, sums up, answers, is corrected and looks at a picture."""
    from assistant import Assistant  # noqa: PLC0415

    whole_path.make_cheap()
    now = Clock(START + timedelta(days=1000))
    with Assistant.open(task["vault"], passphrase=PASSPHRASE, create=True, clock=now) as a:
        _say("open")
        _watch(task["mark"])
        a.use_model(task["model"], task["projector"])
        a.observe(said(text, f"k{n}", days=n / 100) for n, text in enumerate(task["messages"]))
        a.distil()
        now.pass_days(1)  # summaries are looked for every now and then
        _think(a)
        _converse(a, task)
        _look(a, task["pictures"])
    _say("done")


def _watch(mark: str) -> None:
    """Say of every call of the model what it is, and when its first piece is there."""
    from assistant.llm.hosted import HostedModel  # noqa: PLC0415

    generate, caption = HostedModel.generate, HostedModel.caption

    def watched(self: Any, prompt: Any, **more: Any) -> Any:
        told, heard = more.pop("told", None), []

        def hear(piece: str) -> None:
            if piece and not heard:
                heard.append(piece)
                _say(["piece", prompt.name, self.host._loader.live().pid])
            if told is not None:
                told(piece)

        _say(["asked", prompt.name, mark in prompt.user.casefold()])
        more["most_tokens"] = min(TOKENS, more.get("most_tokens", TOKENS))
        return generate(self, prompt, told=hear, **more)

    def seen(self: Any, png: bytes, prompt: Any, **more: Any) -> Any:
        _say(["asked", prompt.name, mark.encode() in png])
        return caption(self, png, prompt, **more | {"most_tokens": TOKENS})

    HostedModel.generate, HostedModel.caption = watched, seen  # type: ignore[method-assign]


def _think(a: Any) -> None:
    from memory.errors import ModelFailedError  # noqa: PLC0415

    for _ in range(STEPS):
        try:
            if not a.think():
                return
        except ModelFailedError as error:
            _say(["failed", str(error)])


def _converse(a: Any, task: Mapping[str, Any]) -> None:
    from memory.records import Turn  # noqa: PLC0415

    for question in task["questions"]:
        answer = a.ask(question, told=lambda _sentence: None)
        _say(["answered", answer.written_by])
        turn = Turn(question=question, answer=answer.text, cited=tuple(hit.id for hit in answer.citations))
        for reply in task["replies"]:
            a.ask(reply, turns=[turn])
    _say(["model", a.model()["reason"]])


def _look(a: Any, words: list[str]) -> None:
    """Have a picture described that says the words where no eye sees them."""
    from PIL import Image  # noqa: PLC0415
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    from assistant.llm.prompting import prompt_file  # noqa: PLC0415

    about, made = PngInfo(), io.BytesIO()
    for word in words:
        about.add_text("Comment", word)
    Image.new("RGB", (64, 48), "white").save(made, "PNG", pnginfo=about)
    model = a._host.model()
    if model is not None:
        prompt = prompt_file("caption").about(" ".join(words))
        _say(["described", model.caption(made.getvalue(), replace(prompt)).end])


def task_step(task: Mapping[str, Any]) -> None:
    """One step of a task over a vault that is there, killed before its ``die``-th statement that changes anything."""
    import thinking_vault  # noqa: PLC0415

    with thinking_vault.opened(Path(task["vault"])) as a:
        _say("open")
        left = Counter(left=task["die"])

        def count(_sql: str) -> None:
            left["left"] -= 1
            if left["left"] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        thinking_vault.watch(a, before=count)
        thinking_vault.step(a, task["task"], Event())
    _say("done")


if __name__ == "__main__":
    {"everything": everything, "step": task_step}[sys.argv[1]](json.load(sys.stdin))
