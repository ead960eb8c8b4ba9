"""The public API, exactly as it is promised, and what each verb promises."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeDistiller, FakeJudge, draft
from stores import dump
from support import PASSPHRASE, START, Clock, said

import assistant as api
from assistant import Assistant, Draft, Observation, distillers, load_distiller, relate
from memory.errors import (
    InvalidInputError,
    NotFoundError,
    StorageFullError,
    VaultDamagedError,
    VaultLockedError,
    VaultMissingError,
    WrongPassphraseError,
)
from memory.store import Store


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeDistiller:
    found = FakeDistiller()
    monkeypatch.setitem(distillers._LOADERS, "small", lambda: found)
    return found


# the shape of the API


def signature(function: Callable[..., Any]) -> list[str]:
    """Parameters as they are written, without types; a keyword that must be given has a star."""
    found = [p for p in inspect.signature(function).parameters.values() if p.name not in ("self", "cls")]
    star = {p.name: "*" for p in found if p.kind is p.KEYWORD_ONLY and p.default is p.empty}
    return [star.get(p.name, "") + str(p.replace(annotation=inspect.Parameter.empty)) for p in found]


@pytest.mark.parametrize(
    ("verb", "parameters"),
    {
        "open": ["path", "passphrase=None", "create=False", "clock=None", "distiller='small'"],
        "observe": ["observations"],
        "distil": [],
        "propositions": ["at=None", "include_quarantined=False"],
        "recall": ["text", "k=10", "at=None", "types=None"],
        "ask": ["question", "at=None"],
        "edit": ["id", "*text"],
        "confirm": ["id"],
        "reject": ["id"],
        "forget": ["id"],
        "remember": ["text"],
        "allow": ["sensitivity"],
        "disallow": ["sensitivity"],
        "export": ["path"],
    }.items(),
)
def test_a_verb_takes_what_is_promised_and_needs_no_more(verb: str, parameters: list[str]) -> None:
    found = signature(getattr(Assistant, verb))
    assert found[: len(parameters)] == parameters
    assert all("=" in added for added in found[len(parameters) :]), "what is added must be optional"


@pytest.mark.parametrize(
    ("record", "names"),
    {
        "Observation": "text at source app title thread speaker key dwell_seconds",
        "Proposition": "id text kind confidence basis lifespan valid_from valid_to sensitivity status pinned evidence",
        "Evidence": "observation_id observation_key quote start end stance basis at",
        "Hit": "id type text score at observation_key evidence",
        "Answer": "text citations abstained",
        "Draft": "text kind quote observation_key basis certainty lifespan until sensitivity about",
        "Relation": "label probability",
    }.items(),
)
def test_a_record_has_the_fields_that_are_promised(record: str, names: str) -> None:
    assert {f.name for f in fields(getattr(api, record))} >= set(names.split())


def test_only_text_time_and_source_of_an_observation_are_required() -> None:
    required = [p for p in inspect.signature(Observation).parameters.values() if p.default is p.empty]
    assert [p.name for p in required] == ["text", "at", "source"]


def test_everything_that_is_exported_is_there() -> None:
    for name in api.__all__:
        assert getattr(api, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = api.nonsense


def test_a_distiller_and_the_relation_of_two_claims_need_no_vault() -> None:
    assert signature(load_distiller) == ["name='small'"]
    assert signature(relate) == ["old_text", "new_text", "old_at=None", "new_at=None"]
    one = load_distiller("small")
    drafts = one.distil([said("I drive a red Toyota Yaris to work every day", "k")])
    assert all(isinstance(d, Draft) and d.quote in "I drive a red Toyota Yaris to work every day" for d in drafts)
    relation = relate("The user lives in Leeds.", "The user lives in Leeds.")
    assert (relation.label, 0 < relation.probability < 1) == ("same", True)


def test_an_unknown_distiller_is_named_and_leaves_no_vault_behind(folder: Path) -> None:
    with pytest.raises(InvalidInputError, match="small"):
        Assistant.open(folder, PASSPHRASE, create=True, distiller="enormous")
    assert not (folder / "vault.json").exists()
    assert not (folder / "inkling.db").exists()


# opening


def test_a_vault_is_made_once_and_opens_again_with_all_that_was_in_it(folder: Path, clock: Clock) -> None:
    with Assistant.open(folder, passphrase=PASSPHRASE, create=True, clock=clock) as first:
        assert first.recovery_code
        code = first.recovery_code
        [id_] = first.observe([said("hello", "k")])
    with Assistant.open(folder, passphrase=PASSPHRASE, create=True, clock=clock) as again:
        assert again.recovery_code is None
        assert again.observation(id_).text == "hello"
    with Assistant.open(folder, recovery_code=code, clock=clock) as recovered:
        assert recovered.observation(id_).text == "hello"


def test_what_is_wrong_with_a_vault_is_said(folder: Path) -> None:
    with pytest.raises(VaultMissingError):
        Assistant.open(folder, passphrase=PASSPHRASE)
    with pytest.raises(InvalidInputError):
        Assistant.open(folder, create=True)
    Assistant.open(folder, passphrase=PASSPHRASE, create=True).close()
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(WrongPassphraseError):
        Assistant.open(folder, passphrase="guess")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    (folder / "inkling.db").unlink()
    for create in (False, True):
        with pytest.raises(VaultDamagedError):
            Assistant.open(folder, passphrase=PASSPHRASE, create=create)
    assert not (folder / "inkling.db").exists()


def test_the_store_of_another_vault_is_refused(folder: Path, tmp_path: Path) -> None:
    for one in (folder, tmp_path / "other"):
        Assistant.open(one, passphrase=PASSPHRASE, create=True).close()
    (folder / "inkling.db").write_bytes((tmp_path / "other" / "inkling.db").read_bytes())
    with pytest.raises(VaultDamagedError):
        Assistant.open(folder, passphrase=PASSPHRASE)


def test_a_vault_that_cannot_be_finished_is_not_left_half_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise StorageFullError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "use_vector_space", full)
        with pytest.raises(StorageFullError):
            Assistant.open(folder, passphrase=PASSPHRASE, create=True)
    with Assistant.open(folder, passphrase=PASSPHRASE, create=True) as made:
        assert made.recovery_code, "a code nobody has seen would be lost"


def test_a_closed_vault_says_so(folder: Path) -> None:
    vault = Assistant.open(folder, passphrase=PASSPHRASE, create=True)
    vault.close()
    for verb in (
        vault.propositions,
        vault.status,
        lambda: vault.recall("x"),
        lambda: vault.remember("The user is in."),
    ):
        with pytest.raises(VaultLockedError):
            verb()
    vault.close()


def test_the_clock_must_not_be_needed(folder: Path) -> None:
    with Assistant.open(folder, passphrase=PASSPHRASE, create=True) as vault:
        vault.observe([Observation(text="hi", at=datetime.now(UTC), source="chat")])
        vault.remember("The user plays the cello.")
        assert vault.propositions()[0].confidence > 0.9


# ids


def test_ids_are_strings_unique_across_types(assistant: Assistant) -> None:
    observed = assistant.observe([said("a", "a"), said("b", "b")])
    remembered = [assistant.remember("The user plays the cello."), assistant.remember("The user has a dog.")]
    assert len({*observed, *remembered}) == 4
    assert {i[0] for i in observed} == {"o"}
    assert {i[0] for i in remembered} == {"p"}


@pytest.mark.parametrize(
    "id_", ["p999", "o999", "x1", "", "p", "p-1", "p1.5", "p²", "P1", "p99999999999999999999999", "1"]
)
def test_an_id_nobody_has_is_not_found_by_any_verb(assistant: Assistant, id_: str) -> None:
    assistant.remember("The user plays the cello.")
    before = dump(assistant._store)
    verbs: list[Callable[[], object]] = [
        lambda: assistant.confirm(id_), lambda: assistant.reject(id_), lambda: assistant.forget(id_),
        lambda: assistant.edit(id_, text="The user plays the viola."), lambda: assistant.history(id_),
        lambda: assistant.proposition(id_), lambda: assistant.observation(id_), lambda: assistant.around(id_),
        lambda: assistant.pin(id_),
    ]  # fmt: skip
    for verb in verbs:
        with pytest.raises(NotFoundError):
            verb()
    assert dump(assistant._store) == before


def test_an_id_of_the_other_type_is_not_found(assistant: Assistant) -> None:
    [observed] = assistant.observe([said("a", "a")])
    remembered = assistant.remember("The user plays the cello.")
    with pytest.raises(NotFoundError):
        assistant.confirm(observed)
    with pytest.raises(NotFoundError):
        assistant.observation(remembered)


# the user's word


def test_what_is_remembered_is_believed_at_once_and_almost_certain(assistant: Assistant) -> None:
    id_ = assistant.remember("  The user plays\n the cello. ")
    [held] = assistant.propositions()
    assert (held.id, held.text, held.basis, held.status) == (id_, "The user plays the cello.", "user", "believed")
    assert 0.98 < held.confidence < 1
    [evidence] = held.evidence
    assert (evidence.observation_id, evidence.quote, evidence.basis) == (None, "The user plays the cello.", "user")


def test_what_is_remembered_twice_is_held_once(assistant: Assistant) -> None:
    assert assistant.remember("The user plays the cello.") == assistant.remember("the user plays the CELLO.")
    assert len(assistant.propositions()) == 1


@pytest.mark.parametrize("text", ["", "  \n", "x" * 1001])
def test_what_makes_no_proposition_is_refused_and_changes_nothing(assistant: Assistant, text: str) -> None:
    id_ = assistant.remember("The user plays the cello.")
    before = dump(assistant._store)
    with pytest.raises(InvalidInputError) as caught:
        assistant.remember(text)
    with pytest.raises(InvalidInputError):
        assistant.edit(id_, text=text)
    assert "xxx" not in str(caught.value)
    assert dump(assistant._store) == before


def test_no_secret_is_taken_even_from_the_user(assistant: Assistant) -> None:
    id_ = assistant.remember("The user's wifi password: Tr0ub4dor&3xyz")
    assistant.edit(id_, text="The user's card is 4111 1111 1111 1111")
    held = repr(dump(assistant._store))
    assert "Tr0ub4dor" not in held
    assert "4111 1111" not in held


def test_an_edit_rewords_and_the_old_wording_stays_in_history(assistant: Assistant) -> None:
    id_ = assistant.remember("The user plays the cello.")
    assistant.edit(id_, text="The user plays the viola.")
    assert [p.text for p in assistant.propositions()] == ["The user plays the viola."]
    assert [(r.action, r.before, r.after) for r in assistant.history(id_)] == [
        ("remember", None, "The user plays the cello."),
        ("edit", "The user plays the cello.", "The user plays the viola."),
    ]
    assert assistant.recall("viola", types=["proposition"])[0].text == "The user plays the viola."


def test_confirming_makes_certain_and_rejecting_takes_out_for_good(assistant: Assistant, engine: FakeDistiller) -> None:
    with_engine(assistant, engine)
    assistant.observe([said("I have a dog", "1", days=-2), said("I have a cat", "2", days=-2)])
    engine.says("1", draft("The user has a dog.", "have a dog", "1", start=2, certainty=0.6))
    engine.says("2", draft("The user has a cat.", "have a cat", "2", start=2, certainty=0.6))
    assistant.distil()
    dog, cat = sorted(assistant.propositions(), key=lambda p: p.id)
    assistant.confirm(dog.id)
    assistant.reject(cat.id)
    [left] = assistant.propositions()
    assert (left.id, left.basis) == (dog.id, "user")
    assert left.confidence > 0.98
    assert assistant.proposition(cat.id).status == "rejected"
    assistant.observe([said("I have a cat, really", "3", days=-1)])
    engine.says("3", draft("The user has a cat.", "have a cat", "3", start=2, certainty=0.98))
    assistant.distil()
    assert [p.id for p in assistant.propositions()] == [dog.id]
    assistant.confirm(cat.id)
    assert len(assistant.propositions()) == 2, "the user may change their mind"


def with_engine(assistant: Assistant, engine: FakeDistiller) -> None:
    assistant._pipeline._distiller = engine


@pytest.fixture
def moved(assistant: Assistant, engine: FakeDistiller, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Leeds, which York has replaced; their ids."""
    with_engine(assistant, engine)
    judge = FakeJudge()
    monkeypatch.setattr(assistant._pipeline._reconciler, "_judge", judge)
    judge.enqueue("The user lives in Leeds.", "supersedes")
    assistant.observe([said("I live in Leeds", "1", days=-9), said("we live in York", "2", days=-1)])
    engine.says("1", draft("The user lives in Leeds.", "live in Leeds", "1", start=2))
    engine.says("2", draft("The user lives in York.", "live in York", "2", start=3))
    assistant.distil()
    leeds, york = (f"p{row}" for row in assistant._store.propositions.all())
    assert status_of(assistant, leeds, york) == ("superseded", "believed")
    return leeds, york


