"""Tables of words and figures, with marks on a scale beside their rows where that helps. A long one goes on over pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reportlab.lib.units import mm

from trustsurvey.publish.charts import interval
from trustsurvey.publish.pdf.looks import NOTE, SUBHEADING, Style
from trustsurvey.publish.pdf.shaping import width
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.pens import Scale

CELL, FIRM, HEAD = Style(8.5, 11), Style(8.5, 11, 600), Style(7.5, 10, 400, "#5a554c")
ROW = 14.0
GAP = 6.0  # between columns
KEPT_TOGETHER = 16  # rows: a longer table may be broken over pages


@dataclass(frozen=True, slots=True)
class Mark:
    """A row's mark: a value on its interval, and the value it is held against (an upright stroke).

    ``kind`` is ``on``, ``off`` or ``ink``, as in ``charts.interval``.
    """

    value: float
    low: float
    high: float
    kind: str = "ink"
    caution: bool = False
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """A column of marks from ``start``, ``width`` wide; ``label`` says a tick's value.

    ``diverging``: a bar runs from zero, which is drawn as a line, to each value.
    """

    start: float
    width: float
    across: Scale
    marks: Sequence[Mark | None]
    label: Callable[[float], str]
    diverging: bool = False

    def head(self, sheet: Sheet, bottom: float) -> None:
        """The ticks' values, above the first row."""
        pen = sheet.pen(self.start, bottom, self.width)
        for tick in self.across.ticks:
            pen.text(self._at(tick), -4, self.label(tick), "s m")

    def row(self, sheet: Sheet, n: int, top: float, high: float) -> None:
        """The grid's part and the mark of row ``n``."""
        pen, mark = sheet.pen(self.start, top, self.width), self.marks[n]
        for tick in self.across.ticks:
            pen.line(self._at(tick), 0, self._at(tick), high, "zero" if self.diverging and tick == 0 else "g")
        if mark is None:
            return
        if self.diverging:
            left, right = sorted((self._at(0), self._at(mark.value)))
            pen.rect(left, high / 2 - 3.2, right - left, 6.4, "away")
        if mark.reference is not None:
            pen.line(self._at(mark.reference), high / 2 - 5, self._at(mark.reference), high / 2 + 5, "tick")
        interval(pen, self._at, (mark.low, mark.high), mark.value, high / 2, kind=mark.kind, caution=mark.caution, radius=2.6)

    def _at(self, value: float) -> float:
        return self.across.at(value, 0, self.width)


