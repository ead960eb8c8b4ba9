"""The last thing between a failure and the user: one line on stderr and an exit status, never a traceback.

The surprising decision: even with ``INKLING_DEBUG`` the message of an error that is not Inkling's own is left out.
Messages of libraries quote what they choked on, and that may be what somebody wrote.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress

import click

from assistant.cli import exits
from memory.errors import InklingError

DEBUG_VARIABLE = "INKLING_DEBUG"


def guarded(run: Callable[[], int]) -> int:
    """Run a command; its exit status, whatever happens."""
    try:
        status = run()
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        return exits.OTHER
    except Exception as error:  # noqa: BLE001 - the boundary: nothing may reach the interpreter's own handler
        return _explained(error)
    except KeyboardInterrupt:
        return _stopped()
    return status


def _explained(error: Exception) -> int:
    if isinstance(error, click.exceptions.Abort):
        return _stopped()
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, InklingError):
        _print(f"inkling: {error}")
        _print_details(error)
        return error.exit_code
    if os.environ.get(DEBUG_VARIABLE):
        _print_details(error)
        _print(f"inkling: internal error ({type(error).__name__})")
    else:
        _print(f"inkling: internal error ({type(error).__name__}); run with {DEBUG_VARIABLE}=1 for details")
    return exits.INTERNAL


def _stopped() -> int:
    _print("stopped; what was stored is kept")
    return exits.STOPPED


def _print_details(error: BaseException) -> None:
    if os.environ.get(DEBUG_VARIABLE):
        _print("\n".join(_details(error)))


def _details(error: BaseException) -> Iterator[str]:
    """Where an error and its causes came from, innermost cause first; no values, no foreign messages."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _details(cause)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    said = f": {error}" if isinstance(error, InklingError) else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{said}"


def _print(text: str) -> None:
    with suppress(OSError):  # nobody may be left to tell
        click.echo(text, err=True)


def _silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not fail once more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
