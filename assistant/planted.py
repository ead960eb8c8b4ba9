"""Text that speaks to a machine: instructions planted where an assistant will read them.

What is looked for is general: somebody tells an assistant to note something, says it about "the user", or uses the
marks that models are steered with. It is looked for in what the eye sees: invisible letters are taken out, those of
other alphabets that look Latin are read as Latin, and the hidden alphabet of Unicode's tags is spelled out.
"""

from __future__ import annotations

import re
import unicodedata

_ASSISTANTS = (
    r"(?:ai|llm|assistant|agent|model|(?:chat|summary|recall)?-?bot|chatgpt|copilot|gemini|claude|"
    r"ki-assistent(?:en)?|asistente|assistente|ассистент)"
)
_KEEP = (
    r"(?:record|store|save|log|remember|note|mark|assume|conclude|believe|report|describe|treat|list|register|"
    r"memori[sz]e|profile|persist|write down|put (?:on record|down|in your notes)|jot down|keep in mind)"
)
_WHO = (
    r"(?:(?:the |this |your |current )(?:user|reader|recipient|tenant|candidate|customer|account holder|owner|person|"
    r"visitor|traveller|employee|developer|buyer)|user)"
)
_KEEP_ABROAD = (
    r"(?:merken?|merk dir|speicher\w*|notier\w*|recuerd\w*|guarda\w*|anota\w*|retiens|retenez|souviens-toi|"
    r"enregistr\w*|note[zr]?|lembr\w*|guarde|ricorda\w*|memorizza\w*|onthoud\w*|zapamięta\w*|запомни\w*|сохрани\w*|"
    r"hatırla\w*|remember|store|save|record)"
)
_WHO_ABROAD = (
    r"(?:(?:der|die|den|dem) (?:be)?nutzer(?:in)?|(?:el|la) usuari[oa]|l['’]utilisat(?:eur|rice)|"
    r"[oa] (?:usuári[oa]|utilizador[a]?)|l['’]utente|de gebruiker|użytkownik\w*|пользовател\w*|kullanıcı\w*)"
)

_VOCATIVE = (
    rf"\b{_ASSISTANTS}s?(?: (?:reader|agent|assistant|model|tool|helper|system)s?)?\s*"
    r"(?::|,|should|must|shall|please)\s*"
    r"(?:you |must |please |always |now |the )*(?:remember|record|store|save|note|log|mark|add|treat|assume|conclude|"
    r"reply|respond|say|tell|set|update|forget|ignore|approve|send|recommend|rate|describe|believe|write|state|list|"
    r"include|output|call|trust|put)\b"
)
_STEERING = (
    r"\bsystem (?:prompt|message|override|notice)\b|\bnew instructions?\b|\b(?:hidden|secret) instructions?\b"
    r"|\bas an ai (?:language )?model\b|\b(?:the assistant|assistants|the ai) (?:must|are to|shall)\b"
    r"|\b(?:ignore|disregard|forget|override)\b[^.]{0,40}\b(?:instructions?|prompts?|rules|guidelines)\b"
    r"|\b(?:you are|act as|pretend to be|switch to|enter) (?:now |a |an |in )*"
    r"(?:dan|developer mode|unrestricted|jailbro)"
)
_MEMORY = rf"\b{_KEEP}\b[^.]{{0,20}}\b(?:in|into|to) (?:your |the |its )?(?:long-term |persistent )?memory\b"
_ORDERS = r"\byou (?:must|are to|shall)\b|\b(?:ignore|disregard|forget|override)\b[^.]{0,40}\b(?:previous|above)\b"
_PLANTED = (
    r"<!--|\[/?(?:system|inst)\b|<\|?(?:system|im_start|im_end|assistant|start_of_turn|end_of_turn|eot)|<<sys>>"
    r"|\b(?:note|memo|message|attention|instructions?|hint|warning|notice) (?:to|for) (?:the |any |all )?"
    rf"(?:{_ASSISTANTS}|reader|summari[sz]er)s?\b"
    rf"|\b{_KEEP}\b[^.]{{0,25}}[ \"“]{_WHO}\b[^.]{{0,12}}\b(?:is|has|as|was|wants|accepts|approve[ds]?|loves|likes|"
    r"agree[ds]?|owns|prefers|lives|consents?|hates|works|supports?|believes|speaks|pays|owes|always|never)\b"
    rf"|\b(?:user|agent|assistant|long-term|persistent) (?:memory|profile)\s*(?::|=|\()"
    r"|\bmemory_?(?:write|add|save|update)\b"
    rf"|\b(?:if|when|whoever|whichever|any) (?:you(?:['’]re| are) (?:an? )?|an? |the )?{_ASSISTANTS}s?\b[^.]{{0,30}}"
    r"\b(?:read|reads|reading|see|sees|process|processing|summari[sz]ing)\b"
    rf"|\b{_ASSISTANTS}s?,? if you(?:['’]re| are| can)? (?:read|reading|see|seeing|process|processing)\b"
    r"|\bthe (?:user|developer|person|human|one|reader) (?:reading|using|behind|viewing) (?:this|you)\b"
    r"|\bsystem\s*: *(?:you (?:now|are|must|know)|store|save|record|mark|remember|note|ignore)\b"
    rf"|\bto (?:the |all |any )?(?:{_ASSISTANTS}|summari[sz]er)s?:"
    r"|\"(?:known|facts)\"\s*:\s*\[|\[\d+,\s*\"(?:user|system)\""  # what prompts themselves are written in
    r"|\"(?:role|about)\"\s*:\s*\"(?:user|system|assistant)\""
    rf"|(?<!\w){_KEEP_ABROAD}(?!\w)[^.]{{0,40}}(?<!\w){_WHO_ABROAD}(?!\w)"
    r"|(?:记住|記住|保存|记录|覚えて|記憶).{0,20}(?:用户|用戶|ユーザー)|(?:用户|用戶|ユーザー).{0,40}(?:记住|記住|覚えて|記憶)"
)
_ANY = re.compile("|".join((_ORDERS, _STEERING, _VOCATIVE, _PLANTED)), re.IGNORECASE)
_TO_MACHINES = re.compile("|".join((_STEERING, _MEMORY, _VOCATIVE, _PLANTED)), re.IGNORECASE)
_NEVER_MINE = re.compile(_PLANTED, re.IGNORECASE)

