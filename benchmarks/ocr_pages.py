"""The windows the OCR benchmark reads: invented text, and where each line of it stands.

Every line is laid out by this file and not by the browser, so that its place and words are known exactly.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

WIDTH, HEIGHT = 1280, 760
SIZES = (12, 13, 14, 16, 20)
FAMILIES = {"sans": "Liberation Sans", "serif": "Liberation Serif", "mono": "DejaVu Sans Mono"}
THEMES = {"light": ("#ffffff", "#1f2328", "#0969da"), "dark": ("#1e1e1e", "#d4d4d4", "#6cb6ff")}

TEXTS: dict[str, list[str]] = {
    "English": [
        "The ferry to Skellgrove leaves at 7:45, so I have to be at the pier by half past.",
        "Marta asked whether we could move the review to Thursday; I said 14:30 would do.",
        "You can't rename a column while the nightly job runs - it holds the lock for ~20 min.",
        "Order no. 48-2210 was shipped on 3 March and should arrive within five working days.",
        "I stopped drinking coffee after lunch, and it took two weeks until I slept better.",
        "Please send the invoice to accounts@fernhollow.example before the end of the month.",
        "Her new flat is on the fourth floor (no lift!) but it has a view across the harbour.",
        'He wrote: "Nobody told us the parser drops the last row when the file has no newline."',
        "Total: $1,284.50 incl. 19% tax; paid by card, the receipt is in the shared folder.",
        "if response.status == 404: return None  # the page was moved, try docs/v2/index.html",
    ],
    "Latin, diacritics": [
        "Zuzana přišla později, protože jí ujel vlak z Ústí; večeři jsme už měli hotovou.",
        "Wir müssen das Gerät übermorgen zurückschicken, sonst läuft die Gewährleistung ab.",
        "L'été dernier, j'ai loué un gîte près d'Évreux : le propriétaire était très aimable.",
        "Łukasz pożyczył mi wiertarkę, ale nie mogę znaleźć właściwego wiertła do betonu.",
        "El año que viene quiero aprender a cocinar ñoquis; ¿me enseñas el sábado?",
        "Åsa och Jörgen flyttade till Västerås förra hösten och trivs väldigt bra där.",
        "Şehir dışındaki evimizi satıp küçük bir bahçeli ev almayı düşünüyoruz.",
        "Não consigo abrir o relatório; a ligação caiu três vezes desde as onze.",
    ],
    "Greek": [
        "Η Ελένη έρχεται αύριο το πρωί με το τρένο από τη Λάρισα.",
        "Πρέπει να πληρώσω τον λογαριασμό του ρεύματος πριν από την Παρασκευή.",
        "Μου αρέσει να περπατώ δίπλα στη θάλασσα όταν δεν φυσάει πολύ.",
        "Το καινούργιο γραφείο είναι πιο κοντά στο σπίτι και έχει μεγάλα παράθυρα.",
        "Θα σε πάρω τηλέφωνο μόλις τελειώσει η συνάντηση, γύρω στις έξι.",
    ],
    "Cyrillic": [
        "Завтра утром я еду к родителям в Тверь и вернусь только в воскресенье.",
        "Отчёт нужно сдать до пятницы, но половины цифр у меня ещё нет.",
        "Ольга посоветовала новый курс по рисованию, занятия идут по вторникам.",
        "Купи, пожалуйста, хлеб, молоко и что-нибудь к чаю по дороге домой.",
        "Ми переїхали до Львова минулої осені й досі шукаємо більшу квартиру.",
    ],
    "Chinese": [
        "明天上午十点开会,请大家提前把材料发到群里。",
        "我搬到新房子已经三个月了,离公司走路只要十分钟。",
        "她最近开始学游泳,每个星期二和星期四晚上去。",
        "这台打印机又坏了,维修的人说要等到下周三才能来。",
        "周末我们打算去山里住两天,你要不要一起来?",
    ],
    "Japanese": [
        "来週の金曜日に京都へ出張するので、ホテルを予約しました。",
        "弟は春から料理の学校に通っていて、毎晩なにか作ってくれます。",
        "すみません、電車が遅れているので三十分ほど遅くなります。",
        "このアプリを更新したら、通知が届かなくなってしまった。",
        "コーヒーよりも紅茶のほうが好きです。砂糖は入れません。",
    ],
    "Korean": [
        "내일 오전에 치과 예약이 있어서 조금 늦게 출근합니다.",
        "지난주에 이사한 집은 햇빛이 잘 들고 조용해서 마음에 들어요.",
        "회의 자료는 오늘 저녁까지 공유 폴더에 올려 주세요.",
        "주말마다 아버지와 함께 동네 뒷산에 올라갑니다.",
    ],
    "Arabic": [
        "سأسافر غدا إلى مدينة صغيرة على الساحل لزيارة أختي.",
        "أرجو إرسال التقرير قبل نهاية يوم الخميس.",
        "انتقلنا إلى بيت جديد قريب من المدرسة والسوق.",
        "لا أشرب القهوة بعد الظهر لأنها تمنعني من النوم.",
    ],
    "Hindi": [
        "कल सुबह मैं अपनी बहन से मिलने गाँव जा रहा हूँ।",
        "कृपया शुक्रवार से पहले रिपोर्ट भेज दीजिए।",
        "हमने पिछले महीने नया मकान किराए पर लिया है।",
        "दोपहर के बाद मैं चाय नहीं पीता।",
    ],
}
# Fonts, colours and text on which no constant of the line finder was chosen. Keep it so.
HELD_OUT_FAMILIES = ("DejaVu Serif", "URW Bookman", "Noto Serif", "Noto Sans Mono")
HELD_OUT_THEMES = {"sepia": ("#f4ecd8", "#5b4636", "#8a3b12"), "slate": ("#263238", "#b0bec5", "#80cbc4")}
HELD_OUT = [
    "Rowan borrowed the small ladder again and left it leaning against the greenhouse.",
    "We agreed on 640 euros a month, heating included, starting from the first of May.",
    "my knee hurts when i run more than 8 km, swimming is fine though",
    "Backup finished at 02:17:45 (3 warnings, 0 errors) -> see /var/log/nightly.log",
    "Could you water the tomatoes on Tuesday & Friday? The key is under the third pot.",
    "git rebase --onto main feature~3 feature   # drops the two oldest commits",
]
FALLBACK = "'Noto Sans CJK SC', 'Noto Sans'"
FAMILY_OF = {
    "Japanese": "Noto Sans CJK JP",
    "Korean": "Noto Sans CJK KR",
    "Chinese": "Noto Sans CJK SC",
    "Arabic": "Noto Sans Arabic",
    "Hindi": "Noto Sans Devanagari",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of text and the box it was laid out in: nothing else stands in it."""

    text: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Page:
    """One window. ``group`` says what its figures are counted under."""

    group: tuple[str, ...]
    body: str
    lines: tuple[Placed, ...]