def status_of(assistant: Assistant, *ids: str) -> tuple[str, ...]:
    return tuple(assistant.proposition(id_).status for id_ in ids)


def test_rejecting_what_replaced_something_brings_that_back(assistant: Assistant, moved: tuple[str, str]) -> None:
    assistant.reject(moved[1])
    assert status_of(assistant, *moved) == ("believed", "rejected")


def test_confirming_what_was_replaced_ends_what_replaced_it(assistant: Assistant, moved: tuple[str, str]) -> None:
    assistant.confirm(moved[0])
    assert status_of(assistant, *moved) == ("believed", "superseded")
    assert assistant.history(moved[1])[-1].reason == "the user confirmed otherwise"


def test_confirming_both_keeps_both_as_nobody_overrules_the_user(assistant: Assistant, moved: tuple[str, str]) -> None:
    assistant.confirm(moved[1])
    assistant.confirm(moved[0])
    assert status_of(assistant, *moved) == ("believed", "believed")


def test_remembering_what_had_ended_makes_it_hold_again(assistant: Assistant, moved: tuple[str, str]) -> None:
    assert assistant.remember("The user lives in Leeds.") == moved[0]
    assert status_of(assistant, *moved) == ("believed", "superseded")


def test_the_users_word_does_not_fade(assistant: Assistant, clock: Clock) -> None:
    assistant.remember("The user is in a meeting this afternoon.")
    before = assistant.propositions()[0].confidence
    clock.pass_days(5000)
    assert assistant.propositions()[0].confidence == before


