"""How fast a chat export goes in, how much memory that takes, and whether a kill loses or doubles anything.

    python benchmarks/import_chat.py [--messages 100000] [--no-embedding]     a Telegram account of invented chats
    python benchmarks/import_chat.py --size-gb 1 --no-embedding               a ChatGPT export of that size
    python benchmarks/import_chat.py --messages 20000 --kills 5               SIGKILL in the middle, again and again

The path is the product's: parse, redact, store, index, embed. ``--no-embedding`` gives every text the same vector at
no cost, which is how to see memory and the rest of the path without waiting for the model. ``--parse-only`` reads the
export and stores nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import machine
from messages import chats, write_chatgpt, write_telegram
from taking import PASSPHRASE, OneVector

from assistant import Assistant
from observers.chat import open_export

CHILD = Path(__file__).with_name("taking.py")


def write_export(path: Path, messages: int, size_gb: float | None) -> int:
    """Write the export to read; how many messages it has."""
    with path.open("w", encoding="utf-8") as file:
        if size_gb:
            return write_chatgpt(file, int(size_gb * 1e9))
        write_telegram(file, list(chats(messages)))
        return messages


def child(export: Path, vault: Path, *options: str) -> list[str]:
    """The command that imports in a process of its own."""
    return [sys.executable, str(CHILD), str(export), str(vault), *options]


def finish(command: list[str]) -> dict[str, float]:
    """Run the import to its end; its figures."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def kill_often(command: list[str], kills: int, seconds: float) -> None:
    """Start the import ``kills`` times and kill it each time at a moment of its own within ``seconds``."""
    chance = random.Random(3)
    for _ in range(kills):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(1 + chance.random() * seconds)
        process.kill()
        process.wait()
        print(f"  killed ({'was done already' if process.returncode == 0 else 'in the middle'})", flush=True)


def differences(export: Path, vault: Path, folder: Path) -> str:
    """What the vault holds beside the export: nothing lost, nothing twice, or how much."""
    wanted = {o.stable_key: o.text for o in open_export(export).observations()}
    with Assistant.open(vault, passphrase=PASSPHRASE, embedder=OneVector()) as assistant:
        assistant.export(folder / "held.json", include_quarantined=True)
        damage = assistant.check()
    held = json.loads((folder / "held.json").read_text(encoding="utf-8"))["observations"]
    texts = {one["key"]: one["text"] for one in held}
    lost, altered = wanted.keys() - texts.keys(), sum(text != texts.get(key) for key, text in wanted.items())
    return (
        f"{len(wanted):,} wanted, {len(held):,} held, {len(lost)} lost, {len(held) - len(texts)} double, "
        f"{altered - len(lost)} with another text, store {'sound' if not damage else 'DAMAGED'}"
    )


def report(figures: dict[str, float], size: int) -> None:
    """Print one import's figures."""
    rate, each = figures["messages"] / figures["seconds"], 1000 / figures["messages"]
    rest = figures["seconds"] - figures["embedding seconds"]
    print(f"{figures['messages']:,.0f} messages ({size / 1e6:,.0f} MB) in {figures['seconds']:.0f} s: {rate:,.0f}/s")
    print(
        f"  per message: {figures['embedding seconds'] * each:.2f} ms embedding, {rest * each:.2f} ms everything else"
    )
    print(f"  CPU: {figures['cpu seconds'] * each:.2f} ms per message over all cores")
    print(f"  memory: {figures['MB at a tenth']:.0f} MB after a tenth, {figures['peak MB']:.0f} MB at its peak")
    print(f"  store: {figures['store MB']:.0f} MB, {figures['unembedded']:.0f} without a vector")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--size-gb", type=float, help="write a ChatGPT export of this size instead")
    parser.add_argument("--no-embedding", action="store_true")
    parser.add_argument("--parse-only", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--kill-within", type=float, default=8.0, metavar="SECONDS")
    arguments = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="inkling-benchmark-") as name:
        folder = Path(name)
        export, vault = folder / "export.json", folder / "vault"
        write_export(export, arguments.messages, arguments.size_gb)
        if arguments.parse_only:
            figures = finish(child(export, vault, "--parse-only"))
            print(f"{figures['messages']:,.0f} messages ({export.stat().st_size / 1e6:,.0f} MB) read")
            print(f"  CPU: {figures['cpu seconds']:.0f} s, memory: {figures['peak MB']:.0f} MB at its peak")
            return
        command = child(export, vault, *(["--no-embedding"] if arguments.no_embedding else []))
        kill_often(command, arguments.kills, arguments.kill_within)
        report(finish(command), export.stat().st_size)
        if arguments.kills:
            print("  " + differences(export, vault, folder))


if __name__ == "__main__":
    main()
