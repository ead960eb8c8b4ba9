"""Promise 3, end to end: secrets planted in screens and chats, drawn, read by OCR and taken in, are not in the store.

What only looks like a secret, planted beside it, is still there. Scenes are made up anew from a seed; the quick tests
take a slice of what the slow ones take whole.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from planted import folded, remains
from scenes import Maker, Scene, chat, first_style, harmless
from scenes_unseen import chat as other_chat
from scenes_unseen import second_style
from stores import dump
from support import START

from assistant import Assistant, Observation
from observers.screen.layout import arrange, as_text
from observers.screen.ocr.rapid import Rapid

SANS = ["DejaVuSans", "LiberationSans-Regular", "NotoSans-Regular", "DejaVuSerif", "LiberationSerif-Regular"]
MONO = ["DejaVuSansMono", "LiberationMono-Regular", "NotoSansMono-Regular"]
THEMES = [
    ("white", "black"),
    ("#1e1e1e", "#d4d4d4"),
    ("#f6f8fa", "#24292f"),
    ("#002b36", "#93a1a1"),
    ("#fffbe6", "#333"),
]
_FOLDERS = [Path("/usr/share/fonts"), Path("/Library/Fonts"), Path("/System/Library/Fonts"), Path("C:/Windows/Fonts")]


@dataclass
class Taken:
    """A scene, what OCR read of it, and under which key it was taken in."""

    scene: Scene
    read: str
    keys: list[str]


# drawing and reading


@cache
def font(name: str, size: int) -> Any:
    """A font of that name where it is installed, else the one Pillow brings."""
    for folder in _FOLDERS:
        for path in folder.rglob(f"{name}.ttf") if folder.is_dir() else ():
            return ImageFont.truetype(str(path), size)
    return ImageFont.load_default(size)


def drawn(scene: Scene, rng: random.Random) -> Image.Image:
    """The scene as a window shows it, in a font, a size and colours of chance."""
    size = rng.randrange(13, 21)
    face = font(rng.choice(MONO if scene.mono else SANS), size)
    paper, ink = rng.choice(THEMES)
    columns = max(len(line) for line in scene.lines)
    widths = [
        max([face.getlength(line[c]) for line in scene.lines if len(line) > max(c, 1)], default=0) + 2.5 * size
        for c in range(columns)
    ]
    lefts = [16 + sum(widths[:c]) for c in range(columns)]
    right = max(lefts[c] + face.getlength(cell) for line in scene.lines for c, cell in enumerate(line))
    picture = Image.new("RGB", (int(right) + 24, int(size * 1.7 * len(scene.lines)) + 24), paper)
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(scene.lines):
        for c, cell in enumerate(line):
            draw.text((lefts[c], 12 + row * size * 1.7), cell, fill=ink, font=face)
    return picture


@cache
def engine() -> Rapid:
    """The OCR engine."""
    return Rapid(threads=1)


def read(picture: Image.Image) -> str:
    """What the screen observer makes of a window."""
    pixels = np.asarray(picture.convert("RGBA"))[:, :, [2, 1, 0, 3]]
    lines = engine().read(np.ascontiguousarray(pixels))
    return "\n".join(as_text(arrange(lines, picture.width, picture.height)))


# taking in


def screens(makers: Sequence[Maker], count: int, seed: int) -> Iterator[tuple[Scene, random.Random]]:
    """Scenes of every maker in turn, each with look-alikes above or below."""
    for n in range(count):
        rng = random.Random(f"{seed} {n}")
        scene = makers[n % len(makers)](rng)
        for _ in range(rng.randrange(1, 3)):
            line, sought = harmless(rng)
            above = rng.random() < 0.5 and not scene.mono
            scene.lines = [line, *scene.lines] if above else [*scene.lines, line]
            scene.harmless.append(sought)
        yield scene, rng


def observed_screen(n: int, scene: Scene, rng: random.Random) -> tuple[Taken, list[Observation]]:
    """A screen as it is captured: drawn, read; every third in two pieces, as when a window scrolls."""
    text = read(drawn(scene, rng))
    lines = text.split("\n")
    cut = rng.randrange(1, len(lines)) if n % 3 == 2 and len(lines) > 2 else len(lines)
    pieces = ["\n".join(part) for part in (lines[:cut], lines[cut:]) if part]
    keys = [f"s{n}/{i}" for i in range(len(pieces))]
    return Taken(scene, text, keys), [
        Observation(
            text=piece, at=START + timedelta(minutes=3 * n, seconds=i), source="screen", app=f"app{n % 7}",
            title=f"Window {n}", thread=f"window {n}", key=key,
        )
        for i, (piece, key) in enumerate(zip(pieces, keys, strict=True))
    ]  # fmt: skip


def observed_chat(n: int, scene: Scene) -> tuple[Taken, list[Observation]]:
    """A chat as it is imported, message by message."""
    keys = [f"c{n}/{i}" for i in range(len(scene.lines))]
    return Taken(scene, "\n".join(text for _, text in scene.lines), keys), [
        Observation(
            text=text, at=START + timedelta(minutes=3 * n, seconds=9 * i), source="chat", app="WhatsApp",
            thread=f"chat {n}", speaker=who, key=key,
        )
        for i, ((who, text), key) in enumerate(zip(scene.lines, keys, strict=True))
    ]  # fmt: skip


def take_in(
    assistant: Assistant, makers: Sequence[Maker], talk: Maker, count: int, seed: int, first: int = 0
) -> list[Taken]:
    """``count`` screens and as many chats, numbered from ``first``; a third of the chats are on a screen."""
    taken = [observed_screen(first + n, *made) for n, made in enumerate(screens(makers, count, seed))]
    for n in range(count):
        rng = random.Random(f"{seed} chat {n}")
        scene = talk(rng)
        on_screen = n % 3 == 0
        taken.append(observed_screen(first + count + n, scene, rng) if on_screen else observed_chat(first + n, scene))
    for _, observations in taken:
        for observation in observations:
            assistant.observe([observation])
    return [t for t, _ in taken]


# looking for what is left


def stored(assistant: Assistant) -> tuple[dict[str, str], str]:
    """The texts of the store by key, and everything in its tables as one text."""
    texts = {str(k): str(t) for k, t in assistant._store.observations._c.read("SELECT key, text FROM observations")}
    tables = {name: rows for name, rows in dump(assistant._store).items() if "vec" not in name}
    return texts, "\n".join(repr(row) for rows in tables.values() for row in rows)


def stands(secret: str, text: str) -> bool:
    """Whether a short secret stands in a text by itself, with whatever spaces."""
    plain = re.sub(r"\W", "", secret)
    return re.search(r"(?<![\w.,-])" + r"[\s-]*".join(map(re.escape, plain)) + r"(?!\w)", text) is not None


def leaks(taken: Sequence[Taken], assistant: Assistant) -> list[str]:
    """What is left of secrets, with where it was planted."""
    texts, everything = stored(assistant)
    whole = folded(everything)
    out = []
    for one in taken:
        shown = "\n".join(texts.get(key, "") for key in one.keys)
        for secret in one.scene.secrets:
            if len(folded(secret)) < 8:
                if stands(secret, shown):
                    out.append(f"{one.scene.name}: {secret!r} in {shown!r}")
            elif remains(secret, shown) or remains(secret, whole):
                out.append(f"{one.scene.name}: {secret!r} in {shown!r} read as {one.read!r}")
    return out


def losses(taken: Sequence[Taken], assistant: Assistant) -> list[str]:
    """Look-alikes that were read and are gone."""
    texts, _ = stored(assistant)
    return [
        f"{one.scene.name}: {sought!r} not in {shown!r}"
        for one in taken
        for shown in ["\n".join(texts.get(key, "") for key in one.keys)]
        for sought in one.scene.harmless
        if folded(sought) in folded(one.read) and folded(sought) not in folded(shown)
    ]


def seen(taken: Sequence[Taken]) -> float:
    """The share of secrets of which OCR read anything: without them nothing is tested."""
    secrets = [(s, one.read) for one in taken for s in one.scene.secrets]
    return sum(bool(remains(s, text)) for s, text in secrets) / len(secrets)


def check(assistant: Assistant, taken: Sequence[Taken]) -> None:
    assert leaks(taken, assistant) == []
    assert losses(taken, assistant) == []
    assert seen(taken) > 0.9


def test_no_planted_secret_is_stored_and_look_alikes_are(assistant: Assistant) -> None:
    makers = [*first_style()[::4], *second_style()[::5]]
    check(assistant, take_in(assistant, makers, chat, 12, seed=1))


@pytest.mark.slow
def test_none_of_three_hundred_planted_secrets_is_stored(assistant: Assistant) -> None:
    taken = take_in(assistant, first_style(), chat, 75, seed=2)
    check(assistant, [*taken, *take_in(assistant, second_style(), other_chat, 75, seed=3, first=1000)])


def test_the_search_finds_secrets_that_are_stored(assistant: Assistant) -> None:
    """The control: a store in which they are."""
    scene, rng = next(screens(first_style()[2:], 1, seed=1))
    taken, observations = observed_screen(0, scene, rng)
    assistant._store.observations.add(observations, START)
    assert leaks([taken], assistant) != []
    assert losses([taken], assistant) == []
