"""Prompts: one file each, versioned, and the fence around what is put into them.

A prompt file begins with ``version: N`` and an empty line; the rest is the system text, sent word for word. Raise the
version with every change of the words, since it is part of the provenance of what the model drew.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.llm.model import Prompt

_HEAD = re.compile(r"version: (\d+)\n\n")
_CONTROL = re.compile(
    r"[<>`|\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    r"\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
    r"|\[(?=/?[A-Z_]{3,}\])"  # [INST] and its like
)


@dataclass(frozen=True, slots=True)
class PromptFile:
    """The constant part of a prompt."""

    name: str
    version: int
    system: str

    def about(self, user: str) -> Prompt:
        """The prompt about this data, which must have gone through ``fenced``."""
        return Prompt(name=self.name, version=self.version, system=self.system, user=user)


@cache
def prompt_file(name: str) -> PromptFile:
    """The prompt of that name in ``prompts/``. Raises AssertionError if it has no version."""
    text = files("assistant.llm").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")
    head = _HEAD.match(text)
    if head is None:
        raise AssertionError(f"{name}.md does not begin with its version")
    return PromptFile(name, int(head[1]), text[head.end() :].strip())


def fenced(value: Any) -> str:
    """A value as one line of JSON that no text in it can end, mark up or hide: data for a prompt.

    Brackets, bars and backticks, from which control tokens and fences are made, and invisible or direction-changing
    characters are written as escapes, and so is the bracket of ``[INST]`` and its like; everything else stays readable,
    whatever its script.
    """
    line = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return _CONTROL.sub(lambda match: _escaped(match[0]), line)


def _escaped(character: str) -> str:
    code = ord(character)
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"
