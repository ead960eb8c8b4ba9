"""Choosing, fetching, measuring and removing a larger model from the command line."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest
from gguf_headers import PROJECTOR, QWEN, header, tensor, written
from support import PASSPHRASE

from assistant import Assistant
from assistant.llm import bench, pinning, pulling
from assistant.llm.bench import Measured
from assistant.llm.catalogue import CATALOGUE
from assistant.llm.model import Generated
from assistant.llm.pulling import Remote
from assistant.paths import models
from memory.errors import ModelMissingError

if TYPE_CHECKING:
    from conftest import Inkling, Person

GB = 10**9
FIRST = CATALOGUE[0]


class FakeHub:
    """Has every file, all of them the same small one."""

    host = "hub.test"

    def __init__(self, content: bytes = header()) -> None:
        self.content = content
        self.found: list[str] = []

    def find(self, repo: str, file: str) -> Remote:
        if "absent" in repo:
            raise ModelMissingError(f"hub.test has no {repo}/{file}")
        self.found.append(f"{repo}/{file}")
        sha256 = hashlib.sha256(self.content).hexdigest()
        return Remote(repo=repo, file=file, url="https://hub.test/x", sha256=sha256, bytes=len(self.content))

    def send(self, remote: Remote, into: BinaryIO, start: int) -> None:
        into.write(self.content[start:])


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    found = FakeHub()
    monkeypatch.setattr(pulling, "HuggingFace", lambda: found)
    return found


@pytest.fixture
def ready(inkling: Inkling) -> Inkling:
    """The command line of an empty vault."""
    assert inkling("init").status == 0
    return inkling


def chosen_in(folder: Path) -> Any:
    with Assistant.open(folder, passphrase=PASSPHRASE) as opened:
        return opened.config().model


def put(name: str, values: dict[str, Any] = QWEN) -> Path:
    """A model among those that were fetched."""
    models().mkdir(parents=True, exist_ok=True)
    return written(models(), name, values)


# list


def test_the_list_needs_no_vault_and_says_what_each_model_takes(inkling: Inkling) -> None:
    run = inkling("model", "list")
    assert run.status == 0
    for model in CATALOGUE:
        assert model.name in run.out
        assert model.licence in run.out
        assert model.place in run.out
    assert "fetched" not in run.out.replace("fetching", "")


def test_the_list_as_json_marks_one_to_begin_with(inkling: Inkling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinning, "machine_bytes", lambda: 4 * GB)
    found = inkling("model", "list", "--json").json
    assert found["machine_bytes"] == 4 * GB
    assert found["in_use"] is None
    by_name = {row["name"]: row for row in found["models"]}
    assert by_name["qwen3-8b"]["suits"] == "no"
    assert by_name["qwen3-0.6b"]["suits"] == "well"
    assert [name for name, row in by_name.items() if row["suggested"]] == ["qwen3-0.6b"]


def test_the_list_shows_what_is_here_and_what_is_in_use(ready: Inkling) -> None:
    path = put(FIRST.file)
    put("other.gguf")
    assert ready("model", "use", FIRST.name).status == 0
    found = ready("model", "list", "--json").json
    [row] = [row for row in found["models"] if row["pulled"]]
    assert (row["name"], row["in_use"]) == (FIRST.name, True)
    assert [(other["name"], other["in_use"]) for other in found["others"]] == [("other.gguf", False)]
    assert found["in_use"] == str(path)
    assert "in use" in ready("model", "list").out


def test_a_locked_vault_is_not_asked_for_its_passphrase(ready: Inkling, monkeypatch: pytest.MonkeyPatch) -> None:
    put(FIRST.file)
    ready("model", "use", FIRST.name)
    monkeypatch.delenv("INKLING_PASSPHRASE")
    run = ready("model", "list", "--json")
    assert run.status == 0
    assert run.json["in_use"] is None


# pull


def test_pulling_says_that_it_opens_the_network_and_where_to(inkling: Inkling, hub: FakeHub) -> None:
    run = inkling("model", "pull", FIRST.name, "--yes")
    assert run.status == 0
    assert "opens a network connection: to hub.test" in run.err
    path = models() / FIRST.file
    assert path.read_bytes() == hub.content
    assert str(path) in run.out
    assert hub.found == [FIRST.place]


def test_any_file_of_the_hub_can_be_pulled(inkling: Inkling, hub: FakeHub) -> None:
    assert inkling("model", "pull", "somebody/models/deep/x.gguf", "--yes").status == 0
    assert hub.found == ["somebody/models/deep/x.gguf"]
    assert (models() / "x.gguf").is_file()


def test_a_projector_comes_along_where_the_list_has_one(inkling: Inkling, hub: FakeHub) -> None:
    assert inkling("model", "pull", "gemma3-4b", "--projector", "--yes").status == 0
    assert [place.rpartition("/")[2] for place in hub.found] == ["gemma-3-4b-it-Q4_K_M.gguf", "mmproj-model-f16.gguf"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("qwen9",),
        ("a/b",),
        ("a/b/x.safetensors",),
        ("a/b/../x.gguf",),
        ("qwen3-4b", "--projector"),
        ("a/b/x.gguf", "--projector"),
    ],
)
def test_what_cannot_be_pulled_opens_no_network(inkling: Inkling, hub: FakeHub, arguments: tuple[str, ...]) -> None:
    assert inkling("model", "pull", *arguments, "--yes").status == 2
    assert hub.found == []


def test_without_a_terminal_it_is_not_assumed_that_the_network_may_be_used(inkling: Inkling, hub: FakeHub) -> None:
    run = inkling("model", "pull", FIRST.name)
    assert run.status == 2
    assert "--yes" in run.err
    assert hub.found == []


def test_who_is_asked_and_says_no_fetches_nothing(inkling: Inkling, hub: FakeHub, person: Person) -> None:
    person.will_say("n")
    assert inkling("model", "pull", FIRST.name).status == 1
    assert hub.found == []
    assert FIRST.licence in person.asked[0]


def test_what_the_hub_does_not_have_is_one_sentence(inkling: Inkling, hub: FakeHub) -> None:
    run = inkling("model", "pull", "absent/repo/x.gguf", "--yes")
    assert run.status == 18
    assert run.err.splitlines()[-1] == "inkling: hub.test has no absent/repo/x.gguf"


# use


def test_a_file_of_ones_own_is_pinned_in_the_vault(ready: Inkling, vault: Path, tmp_path: Path) -> None:
    path = written(tmp_path)
    run = ready("model", "use", str(path))
    assert run.status == 0
    assert "qwen3-0.6b-instruct-q4_k_m" in run.out
    kept = chosen_in(vault)
    assert (kept.path, kept.sha256) == (str(path), hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_projector_is_pinned_with_its_model(ready: Inkling, vault: Path) -> None:
    put(FIRST.file)
    eye = put("mmproj.gguf", PROJECTOR)
    assert ready("model", "use", FIRST.name, "--projector", "mmproj").status == 0
    assert chosen_in(vault).projector == str(eye)
    assert ready("model", "use", FIRST.name).status == 0
    assert chosen_in(vault).projector is None


def test_none_goes_back_to_the_small_distiller(ready: Inkling, vault: Path, tmp_path: Path) -> None:
    ready("model", "use", str(written(tmp_path)))
    assert "alone" in ready("model", "use", "none").out
    assert chosen_in(vault) is None
    assert "No model" in ready("model", "remove").out


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [("qwen3-4b", 18, "inkling model pull qwen3-4b"), ("nothing.gguf", 18, "no file"), ("letter.txt", 2, "no GGUF")],
)
def test_what_is_no_model_changes_nothing(
    ready: Inkling, vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, status: int, said: str
) -> None:
    ready("model", "use", str(written(tmp_path)))
    (tmp_path / "letter.txt").write_text("Dear Ana")
    monkeypatch.chdir(tmp_path)
    run = ready("model", "use", name)
    assert run.status == status
    assert said in run.err
    assert chosen_in(vault).path == str(tmp_path / "model.gguf")


def test_a_model_larger_than_the_machine_is_refused_before_it_is_read(
    ready: Inkling, vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinning, "machine_bytes", lambda: GB // 2)
    monkeypatch.setattr(pinning, "file_sha256", lambda *_: pytest.fail("it was read"))
    run = ready("model", "use", str(written(tmp_path)))
    assert run.status == 2
    assert "this machine has 0.5 GB" in run.err
    assert chosen_in(vault) is None


def test_the_vault_itself_refuses_it_too(vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinning, "machine_bytes", lambda: GB // 2)
    with Assistant.open(vault, passphrase=PASSPHRASE, create=True) as opened:
        with pytest.raises(ValueError, match="this machine has"):
            opened.use_model(written(tmp_path))
        assert opened.config().model is None
        assert opened.model()["name"] is None


def test_a_model_without_a_chat_template_is_warned_of(ready: Inkling, tmp_path: Path) -> None:
    run = ready("model", "use", str(written(tmp_path, values=QWEN | {"tokenizer.chat_template": ""})))
    assert run.status == 0
    assert "no chat template" in run.err


def test_a_file_of_which_the_end_is_missing_does_not_replace_a_model(
    ready: Inkling, vault: Path, tmp_path: Path
) -> None:
    ready("model", "use", str(written(tmp_path)))
    short = tmp_path / "short.gguf"
    short.write_bytes(header(tensors=1) + tensor("a", (32, 32), 0, 0) + bytes(100))
    run = ready("model", "use", str(short))
    assert run.status == 2
    assert "short.gguf is cut short" in run.err
    assert chosen_in(vault).path == str(tmp_path / "model.gguf")


# remove


def test_removing_a_fetched_model_deletes_it_and_drops_the_choice(ready: Inkling, vault: Path) -> None:
    path = put(FIRST.file)
    ready("model", "use", FIRST.name)
    assert ready("model", "remove", FIRST.name, "--yes").status == 0
    assert not path.exists()
    assert chosen_in(vault) is None


def test_removing_another_one_leaves_the_choice(ready: Inkling, vault: Path) -> None:
    put(FIRST.file)
    other = put("other.gguf")
    ready("model", "use", FIRST.name)
    assert ready("model", "remove", "other", "--yes").status == 0
    assert not other.exists()
    assert chosen_in(vault).path == str(models() / FIRST.file)


def test_removing_without_a_vault_works(inkling: Inkling) -> None:
    path = put(FIRST.file)
    run = inkling("model", "remove", FIRST.file, "--yes")
    assert run.status == 0
    assert "locked" not in run.err
    assert not path.exists()


def test_removing_with_the_vault_locked_says_what_is_not_known(
    ready: Inkling, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(FIRST.file)
    ready("model", "use", FIRST.name)
    with monkeypatch.context() as without:
        without.delenv("INKLING_PASSPHRASE")
        run = ready("model", "remove", FIRST.name, "--yes")
    assert run.status == 0
    assert "vault is locked" in run.err
    assert "inkling model use none" in run.err
    assert not path.exists()
    assert chosen_in(vault) is not None


def test_files_elsewhere_are_never_deleted(ready: Inkling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = written(tmp_path)
    put("x.gguf")
    (models() / "note.txt").write_text("keep")
    monkeypatch.chdir(tmp_path)
    for name in (str(mine), "model", "model.gguf", "../../model.gguf", "note.txt", "..", "", "qwen3-8b"):
        assert ready("model", "remove", name, "--yes").status == 18
    assert mine.exists()
    assert (models() / "note.txt").exists()


def test_nothing_is_deleted_without_a_yes(inkling: Inkling, person: Person) -> None:
    path = put(FIRST.file)
    person.will_say("n")
    assert inkling("model", "remove", FIRST.name).status == 1
    assert path.exists()


# bench


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was measured, which took no time."""
    asked: list[Any] = []
    call = Generated(text="", end="length", prompt_tokens=600, tokens=65, first_seconds=6.0, seconds=9.2)
    found = Measured(name="tiny", load_seconds=1.0, first=call, second=call, window_tokens=600, memory_bytes=10**9)
    monkeypatch.setattr(bench, "measure", lambda chosen: asked.append(chosen) or found)
    return asked


