"""Inkling's own two themes: ink on paper, and paper on ink. Any of Textual's can be chosen in the palette too."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="inkling-dark",
    primary="#7aa2d6",
    secondary="#8d9ab0",
    accent="#e0b060",
    foreground="#d9dde5",
    background="#14171d",
    surface="#191d25",
    panel="#232935",
    success="#86b98a",
    warning="#d9a35c",
    error="#dd7878",
    dark=True,
    variables={
        "border-blurred": "#343c4b",
        "block-cursor-foreground": "#f2f4f8",
        "block-cursor-background": "#2c4468",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#262d3a",
        "footer-background": "#191d25",
        "footer-key-foreground": "#e0b060",
        "footer-description-foreground": "#a7afbd",
        "input-selection-background": "#7aa2d6 35%",
    },
)

LIGHT = Theme(
    name="inkling-light",
    primary="#2a5d9f",
    secondary="#5a6675",
    accent="#8a5a00",
    foreground="#20242c",
    background="#f7f5f0",
    surface="#f1eee6",
    panel="#e4e0d5",
    success="#2f6b38",
    warning="#8f5600",
    error="#a83232",
    dark=False,
    variables={
        "border-blurred": "#c9c3b4",
        "block-cursor-foreground": "#12161d",
        "block-cursor-background": "#bcd2ee",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#e0dccf",
        "footer-background": "#eae6dc",
        "footer-key-foreground": "#8a5a00",
        "footer-description-foreground": "#4d5562",
        "input-selection-background": "#2a5d9f 25%",
    },
)

THEMES = (DARK, LIGHT)
