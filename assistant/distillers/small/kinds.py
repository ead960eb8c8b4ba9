"""Words that point to a kind or to a sensitive class: hints for the fitted heads, which weigh them.

The sensitive classes favour recall: what is wrongly marked is only asked about once more, what is missed would be used
without the user's leave.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memory.records import Kind, Sensitivity


def _any(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


FAMILY = (
    r"mum|mom|mam|mummy|mother|dad|daddy|father|parents?|brothers?|sisters?|siblings?|sons?|"
    r"daughters?|kids?"
    r"|child(?:ren)?|baby|bub|toddler|twins|boys|girls|wife|husband|spouse|partner|girlfriend|"
    r"boyfriend|fianc[ée]e?"
    r"|gran(?:ny|dad|dma|dpa|dmother|dfather|dson|ddaughter|dparents|dkids|dchildren)?|nan|nana|"
    r"aunt(?:ie|y)?|uncle|cousins?|niece"
    r"|nephew|in-laws|mother-in-law|father-in-law|brother-in-law|sister-in-law|ex|ex-wife|ex-husband|"
    r"flatmates?"
    r"|housemates?|roommates?|best friend|friends?|neighbou?rs?|step(?:son|daughter|mum|mom|"
    r"dad)|godson|goddaughter"
)
RELATIVE = _any(FAMILY)

_KIND_RULES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "identity",
        _any(
            r"name is|is called|surname|years? old|was born|grew up|born in|lives? in|living in|live "
            r"in|is from|is an? (?:single )?(?:parent|mother|father)|birthday is|nationality|pronouns"
        ),
    ),
    (
        "relationship",
        re.compile(
            rf"^The user (?:has|is married|is engaged|and their)\b.*\b(?:{FAMILY})\b|^The user's (?:{FAMILY})\b",
            re.IGNORECASE,
        ),
    ),
    (
        "plan",
        _any(
            r"will|is going to|plans?|planning|intends?|hopes? to|wants? to|is thinking|considering|"
            r"is looking|has to|needs? to|must|booked|is flying|tomorrow|is due"
        ),
    ),
    (
        "skill",
        _any(
            r"speaks?|fluent|can (?:play|speak|read|cook|drive|code|knit|sew)|plays? the|knows? how|"
            r"qualified|licen[cs]ed|certificate|degree|diploma|programs? in|is learning"
        ),
    ),
    (
        "preference",
        _any(
            r"likes?|loves?|hates?|prefers?|dislikes?|favou?rite|enjoys?|fan of|can't stand|cannot stand|"
            r"adores?|vegan|vegetarian|does not (?:eat|drink|like)"
        ),
    ),
    (
        "routine",
        _any(
            r"every|always|usually|never|each|mornings|evenings|weekends|mondays|tuesdays|wednesdays|"
            r"thursdays|fridays|saturdays|sundays|daily|weekly|twice a|once a|times a"
        ),
    ),
    (
        "work",
        _any(
            r"works?|job|boss|manager|colleagues?|office|shifts?|clients?|employ\w+|team|company|business|"
            r"freelance|retired|teach(?:es)?|nurses?|student|stud(?:y|ies|ying)|thesis|school|university|"
            r"apprentice"
        ),
    ),
    (
        "possession",
        _any(
            r"owns?|has an?|bought|keeps?|drives? an?|my car|the user's (?:car|bike|house|flat|phone|"
            r"laptop|dog|cat)"
        ),
    ),
    ("belief", _any(r"thinks?|believes?|agrees?|opinion|reckons?|voted?|trusts?")),
)

_SENSITIVE_RULES: tuple[tuple[Sensitivity, re.Pattern[str]], ...] = (
    (
        "genetic",
        _any(
            r"genetic\w*|brca\d?|dna|23andme|carrier|hereditary|mutation|gene|chromosom\w+|huntington'?s?|"
            r"ancestry(?:dna)?"
        ),
    ),
    (
        "biometric",
        _any(
            r"fingerprints?|face id|facial recognition|iris scan|retina scan|biometric\w*|voiceprint|"
            r"palm scan|touch id"
        ),
    ),
    (
        "criminal",
        _any(
            r"arrest\w*|convict\w*|prison|jail|probation|felony|misdemeanou?r|parole|criminal|court "
            r"date|drink[- ]driv\w+|dui|dwi|shoplift\w*|banned from driving|driving ban|caution(?:ed)? "
            r"by|police (?:caution|record)|bail|offen[cs]es?|community service|restraining order|speed(?:ing)? "
            r"(?:fine|ticket|awareness)|expung\w+|tag(?:ged)? ankle|points on (?:their|my) licen[cs]e|"
            r"disqualified"
        ),
    ),
    (
        "union",
        _any(
            r"union|shop steward|strike|picket|unison|unite the|gmb|rmt|teamsters|ig metall|tuc|aslef|"
            r"nasuwt|collective bargaining|ballot(?:ed)?|trade unionist|works council|verdi"
        ),
    ),
    (
        "sexuality",
        _any(
            r"gay|lesbian|bisexual|\bbi\b|queer|lgbt\w*|homosexual|asexual|pansexual|trans(?:gender|"
            r"ition\w*)?|non-?binary|grindr|coming out|came out|pride parade|sexual\w*|his husband|sex "
            r"life|on t\b|hrt|polyamor\w+|kink\w*"
        ),
    ),
    (
        "religion",
        _any(
            r"church|mosque|synagogue|temple|muslim\w*|islam\w*|christian\w*|catholic\w*|jewish|jew|"
            r"hindu\w*|buddhis[tm]\w*|sikh\w*|atheis\w+|agnostic|quaker|mormon|lds|pray\w*|ramadan|eid|"
            r"lent|shabbat|kosher|halal|mass|parish|bible|quran|qur'an|koran|rabbi|priest|imam|vicar|"
            r"pastor|sermon|choir at st|baptis\w+|christening|bar mitzvah|bat mitzvah|confirmation class|"
            r"congregation|worship\w*|jumu'?ah|iftar|fasting|diwali|puja|gurdwara|passover|pesach|seder|"
            r"yom kippur|hanukkah|evensong|communion|umrah|hajj|hijab|god|novices?|convent|monastery|"
            r"nun|deacon|faith|religio\w+|meditation retreat|jehovah'?s?|rccg|rosary|sunday school|baptist|"
            r"methodist|anglican|orthodox|churchwarden|bell[- ]?ring\w*"
        ),
    ),
    (
        "politics",
        _any(
            r"vot(?:e|ed|es|ing)|labour|tory|tories|conservatives?|republican\w*|democrat\w*|lib dems?|"
            r"green party|the greens|election\w*|politic\w*|protest\w*|canvass\w*|campaign(?:ed|ing)? "
            r"for|mp\b|councillor|brexit|socialis\w+|communis\w+|left-wing|right-wing|liberal|march(?:ed)? "
            r"for|demo|petition|referendum|party member|snp|reform uk|afd|extinction rebellion|activis\w+|"
            r"leaflet\w*|constituency"
        ),
    ),
    (
        "ethnicity",
        _any(
            r"ethnic\w*|black british|african[- ]american|latin[oax]|hispanic|roma\b|romani|traveller|"
            r"mixed race|biracial|asian american|south asian|indigenous|aboriginal|m[āa]ori|first nations|"
            r"native american|ashkenazi|sephardi|kurdish|race|tribe|clan|yoruba|igbo|hausa|zulu|xhosa|"
            r"s[áa]mi|afro\w*"
        ),
    ),
    (
        "health",
        _any(
            r"ill|illness|sick|disease|doctor|gp|hospital|clinic|surgery|operation|surgeon|nhs|medic\w+|"
            r"meds|tablets|pills?|prescri\w+|insulin|diabet\w*"
            r"|asthma\w*|allerg\w*|intoleran\w*|coeliac|celiac|gluten|lactose|pregnan\w*|midwife|ivf|"
            r"miscarr\w*|cancer|chemo\w*|tumou?r|depress\w+|anxi(?:ety|ous)|panic"
            r"|therap(?:y|ist)|counsell\w+|psych\w+|adhd|autis\w+|dyslexi\w+|bipolar|ocd|ptsd|migraines?|"
            r"headaches?|pain\w*|hurts?|ache[sd]?|aching|injur\w+|broke(?:n)? (?:my|their|a|the) \w+"
            r"|sprain\w*|fractur\w*|physio\w*|knee|back (?:pain|problem)|bad (?:back|knee|hip|shoulder)|"
            r"arthritis|blood (?:pressure|test|sugar)|cholesterol|iron|an[a]?emi\w+|thyroid|epilep\w+|"
            r"seizures?"
            r"|stroke|heart|dementia|alzheimer\w*|parkinson\w*|deaf\w*|hearing aids?|blind|eyesight|"
            r"glasses|wheelchair|disab\w+|stammer\w*|stutter\w*|insomni\w+|sleep apn\w+|sober|alcohol\w*"
            r"|rehab|aa meeting|vap(?:e|es|ing)|smok(?:e|es|ing|ed)|nicotine|diet|weight|kg lighter|"
            r"period|menopaus\w+|contracepti\w+|hormones?|vaccin\w+|covid|flu|fever|infection|antibiotics|"
            r"rash|eczema|psoriasis"
            r"|dentist|tooth|teeth|root canal|braces|hernia|mri|scan|x-ray|biops\w+|transplant|dialysis|"
            r"kidney|liver|lungs?|faints?|dizzy|vertigo|tinnitus|stoma|crohn'?s|ibs|colitis|hiv|prep\b"
            r"|eating disorder|anorexi\w*|bulimi\w*|self-harm|suicid\w+|burnout|burned out|burnt out|"
            r"signed off|sick leave|sickness|phobia|afraid of|scared of|antidepress\w+|sertraline|ssri|"
            r"citalopram|ritalin|statins?"
            r"|metformin|warfarin|inhaler|epipen|ibuprofen|steroids?|food poisoning|wound|stitches|limp\w*|"
            r"hip replacement|prosthe\w+|amput\w+|ms\b|multiple sclerosis|long covid|fatigue|endometriosis|"
            r"pcos"
            r"|carers?|hospice|nursing home|care home|a&e|ambulance|emergency room|er\b|appointment "
            r"at the|check-?up|smear|mammogram|colonoscopy|scoliosis|sciatica|gout|ulcer|reflux|vitamin "
            r"d"
        ),
    ),
    (
        "finance",
        _any(
            r"salary|wages?|paid (?:on|monthly|weekly)|income|earns?|mortgage|loans?|debts?|overdraft|"
            r"credit (?:card|score)|savings?|saves?|saving|isa|pension|401\(?k\)?|invest\w*|shares|stocks|"
            r"crypto|bitcoin"
            r"|bank (?:account|balance|statement|loan|transfer)s?|banking"
            r"|tax(?:es)?|invoice|rent (?:increase|is|of|arrears)|£\d[\d,.]*|\$\d[\d,.]*|€\d[\d,.]*|"
            r"\d+k\b|afford|skint|broke|benefits|universal credit|bankrupt\w*|iva|klarna|budget|bonus|"
            r"pay rise|raise"
            r"|inherit\w*|net worth|dividends?|payday|bailiffs?|arrears|repay\w*|owe[sd]?|wages|per "
            r"hour|an hour|allowance|student loan|balance"
        ),
    ),
)


def hints(text: str) -> list[bool]:
    """For each rule of kind, whether its words are in ``text``."""
    return [pattern.search(text) is not None for _, pattern in _KIND_RULES]


def sensitivity_of(*texts: str) -> Sensitivity | None:
    """The first sensitive class any of ``texts`` mentions, the narrow classes before the broad ones."""
    return next((name for name, pattern in _SENSITIVE_RULES if any(pattern.search(text) for text in texts)), None)
