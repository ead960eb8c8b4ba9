"""Invented chats of any size: the same on every machine, as varied and as long as real ones, and nobody's words.

People talk in sittings: a few messages within minutes about one thing, then nothing for hours. One message in six is
a word or two, the median is nine words, one in fifty runs on for a paragraph. Everyday short replies recur, as they do
in life; longer ones hardly ever do. A few hundred coined names of places and people give the long tail of rare words
that a text index meets.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER = "Noor Vance"
START = datetime(2024, 1, 3, 7, 30, tzinfo=UTC)


def _of(words: str) -> list[str]:
    return [word.strip() for word in words.split(",")]


FIRST = _of(
    "Ada, Bence, Caro, Davi, Elif, Femi, Gita, Hugo, Ilse, Jonas, Kaia, Lio, Mira, Nils, Odile, Pavel, Rhea, Sami"
)
LAST = _of("Abara, Brandt, Costa, Dvorak, Eriksen, Fontaine, Gruber, Haddad, Ito, Janssen, Kovacs, Lindqvist, Moreau")
PLACES = _of(
    "Porto, Utrecht, Ghent, Malmö, Girona, Bergen, Trieste, Sligo, the coast, the old town, the allotment, the "
    "station, the climbing hall, the library, the market, my sister's place, the office, the hospital, the lake, "
    "the workshop"
)
FOODS = _of(
    "aubergine curry, rye bread, oat porridge, ramen, blue cheese, chanterelles, pickled herring, lentil dal, plum "
    "cake, sourdough pizza, black coffee, ginger tea, shakshuka, pierogi, hazelnut ice cream, roast squash"
)
THINGS = _of(
    "the cargo bike, a second monitor, the camping stove, a violin, the espresso machine, my passport, the spare "
    "key, the blue rucksack, a sewing machine, the drill, hiking boots, the car insurance, a rescue dog, the tax "
    "return, the guest mattress, the printer, a greenhouse, my old laptop, the boiler, the projector"
)
DOINGS = _of(
    "learning Portuguese, training for a half marathon, repainting the kitchen, rehearsing with the choir, writing "
    "the grant report, teaching the evening class, restoring the boat, looking for a flat, baking for the school "
    "fair, fixing the login bug, moving the servers, planning the wedding, birdwatching, playing chess online, "
    "pottery, physio for my knee, sorting grandma's letters, migrating the database, sailing, volunteering at the "
    "food bank"
)
MOODS = _of(
    "tired, thrilled, nervous, a bit lost, proud, annoyed, relieved, homesick, hopeful, done with it, calm, torn"
)
DAYS = _of(
    "tomorrow, on Tuesday, next week, at the weekend, in March, after work, by Friday, last night, before Easter, "
    "at six, this afternoon, every Thursday, in two weeks, on the 14th, since last summer, the day after tomorrow"
)
KIN = _of(
    "my sister, my brother, my mum, dad, my flatmate, my boss, our neighbour, my cousin, grandpa, my ex, the kids"
)

OPENERS = _of(
    "hey, so, btw, honestly, also, ah, hmm, well, right, guess what, listen, no but, I think, sorry, yeah, fun fact, "
    "update:, remember, oh and, quick one"
)
CLOSERS = _of(
    "haha, as always, you know, I hope, again, for once, and you?, 😅, 🙈, not sure yet, what do you think?, finally, "
    "long story, don't tell anyone, sadly, let me know, ok?, of all days, apparently, fingers crossed"
)
REPLIES = _of(
    "ok, lol, haha, yes, no, sure, thanks!, on my way, 👍, same, really?, oh no, nice, good night, morning!, wait "
    "what, see you then, can't talk now, why not, love it, sounds good, no idea, 😂, maybe, call me, done, sorry!, "
    "exactly"
)
STATEMENTS = (
    "I've been {doing} {day}",
    "{kin} is coming to {place} {day}",
    "I left {thing} at {place}",
    "I can't stand {food}",
    "we had {food} at {place} {day}",
    "I'm {mood} about {doing}",
    "{friend} said {thing} is broken again",
    "I start {doing} {day}",
    "{kin} bought {thing} {day}",
    "I'd rather have {food} than {food}",
    "{friend} moved to {place} {day}",
    "the train to {place} was {number} minutes late",
    "I sold {thing} for {number} euros",
    "{kin} is {mood}, it's because of {doing}",
    "I work from {place} {day} now",
    "{doing} takes me {number} hours a week",
    "I promised {friend} to bring {food} {day}",
    "my appointment at {place} got moved, it's {day}",
    "{thing} costs {number} a month, that's too much",
    "I stopped {doing}, no time since {kin} got ill",
)
QUESTIONS = (
    "are you at {place} {day}?",
    "did {kin} find {thing}?",
    "how is {doing} going?",
    "shall we make {food} {day}?",
    "can you bring {thing} {day}?",
    "who is coming to {place}?",
    "do you know if {friend} likes {food}?",
    "what time {day}?",
    "is {friend} still {mood}?",
    "have you seen {thing}?",
    "why are you {doing} {day}?",
)
LINKS = (". ", ", ", " and ", " but ", ". Also ", "; ", "... ", " because ", "\n", "! ")
ADVICE = (
    "A good way to begin with {doing} is to set aside {number} minutes {day} and write down what you want from it",
    "Compare at least three offers before you decide on {thing}, and ask what the guarantee covers",
    "For {food}, keep the heat low and season only at the end; it needs about {number} minutes",
    "From {place} there is a direct connection {day}, though it is worth booking {number} days ahead",
    "If you are {mood}, it may help to talk to {friend} before you go on with {doing}",
    "The error usually means that a connection was closed early; raise the limit to {number} and look at the log again",
)


SYLLABLES = _of("ba, del, fir, gan, hol, ker, lun, mar, nis, or, pel, ras, sto, tam, ul, ven, wick, yar, zel, thorpe")
SORTS = _of("blue, broken, borrowed, spare, heavy, cheap, Italian, wooden, signed, rusty, folding, electric, striped")
GOODS = _of(
    "lamp, tent, jacket, ladder, teapot, keyboard, mirror, kayak, guitar, blender, suitcase, armchair, heater, map"
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a sitting. ``number`` is its place in the whole, ``thread`` the other person or group."""

    number: int
    thread: str
    speaker: str
    at: datetime
    text: str


