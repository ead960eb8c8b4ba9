"""Watched folders: chat exports that arrive and logs that grow, taken in within seconds of being written.

    watcher = Watcher(folders, known)
    for ready in watcher.changes(stop):
        taken_in(watcher.read(ready, me))
        watcher.settle(ready, now)

Notices from the operating system only say when to look. What has changed is decided by size and time against what is
remembered in the vault, so what happened while nothing ran is found as well.
"""

from observers.watch.folders import Bounds, Stamp, suggested
from observers.watch.settling import Pace
from observers.watch.watcher import Known, Ready, Watcher

__all__ = ["Bounds", "Known", "Pace", "Ready", "Stamp", "Watcher", "suggested"]