def article(script: str, size: int, theme: str, family: str) -> Page:
    """A page of one script."""
    font = FAMILIES[family] if script not in FAMILY_OF else FAMILY_OF[script]
    return _written((script, f"{size} px", theme, family), TEXTS[script], size, THEMES[theme], font)


def held_out(size: int, theme: str, font: str) -> Page:
    """A page that was not looked at while the line finder was made."""
    return _written(("held-out", f"{size} px", theme, font), HELD_OUT, size, HELD_OUT_THEMES[theme], font)


def _written(group: tuple[str, ...], texts: list[str], size: int, colours: tuple[str, str, str], font: str) -> Page:
    """A heading and a paragraph, as on any page."""
    paper, ink, link = colours
    step = round(size * 1.5)
    parts, lines = [], []
    top = 24
    for row, text in enumerate(texts):
        big = row == 0
        height = step * 2 if big else step
        placed = Placed(text, 40, top, WIDTH - 80, height)
        style = f"font: {'bold ' if big else ''}{size * 1.2 if big else size}px '{font}', {FALLBACK}"
        parts.append(_line(placed, style, link if row == 3 else ink))
        lines.append(placed)
        top += height
    return Page(group, _body(paper, "".join(parts)), tuple(lines))


def chat(theme: str) -> Page:
    """A window with a side bar, bubbles on both sides in two colours, icons and buttons."""
    paper, ink, link = THEMES[theme]
    shade = "#f0f2f5" if theme == "light" else "#2b2d31"
    font = f"'Noto Sans', {FALLBACK}"
    parts = [f"<div style='position:absolute;left:0;top:0;width:280px;height:{HEIGHT}px;background:{shade}'></div>"]
    lines = []
    names = [
        "Ines Halloran",
        "Budget 2031",
        "Team Lighthouse",
        "Jonas",
        "Climbing on Sunday",
        "Ruth & Piet",
        "Landlord",
    ]
    for row, name in enumerate(names):
        top = 60 + row * 64
        parts.append(
            f"<div style='position:absolute;left:14px;top:{top}px;width:40px;height:40px;border-radius:20px;"
            f"background:hsl({row * 47} 60% 45%)'></div>"
        )
        lines.append(Placed(name, 66, top - 2, 140, 22))
        parts.append(_line(lines[-1], f"font: 600 15px {font}", ink))
        lines.append(Placed(f"1{row}:0{row}", 226, top - 2, 50, 22))
        parts.append(_line(lines[-1], f"font: 12px {font}", "#6e7781" if theme == "light" else "#9da5ae"))
    said = [TEXTS["English"][row] for row in (1, 4, 6, 0, 2, 8)]
    for row, text in enumerate(said):
        mine, top = row % 2, 70 + row * 100
        left, words = 620 if mine else 320, text.split()
        colour, written = ("#0b57d0", "#ffffff") if mine else (shade, ink)
        parts.append(
            f"<div style='position:absolute;left:{left}px;top:{top}px;width:420px;height:64px;border-radius:14px;"
            f"background:{colour}'></div>"
        )
        half = len(words) // 2
        for step, part in enumerate((words[:half], words[half:])):
            lines.append(Placed(" ".join(part), left + 14, top + 8 + 24 * step, 400, 24))
            parts.append(_line(lines[-1], f"font: 15px {font}", written))
    for row, name in enumerate(("Files", "Calls", "Search", "Settings")):
        left = 320 + row * 150
        parts.append(
            f"<div style='position:absolute;left:{left}px;top:14px;width:110px;height:32px;border-radius:6px;"
            f"border:1px solid {link}'></div>"
            f"<svg style='position:absolute;left:{left + 8}px;top:20px' width=20 height=20>"
            f"<circle cx=10 cy=10 r=7 fill=none stroke='{link}' stroke-width=2 />"
            f"<path d='M6 10h8M10 6v8' stroke='{link}'/></svg>"
        )
        lines.append(Placed(name, left + 36, 18, 70, 24))
        parts.append(_line(lines[-1], f"font: 14px {font}", link))
    return Page(("chat window", theme), _body(paper, "".join(parts)), tuple(lines))


