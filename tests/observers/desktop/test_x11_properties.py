"""What X11 windows say of themselves, from properties as they come."""

from __future__ import annotations

import pytest

from observers.desktop import Rect
from observers.desktop import x11_properties as said
from observers.desktop.x11_properties import Raw

WHOLE = Rect(100, 100, 400, 300)


@pytest.mark.parametrize(
    ("raw", "app"),
    [
        (b"xterm\0XTerm\0", "XTerm"),
        (b"xterm\0\0", "xterm"),
        (b"xterm", "xterm"),
        (b"chromium (/home/me/a)\0Chromium\0", "Chromium"),
        (b"\0\0", None),
        (b"", None),
    ],
)
def test_the_class_names_the_application_or_else_the_instance(raw: bytes, app: str | None) -> None:
    assert said.app({"WM_CLASS": Raw(raw, latin=True)}) == app


def test_a_window_without_properties_says_nothing() -> None:
    assert (said.app({}), said.title({}), said.pid({}, "here")) == (None, None, None)


def test_the_newer_title_is_preferred_and_a_blank_one_is_none() -> None:
    older = Raw(b"older", latin=True)
    assert said.title({"_NET_WM_NAME": Raw("näher".encode()), "WM_NAME": older}) == "näher"
    assert said.title({"_NET_WM_NAME": Raw(b" "), "WM_NAME": older}) == "older"


def test_properties_of_the_wrong_kind_say_nothing() -> None:
    assert said.title({"WM_NAME": Raw((1, 2))}) is None
    assert said.app({"WM_CLASS": Raw((1, 2))}) is None
    assert said.pid({"_NET_WM_PID": Raw(b"12")}, "here") is None


def test_a_process_on_another_computer_is_not_one_of_ours() -> None:
    assert said.pid({"_NET_WM_PID": Raw((12,)), "WM_CLIENT_MACHINE": Raw(b"there")}, "here") is None
    assert said.pid({"_NET_WM_PID": Raw((12,)), "WM_CLIENT_MACHINE": Raw(b"here")}, "here") == 12
    assert said.pid({"_NET_WM_PID": Raw((12,))}, "here") == 12


def test_a_shadow_that_a_window_draws_around_itself_is_none_of_it() -> None:
    assert said.inside({"_GTK_FRAME_EXTENTS": Raw((10, 20, 5, 15))}, WHOLE) == Rect(110, 105, 370, 280)
    assert said.inside({}, WHOLE) == WHOLE
    assert said.inside({"_GTK_FRAME_EXTENTS": Raw((1, 2))}, WHOLE) == WHOLE
    assert said.inside({"_GTK_FRAME_EXTENTS": Raw((900, 900, 900, 900))}, WHOLE).area == 0


def test_what_lies_below_may_show_through_an_alpha_channel_that_is_not_said_to_be_opaque() -> None:
    rounded = Raw((0, 4, 400, 292, 4, 0, 392, 300))
    assert not said.see_through({}, WHOLE, 24)
    assert said.see_through({}, WHOLE, 32)
    assert said.see_through({"_NET_WM_OPAQUE_REGION": Raw((0, 0, 200, 300))}, WHOLE, 32)
    assert not said.see_through({"_NET_WM_OPAQUE_REGION": Raw((0, 0, 400, 300))}, WHOLE, 32)
    assert not said.see_through({"_NET_WM_OPAQUE_REGION": rounded}, WHOLE, 32)


def test_a_window_that_is_faded_shows_what_is_below() -> None:
    assert said.see_through({"_NET_WM_WINDOW_OPACITY": Raw((0xE0000000,))}, WHOLE, 24)
    assert not said.see_through({"_NET_WM_WINDOW_OPACITY": Raw((0xFFFFFFFF,))}, WHOLE, 24)


def test_a_shape_leaves_out_what_none_of_its_parts_holds() -> None:
    drawn = [Rect(100 + 2 * n, 100, 1, 300) for n in range(300)]
    assert said.missing(WHOLE, [WHOLE]) == ()
    assert said.missing(WHOLE, drawn) == (WHOLE,), "too many to tell"
    assert said.pierced(WHOLE, said.missing(WHOLE, []))


@pytest.mark.parametrize(
    ("hole", "shows"),
    [
        (Rect(100, 140, 400, 260), True),
        (Rect(300, 200, 40, 12), True),
        (Rect(300, 100, 40, 12), True),
        (Rect(100, 100, 20, 1), False),
        (Rect(480, 388, 20, 12), False),
    ],
)
def test_what_lies_below_shows_through_a_shape_but_not_through_rounded_corners(hole: Rect, shows: bool) -> None:
    holes = said.missing(WHOLE, WHOLE.without(hole))
    assert said.pierced(WHOLE, holes) == shows


def test_a_hole_in_the_title_bar_is_none_in_what_is_read() -> None:
    holes = said.missing(WHOLE, WHOLE.without(Rect(300, 100, 40, 12)))
    assert not said.pierced(Rect(100, 120, 400, 280), holes)


def test_half_of_a_tiny_window_is_no_corner() -> None:
    assert said.missing(Rect(0, 0, 40, 40), [Rect(20, 0, 20, 40)])
