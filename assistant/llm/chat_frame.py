"""What a model's chat template puts around a system text and a user's, and nothing of those two themselves.

The surprising decision: a template never sees a prompt. It is rendered once with two marks in place of the texts and
cut at the marks, so control tokens come from the template's own words alone, and what is observed can spell them
without being them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llama_cpp.llama_chat_format import Jinja2ChatFormatter

# Private-use characters, which no template trims, splits or writes itself.
_SYSTEM, _USER = "\ue000system\ue001", "\ue000user\ue001"
_DAY = "1 January 2025"  # what a template that writes the date is told: a prefix that changes daily is not kept


@dataclass(frozen=True, slots=True)
class Frame:
    """The words before the system text, between it and the user's, and after that."""

    head: str
    between: str
    tail: str


PLAIN = Frame("### Instruction:\n", "\n\n### Input:\n", "\n\n### Response:\n")  # for a model without a usable template


def frame(template: str | None, bos: str, eos: str) -> Frame:
    """The frame a template makes; where it takes no system text, that goes first in the user's turn."""
    if not template:
        return PLAIN
    for messages in (_apart(), _folded()):
        found = _cut(_rendered(template, messages, bos, eos))
        if found is not None:
            return found
    return PLAIN


def _apart() -> list[dict[str, str]]:
    return [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _USER}]


def _folded() -> list[dict[str, str]]:
    return [{"role": "user", "content": f"{_SYSTEM}\n\n{_USER}"}]


def _rendered(template: str, messages: list[dict[str, str]], bos: str, eos: str) -> str:
    """The template with these messages, or nothing where it refuses them; it is a program from the model's file."""
    try:
        formatter: Any = Jinja2ChatFormatter(template=template, eos_token=eos, bos_token=bos)
        formatter.strftime_now = lambda _format: _DAY
        return str(formatter(messages=messages, enable_thinking=False, thinking=False).prompt)
    except Exception:  # noqa: BLE001 - whatever a stranger's program raises means that it cannot be used
        return ""


def _cut(rendered: str) -> Frame | None:
    if rendered.count(_SYSTEM) != 1 or rendered.count(_USER) != 1:
        return None
    head, _, rest = rendered.partition(_SYSTEM)
    between, found, tail = rest.partition(_USER)
    return Frame(head, between, tail) if found else None
