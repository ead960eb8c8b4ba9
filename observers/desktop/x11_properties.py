"""What a window of X11 says of itself, from its properties as they come. Pure: no server is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from observers.desktop.rect import Rect, visible

EVERY_DESKTOP = 0xFFFFFFFF
OPAQUE = 0xFFFFFFFF
# Rounded corners are left out of the region that is opaque.
_SEE_THROUGH_SHARE = 0.02
_CORNER = 24  # pixels that a window's shape may leave out at each corner, twice what themes round ...
_CORNER_PART = 8  # ... and of a small one at most this part of its side
_MOST_PARTS = 256  # of a shape; one of more, a drawing, counts as see-through as a whole

NAMES = (
    "_NET_WM_NAME",
    "WM_NAME",
    "WM_CLASS",
    "WM_CLIENT_MACHINE",
    "WM_TRANSIENT_FOR",
    "_NET_WM_PID",
    "_NET_WM_STATE",
    "_NET_WM_DESKTOP",
    "_NET_WM_WINDOW_OPACITY",
    "_NET_WM_OPAQUE_REGION",
    "_GTK_FRAME_EXTENTS",
)


@dataclass(frozen=True, slots=True)
class Raw:
    """A property: bytes or numbers, and whether its type is STRING, which is Latin-1 by definition."""

    value: bytes | tuple[int, ...]
    latin: bool = False


Properties = Mapping[str, Raw]


def text(raw: Raw | None) -> str | None:
    """A property as text; None if it is absent or blank."""
    if raw is None or not isinstance(raw.value, bytes):
        return None
    data = raw.value.split(b"\0", 1)[0]
    try:
        read = data.decode("utf-8")
    except UnicodeDecodeError:
        read = data.decode("latin-1") if raw.latin else data.decode("utf-8", "replace")
    return read.strip() or None


def numbers(raw: Raw | None) -> tuple[int, ...]:
    """A property as numbers; none if it is absent."""
    return raw.value if raw is not None and isinstance(raw.value, tuple) else ()


def number(raw: Raw | None) -> int | None:
    """The first of a property's numbers."""
    return next(iter(numbers(raw)), None)


def title(properties: Properties) -> str | None:
    """The title, by the newer property if it is there."""
    return text(properties.get("_NET_WM_NAME")) or text(properties.get("WM_NAME"))


def app(properties: Properties) -> str | None:
    """The class, which names the application; the instance if there is nothing else."""
    raw = properties.get("WM_CLASS")
    if raw is None or not isinstance(raw.value, bytes):
        return None
    parts = [text(Raw(part, raw.latin)) for part in raw.value.split(b"\0")]
    return next((part for part in (*parts[1:2], *parts[:1]) if part), None)


def pid(properties: Properties, here: str) -> int | None:
    """The process, if it runs on this machine, whose name is ``here``."""
    machine = text(properties.get("WM_CLIENT_MACHINE"))
    return number(properties.get("_NET_WM_PID")) if machine in {None, here, "localhost"} else None


def inside(properties: Properties, whole: Rect) -> Rect:
    """A window without the shadow that it draws around itself, through which its neighbours show."""
    margins = numbers(properties.get("_GTK_FRAME_EXTENTS"))
    if len(margins) != 4:
        return whole
    left, right, top, bottom = margins
    return Rect(whole.left + left, whole.top + top, whole.width - left - right, whole.height - top - bottom).meet(whole)


def see_through(properties: Properties, whole: Rect, depth: int) -> bool:
    """Whether a compositor may show what is below: the window has an alpha channel and does not say it is opaque."""
    opacity = number(properties.get("_NET_WM_WINDOW_OPACITY"))
    if opacity is not None and opacity < OPAQUE:
        return True
    if depth != 32:
        return False
    region = numbers(properties.get("_NET_WM_OPAQUE_REGION"))
    solid = [Rect(*part).moved(whole.left, whole.top) for part in _fours(region)]
    shown = inside(properties, whole)
    return sum(piece.area for piece in visible(shown, solid)) > _SEE_THROUGH_SHARE * shown.area


def missing(whole: Rect, parts: Sequence[Rect]) -> tuple[Rect, ...]:
    """What of a window its shape leaves out, rounded corners aside. Almost always nothing: most are of one part."""
    if len(parts) > _MOST_PARTS:
        return (whole,)
    side = min(_CORNER, whole.width // _CORNER_PART, whole.height // _CORNER_PART)
    lefts, tops = (whole.left, whole.right - side), (whole.top, whole.bottom - side)
    corners = (Rect(left, top, side, side) for left in lefts for top in tops)
    return visible(whole, (*parts, *corners))


def pierced(rect: Rect, holes: Iterable[Rect]) -> bool:
    """Whether what is below shows through ``holes`` in what is read of a window."""
    return any(hole.meet(rect).area for hole in holes)


def _fours(region: Sequence[int]) -> list[tuple[int, int, int, int]]:
    parts = zip(region[::4], region[1::4], region[2::4], region[3::4], strict=False)
    return [(left, top, width, height) for left, top, width, height in parts]
