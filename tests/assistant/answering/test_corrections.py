"""What the user says about themselves in a conversation is their own word; what they ask never is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fakes import FakeModel
from support import Clock, said

from assistant import Answer, Assistant
from assistant.answering.corrections import KEPT, NO_LONGER, NOT_UNDERSTOOD, NOTHING_TO_TAKE_BACK
from assistant.answering.drawing import is_their_wording
from assistant.answering.remarks import REPLACES, WHICH, remark
from assistant.answering.style import is_wish
from memory.errors import ModelFailedError
from memory.records import Draft, Turn


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


HOME = "The user lives in Porto."
JOB = "The user works as a nurse at Hospital Sao Joao."
CAT = "The user has a cat called Tom."
CAR = "The user drives a Yaris."
DIET = "The user is vegetarian."
SISTER = "The user's sister is Ana."
QUESTIONS = {
    HOME: "Where do I live?", JOB: "Where do I work?", CAT: "What is my cat called?", CAR: "What car do I drive?",
    DIET: "Am I vegetarian?", SISTER: "Who is my sister?",
}  # fmt: skip


@pytest.mark.parametrize(
    ("held", "message"),
    [
        (HOME, "no, I moved to Lisbon"), (HOME, "I don't live in Porto any more"), (HOME, "I have moved to Lisbon"),
        (HOME, "that's wrong, I live in Lisbon now"), (HOME, "I live in Lisbon, not in Porto"),
        (HOME, "I used to live in Porto, but now I live in Lisbon"), (HOME, "no, I live in Lisbon"),
        (JOB, "I work at Siemens now"), (JOB, "wrong, I work as a teacher"), (JOB, "I'm not a nurse any more"),
        (JOB, "I quit my job at the hospital"), (JOB, "I no longer work at Hospital Sao Joao"),
        (DIET, "I'm not vegetarian anymore"), (DIET, "I am no longer vegetarian"), (DIET, "I stopped being vegetarian"),
        (CAT, "we sold the cat"), (CAT, "my cat died"), (CAT, "I gave my cat away"),
        (CAT, "I don't have a cat any more"),
        (CAT, "no, my cat is called Tim"), (CAR, "I drive a Honda now"), (CAR, "no, I drive a Honda"),
        (CAR, "I sold the Yaris"), (CAR, "I don't drive a Yaris"), (SISTER, "Ana is not my sister"),
        (SISTER, "no, my sister is called Eva"),
    ],
)  # fmt: skip
def test_what_is_plainly_said_otherwise_ends_the_one_thing_it_is_about(
    assistant: Assistant, talk: Talk, held: str, message: str
) -> None:
    for one in QUESTIONS:
        assistant.remember(one)
    talk.say(QUESTIONS[held])
    assert NO_LONGER in talk.say(message).text
    assert set(QUESTIONS) - believed(assistant) == {held}


@pytest.mark.parametrize(
    ("held", "message"),
    [
        (HOME, "My sister moved to Lisbon."), (HOME, "Actually my friend Tom moved to Lisbon"),
        (HOME, "no, my brother moved to Rome"), (HOME, "My parents live in Faro now."),
        (HOME, "No, I still live in Porto"),
        (HOME, "No, I do live in Porto"), (HOME, "no, I live in Porto"), (HOME, "Actually I love Porto"),
        (HOME, "I love Porto now"), (HOME, "no, I love Lisbon"), (HOME, "I would never live in London"),
        (HOME, "No, I lived in Lisbon before"), (HOME, "I used to live in Lisbon"), (HOME, "I might move to Lisbon"),
        (HOME, "I'm not sure I live there anymore"), (HOME, "If I moved to Lisbon I would be happy"),
        (HOME, "Suppose I lived in Lisbon."), (HOME, "no, I will move to Lisbon next year"),
        (HOME, "I also live in Lisbon"),
        (HOME, "I moved my desk to the window"), (HOME, "no, I left my phone at home"), (HOME, "I live alone now"),
        (HOME, "no, I don't live alone"), (HOME, "I hope I live in Lisbon one day"),
        (JOB, "My wife works at Siemens now."), (JOB, "I left work early today"), (JOB, "I now work nights"),
        (JOB, "no, I worked at Siemens before"), (JOB, "I no longer like my job"), (JOB, "My colleague quit"),
        (JOB, "I quit smoking"), (JOB, "I don't work on Sundays"), (JOB, "My dad was a nurse too."),
        (DIET, "My sister is vegan now."), (DIET, "I miss bacon, not gonna lie"),
        (DIET, "I ate meat by mistake yesterday."),
        (DIET, "My husband is not vegetarian."), (DIET, "no, I'm tired"), (DIET, "I'm not always vegetarian"),
        (CAT, "I have a dog too, not only a cat."), (CAT, "My dog is called Rex."), (CAT, "I lost my cat's collar."),
        (CAT, "My neighbour's cat died."), (CAT, "I don't like my neighbour's cat"), (CAT, "I sold my sofa"),
        (CAR, "My brother drives a Honda now"), (CAR, "I also drive a van"), (CAR, "no, I love the Yaris"),
        (SISTER, "My sister moved to Rome"), (SISTER, "no, my brother is called Leo"),
        (SISTER, "my sister is a vet now"),
    ],
)  # fmt: skip
def test_what_is_about_something_else_ends_nothing(assistant: Assistant, talk: Talk, held: str, message: str) -> None:
    assistant.remember(held)
    cited = talk.say(QUESTIONS[held]).citations
    assert [hit.text for hit in cited] == [held]
    reply = talk.say(message)
    assert held in believed(assistant)
    assert REPLACES not in reply.text


def test_what_is_inferred_is_ended_by_no_less_than_what_was_said(assistant: Assistant, talk: Talk) -> None:
    assistant.observe([said("I am vegetarian", "k")])
    assistant.distil()
    talk.say("Where do I live?")
    talk.say("I miss bacon, not gonna lie")
    assert "The user is vegetarian." in believed(assistant)


@pytest.mark.parametrize(
    ("reply", "left"), [("yes", False), ("Yes, it does.", False), ("no", True), ("no, keep both", True)]
)
def test_the_user_is_asked_whether_one_replaces_the_other(
    assistant: Assistant, talk: Talk, reply: str, left: bool
) -> None:
    old = assistant.remember(HOME)
    talk.say("Where do I live?")
    asked = talk.say("I live in Lisbon")
    assert asked.text == "Noted: You live in Lisbon. [1]\nYou live in Porto. [2]\nDoes that replace [2]?"
    assert len(asked.learned) == 1
    told = talk.say(reply)
    assert (HOME in believed(assistant), KEPT in told.text) == (left, left)
    assert "The user lives in Lisbon." in believed(assistant)
    assert (told.learned == ()) is left
    assert left or assistant.history(old)[-1].reason == "the user said that it was replaced"


def test_another_question_leaves_it_open(assistant: Assistant, talk: Talk) -> None:
    assistant.remember(HOME)
    talk.say("Where do I live?")
    talk.say("I live in Lisbon")
    talk.say("What is my cat called?")
    assert talk.say("yes").learned == ()
    assert HOME in believed(assistant)


def test_of_two_it_may_be_about_neither_ends(assistant: Assistant, talk: Talk) -> None:
    assistant.remember("The user has a cat called Zip.")
    assistant.remember("The user has a cat called Zap.")
    talk.say("What is my cat called?")
    assert "Does that replace [2] and [3]?" in talk.say("we sold the cat").text
    assert len(believed(assistant)) == 3


@pytest.mark.parametrize(
    "message",
    [
        "how do I get shorter replies from customers", "should I use metric", "There are no lists in my kitchen",
        "This is my last question", "Here is my question", "Nobody is my boss", "It was my mistake",
        "no, it was my mistake", "Suppose I lived in Lisbon.", "imagine I was a nurse", "my where do I live question",
        "my next question", "Someone is my neighbour", "There is my bus", "I'm not sure I am a nurse",
        "I can't believe I live there", "it's wrong that my landlord raised the rent",
        "you are wrong to think I am happy",
        "no idea what my sister does", "I was just kidding, I am a pilot",
    ],
)  # fmt: skip
def test_what_states_nothing_of_the_user_is_not_noted(
    assistant: Assistant, talk: Talk, everything: Callable[[], Any], message: str
) -> None:
    assistant.remember(HOME)
    talk.say("Where do I live?")
    before = everything()
    assert talk.say(message).learned == ()
    assert everything() == before


@pytest.mark.parametrize("message", ["At work we use metric", "I want shorter answers from my landlord"])
def test_what_is_no_wish_about_answers_makes_none(assistant: Assistant, talk: Talk, message: str) -> None:
    talk.say("Where do I live?")
    talk.say(message)
    assert not any(is_wish(one) for one in believed(assistant))


# what may not be told any more


def disallowed(assistant: Assistant, talk: Talk) -> str:
    """A conversation that told of an illness which may not be told of any more."""
    assistant.allow("health")
    assistant.observe([said("I have diabetes", "k")])
    assistant.distil()
    assert "diabetes" in talk.say("What illness do I have?").text
    assistant.disallow("health")
    return "diabetes"


@pytest.mark.parametrize("message", ["Since when?", "that is wrong", "no, I live in Lisbon", "Is it bad?"])
def test_a_class_no_longer_allowed_is_not_told_of_in_the_same_conversation(
    assistant: Assistant, talk: Talk, message: str
) -> None:
    illness = disallowed(assistant, talk)
    reply = talk.say(message)
    assert illness not in f"{reply.text} {reply.asked}"
    assert illness not in " ".join(hit.text for hit in reply.citations)


def test_nor_is_a_model_shown_it(assistant: Assistant, model: FakeModel, talk: Talk) -> None:
    model.enqueue("NONE")
    illness = disallowed(assistant, talk)
    model.enqueue("Since when?")
    talk.say("Since when?")
    assert illness not in model.prompts[-1].user


def test_nor_what_was_forgotten(assistant: Assistant, talk: Talk) -> None:
    home = assistant.remember(HOME)
    talk.say("Where do I live?")
    assistant.forget(home)
    assert "Porto" not in str(talk.say("Since when?").asked)


def test_a_choice_names_the_place_it_was_shown_at(assistant: Assistant, talk: Talk) -> None:
    """Though another of those shown has been rejected since."""
    assistant.remember("The user has a cat called Zip.")
    assistant.remember("The user has a cat called Zap.")
    talk.say("What is my cat called?")
    first, second = talk.say("that's wrong").citations
    assistant.reject(first.id)
    assert talk.say("the second").learned == (second.id,)


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
    assert talk.say("no, I switched to a Honda").text == NOT_UNDERSTOOD
    assert everything() == before


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("I switched to a Honda", "The user does not live in Porto."),
        ("I switched to a Honda", "The user left Porto."),
        ("I switched to a Honda", "The user did not switch to a Honda."),
        ("I switched to a Honda", "The user switched."),
        ("I switched to a Honda", "The user switched to a Honda in Porto."),
        ("my landlord switched to a Honda", "The user switched to a Honda."),
        ("I no longer eat fish", "The user eats fish."),
        ("I may switch to a Honda, ok", "The user switches to a Honda."),
        ("I used to switch phones monthly", "The user switches phones monthly."),
        ("I switched to a Honda", "The user switches to a Honda."),
        ("I switched to 2 Hondas", "The user switched to 3 Hondas."),
    ],
)  # fmt: skip
def test_what_a_model_makes_of_a_sentence_beyond_its_words_is_not_noted(sentence: str, text: str) -> None:
    """What is noted in a conversation carries the user's own authority, whoever worded it."""
    draft = Draft(text=text, kind="possession", quote=sentence, observation_key="reply", basis="stated", certainty=0.9,
                  lifespan="years", start=0)  # fmt: skip
    assert not is_their_wording(draft, sentence)


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("I switched to a Honda", "The user switched to a Honda."),
        ("well, my landlord sings", "The user's landlord sings."),
        ("I switched to a Honda last month, it is red", "The user switched to a Honda last month."),
        ("I never eat fish", "The user never eats fish."),
    ],
)  # fmt: skip
def test_what_a_model_only_puts_into_the_third_person_is(sentence: str, text: str) -> None:
    quote = sentence.removeprefix("well, ").removesuffix(", it is red")
    draft = Draft(text=text, kind="possession", quote=quote, observation_key="reply", basis="stated", certainty=0.9,
                  lifespan="years", start=0)  # fmt: skip
    assert is_their_wording(draft, sentence)


def test_a_models_wording_ends_no_word_of_the_users(assistant: Assistant, model: FakeModel, talk: Talk) -> None:
    assistant.remember("The user eats fish.")
    model.enqueue("NONE")
    talk.say("Do I eat fish?")
    sentence = "I really no longer eat fish"
    model.enqueue(json.dumps({"facts": [fact(sentence)]}))
    assert talk.say(sentence).text == "Noted: You no longer eat fish. [1]"
    assert "The user eats fish." in believed(assistant)


def test_what_was_written_before_a_correction_is_no_longer_told_as_so(assistant: Assistant) -> None:
    assistant.observe([said("I live in Lisbon.", "w1")])
    assistant.distil()
    before = assistant.ask("Where do I live?", turns=[Turn(question="", answer="Ask me.")])
    assert "Lisbon" in before.text
    turn = Turn(question="Where do I live?", answer=before.text, cited=tuple(hit.id for hit in before.citations))
    assistant.ask("no, I live in Porto", turns=[turn])
    after = assistant.ask("Where do I live?")
    assert "Porto" in after.text
    assert "You wrote" not in after.text
