"""The user's word: ``remember``, ``edit``, ``confirm``, ``reject``, ``pin``, ``unpin``, ``allow`` and ``disallow``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from assistant.cli import terminal
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, note
from assistant.cli.text import one_line
from memory.errors import InvalidInputError

if TYPE_CHECKING:
    from assistant.verbs import Verbs

_ids = click.argument("ids", metavar="ID...", nargs=-1, required=True)


@click.command(short_help="Take your own word for a sentence.")
@click.argument("text")
@pass_session
def remember(session: Session, text: str) -> None:
    """Take your own word for TEXT, a sentence about "the user".

    For example: inkling remember "The user plays the cello."

    Prints the id of the proposition. Your word outranks anything inferred.
    """
    with session.assistant() as assistant:
        answer(assistant.remember(text))


@click.command(short_help="Reword a proposition.")
@click.argument("id_", metavar="ID")
@click.argument("text", required=False)
@pass_session
def edit(session: Session, id_: str, text: str | None) -> None:
    """Reword proposition ID as TEXT; the old wording stays in its history.

    Without TEXT the present wording is put on the line to be changed. No editor is started: it would leave the
    sentence unencrypted in a temporary file.
    """
    with session.assistant() as assistant:
        held = assistant.proposition(id_)
        words = _edited(held.text) if text is None else text
        if words == held.text:
            note("Nothing was changed.")
            return
        assistant.edit(id_, text=words)
        answer(f"{id_}: {one_line(assistant.proposition(id_).text)}")


@click.command()
@_ids
@pass_session
def confirm(session: Session, ids: tuple[str, ...]) -> None:
    """Say that these propositions are so."""
    _each(session, ids, lambda assistant, id_: assistant.confirm(id_), "confirmed")


@click.command(short_help="Say that these propositions are not so.")
@_ids
@pass_session
def reject(session: Session, ids: tuple[str, ...]) -> None:
    """Say that these propositions are not so; they will not be believed again."""
    _each(session, ids, lambda assistant, id_: assistant.reject(id_), "rejected")


@click.command()
@_ids
@pass_session
def pin(session: Session, ids: tuple[str, ...]) -> None:
    """Keep these propositions on top, out of reach of inference."""
    _each(session, ids, lambda assistant, id_: assistant.pin(id_), "pinned")


@click.command()
@_ids
@pass_session
def unpin(session: Session, ids: tuple[str, ...]) -> None:
    """Undo pin."""
    _each(session, ids, lambda assistant, id_: assistant.pin(id_, False), "unpinned")


@click.command(short_help="Use what is known of a sensitive class.")
@click.argument("sensitivity", metavar="CLASS")
@pass_session
def allow(session: Session, sensitivity: str) -> None:
    """Use what is known of a sensitive CLASS, which is set aside otherwise.

    Classes: health, religion, politics, sexuality, ethnicity, union, genetic, biometric, criminal, finance.
    """
    with session.assistant() as assistant:
        assistant.allow(sensitivity)
        answer(_allowed(assistant))


@click.command(short_help="Set a sensitive class aside again.")
@click.argument("sensitivity", metavar="CLASS")
@pass_session
def disallow(session: Session, sensitivity: str) -> None:
    """Set a sensitive CLASS aside again."""
    with session.assistant() as assistant:
        assistant.disallow(sensitivity)
        answer(_allowed(assistant))


def _each(session: Session, ids: tuple[str, ...], verb: Callable[[Verbs, str], None], done: str) -> None:
    """Do ``verb`` to every proposition named, or to none if one of them is not there."""
    with session.assistant() as assistant:
        held = [assistant.proposition(id_) for id_ in dict.fromkeys(ids)]
        for proposition in held:
            verb(assistant, proposition.id)
            answer(f"{proposition.id} {done}: {one_line(proposition.text)}")


def _allowed(assistant: Verbs) -> str:
    classes = sorted(assistant.allowed())
    return f"allowed: {', '.join(classes)}" if classes else "no sensitive class is allowed"


def _edited(text: str) -> str:
    """``text`` as the user changes it on the line."""
    if not terminal.is_interactive():
        raise InvalidInputError("there is no terminal to edit on; give the new wording after the id")
    try:
        import readline  # noqa: PLC0415 - not on Windows
    except ImportError:
        note(f"Now: {one_line(text)}")
        return str(click.prompt("New wording", default=one_line(text), show_default=False, err=True))
    readline.set_startup_hook(lambda: readline.insert_text(one_line(text)))
    try:
        return input("> ")
    finally:
        readline.set_startup_hook(None)
