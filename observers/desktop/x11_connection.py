"""A connection to the X server: questions asked together and answered together, and one error when the server is gone.

Requests are python-xlib's own with ``defer=True``, so that a batch of them costs one round trip. A window may vanish
between any two of them: such an answer is None, and nothing is printed. The display is named ``unix:0`` rather than
``:0``, since both Xlib and libxcb try TCP after the socket file for the latter, and Inkling opens no network socket.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import socket
from collections.abc import Iterator
from typing import Any

from Xlib import X, display, error
from Xlib.ext import randr, shape
from Xlib.protocol import request

from memory.errors import DisplayGoneError, UnsupportedDesktopError
from observers.desktop.wayland import refusal

# A title of 4 KB is no title; the list of a thousand windows still fits. In units of 4 bytes, as the protocol counts.
_LONGEST_PROPERTY = 1024


def local_name(name: str | None = None) -> str:
    """The display, ``$DISPLAY`` by default, by a name that is never tried over the network."""
    name = os.environ.get("DISPLAY", "") if name is None else name
    parsed = re.fullmatch(r"(?:unix/)?(?:unix)?:(\d+(?:\.\d+)?)", name)
    if not name:
        raise DisplayGoneError("there is no display: DISPLAY is not set. Start Inkling from within the desktop session")
    if parsed is None:
        raise UnsupportedDesktopError(
            "DISPLAY names a screen on another computer, and Inkling opens no network connection. "
            "Run it on the computer that the screen belongs to"
        )
    return f"unix:{parsed[1]}"


def _anybody_at(name: str) -> bool:
    """Whether a server listens. Xlib would find out too, but leave a socket open if not."""
    file = f"/tmp/.X11-unix/X{name.removeprefix('unix:').partition('.')[0]}"  # noqa: S108 - where X servers have it
    for address in (file, f"\0{file}"):
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(address)
            return True
    return False


class Connection:
    """The X server behind ``name``. Every method raises DisplayGoneError once it has gone, and ever after."""

    def __init__(self, name: str | None = None) -> None:
        self._gone = False
        self._name = local_name(name)
        self._atoms: dict[str, int] = {}
        if not _anybody_at(self._name):
            raise self._farewell()
        with self._watching(), contextlib.redirect_stdout(io.StringIO()):  # it prints if there is no .Xauthority
            self._display = display.Display(self._name)
        self._display.set_error_handler(lambda *_: None)
        with self._watching():
            if self._display.query_extension("XWAYLAND") is not None:
                raise refusal()
        screen = self._display.screen()
        self.root: int = screen.root.id
        self.size: tuple[int, int] = (screen.width_in_pixels, screen.height_in_pixels)
        self._mine: int = self._display.display.info.resource_id_mask

    def has(self, extension: str) -> bool:
        """Whether the server and Xlib both know an extension."""
        return bool(self._display.has_extension(extension))

    def opcode(self, extension: str) -> int:
        """The major opcode of an extension that is there."""
        return int(self._display.display.get_extension_major(extension))

    def atom(self, name: str) -> int:
        """The number of an atom, which is made if need be."""
        if name not in self._atoms:
            with self._watching():
                self._atoms[name] = int(self._display.intern_atom(name))
        return self._atoms[name]

    def ask(self, kind: type[Any], **fields: Any) -> Any:
        """Put a question; it is sent with the first :meth:`answer`."""
        with self._watching():
            return kind(display=self._display.display, defer=True, **fields)

    def ask_property(self, window: int, atom: int) -> Any:
        """Ask for a property of a window, of any type."""
        return self.ask(
            request.GetProperty,
            delete=0,
            window=window,
            property=atom,
            type=X.AnyPropertyType,
            long_offset=0,
            long_length=_LONGEST_PROPERTY,
        )

    def answer(self, question: Any) -> Any:
        """What the server says; None if it could not, as for a window that is no more."""
        with self._watching():
            try:
                question.reply()
            except error.XError:
                return None
            return question

    def watch(self, window: int, mask: int) -> None:
        """Have a window's events reported."""
        with self._watching():
            request.ChangeWindowAttributes(display=self._display.display, window=window, event_mask=mask)

    def watch_shape(self, window: int) -> None:
        """Have changes of a window's shape reported, if the server knows shapes."""
        if self.has(shape.extname):
            with self._watching():
                shape.SelectInput(
                    display=self._display.display,
                    opcode=self.opcode(shape.extname),
                    destination_window=window,
                    enable=1,
                )

    def ask_shape(self, window: int) -> Any:
        """Ask for the rectangles that a window is made of; None if the server knows no shapes."""
        if not self.has(shape.extname):
            return None
        return self.ask(
            shape.GetRectangles, opcode=self.opcode(shape.extname), window=window, source_kind=shape.SK.Bounding
        )

    def tells_shape(self, event: Any) -> bool:
        """Whether an event is that a window's shape has changed."""
        return self.has(shape.extname) and event.type == self._display.extension_event.ShapeNotify

    def watch_monitors(self) -> None:
        """Have changes of the monitors reported."""
        with self._watching():
            self._display.screen().root.xrandr_select_input(randr.RRScreenChangeNotifyMask)

    def events(self) -> list[Any]:
        """What has been reported since the last call, all of it: nothing is left to pile up."""
        with self._watching():
            wire = self._display.display
            wire.check_for_error()
            reported, wire.event_queue = wire.event_queue, []
            return list(reported)

    def of_server(self, window: int) -> bool:
        """Whether a window is the server's own, as the overlay is that compositors draw on."""
        return not window & 0x1FFFFFFF & ~self._mine

    def close(self) -> None:
        """Let go of the server; it is not asked again."""
        if not self._gone:
            self._gone = True
            with contextlib.suppress(error.ConnectionClosedError, OSError, AttributeError, TypeError):
                self._display.close()

    @contextlib.contextmanager
    def _watching(self) -> Iterator[None]:
        """Whatever breaks the connection, or leaves off in the middle of talking to the server, ends it."""
        if self._gone:
            raise self._farewell()
        try:
            yield
        except (error.ConnectionClosedError, error.DisplayError, OSError) as broken:
            self._gone = True
            raise self._farewell() from broken
        except (AttributeError, TypeError) as broken:
            # Xlib takes its queues away when the server closes, and trips over that in whatever it does next.
            if not self._closed_on_us():
                raise
            self._gone = True
            raise self._farewell() from broken
        except BaseException:
            self._gone = True  # its locks may be held for good
            raise

    def _closed_on_us(self) -> bool:
        return self._display.display.socket_error is not None

    def _farewell(self) -> DisplayGoneError:
        return DisplayGoneError(
            f"the X display {self._name.removeprefix('unix')} went away or lets nobody in. "
            "Start Inkling again from within the desktop session"
        )
