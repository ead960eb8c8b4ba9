"""Words of a clause: splitting, undoing contractions and chat spelling, and joining again.

Contractions are undone before anything else looks at a clause ("im" and "I've" become "I am" and "I have"), so the
grammar is written once, for whole words. "'s" stays on its word unless what follows shows that it is a verb.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"['’]\d\ds?\b|\d+(?:[.,:/–-]\d+)*\w*%?|[£$€]\d[\d.,]*\w*|\w+(?:[-'’]\w+)*['’]?|[^\w\s]")
_NO_SPACE_BEFORE = frozenset(",.;:!?)]%…")
_QUOTES = frozenset('"“”')
_NO_SPACE_AFTER = frozenset("([#@/£$€")

_ALWAYS = {
    "i": "I",
    "i'm": "I am", "im": "I am", "i've": "I have", "ive": "I have", "i'll": "I will", "i'd": "I would",
    "we're": "we are", "we've": "we have", "we'll": "we will", "we'd": "we would", "you're": "you are",
    "you've": "you have", "you'll": "you will", "you'd": "you would", "they're": "they are", "they've": "they have",
    "they'll": "they will", "they'd": "they would", "he's": "he is", "she's": "she is", "he'll": "he will",
    "she'll": "she will", "it'll": "it will", "it's": "it is", "that's": "that is", "thats": "that is",
    "there's": "there is", "theres": "there is", "what's": "what is", "who's": "who is", "let's": "let us",
    "don't": "do not", "dont": "do not", "doesn't": "does not", "doesnt": "does not", "didn't": "did not",
    "didnt": "did not", "can't": "cannot", "cant": "cannot", "won't": "will not", "wont": "will not",
    "isn't": "is not", "isnt": "is not", "aren't": "are not", "arent": "are not", "wasn't": "was not",
    "wasnt": "was not", "weren't": "were not", "haven't": "have not", "havent": "have not", "hasn't": "has not",
    "hasnt": "has not", "hadn't": "had not", "hadnt": "had not", "couldn't": "could not", "couldnt": "could not",
    "wouldn't": "would not", "wouldnt": "would not", "shouldn't": "should not", "shouldnt": "should not",
    "mustn't": "must not", "needn't": "need not", "ain't": "am not", "aint": "am not", "gonna": "going to",
    "gotta": "got to", "wanna": "want to", "dunno": "do not know", "hafta": "have to", "tryna": "trying to",
    "finna": "going to", "imma": "I will", "lemme": "let me", "gimme": "give me", "could've": "could have",
    "should've": "should have", "would've": "would have", "kinda": "kind of", "sorta": "sort of",
}  # fmt: skip
_AT_START = {"ill": "I will", "id": "I would"}
_SPELLING = {
    "u": "you", "ur": "your", "r": "are", "n": "and", "w": "with", "&": "and", "bc": "because", "cos": "because",
    "cuz": "because", "coz": "because", "bday": "birthday", "tmrw": "tomorrow", "tmr": "tomorrow",
    "tomoz": "tomorrow", "2moro": "tomorrow", "tomorow": "tomorrow", "tonite": "tonight", "2nite": "tonight",
    "yrs": "years", "yr": "year", "wk": "week", "wks": "weeks", "hrs": "hours", "mins": "minutes", "abt": "about",
    "thru": "through", "gf": "girlfriend", "bf": "boyfriend", "hubby": "husband", "ppl": "people", "rn": "right now",
    "appt": "appointment", "dr": "Dr", "til": "until", "till": "until", "'til": "until", "mon": "Monday",
    "tue": "Tuesday", "tues": "Tuesday", "weds": "Wednesday", "thu": "Thursday", "thur": "Thursday",
    "thurs": "Thursday", "fri": "Friday", "mtg": "meeting", "pls": "please", "plz": "please", "pics": "pictures",
    "gd": "good", "v": "very", "sth": "something", "smth": "something", "alot": "a lot", "prob": "probably",
    "probs": "probably", "defo": "definitely", "def": "definitely", "deffo": "definitely", "wfh": "work from home",
    "bro": "brother", "sis": "sister", "luv": "love", "wud": "would", "cud": "could",
}  # fmt: skip
_VERBAL_S = frozenset(
    "a an the not in on at dead gone off been got just due now still always never from out "
    "up down away here there so "
    "too very really ill sick broken fine ok okay coming called great good bad free closed "
    "open booked allergic".split()
)


_ING_NOUNS = frozenset(
    "wedding meeting building morning evening painting training christening reading opening "
    "housing ceiling spring clothing hearing wedding sibling funding rating".split()
)


def split(clause: str) -> list[str]:
    """Words and punctuation marks of ``clause``, as written."""
    return _WORD.findall(clause)


def plain(clause: str) -> list[str]:
    """Words of ``clause`` with contractions and chat spelling undone; a lone "i" becomes "I"."""
    raw = [word.replace("’", "'") for word in split(clause)]
    out: list[str] = []
    for at, word in enumerate(raw):
        following = raw[at + 1].lower() if at + 1 < len(raw) else ""
        out.extend(_expanded(word, following, out[-1] if out else ""))
    return out


def _expanded(word: str, following: str, before: str) -> list[str]:
    low = word.lower()
    written = _ALWAYS.get(low) or (_AT_START.get(low) if not before else None)
    if written is None and not (len(low) == 1 and word.isupper()):
        written = _SPELLING.get(low)
    if written is not None:
        return written.split()
    if low.endswith("'s") and _is_verbal(following):
        return [word[:-2], "has" if following in {"been", "got"} else "is"]
    return [word[:-3], "are"] if low.endswith("'re") else [word]


def _is_verbal(following: str) -> bool:
    """Whether "'s" before this word is a verb: "the boiler's broken", but "Paul's wedding"."""
    progressive = following.endswith("ing") and len(following) > 5 and following not in _ING_NOUNS
    return progressive or following in _VERBAL_S


def join(words: list[str]) -> str:
    """Words put together again as plain prose."""
    out: list[str] = []
    glue = True
    quoted = False
    for word in words:
        closing = word in _QUOTES and quoted
        if out and not glue and word not in _NO_SPACE_BEFORE and not closing:
            out.append(" ")
        out.append(word)
        quoted = (word in _QUOTES) != quoted
        glue = word in _NO_SPACE_AFTER or (word in _QUOTES and quoted)
    return "".join(out)
