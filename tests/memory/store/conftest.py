"""A store in a folder of the test's own, and the same one opened a second time as another process would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from stores import KEY

from memory.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inkling.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path, KEY, create=True) as opened:
        yield opened


@pytest.fixture
def reopen(store: Store, path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the store of the test once more, on a connection of its own."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Store(path, KEY))
