"""The windows of an X screen, kept in mind between looks and asked about again only where an event says they changed.

Everything is read from the stack of top-level windows that the server itself keeps, bottom to top; what the window
manager lists is only used to find the window inside each frame. So a window that no manager knows of (a menu, a
tooltip, a lock screen) still hides what is below it, and a manager that lists its windows wrongly hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from Xlib import X
from Xlib.protocol import request

from observers.desktop.rect import Rect
from observers.desktop.x11_connection import Connection
from observers.desktop.x11_properties import NAMES, Raw, missing, number, numbers

_STRING = 31  # the predefined atom
_GEOMETRY_EVENTS = frozenset({X.ConfigureNotify, X.MapNotify, X.UnmapNotify, X.GravityNotify, X.ReparentNotify})
_STACK_EVENTS = _GEOMETRY_EVENTS | {X.CreateNotify, X.DestroyNotify, X.CirculateNotify}
_DEEPEST_FRAME = 6
NOWHERE = Rect(0, 0, 0, 0)


@dataclass(slots=True)
class Known:
    """A window of the server's, as when last asked about. ``place`` is in pixels of the root, borders included.

    ``holes`` are what its shape leaves out, rounded corners aside: what is below shows there, compositor or not.
    """

    id: int
    place: Rect = NOWHERE
    holes: tuple[Rect, ...] = ()
    depth: int = 0
    mapped: bool = False
    solid: bool = False  # it has pixels at all
    unmanaged: bool = False
    properties: dict[str, Raw] = field(default_factory=dict)
    stale: bool = True
    stale_properties: set[str] = field(default_factory=lambda: set(NAMES))
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A top-level window, and the application's own window inside, which is the same if nothing frames it."""

    top: Known
    client: Known


