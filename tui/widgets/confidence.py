"""Confidence, drawn: a line as heavy as the belief. It reads without colour too, heavy against light."""

from __future__ import annotations

from typing import Literal

from textual.content import Content

Level = Literal["sure", "likely", "unsure"]
BAR_CELLS = 8
STYLES: dict[Level, str] = {"sure": "$success", "likely": "$primary", "unsure": "$warning"}
REST = "$faint"
_HEAVY, _HALF, _LIGHT = "━", "╾", "─"


def bar(confidence: float, cells: int = BAR_CELLS) -> tuple[str, str]:
    """The heavy and the light part of a bar of ``cells`` cells, to the nearest half cell."""
    halves = max(1, min(2 * cells - 1, round(confidence * 2 * cells)))
    heavy = _HEAVY * (halves // 2) + (_HALF if halves % 2 else "")
    return heavy, _LIGHT * (cells - len(heavy))


def level(confidence: float) -> Level:
    """How sure that is, as the colours tell it."""
    return "sure" if confidence >= 0.9 else "likely" if confidence >= 0.7 else "unsure"


def drawn(confidence: float, cells: int = BAR_CELLS) -> Content:
    """The bar as content, coloured by its level."""
    heavy, light = bar(confidence, cells)
    return Content.assemble((heavy, STYLES[level(confidence)]), (light, REST))
