"""The model's host, with real threads and a real process that does what each test wants: what a caller gets, and what
becomes of the process.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import ggufs
import psutil
import pytest
from engines import until

from assistant.llm import breaker
from assistant.llm.admission import MOST_CONTEXT, WITHOUT_EXTRA, Admission, spare_cores
from assistant.llm.chosen import ChosenModel
from assistant.llm.host import ModelHost, Patience
from assistant.llm.hosted import HostedModel
from assistant.llm.model import Generated, Prompt
from assistant.llm.pinning import pin
from memory.errors import InvalidInputError, ModelFailedError, ModelMissingError, ModelStoppedError

PROGRAM = Path(__file__).parents[2] / "scripted_worker.py"
QUICK = Patience(load=20, count=20, grace=0.3)
AS_LONG_AS_IT_TAKES = Patience(load=20, count=20, grace=20)
OFTEN = Patience(load=20, count=20, grace=20, beat=0.02, deaf=20)


def prompt(behaviour: str, *arguments: Any) -> Prompt:
    return Prompt(name="test", version=1, system="Do as you are told.", user=json.dumps([behaviour, *arguments]))


class Machine:
    """What admission sees, set by the test."""

    def __init__(self) -> None:
        self.installed = True
        self.available = 10**10
        self.bytes_a_token = 10**5
        self.trained = 40960
        self.refusal: str | None = None
        self.checks = 0
        self.hashes = lambda: None

    def check(self, chosen: ChosenModel, heard: Callable[[int], None]) -> None:
        self.checks += 1
        self.hashes()
        heard(1)
        if self.refusal:
            raise ModelMissingError(self.refusal)

    def admission(self) -> Admission:
        return Admission(
            check=self.check,
            needed_bytes=lambda chosen, context: self.bytes_a_token * context,
            trained_context=lambda chosen: self.trained,
            available_bytes=lambda: self.available,
            is_installed=lambda: self.installed,
        )


class Stage:
    """A host with a scripted worker, and a model file that is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "tiny.gguf"
        self.file.write_bytes(b"GGUF")
        self.chosen: ChosenModel | None = ChosenModel(name="tiny", path=str(self.file), sha256="0" * 64, bytes=4)
        self.machine = Machine()
        self.now = 0.0
        self.host = self.opened()

    def opened(self, patience: Patience = QUICK, **more: Any) -> ModelHost:
        command = [sys.executable, "-I", "-S", str(PROGRAM), str(self.folder)]
        options = {"command": command, "admission": self.machine.admission(), "clock": lambda: self.now, "threads": 1}
        self.host = ModelHost(lambda: self.chosen, patience=patience, **(options | more))
        return self.host

    def loads(self, how: str) -> None:
        (self.folder / "load").write_text(how)

    def model(self) -> HostedModel:
        model = self.host.model()
        assert isinstance(model, HostedModel), self.host.status()
        return model

    def generate(self, behaviour: str, *arguments: Any, **more: Any) -> Generated:
        return self.model().generate(prompt(behaviour, *arguments), **more)

    def asked(self, what: str) -> list[dict[str, Any]]:
        log = self.folder / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [asked for asked in map(json.loads, lines) if asked["do"] == what]

    def pids(self) -> list[int]:
        return [asked["pid"] for asked in self.asked("load")]


class Call(threading.Thread):
    """A generation in a thread of its own: what it returned or raised, and what it heard."""

    def __init__(self, stage: Stage, behaviour: str, *arguments: Any, **more: Any) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.result: Generated | None = None
        self.error: BaseException | None = None
        self._model = stage.model()
        self._prompt = prompt(behaviour, *arguments)
        self._more = {"told": self.heard.append} | more
        self.start()

    def run(self) -> None:
        try:
            self.result = self._model.generate(self._prompt, **self._more)
        except BaseException as error:  # noqa: BLE001 - to be looked at by the test
            self.error = error

    def ends(self, seconds: float = 5.0) -> Call:
        self.join(seconds)
        assert not self.is_alive()
        return self

    def speaks(self) -> Call:
        until(lambda: self.heard, "it speaks")
        return self


Later = Callable[[Callable[[], Any]], "Future[Any]"]


