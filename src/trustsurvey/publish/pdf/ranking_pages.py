"""All areas ranked, with figures, intervals, numbers of answers and brackets; as many pages as the rows need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trustsurvey.publish.charts import bracket, estimate_mark, hatched_box, labels
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.findings import AgainstCity
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.looks import HEADING, NOTE, Style
from trustsurvey.publish.pdf.paper_pen import PaperPen
from trustsurvey.publish.pdf.shaping import width
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.pdf.tags import Element
from trustsurvey.publish.phrases import confidence, interval_heading, run_on
from trustsurvey.publish.ranking import Hidden, Line, Ranking, ranking
from trustsurvey.publish.text import findings

HEAD = 34.0  # above the first row
LANE = 8.0
NAME_SIZE = 8.6
NAME, CELL, STRONG, SMALL = Style(8.6, 10.5), Style(8, 10, 400, "#5a554c"), Style(8, 10, 600), Style(7, 9, 400, "#5a554c")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand, in points from the reading edge: the ends of the columns of figures, and the plot."""

    name: float
    index: float
    interval: float
    n: float
    effective: float
    plot: float
    plot_width: float
    lanes: float

    @property
    def table(self) -> float:
        return self.effective


def ranking_pages(sheet: Sheet, _city: CityMap) -> None:
    """The ranking by the headline measure; nothing where the release has no areas."""
    order = ranking(sheet.edition)
    if order is None or not (order.lines or order.hidden):
        return
    edition, t = sheet.edition, sheet.edition.catalog
    sheet.begin(outline=t.gettext("All neighborhoods"))
    said = next((s.sentence for s in findings(edition) if isinstance(s.finding, AgainstCity)), t.gettext("All neighborhoods"))
    y = sheet.text(said, 0, TOP, WIDTH, HEADING, role="H1", balance=True)
    y = sheet.text(_explained(edition, order), 0, y + 5, WIDTH, NOTE) + 10
    with sheet.tags.element("Table"):
        y = Table(sheet, order).draw(y)
    _notes(sheet, order, y + 12)


def _explained(edition: Edition, order: Ranking) -> str:
    t = edition.catalog
    parts = [
        t.gettext(
            "%(measure)s by neighborhood, with intervals at %(confidence)s.",
            measure=edition.measure_title(order.measure),
            confidence=confidence(edition),
        )
    ]
    if any(line.on for line in order.lines):
        parts.append(t.gettext("Filled dots: detectably different from the city."))
    if any(line.caution for line in order.lines):
        parts.append(t.gettext("Dashed: interpret with caution."))
    parts.append(t.gettext("n is the number of answers, n eff. the effective number."))
    return run_on(parts)


