"""What an answer may look like: a GBNF grammar made for one prompt, from the lines that may be quoted in it.

The order is the point. A number and the words of that line come before the claim, so that a model finds what it rests
on first; whose fact it is comes before "The user" is written, so that it can say "other" and leave it at that. Lists
and strings are bounded, so no answer is endless, and what the vocabularies do not hold cannot be written.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.distillers.llama.windows import Window
from memory.records import KINDS, LIFESPANS, SENSITIVITIES

MOST_FACTS = 8  # of one answer; the fullest gold snippet has 6
BASES = ("stated", "implied", "observed")
CERTAINTY = {"sure": 0.91, "likely": 0.77, "unsure": 0.53}  # means of the gold certainties from .85, from .65, below
_QUOTE = 160  # characters; the longest gold quote has 100
_TEXT = 180  # characters after "The user"; the longest gold proposition has 156


def grammar(window: Window) -> str:
    """The grammar of answers about this window. Only the user can state something: other lines get no such basis."""
    mine = [number for number, line in window.numbered.items() if line.mine]
    others = [number for number, line in window.numbered.items() if not line.mine]
    kinds = {"mine": (mine, BASES), "seen": (others, BASES[1:])}
    rules = [_fact(name, numbers, bases) for name, (numbers, bases) in kinds.items() if numbers]
    fact = " | ".join(name for name, (numbers, _) in kinds.items() if numbers)
    more = min(MOST_FACTS, 2 + len(window.numbered)) - 1
    root = f'root ::= {_says(_OPEN)} (fact ("," fact){{0,{more}}})? "]}}"'
    return "\n".join([root, f"fact ::= {fact}", *rules, *_FIXED])


def _fact(name: str, numbers: Iterable[int], bases: Iterable[str]) -> str:
    """A fact from one of these lines; one that is not about the user ends there."""
    line = " | ".join(_says(str(number)) for number in numbers)
    return (
        f"{name} ::= {_says(_LINE)} ({line}) quote ({_says(_OTHERS)} | {_says(_USERS)} text kind "
        f'{_says(_key("basis"))} ({_any(bases)}) sure lifespan until? class?) "}}"'
    )


def _says(text: str) -> str:
    """Exactly this text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _any(values: Iterable[str]) -> str:
    """One of these, as a JSON string."""
    return " | ".join(_says(f'"{value}"') for value in values)


def _key(name: str) -> str:
    return f',"{name}":'


_OPEN = '{"facts":['
_LINE = '{"line":'
_OTHERS = _key("about") + '"other"'
_USERS = _key("about") + '"user"'
_FIXED = (
    f"""quote ::= {_says(_key("quote") + '"')} quoted{{1,{_QUOTE}}} {_says('"')}""",
    r"""quoted ::= [^"\\\x00-\x1f\x7f-\x9f] | "\\" (["\\/nt] | "u" [0-9a-fA-F]{4})""",  # a line's escapes, copied
    f"""text ::= {_says(_key("text") + '"The user')} (" " | "'s ") letter{{3,{_TEXT}}} {_says('"')}""",
    r"""letter ::= [^"\\\x00-\x1f\x7f-\x9f] | "\\" ["\\]""",
    f"kind ::= {_says(_key('kind'))} ({_any(KINDS)})",
    f"sure ::= {_says(_key('sure'))} ({_any(CERTAINTY)})",
    f"lifespan ::= {_says(_key('lifespan'))} ({_any(LIFESPANS)})",
    f"""until ::= {_says(_key("until") + '"20')} [0-9] [0-9] "-" [01] [0-9] "-" [0-3] [0-9] {_says('"')}""",
    f"class ::= {_says(_key('sensitivity'))} ({_any(SENSITIVITIES)})",
)
