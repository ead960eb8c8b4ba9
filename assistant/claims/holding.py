"""Whether a claim says no more than those that are known: the same of the same people, as sure, in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from assistant.claims import words as w
from assistant.claims.phrases import Item, Word
from assistant.claims.reading import TOPIC, Claim
from assistant.claims.tokens import OWNER, USER

# who says the first says no more than who says the second
_WEAKER = {("like", "love"), ("unlike", "hate"), ("have", "drive"), ("be", "call"), ("call", "be")}
_DIRECTED = frozenset(
    "from to over than by for against before after without except instead towards toward until since".split()
)
_OVER = frozenset("over than to".split())
_AS = "as"
_EATEN = frozenset(map(w.form, ("eat", "have", "drink", "take", "use", "touch", "order", "buy")))
_LIGHT = frozenset("be have do go get make take".split())
_ILL = frozenset(("allergy", "intolerance"))  # from what somebody bears badly
_AVERSE = frozenset(("unlike", "hate"))
# what people do with a topic, and whether it has to be in a question
_TOPICS = {w.form(verb): asked for verb, asked in {
    "ask": True, "invite": True, "say": False, "talk": None, "speak": None, "discuss": None, "suggest": None,
    "propose": None, "show": False,
}.items()}  # fmt: skip
_SCREENS = frozenset(
    map(w.form, ("page", "screen", "site", "website", "window", "article", "post", "message", "email"))
)


def holds(claim: Claim, known: Sequence[Claim]) -> bool:
    """Whether ``known`` claims, some of them together, say what ``claim`` says."""
    if _is_advice(claim):
        return any(_warns(claim, one) for one in known)
    if _is_about_a_talk(claim) and any(_is_talked_of(claim, one) for one in known if one.verb.name == TOPIC):
        return True
    alike = [one for one in known if _is_alike(claim, one)]
    if not claim.words:
        return any(one.verb.name == claim.verb.name not in _LIGHT for one in alike)
    if not all(any(_has(item, one, claim) for one in alike) for item in _members(claim)):
        return False
    return any(word.text != USER for word in claim.words)


def _members(claim: Claim) -> list[Item]:
    """The items; of a claim with none of its own, nothing."""
    return [item for item in claim.items if item]


def _is_alike(claim: Claim, one: Claim) -> bool:
    """Whether two claims differ at most in the words after the verb."""
    return (
        _same_subject(claim, one)
        and _same_verb(claim, one)
        and _same_polarity(claim, one)
        and claim.verb.mood == one.verb.mood
        and _same_source(claim, one)
    )


def _same_subject(claim: Claim, one: Claim) -> bool:
    if not claim.heads or (USER in claim.heads) != (USER in one.heads):
        return False
    return claim.heads <= one.heads and claim.owners <= one.owners and _owner_told(claim, one)


def _owner_told(claim: Claim, one: Claim) -> bool:
    """Whose it is may be left unsaid of the user's own, not of anybody else's."""
    return one.owners - {USER} <= claim.owners


def _same_verb(claim: Claim, one: Claim) -> bool:
    ours, theirs = claim.verb, one.verb
    if ours.passive != theirs.passive:
        return False
    if ours.name == theirs.name:
        return True
    pair = (ours.name, theirs.name)
    if set(pair) == {"be", "work"}:
        return all(word.role == _AS for c in (claim, one) if c.verb.name == "work" for word in c.words[:1])
    if set(pair) == {"be", "have"}:
        return bool(_ILL & {word.text for word in claim.words} & {word.text for word in one.words})
    return pair in _WEAKER


def _same_polarity(claim: Claim, one: Claim) -> bool:
    ours, theirs = claim.verb, one.verb
    if ours.denied != theirs.denied:
        return ours.denied and theirs.over and not theirs.denied
    if ours.over and not theirs.over:
        return False
    return None in (ours.past, theirs.past) or ours.past == theirs.past


def _same_source(claim: Claim, one: Claim) -> bool:
    """What one person says is told as what he says, unless it is about himself."""
    if claim.frame:
        told = claim.frame in (w.SAYING, w.ASKING) and not one.frame and _is_of(claim.framer, one.speaker)
        return told or (claim.frame == one.frame and claim.framer == one.framer)
    if one.frame:
        return False
    return not one.speaker or one.speaker in ({USER}, one.heads)


def _is_of(framer: frozenset[str], speaker: frozenset[str]) -> bool:
    if not speaker:
        return False
    if speaker == {"screen"}:
        return bool(framer & _SCREENS)
    return bool(framer) and framer <= speaker


def said_by(framer: frozenset[str], claim: Claim) -> bool:
    """Whether a claim was taken from what these said or a screen showed."""
    return _is_of(framer, claim.speaker)


def _has(item: Item, one: Claim, claim: Claim) -> bool:
    """Whether one member of a known claim's list has all the words of an item, and not some of another."""
    return any(_fits(item, held, one, claim) for held in one.items)


