"""Makes any Python string fit for a tokenizer.

The surprising decision: a text is cut by characters before it is tokenized, since a tokenizer reads all of a megabyte
to keep its first 256 tokens. Those come from about 1,200 characters of prose, so the limit is far off.
"""

from __future__ import annotations

MOST_CHARACTERS = 16_384


def tokenizable(text: str) -> str:
    """``text`` without lone surrogates (which UTF-8 cannot hold) and cut to ``MOST_CHARACTERS``."""
    if len(text) > MOST_CHARACTERS:
        text = text[: MOST_CHARACTERS * 4].lstrip()[:MOST_CHARACTERS]
    try:
        text.encode()
    except UnicodeEncodeError:
        # Two halves of one character are joined; a half on its own becomes U+FFFD.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
