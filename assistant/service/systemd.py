"""The systemd user unit, shut in as far as a user's own service manager can.

The surprising decision: what keeps the engine off the network is there twice. A network namespace and a private /tmp
need user namespaces, which some systems refuse; there the unit is written without them, and the filter on address
families, which needs none, still lets nothing but Unix sockets through.

Not in it, and why: `ProtectProc` and `PrivateIPC`, for windows are judged by their programs' command lines and X shares
pictures through shared memory; `CapabilityBoundingSet`, which a user's manager may not set and a user has none of;
`MemoryDenyWriteExecute` is in it, for onnxruntime and SQLCipher run with it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.service.plan import Plan

if TYPE_CHECKING:
    from assistant.service.plan import Engine

NAME = "inkling.service"

_UNIT = """\
# Written by: inkling service install
[Unit]
Description=Inkling, a private memory on your own computer
Documentation=man:systemd.exec(5)
PartOf=graphical-session.target
After=graphical-session.target
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=exec
ExecStart={command}
{environment}Restart=on-failure
RestartSec=5
RestartPreventExitStatus={lasting}
TimeoutStopSec=30
KillMode=mixed
UMask=0077
LimitCORE=0
CPUWeight=20
IOWeight=20
MemoryHigh=1G
MemoryMax=2G
TasksMax=256
RuntimeDirectory=inkling
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX
IPAddressDeny=any
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
KeyringMode=private
{namespaces}
[Install]
WantedBy=graphical-session.target
"""

_NAMESPACES = """\
PrivateUsers=yes
PrivateNetwork=yes
PrivateTmp=yes
BindReadOnlyPaths=-/tmp/.X11-unix
ProtectSystem=strict
ReadWritePaths={writable}
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
"""
_LASTING = "10 13 14 16 18"  # no vault, damaged, too new, read-only, a part missing: a restart changes nothing


def plan(engine: Engine) -> Plan:
    """The unit for an engine, and the commands of the user's service manager."""
    manager = ("systemctl", "--user")
    return Plan(
        path=_units() / NAME,
        content=unit(engine).encode(),
        fallback=unit(engine, namespaces=False).encode(),
        enable=((*manager, "daemon-reload"), (*manager, "enable", NAME), (*manager, "restart", NAME)),
        disable=((*manager, "disable", "--now", NAME), (*manager, "daemon-reload")),
    )


def unit(engine: Engine, *, namespaces: bool = True) -> str:
    """The unit file; without ``namespaces`` for systems that let no user make one."""
    writable = [engine.vault, engine.logs]
    writable += [Path(value) for name, value in engine.environment if name.endswith("_RUNTIME")]
    settings = (("MALLOC_ARENA_MAX", "2"), *engine.environment)
    return _UNIT.format(
        command=" ".join(quoted(word).replace("$", "$$") for word in engine.command),
        environment="".join(f"Environment={quoted(f'{name}={value}')}\n" for name, value in settings),
        lasting=_LASTING,
        namespaces=_NAMESPACES.format(writable=" ".join(quoted(f"-{p}") for p in writable)) if namespaces else "",
    )


def quoted(word: str) -> str:
    """A word as systemd reads it back: one word, nothing in it a specifier."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _units() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
