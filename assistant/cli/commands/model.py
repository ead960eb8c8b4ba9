"""``model``: the larger language model, where the user wants one: which there are, fetching, choosing, measuring.

What is listed, fetched, removed and measured needs no vault; only the choice is kept in one.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from assistant.cli import model_files, model_wording, passphrase
from assistant.cli.options import as_json, assume_yes
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import Advance, agreed, answer, answer_json, note, progress, size
from assistant.cli.text import one_line
from assistant.paths import models
from memory.errors import (
    EngineMismatchError,
    EngineUnreachableError,
    InvalidInputError,
    ModelMissingError,
    StorageReadOnlyError,
    VaultMissingError,
)

if TYPE_CHECKING:
    from assistant.llm.chosen import ChosenModel

NOBODY = "none"
_NETWORK = (
    "This is the one command of Inkling that opens a network connection: to {host}, and to the servers that it names "
    "for large files. They learn your address and which file you want, and nothing else."
)


@click.group(short_help="Think with a larger language model: list, pull, use, remove, bench.")
def model() -> None:
    """Think with a larger language model, a GGUF file that llama.cpp runs on this machine.

    Without one the small distiller, which comes with Inkling, does it all. It takes the extra llm: pip install
    'inkling-memory[llm]'
    """


@model.command("list", short_help="Show models worth having, and what is here.")
@as_json
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """Show models worth having, what they take, and which are here.

    Sizes are about right. What suits is reckoned from this machine's memory alone; for its speed see inkling model
    bench. Which one is in use is only shown while the vault is unlocked.
    """
    found = model_wording.listing(_in_use(session)[0])
    if as_json:
        answer_json(found)
        return
    model_wording.show_listing(found)


@model.command(short_help="Fetch a model, over the network.")
@click.argument("which", metavar="NAME|OWNER/REPO/FILE")
@click.option("--projector", is_flag=True, help="Also the file that lets it see pictures, if the list has one for it.")
@assume_yes
@click.pass_context
def pull(ctx: click.Context, which: str, projector: bool, yes: bool) -> None:
    """Fetch a model of the list by its name, or any GGUF file of huggingface.co.

    It is the only command that opens a network connection. What was interrupted goes on from where it was. The file is
    compared with the SHA-256 that the hub states for it, and removed if it has another. Nothing is chosen by that: see
    inkling model use.
    """
    from assistant.llm import pulling  # noqa: PLC0415

    wanted = model_files.wanted(which, projector)
    hub = pulling.HuggingFace()
    note(_NETWORK.format(host=hub.host))
    if not agreed(f"Fetch {model_files.described(which)} into {models()}?", yes):
        note("Nothing was fetched.")
        ctx.exit(1)
    for repo, file in wanted:
        remote = hub.find(repo, file)
        note(f"{remote.name}: {size(remote.bytes)}")

        def watch(stage: str, length: int = remote.bytes) -> AbstractContextManager[Advance]:
            return progress(stage, length)

        path = pulling.pull(hub, remote, models(), watch)
        answer(f"{path}  SHA-256 {remote.sha256}")
    note(f"To think with it: inkling model use {which.rpartition('/')[2]}")


@model.command(short_help="Choose the model to think with.")
@click.argument("which", metavar="NAME|PATH|none")
@click.option("--projector", metavar="FILE", help="What lets the model see pictures, if it can: its mmproj file.")
@pass_session
def use(session: Session, which: str, projector: str | None) -> None:
    """Think with a model of the list that was fetched, with any GGUF file, or with none.

    The file is read once to keep its SHA-256 in the vault, and compared with that whenever it is loaded. It has to
    stay where it is.
    """
    if which == NOBODY:
        _drop(session)
        return
    from assistant.llm import pinning  # noqa: PLC0415
    from assistant.llm.gguf_file import expect_writer, read_header  # noqa: PLC0415

    path = model_files.file_of(which)
    eye = model_files.file_of(projector) if projector else None
    header = read_header(path)
    expect_writer(header, path.name)
    needed, machine = pinning.needed_bytes(path), pinning.machine_bytes()
    pinning.expect_to_fit(needed, machine, path.name)
    length = sum(file.stat().st_size for file in (path, eye) if file and file.exists())
    with session.assistant() as assistant, progress("Reading", length) as heard:
        told = assistant.use_model(path, eye, heard)
    answer(f"Inkling thinks with {one_line(str(told['name']))} from now on; it takes about {size(needed)} of memory.")
    answer("It answers questions at once, and reads again what may hold more when the machine is idle and on mains.")
    if not header.has_chat_template:
        note("It has no chat template, so it may be no instruct model; what it draws is checked all the same.")
    if needed > 0.85 * machine:
        note(f"This machine has {size(machine)}: it may be too little beside everything else.")
    if find_spec("llama_cpp") is None:
        note("Until the extra llm is there it does nothing: pip install 'inkling-memory[llm]'")


@model.command(short_help="Delete a fetched model, or think with none.")
@click.argument("name", metavar="[NAME]", required=False)
@assume_yes
@click.pass_context
def remove(ctx: click.Context, name: str | None, yes: bool) -> None:
    """Delete a model that was fetched; it is no longer used then. Without NAME only that: its file stays.

    Files that lie elsewhere are never deleted.
    """
    session: Session = ctx.obj
    if name is None:
        _drop(session)
        return
    path = model_files.fetched(name)
    if path is None:
        raise ModelMissingError(f"no {one_line(name)} was fetched into {models()}; see: inkling model list")
    chosen, is_known = _in_use(session)
    if not is_known:
        note("The vault is locked, so it is not known whether that is the model in use. If it was, say afterwards:")
        note("inkling model use none")
    if not agreed(f"Delete {path} ({size(path.lstat().st_size)})?", yes):
        note("Nothing was deleted.")
        ctx.exit(1)
    if chosen and chosen.file == path:
        _drop(session)
    try:
        path.unlink()
    except OSError as error:
        raise StorageReadOnlyError(f"cannot delete {path}: {(error.strerror or 'it failed').lower()}") from None
    answer(f"deleted: {path}")


@model.command(short_help="Measure how fast a model is on this machine.")
@click.argument("which", metavar="[NAME|PATH]", required=False)
@as_json
@pass_session
def bench(session: Session, which: str | None, as_json: bool) -> None:
    """Measure how fast a model reads and writes on this machine, and say what that means for your messages.

    Without a name it is the one in use. That is only run if its file is still what it was when it was chosen. It takes
    a minute or a few, and all of the processor.
    """
    from assistant.llm import bench as benching  # noqa: PLC0415
    from assistant.llm import pinning  # noqa: PLC0415

    chosen, _ = _in_use(session)
    path = model_files.file_of(which) if which else chosen.file if chosen else None
    if path is None:
        raise InvalidInputError("say which model, since none is known to be in use: inkling model bench NAME")
    length = path.stat().st_size if path.exists() else 0
    with progress("Reading", length) as heard:
        if chosen is not None and chosen.file == path:
            pinned = replace(chosen, projector=None, projector_sha256=None)
            pinning.check(pinned, heard)
        else:
            pinned = pinning.pin(path, progress=heard)
    note("Measuring; that takes a minute or a few.")
    found = benching.measure(pinned)
    if as_json:
        answer_json(model_wording.measured(found))
    else:
        model_wording.show_measured(found)


def _in_use(session: Session) -> tuple[ChosenModel | None, bool]:
    """The model in use, and whether that is known: an open vault is asked, and nobody for a passphrase."""
    try:
        session.require_vault()
    except VaultMissingError:
        return None, True
    try:
        if not session.in_process:
            with session.engine(start=False) as client:
                return (None, False) if client.state()["locked"] else (client.config().model, True)
        if passphrase.given(session.passphrase_file) is None:
            return None, False
        with session.assistant(writes=False) as assistant:
            return assistant.config().model, True
    except (EngineUnreachableError, EngineMismatchError):
        return None, False


def _drop(session: Session) -> None:
    with session.assistant() as assistant:
        had = assistant.drop_model()
    answer("Inkling thinks with its small distiller alone." if had else "No model was in use.")
