"""Only what is said of the same subject and the same attribute, otherwise and plainly, ends what an answer cited."""

from __future__ import annotations

import pytest

from assistant.answering.contrary import bearing

HOME = "The user lives in Porto."
JOB = "The user works as a nurse at Hospital Sao Joao."
CAT = "The user has a cat called Tom."
CAR = "The user drives a Yaris."
DIET = "The user is vegetarian."
RENT = "The user's rent is 700 euros."
SISTER = "The user's sister is Ana."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (HOME, "The user moved to Lisbon."), (HOME, "The user has just moved to Lisbon."),
        (HOME, "The user is living in Lisbon now."), (HOME, "The user now lives in lisbon."),
        (HOME, "The user no longer lives in Porto."), (HOME, "The user does not live there any more."),
        (JOB, "The user works at Siemens now."),
        (JOB, "The user works as a teacher now."), (JOB, "The user is not a nurse any more."),
        (JOB, "The user quit their job at the hospital."), (JOB, "The user lost their job."),
        (DIET, "The user is not vegetarian anymore."), (DIET, "The user stopped being vegetarian."),
        (CAT, "The user sold the cat."), (CAT, "The user gave their cat away last month."),
        (CAT, "The user's cat died in May 2026."), (CAT, "The user does not have a cat."),
        (CAR, "The user sold the Yaris."), (CAR, "The user got rid of the Yaris."),
        (CAR, "The user drives a Honda now."), (CAR, "The user switched to a Honda."),
        ("The user finally moved to Lisbon last week, the flat is tiny.", "The user has already moved to Porto."),
        (RENT, "The user's rent is 900 euros now."), (SISTER, "Ana is not the user's sister."),
        ("The user smokes.", "The user quit smoking."), ("The user does not eat meat.", "The user eats meat now."),
    ],
)  # fmt: skip
def test_what_is_plainly_otherwise_ends(old: str, new: str) -> None:
    assert bearing(old, new, new, contrary=False) == "ends"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (HOME, "The user lives in Lisbon."), (SISTER, "The user's sister is called Eva."),
        (CAT, "The user's cat is called Tim."), (SISTER, "Ana is the user's cousin."),
        (RENT, "The user's rent is 900 euros."),
        ("The user plays the piano.", "The user plays the cello."), (JOB, "The user works at Siemens."),
    ],
)  # fmt: skip
def test_another_value_ends_when_the_answer_was_called_wrong_and_is_asked_about_or_kept_when_not(
    old: str, new: str
) -> None:
    assert bearing(old, new, new, contrary=True) == "ends"
    assert bearing(old, new, new, contrary=False) in ("asks", "keeps")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (HOME, "The user's sister moved to Lisbon."), (HOME, "Tom moved to Lisbon."),
        (HOME, "The user still lives in Porto."),
        (HOME, "The user does live in Porto."), (HOME, "The user loves Lisbon."),
        (HOME, "The user lived in Lisbon before."),
        (HOME, "The user used to live in Lisbon."), (HOME, "The user also lives in Lisbon."),
        (HOME, "The user might move to Lisbon."), (HOME, "The user would never live in London."),
        (HOME, "The user does not live alone."),
        (HOME, "The user moved in with Ana."), (HOME, "The user lives in Lisbon during the week."),
        (HOME, "The user lives in Lisbon in summer."), (HOME, "The user is not in Porto."),
        (HOME, "The user lives in Porto, near the river."),
        (HOME, "The user and their wife moved to Lisbon."), (JOB, "The user does not work today."),
        (JOB, "The user works nights now."), (JOB, "The user left work early."),
        (JOB, "The user's wife works at Siemens now."),
        (JOB, "The user no longer likes their job."), (DIET, "The user misses bacon now."),
        (DIET, "The user is tired."),
        (DIET, "The user's sister is vegan now."), (CAT, "The user has a dog too."),
        (CAT, "The user's neighbour's cat died."),
        (CAT, "The user lost the cat's collar."), (CAT, "The user does not like the cat."),
        (CAT, "The user's cat is ill."),
        (SISTER, "The user's sister lives in Rome now."), (SISTER, "The user's brother is Leo."),
        (RENT, "The user's rent is 700 euros a month."), ("no proposition", "The user lives in Rome."),
    ],
)  # fmt: skip
def test_what_is_of_something_else_or_goes_with_it_ends_nothing(old: str, new: str) -> None:
    assert bearing(old, new, new, contrary=True, judged=True) == "keeps"


@pytest.mark.parametrize(
    "said",
    [
        "if I could, I'd live in Lisbon", "maybe I live in Lisbon", "I live in Lisbon too",
        "I live in Lisbon on Mondays",
        "not only Porto, I live in Lisbon", "I dreamt I live in Lisbon", "I will live in Lisbon",
    ],
)  # fmt: skip
def test_the_sentence_itself_may_take_it_back(said: str) -> None:
    assert bearing(HOME, "The user lives in Lisbon.", said, contrary=True, judged=True) == "keeps"


def test_a_day_is_no_place() -> None:
    assert bearing(HOME, "The user moved to Tuesdays.", "I moved to Tuesdays", contrary=False) != "ends"


def test_the_judge_alone_ends_nothing() -> None:
    assert bearing(DIET, "The user misses bacon.", "I miss bacon", contrary=False, judged=True) == "keeps"
    assert bearing(SISTER, "The user's sister is Eva.", "my sister is Eva", contrary=False, judged=True) == "asks"


def test_what_may_be_older_than_what_is_held_is_asked_about() -> None:
    assert bearing(HOME, "The user moved to Lisbon in 2010.", "I moved to Lisbon in 2010", contrary=False) == "asks"


def test_the_part_that_is_denied_tells_what_is_meant() -> None:
    new = "The user lives in Lisbon."
    assert bearing(HOME, new, "I live in Lisbon, not in Porto", contrary=False) == "ends"
    assert bearing(HOME, new, "I live in Lisbon, not in Rome", contrary=False) == "asks"
