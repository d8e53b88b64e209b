"""The charts: one grammar of marks, drawn with any pen, and the small SVG figures that stand in the web's tables.

A dot on a line is an estimate and its interval. Filled: detectably different, or the subject of the sentence beside it; open and grey: not
distinguishable; dashed: interpret with caution. Figures in tables are hidden from screen readers, which read the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trustsurvey.analysis.release import Contrast, Estimate, Flag
from trustsurvey.publish.answers import AnswerRow, answers_said
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.pens import Pen, Place, Scale, SvgPen, scale
from trustsurvey.publish.ranking import BREAKS, Ranking

LANE = 9  # pixels between brackets
LETTER = 0.024  # a letter's width as a share of the figure's, about
Across = Callable[[float], Place]


# ---------------------------------------------------------------- marks
def interval(
    pen: Pen,
    across: Across,
    ends: tuple[float, float],
    value: float,
    y: Place,
    *,
    kind: str = "off",
    caution: bool = False,
    radius: float = 4,
) -> None:
    """A dot on a line: ``kind`` is ``on`` (filled accent), ``off`` (open grey) or ``ink`` (nothing is being compared)."""
    look = f"{kind} q" if caution else kind
    pen.line(across(ends[0]), y, across(ends[1]), y, f"iv {look}")
    pen.circle(across(value), y, radius, f"dot {look}")


def estimate_mark(pen: Pen, across: Across, cell: Estimate, y: Place, *, kind: str = "off", radius: float = 4) -> None:
    """The mark of a shown estimate."""
    if cell.estimate is not None and cell.lci is not None and cell.uci is not None:
        interval(pen, across, (cell.lci, cell.uci), cell.estimate, y, kind=kind, caution=cell.flag is Flag.CAUTION, radius=radius)


def hatched_box(pen: Pen, x: float, y: float, width: float, height: float, step: float = 3.2) -> None:
    """Not shown: lines at 45 degrees cut to the box. Plain lines, so that neither SVG nor PDF needs a pattern or a clip."""
    pen.rect(x, y, width, height, "open0")
    offset = step - height
    while offset < width:
        left, right = max(0.0, offset), min(width, offset + height)
        pen.line(x + left, y + height - (left - offset), x + right, y + height - (right - offset), "hl")
        offset += step


def bracket(pen: Pen, x: float, top: Place, bottom: Place, *, tick: float = -4, upper: bool = True, lower: bool = True) -> None:
    """Rows that aren't distinguishable from one another; ``tick`` is how far its ends point (to the rows)."""
    pen.line(x, top, x, bottom, "br")
    if upper:
        pen.line(x + tick, top, x, top, "br")
    if lower:
        pen.line(x + tick, bottom, x, bottom, "br")


# ---------------------------------------------------------------- the web's ranking, one figure a row
@dataclass(frozen=True, slots=True)
class RankingFigures:
    """The figures of a ranking's table. Rows must have one fixed height, so that city line and brackets join over them."""

    edition: Edition
    ranking: Ranking

    def _across(self, value: float) -> str:
        return self.ranking.scale.percent(value)

    def head(self) -> str:
        """Ticks and the city's figure, above the rows (36 px high)."""
        pen = SvgPen(rtl=self.edition.rtl)
        for tick in self.ranking.scale.ticks:
            pen.text(self._across(tick), "100%", self.edition.number(tick), "m s", dy=-4)
        city = self.ranking.city
        if city is not None and city.estimate is not None:
            pen.text(self._across(city.estimate), "100%", f"{self.edition.city()} {self.edition.figure(city)}", "m b", dy=-19)
        return pen.svg(height=36)

    def row(self, index: int) -> str:
        """Grid, city band and line, and the row's dot on its interval; on a few rows the words that explain the marks."""
        pen = SvgPen(rtl=self.edition.rtl)
        self._ground(pen)
        line = self.ranking.lines[index]
        estimate_mark(pen, self._across, line.estimate, "50%", kind="on" if line.on else "off")
        for x, words, kind, dx, dy in labels(self.edition, self.ranking, index):
            pen.text(self._across(x), "50%", words, f"{kind} wide", dx=dx, dy=dy)
        return pen.svg()

    def lane(self, index: int) -> str:
        """The brackets' part beside the row. The element's class ``lane`` is mirrored by the style sheet in right-to-left pages."""
        pen = SvgPen(rtl=self.edition.rtl)
        for lane in self.ranking.lanes:
            if lane.first <= index <= lane.last:
                first, last = index == lane.first, index == lane.last
                bracket(
                    pen, 4 + LANE * lane.column, "22%" if first else 0, "78%" if last else "100%", tick=-4, upper=first, lower=last
                )  # fmt: skip
        return pen.svg(width=str(LANE * self.ranking.columns + 2), kind="lanes")

    def _ground(self, pen: SvgPen) -> None:
        for tick in self.ranking.scale.ticks:
            pen.line(self._across(tick), 0, self._across(tick), "100%", "g")
        city = self.ranking.city
        if city is not None and city.estimate is not None and city.lci is not None and city.uci is not None:
            width = 100 * (self.ranking.scale.share(city.uci) - self.ranking.scale.share(city.lci))
            pen.rect(self._across(city.lci), 0, f"{width:.2f}%", "100%", "band")
            pen.line(self._across(city.estimate), 0, self._across(city.estimate), "100%", "city")


