# ruff: noqa: A001, A002 - id is the API's word
"""An invented person's memory behind a fake assistant with the same verbs, which can be told to fail or to wait."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.screen import Screen

from memory.errors import EngineUnreachableError, NotFoundError, VaultLockedError, WrongPassphraseError
from memory.records import Answer, Evidence, Hit, Observation, Proposition, Revision, Summary, SummaryLine, Turn
from tui.app import InklingApp

NOW = datetime(2026, 4, 20, 9, 30, tzinfo=UTC)
_MOST_PASSES = 20  # of the event loop, before what changes without end is painted all the same
_SOON_SECONDS = 0.035  # two frames of Textual's: what is to be drawn is drawn by then


def ago(days: float, hours: float = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


class FakeAssistant:
    """Holds records in dictionaries. ``fail_next`` makes the next call of a verb raise; ``hold`` makes it wait."""

    def __init__(self) -> None:
        self.held: dict[str, Proposition] = {}
        self.observed: dict[str, Observation] = {}
        self.changes: dict[str, list[Revision]] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.classes: frozenset[str] = frozenset()
        self.answer = Answer(text="I do not have anything about that.", citations=(), abstained=True)
        self.written: list[str] = []  # the pieces in which the answer is told
        self.turns: list[tuple[Turn, ...]] = []  # what went along with each question
        self.profile = Summary(kind="profile", subject="profile", title="Profile", at=NOW, since=None, until=None,
                               made_by="inkling", lines=())  # fmt: skip
        self.days: list[Summary] = []
        self.hits: list[Hit] = []
        self.pending = 0
        self.recovery_code: str | None = None
        self.closed = False
        self.fail_next: dict[str, Exception] = {}
        self.hold: dict[str, threading.Event] = {}

    # filling it

    def heard(self, text: str, *, who: str | None = "me", at: datetime, **more: Any) -> str:
        key = f"o{len(self.observed) + 1}"
        fields = {"source": "chat", "app": "WhatsApp", "thread": "Ana", **more}
        self.observed[key] = Observation(text=text, at=at, speaker=who, key=key, **fields)
        return key

    def evidence(self, source: str, quote: str, **more: Any) -> Evidence:
        observation = self.observed[source]
        start = observation.text.index(quote)
        fields = {"stance": "supports", "basis": "stated", **more}
        return Evidence(
            observation_id=source, observation_key=source, quote=quote, start=start, end=start + len(quote),
            at=observation.at, **fields,
        )  # fmt: skip

    def believes(self, text: str, kind: Any, confidence: float, *evidence: Evidence, **more: Any) -> str:
        key = f"p{len(self.changes) + 1}"
        fields: dict[str, Any] = {
            "basis": "stated", "lifespan": "years", "valid_from": None, "valid_to": None, "sensitivity": None,
            "status": "believed", "pinned": False, **more,
        }  # fmt: skip
        self.held[key] = Proposition(
            id=key, text=text, kind=kind, confidence=confidence, evidence=tuple(evidence), **fields
        )
        at = min((e.at for e in evidence), default=ago(1))
        self.changes[key] = [Revision(at=at, actor="inkling", action="add", before=None, after=text, reason="new")]
        return key

    # the verbs

    def propositions(self, at: datetime | None = None, include_quarantined: bool = False) -> list[Proposition]:
        self._called("propositions")
        wanted = {"believed", "review"} | ({"quarantined"} if include_quarantined else set())
        chosen = [p for p in self.held.values() if p.status in wanted]
        return sorted(chosen, key=lambda p: (not p.pinned, -p.confidence, int(p.id[1:])))

    def proposition(self, id: str, at: datetime | None = None) -> Proposition:
        self._called("proposition", id)
        if id not in self.held:
            raise NotFoundError(f"there is no proposition {id} (it may have been forgotten)")
        return self.held[id]

    def observation(self, id: str) -> Observation:
        return self.observed[id]

    def around(self, id: str, before: int = 3, after: int = 3) -> list[tuple[str, Observation]]:
        if id not in self.observed:
            raise NotFoundError(f"there is no observation {id} (it may have been forgotten)")
        thread = [key for key, o in self.observed.items() if o.thread == self.observed[id].thread]
        thread.sort(key=lambda key: self.observed[key].at)
        place = thread.index(id)
        return [(key, self.observed[key]) for key in thread[max(0, place - before) : place + after + 1]]

    def history(self, id: str) -> list[Revision]:
        return self.changes[id]

    def recall(self, text: str, k: int = 10, at: datetime | None = None, types: Any = None) -> list[Hit]:
        self._called("recall", text)
        return self.hits[:k]

    def ask(self, question: str, at: datetime | None = None, turns: Any = (), told: Any = None) -> Answer:
        self.turns.append(tuple(turns))
        self._called("ask", question)
        for piece in self.written:
            told(piece)
        while "written" in self.hold and not self.hold["written"].wait(0.01):
            told("")
        return self.answer

    def summaries(self, kind: Any = None, since: datetime | None = None, until: datetime | None = None) -> list[Any]:
        self._called("summaries", kind)
        return self.days

    def document(self) -> Summary:
        self._called("document")
        return self.profile

    def now(self) -> datetime:
        return NOW

    def remember(self, text: str) -> str:
        self._called("remember", text)
        return self.believes(text, "preference", 0.99, basis="user")

    def edit(self, id: str, *, text: str) -> None:
        self._called("edit", id, text)
        old = self.held[id]
        self.held[id] = replace(old, text=text, basis="user", confidence=0.99)
        self.changes[id].append(
            Revision(at=NOW, actor="user", action="edit", before=old.text, after=text, reason="the user reworded it")
        )

    def confirm(self, id: str) -> None:
        self._called("confirm", id)
        self.held[id] = replace(self.held[id], confidence=0.99, basis="user", status="believed")

    def reject(self, id: str) -> None:
        self._called("reject", id)
        self.held[id] = replace(self.held[id], confidence=0.01, status="rejected")

    def pin(self, id: str, pinned: bool = True) -> None:
        self._called("pin", id, pinned)
        self.held[id] = replace(self.held[id], pinned=pinned)

    def forget(self, id: str, with_evidence: bool = False) -> None:
        self._called("forget", id, with_evidence)
        if id.startswith("o"):
            del self.observed[id]
            return
        gone = self.held.pop(id)
        for evidence in gone.evidence if with_evidence else ():
            self.observed.pop(evidence.observation_id or "", None)

    def distil(self, progress: Any = None, most: int | None = None) -> dict[str, int]:
        self._called("distil")
        self.pending = 0
        return {"new": 1}

    def allow(self, sensitivity: str) -> None:
        self._called("allow", sensitivity)
        self.classes |= {sensitivity}
        for id, p in self.held.items():
            if p.sensitivity == sensitivity and p.status == "quarantined":
                self.held[id] = replace(p, status="believed")

    def disallow(self, sensitivity: str) -> None:
        self._called("disallow", sensitivity)
        self.classes -= {sensitivity}

    def allowed(self) -> frozenset[Any]:
        return self.classes

    def status(self) -> dict[str, Any]:
        return {
            "observations": len(self.observed), "pending": self.pending, "propositions": len(self.held),
            "unembedded": 0, "bytes": 40960,
        }  # fmt: skip

    def close(self) -> None:
        self.closed = True

    def _called(self, verb: str, *arguments: Any) -> None:
        self.calls.append((verb, *arguments))
        if verb in self.hold:
            self.hold[verb].wait(10)
        if verb in self.fail_next:
            raise self.fail_next.pop(verb)

    def was_told(self, *call: Any) -> bool:
        return call in self.calls


class FakeClient(FakeAssistant):
    """A client of an engine that can be locked, end, hang (``hold``) and be unlocked by others, as the test says."""

    def __init__(self, passphrase: str = "right") -> None:
        super().__init__()
        self.passphrase = passphrase
        self.locked = True
        self.running = True
        self.keyring = False
        self.said: dict[str, Any] = {"state": "off", "until": None, "paused_apps": []}
        self.decisions: list[dict[str, Any]] = []
        self.choices: dict[str, Any] = {}

    def connect(self, folder: Path, start: bool = True) -> Any:
        """As ``assistant.client.connect``: what asks how the engine is starts none."""
        if start:
            self._started()
        return self if start else _Looking(self)

    def state(self) -> dict[str, Any]:
        self._started()
        self._hang("state")
        return {"locked": self.locked, "recording": dict(self.said)}

    def unlock(self, passphrase: str | None = None, recovery_code: str | None = None) -> None:
        self._started()
        self.calls.append(("unlock", passphrase))
        self._hang("unlock")
        opened_by_keyring = self.keyring and passphrase is None and recovery_code is None
        if passphrase != self.passphrase and recovery_code != "GOOD" and not opened_by_keyring:
            raise WrongPassphraseError("the passphrase does not open this vault")
        self.locked = False

    def lock(self) -> bool:
        self.calls.append(("lock",))
        was_open, self.locked = not self.locked, True
        if self.said["state"] != "paused":
            self.said["state"] = "off"
        return was_open

    def why(self, minutes: float = 10.0) -> list[dict[str, Any]]:
        self.calls.append(("why", minutes))
        return self.decisions

    def pause(self, until: datetime | None = None, app: str | None = None) -> None:
        self.calls.append(("pause", until))
        self.said |= {"state": "paused", "until": until}

    def resume(self) -> None:
        self.calls.append(("resume",))
        self.said |= {"state": "recording", "until": None}

    def configure(self, **changes: Any) -> Any:
        self._called("configure", changes)
        self.said["state"] = "recording" if changes.get("screen_on") else "off"

    def _called(self, verb: str, *arguments: Any) -> None:
        self._started()
        if self.locked:
            raise VaultLockedError("the vault is locked; unlock it with: inkling unlock")
        super()._called(verb, *arguments)

    def _hang(self, verb: str) -> None:
        if verb in self.hold:
            self.hold[verb].wait(10)

    def _started(self) -> None:
        if not self.running:
            self.running = self.locked = True


class _Looking:
    """The other client, which starts nothing."""

    def __init__(self, client: FakeClient) -> None:
        self._client = client
        if not client.running:
            raise EngineUnreachableError("no engine runs")

    def state(self) -> dict[str, Any]:
        if not self._client.running:
            raise EngineUnreachableError("no engine runs")
        return self._client.state()

    def close(self) -> None:
        pass


def _ines(a: FakeAssistant) -> None:
    """A luthier in Porto, with an exaggerated share of what is hard to draw."""
    a.heard("are you still at the shop?", who="Ana", at=ago(12, 2))
    shop = a.heard("till six, I've been repairing a cello all day. I work at Casa Guimarães now btw", at=ago(12, 1))
    a.heard("the violin place on Rua das Flores? 🎻", who="Ana", at=ago(12, 0.9))
    sister = a.heard("yes! my sister Ana Lúcia will be jealous, she wanted me in Lisbon", at=ago(12, 0.8))
    moved = a.heard("I moved to Porto in February, Lisbon was too loud", at=ago(40), thread="Marta", app="Telegram")
    tea = a.heard("no coffee for me, only green tea ☕️🚫", at=ago(3), thread="Marta", app="Telegram")
    coffee = a.heard("ok I had one coffee, don't tell anyone", at=ago(1), thread="Marta", app="Telegram")
    tokyo = a.heard("来週、東京に行きます。楽しみ！", at=ago(6), thread="花子", app="LINE")
    cat = a.heard("my cat is called [bold red]Pixel[/] [@click=app.quit]really[/]\x1b[31m", at=ago(20), thread="Marta")
    screen = a.heard(
        "File Edit View\nStrings & tonewood: order 4471 confirmed\nYour basket: spruce top, 2 sets",
        who=None, at=ago(2, 5), source="screen", app="Firefox", thread="Tonewood shop", title="Tonewood shop",
    )  # fmt: skip
    migraine = a.heard("migraine again, third this month", at=ago(5), thread="Ana")
    arabic = a.heard("أتعلم العربية منذ سنة", at=ago(9), thread="Samir", app="Signal")

    a.believes(
        "The user works as a luthier at Casa Guimarães in Porto.", "work", 0.94,
        a.evidence(shop, "I work at Casa Guimarães now"), a.evidence(shop, "I've been repairing a cello all day"),
        valid_from=ago(60),
    )  # fmt: skip
    a.believes(
        "The user lives in Porto, having moved there from Lisbon in February 2026 because Lisbon was too loud.",
        "identity", 0.97, a.evidence(moved, "I moved to Porto in February"), valid_from=ago(70), pinned=True,
    )  # fmt: skip
    a.believes(
        "The user's sister is called Ana Lúcia.", "relationship", 0.81, a.evidence(sister, "my sister Ana Lúcia"),
        lifespan="permanent",
    )  # fmt: skip
    a.believes(
        "The user drinks green tea and no coffee.", "preference", 0.52,
        a.evidence(tea, "no coffee for me, only green tea"),
        a.evidence(coffee, "I had one coffee", stance="contradicts"), status="review", lifespan="months",
    )  # fmt: skip
    a.believes(
        "The user will travel to Tokyo (東京) next week.", "plan", 0.72,
        a.evidence(tokyo, "来週、東京に行きます"), lifespan="weeks",
    )  # fmt: skip
    a.believes(
        "The user has a cat called [bold red]Pixel[/] 🐈‍⬛.", "possession", 0.78,
        a.evidence(cat, "my cat is called [bold red]Pixel[/] [@click=app.quit]really[/]"),
    )  # fmt: skip
    a.believes(
        "The user buys tonewood and strings online.", "routine", 0.41,
        a.evidence(screen, "Strings & tonewood: order 4471 confirmed", basis="observed"), basis="observed",
    )  # fmt: skip
    a.believes(
        "The user has migraines.", "state", 0.83, a.evidence(migraine, "migraine again"), sensitivity="health",
        status="quarantined",
    )  # fmt: skip
    a.believes(
        "The user is learning Arabic (العربية).", "skill", 0.88, a.evidence(arabic, "أتعلم العربية منذ سنة"),
    )  # fmt: skip
    a.believes("The user plays the cello in an amateur quartet.", "skill", 0.99, basis="user")
    a.hits = [_hit(a, "p1", 0.9), _hit(a, shop, 0.7), _hit(a, "p10", 0.4)]
    a.answer = Answer(
        text="You work as a luthier at Casa Guimarães in Porto. [1]\nOn 8 April you wrote: “till six”. [2]",
        citations=(_hit(a, "p1", 0.9), _hit(a, shop, 0.7)),
        abstained=False,
    )


def _summarised(a: FakeAssistant) -> None:
    """Ines's profile, and two of her days."""

    def line(section: str, text: str, *sources: str) -> SummaryLine:
        return SummaryLine(section=section, text=text, sources=sources)

    def day(number: int, title: str, made_by: str, *lines: SummaryLine) -> Summary:
        at = datetime(2026, 4, number, 8, tzinfo=UTC)
        return Summary(kind="day", subject=f"2026-04-{number:02}", title=title, at=at, since=at, until=at,
                       made_by=made_by, lines=lines)  # fmt: skip

    a.profile = replace(a.profile, lines=(
        line("Who they are", a.held["p2"].text, "p2"),
        line("Work", a.held["p1"].text, "p1"),
        line("Likes and dislikes", "The user drinks green tea and no coffee. (the evidence does not agree)", "p4"),
        line("Things they have", a.held["p6"].text, "p6"),
        line("Skills", "The user plays the cello and is learning Arabic (العربية).", "p10", "p9"),
    ))  # fmt: skip
    a.days = [
        day(19, "Sunday, 19 April 2026", "day 1 qwen3-1.7b-q4_k_m",
            line("", "Ines told Marta that she had a coffee.", "o7")),
        day(17, "Friday, 17 April 2026", "inkling", line("Where", "Telegram, Marta: 4 messages, 1 of them yours"),
            line("When", "between 9 and 11"), line("Learnt", a.held["p4"].text, "p4")),
    ]  # fmt: skip


