"""What a request reveals: who asks an assistant how to prune a quince has, more likely than not, a quince to prune."""

from __future__ import annotations

import re

_ASK = re.compile(
    r"^(?:hi|hey|hello|ok|okay|so|and|also|please|pls|quick q(?:uestion)?|question|help)?[\s,:!]*(?:"
    r"(?P<how>how (?:do|can|should|would|could|to) ?(?:i|we|you)?(?: best)?|what['’]?s the best "
    r"way to|best way to|any tips (?:for|on)|tips (?:for|on)|help me(?: to)?|help with)"
    r"|(?P<may>(?:can|could|should|may|must|do|shall|will|would) (?:i|we)(?: have to| need to|"
    r" still| just)?)"
    r"|(?P<need>(?:i )?(?:need|want|looking for|look for|after|recommend(?: me)?|suggest(?: "
    r"me)?|find(?: me)?|ideas? for|where (?:can|do) i (?:get|buy|find)|which))"
    r"|(?P<write>(?:write|draft|make|create|plan|give me|do|build|design|generate|prepare|compose|"
    r"schedule)(?: me)?(?: an?| some| the)?)"
    r")\s+(?P<rest>.{4,160})$",
    re.IGNORECASE | re.DOTALL,
)


_QUALITY = re.compile(r"^(best|good|cheap|easy|quick|simple|nice)\s+\w", re.IGNORECASE)


def wish(sentence: str) -> str | None:
    """What a request to an assistant shows the user to want, in the first person for the rewriter; or None."""
    plain = " ".join(sentence.split()).rstrip("?!. ")
    quality = _QUALITY.match(plain)
    if quality and len(plain) < 160:
        return f"I am looking for {'the' if quality[1].lower() == 'best' else 'a'} {plain}"
    match = _ASK.match(plain)
    if match is None:
        return None
    rest = " ".join(match["rest"].split())
    if match["how"]:
        verbal = re.match(r"(?:how|what|best|help)", match["how"], re.IGNORECASE) and "tips" not in match["how"].lower()
        return f"I want to {rest}" if verbal and "with" not in match["how"].lower() else f"I want help with {rest}"
    if match["may"]:
        return f"I am considering whether to {rest}"
    if match["need"]:
        return f"I am looking for {rest}"
    return f"I want {rest}" if not match["write"].lower().startswith("do") else None


def topic(sentence: str) -> str | None:
    """A short request without a verb of asking ("heat pump subsidy Estonia") as an interest, in the first person."""
    plain = " ".join(sentence.split()).rstrip("?!. ")
    if not 3 <= len(plain.split()) <= 18 or len(plain) > 140:
        return None
    return f"I am interested in {plain}"


_MANNER = re.compile(
    r"^(?:please |pls |and |also |ok |but |just )*(?:(?P<stop>stop|quit|enough with(?: the)?|"
    r"no more)\s+(?P<what>.{4,80})|(?P<dont>don['’]?t|do not|never)\s+(?P<not>(?:use|say|be|"
    r"add|give|write|explain|start|call|include|apologi[sz]e|repeat|ask|tell|send|put|make|do|"
    r"suggest|sugarcoat)\b.{0,80})"
    r"|(?P<always>always|from now on,?|in future,?)\s+(?P<do>.{4,80})|(?P<more>less|more|shorter|"
    r"simpler|in (?:plain|simple|british|american|metric|english|german|french|spanish|\w+ish|"
    r"kg|celsius))\b(?P<tone>.{0,60})|(?P<no>no)\s+(?P<things>(?:bullet|emoji|list|table|disclaimer|"
    r"preamble|jargon|intro|fluff|markdown|summary|code)\w*.{0,40}))$",
    re.IGNORECASE,
)


def manner(sentence: str) -> str | None:
    """How the user wants to be answered ("stop apologising", "no bullet points"), in the first person."""
    match = _MANNER.match(" ".join(sentence.split()).rstrip("!. "))
    if match is None:
        return None
    if match["stop"]:
        return (
            f"I do not want {match['what']} from the assistant"
            if match["stop"].lower() not in {"stop", "quit"}
            else f"I want the assistant to stop {match['what']}"
        )
    if match["dont"]:
        return f"I do not want the assistant to {match['not']}"
    if match["more"]:
        return f"I want the assistant's answers {match['more']}{match['tone']}"
    if match["no"]:
        return f"I do not want {match['things']} in the assistant's answers"
    return f"I want the assistant to always {match['do']}"


_TECH = re.compile(
    r"(?<![\w.-])(python|pandas|numpy|django|flask|pytest|pytorch|javascript|typescript|react|"
    r"vue|angular|svelte|node(?:\.?js)?|next\.?js|php|laravel|wordpress|ruby|rails|rust|golang|"
    r"go(?=,| lang|:)|java(?!script)|kotlin|swiftui|swift(?= |:|ui)|scala|haskell"
    r"|c\+\+|c#|\.net|sql|mysql|postgres(?:ql)?|sqlite|mongodb|redis|kafka|docker|kubernetes|"
    r"k8s|helm|terraform|ansible|aws|azure|gcp|linux|bash|zsh|powershell|vba|excel|google sheets|"
    r"power bi|tableau|matlab|latex|stata|spss|rstudio|ggplot2?|dplyr|git(?= |hub)|blender|autocad|"
    r"solidworks|fusion 360|qgis|arcgis|photoshop|lightroom|illustrator|indesign|figma|ableton|"
    r"logic pro|davinci resolve|premiere|unity|unreal|godot|arduino|raspberry pi|esp32|home "
    r"assistant|obsidian|notion|jira|salesforce|sap|quickbooks|xero)(?![\w-])",
    re.IGNORECASE,
)


def tool(text: str) -> tuple[str, int, int] | None:
    """The first tool or language a request to an assistant is about, as a statement with its place."""
    match = _TECH.search(text[:400])
    if match is None:
        return None
    return f"The user works with {match[0]}.", match.start(), match.end()