class Table:
    """The ranking as a table with its plot beside it."""

    def __init__(self, sheet: Sheet, order: Ranking) -> None:
        self.sheet, self.order, self.edition = sheet, order, sheet.edition
        rows = len(order.lines) + len(order.hidden)
        self.row = 20.4 if rows <= 25 else 16.0
        names = [line.name for line in order.lines] + [hidden.name for hidden in order.hidden]
        name = min(max([width(n, NAME_SIZE) for n in names], default=60.0) + 8, 130.0)
        name = max(name, 78.0)
        lanes = WIDTH - LANE * order.columns - (12 if order.lanes else 0)
        before, after = (40.0, 14.0) if sheet.rtl else (12.0, 36.0)  # words beside a mark stand to the right of the plot
        ends = [name]
        for words, least, most in zip(self._titles()[1:], (34.0, 48.0, 26.0, 30.0), (48.0, 64.0, 40.0, 40.0), strict=True):
            ends.append(ends[-1] + min(max(width(words, SMALL.size) + 8, least), most))
        plot = ends[-1] + before
        _, index, interval, n, effective = ends
        self.at = Columns(name, index, interval, n, effective, plot, lanes - plot - after, lanes)

    def _titles(self) -> tuple[str, str, str, str, str]:
        t = self.edition.catalog
        figure = t.gettext("Index") if self.order.measure.kind == "index" else t.gettext("Figure")
        return t.gettext("Neighborhood"), figure, interval_heading(self.edition), t.gettext("n"), t.gettext("n eff.")

    def draw(self, top: float) -> float:
        """All rows, on as many pages as they take; answers the y below the last."""
        y, first = top, 0
        element = self.sheet.tags.current
        while True:
            room = int((BOTTOM - y - HEAD) // self.row)
            last = min(first + max(room, 1), len(self.order.lines))
            y = self._page(y, first, last)
            if last >= len(self.order.lines):
                break
            first = last
            self._turn(element)
            y = TOP
        for hidden in self.order.hidden:
            if y + self.row > BOTTOM:
                self._turn(element)
                y = TOP
            self._hidden(hidden, y)
            y += self.row
        return y

    def _turn(self, element: Element) -> None:
        """Go on with the same table on a new page."""
        if self.sheet.tags.current is not element:
            raise RuntimeError("a table can only be carried over between its rows")
        self.sheet.begin()

    def _page(self, top: float, first: int, last: int) -> float:
        body, bottom = top + HEAD, top + HEAD + self.row * (last - first)
        if last > first:
            self._heads(top)
            with self.sheet.tags.artifact():
                self._ground(top, bottom)
                self._brackets(body, first, last)
        for n in range(first, last):
            self._line(n, body + self.row * (n - first))
        return bottom if last > first else top

    def _heads(self, top: float) -> None:
        """The titles of the columns, standing on one line; a long one takes two."""
        at = self.at
        ends = (at.name, at.index, at.interval, at.n, at.effective)
        starts = (0.0, *(end + 4 for end in ends[:-1]))
        with self.sheet.tags.element("TR"):
            for words, start, end in zip(self._titles(), starts, ends, strict=True):
                used = self.sheet.height(words, end - start, SMALL)
                with self.sheet.tags.content("TH", scope="Column"):
                    self.sheet.draw(words, start, top + HEAD - 6 - used, end - start, SMALL, align="end" if start else "start")

    def _plot(self, top: float) -> PaperPen:
        return self.sheet.pen(self.at.plot, top, self.at.plot_width)

    def _across(self, value: float) -> float:
        return self.order.scale.at(value, 0, self.at.plot_width)

    def _ground(self, top: float, bottom: float) -> None:
        pen, high, city = self._plot(top), bottom - top, self.order.city
        if city is not None and city.lci is not None and city.uci is not None:
            pen.rect(self._across(city.lci), HEAD, self._across(city.uci) - self._across(city.lci), high - HEAD, "band")
        for tick in self.order.scale.ticks:
            pen.line(self._across(tick), HEAD, self._across(tick), high, "g")
            pen.text(self._across(tick), HEAD - 8, self.edition.number(tick), "s m")
        if city is not None and city.estimate is not None:
            x = self._across(city.estimate)
            pen.line(x, HEAD - 4, x, high, "city")
            pen.text(x, HEAD - 20, f"{self.edition.city()} {self.edition.figure(city)}", "m b")

    def _line(self, n: int, top: float) -> None:
        line, at, middle = self.order.lines[n], self.at, self.row / 2
        estimate, edition = line.estimate, self.edition
        with self.sheet.tags.element("TR"):
            with self.sheet.tags.content("TH", scope="Row"):
                self._name(line.name, top)
            for words, start, end, style in (
                (edition.figure(estimate, bare=True), at.name, at.index, STRONG),
                (edition.interval(estimate), at.index, at.interval, CELL),
                (edition.answers(estimate), at.interval, at.n, CELL),
                (edition.effective(estimate), at.n, at.effective, CELL),
            ):
                with self.sheet.tags.content("TD"):
                    self.sheet.draw(words, start, top + middle - 5, end - start, style, align="end")
        with self.sheet.tags.artifact():
            self._marks(line, n, top)

    def _marks(self, line: Line, n: int, top: float) -> None:
        pen, middle = self._plot(top), self.row / 2
        self.sheet.rule(top + self.row, width=self.at.table)
        if line.caution:
            wide = width(self.edition.figure(line.estimate, bare=True), 8, 600)
            self.sheet.pen(self.at.index - wide, top + middle + 5.2, wide).line(0, 0, wide, 0, "cu")
        estimate_mark(pen, self._across, line.estimate, middle, kind="on" if line.on else "off", radius=2.7)
        for value, words, kind, dx, _ in labels(self.edition, self.order, n):
            pen.text(self._across(value), middle + 2.6, words, kind, dx=dx * 0.7)

    def _name(self, name: str, top: float, style: Style = NAME) -> None:
        """A name in its column: smaller where it is long, in two lines where it is very long."""
        room = self.at.name - 4
        size = min(style.size, max(style.size * room / max(width(name, style.size), 1), 7.0))
        set_in = Style(size, size * 1.15, style.weight, style.color)
        high = self.sheet.height(name, room, set_in)
        self.sheet.draw(name, 0, top + (self.row - high) / 2, room, set_in)

    def _brackets(self, body: float, first: int, last: int) -> None:
        """The part of each bracket that lies on this page; open where it goes on."""
        for lane in self.order.lanes:
            if lane.last < first or lane.first >= last:
                continue
            begins, ends = lane.first >= first, lane.last < last
            top = self.row * ((lane.first - first) + 0.24) if begins else 0.0
            bottom = self.row * ((lane.last - first) + 0.76) if ends else self.row * (last - first)
            start = self.at.lanes + LANE * lane.column
            pen = self.sheet.pen(start, body, LANE)
            x, tick = (LANE - 4, 3.5) if self.sheet.rtl else (4.0, -3.5)
            bracket(pen, x, top, bottom, tick=tick, upper=begins, lower=ends)
        if self.order.lanes:
            self._joined(body, first, last)

    def _joined(self, body: float, first: int, last: int) -> None:
        """The words of the brackets, once a page, along the outermost."""
        words = self.edition.catalog.pgettext("rows inside a bracket", "not distinguishable")
        middle = self.row * (last - first) / 2
        if width(words, 7) > 2 * middle:
            return
        start = self.at.lanes + LANE * self.order.columns
        self.sheet.pen(start, body, 12).text(4, middle, words, "s m", rotate=90)

    def _hidden(self, hidden: Hidden, top: float) -> None:
        at = self.at
        with self.sheet.tags.artifact():
            hatched_box(self.sheet.pen(at.index - 14, top + self.row / 2 - 4, 14), 0, 0, 14, 8)
        with self.sheet.tags.element("TR"):
            with self.sheet.tags.content("TH", scope="Row"):
                self._name(hidden.name, top, Style(8.6, 10.5, 400, "#5a554c"))
            with self.sheet.tags.content("TD", columns=4):
                self.sheet.draw(hidden.reason, at.index + 7, top + self.row / 2 - 5, WIDTH - at.index - 7, CELL)


def _notes(sheet: Sheet, order: Ranking, top: float) -> None:
    """What brackets, caution and suppression mean, in columns; on a new page where there is no room."""
    notes = list(_noted(sheet.edition, order))
    if not notes:
        return
    gap = 22.0
    column = (WIDTH - gap * (len(notes) - 1)) / len(notes)
    high = max(sheet.height(words, column, NOTE) for words in notes)
    if top + high > BOTTOM + 12:
        sheet.begin()
        top = TOP
    for n, words in enumerate(notes):
        sheet.text(words, n * (column + gap), top, column, NOTE)


def _noted(edition: Edition, order: Ranking) -> Iterator[list[tuple[str, int]]]:
    t = edition.catalog
    if order.lanes:
        body = t.gettext("Rows inside one bracket are not distinguishable from one another: their order means nothing.")
        if order.thinned:
            body += " " + t.gettext("Brackets that overlap these are left out.")
        yield [(t.gettext("Brackets."), 600), (f" {body}", 400)]
    if any(line.caution for line in order.lines):
        least, wide = edition.number(30), edition.number(20)
        body = t.gettext("Fewer than %(least)s effective answers, or an interval wider than %(width)s points.", least=least, width=wide)
        yield [(t.gettext("Caution."), 600), (f" {body}", 400)]
    if order.hidden:
        body = t.gettext(
            "A figure from fewer than %(minimum)s answers is not shown, nor any figure from which one of those could be worked out.",
            minimum=edition.number(edition.minimum_n),
        )
        yield [(t.gettext("Not shown."), 600), (f" {body}", 400)]
