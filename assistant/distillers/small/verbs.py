"""English verb forms: which words are verbs, and what the third person singular of each is.

Chats drop subjects and apostrophes, so the lists decide what a bare word at the start of a clause is. A word that is
in none of them is taken for a base verb only directly after "I", where English leaves it no other choice.
"""

from __future__ import annotations

_BASE = """
accept ache add admire adore agree aim allow answer apologise apologize appear apply appreciate argue arrive ask
assume attend avoid bake bath bathe bbq battle beat become begin believe belong bike bike-commute bill blog book
borrow bother box brew bring browse brush build burn buy call camp cancel care carry catch celebrate change charge
chase check choose chop clean climb close coach code collect come commute compete compose confess consider consult
contribute cook cope copy count cover crave create crochet cross cry cut cycle dance date deal decide decline deliver
depend design deserve despise develop dislike dive do double doubt draw dread dream dress drink drive drop earn eat
edit email employ end enjoy enter envy exercise expect explain face faint fall fancy farm fast fear feed feel fight
figure fill film find finish fish fit fix fly follow forage forget foster garden gather get give go grind grow guess
guide handle hang happen hate have head hear heat help hike hire hold home-school hope host hunt hurt identify ignore
imagine import insist intend invest iron jog join juggle keep kick knit know land laugh lead lean learn leave lend let
lie lift like limp listen live lodge look lose love maintain make manage marry mean measure meet mend mentor mind miss
mix moderate move mow need nap note notice observe offer open operate order organise organize overthink owe own pack
paint park partner pass pay perform phone photograph pick plan plant play plough practise practice pray prefer prepare
present print produce program promise proofread pull push put qualify quilt race raise read realise realize reckon
record recycle referee refuse regret rehearse relax rely remember rent repair report require research rest restore
retire return review rewatch ride roast row run sail save say scan schedule score see seem sell send serve settle sew
share shave shoot shop show sing sit skate ski skip sleep smell smoke sneeze snore solder sort speak spell spend spin
stammer stand start stay steer still-hunt stop stream stretch struggle study stutter suffer suggest supervise support
suppose surf suspect swap swear sweat swim take talk taste teach tell tend test text thank think tidy train translate
travel treat trust try turn tutor type understand update use usher vape visit volunteer vote wait wake walk want wash
watch water wear weave weed weigh welcome whittle win wish wonder work worry write yearn
""".split()
_IRREGULAR_PAST = """
ate became began bent bet bit bled blew bought bound bred broke brought built burnt came caught chose crept cried cut
dealt did dove drank dreamt drew drove fed fell felt fled flew flung forgot fought found froze gave got ground grew had
heard held hid hit hung hurt kept knew laid learnt led left lent lit lost made meant met paid quit ran rang rid rode
rose said sang sank sat saw sent set sewed shook shot shut slept slid sold sought spat sped spelt spent split spoke
spread sprang stole stood stuck struck stung swam swapped swept swore swung taught thought threw told took tore
understood upset was went were woke won wore wove wrote burst cost cast knelt leapt overslept rebuilt reread withdrew
""".split()
_PARTICIPLES = """
been born done gone seen taken given written driven eaten broken chosen forgotten known grown shown worn torn become
begun drunk sung swum run come flown frozen hidden ridden risen spoken stolen thrown woken beaten bitten fallen
forgiven proven sewn sworn woven mistaken withdrawn
""".split()
_NEVER_VERBS = frozenset(
    "and or as too for in on at to of the a an my your his her our their this that these those "
    "with from by but if not "
    "no yes one two who whom which what when where why how all more most very so than then "
    "there here me myself "
    "alone him it its us them self".split()
)
MODALS = frozenset("can could will would shall should may might must cannot ought".split())
ADVERBS = frozenset(
    "really just always never still also usually only actually literally prob probably kinda "
    "sorta currently both even "
    "often sometimes normally generally mostly mainly personally honestly definitely deffo "
    "basically obviously simply "
    "rarely seldom hardly barely already finally recently regularly typically absolutely totally "
    "truly genuinely "
    "apparently now then almost nearly once ever clearly secretly quickly slowly officially "
    "technically sadly luckily "
    "happily nowadays constantly occasionally frequently eventually initially previously formerly "
    "originally properly "
    "fully partly probs defo legit lowkey highkey deeply quite rather certainly maybe perhaps "
    "proudly recently solely "
    "all temporarily permanently strictly exclusively hereby today tonight".split()
)
ALSO_NOUNS = frozenset(
    "answer bath battle bike bill blog book box brew brush burn call camp change charge check "
    "climb coach code compete "
    "cook copy count cover cross cry cut cycle dance date deal design doubt dream dress drink "
    "drive edit email exercise "
    "face fall fancy fear figure film fish fit fly garden guess guide hand hate head help hike "
    "hope host hunt iron jog "
    "kick laugh lead lift love manage mind mix move nap need note notice offer order pack paint "
    "park partner pass pay "
    "phone photograph pick plan plant play present print program promise pull push quilt quiz "
    "race reach record referee "
    "regret rent repair report request research rest return review ride row run sail save schedule "
    "score sewing share "
    "shop show skate sleep smell smoke sneeze sort spin start stay stream stretch struggle "
    "study support surf swap "
    "swim talk taste test text thank tie time train travel treat trust try turn tutor type "
    "use visit volunteer vote wake "
    "walk wash watch water weave welcome win wonder work worry ski farm fast act".split()
)  # these need an object after them before they count as the second of two verbs
BASE_VERBS = frozenset(_BASE)
PAST_VERBS = frozenset(_IRREGULAR_PAST)
PARTICIPLES = frozenset(_PARTICIPLES)
_AMBIGUOUS_PAST = frozenset(
    "bet bit cut cost cast hit hurt put quit read set let shut split spread upset ground bound".split()
)
_PRESENT_BY_DEFAULT = frozenset("cut put read let set bet hurt cost".split())
_ED_BASES = frozenset("need feed speed heed weed breed bleed exceed succeed proceed seed embed bed shred wed".split())
_SPECIAL = {"am": "is", "are": "is", "have": "has", "do": "does", "be": "is", "go": "goes", "’m": "is", "'m": "is"}


def is_past(word: str, *, marked: bool = False) -> bool:
    """Whether ``word`` directly after a subject is a past form; ``marked`` says the clause names a past time."""
    if word in _AMBIGUOUS_PAST:
        return marked or word not in _PRESENT_BY_DEFAULT
    return word in PAST_VERBS or (word.endswith("ed") and len(word) > 3 and word not in _ED_BASES)


def is_base(word: str) -> bool:
    """Whether ``word`` is known as a base verb."""
    return word in BASE_VERBS or word in {"am", "be"} or word in _ED_BASES


def could_be_verb(word: str) -> bool:
    """Whether a word straight after "I" may be its verb at all."""
    return word.isalpha() and word not in _NEVER_VERBS and word.isascii()


def third_person(verb: str) -> str:
    """The third person singular present of a base form: "carry" -> "carries"."""
    if verb in _SPECIAL:
        return _SPECIAL[verb]
    if verb.endswith(("s", "x", "z", "ch", "sh")):
        return verb + "es"
    if verb.endswith("o") and verb in {"veto", "echo", "redo", "undo"}:
        return verb + "es"
    if verb.endswith("y") and len(verb) > 1 and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"
