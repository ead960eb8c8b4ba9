"""Any text at all can be read for claims, and a claim that is known holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.claims.holding import holds
from assistant.claims.known import known
from assistant.claims.reading import claims_of
from assistant.claims.tokens import NOBODY, USER, Voice

WORDS = (
    "I you he the user user's Ana Ana's not never no who that having and but or , . ? : to of than used stop going "
    "is was has will might plans wants said asked told thinks like likes eat nuts 5 mg on Monday in May 2024 because "
    "can't don't it them about neither if"
).split()


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join) | st.text(max_size=80))
def test_any_text_can_be_read_whoever_says_it(text: str) -> None:
    held = [*known(text), *known(text, speaker=USER, to=NOBODY), *known(text, speaker="Ana Prata", days="4 May 2026")]
    told = claims_of(text, Voice()) or []
    assert [holds(claim, []) for claim in told] == [False] * len(told), "nothing holds of nothing"
    for claim in told:
        holds(claim, held)


@pytest.mark.parametrize("text", ["", "...", "'", "’s", "x" * 10_000, "and " * 500])
def test_what_is_no_sentence_claims_nothing(text: str) -> None:
    assert claims_of(text, Voice()) is None
    assert known(text) == []
