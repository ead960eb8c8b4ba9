"""The closed set of time expressions, as patterns: what `times` may resolve, the longest expressions first.

Every pattern names its parts alike: ``prep`` the preposition, ``wd`` a weekday, ``dom`` a day of the month, ``mon`` a
month, ``year``, ``rel`` this, next or last, ``n`` and ``unit`` a count of days, weeks, months or years.
"""

from __future__ import annotations

import re

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12,
}  # fmt: skip

_SHORT_DAYS = "mon|tue|wed|thu|fri|sat|sun"
_DAY = rf"(?P<wd>{_SHORT_DAYS})(?:s|nes|rs|ur|urs)?(?:day)?"
_MONTH = (
    r"(?P<mon>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_NUMBER = r"(?P<dom>[0-3]?\d)"
_ORDINAL = rf"{_NUMBER}(?:st|nd|rd|th)"
_DOM = rf"{_NUMBER}(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_COUNT = rf"(?P<n>\d{{1,3}}|{'|'.join(COUNTS)}|a couple of|a few)"
_UNIT = r"(?P<unit>day|week|month|year)s?"
_ANY = r"(?:(?P<prep>on|in|by|until|since|from|before|after|for|at|this|due)\s+)?(?:the\s+)?"
_IN = r"(?:(?P<prep>in|by|until|since|from|before|after|for)\s+)?"
_ON = r"(?:(?P<prep>on|by|until|since|from|before|after)\s+)?"
_AT = r"(?:(?P<prep>on|by|until|since|from|before|after|for|at|over)\s+)?"
_REL = r"(?P<rel>next|last|this|coming)"
_NOT_A_COUNT = r"(?!\w|[:%£$€]|\s*(?:am|pm|years?|kg|km))"
_NOT_A_RANK = r"(?!\s+(?:floor|birthday|time|year|place|grade))"
_STANDS_ALONE = r"(?!\w|\s+(?!(?:of the month|at|in|and|for|with|if|because|when|to)\b)\w)"
_NOT_A_SPAN = rf"(?![a-z])(?!\s*(?:-|–|to|and|&|or)\s*(?:{_SHORT_DAYS}))"
_PART = r"(?P<part>\s+(?:morning|afternoon|evening|night))?"

_RAW = {
    "iso": rf"\b{_ANY}{_YEAR}-(?P<mm>\d\d)-(?P<dd>\d\d)\b",
    "day_month": rf"\b{_ANY}(?:{_DAY},?\s+)?{_DOM}\s+(?:of\s+)?{_MONTH}\b(?:,?\s+{_YEAR}\b)?",
    "month_day": rf"\b{_ANY}(?:{_DAY},?\s+)?{_MONTH}\s+{_DOM}{_NOT_A_COUNT}(?:,?\s+{_YEAR}\b)?",
    "of_month": rf"\b{_ANY}{_ORDINAL}\s+(?:of\s+)?(?P<rel>this|next|last)\s+month\b",
    "weekday_dom": rf"\b{_ANY}{_DAY}\s+(?:the\s+)?{_ORDINAL}{_NOT_A_RANK}",
    "dom": rf"\b(?P<prep>on|by|until|since|from|before|after|is)\s+the\s+{_ORDINAL}{_STANDS_ALONE}",
    "end_of": (
        r"\b(?:(?P<prep>by|until|at|before)\s+)?(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?"
        r"(?P<rel>(?:next )?(?:month|year|week))\b"
    ),
    "month_year": rf"\b{_IN}{_MONTH}\s+(?:of\s+)?{_YEAR}\b",
    "month_rel": rf"\b{_IN}(?P<rel>next|last|this)\s+{_MONTH}\b",
    "month": (
        r"\b(?P<prep>in|by|until|since|from|before|after|for|late|early|mid)[\s-]+"
        rf"(?:the\s+(?:end|start|beginning|middle)\s+of\s+)?{_MONTH}\b(?!['’])"
    ),
    "near": (
        r"\b(?P<near>(?:the )?day after tomorrow|the day before yesterday|this (?:morning|afternoon|evening)"
        rf"|tomorrow|today|tonight|yesterday|last night){_PART}\b"
    ),
    "week_rel": rf"\b{_IN}(?:the\s+)?{_REL}\s+(?P<unit>weekend|week|month|year)\b",
    "weekday_rel": rf"\b{_ON}{_REL}\s+{_DAY}(?![a-z])",
    "ago": rf"\b{_COUNT}\s+{_UNIT}\s+ago\b",
    "in_units": rf"\bin\s+{_COUNT}\s+{_UNIT}(?:['’]?\s+time)?\b",
    "holiday": rf"\b{_AT}(?P<hol>christmas eve|christmas|xmas|new year['’]?s eve|halloween)(?:\s+day)?\b",
    "weekday": rf"\b(?P<prep>on|by|until|since|from|before|after|till)\s+{_DAY}{_NOT_A_SPAN}",
    "weekday_end": rf"(?<=[a-z] )(?<!and )(?<!or )(?<!to )(?<!the )(?<!a ){_DAY}(?=\.?$)",
}

PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _RAW.items())
