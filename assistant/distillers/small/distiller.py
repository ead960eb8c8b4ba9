"""From observations to drafts: candidates of every thread, dated, judged together, and the best of each place kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.distillers.small import chat, gate, screens
from assistant.distillers.small.times import Resolved, absolute
from memory.records import Draft

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.distillers.small.candidate import Candidate
    from memory.embedder import Embedder
    from memory.records import Observation

THRESHOLD = 0.5  # certainty below which nothing is drafted
_SAME_PLACE = 0.7  # cosine from which two candidates with overlapping quotes say the same
_SAME = 0.8  # and wherever their quotes are


def drafts(observations: Sequence[Observation], embedder: Embedder) -> list[Draft]:
    """Drafts from one episode, in the order of their evidence. Raises ModelMissingError without a model's files."""
    found: list[tuple[Candidate, Resolved]] = []
    assistant: list[bool] = []
    for thread in threads(observations):
        of_thread = list(dated(thread))
        found += of_thread
        assistant += [gate.to_assistant(thread)] * len(of_thread)
    if not found:
        return []
    seen = gate.observed(found, assistant)
    worth = gate.worth_embedding(seen)
    found, seen = [found[at] for at in worth], seen[worth]
    vectors = embedder.embed([resolved.text for _, resolved in found])
    judged = gate.judge(found, seen, vectors)
    order = {observation.stable_key: at for at, observation in enumerate(observations)}
    out = [_draft(*found[at], judged[at]) for at in best(found, vectors, judged)]
    return sorted(out, key=lambda draft: (order[draft.observation_key], draft.start or 0))


def threads(observations: Sequence[Observation]) -> list[list[Observation]]:
    """``observations`` by thread, in the order of each thread's first."""
    out: dict[str | None, list[Observation]] = {}
    for observation in observations:
        out.setdefault(observation.thread, []).append(observation)
    return list(out.values())


def dated(thread: Sequence[Observation]) -> Iterator[tuple[Candidate, Resolved]]:
    """Every candidate of one thread with its dates absolute."""
    for candidate in (*chat.candidates(thread), *screens.candidates(thread)):
        yield candidate, absolute(candidate.text, candidate.observation.at, past=candidate.past)


def best(
    found: Sequence[tuple[Candidate, Resolved]], vectors: gate.Matrix, judged: Sequence[gate.Judgement]
) -> list[int]:
    """Indices of the candidates to draft: likely enough, and none that only repeats a likelier one."""
    ranked = sorted(range(len(found)), key=lambda at: -judged[at].fact)
    kept: list[int] = []
    for at in ranked:
        if judged[at].certainty < THRESHOLD:
            break
        if not any(_repeats(found[at][0], found[other][0], float(vectors[at] @ vectors[other])) for other in kept):
            kept.append(at)
    return kept


def _repeats(candidate: Candidate, kept: Candidate, cosine: float) -> bool:
    same_place = candidate.observation is kept.observation and candidate.quote.overlaps(kept.quote)
    return cosine > (_SAME_PLACE if same_place else _SAME)


def _draft(candidate: Candidate, resolved: Resolved, judgement: gate.Judgement) -> Draft:
    expires = resolved.ends or (judgement.kind in {"plan", "event"} and not candidate.past)
    return Draft(
        text=resolved.text,
        kind=judgement.kind,
        quote=candidate.quote.text,
        observation_key=candidate.observation.stable_key,
        basis=candidate.basis,
        certainty=judgement.certainty,
        lifespan=judgement.lifespan,
        until=resolved.day if expires and resolved.day and resolved.day >= candidate.observation.at.date() else None,
        sensitivity=judgement.sensitivity,
        start=candidate.quote.start,
    )