_AI = re.compile(r"ais?(?!\w)")
_TRIGGERS = (
    "<", "[", "llm", "assist", "asist", "ассист", "agent", "model", "bot", "chatgpt", "copilot", "gemini", "claude",
    "summari", "user", "usuari", "utilis", "utiliz", "utente", "usuár", "gebruiker", "nutzer", "użytk", "польз",
    "kullan", "用户", "用戶", "ユーザー", "reader", "recipient", "tenant", "candidate", "customer", "account holder",
    "owner", "person", "visitor", "traveller", "employee", "developer", "buyer", "human", "the one", "system",
    "instruction", "memory", "you must", "you are", "you shall", "previous", "above", "prompt", "rules",
    "guidelines", "dan", "unrestricted", "jailbro", '"',
)  # fmt: skip
_LOOKALIKES = str.maketrans("аеорсухіѕјԁһԛԝοανерѵӏ", "aeopcyxisjdhqwoavepvl")
_TAGS = range(0xE0020, 0xE007F)
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]{1,8}\U000e007f")


def instructs(text: str) -> bool:
    """Whether a few words tell somebody what to do or to believe. "You must log in" does, and is no attack."""
    return _found(_ANY, text)


def planted(text: str, *, mine: bool) -> bool:
    """Whether a whole message or page speaks to a machine somewhere in it.

    In what the user wrote (``mine``) only what nobody says of himself counts, which he has pasted: people do tell
    assistants to remember this and to ignore that.
    """
    return _found(_NEVER_MINE if mine else _TO_MACHINES, text) or _hides(text)


def _hides(text: str) -> bool:
    """Whether there are letters in it that nobody can see, which only a machine reads."""
    return not text.isascii() and any(ord(character) in _TAGS for character in _FLAG.sub("", text))


def seen(text: str) -> str:
    """A text as it looks, or where it is hidden as it reads, for comparing with what is looked for."""
    if text.isascii():
        return text
    spelled = "".join(chr(ord(c) - 0xE0000) if ord(c) in _TAGS else c for c in text)
    shown = "".join(c for c in unicodedata.normalize("NFKC", spelled) if unicodedata.category(c) != "Cf")
    return " ".join(_latin(word) for word in shown.split(" "))


def _latin(word: str) -> str:
    """A word that mixes alphabets, read as Latin. A word all in Cyrillic or Greek is one."""
    plain = word.casefold().translate(_LOOKALIKES)
    return plain if any(c.isascii() and c.isalpha() for c in word) else word


def _found(pattern: re.Pattern[str], text: str) -> bool:
    """Whether it is in the text, as written or as it looks."""
    forms = [text] if text.isascii() else [text, seen(text)]
    return any(_may_hold_one(form.casefold()) and pattern.search(form) is not None for form in forms)


def _may_hold_one(low: str) -> bool:
    """Whether any word is there that every pattern needs one of: saves nine texts in ten the search."""
    return any(trigger in low for trigger in _TRIGGERS) or _AI.search(low) is not None
