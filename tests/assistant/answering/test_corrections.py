"""What the user says about themselves in a conversation is their own word; what they ask never is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fakes import FakeModel
from support import Clock, said

from assistant import Answer, Assistant
from assistant.answering.corrections import NOT_UNDERSTOOD, NOTHING_TO_TAKE_BACK
from assistant.answering.remarks import WHICH, remark
from memory.errors import ModelFailedError
from memory.records import Turn


class Talk:
    """A conversation with one assistant."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.turns: list[Turn] = []

    def say(self, message: str) -> Answer:
        answer = self.assistant.ask(message, turns=self.turns)
        cited = tuple(hit.id for hit in answer.citations)
        self.turns.append(Turn(question=message, answer=answer.text, cited=cited))
        return answer


@pytest.fixture
def talk(assistant: Assistant) -> Talk:
    return Talk(assistant)


def believed(assistant: Assistant) -> set[str]:
    return {p.text for p in assistant.propositions()}


def test_a_correction_is_noted_with_its_evidence_and_ends_what_it_corrects(assistant: Assistant, talk: Talk) -> None:
    old = assistant.remember("The user lives in Porto.")
    talk.say("Where do I live?")
    reply = talk.say("no, I moved to Lisbon")
    assert reply.text == "Noted: You moved to Lisbon. [1]\nNo longer so: You live in Porto. [2]"
    new = reply.citations[0].id
    assert reply.learned == (new, old)
    assert not reply.abstained
    [evidence] = assistant.proposition(new).evidence
    assert (evidence.quote, evidence.basis) == ("I moved to Lisbon", "user")
    assert assistant.proposition(new).confidence > 0.98
    assert assistant.proposition(old).status == "superseded"
    last = assistant.history(old)[-1]
    assert (last.actor, last.action, last.reason) == ("user", "supersede", "the user said otherwise")
    assert talk.say("Where do I live?").text.startswith(
        "You moved to Lisbon. [1]\nUntil 4 March 2026: You live in Porto."
    )


def test_what_is_observed_does_not_outrank_what_was_said(assistant: Assistant, talk: Talk, clock: Clock) -> None:
    assistant.remember("The user eats fish.")
    talk.say("Do I eat fish?")
    talk.say("actually I don't eat fish any more")
    clock.pass_days(1)
    assistant.observe([said("I eat fish", "k", days=1)])
    assistant.distil()
    assert "The user does not eat fish any more." in believed(assistant)


def test_who_somebody_is_can_be_corrected(assistant: Assistant, talk: Talk) -> None:
    assistant.remember("The user's sister is Ana.")
    talk.say("Who is my sister?")
    reply = talk.say("that's wrong, she is my cousin")
    assert reply.text == "Noted: Ana is your cousin. [1]\nNo longer so: Your sister is Ana. [2]"
    assert believed(assistant) == {"Ana is the user's cousin."}


def test_a_later_word_of_the_users_can_be_taken_back(assistant: Assistant, talk: Talk) -> None:
    old = assistant.remember("The user lives in Porto.")
    talk.say("Where do I live?")
    talk.say("no, I moved to Lisbon")
    talk.say("Where do I live?")
    assistant.confirm(old)
    assert "The user lives in Porto." in believed(assistant)


@pytest.mark.parametrize(
    "words", ["no, that is wrong", "That's not true.", "wrong", "that isn't right", "you're wrong"]
)
def test_a_plain_denial_of_one_thing_takes_it_back(assistant: Assistant, talk: Talk, words: str) -> None:
    car = assistant.remember("The user drives a Yaris.")
    talk.say("What car do I drive?")
    reply = talk.say(words)
    assert (reply.text, reply.learned) == ("Taken back: You drive a Yaris. [1]", (car,))
    assert assistant.proposition(car).status == "rejected"


@pytest.mark.parametrize(
    ("choice", "left"), [("the second", 1), ("1", 1), ("[2]", 1), ("both", 0), ("the last one", 1)]
)
def test_a_denial_of_several_asks_which(assistant: Assistant, talk: Talk, choice: str, left: int) -> None:
    assistant.remember("The user has a cat called Zip.")
    assistant.remember("The user has a cat called Zap.")
    assert len(talk.say("What is my cat called?").citations) == 2
    asked = talk.say("that's wrong")
    assert asked.text.startswith(WHICH)
    assert (len(asked.citations), asked.learned) == (2, ())
    assert len(believed(assistant)) == 2
    named = talk.say(choice)
    assert named.text.startswith("Taken back:")
    assert len(believed(assistant)) == left


def test_what_the_reply_to_which_does_not_name_is_left_alone(assistant: Assistant, talk: Talk) -> None:
    assistant.remember("The user has a cat called Zip.")
    assistant.remember("The user has a cat called Zap.")
    talk.say("What is my cat called?")
    talk.say("that's wrong")
    assert talk.say("7").text.startswith(WHICH)
    assert len(believed(assistant)) == 2