def test_what_is_pinned_comes_first(assistant: Assistant, engine: FakeDistiller) -> None:
    with_engine(assistant, engine)
    assistant.observe([said("I have a dog", "1", days=-2)])
    engine.says("1", draft("The user has a dog.", "have a dog", "1", start=2, certainty=0.4))
    assistant.distil()
    [dog] = assistant.propositions()
    assistant.remember("The user plays the cello.")
    assert assistant.propositions()[0].text == "The user plays the cello."
    assistant.pin(dog.id)
    assert [p.pinned for p in assistant.propositions()] == [True, False]
    assistant.pin(dog.id, pinned=False)
    assert assistant.propositions()[0].text == "The user plays the cello."


# what is shown


def test_every_quote_is_found_at_its_place_in_its_observation(assistant: Assistant) -> None:
    assistant.observe([
        said("I drive a red Toyota Yaris to work every day. My sister Ana lives in Leeds.", "1", days=-3),
        said("I'm allergic to penicillin, and I play the cello on Mondays", "2", days=-2),
        said("I'm a nurse at the hospital", "3", who="Bea", days=-1),
    ])  # fmt: skip
    assistant.distil()
    for one in assistant.allowed() or ("health",):
        assistant.allow(one)
    held = [e for p in assistant.propositions() for e in p.evidence]
    assert held
    for evidence in held:
        assert evidence.observation_id is not None
        observation = assistant.observation(evidence.observation_id)
        assert observation.text[evidence.start : evidence.end] == evidence.quote
        assert observation.key == evidence.observation_key
        assert observation.speaker == "me", "nobody else's 'I' is the user's"


