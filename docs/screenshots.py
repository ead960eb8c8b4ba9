"""Takes README's pictures of the terminal UI, from the demo's invented person: ``python docs/screenshots.py``.

Nothing in them is prepared: the demo's vault is filled by the real path, and the keys below are pressed on the real
app. Run it when the looks or the distiller change, and look at the pictures before they are committed.
"""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.pilot import Pilot

from assistant.demo import HATSUE, throwaway
from tui.app import InklingApp
from tui.widgets.item_list import ItemList

if TYPE_CHECKING:
    from assistant import Assistant

FOLDER = Path(__file__).parent / "img"
SIZE = (120, 34)
QUIET_SECONDS = 0.3
LOOKED_THROUGH = 14  # rows among which the one with the most evidence is shown
REMOTE_FONT = re.compile(r',\s*url\("https://[^"]*"\) format\("[^"]*"\)')


def main() -> None:
    """Fill a throwaway vault and take both pictures of it."""
    FOLDER.mkdir(exist_ok=True)
    with throwaway() as (assistant, replay):
        last = max(observation.at for step in replay for observation in step.observations)
        asyncio.run(_take(assistant, last))


async def _take(assistant: Assistant, present: datetime) -> None:
    app = InklingApp(Path("inkling-demo"), assistant, clock=lambda: present)
    app.animation_level = "none"
    async with app.run_test(size=SIZE) as pilot:
        await _settle(pilot)
        _to_the_best_supported(app.screen.query_one(ItemList))
        await _settle(pilot)
        _save(app, "profile")
        await pilot.press("a")
        for question in (HATSUE.questions[0], HATSUE.questions[-1]):  # the field keeps the focus
            app.post_message(events.Paste(question))
            await pilot.press("enter")
            await _settle(pilot)
        _save(app, "ask")


def _to_the_best_supported(items: ItemList) -> None:
    """Put the cursor where there is the most evidence to see."""
    propositions = {p.id: p for p in items.screen.everything()}
    rows = items.rows[:LOOKED_THROUGH]
    items.cursor = max(range(len(rows)), key=lambda place: len(propositions[rows[place].id].evidence))


async def _settle(pilot: Pilot[None]) -> None:
    for _ in range(3):
        await pilot.pause(QUIET_SECONDS)
        await pilot.app.workers.wait_for_complete()


def _save(app: InklingApp, name: str) -> None:
    """Write the screen as SVG that loads nothing from the network."""
    picture = REMOTE_FONT.sub("", app.export_screenshot(title="inkling"))
    (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