@pytest.fixture
def later() -> Iterator[Later]:
    """Does something in a thread of its own."""
    with ThreadPoolExecutor() as pool:
        yield pool.submit


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A host, and the proof that it leaves no thread and no process behind."""
    before = set(threading.enumerate())
    made = Stage(tmp_path)
    yield made
    made.host.close()
    until(lambda: set(threading.enumerate()) <= before, "every thread has ended")
    assert [pid for pid in made.pids() if psutil.pid_exists(pid)] == []


# what a caller gets


def test_an_answer_comes_piece_by_piece_and_then_whole(stage: Stage) -> None:
    heard: list[str] = []
    made = stage.generate("say", "The user keeps bees. 東京 \U0001f41d", told=heard.append)
    assert made.text == "".join(heard) == "The user keeps bees. 東京 \U0001f41d"
    assert len(heard) > 1
    assert (made.end, made.prompt_tokens, made.cached_tokens, made.tokens) == ("stop", 9, 4, len(made.text))
    assert (made.first_seconds, made.seconds) == (0.1, 0.2)


def test_nothing_is_started_before_the_first_call_and_one_process_serves_them_all(stage: Stage) -> None:
    model = stage.model()
    assert (model.name, stage.pids(), stage.host.status()["state"]) == ("tiny", [], "ready")
    assert [model.generate(prompt("say", text)).text for text in ("a", "b", "")] == ["a", "b", ""]
    assert model.count_tokens(["abc", "", "é"]) == [3, 0, 1]
    assert len(stage.pids()) == stage.machine.checks == 1


def test_the_whole_request_reaches_the_process_and_nothing_of_inklings_environment(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_PASSPHRASE", "hunter2")
    echoed = json.loads(stage.generate("echo", grammar='root ::= "a"', most_tokens=99, seconds=7).text)
    assert echoed["grammar"] == 'root ::= "a"'
    assert (echoed["system"], echoed["most_tokens"], echoed["seconds"]) == ("Do as you are told.", 99, 7)
    loaded = stage.asked("load")[0]
    assert (loaded["path"], loaded["projector"], loaded["context"]) == (str(stage.file), None, MOST_CONTEXT)
    assert loaded["threads"] == 1
    environment = loaded["environment"]
    assert [name for name in environment if name.startswith("INKLING_")] == []
    assert environment["HF_HUB_OFFLINE"] == "1"


def test_no_texts_to_count_are_not_worth_a_process(stage: Stage) -> None:
    assert stage.model().count_tokens([]) == []
    assert stage.pids() == []


def test_a_picture_needs_a_projector(stage: Stage) -> None:
    with pytest.raises(InvalidInputError, match="projector"):
        stage.model().caption(b"png", prompt("echo"))
    assert stage.chosen is not None
    stage.chosen = ChosenModel(**(stage.chosen.to_json() | {"projector": str(stage.file), "projector_sha256": "0"}))
    echoed = json.loads(stage.model().caption(b"\x89PNG", prompt("echo")).text)
    assert (echoed["do"], echoed["png"]) == ("caption", "iVBORw==")
    assert stage.asked("load")[0]["projector"] == str(stage.file)


# what it does not start


def test_without_a_choice_there_is_no_model(stage: Stage) -> None:
    stage.chosen = None
    assert stage.host.model() is None
    status = stage.host.status()
    assert (status["name"], status["path"], status["state"], status["reason"]) == (None, None, "off", None)


def test_without_the_extra_one_sentence_says_how_to_get_it(stage: Stage) -> None:
    model = stage.model()
    stage.machine.installed = False
    assert stage.host.model() is None
    assert stage.host.status()["state"] == "failed"
    assert stage.host.status()["reason"] == WITHOUT_EXTRA
    with pytest.raises(ModelMissingError, match=r"pip install 'inkling-memory\[llm\]'"):
        model.generate(prompt("say", "a"))
    assert stage.pids() == []


def test_a_file_that_is_gone_is_said_and_found_again_when_it_is_back(stage: Stage) -> None:
    model = stage.model()
    stage.file.unlink()
    assert stage.host.model() is None
    assert str(stage.file) in stage.host.status()["reason"]
    with pytest.raises(ModelMissingError, match="is not there"):
        model.generate(prompt("say", "a"))
    stage.file.write_bytes(b"GGUF")
    assert stage.generate("say", "a").text == "a"


def test_an_altered_file_is_not_loaded_and_not_hashed_again_until_it_changes(stage: Stage) -> None:
    stage.machine.refusal = "it is not what it was"
    with pytest.raises(ModelMissingError, match="not what it was"):
        stage.generate("say", "a")
    assert stage.host.model() is None
    assert stage.host.model() is None
    assert stage.host.status()["reason"] == "it is not what it was"
    assert (stage.machine.checks, stage.pids()) == (1, [])
    stage.machine.refusal = None
    stage.file.write_bytes(b"GGUF again")
    assert stage.generate("say", "a").text == "a"


def test_what_does_not_fit_in_memory_is_not_started_and_both_figures_are_said(stage: Stage) -> None:
    stage.machine.bytes_a_token, stage.machine.available = 10**6, 1_500_000_000
    with pytest.raises(ModelFailedError, match=r"needs about 2\.0 GB of memory and 1\.5 GB are free; close .* smaller"):
        stage.generate("say", "a")
    assert stage.pids() == []
    assert "2.0 GB" in stage.host.status()["reason"]
    stage.machine.available = 10**10
    assert stage.generate("say", "a").text == "a"
    assert stage.host.status()["reason"] is None


def test_where_memory_is_short_less_context_may_do(stage: Stage) -> None:
    stage.machine.available = MOST_CONTEXT * stage.machine.bytes_a_token - 1
    model = stage.model()
    assert model.context_tokens == MOST_CONTEXT
    model.generate(prompt("say", "a"))
    assert model.context_tokens == stage.asked("load")[0]["context"] == MOST_CONTEXT // 2


def test_no_more_context_than_the_model_was_trained_with(stage: Stage) -> None:
    stage.machine.trained = 1024
    assert stage.model().context_tokens == 1024
    stage.loads("small")
    stage.generate("say", "a")
    assert stage.model().context_tokens == stage.host.status()["context_tokens"] == 512


def test_one_core_at_least_is_used_and_one_left_where_there_are_more() -> None:
    assert 1 <= spare_cores() <= max(1, (os.cpu_count() or 1) - 1)


# how loading fails


@pytest.mark.parametrize(
    ("how", "error", "says"),
    [
        ("die", ModelFailedError, "ended with exit code 7"),
        ("killed", ModelFailedError, "want of memory"),
        ("memory", ModelFailedError, "it said memory"),
        ("missing", ModelMissingError, "it said missing"),
        ("extra", ModelMissingError, "it said extra"),
        ("nonsense", ModelFailedError, "no answer"),
    ],
)
def test_a_load_that_fails_is_said_and_the_next_call_tries_again(
    stage: Stage, how: str, error: type[Exception], says: str
) -> None:
    stage.loads(how)
    with pytest.raises(error, match=says):
        stage.generate("say", "a")
    assert says in stage.host.status()["reason"]
    assert not stage.host.status()["loaded"]
    stage.loads("well")
    assert stage.generate("say", "a").text == "a"
    assert stage.host.status()["reason"] is None


def test_a_load_that_does_not_end_is_ended(stage: Stage) -> None:
    stage.opened(Patience(load=0.3))
    stage.loads("never")
    with pytest.raises(ModelFailedError, match="did not answer within"):
        stage.generate("say", "a")
    assert not stage.host.status()["loaded"]


def test_a_program_that_cannot_be_started_is_a_failed_call(stage: Stage) -> None:
    stage.opened(command=["/nowhere/at/all"])
    with pytest.raises(ModelFailedError, match="cannot be started"):
        stage.generate("say", "a")


def test_loading_takes_nothing_from_the_time_to_answer(stage: Stage) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    stage.loads("slowly")
    assert stage.generate("slowly", 3, seconds=0.9).end == "stop"


def test_stopped_while_it_loads_nothing_of_it_stays(stage: Stage) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    stage.loads("never")
    stop = threading.Event()
    call = Call(stage, "say", "a", stop=stop)
    until(lambda: stage.host.status()["state"] == "loading" and stage.pids(), "it loads")
    stop.set()
    assert isinstance(call.ends().error, ModelStoppedError)
    assert stage.host.status()["state"] == "ready"


def test_a_count_for_which_the_model_loads_can_be_stopped(stage: Stage, later: Later) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    stage.loads("never")
    stop = threading.Event()
    counting = later(lambda: stage.model().count_tokens(["abc"], stop=stop))
    until(lambda: stage.host.status()["state"] == "loading" and stage.pids(), "it loads")
    stop.set()
    with pytest.raises(ModelStoppedError):
        counting.result(5)
    assert stage.host.status()["state"] == "ready"


def test_a_count_for_which_the_file_is_read_can_be_stopped(stage: Stage) -> None:
    stop = threading.Event()
    stage.machine.hashes = stop.set
    with pytest.raises(ModelStoppedError, match="nobody waits"):
        stage.model().count_tokens(["abc"], stop=stop)
    assert stage.pids() == []


def test_a_count_that_does_not_come_can_be_stopped_and_one_that_comes_leaves_the_model_loaded(
    stage: Stage, later: Later
) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    assert stage.model().count_tokens(["abc"], stop=threading.Event()) == [3]
    stop = threading.Event()
    counting = later(lambda: stage.model().count_tokens(["hang"], stop=stop))
    until(lambda: len(stage.asked("count")) == 2, "it counts")
    stop.set()
    with pytest.raises(ModelStoppedError, match="nobody waits"):
        counting.result(5)
    assert stage.model().count_tokens(["abc"], stop=threading.Event()) == [3]
    assert len(stage.pids()) == 2


# how a generation fails


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (("crash", int(signal.SIGSEGV)), "ended by SIGSEGV"),
        (("crash", int(signal.SIGKILL)), "ended by the system, perhaps for want of memory"),
        (("exit", 0), "exit code 0"),
        (("close",), "stopped answering"),
        (("raw", "The user keeps bees.\n"), "no answer"),
        (("raw", "[" * 100_000 + "\n"), "no answer"),
        (("huge",), "no answer"),
        (("endless",), "no answer"),
        (("fail", "memory"), "it said memory"),
    ],
)
def test_what_breaks_in_the_middle_ends_that_call_and_the_next_has_a_new_process(
    stage: Stage, behaviour: tuple[Any, ...], says: str
) -> None:
    with pytest.raises(ModelFailedError, match=says) as caught:
        stage.generate(*behaviour)
    assert not isinstance(caught.value, ModelStoppedError)
    assert "\n" not in str(caught.value)
    assert says in stage.host.status()["reason"]
    assert stage.generate("say", "well again").text == "well again"
    assert len(set(stage.pids())) == 2


@pytest.mark.parametrize("kind", ["too long", "grammar"])
def test_a_request_that_cannot_be_met_fails_alone(stage: Stage, kind: str) -> None:
    for _ in range(breaker.MOST_FAILURES + 1):
        with pytest.raises(ModelFailedError, match=f"it said {kind}"):
            stage.generate("fail", kind)
    assert stage.generate("say", "well").text == "well"
    assert len(stage.pids()) == 1


def test_an_answer_that_was_whole_is_one_whatever_became_of_the_process(stage: Stage) -> None:
    assert stage.generate("exit_after", "The user keeps bees.").text == "The user keeps bees."
    until(lambda: not stage.host.status()["loaded"], "it is seen to have ended")
    assert stage.generate("say", "again").text == "again"


def test_what_it_says_when_nobody_asked_is_heard_by_nobody(stage: Stage) -> None:
    assert stage.generate("chatter_after", "well").text == "well"
    until(lambda: not stage.host.status()["loaded"], "it is seen to have ended")
    assert stage.generate("say", "again").text == "again"


def test_killed_while_nobody_asks_nothing_fails(stage: Stage) -> None:
    stage.generate("say", "a")
    os.kill(stage.pids()[0], signal.SIGKILL)
    until(lambda: not stage.host.status()["loaded"], "it is seen")
    assert stage.generate("say", "b").text == "b"
    assert stage.host.status()["reason"] is None


def test_counts_that_are_wrong_fail(stage: Stage) -> None:
    with pytest.raises(ModelFailedError, match="no answer"):
        stage.model().count_tokens(["too few"])
    assert stage.model().count_tokens(["well"]) == [4]


def test_counts_that_do_not_come_fail(stage: Stage) -> None:
    stage.opened(Patience(load=20, count=0.2))
    with pytest.raises(ModelFailedError, match="did not answer"):
        stage.model().count_tokens(["hang"])
    assert not stage.host.status()["loaded"]


# time


def test_at_the_deadline_what_there_is_is_the_answer(stage: Stage) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    made = stage.generate("slowly", seconds=0.2)
    assert (made.end, made.text[:5]) == ("deadline", "word ")
    assert stage.generate("say", "a").text == "a"
    assert len(stage.pids()) == 1


def test_the_deadline_is_the_hosts_and_not_only_the_workers(stage: Stage) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    assert stage.generate("until_stopped", seconds=0.1).end == "deadline"


def test_one_that_had_finished_as_its_time_was_up_has_finished(stage: Stage) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    assert stage.generate("until_stopped", "stop", seconds=0.1).end == "stop"


def test_one_that_hears_nothing_of_the_deadline_is_killed(stage: Stage) -> None:
    with pytest.raises(ModelFailedError, match="did not answer within") as caught:
        stage.generate("hang", seconds=0.1)
    assert not isinstance(caught.value, ModelStoppedError)
    assert stage.generate("say", "a").text == "a"


def test_a_process_that_does_not_read_holds_nobody_for_ever(stage: Stage) -> None:
    """The request is larger than a pipe holds, so writing it blocks."""
    deaf = 'import sys, time; sys.stdin.readline(); print(\'{"loaded": {"context": 9}}\', flush=True); time.sleep(600)'
    stage.opened(command=[sys.executable, "-I", "-S", "-c", deaf])
    with pytest.raises(ModelFailedError, match="did not answer"):
        stage.generate("say", "a" * 1_000_000, seconds=0.1)


# stopping


def test_a_call_whose_caller_no_longer_wants_it_ends_and_the_process_stays(stage: Stage) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    stop = threading.Event()
    call = Call(stage, "slowly", stop=stop).speaks()
    stop.set()
    assert isinstance(call.ends().error, ModelStoppedError)
    assert stage.generate("say", "a").text == "a"
    assert len(stage.pids()) == 1
    assert stage.host.status()["reason"] is None


def test_one_that_does_not_end_when_its_caller_goes_is_killed(stage: Stage) -> None:
    stop = threading.Event()
    call = Call(stage, "hang", stop=stop).speaks()
    stop.set()
    assert isinstance(call.ends().error, ModelStoppedError)
    assert stage.generate("say", "a").text == "a"


def test_a_call_stopped_before_it_began_is_never_sent(stage: Stage) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(ModelStoppedError):
        stage.generate("say", "a", stop=stop)
    assert stage.pids() == []


class GoneError(Exception):
    """The client went away."""


@pytest.mark.parametrize("behaviour", ["slowly", "hang"])
def test_a_listener_that_breaks_ends_the_generation_and_its_error_is_the_callers(stage: Stage, behaviour: str) -> None:
    def told(piece: str) -> None:
        raise GoneError

    with pytest.raises(GoneError):
        stage.generate(behaviour, told=told)
    assert stage.generate("say", "a").text == "a"
    assert stage.host.status()["reason"] is None


def gone(piece: str) -> None:
    """A client that went away: that is noticed as soon as it is told anything."""
    raise GoneError


def test_while_a_prompt_is_read_whoever_waits_hears_so_and_may_be_gone(stage: Stage) -> None:
    stage.opened(OFTEN)
    call = Call(stage, "silent", stop=(stop := threading.Event()), urgent=True).speaks()
    stop.set()
    assert set(call.ends().heard) == {""}
    with pytest.raises(GoneError):
        stage.generate("silent", told=gone, urgent=True)
    assert stage.generate("say", "a").text == "a"
    assert len(stage.pids()) == 1


def test_while_a_model_loads_whoever_waits_may_be_gone(stage: Stage) -> None:
    stage.opened(OFTEN)
    stage.loads("never")
    with pytest.raises(GoneError):
        stage.generate("say", "a", told=gone, urgent=True)
    assert stage.host.status()["reason"] is None
    stage.loads("well")
    assert stage.generate("say", "a").text == "a"


def test_while_a_file_is_read_whoever_waits_may_be_gone(stage: Stage) -> None:
    stage.opened(OFTEN)
    stage.machine.hashes = lambda: time.sleep(0.05)
    with pytest.raises(GoneError):
        stage.generate("say", "a", told=gone, urgent=True)
    assert stage.pids() == []
    assert stage.host.status()["state"] == "ready"


def test_while_others_have_their_turn_whoever_waits_may_be_gone(stage: Stage) -> None:
    stage.opened(OFTEN)
    first = Call(stage, "slowly", stop=(stop := threading.Event()), urgent=True).speaks()
    with pytest.raises(GoneError):
        stage.generate("say", "a", told=gone, urgent=True)
    assert stage.host.status()["queued"] == 0
    assert first.is_alive()
    stop.set()
    first.ends()


@pytest.mark.parametrize("busy", ["another's turn", "loading", "the prompt"])
def test_whoever_does_not_return_while_it_waits_holds_nobody_up(stage: Stage, busy: str) -> None:
    stage.opened(Patience(load=20, grace=20, beat=0.02, deaf=0.2))
    back, telling, stop = threading.Event(), threading.Event(), threading.Event()

    def deaf(piece: str) -> None:
        telling.set()
        back.wait(20)

    stage.loads("never" if busy == "loading" else "well")
    first = Call(stage, "slowly", stop=stop, urgent=True).speaks() if busy == "another's turn" else None
    stuck = Call(stage, "silent", told=deaf, urgent=True)
    assert telling.wait(5)
    stage.loads("well")
    stop.set()
    assert stage.generate("say", "served").text == "served"
    back.set()
    error = stuck.ends().error
    assert isinstance(error, ModelStoppedError)
    assert "does not listen" in str(error)
    assert stage.generate("say", "still there").text == "still there"
    if first:
        first.ends()


def test_a_listener_that_does_not_return_holds_nobody_up(stage: Stage) -> None:
    back = threading.Event()
    stuck = Call(stage, "slowly", told=lambda piece: back.wait(20), seconds=60)
    until(lambda: stage.asked("generate"), "it was asked")
    assert stage.generate("say", "served", urgent=True).text == "served"
    back.set()
    assert isinstance(stuck.ends().error, ModelStoppedError)
    assert stage.generate("say", "still there").text == "still there"
    assert len(stage.pids()) == 2


def test_a_listener_that_does_not_return_loses_its_turn_when_its_time_is_up(stage: Stage) -> None:
    back = threading.Event()
    stuck = Call(stage, "slowly", told=lambda piece: back.wait(20), seconds=0.1, urgent=True)
    until(lambda: stage.asked("generate"), "it was asked")
    assert stage.generate("say", "served").text == "served"
    back.set()
    error = stuck.ends().error
    assert isinstance(error, ModelStoppedError)
    assert "does not listen" in str(error)
    assert stage.host.status()["reason"] is None


# who goes first


def test_an_urgent_call_ends_the_background_one_under_way(stage: Stage) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    background = Call(stage, "slowly").speaks()
    assert stage.generate("say", "at once", urgent=True).text == "at once"
    error = background.ends().error
    assert isinstance(error, ModelStoppedError)
    assert "more urgent" in str(error)
    assert len(stage.pids()) == 1


def test_an_urgent_call_waits_but_shortly_for_one_that_does_not_end(stage: Stage) -> None:
    background = Call(stage, "hang").speaks()
    assert stage.generate("say", "at once", urgent=True).text == "at once"
    assert isinstance(background.ends().error, ModelStoppedError)
    assert stage.generate("say", "and no failure was counted").text
    assert stage.host.status()["reason"] is None


def test_an_urgent_count_is_not_kept_waiting_by_background_work(stage: Stage) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    background = Call(stage, "slowly").speaks()
    assert stage.model().count_tokens(["abc"], urgent=True) == [3]
    assert isinstance(background.ends().error, ModelStoppedError)


def test_a_count_in_the_background_ends_nothing_and_leaves_the_queue_when_it_is_not_wanted(
    stage: Stage, later: Later
) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    done, unwanted = threading.Event(), threading.Event()
    background = Call(stage, "slowly", stop=done).speaks()
    counting = later(lambda: stage.model().count_tokens(["abc"], stop=unwanted))
    until(lambda: stage.host.status()["queued"], "it waits")
    unwanted.set()
    with pytest.raises(ModelStoppedError, match="nobody waits"):
        counting.result(5)
    assert background.is_alive()
    assert stage.host.status()["queued"] == 0
    done.set()
    background.ends()


def test_two_urgent_clients_are_served_in_order_before_what_waited_in_the_background(stage: Stage) -> None:
    first = Call(stage, "slowly", 30, urgent=True).speaks()
    calls = []
    for number, urgent in enumerate((False, True, True, False)):
        calls.append(Call(stage, "say", str(number), urgent=urgent))
        until(lambda n=number: stage.host.status()["queued"] == n + 1, "it waits")
    assert stage.host.status()["state"] == "working"
    assert first.ends().result is not None
    assert [call.ends().result.text for call in calls if call.ends().result] == ["0", "1", "2", "3"]
    order = [json.loads(asked["user"])[1] for asked in stage.asked("generate")]
    assert order == [30, "1", "2", "0", "3"]


def test_a_background_call_that_loads_gives_way_once_it_is_loaded(stage: Stage) -> None:
    stage.loads("slowly")
    stage.opened(Patience(load=20, grace=0))
    background = Call(stage, "say", "background")
    until(lambda: stage.host.status()["state"] == "loading" and stage.pids(), "it loads")
    assert stage.generate("say", "urgent", urgent=True).text == "urgent"
    assert isinstance(background.ends().error, ModelStoppedError)
    assert len(stage.pids()) == 1


# crashes in a row


def crash(stage: Stage, times: int = breaker.MOST_FAILURES) -> None:
    for _ in range(times):
        with pytest.raises(ModelFailedError):
            stage.generate("exit", 1)


def test_after_some_crashes_in_a_row_it_is_left_alone_for_a_growing_time(stage: Stage) -> None:
    crash(stage)
    assert stage.host.model() is None
    status = stage.host.status()
    assert status["state"] == "failed"
    assert "3 times in a row" in status["reason"]
    assert "10 minutes" in status["reason"]
    stage.now += breaker.FIRST_PAUSE_SECONDS
    crash(stage, 1)
    assert stage.host.model() is None
    stage.now += breaker.FIRST_PAUSE_SECONDS
    assert stage.host.model() is None
    stage.now += breaker.FIRST_PAUSE_SECONDS
    assert stage.generate("say", "well").text == "well"
    crash(stage, 1)
    assert stage.host.model() is not None


def test_whoever_kept_the_model_is_told_too(stage: Stage) -> None:
    model = stage.model()
    crash(stage)
    with pytest.raises(ModelFailedError, match="left alone"):
        model.generate(prompt("say", "a"))
    assert len(stage.pids()) == breaker.MOST_FAILURES


def test_an_answer_in_between_makes_them_accidents(stage: Stage) -> None:
    for _ in range(2):
        crash(stage, breaker.MOST_FAILURES - 1)
        stage.generate("say", "well")
    assert stage.host.model() is not None


def test_choosing_again_forgives(stage: Stage) -> None:
    crash(stage)
    stage.host.changed()
    assert stage.generate("say", "well").text == "well"


# coming and going


def test_a_model_nobody_uses_is_unloaded_and_comes_back(stage: Stage) -> None:
    stage.opened(idle_seconds=300)
    assert not stage.host.rest()
    stage.now = 1000
    stage.generate("say", "a")
    assert stage.host.status()["state"] == "resting"
    stage.now += 299
    assert not stage.host.rest()
    stage.now += 1
    assert stage.host.rest()
    assert not psutil.pid_exists(stage.pids()[0])
    assert stage.host.status()["state"] == "ready"
    assert not stage.host.rest()
    assert stage.generate("say", "b").text == "b"


def test_a_model_at_work_is_not_unloaded_however_long_it_takes(stage: Stage) -> None:
    call = Call(stage, "slowly", 20).speaks()
    stage.now = 10_000
    assert not stage.host.rest()
    assert call.ends().result is not None


def test_when_another_model_is_chosen_what_runs_is_ended_and_the_old_one_is_no_more(stage: Stage) -> None:
    old = stage.model()
    call = Call(stage, "hang").speaks()
    assert stage.chosen is not None
    stage.chosen = ChosenModel(**(stage.chosen.to_json() | {"name": "other"}))
    stage.host.changed()
    assert isinstance(call.ends().error, ModelStoppedError)
    with pytest.raises(ModelStoppedError, match="another model"):
        old.generate(prompt("say", "a"))
    assert stage.model().name == "other"
    assert stage.generate("say", "a").text == "a"


def test_dropped_it_is_ended(stage: Stage) -> None:
    stage.generate("say", "a")
    stage.chosen = None
    stage.host.changed()
    assert not psutil.pid_exists(stage.pids()[0])
    assert stage.host.status()["state"] == "off"


def test_status_says_what_is_known_of_it(stage: Stage) -> None:
    stage.generate("say", "a")
    status = stage.host.status()
    assert (status["name"], status["path"], status["loaded"]) == ("tiny", str(stage.file), True)
    assert (status["state"], status["reason"], status["queued"]) == ("resting", None, 0)
    assert 1_000_000 < status["memory_bytes"] < 10**9
    json.dumps(status)


@pytest.mark.parametrize("behaviour", ["slowly", "hang", "until_stopped"])
def test_closed_from_another_thread_a_generation_ends_at_once(stage: Stage, behaviour: str) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    call = Call(stage, behaviour).speaks()
    waiting = Call(stage, "say", "a")
    until(lambda: stage.host.status()["queued"] == 1, "another waits")
    stage.host.close()
    for each in (call, waiting):
        error = each.ends().error
        assert isinstance(error, ModelStoppedError)
        assert "being closed" in str(error)


def test_closed_while_it_loads_the_call_ends_at_once(stage: Stage) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    stage.loads("never")
    call = Call(stage, "say", "a")
    until(stage.pids, "it loads")
    stage.host.close()
    assert isinstance(call.ends().error, ModelStoppedError)


def test_closed_while_its_file_is_read_no_process_is_started(stage: Stage) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def hashes() -> None:
        reading.set()
        go_on.wait(10)

    stage.machine.hashes = hashes
    call = Call(stage, "say", "a")
    assert reading.wait(5)
    assert stage.host.status()["state"] == "loading"
    stage.host.close()
    go_on.set()
    assert isinstance(call.ends().error, ModelStoppedError)
    assert stage.pids() == []


def test_once_closed_every_call_is_stopped(stage: Stage) -> None:
    model = stage.model()
    model.generate(prompt("say", "a"))
    stage.host.close()
    stage.host.close()
    assert not psutil.pid_exists(stage.pids()[0])
    for call in (lambda: model.generate(prompt("say", "a")), lambda: model.count_tokens(["a"])):
        with pytest.raises(ModelStoppedError, match="being closed"):
            call()
    assert stage.host.model() is None
    assert stage.host.status()["state"] == "off"
    assert not stage.host.rest()


def test_a_host_that_nobody_closes_leaves_no_process_behind(stage: Stage) -> None:
    stage.generate("say", "a")
    del stage.host
    gc.collect()
    until(lambda: not psutil.pid_exists(stage.pids()[0]), "its process is gone")
    stage.opened()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_no_pipe_stays_open(stage: Stage) -> None:
    stage.generate("say", "a")
    crash(stage, 1)
    stage.host.close()
    before = open_files()
    stage.opened()
    crash(stage, 2)
    stage.generate("say", "a")
    stage.host.close()
    assert open_files() == before


def test_many_threads_at_once_all_get_their_own_answer(stage: Stage) -> None:
    stage.opened(AS_LONG_AS_IT_TAKES)
    calls = [Call(stage, "say", f"answer {n}", urgent=True) for n in range(20)]
    assert [call.ends(10).result.text for call in calls if call.ends(10).result] == [f"answer {n}" for n in range(20)]
    assert len(stage.pids()) == 1


# the real worker


@pytest.fixture(scope="module")
def real() -> Iterator[ModelHost]:
    """A host as the assistant makes it, with a tiny model that is really loaded."""
    pytest.importorskip("llama_cpp")
    chosen = pin(ggufs.tiny())
    host = ModelHost(lambda: chosen)
    yield host
    host.close()


def test_the_real_worker_counts_and_writes_the_same_for_the_same_prompt(real: ModelHost) -> None:
    model = real.model()
    assert model is not None
    heard: list[str] = []
    first = model.generate(prompt("bees"), most_tokens=16, told=heard.append)
    second = model.generate(prompt("bees"), most_tokens=16)
    assert first.text == second.text == "".join(heard)
    assert 0 < first.tokens <= 16
    assert second.cached_tokens > 0.5 * first.prompt_tokens
    short, long = model.count_tokens(["bees", "bees " * 50])
    assert 0 < short < long
    assert real.status()["state"] == "resting"
    assert real.status()["context_tokens"] == model.context_tokens == ggufs.CONTEXT


def test_the_real_worker_is_held_to_a_grammar_and_refuses_what_is_too_long(real: ModelHost) -> None:
    model = real.model()
    assert model is not None
    assert model.generate(prompt("bees"), grammar='root ::= "same" | "other"', most_tokens=16).text in ("same", "other")
    with pytest.raises(ModelFailedError, match="no room"):
        model.generate(prompt("bees " * 5000))
    with pytest.raises(ModelFailedError, match="grammar"):
        model.generate(prompt("bees"), grammar="root ::= (")
    assert model.generate(prompt("bees"), most_tokens=4).tokens > 0


def test_the_real_worker_ends_with_what_asked_for_it(real: ModelHost) -> None:
    model = real.model()
    assert model is not None
    model.generate(prompt("bees"), most_tokens=1)
    process = real._loader.live()
    pid = process.pid if process else 0
    real.changed()
    assert not psutil.pid_exists(pid)
    assert model.generate(prompt("bees"), most_tokens=1).tokens == 1


def test_an_altered_model_never_reaches_the_real_worker(tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp")
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(ggufs.tiny().read_bytes())
    chosen = pin(copy)
    content = bytearray(copy.read_bytes())
    content[-1] ^= 1
    copy.write_bytes(content)
    host = ModelHost(lambda: chosen)
    model = host.model()
    assert model is not None
    with pytest.raises(ModelMissingError, match="not what it was"):
        model.generate(prompt("bees"))
    assert host.model() is None
    assert "not what it was" in host.status()["reason"]
    host.close()
