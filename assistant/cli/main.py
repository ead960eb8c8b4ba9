"""The root command: the options before the command, the commands by topic, and what ``inkling`` alone does."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from assistant.cli import exits
from assistant.cli.boundary import guarded
from assistant.cli.session import OpenUI, Session
from assistant.verbs import IN_PROCESS_VARIABLE

# topic -> command -> where it is; a command's module is imported when the command is run or listed
TOPICS: dict[str, dict[str, str]] = {
    "Start": {
        "init": "assistant.cli.commands.vault:init",
        "import": "assistant.cli.commands.taking:import_",
        "distil": "assistant.cli.commands.taking:distil",
        "demo": "assistant.cli.commands.demo:demo",
    },
    "Look and ask": {
        "profile": "assistant.cli.commands.reading:profile",
        "show": "assistant.cli.commands.showing:show",
        "summary": "assistant.cli.commands.summary:summary",
        "recall": "assistant.cli.commands.reading:recall",
        "ask": "assistant.cli.commands.reading:ask",
        "chat": "assistant.cli.commands.chat:chat",
    },
    "Correct": {
        "remember": "assistant.cli.commands.words:remember",
        "edit": "assistant.cli.commands.words:edit",
        "confirm": "assistant.cli.commands.words:confirm",
        "reject": "assistant.cli.commands.words:reject",
        "pin": "assistant.cli.commands.words:pin",
        "unpin": "assistant.cli.commands.words:unpin",
        "forget": "assistant.cli.commands.forgetting:forget",
        "allow": "assistant.cli.commands.words:allow",
        "disallow": "assistant.cli.commands.words:disallow",
    },
    "Engine": {
        "start": "assistant.cli.commands.engine:start",
        "stop": "assistant.cli.commands.engine:stop",
        "status": "assistant.cli.commands.engine:status",
        "lock": "assistant.cli.commands.engine:lock",
        "unlock": "assistant.cli.commands.engine:unlock",
        "screen": "assistant.cli.commands.screen:screen",
        "exclude": "assistant.cli.commands.screen:exclude",
        "pause": "assistant.cli.commands.engine:pause",
        "resume": "assistant.cli.commands.engine:resume",
        "why": "assistant.cli.commands.engine:why",
        "tray": "assistant.cli.commands.tray:tray",
        "watch": "assistant.cli.commands.watching:watch",
        "service": "assistant.cli.commands.service:service",
    },
    "Keep": {
        "export": "assistant.cli.commands.vault:export",
        "passphrase": "assistant.cli.commands.vault:passphrase",
        "keyring": "assistant.cli.commands.vault:keyring",
        "embedder": "assistant.cli.commands.vault:embedder",
        "model": "assistant.cli.commands.model:model",
        "storage": "assistant.cli.commands.keeping:storage",
        "retention": "assistant.cli.commands.keeping:retention",
        "doctor": "assistant.cli.commands.doctor:doctor",
    },
}
_PLACES = {name: place for commands in TOPICS.values() for name, place in commands.items()}


class Root(click.Group):
    """A group whose commands are imported on demand and listed by topic."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the topics."""
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        place = _PLACES.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, a section for each topic."""
        for topic, names in TOPICS.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(topic):
                formatter.write_dl([(name, c.get_short_help_str(70)) for name, c in commands if c])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the exit statuses."""
        with formatter.section("Exit status"):
            formatter.write_dl([(str(status), meaning) for status, meaning in exits.meanings()])


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version  # noqa: PLC0415 - reads package metadata from the disk

        click.echo(f"inkling {version('inkling-memory')}")
        ctx.exit()


@click.group(cls=Root, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--vault", metavar="PATH", help="The vault's folder. Default: INKLING_VAULT, or the usual place.")
@click.option(
    "--passphrase-file",
    metavar="FILE",
    help="Read the passphrase from the first line of FILE; - is stdin. It goes before INKLING_PASSPHRASE.",
)
@click.option(
    "--in-process",
    is_flag=True,
    envvar=IN_PROCESS_VARIABLE,
    help="Open the vault in this process and close it at the end, without the engine; while that runs, to read only.",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show the version."
)
@click.pass_context
def root(ctx: click.Context, vault: str | None, passphrase_file: str | None, in_process: bool) -> None:
    """Inkling: a private memory on your own computer.

    Alone, on a terminal, it opens the terminal UI.
    """
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        ctx.color = False
    open_ui: OpenUI | None = ctx.obj
    session = ctx.obj = Session(vault, passphrase_file, open_ui, in_process)
    if in_process:
        os.environ[IN_PROCESS_VARIABLE] = "1"  # for the UI, which is told no more than the folder
    if ctx.invoked_subcommand is not None:
        return
    if open_ui is not None and sys.stdin.isatty() and sys.stdout.isatty():
        ctx.exit(open_ui(session.folder))
    click.echo(ctx.get_help())


def main(open_ui: OpenUI | None = None, arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status. ``open_ui`` is what ``inkling`` alone and the demo open."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows another, and no error

    def run() -> int:
        status = root.main(arguments, prog_name="inkling", standalone_mode=False, obj=open_ui)
        return status if isinstance(status, int) else exits.OK

    return guarded(run)
