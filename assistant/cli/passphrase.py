"""Where a passphrase comes from, in this order: a file, the environment, the system's keyring, a person.

It is never an argument of a command: those are visible to every process of the machine and kept in shell histories.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from assistant.cli import terminal
from assistant.cli.terminal import note
from memory.errors import InvalidInputError

PASSPHRASE_VARIABLE = "INKLING_PASSPHRASE"  # noqa: S105 - a name, no secret
NEW_PASSPHRASE_VARIABLE = "INKLING_NEW_PASSPHRASE"  # noqa: S105
RECOVERY_VARIABLE = "INKLING_RECOVERY_CODE"

_LONGEST_FILE = 10_000  # bytes read of a passphrase file; its first line is the passphrase
_SHORT = 12


def given(file: str | None) -> str | None:
    """The passphrase in ``file`` ("-" is stdin) or in the environment; None if there is neither."""
    if file is not None:
        return _first_line(file)
    return os.environ.get(PASSPHRASE_VARIABLE) or None


def asked(prompt: str = "Passphrase") -> str:
    """The passphrase a person types, unseen. Raises InvalidInputError where there is nobody."""
    if not terminal.is_interactive():
        raise InvalidInputError(
            f"there is no terminal to ask for the passphrase on; give it in {PASSPHRASE_VARIABLE} or --passphrase-file"
        )
    return str(click.prompt(prompt, hide_input=True, err=True))


def chosen(file: str | None = None, *, variable: str = PASSPHRASE_VARIABLE) -> str:
    """A new passphrase: from ``file``, from the environment ``variable``, or typed twice."""
    secret = _first_line(file) if file is not None else os.environ.get(variable)
    if secret:
        return secret
    if not terminal.is_interactive():
        raise InvalidInputError(f"there is no terminal to choose a passphrase on; give it in {variable}")
    typed = str(click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))
    if len(typed) < _SHORT:
        note(f"That is short. Whoever has the disk may try many; {_SHORT} characters or a few words are safer.")
    return typed


def recovery_code() -> str:
    """The recovery code, from the environment or typed."""
    code = os.environ.get(RECOVERY_VARIABLE)
    if code:
        return code
    if not terminal.is_interactive():
        raise InvalidInputError(f"there is no terminal to ask for the recovery code on; give it in {RECOVERY_VARIABLE}")
    return str(click.prompt("Recovery code", err=True))


def _first_line(file: str) -> str:
    try:
        with sys.stdin.buffer if file == "-" else Path(file).expanduser().open("rb") as source:
            line = source.readline(_LONGEST_FILE)
        return line.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise InvalidInputError(f"cannot read the passphrase file {file}: {reason}") from None
    except UnicodeDecodeError:
        raise InvalidInputError(f"the passphrase file {file} is not UTF-8 text") from None
