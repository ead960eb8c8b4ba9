"""Desktops: windows, focus, idle and lock, on each platform behind one protocol. No pixel is read here."""

from observers.desktop.rect import Rect, visible
from observers.desktop.view import Desktop, View, Window

__all__ = ["Desktop", "Rect", "View", "Window", "visible"]
