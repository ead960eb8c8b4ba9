"""What is kept for speed goes when the vault is locked."""

from __future__ import annotations

from observers.screen import difference, remembered, rule, titles
from observers.screen.remembered import remembered as kept


def test_an_answer_is_worked_out_once_until_all_are_cleared() -> None:
    asked: list[str] = []

    @kept(8)
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [length("a private title"), length("a private title")] == [15, 15]
    assert asked == ["a private title"]
    remembered.clear()
    length("a private title")
    assert len(asked) == 2


def test_nothing_in_the_screen_observer_outlives_clearing() -> None:
    """Text, titles and the user's own patterns are kept by these; a plain lru_cache there would be left out."""
    asked = {
        difference.folded: "a very private line of my diary",
        titles.clean: "My secret page - Mozilla Firefox Private Browsing",
        titles.page_of: "My secret page - Mozilla Firefox Private Browsing",
        titles.site_of: "My secret page - Mozilla Firefox Private Browsing",
        rule._compiled: "divorce",
    }
    for function, text in asked.items():
        function(text)
        assert function.cache_info().currsize > 0  # type: ignore[attr-defined]
    remembered.clear()
    assert {function.cache_info().currsize for function in asked} == {0}  # type: ignore[attr-defined]