def _fits(item: Item, held: Item, one: Claim, claim: Claim) -> bool:
    """Whether each word is there, in the same part, and they stand in an order that means the same.

    What turns the rest round may not be left out.
    """
    if {word.text for word in held} & w.TURNING - {word.text for word in item}:
        return False
    ours, theirs = {word.role for word in claim.words}, {word.role for word in held}
    kept: list[Word] = []
    places: list[int] = []
    for word in item:
        if _goes_without(word, one, claim):
            continue
        free = [n for n, h in enumerate(held) if h.text == word.text and n not in places]
        fitting = next((n for n in free if word.when or _same_part(word, held[n], ours, theirs)), None)
        if fitting is None or (not one.implied and _is_part_of_what_it_is(claim, word, held[fitting])):
            return False
        if not word.when:
            kept.append(word)
            places.append(fitting)
    order = combinations(range(len(places)), 2)
    return one.implied or all(
        places[m] < places[n] or _may_swap(kept[m], kept[n], held[places[m]], held[places[n]]) for m, n in order
    )


def _goes_without(word: Word, one: Claim, claim: Claim) -> bool:
    """Whether a word needs none in what is known: "your" of the user's own, the day something was said."""
    if word.text == USER and word.role == OWNER:
        return claim.heads == {USER}
    return word.when and bool(claim.frame) and word.text in one.days


def _is_part_of_what_it_is(claim: Claim, word: Word, held: Word) -> bool:
    """Whether what somebody is told to be is only said beside that: "the son of a thief"."""
    if claim.verb.name != "be" or word.when or {word.role, held.role} <= {"in", "at"}:
        return False
    return word.role != held.role and (bool(word.role) or held.role != _AS)


def _same_part(word: Word, held: Word, ours: set[str], theirs: set[str]) -> bool:
    """Whether two words stand behind prepositions that mean the same."""
    a, b = word.role, held.role
    if OWNER in (a, b):
        return a == b or {a, b} == {OWNER, "of"}
    if a == b:
        return a != "than" or word.head == held.head
    if a in _DIRECTED and b in _DIRECTED:
        return a in _OVER and b in _OVER and "from" not in ours | theirs
    return not {a, b} & _DIRECTED or ("" in (a, b) and _goes_both_ways(a, b, ours, theirs))


def _goes_both_ways(a: str, b: str, ours: set[str], theirs: set[str]) -> bool:
    """Whether "lent a drill to Ben" is "lent Ben a drill": nobody else stands behind the "to"."""
    directed = a if a in _DIRECTED else b
    return directed in ("to", "for") and directed not in (theirs if directed == a else ours)


def _may_swap(first: Word, second: Word, a: Word, b: Word) -> bool:
    """The like of "peanut allergy" for "allergy to peanuts", "lent a drill to Ben" for "lent Ben a drill"."""
    exchanged = first.role == b.role and second.role == a.role and a.role != b.role
    return not exchanged and (first.role != second.role or a.role != b.role)


def _is_advice(claim: Claim) -> bool:
    """The like of "You should avoid peanuts", "you should not eat peanuts"."""
    if claim.frame or claim.heads != {USER} or not claim.verb.mood <= {"should", "can"}:
        return False
    if claim.verb.name == "avoid":
        return not claim.verb.denied
    return bool(claim.verb.mood) and claim.verb.denied and claim.verb.name in _EATEN


def _warns(claim: Claim, one: Claim) -> bool:
    """Whether a known claim is an aversion to what is to be avoided."""
    if one.heads != {USER} or one.frame or one.verb.mood - {"can"} or one.verb.past or not _same_source(claim, one):
        return False
    texts = {word.text for word in one.words}
    allergic = one.verb.name in ("be", "have") and bool(texts & _ILL) and not one.verb.denied
    averse = one.verb.name in _AVERSE and not one.verb.denied
    avoids = one.verb.name == "avoid" and not one.verb.denied
    abstains = one.verb.denied and one.verb.name == claim.verb.name
    wanted = {word.text for word in claim.words}
    return bool(wanted) and wanted <= texts and (allergic or averse or avoids or abstains)


def _is_about_a_talk(claim: Claim) -> bool:
    """The like of "Tom told the user about a new job": only what was spoken of, not what was said of it."""
    return not (claim.frame or claim.verb.mood or claim.verb.denied) and claim.verb.name in _TOPICS


def _is_talked_of(claim: Claim, one: Claim) -> bool:
    """Whether the subject spoke of all this, asked it if it is told as asked, and did not deny what is told as said."""
    if not _is_of(claim.heads, one.speaker) or claim.owners:
        return False
    topic = [word for word in claim.words if word.text != USER and not (word.name and not word.role)]
    if one.speaker == {"screen"}:
        topic = [word for word in topic if word.text not in _SCREENS]
    texts = {word.text for word in one.words}
    if not topic or not all(word.text in texts or (word.when and word.text in one.days) for word in topic):
        return False
    must_ask = _TOPICS[claim.verb.name]
    return must_ask is None or (("asked" in one.verb.mood) if must_ask else not one.verb.denied)
