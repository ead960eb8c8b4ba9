"""What somebody means by the name of a model: files of a repository to fetch, or one that is here.

A name of the list, the name of a file that was fetched and a path are all taken, in that order.
"""

from __future__ import annotations

from pathlib import Path

from assistant.cli.terminal import size
from assistant.cli.text import one_line
from assistant.paths import models
from memory.errors import InvalidInputError, ModelMissingError


def wanted(which: str, projector: bool) -> list[tuple[str, str]]:
    """Repositories and files to fetch. Raises InvalidInputError."""
    from assistant.llm import catalogue, pulling  # noqa: PLC0415

    one = catalogue.listed(which)
    if one is not None:
        if projector and not one.projector:
            raise InvalidInputError(f"{one.name} cannot see pictures; leave out --projector")
        return [(one.repo, file) for file in (one.file, one.projector if projector else None) if file]
    if projector:
        raise InvalidInputError("--projector is for models of the list; fetch the mmproj file by its own name")
    place = catalogue.split_place(which)
    if place is None:
        raise InvalidInputError(
            f"{one_line(which)} is not in the list; see inkling model list, or give OWNER/REPO/FILE"
        )
    pulling.expect_name(*place)
    return [place]


def described(which: str) -> str:
    """What is asked about before it is fetched: where it lies, how large it is and under which licence."""
    from assistant.llm import catalogue  # noqa: PLC0415

    one = catalogue.listed(which)
    return f"{one.place} (about {size(one.download_bytes)}; licence: {one.licence})" if one else one_line(which)


def fetched(name: str) -> Path | None:
    """The fetched file of that name, with or without its ending; None if there is none, or it lies elsewhere."""
    from assistant.llm import catalogue  # noqa: PLC0415

    one = catalogue.listed(name)
    for file in (one.file if one else name, f"{name}.gguf"):
        path = models() / file
        if path.parent == models() and path.suffix == ".gguf" and path.is_file():
            return path
    return None


def file_of(which: str) -> Path:
    """The file that a name or path means. Raises ModelMissingError for a model that was not fetched."""
    from assistant.llm import catalogue  # noqa: PLC0415

    if (here := fetched(which)) is not None:
        return here
    if (one := catalogue.listed(which)) is not None and not Path(which).exists():
        raise ModelMissingError(f"{one.name} is not here yet; fetch it with: inkling model pull {one.name}")
    return Path(which).expanduser().absolute()
