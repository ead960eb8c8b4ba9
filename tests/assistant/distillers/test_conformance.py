"""What every distiller promises: true quotes, the user's own words, and no text that breaks it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.distillers import Distiller, load_distiller
from assistant.verify import verify
from memory.errors import InvalidInputError
from memory.records import Observation

AT = datetime(2026, 3, 4, 19, 22, tzinfo=UTC)
NAMES = ("small",)


@pytest.fixture(params=NAMES, scope="module")
def distiller(request: pytest.FixtureRequest) -> Distiller:
    return load_distiller(request.param)


def say(
    text: str, who: str | None = "me", *, thread: str = "t", key: str | None = None, source: str = "chat"
) -> Observation:
    return Observation(text=text, at=AT, source=source, thread=thread, speaker=who, key=key, app="WhatsApp")


def test_an_unknown_name_is_refused_and_the_known_ones_are_listed() -> None:
    with pytest.raises(InvalidInputError, match="small"):
        load_distiller("enormous")


def test_it_is_a_distiller_and_says_which(distiller: Distiller) -> None:
    assert isinstance(distiller, Distiller)
    assert distiller.name in NAMES
    assert distiller.version


def test_nothing_gives_nothing(distiller: Distiller) -> None:
    assert distiller.distil([]) == []
    assert distiller.distil([say("")]) == []


def test_a_plain_statement_is_drafted_about_the_user(distiller: Distiller) -> None:
    drafts = distiller.distil([say("I've been vegetarian since 2019 and I work as a nurse in Leeds", key="k")])
    text = " ".join(draft.text for draft in drafts)
    assert "nurse" in text
    assert "vegetarian" in text
    assert all(draft.text.startswith("The user") for draft in drafts)
    assert {draft.observation_key for draft in drafts} == {"k"}


def test_an_observation_without_a_key_is_cited_by_its_stable_key(distiller: Distiller) -> None:
    observation = say("I am allergic to peanuts")
    assert [draft.observation_key for draft in distiller.distil([observation])] == [observation.stable_key]


def test_negation_stays(distiller: Distiller) -> None:
    drafts = distiller.distil([say("I don't eat meat, I'm vegetarian")])
    assert any("not eat meat" in draft.text for draft in drafts)
    assert not any("eats meat" in draft.text for draft in drafts)


@pytest.mark.parametrize("speaker", ["Ana", "assistant", None])
def test_the_i_of_others_never_becomes_the_users(distiller: Distiller, speaker: str | None) -> None:
    said = "I am allergic to peanuts and I live in Berlin with my two kids"
    thread = [say(said, speaker, source="chat" if speaker else "screen"), say("oh no", key="b")]
    assert distiller.distil(thread) == []


def test_what_the_user_quotes_is_not_the_users(distiller: Distiller) -> None:
    text = 'check the spelling please: "I have been a nurse for 12 years and I live in Cork with my wife"'
    assert not any("nurse" in d.text or "wife" in d.text for d in distiller.distil([say(text)]))


def test_threads_of_one_call_do_not_answer_each_other(distiller: Distiller) -> None:
    asked = say("do you eat meat?", "Ana", thread="one")
    answered = say("no", thread="two", key="b")
    assert distiller.distil([asked, answered]) == []


def test_the_same_input_gives_the_same_drafts(distiller: Distiller) -> None:
    thread = [say("I moved to Porto last year with my sister Ana", key="a"), say("we have a dog", key="b")]
    assert distiller.distil(thread) == distiller.distil(thread)


TEXTS = st.text(max_size=200) | st.sampled_from(
    [
        "I'm",
        "my",
        "i",
        "we",
        "my ",
        "I'd",
        "“I",
        '"',
        "```",
        "I 😀",
        "ich bin müde",
        "אני גר בתל אביב",
        "🎶 la la",
        "on 31 february",
        "I was 99 yo in 0000",
    ]
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.tuples(st.sampled_from(["me", "Ana", "assistant", None]), TEXTS), max_size=5))
def test_any_text_is_survived_and_every_quote_is_verbatim(turns: list[tuple[str | None, str]]) -> None:
    distiller = load_distiller()
    observations = [say(text, who, key=str(at)) for at, (who, text) in enumerate(turns)]
    drafts = distiller.distil(observations)
    texts = {o.key: o.text for o in observations}
    for draft in drafts:
        assert draft.quote
        assert draft.start is not None
        assert texts[draft.observation_key][draft.start :].startswith(draft.quote)
        assert 0 < draft.certainty < 1
    dropped = verify(drafts, observations).dropped
    assert not dropped["quote"] + dropped["vocabulary"] + dropped["certainty"]


HUGE = 100_000
MONSTERS = {
    "one word": "a" * HUGE,
    "spaces": "I " + " " * HUGE + "x",
    "dots": "." * HUGE,
    "commas": "I like tea, " * (HUGE // 12),
    "lines": "I like tea\n" * (HUGE // 11),
    "quotes": '"' * HUGE,
    "emoji": "😀" * HUGE,
    "digits": "1 " * (HUGE // 2),
    "my": "my " * (HUGE // 3),
    "one sentence": "I and my wife who " * (HUGE // 18),
    "code": "`" * HUGE,
    "right to left": "אני " * (HUGE // 4),
    "bars": "a | b   c • " * (HUGE // 12),
}


@pytest.mark.parametrize("name", MONSTERS)
@pytest.mark.parametrize("who", ["me", "Ana", None])
def test_huge_texts_take_no_more_than_their_share_of_time(distiller: Distiller, name: str, who: str | None) -> None:
    """A hundred kilobytes must not meet a pattern that is quadratic in them: that would take minutes."""
    started = time.perf_counter()
    distiller.distil([say(MONSTERS[name], who, source="chat" if who else "screen")])
    assert time.perf_counter() - started < 20
