"""What a model may write at all, as GBNF: an answer's sentences with citations of what is there, or one question."""

from __future__ import annotations

SENTENCES = 6  # of an answer, at most
_CHARACTER = r"[^\x00-\x1F\x7F-\x9F\[\]{}<>|`\\]"


def answer_grammar(notes: int, sentences: int = SENTENCES) -> str:
    """The word NONE, or up to so many sentences of one line that each end in citations of notes 1 to ``notes``."""
    numbers = " | ".join(f'"[{number}]"' for number in range(1, notes + 1))
    more = f' (" " sentence){{0,{sentences - 1}}}' if sentences > 1 else ""
    return (
        f'root ::= "NONE" | sentence{more}\n'
        f'sentence ::= first {_CHARACTER}{{5,320}} " " mark mark{{0,2}}\n'
        "first ::= [^\\x00-\\x20\\x7F-\\x9F\\[\\]{}<>|`\\\\*#-]\n"
        f"mark ::= {numbers}\n"
    )


def question_grammar() -> str:
    """One question on one line."""
    return 'root ::= [^\\x00-\\x20\\x7F-\\x9F\\[\\]{}<>|`\\\\?] [^\\x00-\\x1F\\x7F-\\x9F\\[\\]{}<>|`\\\\?]{2,240} "?"\n'
