"""What stands on a paper form: the promise, the questions by kind, and the list of neighborhoods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from trustsurvey.publish.pdf.form_sheet import ASK, BOX, GUTTER, NUMBER, PAIR, FormSheet, Piece
from trustsurvey.publish.pdf.form_tables import answers_of, matrix
from trustsurvey.publish.pdf.looks import ACCENT, INK2, Style
from trustsurvey.publish.pdf.page import WIDTH
from trustsurvey.questionnaire import keying
from trustsurvey.questionnaire.keying import Place
from trustsurvey.questionnaire.layout import Block, Part, Question
from trustsurvey.questionnaire.notice import Notice
from trustsurvey.questionnaire.schema import Kind

TITLE = Style(20, 26, 600)
PROMISE = Style(12, 16, 600, ACCENT)
PART = Style(11.5, 15, 600)
STEM = Style(9.5, 13, 400, INK2)
ANSWER = Style(9, 11.5)
SMALL = Style(8, 10.5, 400, INK2)
STRONG = Style(9.5, 13, 600)
SAY = Style(9.5, 13)

COLUMNS = 4


# ---------------------------------------------------------------- the first page


def opening(sheet: FormSheet, title: str, notice: Notice | None, *, by_invitation: bool, synthetic: bool) -> None:
    """Title, what is promised, and how to fill the form in."""
    t = sheet.catalog
    _say(sheet, title, TITLE, role="H1", after=6)
    if synthetic:
        _say(sheet, t.gettext("Synthetic data: this is a demonstration, not a real survey."), STRONG, after=6)
    _say(sheet, t.gettext("We will not know who you are"), PROMISE, role="P", after=4)
    vows = [
        (t.gettext("No name."), t.gettext("Do not write your name, address or phone number on this paper.")),
        (t.gettext("Not your status."), t.gettext("We never ask about your visa or papers.")),
        (t.gettext("Your choice."), t.gettext("Skip any question. Stop at any time.")),
    ]
    if notice is not None:
        vows += [
            (t.gettext("Who is asking?"), notice.operator),
            (t.gettext("Who sees my answers?"), notice.who_sees),
            (t.gettext("Questions about this survey?"), f"\u2068{notice.contact}\u2069"),
        ]
    for head, words in vows:
        _say(sheet, ((head + sheet.locale.gap, 600), (words, 400)), SAY, after=2)
    how = t.gettext("Put a cross in the box of your answer. The small numbers are for whoever types it in.")
    back = t.gettext("When you are done, put the paper into the box yourself, so that nobody sees your answers.")
    _say(sheet, how, SAY, before=6, after=2)
    _say(sheet, back, SAY, after=6)
    if by_invitation:
        _invitation(sheet)


def _invitation(sheet: FormSheet) -> None:
    t = sheet.catalog
    _say(sheet, t.gettext("Your invitation"), PART, role="H2", before=6, after=2)
    _say(
        sheet, t.gettext("Write the five words of your invitation here. Whoever types this in sees them beside your answers."), SAY, after=4
    )
    with sheet.tags.artifact():
        sheet.box(0, sheet.y, wide=WIDTH, high=24)
    sheet.y += 34


def _say(
    sheet: FormSheet,
    words: str | Sequence[tuple[str, int]],
    style: Style,
    *,
    role: str = "P",
    start: float = 0.0,
    before: float = 0.0,
    after: float = 0.0,
) -> None:
    sheet.place(_words(sheet, words, style, role=role, start=start, before=before, after=after))


def _words(
    sheet: FormSheet,
    words: str | Sequence[tuple[str, int]],
    style: Style,
    *,
    role: str = "P",
    start: float = 0.0,
    before: float = 0.0,
    after: float = 0.0,
) -> Piece:
    width = WIDTH - start
    return Piece(
        sheet.height(words, width, style),
        lambda top: sheet.text(words, start, top, width, style, role=role),
        after=after,
        before=before,
    )


# ---------------------------------------------------------------- the questions


def onward(parts: Sequence[Part]) -> dict[str, str]:
    """By item that has follow-ups: the number of the first question after them that everyone is asked."""
    questions = [question for part in parts for block in part.blocks for question in block.questions]
    found: dict[str, str] = {}
    for n, question in enumerate(questions):
        after = next((other.number for other in questions[n + 1 :] if other.lead is None), None)
        if after is not None and any(other.item.show_if and other.item.show_if.item == question.item.code for other in questions):
            found[question.item.code] = after
    return found


def part(sheet: FormSheet, found: Part, *, places: int, onward: Mapping[str, str]) -> None:
    """One part of the survey. ``places``: how many neighborhoods are listed (0: none); ``onward`` as the function gives it."""
    waiting: list[Piece] = []
    if found.title:
        waiting.append(_heading(sheet, found))
    for block in found.blocks:
        if block.intro:
            waiting.append(_words(sheet, block.intro, STEM, before=4, after=5))
        for piece in _questions(sheet, block, places, onward):
            sheet.place(*waiting, piece)
            waiting = []


def _heading(sheet: FormSheet, found: Part) -> Piece:
    height = sheet.height(found.title, WIDTH, PART)

    def draw(top: float) -> None:
        sheet.hairline(top)
        sheet.text(found.title, 0, top + 6, WIDTH, PART, role="H2")

    return Piece(height + 6, draw, before=12, after=4)


def _questions(sheet: FormSheet, block: Block, places: int, onward: Mapping[str, str]) -> Iterator[Piece]:
    """Consecutive questions on one scale become a table; every other question stands alone."""
    for scale, run in groupby(block.questions, key=lambda question: question.item.option_list if not question.lead else ""):
        group = list(run)
        if scale and group[0].item.kind is Kind.SCALE:
            yield from matrix(sheet, group)
            continue
        for question in group:
            match question.item.kind:
                case Kind.AREA:
                    yield _area(sheet, question, places)
                case Kind.NUMBER:
                    yield _ten(sheet, question)
                case _:
                    yield _choice(sheet, question, _routes(sheet, block, question, onward))


def _ask(sheet: FormSheet, question: Question, top: float, width: float) -> float:
    """The number and the words of a question; answers the y below."""
    item = question.item
    with sheet.tags.content("P"):
        sheet.draw(question.number, 0, top, GUTTER, STRONG)
        return sheet.draw(_asked(sheet, question), GUTTER, top, width, STRONG if item.kind is not Kind.SCALE else ASK, balance=True)


def _asked(sheet: FormSheet, question: Question) -> str:
    if question.lead is None:
        return question.item.text
    said = sheet.catalog.gettext(
        "If you answered “%(answer)s” to question %(number)s:", answer=question.lead.answer, number=question.lead.number
    )
    return f"{said}{sheet.locale.gap}{question.item.text}"


# ---------------------------------------------------------------- other questions


def _choice(sheet: FormSheet, question: Question, routes: Iterable[str]) -> Piece:
    """Options in columns as wide as the longest, then those for not knowing and not saying on a line of their own."""
    answers = answers_of(sheet, question)
    own, special = list(answers.items())[:-2], list(answers.items())[-2:]
    width = WIDTH - GUTTER
    asked = sheet.height(_asked(sheet, question), width, STRONG)
    notes = [note for note in (question.item.note, *routes) if note]
    columns = _columns(sheet, [words for _, words in own], width)
    rows = _rows(sheet, own, columns, width) + _rows(sheet, special, min(columns, 2), width)
    below = sum(sheet.height(note, width, SMALL) + 2 for note in notes)
    height = asked + 4 + sum(high for high, _ in rows) + below

    def draw(top: float) -> None:
        y = _ask(sheet, question, top, width) + 4
        with sheet.tags.element("L"):
            for high, cells in rows:
                for start, room, number, words in cells:
                    _option(sheet, number, words, start, y, room)
                y += high
        for note in notes:
            y = sheet.text(note, GUTTER, y, width, SMALL) + 2

    return Piece(height, draw, before=2, after=9)


def _option(sheet: FormSheet, number: str, words: str, start: float, top: float, room: float) -> None:
    with sheet.tags.element("LI"), sheet.tags.element("LBody"):
        at = sheet.numbered(number, start, top) + 5
        with sheet.tags.content():
            sheet.draw(words, at, top + (BOX - ANSWER.leading) / 2, room - (at - start) - 6, ANSWER)


Cells = list[tuple[float, float, str, str]]


def _rows(sheet: FormSheet, answers: Sequence[tuple[str, str]], columns: int, width: float) -> list[tuple[float, Cells]]:
    """(height, cells) of each row; a cell is its start, its width, a number and words."""
    room = width / columns
    found = []
    for n in range(0, len(answers), columns):
        row = answers[n : n + columns]
        high = max(sheet.height(words, room - PAIR - 11, ANSWER) for _, words in row)
        cells = [(GUTTER + k * room, room, number, words) for k, (number, words) in enumerate(row)]
        found.append((max(high, BOX) + 4, cells))
    return found


def _columns(sheet: FormSheet, texts: Sequence[str], width: float) -> int:
    longest = max(sheet.set_width(words, ANSWER) for words in texts) + PAIR + 12
    return max(1, min(COLUMNS, int(width // longest)))


def _routes(sheet: FormSheet, block: Block, question: Question, onward: Mapping[str, str]) -> Iterator[str]:
    """Where to go on, for each answer that leads past the follow-ups."""
    item = question.item
    if item.code not in onward:
        return
    conditions = [other.item.show_if for other in block.questions if other.item.show_if and other.item.show_if.item == item.code]
    followed = {value for condition in conditions for value in condition.values}
    for option in item.options:
        if option.code not in followed:
            yield sheet.catalog.gettext(
                "If your answer is “%(answer)s”, go to question %(number)s.", answer=option.text, number=onward[item.code]
            )


def _ten(sheet: FormSheet, question: Question) -> Piece:
    """A row of numbered boxes with words at its ends."""
    answers = list(answers_of(sheet, question).items())
    own, special = answers[:-2], answers[-2:]
    width, low, high_end = WIDTH - GUTTER, *(question.item.ends or ("", ""))
    step = min(width / len(own), 36.0)
    asked = sheet.height(_asked(sheet, question), width, STRONG)
    words = max(sheet.height(end, step * len(own) / 2 - 8, SMALL) for end in (low, high_end))
    rows = _rows(sheet, special, 2, width)
    height = asked + 4 + NUMBER.leading + BOX + 4 + words + 4 + sum(high for high, _ in rows)

    def draw(top: float) -> None:
        y = _ask(sheet, question, top, width) + 4
        with sheet.tags.element("L"):
            for k, (_number, text) in enumerate(own):
                with sheet.tags.element("LI"), sheet.tags.content("LBody"):
                    sheet.draw(text, GUTTER + k * step, y, BOX, NUMBER, align="center")
                    sheet.box(GUTTER + k * step, y + NUMBER.leading)
        y += NUMBER.leading + BOX + 4
        half = step * (len(own) - 1) + BOX
        with sheet.tags.content("P"):
            sheet.draw(low, GUTTER, y, half / 2 - 4, SMALL)
            sheet.draw(high_end, GUTTER + half / 2 + 4, y, half / 2 - 4, SMALL, align="end")
        y += words + 4
        with sheet.tags.element("L"):
            for high, cells in rows:
                for start, room, number, text in cells:
                    _option(sheet, number, text, start, y, room)
                y += high

    return Piece(height, draw, before=2, after=9)


def _area(sheet: FormSheet, question: Question, places: int) -> Piece:
    """A field for the number of a neighborhood (or its name, where no list is printed), and the box of who lives in none."""
    item, width, t = question.item, WIDTH - GUTTER, sheet.catalog
    notes = [item.note] if item.note else []
    if places:
        notes.append(t.gettext("Write the number of your neighborhood. The list is on the last page."))
    asked = sheet.height(item.text, width, STRONG)
    said = sum(sheet.height(note, width, SMALL) for note in notes)
    digits = len(str(places))
    height = asked + said + 6 + 22 + 6 + (BOX + 4 if item.options else 0)

    def draw(top: float) -> None:
        y = _ask(sheet, question, top, width)
        for note in notes:
            y = sheet.text(note, GUTTER, y, width, SMALL)
        y += 6
        with sheet.tags.artifact():
            for k in range(digits if places else 1):
                sheet.box(GUTTER + 20 * k, y, wide=18 if places else width, high=22)
        y += 28
        if item.options:
            with sheet.tags.element("L"):
                _option(sheet, keying.OUTSIDE, item.options[0].text, GUTTER, y, width)

    return Piece(height, draw, before=2, after=8)


# ---------------------------------------------------------------- the list of neighborhoods


def place_list(sheet: FormSheet, places: Sequence[Place]) -> None:
    """Every neighborhood with its number, by district, in columns, on a page of its own."""
    sheet.begin()
    t = sheet.catalog
    _say(sheet, t.gettext("Neighborhoods"), PART, role="H2", after=6)
    columns, gap = 3, 12.0
    room = (WIDTH - gap * (columns - 1)) / columns
    lines = list(_place_lines(sheet, places, room))
    total = sum(high for high, *_ in lines)
    limit = min(max(total / columns + 24, 60.0), sheet.room)
    column, y = 0, sheet.y
    for high, head, number, words in lines:
        tail = 14 if head else 0
        if y + high + tail > sheet.y + limit:
            column, y = column + 1, sheet.y
            if column == columns:
                sheet.begin()
                column, y, limit = 0, sheet.y, sheet.room
        start = column * (room + gap)
        if head:
            sheet.text(words, start, y + 5, room, Style(9, 12, 600), role="H3")
        else:
            with sheet.tags.content("P"):
                sheet.draw(number, start, y, 18, Style(9, 12, 600), align="end")
                sheet.draw(words, start + 24, y, room - 24, ANSWER)
        y += high


def _place_lines(sheet: FormSheet, places: Sequence[Place], room: float) -> Iterator[tuple[float, bool, str, str]]:
    """(height, whether it is a district, number, words) of each line."""
    t, number = sheet.catalog, 0
    for district, group in groupby(places, key=lambda place: place.part_of or ""):
        if district:
            yield 12 + 8, True, "", t.pgettext("district", district)
        for place in group:
            number += 1
            name = t.pgettext(f"area:{place.code}", place.name)
            words = name if name == place.name else f"{name} – {place.name}"
            yield sheet.height(words, room - 24, ANSWER) + 2, False, str(number), words
