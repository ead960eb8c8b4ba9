"""The vault itself: ``init``, ``export``, ``passphrase``, ``keyring`` and ``embedder``."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.cli import passphrase as passphrases
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, note, size
from memory.errors import InvalidInputError, VaultExistsError


@click.command()
@pass_session
def init(session: Session) -> None:
    """Make a new, encrypted vault.

    Prints its recovery code, the only other way in when the passphrase is lost. It is shown once and kept nowhere.
    """
    from memory.vault import Vault  # noqa: PLC0415

    if Vault.exists(session.folder):
        raise VaultExistsError(f"there is a vault in {session.folder} already")
    note(f"A new vault in {session.folder}")
    secret = passphrases.chosen(session.passphrase_file)
    from assistant.core import Assistant  # noqa: PLC0415

    with Assistant.open(session.folder, passphrase=secret, create=True) as assistant:
        code = assistant.recovery_code
    _show_recovery_code(code or "")
    note("Next: inkling import FILE")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--include-quarantined", is_flag=True, help="Also what is set aside as sensitive.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@pass_session
def export(session: Session, file: Path, include_quarantined: bool, force: bool) -> None:
    """Write everything held to FILE as JSON.

    FILE is NOT encrypted. The passphrase itself is asked for; the keyring is not enough.
    """
    if file.exists() and not force:
        raise InvalidInputError(f"{file} is there already; choose another name, or add --force to replace it")
    note(f"{file} will NOT be encrypted: whoever can read it reads everything Inkling holds.")
    with session.assistant(writes=False, keyring=False) as assistant:
        assistant.export(file, include_quarantined=include_quarantined)
    answer(f"written: {file} ({size(file.stat().st_size)}, not encrypted)")


@click.command()
@click.option("--recovery", is_flag=True, help="Set a new passphrase with the recovery code.")
@click.option("--new-recovery-code", is_flag=True, help="Make a new recovery code; the old one ends.")
@click.option("--new-passphrase-file", metavar="FILE", help="Read the new passphrase from FILE.")
@pass_session
def passphrase(session: Session, recovery: bool, new_recovery_code: bool, new_passphrase_file: str | None) -> None:
    """Change the passphrase, or replace the recovery code.

    A new passphrase is asked for, or read from --new-passphrase-file or INKLING_NEW_PASSPHRASE; the recovery code is
    asked for, or read from INKLING_RECOVERY_CODE.
    """
    if recovery and new_recovery_code:
        raise click.UsageError("--recovery and --new-recovery-code exclude each other")
    if recovery:
        _recover(session, new_passphrase_file)
        return
    with session.vault() as (vault, old):
        if new_recovery_code:
            _show_recovery_code(vault.new_recovery_code(old))
            return
        vault.change_passphrase(old, _new_passphrase(new_passphrase_file))
    answer("The passphrase is changed.")


@click.command(short_help="Let the system's keyring open the vault, or not.")
@click.argument("state", metavar="on|off", type=click.Choice(["on", "off"]))
@pass_session
def keyring(session: Session, state: str) -> None:
    """Let the system's keyring open the vault (on), or end that (off).

    With it, whoever is logged in as you opens the vault without the passphrase.
    """
    with session.vault() as (vault, _):
        if state == "on":
            vault.remember_in_keyring()
        else:
            vault.forget_keyring()
    answer(f"The keyring {'opens' if state == 'on' else 'does not open'} this vault.")


@click.command(short_help="Choose the embedding model.")
@click.argument("model", metavar="MODEL")
@pass_session
def embedder(session: Session, model: str) -> None:
    """Choose the embedding MODEL: minilm (shipped), or sentence-transformers:NAME with a model's name or folder.

    Models are read from disk, never fetched. Everything held is embedded again, in the background, the next time the
    vault is opened; until that is done, recall goes by words where vectors are missing.
    """
    with session.assistant() as assistant:
        assistant.use_embedder(model)
    answer("From the next command on, that model embeds.")


def _recover(session: Session, new_file: str | None) -> None:
    from memory.vault import Vault  # noqa: PLC0415

    session.require_vault()
    code = passphrases.recovery_code()
    with Vault.open(session.folder, recovery_code=code) as vault:
        vault.change_passphrase_with_recovery(code, _new_passphrase(new_file))
    answer("The passphrase is changed; the recovery code stays valid.")


def _new_passphrase(file: str | None) -> str:
    return passphrases.chosen(file, variable=passphrases.NEW_PASSPHRASE_VARIABLE)


def _show_recovery_code(code: str) -> None:
    note("The recovery code opens the vault when the passphrase is lost. Write it down; it is not shown again.")
    answer(code)
