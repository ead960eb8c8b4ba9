"""The launchd agent: runs from login on, in the background, started again when it fails but not when it was stopped."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.service.plan import Plan

if TYPE_CHECKING:
    from assistant.service.plan import Engine

LABEL = "inkling.engine"


def plan(engine: Engine) -> Plan:
    """The agent for an engine, and the commands of launchd."""
    path = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    domain = f"gui/{os.getuid() if hasattr(os, 'getuid') else 0}"
    off = ("launchctl", "bootout", f"{domain}/{LABEL}")
    return Plan(
        path=path,
        content=agent(engine),
        enable=(("launchctl", "enable", f"{domain}/{LABEL}"), ("launchctl", "bootstrap", domain, str(path))),
        disable=(off,),
    )


def agent(engine: Engine) -> bytes:
    """The property list."""
    settings = {
        "Label": LABEL,
        "ProgramArguments": list(engine.command),
        "EnvironmentVariables": dict(engine.environment),
        "WorkingDirectory": "/",
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 10,
        "ExitTimeOut": 30,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "LimitLoadToSessionType": "Aqua",
        "Umask": 0o077,
        "SoftResourceLimits": {"Core": 0},
        "HardResourceLimits": {"Core": 0},
        "StandardInPath": "/dev/null",
        "StandardOutPath": "/dev/null",
        "StandardErrorPath": "/dev/null",
    }
    return plistlib.dumps(settings)
