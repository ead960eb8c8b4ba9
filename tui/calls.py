"""How the interface calls the assistant: in a thread, with the result or the error coming back as a message.

Nothing else in the interface touches the assistant, so nothing can make a key wait for it. This is the worker
boundary: what is raised here that Inkling did not raise on purpose is reported by its type alone, since the message
of a foreign exception may quote what was observed.

The surprising decision: the threads are daemons of our own and not Textual's workers, whose threads would be waited
for at the end. An engine that does not answer must not keep the user from leaving.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from textual.message import Message
from textual.screen import Screen

from memory.errors import InklingError

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from assistant.verbs import Verbs
    from tui.app import InklingApp

Result = TypeVar("Result")
Closing = TypeVar("Closing")


class Failed(Message):
    """A call to the assistant failed. ``doing`` names the call; ``reason`` may be shown; ``again`` calls once more."""

    def __init__(self, doing: str, reason: str, error: Exception) -> None:
        super().__init__()
        self.doing = doing
        self.reason = reason
        self.error = error
        self.again: Callable[[], None] | None = None
        self.latest_only = False


class Threads:
    """The calls under way."""

    def __init__(self) -> None:
        self._alive: set[threading.Thread] = set()

    def start(self, work: Callable[[], Result]) -> asyncio.Future[Result]:
        """Begin ``work``, which must not raise, at once; its result. Called where an event loop runs."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        context = contextvars.copy_context()

        def settle(result: Result) -> None:
            if not future.done():
                future.set_result(result)

        def run() -> None:
            result = context.run(work)
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(settle, result)
            self._alive.discard(thread)

        thread = threading.Thread(target=run, name="inkling-call", daemon=True)
        self._alive.add(thread)
        thread.start()
        return future

    def finish(self, seconds: float | None) -> None:
        """Wait for what is under way, so long at most."""
        end = None if seconds is None else time.monotonic() + seconds
        for thread in list(self._alive):
            thread.join(None if end is None else max(0.0, end - time.monotonic()))


def call(
    node: DOMNode,
    threads: Threads,
    doing: str,
    verb: Callable[[], Result],
    then: Callable[[Result], Message],
    *,
    latest_only: bool = False,
) -> None:
    """Run ``verb`` in a thread; post ``then(result)`` to ``node``, or Failed.

    ``latest_only`` drops the result of an earlier call of the same name that is still under way: for reads that
    follow the cursor. Writes are begun at once and never dropped.
    """
    future = threads.start(partial(_outcome, doing, verb, then))

    async def deliver() -> None:
        message = await future
        if isinstance(message, Failed):
            message.again = partial(call, node, threads, doing, verb, then, latest_only=latest_only)
            message.latest_only = latest_only
        node.post_message(message)

    node.run_worker(deliver(), name=doing, group=doing, exclusive=latest_only, exit_on_error=False)


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
        """As the function :func:`call`, with the answer coming to this screen."""
        call(self, self.inkling.threads, doing, verb, then, latest_only=latest_only)


def _outcome(doing: str, verb: Callable[[], Result], then: Callable[[Result], Message]) -> Message:
    try:
        return then(verb())
    except InklingError as error:
        return Failed(doing, str(error), error)
    except Exception as error:  # noqa: BLE001 - the worker boundary
        return Failed(doing, f"something went wrong that should not have ({type(error).__name__})", error)
