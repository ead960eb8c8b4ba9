"""``screen``: whether and how the screen is observed; ``exclude``: what is never captured."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from assistant.cli.options import as_json
from assistant.cli.recording import is_settled
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, answer_json, bold, note
from assistant.cli.text import one_line
from memory.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from assistant.llm.chosen import ChosenModel

_CAPTION = "caption"
_CHANGING = ("add", "remove", "reset")  # of what exclude does
_OPENING_SECONDS = 2.0  # in which a screen turned on is looked at, or has turned out not to be open to anybody
_POLL_SECONDS = 0.05
_SCOPES = {"focused": "the window in front", "visible": "every visible window"}


@click.command(short_help="Observe the screen, or not.")
@click.argument("state", metavar="[on|off]", type=click.Choice(["on", "off"]), required=False)
@click.option(
    "--scope", type=click.Choice(list(_SCOPES)), help="Read only the window in front, or every visible window."
)
@click.option(
    "--ocr",
    metavar="ENGINE",
    help="auto, rapid, tesseract, vision or windows; caption: described by a model that sees.",
)
@click.option("--pictures", metavar="DAYS", type=click.IntRange(0, 3650), help="Keep small pictures for DAYS; 0: none.")
@as_json
@pass_session
def screen(
    session: Session, state: str | None, scope: str | None, ocr: str | None, pictures: int | None, as_json: bool
) -> None:
    """Turn observing the screen on or off, or show how it is observed.

    While it is on and the vault is unlocked, the text of windows is read and kept; their pixels are dropped at once.
    Excluded windows are not read at all: see inkling exclude. inkling pause stops it for a while, inkling why shows
    what was captured, and inkling forget --since deletes it.
    """
    changes = {
        name: value
        for name, value in {
            "screen_on": None if state is None else state == "on",
            "screen_scope": scope,
            "ocr": ocr,
            "thumbnails_days": pictures,
        }.items()
        if value is not None
    }
    if ocr is not None:
        from observers.screen.ocr.choice import chosen as engine_of  # noqa: PLC0415 - looks at what is installed

        engine_of("auto" if ocr == _CAPTION else ocr)
    with session.assistant(writes=bool(changes)) as assistant:
        if ocr == _CAPTION:
            _expect_to_see(assistant.config().model)
        chosen = assistant.configure(**changes) if changes else assistant.config()
    if as_json:
        answer_json(
            {
                "on": chosen.screen_on,
                "scope": chosen.screen_scope,
                "ocr": chosen.ocr,
                "pictures_days": chosen.thumbnails_days,
            }
        )
        return
    answer(f"{bold('screen')}    {'observed' if chosen.screen_on else 'not observed'}")
    answer(f"{bold('scope')}     {_SCOPES[chosen.screen_scope]}")
    answer(f"{bold('reads by')}  {one_line(chosen.ocr)}")
    days = chosen.thumbnails_days
    answer(f"{bold('pictures')}  {f'kept for {days} days' if days else 'none kept'}")
    if chosen.screen_on and session.in_process:
        note("It is the engine that observes: inkling start")
    elif chosen.screen_on:
        _say_failure(session, _OPENING_SECONDS if state == "on" else 0.0)


def _expect_to_see(model: ChosenModel | None) -> None:
    """Raises InvalidInputError unless a model is chosen that sees."""
    if model is not None and model.projector is not None:
        return
    what = "no model is chosen" if model is None else f"the model {model.name} has no projector, so it sees no pictures"
    raise InvalidInputError(f"{what}; choose one with its own: inkling model use FILE --projector FILE")


@click.command(short_help="Say what is never captured.")
@click.argument(
    "action", metavar="list|add|remove|reset|try", type=click.Choice(["list", "add", "remove", "reset", "try"])
)
@click.argument("rules", metavar="[RULE]...", nargs=-1)
@click.option("--app", metavar="NAME", help="With try: a window's app.")
@click.option("--title", metavar="TEXT", help="With try: its title.")
@click.option("--url", metavar="URL", help="With try: the address it shows.")
@as_json
@pass_session
def exclude(
    session: Session, action: str, rules: tuple[str, ...], app: str | None, title: str | None, url: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Show, change or try the rules about what is never captured.

    list shows them, add and remove change them, reset goes back to those that Inkling comes with, and try tells what
    they would do about a window with this --app, --title and --url.

    A RULE is app:NAME, title:WORDS (or title:*glob* or title:/regex/), domain:SITE, private (or private:strict),
    unknown, or default:passwords, prompts, sign-in, payment or banking. A window that a rule matches, or of which it
    cannot be told, is not read: neither in front nor beside or behind what is.
    """
    if (action in ("add", "remove")) != bool(rules):
        raise click.UsageError(f"give the rules to {action}" if not rules else f"{action} takes no rule")
    with session.assistant(writes=action in _CHANGING) as assistant:
        held = _rules(assistant.config().rules)
        if action == "add":
            held = list(dict.fromkeys([*held, *map(_parsed, rules)]))
        elif action == "remove":
            held = _without(held, [_parsed(rule) for rule in rules])
        if action in _CHANGING:
            held = _rules(assistant.configure(rules=None if action == "reset" else tuple(held)).rules)
    if action == "try":
        _try(held, app, title, url, as_json)
    elif as_json:
        answer_json(held)
    else:
        answer("\n".join(map(one_line, held)) if held else "Nothing is excluded.")


def _say_failure(session: Session, seconds: float) -> None:
    """Tell if nothing can be recorded, which a screen just turned on shows within so many seconds."""
    with session.engine(start=False) as client:
        end = time.monotonic() + seconds
        while not is_settled(found := client.state()["recording"]) and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
    if found.get("state") == "failed":
        note(f"Nothing is recorded: {one_line(str(found.get('reason') or 'the engine does not say why'))}")
    elif found.get("state") == "recording" and found.get("fault"):
        note(f"Nothing is described: {one_line(str(found['fault']))}")


def _rules(chosen: tuple[str, ...] | None) -> list[str]:
    from observers.screen.defaults import default_rules  # noqa: PLC0415

    return [str(rule) for rule in default_rules()] if chosen is None else list(chosen)


def _parsed(line: str) -> str:
    """A rule in its one spelling. Raises InvalidInputError."""
    from observers.screen.rule import Rule  # noqa: PLC0415

    return str(Rule.parse(line))


def _without(held: list[str], gone: list[str]) -> list[str]:
    for rule in gone:
        if rule not in held:
            raise NotFoundError(f"there is no rule {one_line(rule)}; see: inkling exclude list")
    return [rule for rule in held if rule not in gone]


def _try(held: list[str], app: str | None, title: str | None, url: str | None, as_json: bool) -> None:
    from observers.screen.exclusions import Rules  # noqa: PLC0415

    decision = Rules.parse(held).explain(app, title, url)
    captured = decision.outcome == "captured"
    if as_json:
        answer_json({"captured": captured, "rule": decision.rule})
    else:
        answer("It would be captured." if captured else f"It would not be captured: {one_line(decision.rule or '')}")