def test_a_sensitive_class_is_used_only_while_it_is_allowed(assistant: Assistant, engine: FakeDistiller) -> None:
    with_engine(assistant, engine)
    assistant.observe([said("I am allergic to nuts", "1", days=-2)])
    engine.says("1", draft("The user is allergic to nuts.", "allergic to nuts", "1", start=5, sensitivity="health"))
    assistant.distil()
    for allowed in (False, True, False):
        if allowed:
            assistant.allow("health")
        else:
            assistant.disallow("health")
        assert assistant.allowed() == (frozenset({"health"}) if allowed else frozenset())
        assert bool(assistant.propositions()) == allowed
        assert bool(assistant.recall("allergic to nuts")) == allowed
        assert assistant.ask("What am I allergic to, nuts?").abstained != allowed
        assert [p.status for p in assistant.propositions(include_quarantined=True)] == [
            "believed" if allowed else "quarantined"
        ]


@pytest.mark.parametrize("name", ["", "Health", "secrets", "none"])
def test_an_unknown_class_is_refused_with_the_ones_there_are(assistant: Assistant, name: str) -> None:
    for verb in (assistant.allow, assistant.disallow):
        with pytest.raises(InvalidInputError, match="health, religion"):
            verb(name)
    assert assistant.allowed() == frozenset()


def test_asked_about_the_past_it_says_what_was_believed_then(assistant: Assistant, clock: Clock) -> None:
    id_ = assistant.remember("The user plays the cello.")
    then = clock.now
    clock.pass_days(10)
    assistant.reject(id_)
    assert assistant.propositions() == []
    assert [p.status for p in assistant.propositions(at=then)] == ["believed"]
    assert assistant.propositions(at=then - timedelta(days=1)) == []


def test_neighbours_of_an_observation_are_of_its_thread(assistant: Assistant) -> None:
    ids = assistant.observe([said(str(n), str(n), days=-9 + n, thread="Ana" if n % 2 else "Bea") for n in range(8)])
    assert [o.text for _, o in assistant.around(ids[3], before=1, after=2)] == ["1", "3", "5", "7"]


