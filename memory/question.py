"""What sort of question one is: does it look something up, or ask for help with something?

A look-up ("when is mum's birthday?") shares words with its answer. A request ("suggest a place for dinner") rarely
names the fact that matters (a nut allergy), and what does share its words is about something else.
"""

from __future__ import annotations

import re

_REQUEST = re.compile(
    r"""\b(?: recommend\w* | suggest\w* | advi[sc]e | tips? | ideas? | help | plan(?:ning)? | draft | write | compose
    | prepare | organi[sz]e | arrange | find\ me | pick | choose | explain | let's | give\ me | make\ me | options
    | (?:what|which|where|how)\ (?:should|can|could|would)\ (?:i|we) | how\ do\ (?:i|we) | should\ (?:i|we)
    | (?:can|could|would|will)\ you
    | i(?:'d|\ would)?\ (?:want|like|need|love)\ (?:to|some|a|your) | looking\ for | somewhere | something | best
    | i(?:'m|\ am)\ (?:looking|planning|considering|thinking|interested|trying|curious|visiting)
    | what\ (?:are\ some|would\ be|kind\ of) | is\ it\ (?:a\ good|worth) )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOK_UP = re.compile(r"^\W*(?:who|when|why|did|does|has|had|was|were)\b|\b(?:did|does|has)\b", re.IGNORECASE)


def is_request(question: str) -> bool:
    """Whether a question asks for something to be done or proposed, rather than for a fact."""
    return bool(_REQUEST.search(question)) and not _LOOK_UP.search(question)