def labels(edition: Edition, ranking: Ranking, index: int) -> list[tuple[float, str, str, float, float]]:
    """The words beside a row's mark, each said once where it can be: (value, words, classes, dx, dy)."""
    t, line = edition.catalog, ranking.lines[index]
    firm = [n for n, other in enumerate(ranking.lines) if not other.caution]
    above = [n for n in firm if ranking.lines[n].side == 1]
    below = [n for n in firm if ranking.lines[n].side == -1]
    plain = [n for n in firm if ranking.lines[n].side == 0]
    low, high = line.estimate.lci or 0.0, line.estimate.uci or 0.0
    prefer_after = True
    if line.caution:
        words, kind = t.pgettext("beside a figure", "caution"), ""
    elif above and index == above[0]:
        words, kind, prefer_after = t.pgettext("a neighborhood, against the city", "above"), " a", False
    elif below and index == below[-1]:
        words, kind = t.pgettext("a neighborhood, against the city", "below"), " a"
    elif plain and index == plain[len(plain) * 2 // 3]:
        words, kind = t.pgettext("a neighborhood, against the city", "not distinguishable"), ""
    else:
        return []
    after = _free_side(ranking, low, high, LETTER * len(words) + 0.02, prefer_after=prefer_after)
    if after is None:
        return []
    return [(high, words, f"s{kind}", 8, 4)] if after else [(low, words, f"s e{kind}", -8, 4)]


def _free_side(ranking: Ranking, low: float, high: float, word: float, *, prefer_after: bool) -> bool | None:
    """Whether words go after the interval (True) or before it (False).

    None where both would leave the figure or lie on the city's line. ``word`` is their length as a share of the figure's width.
    """
    city = ranking.city.estimate if ranking.city is not None else None
    line = ranking.scale.share(city) if city is not None else -1.0
    start, end = ranking.scale.share(high), ranking.scale.share(low)
    after = start + word < 1.16 and not start < line < start + word
    before = end > word and not end - word < line < end
    if after and before:
        return prefer_after
    return after if after or before else None


def key(edition: Edition) -> str:
    """The seven classes with the breaks between them; “less trust” and “more trust” stand beside it."""
    pen = SvgPen(rtl=edition.rtl)
    draw_key(pen, edition, lambda share: f"{100 * share:.2f}%")
    breaks = edition.locale.join([edition.number(limit) for limit in BREAKS])
    return pen.svg(height=30, label=edition.catalog.gettext("Color key: darker is more trust. Classes meet at %(breaks)s.", breaks=breaks))


def draw_key(pen: Pen, edition: Edition, place: Callable[[float], Place], *, height: float = 11, label: float = 13) -> None:
    """Swatches from left to right; ``place`` turns shares of the whole into places and lengths."""
    classes = len(BREAKS) + 1
    for n in range(classes):
        pen.rect(place(n / classes), 4, place(1 / classes - 0.006), height, f"c{n + 1}")
    for n, limit in enumerate(BREAKS):
        pen.text(place((n + 1) / classes), 4 + height + label, edition.number(limit), "m s")


def mark(*, on: bool = False, caution: bool = False) -> str:
    """The mark itself, for the line of text that explains it."""
    pen = SvgPen()
    interval(pen, lambda value: value, (1, 27), 14, 6, kind="on" if on else "off", caution=caution)
    return pen.svg(width="28", height=12, kind="mk")


def hatch_mark() -> str:
    """The hatch of what isn't shown, for a line of text."""
    pen = SvgPen()
    hatched_box(pen, 1, 1, 24, 13, 5)
    return pen.svg(width="26", height=15, kind="mk")


def bracket_mark() -> str:
    """A bracket, for the line of text that explains it."""
    pen = SvgPen()
    bracket(pen, 18, 3, 17)
    return pen.svg(width="28", height=20, kind="mk")


# ---------------------------------------------------------------- answers to questions
BAR = 16  # pixels
NUMBERED = 7.0  # percent: a narrower piece of a bar has no room for its figure
PALE = frozenset({-1, 0, 1})
"""Steps on which letters are dark."""


def answers_scale(rows: Sequence[AnswerRow]) -> Scale:
    """A scale in percent, to both sides of the middle, that holds every bar."""
    most = max((max(row.reach) for row in rows if row.whole), default=50.0)
    end = min(-(-most // 10) * 10 + 5, 100.0)
    return Scale(-end, end, tuple(tick for tick in (-75.0, -50.0, -25.0, 0.0, 25.0, 50.0, 75.0) if abs(tick) <= end))


def answers_bar(
    pen: Pen, edition: Edition, row: AnswerRow, place: Across, length: Callable[[float], Place], top: Place, height: Place, middle: Place
) -> None:
    """A question's answers as one bar, half of the middle answer to each side of zero, each piece with its figure where there is room.

    ``place`` turns percent left (negative) and right of the middle into places, ``length`` percent into lengths; ``middle`` is where the
    figures stand. Nothing is drawn where an answer is not shown.
    """
    if not row.whole:
        return
    at = -row.reach[0]
    for share in row.shares:
        value = share.cell.estimate or 0.0
        pen.rect(place(at), top, length(value), height, f"d{answer_tone(share.step, len(row.shares))}")
        if value >= NUMBERED:
            letters = "s m i" if share.step in PALE else "s m w"
            pen.text(place(at + value / 2), middle, edition.figure(share.cell, bare=True), letters, dy=3)
        at += value


def answers_row(edition: Edition, row: AnswerRow, across: Scale) -> str:
    """The bar in a row of its own, with all that it says for those who don't see it. ``.bars`` lays its middle on the row's."""
    pen = SvgPen(rtl=edition.rtl)
    for tick in across.ticks:
        pen.line(across.percent(tick), 0, across.percent(tick), "100%", "g")
    pen.line(across.percent(0), 0, across.percent(0), "100%", "zero")
    unit = 100 / (across.high - across.low)
    answers_bar(pen, edition, row, across.percent, lambda value: f"{value * unit:.2f}%", "50%", BAR, "50%")
    return pen.svg(label=answers_said(edition, row))


def answer_mark(step: int, of: int = 5) -> str:
    """The swatch of one answer, for the line that explains the bars."""
    pen = SvgPen()
    pen.rect(1, 1, 14, 11, f"d{answer_tone(step, of)}")
    return pen.svg(width="16", height=13, kind="mk")


def answer_tone(step: int, of: int) -> int:
    """1 (least favorable) to 5 (most): of four answers or fewer the strong tones are used first."""
    return 3 + (step if of > 3 else 2 * step)


# ---------------------------------------------------------------- the web's other rows
def change_scale(contrasts: list[Contrast]) -> Scale:
    """A scale round 0 that holds every interval."""
    most = max((max(abs(c.lci), abs(c.uci)) for c in contrasts), default=10.0)
    return scale([-most, most])


def change_row(contrast: Contrast, across: Scale) -> str:
    """A difference between two waves, with the line of no change."""
    pen = SvgPen()
    for tick in across.ticks:
        pen.line(across.percent(tick), 0, across.percent(tick), "100%", "zero" if tick == 0 else "g")
    interval(pen, across.percent, (contrast.lci, contrast.uci), contrast.difference, "50%", kind="on" if contrast.detectable else "off")
    return pen.svg()


def change_head(edition: Edition, across: Scale) -> str:
    """The ticks above the differences (20 px high)."""
    pen = SvgPen(rtl=edition.rtl)
    middle = edition.catalog.pgettext("on an axis", "no change")
    for tick in across.ticks:
        words = middle if tick == 0 else edition.number(tick, sign=True)
        kinds = "m s wide" if tick and len(middle) > 10 else "m s"  # on a phone there is no room beside long words
        pen.text(across.percent(tick), "100%", words, kinds, dy=-4)
    return pen.svg(height=20)


def estimate_row(cell: Estimate, across: Scale, *, reference: float | None = None, differs: bool | None = None) -> str:
    """An estimate in a row of its own, with the city's value as a stroke. ``differs`` None: nothing is being compared."""
    pen = SvgPen()
    for tick in across.ticks:
        pen.line(across.percent(tick, 1, 99), 0, across.percent(tick, 1, 99), "100%", "g")
    if reference is not None:
        pen.line(across.percent(reference, 1, 99), "16%", across.percent(reference, 1, 99), "84%", "tick")
    kind = "ink" if differs is None else "on" if differs else "off"
    estimate_mark(pen, lambda value: across.percent(value, 1, 99), cell, "50%", kind=kind)
    return pen.svg()


def axis(edition: Edition, across: Scale) -> str:
    """The ticks above rows made by ``estimate_row`` (18 px high), with a decimal where one of them has one."""
    pen = SvgPen(rtl=edition.rtl)
    places = 0 if all(tick == int(tick) for tick in across.ticks) else 1
    for tick in across.ticks:
        pen.text(across.percent(tick, 1, 99), 13, edition.number(tick, places), "m s")
    return pen.svg(height=18)
