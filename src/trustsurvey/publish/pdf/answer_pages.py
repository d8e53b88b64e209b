"""Every question with its answers as diverging bars: what was answered, least favorable to the left, most favorable to the right."""

from __future__ import annotations

from collections.abc import Sequence

from trustsurvey.publish.answers import AnswerGroup, AnswerRow, answers_said, whole_groups
from trustsurvey.publish.charts import answer_tone, answers_bar, answers_scale
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.looks import HEADING, NOTE, Style
from trustsurvey.publish.pdf.shaping import width
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.pdf.table import HEAD
from trustsurvey.publish.pens import Scale

QUESTION = Style(8.5, 11)
ASKED, COUNT = 205.0, 240.0
BAR, LEAST = 12.0, 20.0
KEY, HEADS = 20.0, 12.0
LOOSE, TIGHT = (18.0, 7.0), (10.0, 4.0)  # white between lists of answers, and in a row: tight where that saves a page


def answer_pages(sheet: Sheet, _city: CityMap) -> None:
    """Nothing where the release has no answers, or none of the city's is shown whole."""
    edition, t = sheet.edition, sheet.edition.catalog
    groups = whole_groups(edition)
    if not groups:
        return
    across = answers_scale([row for group in groups for row in group.rows])
    sheet.begin(outline=t.gettext("Answers to each question"))
    y = sheet.text(t.gettext("What residents answered"), 0, TOP, WIDTH, HEADING, role="H1")
    note = t.gettext("Percent of those who answered, in the whole city. Half of the middle answer stands to each side of the line.")
    y = sheet.text(note, 0, y + 3, WIDTH, NOTE)
    y = sheet.text(t.gettext("Intervals and answers by neighborhood are in the data files."), 0, y, WIDTH, NOTE)
    between, white = TIGHT if _pages(sheet, groups, y, TIGHT) < _pages(sheet, groups, y, LOOSE) else LOOSE
    for group in groups:
        y = _group(sheet, group, across, y + between, white)


def _pages(sheet: Sheet, groups: Sequence[AnswerGroup], top: float, whites: tuple[float, float]) -> int:
    """How many pages the lists take."""
    pages, y = 1, top
    for group in groups:
        heights = [_height(sheet, row, whites[1]) for row in group.rows]
        y += whites[0] + KEY + HEADS
        for high in heights:
            if y + high > BOTTOM:
                pages, y = pages + 1, TOP + KEY + HEADS
            y += high
    return pages


def _group(sheet: Sheet, group: AnswerGroup, across: Scale, top: float, white: float) -> float:
    """One list of answers: its key, and a row a question; carried over to a new page with the key again."""
    if top + KEY + HEADS + _height(sheet, group.rows[0], white) > BOTTOM:
        sheet.begin()
        top = TOP
    y = _key(sheet, group, top)
    with sheet.tags.element("Table"):
        y = _heads(sheet, y)
        for row in group.rows:
            if y + _height(sheet, row, white) > BOTTOM:
                sheet.begin()
                with sheet.tags.artifact():
                    y = _drawn_key(sheet, group, TOP)
                y = _heads(sheet, y)
            y = _row(sheet, row, across, y, white)
    return y


def _key(sheet: Sheet, group: AnswerGroup, top: float) -> float:
    """The answers with their swatches, on as many lines as they need."""
    with sheet.tags.content("P"):
        return _drawn_key(sheet, group, top)


def _drawn_key(sheet: Sheet, group: AnswerGroup, top: float) -> float:
    x, y = 0.0, top
    for label, step in group.labels:
        wide = 14 + width(label, NOTE.size) + 14
        if x and x + wide > WIDTH:
            x, y = 0.0, y + NOTE.leading + 2
        sheet.pen(x, y + 1.5, 9).rect(0, 0, 9, 8, f"d{answer_tone(step, len(group.labels))}")
        sheet.draw(label, x + 14, y, wide - 14, NOTE)
        x += wide
    return y + NOTE.leading + 4


def _heads(sheet: Sheet, top: float) -> float:
    """What the columns hold. Furniture: each row's figure says it all, and heads of two rows would outnumber what they head."""
    t = sheet.edition.catalog
    with sheet.tags.artifact():
        sheet.draw(t.gettext("Question"), 0, top, ASKED, HEAD)
        sheet.draw(t.gettext("n"), ASKED, top, COUNT - ASKED, HEAD, align="end")
        sheet.draw(t.gettext("Answers"), COUNT + 16, top, WIDTH - COUNT - 16, HEAD)
        sheet.rule(top + HEADS)
    return top + HEADS


def _height(sheet: Sheet, row: AnswerRow, white: float) -> float:
    return max(LEAST, sheet.height(row.title, ASKED, QUESTION) + white)


def _row(sheet: Sheet, row: AnswerRow, across: Scale, top: float, white: float) -> float:
    edition, high = sheet.edition, _height(sheet, row, white)
    words = sheet.height(row.title, ASKED, QUESTION)
    plot = WIDTH - COUNT - 16
    with sheet.tags.element("TR"):
        with sheet.tags.content("TH", scope="Row"):
            sheet.draw(row.title, 0, top + (high - words) / 2, ASKED, QUESTION)
        with sheet.tags.content("TD"):
            sheet.draw(edition.number(row.n or 0), ASKED, top + (high - QUESTION.leading) / 2, COUNT - ASKED, NOTE, align="end")
        with sheet.tags.element("TD"), sheet.figure(answers_said(edition, row)):
            pen = sheet.pen(COUNT + 16, top, plot)
            unit = plot / (across.high - across.low)
            for tick in across.ticks:
                pen.line(across.at(tick, 0, plot), 0, across.at(tick, 0, plot), high, "g")
            pen.line(across.at(0, 0, plot), 0, across.at(0, 0, plot), high, "zero")
            place = (high - BAR) / 2
            answers_bar(pen, edition, row, lambda v: across.at(v, 0, plot), lambda v: v * unit, place, BAR, high / 2 - 0.4)
    with sheet.tags.artifact():
        sheet.rule(top + high, width=COUNT)
    return top + high
