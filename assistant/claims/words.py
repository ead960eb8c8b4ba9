"""The forms in which the words of a claim are compared: few ways to say the same, none of them a guess.

The lists are short on purpose. A retelling that uses another word is lost, which costs a sentence; a word taken for
one it is not tells somebody something untrue about his life.
"""

from __future__ import annotations

import re

from assistant.answering.vocabulary import stem
from assistant.distillers.small import verbs
from assistant.mentioned import SPELLED

_SAME = """
have: own owns owned owning possess possesses got
work: job jobs employed employ employs employment occupation profession employer
live: home reside resides residing based living
drive: car
child: children kids kid
boss: manager managers bosses supervisor
mother: mum mom
father: dad
learn: study studies studied studying learning learnt
finish: complete completes completed completing finished
visit: trip trips visiting visited
intolerance: intolerant intolerances
allergy: allergic allergies allergen
prefer: preference preferred prefers preferring
reply: answer answers replies response responses
call: named name names called
flat: apartment apartments flats
like: enjoy enjoys enjoyed enjoying likes liked liking fond
love: adore adores adored loves loved loving
unlike: dislike dislikes disliked disliking
hate: detest detests detested loathe loathes despise despises hates hated hating
buy: purchase purchases purchased bought buying
begin: began begun start starts started starting begins beginning
end: ended ends ending
bear: born birthday
marry: married marries husband wife
meet: met meets meeting
big: large
little: small
phone: telephone
bike: bicycle
movie: film films movies
photo: photos picture pictures photograph photographs
doctor: physician
say: said says saying tell tells told telling write writes wrote written writing mention mentions mentioned note noted\
 notes add added report reports reported explain explained announce announced
ask: asked asks asking wonder wondered
think: thinks thought thinking believe believes believed suspect suspects suspected assume assumes assumed reckon\
 reckons guess guesses guessed suppose supposes feels felt
avoid: avoids avoided avoiding
go: goes went gone going
""".replace("\\\n", "")


def _inflected(verb: str) -> list[str]:
    """The regular past and present participle of a verb."""
    if verb.endswith("e"):
        return [f"{verb}d", f"{verb[:-1]}ing", f"{verb}ing"]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return [f"{verb[:-1]}ied", f"{verb}ing"]
    return [f"{stem}{ending}" for stem in (verb, verb + verb[-1]) for ending in ("ed", "ing")]


_IRREGULAR = """
ate:eat became:become brought:bring built:build caught:catch chose:choose came:come cut:cut did:do drank:drink
drove:drive driven:drive eaten:eat fell:fall found:find flew:fly forgot:forget forgotten:forget gave:give given:give
grew:grow grown:grow had:have has:have heard:hear held:hold kept:keep knew:know known:know left:leave lent:lend
lost:lose made:make paid:pay ran:run rode:ride sang:sing sat:sit saw:see seen:see sold:sell sent:send slept:sleep
spent:spend spoke:speak spoken:speak stole:steal stolen:steal swam:swim took:take taken:take taught:teach
threw:throw understood:understand woke:wake won:win wore:wear broke:break broken:break got:have done:do agreed:agree
"""
_CLASSES = {form: name for line in _SAME.strip().split("\n") for name, _, forms in [line.partition(": ")]
            for form in (name, *forms.split())}  # fmt: skip
_BASES = dict(pair.split(":") for pair in _IRREGULAR.split())
_MORE = frozenset("arrive bark bite bloom contain cost die exist expire happen include last occur remain rise".split())
_KNOWN = verbs.BASE_VERBS | _MORE  # what people do, and what things do
_THIRD = {verbs.third_person(verb): verb for verb in _KNOWN}
_BASES |= {inflected: verb for verb in _KNOWN for inflected in _inflected(verb)}
_BOTH = frozenset("read put set let cut cost hit hurt quit split spread bet shut".split())
SAYING, ASKING, THINKING = "say", "ask", "think"
MONTHS = frozenset("january february march april may june july august september october november december".split())
DAYS = {day: day for day in "monday tuesday wednesday thursday friday saturday sunday".split()}
DAYS |= {f"{day}s": day for day in DAYS}
_TELLING = frozenset(
    "prob probably probs maybe perhaps apparently almost hardly barely rarely seldom formerly previously originally "
    "once only solely exclusively all both then".split()
)
ADVERBS = (verbs.ADVERBS - _TELLING) | {"ever", "soon", "long"}


def form(word: str) -> str:
    """What a word is compared as: the name of those that say the same, or its stem."""
    low = word.casefold()
    found = _CLASSES.get(low) or _CLASSES.get(_BASES.get(low, low))
    if found:
        return found
    base = _BASES.get(low) or _THIRD.get(low) or low
    if base == low and re.fullmatch(r"\w{3,}[^su]s", low):
        base = low[:-1]
    return SPELLED.get(low) or _CLASSES.get(base) or stem(base)


def finite(word: str) -> str | None:
    """``past``, ``present`` or ``either`` of what may be the verb of a clause; None of what is none."""
    if word in _BOTH:
        return "either"
    if word in verbs.PAST_VERBS or (re.fullmatch(r"\w{2,}ed", word) and word not in verbs.BASE_VERBS):
        return "past"
    return "present" if word in _THIRD or verbs.is_base(word) else None


def is_third_person(word: str) -> bool:
    """Whether a word is the present form of a verb that goes with "he"."""
    return word in _THIRD


def is_participle(word: str) -> bool:
    """Whether a word may follow "have" or "be"."""
    return word in verbs.PARTICIPLES or finite(word) in ("past", "either") or word == "got"


def is_ing(word: str) -> bool:
    """Whether a word is the present participle of some verb."""
    return len(word) > 4 and word.endswith("ing") and word not in ("thing", "something", "nothing", "anything")


TURNING = frozenset(map(form, (
    "denied refused rejected declined cancelled canceled revoked withdrawn expired fake false former negative failed "
    "unsuccessful lost wrong nearly almost supposed alleged imaginary missing except"
).split()))  # fmt: skip
