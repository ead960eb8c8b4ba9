"""What an empty vault says: what to do next."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui import wording

_IMPORT = """\
Leave with q, and give it something to read:

    inkling import FILE    an export of your chats or your mail
    inkling demo           or look at an invented person first

Or press r, and tell it something yourself."""
_WAITING = """\
{waiting} to be looked at. Press D to distil what Inkling can learn from that,
or r to tell it something yourself."""
_NOTHING_FOUND = """\
{read} read, and nothing in that says anything lasting about you.

    inkling import FILE    gives it more to read

Or press r, and tell it something yourself."""


class NothingYet(Static):
    """Shown in place of the panes while nothing is believed."""

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, *, read: int, waiting: int) -> None:
        """Say what fits a vault with so many items read, and so many of them still to be distilled."""
        if waiting:
            verb = "waits" if waiting == 1 else "wait"
            text = _WAITING.format(waiting=f"{wording.count(waiting, 'message')} {verb}")
        else:
            text = _NOTHING_FOUND.format(read=wording.count(read, "message")) if read else _IMPORT
        self.update(Content.assemble(("Inkling believes nothing about you yet.", "bold"), "\n\n", text))
