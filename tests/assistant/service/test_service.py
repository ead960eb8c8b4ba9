"""The service files say what they should in their systems' own formats, and installing them can be repeated."""

from __future__ import annotations

import configparser
import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from assistant.service import install, plan, uninstall
from assistant.service.launchd import agent
from assistant.service.plan import Engine, engine
from assistant.service.systemd import quoted, unit
from assistant.service.windows import NAMESPACE, task
from memory.errors import InvalidInputError

AWKWARD = Path('/home/ana/my vault/100% "mine" $HOME \\n')
ENGINE = Engine(Path("/opt/py thon/bin/python3"), AWKWARD, Path("/home/ana/logs here"), (("INKLING_HOME", "/a b%"),))


def parsed(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def as_read_by_systemd(line: str) -> list[str]:
    """Words as in systemd.syntax(7): quotes and backslashes as in a shell's double quotes, then %% and $$."""
    return [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(line)]


def test_the_unit_starts_the_engine_whatever_the_path() -> None:
    service = parsed(unit(ENGINE))["Service"]
    assert as_read_by_systemd(service["ExecStart"]) == list(ENGINE.command)
    assert as_read_by_systemd(service["ReadWritePaths"]) == [f"-{AWKWARD}", "-/home/ana/logs here"]
    assert "INKLING_HOME=/a b%" in [
        as_read_by_systemd(line.partition("=")[2])[0]
        for line in unit(ENGINE).splitlines()
        if line.startswith("Environment=")
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NoNewPrivileges", "yes"),
        ("PrivateNetwork", "yes"),
        ("RestrictAddressFamilies", "AF_UNIX"),
        ("IPAddressDeny", "any"),
        ("PrivateTmp", "yes"),
        ("BindReadOnlyPaths", "-/tmp/.X11-unix"),
        ("ProtectSystem", "strict"),
        ("LimitCORE", "0"),
        ("UMask", "0077"),
        ("Restart", "on-failure"),
        ("RuntimeDirectory", "inkling"),
        ("RuntimeDirectoryPreserve", "yes"),
    ],
)
def test_the_unit_is_shut_in(name: str, value: str) -> None:
    assert parsed(unit(ENGINE))["Service"][name] == value


def test_without_namespaces_the_network_is_still_out_of_reach() -> None:
    service = parsed(unit(ENGINE, namespaces=False))["Service"]
    assert service["RestrictAddressFamilies"] == "AF_UNIX"
    assert service["NoNewPrivileges"] == "yes"
    assert not {"PrivateNetwork", "PrivateTmp", "ProtectSystem", "PrivateUsers"} & set(service)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd")
@pytest.mark.parametrize("namespaces", [True, False])
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path, namespaces: bool) -> None:
    path = tmp_path / "inkling.service"
    real = Engine(Path(sys.executable), tmp_path / 'a 100% "vault"', tmp_path / "logs")
    path.write_text(unit(real, namespaces=namespaces))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(path)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if "inkling.service" in line]
    if done.returncode and not told:
        pytest.skip("systemd-analyze does not work here")
    assert told == []


def test_words_survive_systemd(tmp_path: Path) -> None:
    for word in ("plain", "two words", 'a "quote"', "back\\slash", "100%", "%h", "$HOME"):
        assert as_read_by_systemd(quoted(word).replace("$", "$$")) == [word]


def test_the_agent_is_a_property_list() -> None:
    found = plistlib.loads(agent(ENGINE))
    assert found["ProgramArguments"] == list(ENGINE.command)
    assert found["EnvironmentVariables"] == {"INKLING_HOME": "/a b%"}
    assert found["KeepAlive"] == {"SuccessfulExit": False}
    assert found["ProcessType"] == "Background"
    assert found["HardResourceLimits"] == {"Core": 0}
    assert found["Umask"] == 0o077


def test_the_task_is_xml_that_starts_the_engine_at_logon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USERDOMAIN", "HOME-PC")
    monkeypatch.setenv("USERNAME", "Ana & Bob")
    content = task(ENGINE)
    assert content.startswith((b"\xff\xfe", b"\xfe\xff"))
    root = ET.fromstring(content)

    def text(path: str) -> str | None:
        return root.findtext(path, namespaces={"": NAMESPACE})

    assert text("Actions/Exec/Command") == str(ENGINE.interpreter)
    assert text("Actions/Exec/Arguments") == subprocess.list2cmdline(ENGINE.command[1:])
    assert text("Triggers/LogonTrigger/UserId") == "HOME-PC\\Ana & Bob"
    assert text("Settings/Hidden") == "true"
    assert text("Settings/StopIfGoingOnBatteries") == text("Settings/DisallowStartIfOnBatteries") == "false"
    assert text("Settings/RestartOnFailure/Interval") == "PT1M"


def test_a_path_with_a_line_break_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        engine(Path("/home/ana/line\nExecStart=/bin/evil"))


class System:
    """A service manager that does what it is told, but for what it refuses."""

    def __init__(self, *refused: str, refuses_sandbox: Path | None = None) -> None:
        self.refused = refused
        self.refuses_sandbox = refuses_sandbox
        self.ran: list[str] = []

    def __call__(self, command: tuple[str, ...]) -> int:
        self.ran.append(" ".join(command))
        if "restart" in command and self.refuses_sandbox and "PrivateUsers" in self.refuses_sandbox.read_text():
            return 1
        return int(any(word in command for word in self.refused))


def there(_tool: str) -> str:
    return "/usr/bin/tool"


def absent(_tool: str) -> None:
    return None


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_installing_twice_and_uninstalling_twice_ends_the_same(platform: str, tmp_path: Path) -> None:
    service, system = plan(tmp_path / "vault", platform), System()
    for _ in range(2):
        outcome = install(service, tmp_path / "logs", system, there)
        assert (outcome.in_effect, outcome.to_run) == (True, [])
        assert service.path.read_bytes() == service.content
    for _ in range(2):
        assert uninstall(service, system, there).to_run == []
        assert not service.path.exists()


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_without_the_systems_tool_it_says_what_to_run(platform: str, tmp_path: Path) -> None:
    service, system = plan(tmp_path / "vault", platform), System()
    outcome = install(service, tmp_path / "logs", system, absent)
    assert outcome.to_run == list(service.enable)
    assert not outcome.in_effect
    assert service.path.exists()
    assert uninstall(service, system, absent).to_run == list(service.disable)
    assert system.ran == []


def test_where_no_sandbox_can_be_made_it_goes_without(tmp_path: Path) -> None:
    service = plan(tmp_path / "vault", "linux")
    outcome = install(service, tmp_path / "logs", System(refuses_sandbox=service.path), there)
    assert (outcome.in_effect, outcome.is_sandboxed) == (True, False)
    assert "RestrictAddressFamilies=AF_UNIX" in service.path.read_text()


def test_where_it_cannot_start_at_all_the_whole_unit_stays(tmp_path: Path) -> None:
    service = plan(tmp_path / "vault", "linux")
    outcome = install(service, tmp_path / "logs", System("restart"), there)
    assert not outcome.in_effect
    assert outcome.to_run == list(service.enable)
    assert service.path.read_bytes() == service.content


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_the_file_is_the_users_alone(tmp_path: Path) -> None:
    service = plan(tmp_path / "vault", "linux")
    install(service, tmp_path / "logs", System(), there)
    assert service.path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "logs").stat().st_mode & 0o777 == 0o700
