"""Everything that can go wrong, named by what the user can do about it.

    InklingError
    ├── InvalidInputError            something given makes no sense                     exit 2
    ├── NotFoundError                no item with that id                               exit 3
    ├── VaultMissingError            no vault there: create one                         exit 10
    ├── VaultExistsError             a vault is there already                           exit 11
    ├── WrongPassphraseError         try again, or use the recovery code                exit 12
    ├── VaultDamagedError            truncated or altered: restore a copy               exit 13
    ├── VaultTooNewError             written by a later Inkling: upgrade                exit 14
    ├── VaultLockedError             another process holds it: close that               exit 15
    ├── StorageReadOnlyError         no permission to write                             exit 16
    ├── StorageFullError             free some space                                    exit 17
    ├── MissingPartError             an extension or package is absent: reinstall       exit 18
    │   └── ModelMissingError        a model file is absent or altered
    ├── ModelFailedError             the language model broke or lacks memory            exit 19
    │   └── ModelStoppedError        it was stopped before it had finished
    ├── UnreadableExportError        the file is not an export Inkling knows            exit 20
    │   └── OwnerUnknownError        who is "me" in this export? say so with --me       exit 21
    ├── UnsupportedDesktopError      this desktop cannot be observed: see why           exit 30
    ├── DisplayGoneError             the display went away                              exit 31
    ├── OcrFailedError               the OCR engine broke                               exit 32
    ├── EngineUnreachableError       the engine does not answer: start it again         exit 40
    └── EngineMismatchError          the engine is of another version: restart it       exit 41

A message says what happened, where, and what to try. It never contains observed text, keys or passphrases.
"""

from __future__ import annotations


class InklingError(Exception):
    """Base of every error Inkling raises on purpose. ``exit_code`` is the command line's exit status for it."""

    exit_code = 1


class InvalidInputError(InklingError, ValueError):
    """Something given to the API makes no sense."""

    exit_code = 2


class NotFoundError(InklingError):
    """There is no item with that id."""

    exit_code = 3


class VaultMissingError(InklingError):
    """There is no vault in that folder."""

    exit_code = 10


class VaultExistsError(InklingError):
    """A vault is in that folder already."""

    exit_code = 11


class WrongPassphraseError(InklingError):
    """The passphrase or recovery code does not open the vault."""

    exit_code = 12


class VaultDamagedError(InklingError):
    """The vault's files are truncated, altered or do not belong together."""

    exit_code = 13


class VaultTooNewError(InklingError):
    """The vault was written by a later version of Inkling."""

    exit_code = 14


class VaultLockedError(InklingError):
    """Another process holds the vault."""

    exit_code = 15


class StorageReadOnlyError(InklingError):
    """The vault cannot be written to."""

    exit_code = 16


class StorageFullError(InklingError):
    """The disk is full; what was being written has been rolled back."""

    exit_code = 17


class MissingPartError(InklingError):
    """A library, an extension or a model file that is needed is absent, or not the one expected."""

    exit_code = 18


class ModelMissingError(MissingPartError):
    """A model file is absent or not the one expected."""


class ModelFailedError(InklingError):
    """The language model broke, ran out of memory or was given more than it can read; nothing was changed."""

    exit_code = 19


class ModelStoppedError(ModelFailedError):
    """The language model was stopped before it had finished, for something more urgent or because nobody waits."""


class UnreadableExportError(InklingError):
    """The file is no chat export Inkling knows, or cannot be read at all."""

    exit_code = 20


class OwnerUnknownError(UnreadableExportError):
    """The export does not say which speaker is the user. ``speakers`` lists the candidates, most frequent first."""

    exit_code = 21

    def __init__(self, message: str, speakers: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.speakers = speakers


class UnsupportedDesktopError(InklingError):
    """Windows of this desktop cannot be told apart, so nothing on it may be captured."""

    exit_code = 30


class DisplayGoneError(InklingError):
    """There is no display, or it went away."""

    exit_code = 31


class OcrFailedError(InklingError):
    """The OCR engine broke while reading an image."""

    exit_code = 32


class EngineUnreachableError(InklingError):
    """The engine is not running, or does not answer."""

    exit_code = 40


class EngineMismatchError(InklingError):
    """The running engine is of another version than the client."""

    exit_code = 41
