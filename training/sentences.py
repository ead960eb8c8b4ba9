"""Varied text, nearly all English, for calibration and checks: chats, claims about a person, screens, questions.

A small grammar rather than a corpus, so that the repository ships no one's words. Sentence ``n`` is the same on every
machine.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOTS = {
    "person": (
        "Ana, Bruno, Chidi, Dagny, Emre, Farah, Goran, Hana, Ines, Joost, Kofi, Leila, Marek, Nadia, Oisín, Priya, "
        "Quentin, Rosa"
    ),
    "place": (
        "Lisbon, Tallinn, Osaka, Leeds, Montreal, Nairobi, Graz, Valparaíso, Hobart, Kraków, the coast, home, the "
        "office"
    ),
    "food": "lentil soup, sourdough, kimchi, black coffee, oat milk, mackerel, dumplings, rye bread, figs, blue cheese",
    "hobby": (
        "bouldering, the cello, birdwatching, knitting socks, trail running, chess problems, restoring radios, salsa, "
        "pottery, night photography, beekeeping, sea swimming, learning Finnish, baking, model trains, open water "
        "rowing"
    ),
    "job": (
        "nurse, structural engineer, baker, data analyst, primary school teacher, tram driver, translator, vet, "
        "paralegal, sound technician, gardener, postdoc in ecology, product manager, electrician"
    ),
    "thing": (
        "a secondhand cargo bike, an old ThinkPad, two rescue greyhounds, a leaky boiler, a sewing machine, an "
        "electric piano, noise cancelling headphones, a mortgage, a season ticket, a cast iron pan, a camper van, an "
        "allotment"
    ),
    "app": "Firefox, Outlook, VS Code, Slack, Spotify, Maps, Excel, Terminal, Photos, Calendar, WhatsApp, Steam",
    "feeling": "knackered, thrilled, a bit worried, oddly calm, fed up, proud, nervous, relieved, homesick, bored",
    "time": (
        "tomorrow, last spring, every Thursday, since 2019, in about three weeks, on 14 March, at half six, before "
        "the holidays, twice a year, this weekend, until the end of June, when I was nine, most mornings, never again"
    ),
    "relative": "sister, brother, mum, dad, partner, ex, daughter, flatmate, boss, neighbour, cousin, gran, friend",
    "subject": (
        "the rent, your visa form, a wedding speech, quarterly figures, the school play, an MRI appointment, the new "
        "kitchen, her thesis, a parking fine, holiday cover, the election, a broken phone screen, insurance renewal, "
        "a surprise party"
    ),
}

TEMPLATES = {
    "chat": (
        "lol no",
        "ok see you {time}",
        "{person} says hi!!",
        "can't, I'm in {place} {time}",
        "😂😂 that's so {person}",
        "honestly I'm {feeling} about {subject}",
        "did you sort {subject}?",
        "I've been doing {hobby} {time} and I love it",
        "my {relative} just bought {thing}",
        "ugh, {food} again... I can't stand it",
        "we moved to {place} {time}, remember?",
        "running late, start without me",
        "I start as a {job} {time} :)",
        "do you still have {thing}? could I borrow it {time}",
        "no no, that was my {relative}, not me",
        "wait what",
        "{person} and {person} are getting married in {place}!",
        "I used to like {food} but since the baby it makes me sick",
    ),
    "claims": (
        "The user works as a {job} in {place}.",
        "The user's {relative} lives in {place}.",
        "The user enjoys {hobby}.",
        "The user owns {thing}.",
        "The user dislikes {food}.",
        "The user feels {feeling} about {subject}.",
        "The user plans to visit {place} {time}.",
        "The user has practised {hobby} {time}.",
        "The user is allergic to {food} and avoids it when eating with {person}.",
        "The user's {relative}, {person}, is a {job}.",
        "The user prefers {food} to {food}.",
    ),
    "screens": (
        "{app} - Inbox (12) - {person}: re: {subject}",
        "File  Edit  View  Help   {subject}.docx   Saved {time}",
        "✓ Order placed. {thing}, arriving {time}. Total €{number}.00",
        "def total_{number}(rows): return sum(r.price for r in rows)",
        "{place}  {number}°  Light rain  H:{number}° L:4°",
        "{app} wants to send you notifications   Block   Allow",
        "{person} {person}   Active {number} min ago   Message   Call",
        "ERROR {number}: connection reset while reading {subject}",
        'New message from {person}   {time}   "Are we still on for {hobby}?"',
        "2026-03-{number} 09:14  {place}  {food}  £{number}.50",
    ),
    "questions": (
        "Where does {person} live?",
        "what should I cook for {person} {time}",
        "Who was going to help with {subject}?",
        "When did I last go to {place}?",
        "suggest something to do in {place} if I'm {feeling}",
        "how long have I had {thing}?",
        "What is my {relative} doing for work now?",
        "Do I like {food}?",
        "plan a weekend around {hobby}",
    ),
    "others": (
        "¿Quedamos {time} en {place}? Llevo {thing}, dile a {person}",
        "Ich bin {number} Minuten zu spät, fangt ohne mich an, {person}!",
        "je ne peux pas {time}, désolé... on mange chez {person} ?",
        "Жду тебя {time}, {person}. Не забудь {food}",
        "明日の{number}時に{place}で会いましょう、{person}さん",
        "{person} قال إن الاجتماع {time} في {place}",
        "https://example.org/{number}/a?b=c&d=%20{number}#e  0x{number}ff  {number}e-7",
        "!!! ??? ... ---- ==== {number} {number} {number} | | | \\t >>> $ # @@",
    ),
}

LINKS = (" and ", ", but ", ". Also, ", " because ", "; meanwhile ", "\n")
SOURCES = ("chat", "chat", "chat", "claims", "claims", "screens", "screens", "questions", "others")
WORDS = {slot: words.split(", ") for slot, words in SLOTS.items()}


def sentences(seed: int) -> Iterator[str]:
    """Endless distinct sentences; the same for the same ``seed``. One in four is several joined together."""
    source = random.Random(seed)
    seen: set[str] = set()
    while True:
        parts = 1 if source.random() < 0.75 else source.randint(2, 8)
        text = _one(source)
        for _ in range(parts - 1):
            text += source.choice(LINKS) + _one(source)
        if text not in seen:
            seen.add(text)
            yield text


def _one(source: random.Random) -> str:
    template = source.choice(TEMPLATES[source.choice(SOURCES)])
    for slot, words in WORDS.items():
        while f"{{{slot}}}" in template:
            template = template.replace(f"{{{slot}}}", source.choice(words), 1)
    return template.replace("{number}", str(source.randint(1, 999)))