def _hit(a: FakeAssistant, id: str, score: float) -> Hit:
    if id.startswith("p"):
        p = a.held[id]
        return Hit(
            id=id, type="proposition", text=p.text, score=score, at=ago(12), observation_key=None, evidence=p.evidence
        )
    o = a.observed[id]
    return Hit(id=id, type="observation", text=o.text, score=score, at=o.at, observation_key=id, speaker=o.speaker)


@pytest.fixture(autouse=True)
def fixed_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are drawn in one zone, wherever the tests run."""
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()
    yield
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


async def _idle(min_sleep: float = 0.0, max_sleep: float = 10.0) -> None:
    """Wait until the event loop has nothing to do, now or within two frames; threads are not waited for.

    Textual's own goes by the processor's time and never takes less than 20 ms, twice for every key.
    """
    loop: Any = asyncio.get_running_loop()
    end, quiet = loop.time() + max_sleep, 0
    await asyncio.sleep(min_sleep)
    while quiet < 2 and loop.time() < end:
        await asyncio.sleep(0)
        due = min((timer.when() for timer in loop._scheduled if not timer.cancelled()), default=inf)
        if loop._ready:
            quiet = 0
        elif due < loop.time() + _SOON_SECONDS:
            await asyncio.sleep(max(0.0, due - loop.time()))
            quiet = 0
        else:
            quiet += 1


_parse = Stylesheet._parse_rules
_parsed: dict[object, Any] = {}


def _parse_once(self: Stylesheet, *source: Any, **more: Any) -> Any:
    """The rules of a style sheet, which depend on nothing but its text and the theme, for all apps of a run."""
    key = (source, *more.items(), *self._variables.items())
    if key not in _parsed:
        _parsed[key] = _parse(self, *source, **more)
    return _parsed[key]


_paint = Screen._compositor_refresh


def _paint_when_idle(self: Screen[Any]) -> None:
    """Paint once what several changes in a row have changed; what painting raises ends the app, as it always does."""
    loop: Any = asyncio.get_running_loop()

    def paint(passes: int = 0) -> None:
        if loop._ready and passes < _MOST_PASSES:
            loop.call_soon(paint, passes + 1)
            return
        self.paint_due = False
        try:
            if self.is_running:
                _paint(self)
        except Exception as error:  # noqa: BLE001 - as Textual's own loop
            self.app._handle_exception(error)

    if not getattr(self, "paint_due", False):
        self.paint_due = True
        loop.call_soon(paint)


@pytest.fixture(autouse=True)
def prompt_textual(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is pressed as soon as the one before has had its effect, and painted once."""
    monkeypatch.setattr("textual.pilot.wait_for_idle", _idle)
    monkeypatch.setattr("textual.app.wait_for_idle", _idle)
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 0.2)
    monkeypatch.setattr(Screen, "_compositor_refresh", _paint_when_idle)
    monkeypatch.setattr(Stylesheet, "_parse_rules", _parse_once)


