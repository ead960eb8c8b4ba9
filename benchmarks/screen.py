"""What watching a screen costs: an unchanged tick, and the recorded half hour.

    python benchmarks/screen.py tick       # under Xvfb: CPU of a look at a 1920 by 1080 window that does not change
    python benchmarks/screen.py session    # the recording, through reading, redaction, storing, embedding, distilling

``session`` compares with reading the whole window at each change, which it does for a sample of the changes. Processor
time is of this process and of the text recognition's; memory is of both, apart. Seconds depend on the machine, ratios
less.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from machine import machine, peak_mb, resident_mb

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE / "session")]

from expected import EXCLUDED_DOMAIN, HELD, NEVER_HELD  # noqa: E402
from recording import Recording, Replay  # noqa: E402
from replayed import HALF_HOUR, VirtualClock, watch  # noqa: E402

SAMPLE = 12  # changes of the session that are read whole, for the comparison
TICKS = 300


def tick() -> None:
    """CPU of one unchanged look, grab included."""
    from record_session import CHROMIUM, served, xvfb  # noqa: PLC0415

    from observers.desktop import open_desktop  # noqa: PLC0415
    from observers.screen.grab import Grabber  # noqa: PLC0415

    with xvfb() as display, served() as port, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["DISPLAY"] = display
        environment = {**os.environ, "HOME": home}
        rules = f"--host-resolver-rules=MAP *.example 127.0.0.1:{port}"
        place = ("--window-position=0,0", "--window-size=1920,1080", f"--user-data-dir={home}/browser")
        quiet = {"stdout": -3, "stderr": -3, "env": environment}
        browser = psutil.Popen((*CHROMIUM, rules, *place, "calendar.example/calendar.html"), **quiet)
        try:
            time.sleep(8)
            desktop, grabber = open_desktop(), Grabber()
            costs = _look_often(desktop, grabber)
        finally:
            browser.terminate()
            browser.wait(timeout=10)
    print(f"unchanged tick of 1920 by 1080, CPU ms: median {statistics.median(costs):.2f}, "
          f"95% {statistics.quantiles(costs, n=20)[-1]:.2f}")  # fmt: skip


def _look_often(desktop: object, grabber: object) -> list[float]:
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    from observers.screen.defaults import default_rules  # noqa: PLC0415
    from observers.screen.exclusions import Rules  # noqa: PLC0415
    from observers.screen.noise import Noise  # noqa: PLC0415
    from observers.screen.observer import ScreenObserver  # noqa: PLC0415
    from observers.screen.reader import Reader  # noqa: PLC0415

    class Nothing:
        """Reads nothing and remembers nothing."""

        def read(self, _image: object) -> list[object]:
            return []

        def get(self, _app: str, _marks: object) -> dict[bytes, int]:
            return {}

        def add(self, _app: str, _marks: object, _at: object) -> None:
            return None

    observer = ScreenObserver(desktop, grabber, Reader(Nothing()), Rules(default_rules()), Noise(Nothing(), bytes(32)))  # type: ignore[arg-type]
    now, costs = datetime(2026, 10, 5, tzinfo=UTC), []
    for n in range(TICKS + 20):
        now += timedelta(seconds=2)
        began = time.process_time()
        outcome = observer.tick(now, lambda _observations, _thumbnails: None)
        if n >= 20 and outcome.outcome == "unchanged":
            costs.append((time.process_time() - began) * 1000)
        time.sleep(0.01)
    print(f"{len(costs)} of {TICKS} looks found nothing changed")
    return costs


def session() -> None:
    """The recorded half hour, read and distilled."""
    from assistant import Assistant  # noqa: PLC0415
    from observers.screen.defaults import default_rules  # noqa: PLC0415
    from observers.screen.ocr import load_ocr  # noqa: PLC0415

    recording, clock, recogniser = Recording(HALF_HOUR), VirtualClock(), load_ocr("rapid")
    print(f"{recording.seconds / 60:.1f} minutes, {len(recording.moments)} moments")
    with tempfile.TemporaryDirectory() as home:
        with Assistant.open(Path(home) / "vault", "a passphrase", create=True, clock=clock) as assistant:
            rules = [*map(str, default_rules()), f"domain:{EXCLUDED_DOMAIN}"]
            assistant.configure(rules=rules)
            before, size = resident_mb(), assistant.status()["bytes"]
            meter = Meter(recogniser)
            figures = watch(recording, assistant, clock, recogniser, each=meter.look)
            own, other = meter.total()
            began = time.process_time()
            drawn = assistant.distil()
            distilled = time.process_time() - began
            held = assistant.status()
            report(figures, assistant)
            share = 100 * (own + other) / recording.seconds
            print(
                f"CPU: {own:.1f} s here, {other:.1f} s in text recognition: {share:.2f}% of one core over the session"
            )
            print(f"distilling: {distilled:.2f} s CPU, {drawn}")
            print(f"memory: {before:.0f} MB before, {resident_mb():.0f} MB after, peak {peak_mb():.0f} MB here; "
                  f"text recognition at most {meter.most_mb:.0f} MB")  # fmt: skip
            hours = recording.seconds / 3600
            text = sum(source["text_bytes"] for source in assistant.storage()["sources"]) / hours / 1e3
            grown = (held["bytes"] - size) / hours / 1e6
            print(f"stored: {held['observations']} passages, {grown:.2f} MB an hour, {text:.0f} kB of it text")
        recogniser.close()
    compare(recording, figures)


class Meter:
    """CPU of this process and of text recognition, which may end and start again meanwhile."""

    def __init__(self, recogniser: object) -> None:
        self._recogniser = recogniser
        self._began = time.process_time()
        self._seconds: dict[int, float] = {}
        self.most_mb = 0.0

    def look(self, _seconds: float) -> None:
        """Read the meters."""
        pid = getattr(self._recogniser, "pid", None)
        if pid is None:
            return
        try:
            process = psutil.Process(pid)
            self._seconds[pid] = sum(process.cpu_times()[:2])
            self.most_mb = max(self.most_mb, process.memory_info().rss / 2**20)
        except psutil.NoSuchProcess:
            return

    def total(self) -> tuple[float, float]:
        """Seconds here, and there."""
        return time.process_time() - self._began, sum(self._seconds.values())


def report(figures: object, assistant: object) -> None:
    """What became of what was shown."""
    print(f"looks {figures.looks}, changes {figures.changes}, outcomes {dict(figures.outcomes)}")
    text = "\n".join(s.observation.text for s in assistant._store.observations.all())
    plain = _plain(text)
    missing = [line for line in HELD if _plain(line) not in plain]
    leaked = [secret for secret in NEVER_HELD if _plain(secret) in plain]
    print(f"held {len(HELD) - len(missing)} of {len(HELD)}, missing: {missing}; leaked: {len(leaked)} {leaked}")


def compare(recording: Recording, figures: object) -> None:
    """The time text recognition took, against reading the whole focused window at each change."""
    from observers.screen.ocr import load_ocr  # noqa: PLC0415

    replay, engine = Replay(recording), load_ocr("rapid")
    moments = [m for m in recording.moments if m.view.focused is not None]
    chosen = sorted(random.Random(7).sample(range(len(moments)), SAMPLE))
    seconds, pixels = [], []
    for moment in (moments[i] for i in chosen):
        replay.go_to(moment.seconds)
        window = moment.view.focused
        image = replay.grab(window, moment.view.above(window), moment.view.monitors)
        began = time.perf_counter()
        engine.read(image)
        seconds.append(time.perf_counter() - began)
        pixels.append(image.shape[0] * image.shape[1])
    engine.close()
    whole = statistics.mean(seconds) * figures.changes
    whole_pixels = statistics.mean(pixels) * figures.changes
    each, ours = statistics.mean(seconds), figures.read_pixels / 1e6
    print(f"text recognition: {figures.read_seconds:.1f} s in {figures.reads} reads of {ours:.1f} megapixels")
    print(f"whole at {figures.changes} changes: {whole:.0f} s ({each:.2f} s each), {whole_pixels / 1e6:.0f} megapixels")
    print(
        f"share of the time {figures.read_seconds / whole:.3f}, of the pixels {figures.read_pixels / whole_pixels:.3f}"
    )


def _plain(text: str) -> str:
    return "".join(text.split()).casefold().replace("’", "'")


def main() -> None:
    """Measure one of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("tick", "session"))
    chosen = parser.parse_args()
    print(machine(), f"load {os.getloadavg()[0]:.1f}")
    {"tick": tick, "session": session}[chosen.what]()


if __name__ == "__main__":
    main()
