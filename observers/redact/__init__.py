"""Redaction: secrets are taken out of a text before anything is written.

`redact` takes one text and the few before it in its thread, `redact_turns` several in a row, `redact_screen` the pieces
of a window as OCR read them. What was removed is replaced by a mark such as ``[password removed]`` and counted by kind;
the secret itself is never kept.

The detectors are this package's own: detect-secrets, the library for the job in source trees, reads files line by
line, requires requests and PyYAML, and knows nothing of what people say in one message and answer in the next, nor of
cards, IBANs, one-time codes and identity numbers. Check digits are python-stdnum's.
"""

from observers.redact.screen import SCREEN_LOOK_BACK, redact_screen
from observers.redact.spans import SECRET_KINDS, Redacted, SecretKind
from observers.redact.thread import LOOK_BACK, redact, redact_turns

__all__ = [
    "LOOK_BACK",
    "SCREEN_LOOK_BACK",
    "SECRET_KINDS",
    "Redacted",
    "SecretKind",
    "redact",
    "redact_screen",
    "redact_turns",
]
