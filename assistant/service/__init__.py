"""The engine as a service of the user's session: a systemd unit, a launchd agent or a Windows scheduled task.

Each system has one module that writes its file and names the commands that put it into effect; `install` does what is
the same for all. Nothing here needs rights the user does not have.
"""

from assistant.service.install import Outcome, install, uninstall
from assistant.service.plan import Plan, plan

__all__ = ["Outcome", "Plan", "install", "plan", "uninstall"]