@pytest.fixture(autouse=True)
def restless_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence is read as soon as the cursor moves."""
    monkeypatch.setattr("tui.screens.browse._SETTLE_SECONDS", 0.001)


@pytest.fixture
def empty() -> FakeAssistant:
    """A vault in which nothing is."""
    return FakeAssistant()


@pytest.fixture
def ines() -> FakeAssistant:
    """Ines, a luthier in Porto."""
    assistant = FakeAssistant()
    _ines(assistant)
    return assistant


@pytest.fixture
def summarised(ines: FakeAssistant) -> FakeAssistant:
    """Ines, whose profile and days have been summarised."""
    _summarised(ines)
    return ines


@pytest.fixture
def engine(vault: Path, monkeypatch: pytest.MonkeyPatch) -> FakeClient:
    """An engine with Ines's vault, locked; ``right`` opens it. The app looks at it when the test says so."""
    monkeypatch.setattr("tui.following.LOOK_SECONDS", 3600.0)
    vault.mkdir(exist_ok=True)
    (vault / "vault.json").write_text("{}")
    client = FakeClient()
    _ines(client)
    return client


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """Where a vault is or would be."""
    return tmp_path / "vault"


@pytest.fixture
def app_on(vault: Path) -> Callable[..., InklingApp]:
    """The app on an assistant that is open, or on the vault's folder, with a clock that stands still."""

    def make(
        assistant: Any = None, *, folder: Path | None = None, theme: str = "inkling-dark", engine: Any = None
    ) -> InklingApp:
        app = InklingApp(folder or vault, assistant, lambda: NOW, engine.connect if engine else None)
        app.theme = theme
        app.animation_level = "none"
        return app

    return make


