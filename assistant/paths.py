"""Where Inkling keeps things: the one place that knows, for every client.

``INKLING_VAULT`` names the vault's folder itself, ``INKLING_HOME`` the folder of everything; without either it is the
operating system's usual place for an application's data. Nothing is created here.
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

VAULT_VARIABLE = "INKLING_VAULT"
HOME_VARIABLE = "INKLING_HOME"


def home() -> Path:
    """The folder of everything Inkling keeps."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen).expanduser() if chosen else user_data_path("inkling", appauthor=False)


def vault_folder(chosen: Path | str | None = None) -> Path:
    """The vault's folder: ``chosen`` if given, else ``INKLING_VAULT``, else ``vault`` in :func:`home`."""
    named = chosen or os.environ.get(VAULT_VARIABLE)
    return Path(named).expanduser() if named else home() / "vault"
