"""Whether a text is English, by its commonest words: rules for English must not touch anything else."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENGLISH = frozenset(
    "the a an and or but of to in on at for with from by is are was were be been am i i'm im "
    "i've ive i'll i'd my me we our you your u ur "
    "it it's its this that these those not no yes yeah don't dont can can't cant will would "
    "have has had do does did just "
    "so if when what how why who where which there they he she his her them all any some more "
    "than then as about up out "
    "get got need want like know think going gonna really too still now today tomorrow after "
    "before since until only "
    "one two new one's off ok okay please thanks thank lol never always because also don't "
    "didn't isn't he's she's".split()
)
_OTHER = (
    frozenset(
        "der die das und ist nicht ich ein eine einen mit auf für von zu im den dem wir aber auch "
        "noch schon bin hab habe mal "
        "le la les des est une pas je tu et que qui dans pour sur avec mais suis ai c'est j'ai de du au "
        "el los las es una no por para con pero que yo mi muy ya estoy tengo del se lo si "
        "o os um uma não eu para com mas meu minha que é tá vou já da do em "
        "il di che non sono una per con ma mi ho è un e gli "
        "het een niet ik van en op met voor maar ook nog wel dat zijn ben heb "
        "og jeg ikke det er en til på med som men har vi jag inte är att och "
        "nie na jest się to że jak ale mam po tak do w z "
        "bir ve bu da ne için ama çok ben değil "
        "ang ng sa na ako ko mo ka si yung lang naman po "
        "na ya wa ni kwa ku ndio sawa niko ja on ei se että minä".split()
    )
    - _ENGLISH
)


def is_english(text: str) -> bool:
    """True where English function words are seen and no other language's outweigh them; short plain text passes."""
    found = [word.lower().replace("’", "'") for word in _WORD.findall(text[:2000])]
    if not found:
        return False
    english = sum(word in _ENGLISH for word in found)
    other = sum(word in _OTHER for word in found)
    foreign = sum(not word.isascii() for word in found)
    if other + foreign > english:
        return False
    return english > 0 or len(found) <= 6


def is_function_word(word: str) -> bool:
    """Whether ``word`` is one of the commonest English words, and so no name."""
    return word.lower().replace("’", "'") in _ENGLISH
