"""The Windows scheduled task: at logon, hidden, on battery too, started again when it fails.

Windows has no switch for the rest of what the other systems shut off; the engine itself opens no network socket.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from assistant import paths
from assistant.service.plan import Plan

if TYPE_CHECKING:
    from assistant.service.plan import Engine

NAME = "Inkling"
NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "AllowHardTerminate": "true",
    "StartWhenAvailable": "true",
    "RunOnlyIfNetworkAvailable": "false",
    "AllowStartOnDemand": "true",
    "Enabled": "true",
    "Hidden": "true",
    "ExecutionTimeLimit": "PT0S",
    "Priority": "7",  # below normal
}


def plan(engine: Engine) -> Plan:
    """The task for an engine, and the commands of the task scheduler."""
    path = paths.home() / "service" / "inkling-task.xml"
    return Plan(
        path=path,
        content=task(engine),
        enable=(
            ("schtasks", "/Create", "/TN", NAME, "/XML", str(path), "/F"),
            ("schtasks", "/Run", "/TN", NAME),
        ),
        disable=(("schtasks", "/End", "/TN", NAME), ("schtasks", "/Delete", "/TN", NAME, "/F")),
    )


def task(engine: Engine) -> bytes:
    """The task's XML, in UTF-16 as the scheduler wants it."""
    root = ET.Element("Task", {"version": "1.4", "xmlns": NAMESPACE})
    _filled(root, "RegistrationInfo", {"Description": "Inkling, a private memory on your own computer"})
    triggers = ET.SubElement(root, "Triggers")
    _filled(triggers, "LogonTrigger", {"Enabled": "true", "UserId": _user()})
    principals = ET.SubElement(root, "Principals")
    principal = _filled(
        principals,
        "Principal",
        {"UserId": _user(), "LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"},
    )
    principal.set("id", "Author")
    settings = _filled(root, "Settings", _SETTINGS)
    _filled(settings, "RestartOnFailure", {"Interval": "PT1M", "Count": "10"})
    actions = ET.SubElement(root, "Actions", {"Context": "Author"})
    program, *arguments = engine.command
    _filled(actions, "Exec", {"Command": _windowless(program), "Arguments": subprocess.list2cmdline(arguments)})
    written: bytes = ET.tostring(root, encoding="utf-16", xml_declaration=True)
    return written


def _filled(parent: ET.Element, name: str, values: dict[str, str]) -> ET.Element:
    element = ET.SubElement(parent, name)
    for key, value in values.items():
        ET.SubElement(element, key).text = value
    return element


def _user() -> str:
    """Whose logon it is, with the domain before it."""
    domain, name = os.environ.get("USERDOMAIN"), os.environ.get("USERNAME", "")
    return f"{domain}\\{name}" if domain else name


def _windowless(interpreter: str) -> str:
    """The interpreter that opens no console window, if it lies beside."""
    quiet = Path(interpreter).with_name("pythonw.exe")
    return str(quiet) if quiet.exists() else interpreter
