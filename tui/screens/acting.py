"""What can be done to the item in view: the same keys, names and consequences wherever an item is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Generic

from textual.binding import Binding, BindingType
from textual.message import Message

from tui import consequences
from tui.calls import AssistantScreen, Closing
from tui.screens.dialogs import ForgetChoice, ForgetDialog, SentenceDialog, YesNoDialog

if TYPE_CHECKING:
    from memory.records import Proposition

_ON_PROPOSITIONS = {"confirm", "reject", "edit", "pin"}


class Changed(Message):
    """The vault was changed by the user; ``said`` tells them how."""

    def __init__(self, said: str, gone: str | None = None) -> None:
        super().__init__()
        self.said = said
        self.gone = gone


class ActingScreen(AssistantScreen[Closing], Generic[Closing]):
    """A screen with an item in view: ``subject`` if it is a proposition, ``subject_id`` in any case."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "confirm", "Confirm", tooltip="Say that it is so"),
        Binding("x", "reject", "Reject", tooltip="Say that it is not so, for good"),
        Binding("e", "edit", "Edit", tooltip="Put it in your own words"),
        Binding("p", "pin", "Pin", tooltip="Keep it on top, as it is; again lets it go"),
        Binding("d,delete", "forget", "Forget", tooltip="Delete it for good, after a preview"),
        Binding("u", "allow", "Use this class", show=False, tooltip="Use what is set aside"),
    ]

    _offered: tuple[bool, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self._unsaved: dict[tuple[str, str | None], str] = {}

    @property
    def subject(self) -> Proposition | None:
        """The proposition in view."""
        return None

    @property
    def subject_id(self) -> str | None:
        """The item in view, whatever it is."""
        return None

    def everything(self) -> list[Proposition]:
        """All propositions at hand, to see what else a deletion reaches."""
        return []

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Grey out what cannot be done to the item in view."""
        if action in _ON_PROPOSITIONS:
            return True if self.subject is not None else None
        if action == "forget":
            return True if self.subject_id is not None else None
        if action == "allow":
            return self.subject is not None and self.subject.status == "quarantined"
        return True

    def subject_changed(self) -> None:
        """Offer other keys, if another item in view has others: drawing the footer anew is slow for a key press."""
        held = self.subject
        offer = (self.subject_id is not None, held is not None, held is not None and held.status == "quarantined")
        if offer != self._offered:
            self._offered = offer
            self.refresh_bindings()

    def change(self, doing: str, verb: Callable[[], object], said: str, gone: str | None = None) -> None:
        """Do something that changes the vault, then say what was done."""
        self.call(doing, verb, lambda _: Changed(said, gone))

    def take_words(
        self, doing: str, verb: Callable[[str], object], said: str, asked: tuple[str, str], item: str | None = None
    ) -> None:
        """Ask for a sentence, by a title and a text to begin with, and do something with it.

        Words that could not be saved are there again the next time.
        """
        key = (doing, item)

        def saved(_: object) -> Changed:
            self._unsaved.pop(key, None)
            return Changed(said)

        def save(text: str | None) -> None:
            if text is not None:
                self._unsaved[key] = text
                self.call(doing, lambda: verb(text), saved)

        self.app.push_screen(SentenceDialog(*asked, self._unsaved.get(key)), save)

    def action_confirm(self) -> None:
        """The user says it is so."""
        if (held := self.subject) is not None:
            assistant, held_id = self.assistant, held.id
            self.change("confirm", lambda: assistant.confirm(held_id), "Confirmed. Your word outranks any inference.")

    def action_reject(self) -> None:
        """The user says it is not so."""
        if (held := self.subject) is not None:
            assistant, held_id = self.assistant, held.id
            self.change(
                "reject", lambda: assistant.reject(held_id), "Rejected. It will not be believed again.", held_id
            )

    def action_pin(self) -> None:
        """Pin, or unpin."""
        if (held := self.subject) is not None:
            assistant, held_id, pinned = self.assistant, held.id, not held.pinned
            self.change("pin", lambda: assistant.pin(held_id, pinned), "Pinned." if pinned else "No longer pinned.")

    def action_edit(self) -> None:
        """Let the user put it in their own words."""
        if (held := self.subject) is None:
            return
        assistant, held_id = self.assistant, held.id
        verb = lambda text: assistant.edit(held_id, text=text)  # noqa: E731
        self.take_words("edit", verb, "Saved in your words.", ("In your own words", held.text), held_id)

    def action_allow(self) -> None:
        """Ask whether a sensitive class may be used."""
        if (held := self.subject) is None or (sensitivity := held.sensitivity) is None:
            return
        assistant = self.assistant

        def allow(yes: bool | None) -> None:
            if yes:
                verb = lambda: assistant.allow(sensitivity)  # noqa: E731 - one call, handed to a thread
                self.change("allow", verb, f"Facts about {sensitivity} are used from now on.")

        question = f"All that is set aside as {sensitivity} would be used in recall and answers. You can undo it."
        self.app.push_screen(YesNoDialog(f"Use facts about {sensitivity}?", question, "Use them", "Leave them"), allow)

    def action_forget(self) -> None:
        """Say what would go, and if the user still wants it, delete it."""
        if (held := self.subject) is not None:
            reach = consequences.of_forgetting(held, self.everything())
            self.app.push_screen(ForgetDialog(held, reach), self._forget_proposition(held.id))
        elif (message := self.subject_id) is not None:
            text = "The message goes, and every proposition that rests on it alone. It will not come back."
            dialog = YesNoDialog("Forget this message for good?", text, "Forget", "Keep")
            self.app.push_screen(dialog, self._forget_message(message))

    def _forget_proposition(self, id: str) -> Callable[[ForgetChoice | None], None]:  # noqa: A002
        assistant = self.assistant

        def forget(choice: ForgetChoice | None) -> None:
            if choice in ("alone", "with evidence"):
                wide = choice == "with evidence"
                self.change("forget", lambda: assistant.forget(id, with_evidence=wide), "Forgotten for good.", id)

        return forget

    def _forget_message(self, id: str) -> Callable[[bool | None], None]:  # noqa: A002
        assistant = self.assistant

        def forget(yes: bool | None) -> None:
            if yes:
                self.change("forget", lambda: assistant.forget(id), "Forgotten for good.", id)

        return forget