class Talk:
    """Draws texts from one source of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        coined = [self.coined() for _ in range(600)]
        self.places = PLACES + coined[:400]
        self.friends = [f"{first} {last}" for first in FIRST + coined[400:] for last in LAST]
        self.things = THINGS + [f"the {sort} {good}" for sort in SORTS for good in GOODS]

    def coined(self) -> str:
        """A name nobody has."""
        return "".join(self.chance.choices(SYLLABLES, k=self.chance.randint(2, 3))).capitalize()

    def fill(self, template: str, words: dict[str, list[str]]) -> str:
        """The template with every slot filled, from the sitting's ``words`` where it has some."""
        parts = template.split("{")
        text = parts[0]
        for part in parts[1:]:
            slot, _, rest = part.partition("}")
            text += (self.chance.choice(words[slot]) if slot in words else str(self.chance.randint(2, 90))) + rest
        return text

    def sitting(self) -> dict[str, list[str]]:
        """What one sitting is about: a few words of every sort."""
        pick = self.chance.sample
        return {
            "place": pick(self.places, 4), "food": pick(FOODS, 3), "thing": pick(self.things, 4),
            "doing": pick(DOINGS, 3),
            "mood": pick(MOODS, 3), "day": pick(DAYS, 5), "kin": pick(KIN, 3),
            "friend": [name.split()[0] for name in pick(self.friends, 3)],
        }  # fmt: skip

    def text(self, words: dict[str, list[str]]) -> str:
        """One message."""
        roll = self.chance.random()
        if roll < 0.16:
            return self.chance.choice(REPLIES)
        if roll < 0.36:
            return self.dressed(self.fill(self.chance.choice(QUESTIONS), words))
        sentences = 1 if roll < 0.74 else 2 if roll < 0.93 else 3 if roll < 0.98 else self.chance.randint(5, 12)
        return self.dressed(self.run(STATEMENTS, sentences, words))

    def dressed(self, text: str) -> str:
        """The text as it is typed: often with a word before and after."""
        if self.chance.random() < 0.5:
            text = f"{self.chance.choice(OPENERS)} {text}"
        return f"{text} {self.chance.choice(CLOSERS)}" if self.chance.random() < 0.4 else text

    def run(self, templates: tuple[str, ...], sentences: int, words: dict[str, list[str]]) -> str:
        """Several sentences one after the other."""
        text = self.fill(self.chance.choice(templates), words)
        for _ in range(sentences - 1):
            text += self.chance.choice(LINKS) + self.fill(self.chance.choice(templates), words)
        return text