def fitted(least: Sequence[float], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Where columns end, in points: at ``least``, or as much farther as keeps figures on one line and the words of heads whole.

    The first column is as wide as ``least`` says, since its words may take lines.
    """
    ends = [least[0]]
    for n in range(1, len(least)):
        words = [width(word, HEAD.size, HEAD.weight) for word in heads[n].split()]
        figures = [width(row[n], CELL.size, FIRM.weight) for row in rows]
        ends.append(ends[-1] + max([least[n] - least[n - 1], *(GAP + 0.5 + room for room in (*words, *figures))]))
    return ends


def whole_words(style: Style, heads: Sequence[str], rooms: Sequence[float]) -> Style:
    """``style``, smaller by up to a fifth where a head's longest word wouldn't fit in its room (points) otherwise."""
    fits = [
        room / width(word, style.size, style.weight)
        for head, room in zip(heads, rooms, strict=True)
        for word in head.replace("-", "- ").split()
    ]
    return replace(style, size=style.size * max(min([1.0, *fits]), 0.8))


class Table:
    """A table whose columns end at ``ends`` from the reading edge; the first ``words`` columns stand at the start, the others at the end.

    ``firm`` is the column whose figures are set heavier. ``note`` stands under the heading.
    """

    def __init__(
        self,
        sheet: Sheet,
        heading: str,
        heads: Sequence[str],
        ends: Sequence[float],
        *,
        words: int = 1,
        note: str = "",
        firm: int = -1,
        row: float = ROW,
        start: float = 0.0,
        plot: Plot | None = None,
    ) -> None:
        self.sheet, self.heading, self.heads, self.ends, self.words = sheet, heading, heads, ends, words
        self.note, self.firm, self.row, self.start, self.plot = note, firm, row, start, plot
        self.head = whole_words(HEAD, heads, [room for _, room in self._rooms()])

    @property
    def _reach(self) -> float:
        """How wide the heading and the note may be."""
        end = max(self.ends[-1], self.plot.start + self.plot.width if self.plot else 0.0)
        return (WIDTH if self.start == 0 else end) - self.start

    ABOVE: float = 7 * mm

    def height(self, rows: Sequence[Sequence[str]]) -> float:
        """How much of a page the whole table takes, with the white above its heading."""
        note = self.sheet.height(self.note, self._reach, NOTE) + 1 if self.note else 0.0
        heading = SUBHEADING.leading + 6 if self.heading else 0.0
        return self.ABOVE + heading + note + self._head_height() + self._heights(rows)

    def draw(self, rows: Sequence[Sequence[str]], top: float, *, above: float = ABOVE) -> float:
        """All rows under the heading, ``above`` points below ``top``; answers the y below the last."""
        sheet, y = self.sheet, top + above
        together = len(rows) if len(rows) <= KEPT_TOGETHER else 3
        note = sheet.height(self.note, self._reach, NOTE) if self.note else 0.0
        if y + SUBHEADING.leading + note + self._head_height() + self._heights(rows[:together]) + 8 > BOTTOM:
            sheet.begin()
            y = TOP
        if self.heading:
            y = sheet.text(self.heading, self.start, y, self._reach, SUBHEADING, role="H2") + 6
        if self.note:
            y = sheet.text(self.note, self.start, y - 5, self._reach, NOTE) + 6
        with sheet.tags.element("Table"):
            y = self._heads(y)
            for n, row in enumerate(rows):
                if y + self._height(row) > BOTTOM:
                    sheet.begin()
                    y = self._heads(TOP)
                y = self._row(n, row, y)
        return y

    def _head_height(self) -> float:
        return max([self.sheet.height(words, room, self.head) for words, (_, room) in zip(self.heads, self._rooms(), strict=True)]) + 5

    def _height(self, cells: Sequence[str]) -> float:
        return max([self.row, *(self.sheet.height(words, room, CELL) + 3 for words, (_, room) in zip(cells, self._rooms(), strict=True))])

    def _heights(self, rows: Sequence[Sequence[str]]) -> float:
        return sum(self._height(cells) for cells in rows)

    def _heads(self, top: float) -> float:
        rooms, high = self._rooms(), self._head_height()
        with self.sheet.tags.element("TR"):
            for n, (words, (start, room)) in enumerate(zip(self.heads, rooms, strict=True)):
                used = self.sheet.height(words, room, self.head)
                with self.sheet.tags.content("TH", scope="Column"):
                    self.sheet.draw(words, start, top + high - 3 - used, room, self.head, align="start" if n < self.words else "end")
        with self.sheet.tags.artifact():
            self.sheet.rule(top + high, start=self.start, width=self.ends[-1] - self.start)
            if self.plot is not None:
                self.plot.head(self.sheet, top + high)
        return top + high

    def _row(self, n: int, cells: Sequence[str], top: float) -> float:
        sheet, rooms, high = self.sheet, self._rooms(), self._height(cells)
        with sheet.tags.artifact():
            if self.plot is not None:
                self.plot.row(sheet, n, top, high)
        with sheet.tags.element("TR"):
            for k, (words, (start, room)) in enumerate(zip(cells, rooms, strict=True)):
                style = FIRM if k == self.firm else CELL
                with sheet.tags.content("TD" if k else "TH", scope="" if k else "Row"):
                    used = sheet.height(words, room, style)
                    sheet.draw(words, start, top + (high - used) / 2, room, style, align="start" if k < self.words else "end")
        with sheet.tags.artifact():
            sheet.rule(top + high, start=self.start, width=self.ends[-1] - self.start)
        return top + high

    def _rooms(self) -> list[tuple[float, float]]:
        """(start, width) of each column."""
        starts = [self.start, *(end + GAP for end in self.ends[:-1])]
        return [(start, end - start) for start, end in zip(starts, self.ends, strict=True)]
