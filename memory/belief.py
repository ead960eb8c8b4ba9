"""How sure Inkling is of a proposition: a pure function of its evidence, its lifespan, the user's verdict and the time.

Evidence combines in log-odds. The strongest piece sets the level; each further independent day, thread and source
raises it by less and less; copies of one statement count once; contradiction is weighed the same way against. The
surprising decision: independence is counted over the *set* of days, threads and sources, of which no more count than
there are different statements, and never piece by piece. Choosing one of several copies, the likeliest or the first,
would let more support lower confidence, or the order of arrival matter.

Without new support, confidence fades by half-lives from the last support towards :data:`NOT_KNOWN`. What the user
said in Inkling does not fade and is not outvoted. The weights are starting values, to be fitted on development data.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from memory.ids import public_id
from memory.records import Proposition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from memory.records import Basis, Evidence, Lifespan, Sensitivity, Stance, Status
    from memory.store import Held, Support, Verdict

NOT_KNOWN = 0.3  # where an unsupported claim about somebody ends up
LOWEST, HIGHEST = 0.01, 0.98  # never 0 or 1; only the user's own word reaches the top
USER_WORD = 0.99

HALF_LIFE_DAYS: dict[Lifespan, float] = {
    "moment": 0.5, "days": 5, "weeks": 30, "months": 180, "years": 1500, "permanent": 20000,
}  # fmt: skip

# what one more independent day, thread or source adds, in log-odds: the first one that much, then logarithmically less
_DAY, _THREAD, _SOURCE = 0.5, 0.25, 0.5
_WORDS = re.compile(r"\w+")


def confidence(
    supports: Sequence[Support], lifespan: Lifespan, verdict: Verdict | None, verdict_at: datetime | None, at: datetime
) -> float:
    """The probability in (0, 1) that a proposition is true of the user at ``at``.

    Only evidence from before ``at`` counts, and a verdict only once it was given, so the same call answers what was
    believed at any earlier time. Without any evidence by then it is NOT_KNOWN, and no support lowers it below that.
    """
    if verdict is not None and (verdict_at is None or verdict_at <= at):
        return 1 - USER_WORD if verdict == "rejected" else USER_WORD
    known = [s for s in supports if s.evidence.at <= at]
    against = _weight(known, "contradicts") - _logit(NOT_KNOWN)
    level = _probability(_weight(known, "supports") - against)
    last = max((s.evidence.at for s in known if s.evidence.stance == "supports"), default=at)
    return _bounded(fade(level, lifespan, (at - last).total_seconds() / 86400))


def fade(probability: float, lifespan: Lifespan, age_days: float) -> float:
    """A probability ``age_days`` after its last support: drawn towards NOT_KNOWN, never past it."""
    if probability <= NOT_KNOWN:
        return probability
    left: float = 0.5 ** (max(0.0, age_days) / HALF_LIFE_DAYS[lifespan])
    return NOT_KNOWN + (probability - NOT_KNOWN) * left


def _weight(supports: Iterable[Support], stance: Stance) -> float:
    """The log-odds that evidence of one stance amounts to, at least those of NOT_KNOWN."""
    pieces = [s for s in supports if s.evidence.stance == stance]
    if not pieces:
        return _logit(NOT_KNOWN)
    statements = len({" ".join(_WORDS.findall(s.evidence.quote.lower())) for s in pieces})

    def independent(groups: set[object]) -> float:
        return math.log2(min(len(groups), statements))

    strongest = max(_logit(min(max(s.certainty, LOWEST), HIGHEST)) for s in pieces)
    days = independent({s.evidence.at.date() for s in pieces})
    threads = independent({(s.source, s.thread) for s in pieces})
    sources = independent({s.source for s in pieces})
    return max(strongest + _DAY * days + _THREAD * threads + _SOURCE * sources, _logit(NOT_KNOWN))


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _bounded(p: float) -> float:
    return min(max(p, LOWEST), HIGHEST)


def believe(held: Held, at: datetime, allowed: frozenset[Sensitivity]) -> Proposition | None:
    """What a held proposition amounts to at ``at``; None if nothing spoke of it yet by then.

    ``allowed`` are the sensitivity classes the user opted in to; what the user wrote is never quarantined.
    """
    verdict = held.verdict if held.verdict_at is None or held.verdict_at <= at else None
    known = [s for s in held.supports if s.evidence.at <= at]
    if verdict is None and not known:
        return None
    return Proposition(
        id=public_id("proposition", held.row),
        text=held.text,
        kind=held.kind,
        confidence=confidence(held.supports, held.lifespan, verdict, held.verdict_at, at),
        basis=_basis(verdict, known),
        lifespan=held.lifespan,
        valid_from=held.valid_from,
        valid_to=held.valid_to,
        sensitivity=held.sensitivity,
        status=_status(held, verdict, at, allowed),
        pinned=held.pinned,
        evidence=_quotes(known),
    )


def _quotes(known: Iterable[Support]) -> tuple[Evidence, ...]:
    """Every quote once, though several wordings may have been drawn from it."""
    places: dict[object, Evidence] = {}
    for one in (s.evidence for s in known):
        places.setdefault((one.observation_id, one.start, one.end, one.quote, one.stance, one.at), one)
    return tuple(places.values())


def _basis(verdict: Verdict | None, known: Sequence[Support]) -> Basis:
    """The strongest way a proposition is known: the user's word first, then the surest piece of support."""
    if verdict in ("confirmed", "edited", "remembered"):
        return "user"
    pro = [s for s in known if s.evidence.stance == "supports"]
    return max(pro, key=lambda s: s.certainty).evidence.basis if pro else "user"


def _status(held: Held, verdict: Verdict | None, at: datetime, allowed: frozenset[Sensitivity]) -> Status:
    if verdict == "rejected":
        return "rejected"
    if verdict is None and held.sensitivity is not None and held.sensitivity not in allowed:
        return "quarantined"
    if held.valid_to is not None and held.valid_to <= at:
        return "superseded"
    return "review" if held.review and verdict is None else "believed"
