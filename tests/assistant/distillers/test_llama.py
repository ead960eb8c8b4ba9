"""Distilling with a language model: what it is shown, what it may answer, and what is made of an answer."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from fakes import FakeModel
from hypothesis import given
from hypothesis import strategies as st
from support import START

from assistant.distillers import Distiller
from assistant.distillers.drawn import Draws
from assistant.distillers.llama import LlamaDistiller
from assistant.distillers.llama.episode import AFTER, BEFORE, LONGEST, lines
from assistant.distillers.llama.grammar import MOST_FACTS, grammar
from assistant.distillers.llama.quotes import verbatim
from assistant.distillers.llama.reading import read
from assistant.distillers.llama.windows import MOST_LINES, MOST_TOKENS, OVERLAP, Window, windows
from assistant.drafting import drafts
from assistant.llm.prompting import prompt_file
from memory.errors import ModelFailedError, ModelMissingError, ModelStoppedError
from memory.records import Observation

NOTHING = '{"facts":[]}'


@pytest.fixture(autouse=True)
def classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No weights are loaded to tell sensitive classes, but in the test of that."""
    monkeypatch.setattr(LlamaDistiller, "_classes", lambda self, texts: [None] * len(texts))


def say(text: str, who: str | None = "me", at: int = 0, **more: Any) -> Observation:
    fields: dict[str, Any] = {"app": "Signal", "thread": "Ana", "source": "chat" if who else "screen", **more}
    return Observation(
        text=text, at=START + timedelta(minutes=at), speaker=who, key=fields.pop("key", str(at)), **fields
    )


def thread(count: int, **more: Any) -> list[Observation]:
    return [say(f"I have thing {number}", at=number, **more) for number in range(count)]


def fact(
    line: int = 1, quote: str = "I have thing 0", text: str = "The user has thing 0.", **more: Any
) -> dict[str, Any]:
    fields: dict[str, Any] = {"kind": "state", "basis": "stated", "sure": "sure", "lifespan": "years"}
    return {"line": line, "quote": quote, "about": "user", "text": text, **fields, **more}


def answer(*facts: Any) -> str:
    return json.dumps({"facts": list(facts)}, ensure_ascii=False, separators=(",", ":"))


def asked(
    observations: Sequence[Observation], known: Sequence[str] = (), new: set[str] | None = None, **model: Any
) -> list[list[Any]]:
    """The data lines of every prompt about these observations."""
    fake = FakeModel(**model)
    for _ in range(200):
        fake.enqueue(NOTHING)
    LlamaDistiller(fake).distil(observations, known, new)
    return [[json.loads(line) for line in prompt.user.split("\n")] for prompt in fake.prompts]


