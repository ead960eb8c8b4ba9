"""Writes docs/cli.md from the commands themselves: ``python -m assistant.cli.reference > docs/cli.md``.

A test compares the two, so the page cannot say what the commands do not do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from inspect import cleandoc

import click

from assistant.cli import exits, passphrase
from assistant.cli.boundary import DEBUG_VARIABLE
from assistant.cli.main import TOPICS, root
from assistant.paths import HOME_VARIABLE, RUNTIME_VARIABLE, VAULT_VARIABLE
from assistant.verbs import IN_PROCESS_VARIABLE
from memory.records import Answer, Evidence, Hit, Observation, Proposition, Revision

_INTRODUCTION = """# The command line

*Made from the commands themselves by `python -m assistant.cli.reference > docs/cli.md`.*

`inkling` alone opens the terminal UI. Answers go to stdout, everything else to stderr; colours are used on a terminal
only, and not where `NO_COLOR` is set. What was observed is printed without its control characters, so no message can
move the cursor or change what is on the screen."""

_PASSPHRASE = f"""## The passphrase

It is needed while the vault is locked, and always for `export`, `passphrase` and `keyring`. It comes from the first of
these that there is:

1. `--passphrase-file FILE`: its first line (`-` is stdin)
2. the environment variable `{passphrase.PASSPHRASE_VARIABLE}`
3. the system's keyring, after `inkling keyring on`; not for `export`, `passphrase` and `keyring`
4. the terminal, where it is typed unseen

It is never an argument: those can be seen by every process of the machine and stay in shell histories."""

_VARIABLES = {
    VAULT_VARIABLE: "The vault's folder, where `--vault` does not say.",
    HOME_VARIABLE: "The folder of everything; the vault is `vault` in it. Default: the system's folder for app data.",
    RUNTIME_VARIABLE: "The folder where clients find the engine. Default: `inkling` in the session's runtime folder.",
    IN_PROCESS_VARIABLE: "If set, as with `--in-process`: no engine, the vault is opened by each command.",
    passphrase.PASSPHRASE_VARIABLE: "The passphrase.",
    passphrase.NEW_PASSPHRASE_VARIABLE: "The new passphrase, for `inkling passphrase`.",
    passphrase.RECOVERY_VARIABLE: "The recovery code, for `inkling passphrase --recovery`.",
    DEBUG_VARIABLE: "If set, errors come with the places in the code they came from; never with values.",
    "NO_COLOR": "If set, no colours.",
}

_RECORDS: dict[str, tuple[type, str]] = {
    "proposition": (Proposition, "`evidence` is a list of evidence"),
    "evidence": (Evidence, "`quote` is `text[start:end]` of the observation; for the user's own word there is none"),
    "observation": (Observation, "and `id`"),
    "hit": (Hit, "`evidence` is a list of evidence, empty for observations"),
    "answer": (Answer, "`citations` is a list of hits: `[1]` in `text` is the first"),
    "revision": (Revision, "one entry of a proposition's history"),
}

_PRINTED = {
    "profile": "a list of propositions",
    "recall": "a list of hits",
    "ask": "an answer",
    "show p...": "a proposition with `history`, a list of revisions, and in each evidence `context`, the observations "
    "around the one quoted",
    "show o...": "an observation with `context`, the observations around it, and `propositions`, those resting on it",
    "import": "`files`, a list of `file`, `format`, `messages`, `new`, `problems` and `redacted` (secrets removed, by "
    "kind), and `distilled`, counts by what happened",
    "distil": "counts by what happened",
    "status": "`vault`, `engine` (`pid`, `locked`, `memory_bytes`, `started_at`, `log` and more; null where none "
    "runs), `recording` (at least `state`), `keyring`; and while unlocked `observations`, `pending`, `propositions`, "
    "`unembedded`, `bytes` and `allowed`",
    "why": "a list of decisions, oldest first, each with `at` and what was decided by which rule",
    "watch": "`watched` and `suggested`, lists of paths",
    "storage": "`sources`, a list of `source`, `observations`, `trimmed`, `pending`, `oldest`, `newest`, `text_bytes`, "
    "`vector_bytes`, `images`, `image_bytes` and `bytes`; and of the whole `propositions`, `images`, `image_bytes`, "
    "`screen_lines`, `watched_files`, `bytes`, `page_bytes` and `free_bytes`",
    "retention": "`limits`, by source `days` and `megabytes`, and `expired_facts` (`keep` or `drop`)",
    "model list": "`models`, a list of `name`, `place`, `parameters`, `download_bytes`, `memory_bytes`, `licence`, "
    "`good_for`, `projector`, `suits` (`well`, `barely` or `no`), `suggested`, `pulled` and `in_use`; `others`, "
    "further files in their folder; `in_use`, a path, null where none is or the vault is locked; and `machine_bytes`",
    "model bench": "`name`, `read_tokens_per_second`, `written_tokens_per_second`, `load_seconds`, "
    "`first_word_seconds`, `first_word_seconds_cached`, `prompt_tokens`, `prompt_work_ratio`, `messages_per_minute` "
    "and `memory_bytes`",
    "doctor": "a list of `part`, `state` (`ok`, `missing` or `failed`), `said` and `remedy`",
}


def reference() -> str:
    """The whole page."""
    return (
        "\n\n".join(
            [
                _INTRODUCTION,
                *_usage(),
                _PASSPHRASE,
                _table("## Environment", _VARIABLES),
                *_topics(),
                *_json(),
                _exits(),
            ]
        )
        + "\n"
    )


def _usage() -> Iterator[str]:
    yield "    inkling [OPTIONS] [COMMAND] [ARGS]..."
    yield _options(root)


def _topics() -> Iterator[str]:
    context = click.Context(root, info_name="inkling")
    for topic, names in TOPICS.items():
        yield f"## {topic}"
        for name in names:
            command = root.get_command(context, name)
            if command is not None:
                yield from _command(command, click.Context(command, info_name=name, parent=context))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"### {context.command_path.removeprefix('inkling ')}"
    yield f"    {' '.join([context.command_path, *command.collect_usage_pieces(context)])}"
    yield cleandoc(command.help or "")
    if options := _options(command):
        yield options
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _command(below, click.Context(below, info_name=name, parent=context))


def _options(command: click.Command) -> str:
    options = [p for p in command.params if isinstance(p, click.Option)]
    return "\n".join(f"- `{', '.join(o.opts)}{_value(o)}`: {o.help}{_default(o)}" for o in options)


def _value(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        return f" {'|'.join(map(str, option.type.choices))}"
    return f" {option.metavar or option.type.name.split()[0].upper()}"


def _default(option: click.Option) -> str:
    return f" Default: {option.default}." if option.show_default else ""


def _json() -> Iterator[str]:
    yield "## JSON"
    yield "With `--json` these print one document. Times are ISO 8601. Fields may be added, never changed."
    yield _table("", {f"{name}": shape for name, shape in _PRINTED.items()})
    yield "The records in them:"
    yield "\n".join(
        f"- **{name}**: {', '.join(f'`{field.name}`' for field in fields(kind))}; {said}"
        for name, (kind, said) in _RECORDS.items()
    )


def _exits() -> str:
    rows = [f"| {status} | {meaning} |" for status, meaning in exits.meanings()]
    return "\n".join(["## Exit status", "", "| status | meaning |", "|---|---|", *rows])


def _table(title: str, rows: dict[str, str]) -> str:
    lines = [f"- `{name}`: {said}" for name, said in rows.items()]
    return "\n".join(([title, ""] if title else []) + lines)


if __name__ == "__main__":
    click.echo(reference(), nl=False)
