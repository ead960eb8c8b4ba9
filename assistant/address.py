"""From "The user drives a Yaris." to "You drive a Yaris.", only where that is certain to be right."""

from __future__ import annotations

import re

_SUBJECT = re.compile(
    r"^The user ((?:(?:also|often|usually|always|never|sometimes|now|no longer|currently|really) )*)(\w+(?:['’]t)?)"
)
_OTHER_PERSON = re.compile(
    r"\b(?:he|she|they|his|her|hers|their|theirs|him|them|himself|herself|themselves)\b", re.IGNORECASE
)
_SECOND_VERB = re.compile(r"\b(?:and|or|but|who) (?:\w+ly )?\w+s\b")
_IRREGULAR = {
    "is": "are", "was": "were", "has": "have", "does": "do", "goes": "go", "aches": "ache", "caches": "cache",
    "focuses": "focus", "isn't": "aren't", "wasn't": "weren't", "hasn't": "haven't", "doesn't": "don't",
}  # fmt: skip
_UNCHANGED = frozenset("always perhaps".split())


def to_you(text: str) -> str:
    """``text`` addressed to the user, or unchanged where a pronoun or a second verb makes that unsafe."""
    if _OTHER_PERSON.search(text):
        return text
    turned = text
    if text.startswith("The user's "):
        turned = "Your " + text[len("The user's ") :]
    elif (found := _SUBJECT.match(text)) and not _SECOND_VERB.search(text):
        turned = f"You {found[1]}{_second_person(found[2])}{text[found.end() :]}"
    turned = turned.replace(" the user's ", " your ")
    return text if "the user" in turned.lower() else turned


def _second_person(verb: str) -> str:
    """The form after "you" of a verb in the form after "the user"; past tenses and modals stay as they are."""
    if (plain := verb.replace("’", "'")) in _IRREGULAR:
        return _IRREGULAR[plain]
    if not verb.endswith("s") or verb.endswith("ss") or verb in _UNCHANGED:
        return verb
    if verb.endswith("ies") and len(verb) > 4:  # not dies, lies, ties
        return verb[:-3] + "y"
    return verb[:-2] if re.search(r"(?:ss|sh|ch|x|zz|o)es$", verb) else verb[:-1]
