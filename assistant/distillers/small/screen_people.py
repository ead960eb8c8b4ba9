"""Who sits at the screen: names in greetings, on forms and beside "(you)", and a date of birth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.distillers.small.sentences import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.distillers.small.candidate import Writer
    from assistant.distillers.small.page import Line

Found = tuple[str, Span, "Writer", str]  # text, quote, writer, form

_GREETING = re.compile(
    r"^(?:✓\s*)?(?:hi|hello|welcome(?: back)?|hey|good (?:morning|afternoon|evening)|bonjour|"
    r"guten (?:tag|morgen|abend)|hallo|hola|ol[áa]|ciao|dzień dobry|cześć|hej|thank you(?: for "
    r"\w+)?|thanks(?: for \w+)?|signed in as|logged in as|willkommen|bienvenue|bienvenid[oa]|"
    r"dear)[,:!]?\s+"
    r"(?P<name>(?:(?:mr|mrs|ms|miss|dr|frau|herr)\.? )?[A-ZÀ-ÞŁŚŻŹĆ][\w'’.-]+(?: [A-ZÀ-ÞŁŚŻŹĆ][\w'’.-]*){0,2})"
    r"\s*(?:[!,.]|$)",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"\b(?:deliver(?:ing)? to|ship(?:ping)? to|dispatch to|order for|passengers?|name|account "
    r"holder|patient|member|cardholder|traveller|guest|logged in as|signed in as|employee|student|"
    r"ticket holder|attendee|policyholder|booked by|author|by)(?:\s*[:—–-]\s*|\s{1,3})"
    r"(?P<name>(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? )?[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’.-]*){1,2})\b(?!\s*(?:,|"
    r"and|&)\s*[A-Z][a-z]+ [A-Z])",
    re.IGNORECASE,
)
_TITLED = re.compile(r"^(?P<name>(?:Mr|Mrs|Ms|Miss|Mx)\.? [A-ZÀ-Þ][\w'’.-]*(?: [A-ZÀ-Þ][\w'’-]+){0,2})$")
_FULL_NAME = r"[A-ZÀ-ÞŁŚŻŹĆ][\w'’-]+(?: [A-ZÀ-ÞŁŚŻŹĆ][\w'’.-]*){0,2}"
_MARKED_SELF = re.compile(rf"(?P<name>{_FULL_NAME})\s*\((?:me|you|ich|moi)\)")
_OWNED_BY = re.compile(rf"(?:(?i:made for|user\.name\s*=|welcome back,?)\s*)(?P<name>{_FULL_NAME})")
_BORN = re.compile(
    r"^(?:date of birth|dob|born|birth ?date)\s*[:—–-]?\s*"
    r"(?P<day>\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8},? (?:19|20)\d\d"
    r"|[A-Z][a-z]{2,8} \d{1,2},? (?:19|20)\d\d)\s*$",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"\b(?:back|to|the|your|our|all|team|everyone|user|guest|again|name|for|there|sir|madam|"
    r"hiring|panel|customer|parent|member|home|account)\b",
    re.IGNORECASE,
)


_NAMED = (
    (_MARKED_SELF, "marked"),
    (_GREETING, "greeting"),
    (_OWNED_BY, "owner"),
    (_LABELLED, "label"),
    (_TITLED, "titled"),
)


def born(line: Line) -> Iterator[Found]:
    """A date of birth in a form."""
    match = _BORN.match(re.sub(r"\s{2,}", " ", line.text))
    if match:
        yield f"The user was born on {match['day']}.", line.span, "screen-field", "born"


def names(line: Line) -> Iterator[Found]:
    """The user's name, where a cell of the line greets, labels or marks them."""
    for cell in line.cells():
        for pattern, form in _NAMED:
            match = pattern.search(cell.text)
            if match and not _NOT_A_NAME.search(match["name"]) and match["name"][0].isupper():
                name = re.sub(r"^(?:Mr|Mrs|Ms|Miss|Mx)\.? ", "", match["name"]).strip(" .,")
                name = name.title() if name.isupper() else name
                if len(name) > 2:
                    yield (
                        f"The user's name is {name}.",
                        Span(match["name"], cell.start + match.start("name")),
                        "screen-name",
                        form,
                    )
                break
