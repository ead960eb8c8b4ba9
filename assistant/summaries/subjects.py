"""What there may be a summary about: a thread or a day, by the name it has in the store and for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from assistant.dates import day
from memory.records import SummaryKind
from memory.store import Thread

PROFILE: SummaryKind = (
    "profile"  # the subject of the whole profile document; its sections have their kinds for subjects
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A thread or a day. ``key`` tells it apart in the store; a thread is known there by source, app and name."""

    kind: SummaryKind
    key: str

    @classmethod
    def of_thread(cls, thread: Thread) -> Self:
        """That thread."""
        return cls("thread", json.dumps([thread.source, thread.app, thread.thread], ensure_ascii=False))

    @classmethod
    def of_day(cls, day: date) -> Self:
        """That day."""
        return cls("day", day.isoformat())

    @property
    def thread(self) -> Thread:
        """The thread that it is."""
        return Thread(*json.loads(self.key))

    @property
    def day(self) -> date:
        """The day that it is."""
        return date.fromisoformat(self.key)

    @property
    def name(self) -> str:
        """What people call it: the thread's name, or the ISO date."""
        if self.kind != "thread":
            return self.key
        return self.thread.thread or self.thread.app or self.thread.source

    def title(self, titles: Mapping[Thread, str]) -> str:
        """The name and where it is: "Ana, WhatsApp"; "Wednesday, 4 March 2026"."""
        return place(self.thread, titles) if self.kind == "thread" else f"{self.day:%A}, {day(self.day)}"


def place(thread: Thread, titles: Mapping[Thread, str]) -> str:
    """Where something was said or seen: "Ana, WhatsApp". What names a screen says nothing to anybody.

    ``titles`` are what threads are called by people; many exports know a thread itself by a number only.
    """
    names = (titles.get(thread, thread.thread) if thread.source != "screen" else None, thread.app)
    return ", ".join(dict.fromkeys(name for name in names if name)) or thread.source
