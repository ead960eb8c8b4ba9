"""How a screen calls the assistant: in a thread, with the result or the error coming back as a message.

Nothing else in the interface touches the assistant, so nothing can make a key wait for it. This is the worker
boundary: what is raised here that Inkling did not raise on purpose is reported by its type alone, since the message
of a foreign exception may quote what was observed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from memory.errors import InklingError

if TYPE_CHECKING:
    from assistant.verbs import Verbs
    from tui.app import InklingApp

Result = TypeVar("Result")
Closing = TypeVar("Closing")


class Failed(Message):
    """A call to the assistant failed. ``doing`` names the call; ``reason`` may be shown as it is."""

    def __init__(self, doing: str, reason: str, error: Exception) -> None:
        super().__init__()
        self.doing = doing
        self.reason = reason
        self.error = error


class AssistantScreen(Screen[Closing], Generic[Closing]):
    """A screen that can call the assistant of its app."""

    @property
    def inkling(self) -> InklingApp:
        """The app, by its own type."""
        return cast("InklingApp", self.app)

    @property
    def assistant(self) -> Verbs:
        """The open assistant; screens that need one are only shown while there is one."""
        assistant = self.inkling.assistant
        if assistant is None:
            raise RuntimeError("this screen needs an open vault")
        return assistant

    def call(
        self,
        doing: str,
        verb: Callable[[], Result],
        then: Callable[[Result], Message],
        *,
        latest_only: bool = False,
    ) -> None:
        """Run ``verb`` in a thread; post ``then(result)`` to this screen, or Failed.

        ``latest_only`` drops the result of an earlier call of the same name that is still under way: for reads that
        follow the cursor. Writes are never dropped.
        """

        def work() -> None:
            worker = get_current_worker()
            message = _outcome(doing, verb, then)
            if not worker.is_cancelled:
                self.post_message(message)

        self.run_worker(work, name=doing, group=doing, thread=True, exclusive=latest_only, exit_on_error=False)


def _outcome(doing: str, verb: Callable[[], Result], then: Callable[[Result], Message]) -> Message:
    try:
        return then(verb())
    except InklingError as error:
        return Failed(doing, str(error), error)
    except Exception as error:  # noqa: BLE001 - the worker boundary
        return Failed(doing, f"something went wrong that should not have ({type(error).__name__})", error)
