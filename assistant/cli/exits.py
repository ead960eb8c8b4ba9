"""Exit statuses: the ones errors carry, and the few the command line adds. ``--help`` and the docs look here."""

from __future__ import annotations

from collections.abc import Iterator

from memory.errors import InklingError

OK = 0
OTHER = 1  # also what click returns for a closed pipe
INTERNAL = 70  # sysexits.h EX_SOFTWARE: a defect of Inkling's
STOPPED = 130  # as a shell reports SIGINT

_OWN = {
    OK: "It went well. A question that memory cannot answer is no failure.",
    2: "The command line, or something given to it, makes no sense.",
    21: "The export does not say which speaker is the user; name them with --me.",
    OTHER: "Something else went wrong, the user declined, or what read the output went away.",
    INTERNAL: "A defect of Inkling's; INKLING_DEBUG=1 shows where.",
    STOPPED: "Stopped with Ctrl-C; what was stored is kept.",
}


def meanings() -> list[tuple[int, str]]:
    """Every exit status with what it means, in order."""
    found = dict(_OWN)
    for kind in _descendants(InklingError):
        found.setdefault(kind.exit_code, (kind.__doc__ or "").partition("\n")[0])
    return sorted(found.items())


def _descendants(kind: type[InklingError]) -> Iterator[type[InklingError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)
