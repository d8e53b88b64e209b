"""Questions that share a scale, as a table of boxes; one alone looks like a row of such a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate

from trustsurvey.publish.pdf.form_sheet import ASK, BOX, GUTTER, PAIR, TOP, FormSheet, Piece
from trustsurvey.publish.pdf.looks import Style
from trustsurvey.publish.pdf.page import WIDTH
from trustsurvey.questionnaire import keying
from trustsurvey.questionnaire.layout import Part, Question
from trustsurvey.questionnaire.schema import DONT_KNOW, PREFER_NOT, Kind

HEAD = Style(7.2, 8.6)
CELL_MIN, CELL_MAX = 38.0, 48.0
ABOVE_TABLE: float = 62.0  # room for the heading and introduction that stand with a table
FEWEST_ROWS = 3  # of a table at the end of a page


def answers_of(sheet: FormSheet, question: Question) -> dict[str, str]:
    """Number → words of every answer of a question."""
    t, item = sheet.catalog, question.item
    words = {option.code: option.text for option in item.options}
    words |= {DONT_KNOW: t.gettext("I don’t know"), PREFER_NOT: t.gettext("I’d rather not say")}
    return {number: words[code] for number, code in keying.numbers(item).items()}


def matrix(sheet: FormSheet, questions: Sequence[Question]) -> Iterator[Piece]:
    answers, cell = answers_of(sheet, questions[0]), sheet.cell
    head = max(sheet.height(words, cell - 5, HEAD) for words in answers.values()) + 4
    heights = [_row_height(sheet, question, len(answers)) for question in questions]
    begin = 0
    while begin < len(questions):  # a table that is cut has its heads again
        here = _fitting(heights[begin:], sheet.room - ABOVE_TABLE - head)
        count = here if here >= FEWEST_ROWS else _fitting(heights[begin:], sheet.bottom - TOP - ABOVE_TABLE - head)
        if len(questions) - begin - count == 1 and count > FEWEST_ROWS:
            count -= 1  # no row alone
        end = begin + max(count, 1)
        draw = partial(_draw_matrix, sheet, questions[begin:end], heights[begin:end], answers, head)
        yield Piece(head + sum(heights[begin:end]), draw, after=8)
        begin = end


def _fitting(heights: Sequence[float], room: float) -> int:
    """How many rows ``room`` takes."""
    return sum(total <= room for total in accumulate(heights))


def cell_width(sheet: FormSheet, parts: Sequence[Part]) -> float:
    """One width for the columns of all tables, by the longest word above them; all of the page where that leaves questions too little."""
    scales = {q.item.option_list: q for part in parts for block in part.blocks for q in block.questions if q.item.kind is Kind.SCALE}
    heads = [answers_of(sheet, question).values() for question in scales.values()]
    longest = max((sheet.set_width(word, HEAD) for words in heads for text in words for word in text.split()), default=0.0)
    if longest + 5 > CELL_MAX:
        return (WIDTH - GUTTER) / max(map(len, heads))
    return max(longest + 5, CELL_MIN)


def _row_height(sheet: FormSheet, question: Question, columns: int) -> float:
    words = sheet.height(question.item.text, _room(sheet, columns), ASK)
    return words + BOX + 12 if sheet.cell > CELL_MAX else max(words, BOX) + 7


def _room(sheet: FormSheet, columns: int) -> float:
    """Width of a question's words: beside its boxes, or above them where those take all of the page."""
    return WIDTH - GUTTER - (0 if sheet.cell > CELL_MAX else columns * sheet.cell + 6)


def _draw_matrix(
    sheet: FormSheet,
    questions: Sequence[Question],
    heights: Sequence[float],
    answers: Mapping[str, str],
    head: float,
    top: float,
) -> None:
    if len(questions) == 1:
        _draw_single(sheet, questions[0], heights[0], answers, head, top)
        return
    with sheet.tags.element("Table"):
        with sheet.tags.element("TR"):
            with sheet.tags.content("TD"):
                pass
            for k, words in enumerate(answers.values()):
                with sheet.tags.content("TH", scope="Column"):
                    _column_head(sheet, words, k, len(answers), top + head)
        y = top + head
        sheet.hairline(y)
        for question, height in zip(questions, heights, strict=True):
            with sheet.tags.element("TR"):
                with sheet.tags.content("TH", scope="Row"):
                    _row_head(sheet, question, len(answers), y, height)
                for k, number in enumerate(answers):
                    with sheet.tags.element("TD"):
                        sheet.numbered(number, _cell(sheet, k, len(answers)), _box_top(sheet, y, height))
            y += height
            sheet.hairline(y)


def _draw_single(sheet: FormSheet, question: Question, height: float, answers: Mapping[str, str], head: float, top: float) -> None:
    """One question looks like a table of one row, and reads as a question with a list of answers."""
    y = top + head
    sheet.hairline(y)
    with sheet.tags.content("P"):
        _row_head(sheet, question, len(answers), y, height)
    with sheet.tags.element("L"):
        for k, (number, words) in enumerate(answers.items()):
            with sheet.tags.element("LI"), sheet.tags.element("LBody"):
                with sheet.tags.content():
                    _column_head(sheet, words, k, len(answers), y)
                sheet.numbered(number, _cell(sheet, k, len(answers)), _box_top(sheet, y, height))
    sheet.hairline(y + height)


def _column_head(sheet: FormSheet, words: str, k: int, columns: int, bottom: float) -> None:
    width = sheet.cell - 5
    start = WIDTH - (columns - k) * sheet.cell + 2.5
    sheet.draw(words, start, bottom - 4 - sheet.height(words, width, HEAD), width, HEAD, align="center")


def _row_head(sheet: FormSheet, question: Question, columns: int, top: float, height: float) -> None:
    room = _room(sheet, columns)
    y = top + 4 if sheet.cell > CELL_MAX else top + (height - sheet.height(question.item.text, room, ASK)) / 2
    sheet.draw(question.number, 0, y, GUTTER, Style(ASK.size, ASK.leading, 600))
    sheet.draw(question.item.text, GUTTER, y, room, ASK, balance=True)


def _box_top(sheet: FormSheet, top: float, height: float) -> float:
    return top + (height - BOX - 4 if sheet.cell > CELL_MAX else (height - BOX) / 2)


def _cell(sheet: FormSheet, k: int, columns: int) -> float:
    """Where the number and box of column ``k`` begin."""
    return WIDTH - (columns - k) * sheet.cell + (sheet.cell - PAIR) / 2