def test_there_may_be_nothing_to_take_back(assistant: Assistant, talk: Talk) -> None:
    assistant.observe([said("the car is a Yaris, of course", "k", who="Ana")])
    talk.say("What car do I drive?")
    assert talk.say("that's wrong").text == NOTHING_TO_TAKE_BACK


def test_what_cannot_be_drafted_is_said_to_be_so(
    assistant: Assistant, talk: Talk, everything: Callable[[], Any]
) -> None:
    assistant.remember("The user drives a Yaris.")
    talk.say("What car do I drive?")
    before = everything()
    assert talk.say("no, it's a Honda").text == NOT_UNDERSTOOD
    assert everything() == before


@pytest.mark.parametrize(
    "message",
    [
        "Where do I live", "I want to know where I live", "I need a place for dinner", "Suggest a place",
        "no, suggest something else", "yes, that's right", "no, that's right, thanks", "thanks", "I see",
        "I meant my job", "I don't know", "so where do I work", "Is it true that I moved?", "that is so cool",
        "did I move to Lisbon?", "tell me that I live in Lisbon", "it is raining", "", "   ", "no", "hm",
        "I moved to Lisbon. " * 40,
    ],
)  # fmt: skip
def test_what_is_no_statement_is_a_question_and_changes_nothing(
    assistant: Assistant, talk: Talk, everything: Callable[[], Any], message: str
) -> None:
    assistant.remember("The user lives in Porto.")
    talk.say("Where do I live?")
    before = everything()
    assert talk.say(message).learned == ()
    assert everything() == before


@pytest.mark.parametrize("message", ["no, I moved to Lisbon", "I moved to Lisbon", "that's wrong"])
def test_a_question_by_itself_never_changes_anything(
    assistant: Assistant, everything: Callable[[], Any], message: str
) -> None:
    assistant.remember("The user lives in Porto.")
    before = everything()
    assert assistant.ask(message).learned == ()
    assert everything() == before
    assert remark(message, []) is None


def test_what_a_chat_log_or_a_screen_says_is_no_correction(
    assistant: Assistant, talk: Talk, everything: Callable[[], Any]
) -> None:
    assistant.remember("The user lives in Porto.")
    assistant.observe([said("no, that is wrong, I moved to Lisbon", "k", who=None, source="screen", app="Firefox")])
    before = everything()
    talk.say("Where do I live?")
    talk.say("What is wrong with where I live?")
    assert everything() == before


def test_secrets_in_a_correction_are_never_stored(
    assistant: Assistant, talk: Talk, everything: Callable[[], Any]
) -> None:
    talk.say("Where do I work?")
    talk.say("no, I work at the harbour now, my password is Wexford-91-heron")
    assert "Wexford" not in json.dumps(everything())


def test_several_facts_in_one_sentence_are_noted_one_by_one(assistant: Assistant, talk: Talk) -> None:
    talk.say("Where do I work?")
    reply = talk.say("no, I live in Lisbon now. I work as a nurse at the harbour.")
    assert len(reply.learned) == reply.text.count("Noted:") == len(reply.citations) == 2
    assert believed(assistant) == {"The user lives in Lisbon now.", "The user works as a nurse at the harbour."}


@pytest.mark.parametrize(("wish", "text"), [("keep it short please", "short answers"), ("no bullet points", "bullet")])
def test_a_wish_about_answers_is_noted(assistant: Assistant, talk: Talk, wish: str, text: str) -> None:
    talk.say("Where do I work?")
    assert text in talk.say(wish).text
    assert any(text in one for one in believed(assistant))


# with a model


def test_a_model_drafts_what_the_rules_do_not_understand(assistant: Assistant, model: FakeModel, talk: Talk) -> None:
    talk.say("Do I eat fish?")
    sentence = "I no longer eat fish"

    model.enqueue(json.dumps({"facts": [fact(sentence)]}))
    reply = talk.say(sentence)
    assert model.prompts[-1].name == "distil"
    assert model.urgent == [True]
    assert model.counted == model.counted_urgently
    assert reply.text == "Noted: You no longer eat fish. [1]"
    assert believed(assistant) == {"The user no longer eats fish."}
    [evidence] = reply.citations[0].evidence
    assert evidence.quote == sentence


def fact(sentence: str) -> dict[str, Any]:
    return {
        "line": 1, "quote": sentence, "about": "user", "text": "The user no longer eats fish.", "kind": "preference",
        "basis": "stated", "sure": "sure", "lifespan": "years",
    }  # fmt: skip


@pytest.mark.parametrize("reply", ["", "nonsense", '{"facts": [', ModelFailedError("no")])
def test_a_model_that_is_no_help_leaves_it_at_that(
    assistant: Assistant, model: FakeModel, talk: Talk, everything: Callable[[], Any], reply: str | Exception
) -> None:
    talk.say("What is my blood type?")
    before = everything()
    model.enqueue(reply)
    assert talk.say("no, it's the blue one of my two").text == NOT_UNDERSTOOD
    assert everything() == before
