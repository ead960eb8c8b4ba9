"""Models as ``model list`` and ``model bench`` show them: in words, and as JSON.

What suits a machine is told from its memory alone, so the list says nothing of speed; that is what bench is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.cli.terminal import answer, bold, dim, note, size
from assistant.cli.text import one_line
from assistant.paths import models

if TYPE_CHECKING:
    from assistant.llm.bench import Measured
    from assistant.llm.catalogue import Listed, Suits
    from assistant.llm.chosen import ChosenModel

_SUITS: dict[Suits, str] = {
    "well": "suits this machine",
    "barely": "takes most of its memory",
    "no": "too large for it",
}


def listing(in_use: ChosenModel | None) -> dict[str, Any]:
    """The models of the list and the others that are here, of which one may be in use."""
    from assistant.llm import catalogue, pinning  # noqa: PLC0415

    machine, chosen = pinning.machine_bytes(), in_use.path if in_use else None
    first = catalogue.suggested(machine)
    rows = [_row(one, machine, chosen) | {"suggested": one is first} for one in catalogue.CATALOGUE]
    known = {one.file for one in catalogue.CATALOGUE}
    others = [
        {"name": path.name, "bytes": path.stat().st_size, "in_use": chosen == str(path)}
        for path in sorted(models().glob("*.gguf"))
        if path.name not in known
    ]
    return {"models": rows, "others": others, "in_use": chosen, "machine_bytes": machine}


def show_listing(found: dict[str, Any]) -> None:
    """Print what ``listing`` found."""
    for row in found["models"]:
        _show_row(row)
    for other in found["others"]:
        used = ", in use" if other["in_use"] else ""
        answer(f"{bold(one_line(other['name']))}  {size(other['bytes'])}  {dim('fetched or put there by you' + used)}")
    chosen = found["in_use"]
    if chosen and not any(row["in_use"] for row in found["models"] + found["others"]):
        answer(f"{bold('in use')}  {one_line(chosen)}")
    note(f"This machine has {size(found['machine_bytes'])} of memory. Models that are fetched lie in {models()}")


def measured(found: Measured) -> dict[str, Any]:
    """The figures as a JSON object."""
    return {
        "name": found.name,
        "read_tokens_per_second": found.read_per_second,
        "written_tokens_per_second": found.written_per_second,
        "load_seconds": found.load_seconds,
        "first_word_seconds": found.first.first_seconds,
        "first_word_seconds_cached": found.second.first_seconds,
        "prompt_tokens": found.first.prompt_tokens,
        "prompt_work_ratio": found.prompt_work_ratio,
        "messages_per_minute": found.messages_per_minute,
        "memory_bytes": found.memory_bytes,
    }


def show_measured(found: Measured) -> None:
    """Print the figures."""
    minute = found.messages_per_minute
    first, second = found.first.first_seconds, found.second.first_seconds
    answer(f"{bold('model')}       {one_line(found.name)}, loaded in {found.load_seconds:.1f} s")
    answer(f"{bold('reads')}       {found.read_per_second:,.0f} tokens a second")
    answer(f"{bold('writes')}      {found.written_per_second:,.1f} tokens a second")
    answer(f"{bold('first word')}  after {first:.1f} s, {second:.1f} s once its instructions are read")
    if found.memory_bytes:
        answer(f"{bold('memory')}      {size(found.memory_bytes)}")
    answer(f"{bold('that is')}     about {minute:,.0f} messages a minute, {60 * minute:,.0f} an hour")


def _row(one: Listed, machine: int, chosen: str | None) -> dict[str, Any]:
    from assistant.llm import catalogue  # noqa: PLC0415

    path = models() / one.file
    return {
        "name": one.name,
        "place": one.place,
        "parameters": one.parameters,
        "download_bytes": one.download_bytes,
        "memory_bytes": one.memory_bytes,
        "licence": one.licence,
        "good_for": one.good_for,
        "projector": one.projector,
        "suits": catalogue.suits(one.memory_bytes, machine),
        "pulled": path.exists(),
        "in_use": chosen == str(path),
    }


def _show_row(row: dict[str, Any]) -> None:
    here = [
        "in use" if row["in_use"] else "fetched" if row["pulled"] else "",
        "a good start" if row["suggested"] else "",
    ]
    marks = ", ".join([_SUITS[row["suits"]], *filter(None, here)])
    takes = f"fetching about {size(row['download_bytes'])}, memory about {size(row['memory_bytes'])}"
    answer(f"{bold(row['name'])}  {row['parameters']} parameters, {takes}; {marks}")
    answer(dim(f"  {row['good_for']}. {row['licence']}. {row['place']}"))