def chats(count: int, seed: int = 7) -> Iterator[Message]:
    """``count`` messages of a year or two in sixty chats, in the order they were sent."""
    talk = Talk(seed)
    chance = talk.chance
    threads = chance.sample(talk.friends, 60)
    at, number = START, 0
    while number < count:
        thread = threads[min(int(chance.expovariate(0.08)), len(threads) - 1)]  # a few friends, many acquaintances
        words = talk.sitting()
        at += timedelta(minutes=chance.randint(5, 120))
        for _ in range(min(chance.randint(3, 40), count - number)):
            at += timedelta(seconds=chance.randint(3, 90))
            speaker = OWNER if chance.random() < 0.48 else thread
            yield Message(number, thread, speaker, at, talk.text(words))
            number += 1


def write_telegram(file: TextIO, messages: list[Message]) -> None:
    """A whole account as Telegram Desktop exports it (``result.json``)."""
    owner = 1_000_001
    threads: dict[str, list[Message]] = {}
    for message in messages:
        threads.setdefault(message.thread, []).append(message)
    lists = []
    for chat, (name, members) in enumerate(threads.items(), owner + 1):
        records = [
            {
                "id": m.number, "type": "message", "date": m.at.strftime("%Y-%m-%dT%H:%M:%S"),
                "date_unixtime": str(int(m.at.timestamp())), "from": m.speaker,
                "from_id": f"user{owner if m.speaker == OWNER else chat}", "text": m.text, "text_entities": [],
            }
            for m in members
        ]  # fmt: skip
        lists.append({"name": name, "type": "personal_chat", "id": chat, "messages": records})
    first, last = OWNER.split()
    person = {"user_id": owner, "first_name": first, "last_name": last}
    json.dump({"about": "", "personal_information": person, "chats": {"about": "", "list": lists}}, file, indent=1)


def write_chatgpt(file: TextIO, size: int, seed: int = 11) -> int:
    """About ``size`` bytes of conversations as ChatGPT exports them (``conversations.json``); how many messages.

    Short questions and long answers, which is what makes an export large.
    """
    talk = Talk(seed)
    at, number, conversation = START, 0, 0
    file.write("[")
    while file.tell() < size:
        words, turns = talk.sitting(), talk.chance.randint(1, 12)
        nodes: dict[str, dict[str, object]] = {"root": {"id": "root", "message": None, "parent": None, "children": []}}
        parent, began = "root", at
        for turn in range(2 * turns):
            number += 1
            at += timedelta(seconds=talk.chance.randint(5, 300))
            role = "assistant" if turn % 2 else "user"
            text = talk.run(ADVICE, talk.chance.randint(4, 25), words) if turn % 2 else talk.text(words)
            message = {
                "id": f"m{number}", "author": {"role": role}, "create_time": at.timestamp(),
                "content": {"content_type": "text", "parts": [text]}, "status": "finished_successfully",
                "recipient": "all", "metadata": {"model_slug": "some-model", "timestamp_": "absolute"},
            }  # fmt: skip
            nodes[f"m{number}"] = {"id": f"m{number}", "message": message, "parent": parent, "children": []}
            nodes[parent]["children"] = [f"m{number}"]
            parent = f"m{number}"
        whole = {
            "title": talk.fill("About {thing}", words), "create_time": began.timestamp(), "update_time": at.timestamp(),
            "mapping": nodes, "current_node": parent, "conversation_id": f"c{conversation}",
        }  # fmt: skip
        file.write((",\n" if conversation else "") + json.dumps(whole, ensure_ascii=False))
        conversation += 1
        at += timedelta(minutes=talk.chance.randint(10, 400))
    file.write("]")
    return number