def picture() -> Page:
    """Captions on gradients and on a busy picture, where no background is flat."""
    parts, lines = [], []
    for row, text in enumerate(TEXTS["English"][:8]):
        top = 30 + row * 80
        parts.append(
            f"<div style='position:absolute;left:0;top:{top - 20}px;width:{WIDTH}px;height:70px;"
            f"background:repeating-conic-gradient(from {row * 20}deg at {100 + row * 130}px 35px,"
            f"hsl({row * 40} 50% 30%) 0 6deg,hsl({row * 40 + 60} 45% 42%) 0 14deg)'></div>"
        )
        lines.append(Placed(text, 60, top, 1000, 32))
        parts.append(_line(lines[-1], f"font: bold 18px 'Noto Sans', {FALLBACK}", "#ffffff"))
    return Page(("on pictures",), _body("#334455", "".join(parts)), tuple(lines))


def full_frame(theme: str) -> Page:
    """A 1080p window full of text: a side bar and two columns of 13 px."""
    paper, ink, _ = THEMES[theme]
    parts, lines = [], []
    texts = TEXTS["English"] + TEXTS["Latin, diacritics"]
    for row in range(44):
        top = 12 + row * 24
        for left, span, text in (
            (16, 220, f"{row + 1}. " + " ".join(texts[row % len(texts)].split()[:3])),
            (260, 800, texts[row % len(texts)]),
            (1090, 800, texts[(row * 7 + 3) % len(texts)]),
        ):
            lines.append(Placed(text, left, top, span, 24))
            parts.append(_line(lines[-1], f"font: 13px 'DejaVu Sans', {FALLBACK}", ink))
    return Page(("1080p frame", theme), _body(paper, "".join(parts)), tuple(lines))


def pages() -> list[Page]:
    """Everything but the full frames, which are for timing."""
    made = [article("English", size, theme, family) for size in SIZES for theme in THEMES for family in FAMILIES]
    for script in TEXTS:
        if script != "English":
            sizes = SIZES if script == "Latin, diacritics" else (13, 16)
            made += [article(script, size, theme, "sans") for size in sizes for theme in THEMES]
    made += [
        held_out(size, theme, font) for size in (12, 15, 18) for theme in HELD_OUT_THEMES for font in HELD_OUT_FAMILIES
    ]
    return [*made, chat("light"), chat("dark"), picture()]


def _line(placed: Placed, style: str, colour: str) -> str:
    return (
        f'<div style="position:absolute;white-space:pre;left:{placed.left}px;top:{placed.top}px;'
        f'{style};line-height:{placed.height}px;color:{colour}">{html.escape(placed.text)}</div>'
    )


def _body(paper: str, inside: str) -> str:
    return f"<div style='position:absolute;inset:0;background:{paper}'>{inside}</div>"
