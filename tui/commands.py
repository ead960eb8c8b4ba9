"""The command palette: every action that has a key here, every kind, and every theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

if TYPE_CHECKING:
    from tui.app import InklingApp


class Command(NamedTuple):
    """A command by name, what it does, and the call that does it."""

    title: str
    help: str
    run: Callable[[], object]


class InklingCommands(Provider):
    """All there is to do on the screen below the palette."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for command in self._commands():
            yield DiscoveryHit(command.title, command.run, help=command.help)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for command in self._commands():
            if (score := matcher.match(command.title)) > 0:
                yield Hit(score, matcher.highlight(command.title), command.run, help=command.help)

    def _commands(self) -> Iterator[Command]:
        yield from self._bound()
        app = cast("InklingApp", self.app)
        yield from (Command(*more) for more in app.more_commands(self.screen))

    def _bound(self) -> Iterator[Command]:
        """What the keys of the screen and of the app do; keys that only move about are left out."""
        seen = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            wanted = isinstance(active.node, Screen | App) and binding.description and not binding.system
            if not wanted or not active.enabled or binding.action in seen or binding.action in _ELSEWHERE:
                continue
            seen.add(binding.action)
            key = self.app.get_key_display(binding)
            run = partial(self.app.run_action, binding.action, active.node)
            yield Command(binding.description, f"{binding.tooltip or binding.description} ({key})", run)


_ELSEWHERE = {"app.focus_next", "app.focus_previous", "screen.copy_text", "command_palette"}
