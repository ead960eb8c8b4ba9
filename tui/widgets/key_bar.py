"""The keys that work here, on the last line of every screen.

Textual's own footer makes a widget of every key, and all of them anew whenever the focus moves, which was a third of
what a key press cost; this one is drawn as a single line of text. Where there is no room for all keys the last ones
are left out, but never the app's own, of which help lists them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.app import App
from textual.content import Content
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.screen import Screen


class Key(NamedTuple):
    """One key that is offered; ``draws`` is how it is written, ``always`` whether it is shown before others."""

    key: str
    draws: Content
    tooltip: str
    enabled: bool
    always: bool


class KeyBar(Widget):
    """Draws the bindings that are to be shown; a click on one is the key."""

    ALLOW_SELECT = False

    def on_mount(self) -> None:
        """Follow the focus, and what can be done to what is in view."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_unmount(self) -> None:
        """Follow no longer."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _changed(self, screen: Screen[object]) -> None:
        if screen.app.app_focus and self.is_attached and screen is self.screen:
            self.call_after_refresh(self.refresh)

    def render(self) -> Content:
        """As many keys as there is room for."""
        return Content("").join([key.draws for key in self._shown()])

    def _shown(self) -> list[Key]:
        return fitting(self._keys(), self.content_size.width)

    def _keys(self) -> Iterable[Key]:
        seen = set()
        for node, binding, enabled, tooltip in self.screen.active_bindings.values():
            if binding.show and binding.action not in seen:
                seen.add(binding.action)
                draws = _drawn(self.app.get_key_display(binding), binding.description, enabled)
                yield Key(binding.key, draws, tooltip, enabled, isinstance(node, App))

    def _under(self, x: int) -> Key | None:
        """The key drawn in that column."""
        end = 0
        for key in self._shown():
            end += key.draws.cell_length
            if x < end:
                return key
        return None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click is the key."""
        if (key := self._under(event.x)) is None:
            return
        if key.enabled:
            self.app.simulate_key(key.key)
        else:
            self.app.bell()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say what the key under the pointer does."""
        key = self._under(event.x)
        self.tooltip = (key.tooltip or None) if key is not None else None


def fitting(keys: Iterable[Key], width: int) -> list[Key]:
    """The keys there is room for in so many cells, in their order: those shown always, then from the first on."""
    keys = list(keys)
    room = width - sum(key.draws.cell_length for key in keys if key.always)
    shown = []
    for key in keys:
        if not key.always:
            room -= key.draws.cell_length
        if key.always or room >= 0:
            shown.append(key)
    return shown


def _drawn(key: str, description: str, enabled: bool) -> Content:
    dim = "" if enabled else " dim"
    return Content.assemble(
        (f" {key} ", f"bold $footer-key-foreground on $footer-key-background{dim}"),
        (f"{description} ", f"$footer-description-foreground on $footer-description-background{dim}"),
    )
