"""Recovery codes: 140 random bits that a person can write on paper and type back.

Seven groups of five characters in Crockford's base 32, which has no I, L, O or U. The surprising decision: each group
carries its own check character, computed over its position too, so that a slip of the pen is told apart from a code
that belongs to another vault, and the message can say which group to look at.
"""

from __future__ import annotations

import secrets
import unicodedata

from memory.errors import InvalidInputError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS = 7
GROUP_LENGTH = 5  # four random characters and their check
LENGTH = GROUPS * GROUP_LENGTH
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def generate() -> str:
    """A new code such as ``7K3QX-...`` from the operating system's randomness: 28 free characters, 140 bits."""
    return spell(["".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH - 1)) for _ in range(GROUPS)])


def spell(groups: list[str]) -> str:
    """The code whose free characters are ``groups``, each with its check character added."""
    return "-".join(group + _check(position, group) for position, group in enumerate(groups))


def normalise(code: str) -> bytes:
    """The bytes that are hashed for ``code``, however it was typed: case, blanks, dashes, O for 0, I or L for 1.

    Raises InvalidInputError naming the group that looks wrong; the message never repeats what was typed.
    """
    if not isinstance(code, str):
        raise InvalidInputError("the recovery code must be text")
    characters = "".join(filter(_counts, unicodedata.normalize("NFKC", code))).upper().translate(READ_AS)
    if len(characters) != LENGTH:
        raise InvalidInputError(
            f"a recovery code has {GROUPS} groups of {GROUP_LENGTH} characters, {LENGTH} in all;"
            f" this one has {len(characters)}{_odd_groups(code)}"
        )
    wrong = [str(position + 1) for position in range(GROUPS) if not _is_right(position, characters)]
    if wrong:
        raise InvalidInputError(f"the recovery code has a typing mistake: look at {_named(wrong)}")
    return characters.encode()


def _check(position: int, group: str) -> str:
    from stdnum.iso7064 import mod_37_36  # noqa: PLC0415 - a vault is opened far more often than a code is read

    return str(mod_37_36.calc_check_digit(ALPHABET[position] + group, ALPHABET))


def _is_right(position: int, characters: str) -> bool:
    group = characters[position * GROUP_LENGTH : (position + 1) * GROUP_LENGTH]
    return set(group) <= set(ALPHABET) and _check(position, group[:-1]) == group[-1]


def _counts(character: str) -> bool:
    return not (
        character.isspace() or unicodedata.category(character) in {"Pd", "Pc", "Cf", "Cc"} or character in ".,:;"
    )


def _odd_groups(code: str) -> str:
    """Where the code was typed in seven groups, a hint which of them have the wrong length."""
    groups = "".join(c if _counts(c) else " " for c in unicodedata.normalize("NFKC", code)).split()
    odd = [str(position + 1) for position, group in enumerate(groups) if len(group) != GROUP_LENGTH]
    return f": look at {_named(odd)}" if len(groups) == GROUPS and odd else ""


def _named(groups: list[str]) -> str:
    return f"group {groups[0]}" if len(groups) == 1 else f"groups {', '.join(groups)}"
