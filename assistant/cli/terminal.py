"""Talking to whoever runs a command: answers on stdout, everything else on stderr, questions only to a person.

Colour is click's business (none off a terminal), but for ``NO_COLOR`` and ``TERM=dumb``, which the root command obeys.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from memory.errors import InvalidInputError

_WIDEST = 110  # characters of a line of prose that are still easy to read


Advance = Callable[[int], None]  # moves a progress bar by that many steps


def answer(text: str = "") -> None:
    """Print to stdout. Observed text must have gone through ``safe`` first."""
    click.echo(text)


def answer_json(value: Any) -> None:
    """Print one JSON document to stdout, in ASCII: nothing a terminal could take for a command survives that."""
    click.echo(json.dumps(value, indent=2, default=lambda v: v.isoformat()))


def note(text: str) -> None:
    """Print a diagnostic to stderr."""
    click.echo(text, err=True)


def dim(text: str) -> str:
    """For what a reader may skip."""
    return click.style(text, dim=True)


def bold(text: str) -> str:
    """For headings."""
    return click.style(text, bold=True)


def wrapped(text: str, indent: int, hanging: int | None = None) -> str:
    """``text`` filled to the terminal's width; on one line where stdout is no terminal, so that it can be searched.

    ``text`` starts in column ``indent``, where the caller already is; further lines start in column ``hanging``.
    """
    if not sys.stdout.isatty():
        return text
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    hanging = indent if hanging is None else hanging
    filled = textwrap.fill(text, max(width, hanging + 20), initial_indent=" " * indent, subsequent_indent=" " * hanging)
    return filled[indent:]


def is_interactive() -> bool:
    """Whether there is a person to ask: questions are read from stdin and written to stderr."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreed(question: str, yes: bool) -> bool:
    """Whether the user agrees, by ``--yes`` or when asked. Raises InvalidInputError where nobody can be asked."""
    if yes:
        return True
    if not is_interactive():
        raise InvalidInputError("this asks before it goes ahead and there is no terminal to ask on; add --yes")
    return click.confirm(question, err=True)


def counted(number: int, noun: str) -> str:
    """``1 message``, ``2,340 messages``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(number: int) -> str:
    """Bytes in the unit a person would choose."""
    amount = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"


@contextmanager
def progress(label: str, length: int) -> Iterator[Advance]:
    """A progress bar on stderr while the block runs; nothing at all where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _steps: None
        return
    with click.progressbar(length=max(1, length), label=label, file=sys.stderr, width=30) as shown:
        yield shown.update
