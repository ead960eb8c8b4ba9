"""Signs that a sentence in the user's own hand is not a fact about the user.

Only what is certain is cut out (`foreign_spans`: quotations, lyrics, code, planted instructions); the rest are flags,
which the gate weighs together with everything else it sees, because "if I" and "lol" are innocent more often than not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.distillers.small.sentences import Span
    from memory.records import Observation

from memory.records import ASSISTANT, ME

_CUT_OUT = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]{3,200}`|“[^”]{12,2000}”|\"[^\"]{12,2000}\"|«[^»]{12,2000}»|^>.*$|"
    r"[🎵🎶♪♫][^🎵🎶♪♫\n]{4,300}[🎵🎶♪♫]?"
    r"|(?<!\w)'[^'\n]{15,400}'(?!\w)|<!--.*?(?:-->|\Z)|\*[^*\n]{6,200}\*",
    re.DOTALL | re.MULTILINE,
)
_PASTE_REQUEST = re.compile(
    r"\b(?:translat\w*|proofread|rephrase|reword|rewrite|paraphrase|summari[sz]e|tl;?dr|shorten|"
    r"tidy|polish|correct|fix|check|grammar|spelling|improve|explain|what does|"
    r"meaning of|is this|edit|make this|turn this|sender|scam|phishing|caption|subtitle|lyrics?|"
    r"transcribe|ocr|reply to this|respond to this|see below|fwd|forwarded|from the form|copy)\b"
    r"[^\n]{0,120}?(?::\s|\n|[\"“])",
    re.IGNORECASE,
)
_FICTION = re.compile(
    r"\b(?:d&d|dnd|rpg|role-?play\w*|rp\b|character|protagonist|novel|short story|fan-?fic\w*|"
    r"chapter|villain|npc|backstory|screenplay|script|plot twist|monologue|"
    r"my story|bedtime story|poem|verse|haiku|limerick|sonnet|lyrics?|persona|in the voice of|"
    r"pretend|imagine you|act as|you are a|dungeon|roll (?:for )?\w+|improv|scene|first person|"
    r"narrator|opening line|"
    r"dialogue|murder mystery|quest|wizard|elf|orc|vampire|dragon|spaceship|sims|minecraft)\b",
    re.IGNORECASE,
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if (?:i|we|i['’]d|you)|would(?:n['’]t)?|wish|imagine|suppose|supposing|hypothetical\w*|"
    r"what if|say i|pretend|in another life|one day|could have|might|maybe|perhaps|"
    r"thinking (?:of|about)|considering|unless|in theory|let['’]s say|dream of)\b",
    re.IGNORECASE,
)
_SARCASM = re.compile(
    r"(?:^|\b)(?:/s|yeah right|oh (?:great|good|joy|wonderful|lovely|yes)|sure jan|love that "
    r"for me|how wonderful|just what i needed|living the dream|can['’]?t wait|best (?:day|part)|"
    r"obviously|clearly|naturally|thrilled|delighted|riveting|big fan|my favou?rite thing|as "
    r"if|so excited|lucky me|bliss|queen of|king of|pope|a literal|literally)\b|🙄|🙃",
    re.IGNORECASE,
)
_JOKE = re.compile(r"\b(?:jk|j/k|kidding|joking|lol|lmao+|lmfao|rofl|haha+|hehe+)\b|😂|🤣|💀|😭", re.IGNORECASE)
_TAKEN_BACK = re.compile(
    r"^\W*(?:jk|j/k|just kidding|kidding|i['’]?m kidding|no wait|wait no|wait,? (?:no|actually|"
    r"sorry)|scratch that|actually,? (?:no|wait|scratch|that['’]?s|it['’]?s|i)|nvm|never ?mind|"
    r"correction|oops|sorry,? (?:wrong|i meant|meant|not)|i meant|meant|"
    r"wrong (?:chat|person|window|number)|lol no|not really|ok(?:ay)? no|autocorrect|typo|hang "
    r"on|forget (?:that|it)|ignore (?:that|me)|i lied|lies)\b|\*\w+$|\bjk\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:he|she|they|mum|mom|dad|someone|people|everyone|\w+)\s+(?:said|says|goes|told me|"
    r"was like|were like|is like|asked|claims?|reckons|texted|wrote|tweeted|posted)\b|\bquote\b|"
    r"\baccording to\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"\b(?:sounds (?:great|good|lovely|fun|nice|awesome|like a plan)|would love to|i['’]d love|"
    r"no worries|of course|thank you|thanks|my pleasure|lovely to|congrat\w*|so sorry|hope you)\b",
    re.IGNORECASE,
)
_GENERIC = re.compile(r"\b(?:you|one|people|everyone|anyone|someone|somebody)\b", re.IGNORECASE)
_PROXY = re.compile(
    r"\b(?:asking for|for a friend|on behalf of|my (?:friend|neighbou?r|mate|colleague|client|"
    r"boss|mum|mom|dad|mother|father|sister|brother|uncle|aunt) (?:wants|asks|needs|is asking)|"
    r"she wants|he wants|(?:her|his) (?:phone|account))\b",
    re.IGNORECASE,
)

_FLAGS = (
    ("fiction", _FICTION),
    ("hypothetical", _HYPOTHETICAL),
    ("sarcasm", _SARCASM),
    ("joke", _JOKE),
    ("reported", _REPORTED),
    ("polite", _POLITE),
    ("generic", _GENERIC),
    ("proxy", _PROXY),
)


def foreign_spans(text: str) -> list[tuple[int, int]]:
    """Parts of the user's own message that are somebody else's words: quotations, lyrics, code, acted gestures."""
    return [match.span() for match in _CUT_OUT.finditer(text[:20000])]


def is_foreign(span: Span, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether most of ``span`` lies in one of ``spans``."""
    return any(min(end, span.end) - max(start, span.start) > 0.5 * len(span.text) for start, end in spans)


def local_flags(sentence: str) -> set[str]:
    """Trap signs inside one sentence."""
    return {name for name, pattern in _FLAGS if pattern.search(sentence)}


def message_flags(thread: Sequence[Observation], at: int) -> set[str]:
    """Trap signs of the whole message ``thread[at]`` and of what surrounds it."""
    text = thread[at].text[:20000]
    flags = set()
    if _PASTE_REQUEST.search(text[:400]):
        flags.add("paste-request")
    if any(_FICTION.search(other.text[:2000]) for other in thread[: at + 1]):
        flags.add("fiction-thread")
    if any(_TAKEN_BACK.search(line) for line in _later_lines(thread, at)):
        flags.add("taken-back")
    if (
        at + 1 < len(thread)
        and thread[at + 1].speaker not in {ME, ASSISTANT}
        and _JOKE.search(thread[at + 1].text[:500])
    ):
        flags.add("laughed-at")
    return flags


def _later_lines(thread: Sequence[Observation], at: int) -> list[str]:
    later = [other.text[:500] for other in thread[at + 1 :] if other.speaker == ME]
    return [line for text in later for line in re.split(r"[\n.!?]", text)]


def takes_back(sentence: str) -> bool:
    """Whether ``sentence`` takes back what was said just before it."""
    return bool(_TAKEN_BACK.search(sentence))