@pytest.fixture
def settled() -> Callable[[Pilot[Any]], Any]:
    """Wait until the app has nothing left to do: workers, the cursor's rest, and what they caused.

    It must have nothing to do twice in a row, some frames apart: what waits for a frame is begun only after that.
    """

    async def settle(pilot: Pilot[Any]) -> None:
        quiet = 0
        while quiet < 2:
            await pilot.pause(_SOON_SECONDS)
            running = any(not worker.is_finished for worker in pilot.app.workers)
            await pilot.app.workers.wait_for_complete()
            quiet = 0 if running else quiet + 1
        await pilot.pause()

    return settle


@pytest.fixture
def becomes() -> Callable[[Pilot[Any], Callable[[], bool]], Any]:
    """Wait until something is so, while a call of the fake assistant is held."""

    async def wait(pilot: Pilot[Any], so: Callable[[], bool]) -> None:
        for _ in range(500):
            await pilot.pause()
            if so():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never became so")

    return wait


@pytest.fixture
def unlocks(monkeypatch: pytest.MonkeyPatch, vault: Path, ines: FakeAssistant) -> Callable[[str], FakeAssistant]:
    """Put a vault where there is none, that a passphrase opens to Ines's memory."""

    def lock(passphrase: str) -> FakeAssistant:
        vault.mkdir()
        (vault / "vault.json").write_text("{}")

        def opening(self: InklingApp, secret: str | None = None, **more: Any) -> FakeAssistant:
            if more.get("recovery_code") == "GOOD" or secret == passphrase:
                return ines
            raise WrongPassphraseError("the passphrase does not open this vault")

        monkeypatch.setattr(InklingApp, "open_vault", opening)
        return ines

    return lock
