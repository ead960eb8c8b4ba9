"""First person to third, with the right verb."""

from __future__ import annotations

import pytest

from assistant.distillers.small.person import third_person


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("I'm off cheese and eat fish", "The user is off cheese and eats fish."),
        ("I've been off cheese since January", "The user has been off cheese since January."),
        ("i run and swim", "The user runs and swims."),
        ("I live in Leeds and work at a bakery", "The user lives in Leeds and works at a bakery."),
        ("I like bread and cheese", "The user likes bread and cheese."),
        ("I don't smoke or drink", "The user does not smoke or drink."),
        ("i cant swim", "The user cannot swim."),
        ("I have to eat and run", "The user has to eat and run."),
        ("I study law", "The user studies law."),
        ("I teach maths", "The user teaches maths."),
        ("I really just miss my dog", "The user really just misses their dog."),
        ("I'd never left Hull", "The user had never left Hull."),
        ("I'd rather walk home", "The user would rather walk home."),
        ("I was born in Cork", "The user was born in Cork."),
        ("im gonna quit my job", "The user is going to quit their job."),
        ("ill be there at 7", "The user will be there at 7."),
        ("my sister thinks I'm mad", "The user's sister thinks they are mad."),
        ("our boiler's broken again", "The user's boiler is broken again."),
        ("my sister's dog died", "The user's sister's dog died."),
        ("my wife and I have two boys", "The user and their wife have two boys."),
        ("me and Dan are going to Porto", "The user and Dan are going to Porto."),
        ("lent it to my brother", "The user lent it to their brother."),
        ("been vegan since school", "The user has been vegan since school."),
        ("thinking about buying goats", "The user is thinking about buying goats."),
        ("allergic to nuts btw", "The user is allergic to nuts."),
        ("In March I moved to Spain", "The user moved to Spain in March."),
        ("when I was 12 I broke my arm", "The user broke their arm when they were 12."),
        ("no I don't eat meat tbh", "The user does not eat meat."),
        ("we keep two goats", "The user keeps two goats."),
        ("I did it myself", "The user did it themselves."),
    ],
)
def test_a_clause_about_oneself_is_put_in_the_third_person(clause: str, expected: str) -> None:
    written = third_person(clause)
    assert written is not None
    assert written.text == expected


@pytest.mark.parametrize(
    "clause",
    [
        "",
        "I",
        "I'm",
        "the cat sat on the mat",
        "she hates coffee",
        "send me photos by Friday",
        "what a day",
        "...",
        "my",
        "do you run",
    ],
)
def test_what_is_not_about_the_user_or_not_whole_is_given_up(clause: str) -> None:
    assert third_person(clause) is None


def test_a_no_before_a_noun_is_part_of_the_statement() -> None:
    """Stripped as if it were an answer, it would turn the statement into its opposite."""
    assert third_person("no work today") is None


def test_you_needs_somebody_to_stand_for() -> None:
    assert third_person("I'll bring you the cake") is None
    written = third_person("I'll bring you the cake", "Jess")
    assert written is not None
    assert written.text == "The user will bring Jess the cake."


@pytest.mark.parametrize(
    ("clause", "past"), [("I moved to Porto", True), ("I live in Porto", False), ("I read the news", False)]
)
def test_it_knows_the_tense(clause: str, past: bool) -> None:
    written = third_person(clause)
    assert written is not None
    assert written.past is past