def test_a_measurement_is_said_in_words(inkling: Inkling, measured: list[Any], tmp_path: Path) -> None:
    path = written(tmp_path)
    run = inkling("model", "bench", str(path))
    assert run.status == 0
    assert [chosen.path for chosen in measured] == [str(path)]
    assert "about 80 messages a minute, 4,800 an hour" in run.out
    assert "100 tokens a second" in run.out
    assert "1.0 GB" in run.out


def test_without_a_name_the_one_in_use_is_measured(ready: Inkling, measured: list[Any]) -> None:
    path = put(FIRST.file)
    ready("model", "use", FIRST.name)
    found = ready("model", "bench", "--json").json
    assert measured[0].path == str(path)
    assert found["messages_per_minute"] == pytest.approx(80)
    assert found["prompt_work_ratio"] == 1


@pytest.mark.parametrize("name", [(), (FIRST.name,)])
def test_an_altered_model_in_use_is_not_run_to_be_measured(
    ready: Inkling, measured: list[Any], name: tuple[str, ...]
) -> None:
    path = put(FIRST.file)
    ready("model", "use", FIRST.name)
    with path.open("ab") as file:
        file.write(b"x")
    run = ready("model", "bench", *name)
    assert run.status == 18
    assert f"inkling model use {path}" in run.err
    assert measured == []


def test_with_none_in_use_a_name_is_asked_for(inkling: Inkling, measured: list[Any]) -> None:
    run = inkling("model", "bench")
    assert run.status == 2
    assert "inkling model bench NAME" in run.err