# forgetting


def test_forgetting_reaches_everything_and_stays(assistant: Assistant, folder: Path) -> None:
    message = said("I drive a red Toyota Yaris to work every day", "1", days=-3)
    [observed] = assistant.observe([message])
    assistant.distil()
    assert assistant.propositions()
    assistant.forget(observed)
    assert assistant.propositions(include_quarantined=True) == []
    assert assistant.recall("Toyota Yaris") == []
    assert "yaris" not in repr(dump(assistant._store)).lower()
    assert assistant.observe([message]) == []
    assert assistant.distil() == {}
    with pytest.raises(NotFoundError):
        assistant.observation(observed)


def test_a_forgotten_proposition_does_not_come_back_when_its_message_is_read_again(
    assistant: Assistant, engine: FakeDistiller
) -> None:
    with_engine(assistant, engine)
    message = said("I drive a red Toyota Yaris", "1", days=-3)
    [observed] = assistant.observe([message])
    engine.says("1", draft("The user drives a red Toyota Yaris.", "drive a red Toyota Yaris", "1", start=2))
    assistant.distil()
    [held] = assistant.propositions()
    assistant.forget(held.id)
    assert assistant.observation(observed).text == message.text
    with assistant._store.write():
        assistant._store.observations._c.run("UPDATE observations SET distilled_by = NULL")
    engine.says("1", draft("The user has a Toyota.", "I drive a red Toyota", "1", start=0))
    assert assistant.distil()["forgotten"] == 1
    assert assistant.propositions() == []


def test_forgetting_with_the_evidence_takes_the_messages_too(assistant: Assistant, engine: FakeDistiller) -> None:
    with_engine(assistant, engine)
    assistant.observe([said("I drive a Yaris", "1", days=-3), said("hello", "2", days=-3)])
    engine.says("1", draft("The user drives a Yaris.", "drive a Yaris", "1", start=2))
    assistant.distil()
    [held] = assistant.propositions()
    assistant.forget(held.id, with_evidence=True)
    assert assistant.status()["observations"] == 1
    assert "Yaris" not in repr(dump(assistant._store))


def test_the_user_may_remember_again_what_they_had_forgotten(assistant: Assistant) -> None:
    first = assistant.remember("The user plays the cello.")
    assistant.forget(first)
    assert assistant.propositions() == []
    second = assistant.remember("The user plays the cello.")
    assert [p.id for p in assistant.propositions()] == [second]
    assert second != first


# several at once


def test_verbs_may_be_called_from_several_threads_at_once(assistant: Assistant) -> None:
    errors: list[Exception] = []

    def work(number: int) -> None:
        try:
            for step in range(6):
                assistant.observe([said(f"message {number} {step}", f"k{number} {step}", days=-1)])
                assistant.remember(f"The user has thing number {number * 100 + step}.")
                assistant.recall("message")
                assistant.propositions()
                assistant.distil()
        except Exception as error:  # noqa: BLE001 - looked at below
            errors.append(error)

    workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert errors == []
    assert assistant.status()["observations"] == 24
    assert assistant.status()["pending"] == assistant.status()["unembedded"] == 0
    remembered = {p.text for p in assistant.propositions() if p.basis == "user"}
    assert remembered == {f"The user has thing number {n * 100 + s}." for n in range(4) for s in range(6)}
    assert assistant.check() == []


def test_status_counts_what_is_held(assistant: Assistant) -> None:
    assistant.observe([said("hello", "1"), said("there", "2")])
    assistant.remember("The user plays the cello.")
    status = assistant.status()
    assert (status["observations"], status["pending"], status["propositions"], status["unembedded"]) == (2, 2, 1, 0)
    assert status["bytes"] > 4096


def test_the_users_names_are_remembered_by_the_format_they_were_given_for(assistant: Assistant) -> None:
    assistant.remember_names("whatsapp", ["Ana", "ana@example.org"])
    assistant.remember_names("whatsapp", ["Ana B."])
    assert assistant.names("whatsapp") == {"Ana", "ana@example.org", "Ana B."}
    assert assistant.names("slack") == frozenset()


def test_nothing_observed_is_in_the_representation_of_an_assistant(assistant: Assistant) -> None:
    assistant.remember("The user plays the cello.")
    assert "cello" not in repr(assistant)
    assert PASSPHRASE not in repr(assistant) + repr(assistant.vault)
    assert START.isoformat() not in repr(assistant)
