"""Password fields that hide what is in them: rows of dots that OCR may well read as letters.

A row of bullets goes wherever it stands. Beside or below a word such as "Password" goes whatever is only one or two
marks repeated ("oooooo", "......."), and what has such a row in it, as a field shows that uncovers its last letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from observers.screen.ocr.line import Line

_MARKS = r"[•●∙⋅·⬤○◦*✱＊⚫•]"
_ROW = re.compile(rf"^\W*{_MARKS}(?:\s*{_MARKS}){{2,}}\W*$")
_IN_IT = re.compile(rf"(?:{_MARKS}\s*){{3,}}")
_LABEL = re.compile(
    r"\b(?:pass ?word|pass ?phrase|pass ?code|pin|secret|token|api key|kennwort|passwort|mot de passe|contrase[nñ]a"
    r"|senha|palavra-passe|hasło|wachtwoord|lösenord|passord|adgangskode|salasana|heslo|jelszó|parola|пароль)\b"
    r"|パスワード|密码|密碼|비밀번호|暗証番号",
    re.IGNORECASE,
)


def without_masked(lines: Sequence[Line]) -> list[Line]:
    """The lines that are no masked field; a label keeps its words and loses the dots after them."""
    labels = [line for line in lines if _LABEL.search(line.text)]
    kept = []
    for line in lines:
        if _ROW.match(line.text) or (_beside(line, labels) and _is_hidden(line.text)):
            continue
        if line in labels and _IN_IT.search(line.text):
            label = _IN_IT.split(line.text)[0].rstrip(" :|")
            if label:
                kept.append(Line(label, line.rect, line.confidence))
            continue
        kept.append(line)
    return kept


def _is_hidden(text: str) -> bool:
    letters = "".join(text.split())
    return (len(letters) >= 4 and len(set(letters.casefold())) <= 2) or _IN_IT.search(text) is not None


def _beside(line: Line, labels: Sequence[Line]) -> bool:
    """Whether a line stands right of a label or just below it."""
    return any(_is_beside(line, label) for label in labels if label is not line)


def _is_beside(line: Line, label: Line) -> bool:
    high = max(line.rect.height, label.rect.height)
    if abs(line.rect.top - label.rect.top) <= high:
        return line.rect.left >= label.rect.left
    below = 0 < line.rect.top - label.rect.top <= 4 * high
    return below and line.rect.left < label.rect.right and line.rect.right > label.rect.left
