"""A vault with a language model that says what it is told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeModel

from assistant import Assistant


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, assistant: Assistant) -> Iterator[FakeModel]:
    """The vault's model. Every reply that was queued must have been asked for."""
    fake = FakeModel()
    monkeypatch.setattr(assistant._host, "model", lambda: fake)
    yield fake
    assert fake.left == 0


@pytest.fixture
def everything(assistant: Assistant, tmp_path: Path) -> Callable[[], Any]:
    """What the store holds, to be compared."""
    return lambda: (
        assistant.export(tmp_path / "all.json", include_quarantined=True),
        (tmp_path / "all.json").read_text(),
    )
