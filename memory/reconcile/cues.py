"""The words that hint at how two claims relate: cues of change, correction, plan, taste, and pairs of opposites.

Each cue is only a feature; the regression in `relate` decides what it is worth.
"""

from __future__ import annotations

LEXICONS = {
    "negation": (
        r"\b(?:not|no|never|without|nothing|nobody|none|neither|nor|cannot|can't|isn't|doesn't|don't|didn't|won't"
        r"|hasn't|refuses?|avoids?|lacks?)\b"
    ),
    "ended": (
        r"\b(?:no longer|any ?more|used to|stopped|quit|gave up|given up|dropped|left|ended|cancelled|called off"
        r"|sold|lost|finished|over|resigned|retired|divorced|split|broke up|died|put down|went|passed|failed|closed"
        r"|shut|returned|handed|sent back|turned down|withdrew|out of|thrown|gave away|given away|free of|healed"
        r"|recovered|cured)\b"
    ),
    "changed": (
        r"\b(?:now|since|instead|moved|switched|changed|became|has become|started|began|took up|taken up|has been"
        r"|back|got|was (?:given|granted|offered|told|made|promoted|confirmed)|has (?:\w+ )?(?:come|gone|grown|got"
        r"|had|made|found|taken|turned|begun|bought|moved|learnt|learned|joined|opened|signed)|won over|signed"
        r"|bought|registered|submitted|completed|replaced|swapped|joined|renewed|paid off|settled)\b"
    ),
    "corrected": (
        r"\b(?:wrongly|actually|in fact|rather than|contrary|mistaken|mistake|muddled|confused|all along|not the"
        r"|only ever|has (?:never|always)|never had|was never|other people|by mistake|misread|misheard|really"
        r"|turned out|turns out)\b|, not\b|\bnot (?:a|an|in|on|from|by|his|her)\b"
    ),
    "planned": (
        r"\b(?:plans?|planning|wants?|hopes?|intends?|is going to|will|would like|is (?:looking|waiting|hoping"
        r"|learning|saving|training|trying|applying|considering|thinking|writing|building|reading|preparing|studying"
        r"|working)|has an? (?:\w+ )?(?:appointment|interview|offer|application)|due|about to|awaits?|awaiting"
        r"|on probation|is on|temporar\w+|until|currently|at present|this (?:week|month|year))\b"
    ),
    "liked": (
        r"\b(?:likes?|loves?|enjoys?|fond|favou?rites?|prefers?|adores?|keen|fan|believes?|trusts?|thinks|supports?"
        r"|admires?|happy|good)\b"
    ),
    "disliked": (
        r"\b(?:dislikes?|hates?|detests?|loathes?|cannot (?:bear|stand)|can't (?:bear|stand)|bored|sick of|afraid"
        r"|against|objects?|distrusts?|opposes?|disgust\w*|revolting|bad|unhappy)\b"
    ),
    "past": r"\b(?:was|were|had|did|in (?:19|20)\d\d|as a child|former|previous|ago|once|until)\b",
    "another": r"\b(?:also|too|as well|another|other|second|both|besides|either)\b",
    "single": (
        r"\b(?:birthday|born|birth|named?|called|surname|blood|height|tall|aged?|years old|weighs?|lives? in|from"
        r"|married|single|manager|boss|salary|earns?|rent|costs?|contract|deadline|degree|rank|only|first|eldest"
        r"|youngest|speaks?|wife|husband|size|star sign|own(?:s|er)?|belongs|left-handed|right-handed|religion|alive"
        r"|dead|vegetarian|vegan|allergic|native|citizen|passport|starts? (?:on|at)|ends? on|runs to|founded|studied"
        r"|majored|graduated)\b"
    ),
    "habit": (
        r"\b(?:every|most|usually|on (?:mon|tues|wednes|thurs|fri|satur|sun)days?|mornings?|evenings?|nights?"
        r"|weekends?|daily|before (?:work|bed)|after (?:work|dinner|lunch))\b"
    ),
    "one at a time": (
        r"\b(?:works? (?:for|at|as|in)|drives?|studies|main|nickname|middle name|favou?rite|only|is \d+\b|uses?"
        r"|based|sits?|sleeps?|commutes?|reports? to|banks? with|rents|pays?|router|phone|current(?:ly)?|best friend"
        r"|home|is a|are|is an?|is the)\b"
    ),
    "many at a time": (
        r"\b(?:speaks?|saw|seen|visited|has been to|was in|had|read|cousin|knows?|plays?|likes?|hates?|collects?"
        r"|watch\w*|grows?|owns?|keeps?|went|flew|flies|ran|met|took|attended|bought)\b"
    ),
    "completed": (
        r"\b(?:shaved|cut|lifted|cleared|collected|patched|lapse\w*|turned up|these days|cut down|repaired|fixed"
        r"|mended|removed|delivered|arrived|hatched|gave birth|born|elected|appointed|accepted|rejected|granted"
        r"|approved|published|passed|won|recovered|found|came round|come round|forgiven|reconciled|trained|learnt"
        r"|learned|managed|finally|at last|after)\b"
    ),
    "amount": (
        r"\b(?:every|each|daily|weekly|often|always|usually|most|all|several|many|both|two|three|four|five|six|seven"
        r"|eight|nine|ten|half|twice)\b"
    ),
    "vague": (
        r"\b(?:some|something|someone|sometimes|a lot|lots|kind of|sort of|certain|various|things?|people|some kind"
        r"|at some point|once)\b"
    ),
}
# Words of which one excludes the other of the same thing at the same time.
OPPOSITES = tuple(
    tuple(frozenset(side.split()) for side in line.split("|"))
    for line in """
    won win beat | lost lose second
    male he boy man | female she girl woman bitch
    alone | shares sharing together others with
    alive | dead died
    owns owner own bought | rents rent tenant belongs renting
    left | right
    single unmarried divorced bachelor | married engaged wife husband marry
    likes loves enjoys love adores | hates dislikes detests loathes cannot sick
    believes | atheist
    vegan vegetarian | meat fish chicken eggs beef steak
    eldest oldest | youngest second middle
    freelance freelancer freelances self-employed | payroll employed employer employee
    early morning | late night
    childless | children child son daughter
    employed works job | unemployed jobless redundant
    remote remotely home | office
    accepted granted passed | rejected refused failed declined
    open opened | closed shut
    full-time | part-time
    smokes smoker | non-smoker smoked
    drinks | teetotal sober alcohol-free
    diesel petrol | electric
    up rise rose | down fell
    tea | coffee
    Android Pixel Samsung | iPhone
    for favour favours supports | against opposes
    true right | wrong false wrongly
    all always whole | never none
    hot warm | cold
    employee | boss
    """.strip()
    .lower()
    .splitlines()
)
