"""Answers: a question understood in its conversation, what memory holds about it, and sentences that only say that.

``asking`` is the way of one question. A language model words the answer where there is one (``writing``), each of its
sentences held against what it cites (``support``); without one it is composed of what is held (``composing``).
"""