class Windows:
    """What is on the screen. :meth:`refresh` brings it up to date; then it can be read at no cost."""

    def __init__(self, server: Connection) -> None:
        self._server = server
        self._atoms = {server.atom(name): name for name in NAMES}
        self._root_atoms = {
            server.atom(name): name for name in ("_NET_CLIENT_LIST", "_NET_ACTIVE_WINDOW", "_NET_CURRENT_DESKTOP")
        }
        self._compositor = server.atom("_NET_WM_CM_S0")
        self._known: dict[int, Known] = {}
        self._top_of: dict[int, int] = {}  # client -> top-level window
        self._root: dict[str, Raw] = {}
        self._stack: tuple[int, ...] = ()
        self._stale = True
        self.composited = False
        self.monitors_stale = True
        server.watch(server.root, X.SubstructureNotifyMask | X.StructureNotifyMask | X.PropertyChangeMask)

    @property
    def desktop(self) -> int | None:
        """The number of the desktop that is shown, if there are several."""
        return number(self._root.get("_NET_CURRENT_DESKTOP"))

    @property
    def active(self) -> int | None:
        """The window that has the keyboard by the window manager's word; None without such a manager."""
        return number(self._root.get("_NET_ACTIVE_WINDOW"))

    def known(self, window: int) -> Known | None:
        """A window, if it is in mind."""
        return self._known.get(window)

    def refresh(self) -> None:
        """Take in what was reported, and ask about whatever that concerns."""
        for event in self._server.events():
            self._note(event)
        if self._stale:
            self._read_stack()
        self._read_windows()

    def shown(self) -> Iterator[Pair]:
        """The windows that are mapped, topmost first."""
        inside: dict[int, list[Known]] = {}
        for client, top in self._top_of.items():
            if (known := self._known.get(client)) and known.mapped:
                inside.setdefault(top, []).append(known)
        for window in reversed(self._stack):
            top_window = self._known.get(window)
            if top_window and top_window.mapped and top_window.solid and not self._server.of_server(window):
                clients = inside.get(window, [])
                # Several in one frame are tabs, and which of them shows is not told.
                yield Pair(top_window, clients[0] if len(clients) == 1 else top_window)

    def _note(self, event: Any) -> None:
        if event.type == X.PropertyNotify:
            self._note_property(event.window.id, event.atom)
        elif event.type in _STACK_EVENTS:
            self._stale = True
            window = event.window.id
            if window == self._server.root:
                self.monitors_stale = True
            elif event.type == X.DestroyNotify:
                self._known.pop(window, None)
            elif event.type in _GEOMETRY_EVENTS:
                self._moved(window)
            if event.type == X.ReparentNotify:
                self._top_of.pop(window, None)
        elif self._server.tells_shape(event):
            if known := self._known.get(event.affected_window.id):
                known.stale = True
        elif event.type not in {X.ClientMessage, X.MappingNotify}:
            self.monitors_stale = True  # RandR's, the only other that was asked for

    def _note_property(self, window: int, atom: int) -> None:
        if window == self._server.root:
            self._stale = self._stale or atom in self._root_atoms
        elif (name := self._atoms.get(atom)) and (known := self._known.get(window)):
            known.stale_properties.add(name)

    def _moved(self, window: int) -> None:
        """A frame that moves takes along what is inside, of which nothing need be reported."""
        for each in (window, *(client for client, top in self._top_of.items() if top == window)):
            if known := self._known.get(each):
                known.stale = True

    def _read_stack(self) -> None:
        server = self._server
        tree = server.ask(request.QueryTree, window=server.root)
        asked = {name: server.ask_property(server.root, atom) for atom, name in self._root_atoms.items()}
        compositor = server.ask(request.GetSelectionOwner, selection=self._compositor)
        answer = server.answer(tree)
        self._stack = tuple(child.id for child in answer.children) if answer else ()
        self._root = {name: raw for name, question in asked.items() if (raw := self._raw(question))}
        owner = server.answer(compositor)
        self.composited = owner is not None and owner.owner != X.NONE
        self._stale = False
        clients = set(numbers(self._root.get("_NET_CLIENT_LIST")))
        self._find_tops(clients)
        self._keep({*self._stack, *clients})

    def _find_tops(self, clients: set[int]) -> None:
        """Which frame each client is in: up from parent to parent, all of them at once."""
        tops = set(self._stack)
        self._top_of = {client: top for client, top in self._top_of.items() if client in clients and top in tops}
        climbing = {client: client for client in clients if client not in self._top_of}
        for _ in range(_DEEPEST_FRAME):
            self._top_of |= {client: at for client, at in climbing.items() if at in tops}
            climbing = {client: at for client, at in climbing.items() if at not in tops}
            asked = {client: self._server.ask(request.QueryTree, window=at) for client, at in climbing.items()}
            parents = {client: self._server.answer(question) for client, question in asked.items()}
            climbing = {client: answer.parent.id for client, answer in parents.items() if answer and answer.parent}
            if not climbing:
                break

    def _keep(self, wanted: set[int]) -> None:
        self._known = {window: self._known.get(window) or Known(window) for window in wanted}

    def _read_windows(self) -> None:
        """Two round trips at most, however many windows: where each is, then what those that show say of themselves."""
        server = self._server
        stale = [known for known in self._known.values() if known.stale]
        for known in stale:
            if not known.watched:
                server.watch(known.id, X.PropertyChangeMask | X.StructureNotifyMask)
                server.watch_shape(known.id)
                known.watched = True
        asked = [
            (
                known,
                server.ask(request.GetWindowAttributes, window=known.id),
                server.ask(request.GetGeometry, drawable=known.id),
                server.ask(request.TranslateCoords, src_wid=known.id, dst_wid=server.root, src_x=0, src_y=0),
                server.ask_shape(known.id),
            )
            for known in stale
        ]
        for known, *questions in asked:
            self._place(known, *(question and server.answer(question) for question in questions))
        self._read_properties()

    @staticmethod
    def _place(known: Known, attributes: Any, geometry: Any, origin: Any, shape: Any) -> None:
        known.stale = False
        if attributes is None or geometry is None or origin is None:
            known.mapped = False
            return
        border = geometry.border_width
        known.place = Rect(
            origin.x - border, origin.y - border, geometry.width + 2 * border, geometry.height + 2 * border
        )
        parts = shape.rectangles if shape is not None else ()
        solid = [Rect(origin.x + part.x, origin.y + part.y, part.width, part.height) for part in parts]
        known.holes = missing(known.place, solid) if shape is not None else ()
        known.depth = geometry.depth
        known.mapped = attributes.map_state == X.IsViewable
        known.solid = attributes.win_class != X.InputOnly
        known.unmanaged = bool(attributes.override_redirect)

    def _read_properties(self) -> None:
        clients = {pair.client.id: pair.client for pair in self.shown()}
        asked = [
            (known, name, self._server.ask_property(known.id, self._server.atom(name)))
            for known in clients.values()
            for name in sorted(known.stale_properties)
        ]
        for known, name, question in asked:
            raw = self._raw(question)
            known.stale_properties.discard(name)
            if raw is None:
                known.properties.pop(name, None)
            else:
                known.properties[name] = raw

    def _raw(self, question: Any) -> Raw | None:
        answer = self._server.answer(question)
        if answer is None or answer.property_type == X.NONE:
            return None
        form, value = answer.value
        if form == 8:
            return Raw(bytes(value), latin=answer.property_type == _STRING)
        return Raw(tuple(int(part) for part in value))
