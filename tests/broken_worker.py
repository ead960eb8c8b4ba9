"""A model's worker process that breaks in the way it is told to, saying all it was asked wherever it can.

Run as ``broken_worker.py BEHAVIOUR``; see ``BEHAVIOURS``.
"""

from __future__ import annotations

import json
import os
import signal
import sys

BEHAVIOURS = (
    "babble", "crash at load", "end", "garble", "mix up", "overflow", "quote", "raise", "raise at load", "refuse",
    "repeat", "segfault",
)  # fmt: skip
TYPE_CHECKING = False  # importing it takes longer than everything else here
if TYPE_CHECKING:
    from typing import Any

LOADED = {"name": "t", "architecture": "a", "context": 4096, "trained_context": 4096}
FIGURES = {"prompt_tokens": 9, "cached_tokens": 4, "tokens": 9, "first_seconds": 0.1, "seconds": 0.2}


def say(reply: Any) -> None:
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


def generate(behaviour: str, asked: dict[str, Any]) -> None:
    number, prompt = asked["id"], asked["user"]
    sys.stderr.write(prompt + "\n")
    replies: dict[str, list[Any]] = {
        "mix up": [{"id": prompt, "piece": prompt}],
        "overflow": [{"id": number, "piece": prompt * 5000}],
        "quote": [{"id": number, "done": {"text": prompt, "end": prompt} | FIGURES}],
        "refuse": [{"id": number, "failed": {"kind": "broken", "message": "the model failed (ValueError)"}}],
        "repeat": [{"id": number, "piece": prompt}, {"id": number, "done": {"text": prompt, "end": "stop"} | FIGURES}],
        "segfault": [{"id": number, "piece": prompt}],
    }
    for reply in replies.get(behaviour, ()):
        say(reply)
    garbage = {"babble": prompt + "\n", "garble": json.dumps({"id": number, "piece": prompt})[:-2] + "\n"}
    sys.stdout.write(garbage.get(behaviour, ""))
    sys.stdout.flush()
    end(behaviour, prompt)


def end(behaviour: str, prompt: str) -> None:
    """Die, if that is what it does."""
    if behaviour == "end":
        sys.exit(3)
    if behaviour == "raise":
        raise ValueError(prompt)
    if behaviour == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)


def main(behaviour: str) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "load":
            if behaviour == "crash at load":
                os.kill(os.getpid(), signal.SIGKILL)
            if behaviour == "raise at load":
                raise ValueError(asked["path"])
            say({"loaded": LOADED})
        elif asked["do"] == "count":
            say({"counts": [len(text) // 4 for text in asked["texts"]]})
        elif asked["do"] == "generate":
            generate(behaviour, asked)


if __name__ == "__main__":
    main(sys.argv[1])