def counted(texts: list[str]) -> list[int]:
    return [len(text) // 4 for text in texts]


def window(*observations: Observation, new: set[str] | None = None) -> Window:
    [found] = windows(lines(observations, new), 1000, counted)
    return found


# what it is


def test_it_is_a_distiller_that_names_its_prompt_and_model() -> None:
    distiller = LlamaDistiller(FakeModel("qwen3-1.7b"))
    assert isinstance(distiller, Distiller)
    assert isinstance(distiller, Draws)
    assert (distiller.name, distiller.version) == ("llama", f"{prompt_file('distil').version}+qwen3-1.7b")


# what a model is shown


def test_a_prompt_says_where_when_and_who() -> None:
    zone = timezone(timedelta(hours=1))
    said = [say("dinner tomorrow?", "Ana", title="Ana 💛"), say("yes", at=1), say("Great!", "assistant", 2)]
    said = [Observation(**{**_fields(o), "at": o.at.astimezone(zone)}) for o in said]
    assert asked(said) == [
        [
            {"app": "Signal", "title": "Ana 💛", "thread": "Ana", "day": "Wednesday 2026-03-04", "zone": "+0100"},
            [1, "other: Ana", "20:22", "dinner tomorrow?"],
            [2, "user", "20:23", "yes"],
            ["before", "assistant", "Great!"],
        ]
    ]


def _fields(observation: Observation) -> dict[str, Any]:
    return {name: getattr(observation, name) for name in observation.__slots__}


def test_another_day_is_said_where_it_begins() -> None:
    [[_, first, second]] = asked([say("a"), say("b", at=24 * 60)])
    assert (first[2], second[2]) == ("19:22", "Thursday 2026-03-05 19:22")


def test_the_system_part_is_the_same_whatever_is_read() -> None:
    model = FakeModel()
    for text in ("one", "two"):
        model.enqueue(NOTHING)
        LlamaDistiller(model).distil([say(text)], [text])
    assert model.prompts[0].system == model.prompts[1].system == prompt_file("distil").system


def test_what_is_known_is_shown_and_bounded() -> None:
    [[*_, known]] = asked([say("a")], [f"The user has thing {n}. " + "x" * 500 for n in range(50)])
    assert len(known["known"]) == 10
    assert all(len(text) <= 160 for text in known["known"])


def test_only_what_is_new_has_a_number() -> None:
    [[_, *shown]] = asked(thread(4), new={"2", "3"})
    assert [line[0] for line in shown] == ["before", "before", 1, 2]


def test_lines_far_from_anything_new_are_not_shown() -> None:
    [[_, *shown]] = asked(thread(40), new={"20"})
    assert [line[0] for line in shown] == ["before"] * BEFORE + [1] + ["before"] * AFTER


@pytest.mark.parametrize(
    "observations",
    [[], [say("  ")], [say("You like tea", "assistant")], [say("The user likes tea", None, app="Inkling")]],
)
def test_where_nothing_can_be_drawn_nobody_is_asked(observations: list[Observation]) -> None:
    assert asked(observations) == []
    assert asked(thread(3), new=set()) == []


def test_threads_are_kept_apart() -> None:
    prompts = asked([say("a", thread="one"), say("b", at=1, thread="two"), say("c", at=2, thread="one")])
    assert [[line[-1] for line in lines[1:]] for lines in prompts] == [["a", "c"], ["b"]]


def test_a_long_episode_is_read_in_windows_that_overlap_a_little() -> None:
    prompts = asked(thread(60), context_tokens=8192)
    numbered = [line[-1] for lines in prompts for line in lines if isinstance(line, list) and line[0] != "before"]
    assert numbered == [f"I have thing {n}" for n in range(60)]
    assert [len(lines) - 1 for lines in prompts] == [MOST_LINES, MOST_LINES + OVERLAP, 60 - 2 * MOST_LINES + OVERLAP]
    assert [line[-1] for line in prompts[1][1 : OVERLAP + 1]] == [f"I have thing {n}" for n in range(20, 24)]


@given(
    st.lists(st.tuples(st.sampled_from(["me", "Ana", "assistant", None]), st.text(max_size=3000)), max_size=30),
    st.integers(150, 2000),
)
def test_no_window_exceeds_its_budget_and_every_line_is_read_once(
    turns: list[tuple[str | None, str]], budget: int
) -> None:
    observations = [say(text, who, at) for at, (who, text) in enumerate(turns)]
    found = lines(observations, None)
    shown = list(windows(found, budget, lambda texts: [len(text.encode()) for text in texts]))
    read_ = [line.observation.stable_key for one in shown for line in one.numbered.values()]
    assert read_ == [line.observation.stable_key for line in found if line.quotable]
    for one in shown:
        body = one.text().split("\n", 1)[1]
        assert len(body.encode()) <= min(budget, MOST_TOKENS)
        assert all(line.observation.text.startswith(line.text) for _, line in one.lines)


def test_lines_are_counted_once_for_all() -> None:
    calls: list[int] = []

    def count(texts: list[str]) -> list[int]:
        calls.append(len(texts))
        return counted(texts)

    list(windows(lines(thread(60), None), 500, count))
    assert calls == [60]


def test_a_line_that_never_ends_is_cut_and_can_still_be_quoted() -> None:
    model = FakeModel()
    model.enqueue(answer(fact(quote="I have thing 0")))
    long = say("I have thing 0. " + "la " * 100_000)
    assert len(drafts(LlamaDistiller(model), [long]).kept) == 1
    assert len(model.prompts[0].user) < LONGEST


def test_labels_without_end_take_little_room() -> None:
    long = "\U000e0041" * 5000
    [[header, line]] = asked([say("hi", long, title=long, app=long, thread=long)])
    assert len(json.dumps(header)) + len(line[1]) < 600
    [[_, line]] = asked([say("hi", "Ana Bell 💛")])
    assert line[1] == "other: Ana Bell 💛"


def test_a_context_too_small_to_read_in_is_said() -> None:
    with pytest.raises(ModelFailedError, match="1024 tokens"):
        LlamaDistiller(FakeModel(context_tokens=1024)).distil(thread(1))


# what it may answer


def expression(text: str) -> re.Pattern[str]:
    """The grammar as a regular expression, which is all it is: bounded, without recursion."""
    rules = dict(line.split(" ::= ", 1) for line in text.split("\n"))
    token = re.compile(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|\{\d+(?:,\d+)?\}|[a-z]+|[()|?]|\s+')

    def rule(name: str) -> str:
        assert "".join(token.findall(rules[name])) == rules[name], name
        return "(?:" + "".join(map(part, token.findall(rules[name]))) + ")"

    def part(one: str) -> str:
        if one[0] == '"':
            return "(?:" + re.escape(re.sub(r"\\(.)", r"\1", one[1:-1])) + ")"
        return rule(one) if one[0].isalpha() else one.strip()

    return re.compile(rule("root"))


MINE_AND_OTHERS = window(
    say("I have thing 0"), say("I have a dog", "Ana", 1), say("Hi!", "assistant", 2), say("x", None, 3)
)


@pytest.mark.parametrize(
    "text",
    [
        NOTHING,
        answer(fact()),
        answer(fact(until="2026-03-05", sensitivity="health"), fact(2, "dog", basis="implied")),
        answer({"line": 2, "quote": "I have a dog", "about": "other"}),
        answer(fact(quote='\\u003cb "x"\\n é 你', text='The user\'s dog is called "Rex"!')),
    ],
)
def test_the_grammar_allows_what_is_wanted(text: str) -> None:
    assert expression(grammar(MINE_AND_OTHERS)).fullmatch(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure! " + NOTHING,
        NOTHING + "\n",
        '{"facts": []}',
        answer(fact(0)),
        answer(fact(4)),
        answer(fact(2)),  # another states nothing
        answer(fact(3)),  # nor does a screen
        answer(fact(quote="")),
        answer(fact(quote="x" * 200)),
        answer(fact(text="Ana has a dog.")),
        answer(fact(text="The user " + "has " * 100)),
        answer(fact(kind="mood")),
        answer(fact(basis="user")),
        answer(fact(sure=0.9)),
        answer(fact(until="soon")),
        answer(fact(until=None)),
        answer(fact(), {"line": 1}),
        answer(*[fact()] * (MOST_FACTS + 1)),
        answer(fact())[:-1],
        answer(fact(quote="a\x07b")).replace("\\u0007", "\x07"),
        answer(fact(quote="a\nb")).replace("\\n", "\n"),
    ],
)
def test_the_grammar_allows_nothing_else(text: str) -> None:
    assert not expression(grammar(MINE_AND_OTHERS)).fullmatch(text)


def test_the_example_in_the_prompt_is_an_answer_to_the_lines_above_it() -> None:
    *_, header, one, two, reply = prompt_file("distil").system.split("\n")
    said = [json.loads(line) for line in (one, two)]
    day = datetime.fromisoformat(json.loads(header)["day"].split()[1]).replace(tzinfo=START.tzinfo)
    observations = [
        say(line[3], "me" if line[1] == "user" else "Ida", at, thread="Ida") for at, line in enumerate(said)
    ]
    observations = [Observation(**{**_fields(o), "at": day}) for o in observations]
    assert expression(grammar(window(*observations))).fullmatch(reply)
    model = FakeModel()
    model.enqueue(reply)
    [kept] = drafts(LlamaDistiller(model), observations).kept
    assert (kept.observation_key, kept.until) == ("1", date(2026, 5, 10))


def test_the_grammar_of_each_call_knows_its_lines() -> None:
    model = FakeModel()
    model.enqueue(NOTHING)
    LlamaDistiller(model).distil(thread(3))
    assert model.grammars == [grammar(window(*thread(3)))]
    assert model.urgent == [False]


def test_llama_cpp_reads_the_grammars() -> None:
    pytest.importorskip("llama_cpp")
    from llama_cpp import llama_cpp as native  # noqa: PLC0415 - an optional extra

    def accepted(text: str) -> bool:
        return bool(native.llama_sampler_init_grammar(None, text.encode(), b"root"))

    for one in (MINE_AND_OTHERS, window(*thread(1)), window(say("x", None)), window(*thread(24))):
        assert accepted(grammar(one))
    assert not accepted("root ::= nothing")


# what is made of an answer


def drawn(text: str, observations: Sequence[Observation] = (), end: Any = "stop", **more: Any) -> Any:
    model = FakeModel()
    model.enqueue(text, end)
    return LlamaDistiller(model).draw(observations or thread(2), **more)


def test_a_fact_becomes_a_draft_with_its_place() -> None:
    [one] = drawn(answer(fact(2, "thing 1", "The user has thing 1.", sensitivity="health", until="2027-01-02"))).drafts
    assert (one.observation_key, one.quote, one.start) == ("1", "thing 1", 7)
    assert (one.certainty, one.sensitivity, one.until, one.about) == (0.91, "health", date(2027, 1, 2), "user")


def test_drafts_come_in_the_order_of_their_evidence() -> None:
    found = drawn(answer(fact(2, "thing 1"), fact(1, "thing 0"), fact(1, "I have"))).drafts
    assert [(d.observation_key, d.start) for d in found] == [("0", 0), ("0", 7), ("1", 7)]


def test_a_last_day_that_is_over_is_not_one() -> None:
    assert drawn(answer(fact(until="2020-01-01"))).drafts[0].until is None


@pytest.mark.parametrize(
    ("text", "end", "dropped", "kept"),
    [
        (answer(fact(99)), "stop", {"line": 1}, 0),
        (answer(fact(0)), "stop", {"line": 1}, 0),
        (answer({"line": 1, "quote": "x", "about": "other"}, fact()), "stop", {"about-others": 1}, 1),
        (answer(fact(), fact(sure="very")), "stop", {"malformed": 1}, 1),
        (answer(fact(), fact())[:-9], "length", {"cut-short": 1}, 1),
        (answer(fact(), fact())[:-9], "deadline", {"cut-short": 1}, 1),
        (answer(fact(), fact())[:-9], "stop", {"malformed": 1}, 1),
        ("", "deadline", {"cut-short": 1}, 0),
        ("I cannot help with that.", "stop", {"malformed": 1}, 0),
        (NOTHING, "stop", {}, 0),
    ],
)
def test_what_is_left_out_is_counted(text: str, end: str, dropped: dict[str, int], kept: int) -> None:
    found = drawn(text, end=end)
    assert +found.dropped == dropped
    assert len(found.drafts) == kept


def test_what_the_engine_and_verification_drop_is_counted_together() -> None:
    model = FakeModel()
    model.enqueue(answer(fact(), fact(quote="never said"), fact(9), {"line": 1, "quote": "x", "about": "other"}))
    verified = drafts(LlamaDistiller(model), thread(1))
    assert len(verified.kept) == 1
    assert dict(verified.dropped) == {"quote": 1, "line": 1, "about-others": 1}


def test_a_stop_is_passed_on_and_ends_it_before_the_next_window() -> None:
    stop = threading.Event()
    model = FakeModel(context_tokens=8192)

    def reply(_: Any) -> str:
        stop.set()
        return ""

    model.enqueue(reply)
    with pytest.raises(ModelStoppedError):
        LlamaDistiller(model).distil(thread(60), stop=stop)
    assert len(model.prompts) == 1


def test_a_stop_ends_it_before_anything_is_counted_for_which_a_model_would_load() -> None:
    stop, model = threading.Event(), FakeModel()
    stop.set()
    with pytest.raises(ModelStoppedError):
        LlamaDistiller(model).distil(thread(3), stop=stop)
    assert model.counted == 0


@pytest.mark.parametrize("error", [ModelStoppedError, ModelFailedError, ModelMissingError])
def test_what_a_model_raises_is_passed_on(error: Callable[[str], Exception]) -> None:
    model = FakeModel()
    model.enqueue(error("no"))
    with pytest.raises(type(error("no"))):
        LlamaDistiller(model).distil(thread(1))


def test_a_class_the_model_did_not_mark_is_marked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    text = "The user has multiple sclerosis."
    [one] = drawn(answer(fact(1, "multiple sclerosis", text)), [say("I have multiple sclerosis")]).drafts
    assert one.sensitivity == "health"


# quotes


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("I live", "Yes, I live here", "I live"),
        ("i LIVE", "Yes, I live here", "I live"),
        ("I've been off", "so I’ve  been\noff cheese", "I’ve  been\noff"),
        ('"no"', "he said “no”", "“no”"),
        ("9-5", "I work 9–5", "9–5"),
        (" here ", "Yes, I live here", "here"),
        ("Strasse", "die Straße", "Straße"),
        ("ab", "a\u200bb", "a\u200bb"),
    ],
)
def test_a_quote_that_differs_in_form_alone_is_found_to_the_letter(quote: str, text: str, found: str) -> None:
    assert verbatim(quote, text) == (found, text.index(found))


@pytest.mark.parametrize("quote", ["", " ", "I lived", "I here", "I live ... here", "\u200b", "live I"])
def test_any_other_is_no_quote(quote: str) -> None:
    assert verbatim(quote, "Yes, I live over here") is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_is_found_is_in_the_text(quote: str, text: str) -> None:
    if (found := verbatim(quote, text)) is not None:
        assert found[0]
        assert text.startswith(found[0], found[1])


@given(st.text(min_size=1, max_size=80), st.integers(0, 80), st.integers(1, 80))
def test_every_part_of_a_text_is_found_in_it(text: str, start: int, length: int) -> None:
    part = text[start : start + length]
    assert (verbatim(part, text) is not None) is bool(part.strip())


@given(st.text(max_size=400))
def test_no_answer_raises(text: str) -> None:
    assert read(text).facts == []
    assert len(read('{"facts":[' + text).facts) == 0
