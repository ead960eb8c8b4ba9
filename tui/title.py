"""The title of the terminal's own window: "Inkling" while the interface has it, then again what it was.

It is how the screen observer knows the window and leaves it out, so that nothing recalled comes back as evidence.
Textual sets no title, and what wants the terminal to itself at the right moments is the driver: it is let go of at the
end, after a crash, and while the process is suspended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver

TITLE = "Inkling"
SET = f"\x1b[22;0t\x1b]0;{TITLE}\x07"  # the terminal puts its title on a stack; those without one ignore that
RESTORE = "\x1b]0;\x07\x1b[23;0t"  # none, for those; then the one from the stack


def titled(driver: type[Driver]) -> type[Driver]:
    """That kind of driver, which names the terminal while it has it."""

    class TitledDriver(driver):  # type: ignore[misc,valid-type]
        """Sets and restores the title."""

        def start_application_mode(self) -> None:
            """Take the terminal; nothing has been painted yet."""
            super().start_application_mode()
            self.write(SET)

        def stop_application_mode(self) -> None:
            """Give it back."""
            self.write(RESTORE)
            super().stop_application_mode()

    return TitledDriver
