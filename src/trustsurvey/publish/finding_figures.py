"""The small figure beside each finding: 150 points wide, drawn with any pen in plain numbers, so the same on paper and on the web."""

from __future__ import annotations

from collections.abc import Sequence

from trustsurvey.analysis.release import Contrast, Estimate, Flag
from trustsurvey.publish.charts import Across, estimate_mark, hatched_box, interval
from trustsurvey.publish.edition import Edition, rounded
from trustsurvey.publish.findings import (
    AgainstCity,
    Changes,
    Extremes,
    Finding,
    Groups,
    Level,
    NotShown,
    ReportingGap,
    Wishes,
    ranked,
)
from trustsurvey.publish.pdf.shaping import Text, width
from trustsurvey.publish.pens import Pen, Scale, SvgPen, scale
from trustsurvey.publish.phrases import flagged, run_on, stated
from trustsurvey.publish.text import Said

WIDTH = 150.0
DOT = 2.6
MANY = 200  # squares drawn at most
SIDE = 7  # dots in a row
SMALL = 7.0  # letter size of class s on paper


def height(finding: Finding) -> float:
    """How high the finding's figure is, in points."""
    match finding:
        case Wishes():
            return 14.0 * min(len(finding.cells), 4) + 2
        case Groups():
            return 12.5 * min(len(finding.cells), 4) + 14
        case NotShown():
            across, step = _squares(finding.areas)
            return (step + 1) * -(-min(finding.areas, MANY) // across) + 4
        case Level():
            return 40.0
        case AgainstCity():
            most = max(len(finding.above), len(finding.below), len(finding.neither))
            return 6.4 * -(-most // SIDE) + 18
        case _:
            return 50.0


def draw(pen: Pen, edition: Edition, finding: Finding) -> bool:
    """Draw the finding's figure with its upper left corner at 0, 0. False when there is nothing to draw."""
    match finding:
        case Level():
            return _level(pen, edition, finding)
        case Extremes():
            ends = {c.area for c in (*finding.top, *finding.bottom)}
            return _strip(pen, edition, finding.measure.code, ends if len(finding.top) < finding.shown else set())
        case AgainstCity():
            return _sides(pen, edition, finding)
        case Changes():
            return _changes(pen, edition, finding)
        case Groups():
            return _groups(pen, edition, finding)
        case ReportingGap():
            return _gap(pen, edition, finding)
        case Wishes():
            return _wishes(pen, edition, finding)
        case NotShown():
            return _not_shown(pen, finding)


def svg(edition: Edition, finding: Finding) -> str:
    """The figure as SVG, hidden from screen readers since the sentence says it all; empty when there is nothing to draw."""
    pen = SvgPen(rtl=edition.rtl)
    if not draw(pen, edition, finding):
        return ""
    high = height(finding)
    return pen.svg(kind="pt", view=f"0 0 {WIDTH:.0f} {high:.0f}", width=f"{WIDTH:.0f}pt", height=f"{high:.0f}pt")


def alternative(edition: Edition, said: Said) -> str:
    """What the figure shows, for those who don't see it: the sentence, and the figures that it alone holds."""
    figures: list[str] = []
    match said.finding:
        case Wishes(measures=measures, cells=cells):
            figures = [stated(edition, edition.measure_title(m), flagged(edition, c)) for m, c in zip(measures, cells, strict=True)]
        case Groups(cells=cells):
            figures = [stated(edition, _group(edition, said.finding, c), flagged(edition, c)) for c in cells]
        case _:
            pass
    return run_on([said.sentence, *figures])


def _points(across: Scale, start: float, end: float) -> Across:
    return lambda value: across.at(value, start, end)


def _axis(pen: Pen, edition: Edition, across: Scale, start: float, end: float, y: float) -> None:
    pen.line(start, y, end, y, "ax")
    for tick in across.ticks:
        x = across.at(tick, start, end)
        pen.line(x, y, x, y + 3, "ax")
        pen.text(x, y + 11, edition.number(tick), "m s")


def _level(pen: Pen, edition: Edition, found: Level) -> bool:
    cell = found.estimate
    if cell.estimate is None:
        return False
    top = {"percent": 100.0, "score": 100.0, "ten": 10.0, "fraction": 1.0}.get(found.measure.unit.value)
    across = Scale(0, top, (0, top / 2, top)) if top else scale([cell.lci or 0.0, cell.uci or 0.0])
    place = _points(across, 4, 146)
    pen.text(place(cell.estimate), 10, edition.figure(cell), "m b s")
    _axis(pen, edition, across, 4, 146, 26)
    estimate_mark(pen, place, cell, 18, kind="ink", radius=DOT)
    return True


def _strip(pen: Pen, edition: Edition, measure: str, filled: set[str | None] | set[str]) -> bool:
    """One dot an area over an axis, with the city's line; those that the sentence names are filled and drawn last."""
    cells = ranked(edition.release, measure)
    values = [c.estimate for c in cells if c.estimate is not None]
    city = edition.release.estimate(measure)
    if not values:
        return False
    whole = city.estimate if city is not None else None
    across = scale([*values, *([whole] if whole is not None else [])], ticks=4)
    place = _points(across, 5, 145)
    if city is not None and whole is not None:
        pen.line(place(whole), 11, place(whole), 34, "city")
        _labelled(pen, place(whole), 7, f"{edition.city()} {edition.figure(city)}", "b s")
    _axis(pen, edition, across, 4, 146, 34)
    for cell in sorted(cells, key=lambda c: c.area in filled):
        if cell.estimate is not None:
            pen.circle(place(cell.estimate), 24, DOT, "dot on" if cell.area in filled else "dot off")
    return True


def _sides(pen: Pen, edition: Edition, found: AgainstCity) -> bool:
    """A dot an area in three blocks: below the city, not distinguishable from it, above it."""
    t = edition.catalog
    bottom = height(found) - 14
    for block, (areas, kind, words) in enumerate(
        (
            (found.below, "on", t.pgettext("neighborhoods, against the city", "%(count)s below", count=edition.number(len(found.below)))),
            (found.neither, "off", edition.number(len(found.neither))),
            (found.above, "on", t.pgettext("neighborhoods, against the city", "%(count)s above", count=edition.number(len(found.above)))),
        )
    ):
        left = block * 53.0
        for n in range(len(areas)):
            pen.circle(left + 3.2 + 6.4 * (n % SIDE), bottom - 3.2 - 6.4 * (n // SIDE), 2.4, f"dot {kind}")
        pen.text(left + 22.4, bottom + 10, words, "s m b" if kind == "on" else "s m")
    return True


def _labelled(pen: Pen, x: float | str, y: float, text: str, kind: str) -> None:
    """Text round x that doesn't leave the figure."""
    half = width(text, SMALL, 600) / 2
    pen.text(min(max(float(x), half), WIDTH - half), y, text, f"m {kind}")


def _changes(pen: Pen, edition: Edition, found: Changes) -> bool:
    moved = sorted((*found.up, *found.down), key=lambda c: -c.difference)[:4]
    ends = [v for c in moved for v in (c.lci, c.uci)] + [c.difference for c in found.unchanged]
    most = max((abs(v) for v in ends), default=1.0)
    across = scale([-most, most], ticks=3)
    place = _points(across, 4, 146)
    pen.line(place(0), 4, place(0), 37, "zero")
    y = 7.0
    for contrast in moved:
        _difference(pen, place, contrast, y)
        y += 7
    for n, contrast in enumerate(sorted(found.unchanged, key=lambda c: c.difference)):
        pen.circle(place(contrast.difference), 34 - 3.4 * (n % 2) if len(moved) < 4 else 35, 1.7, "dot off")
    for tick in across.ticks:
        words = edition.catalog.pgettext("on an axis", "no change") if tick == 0 else edition.number(tick, sign=True)
        pen.text(place(tick), 46, words, "m s")
    return True


def _difference(pen: Pen, place: Across, contrast: Contrast, y: float) -> None:
    interval(pen, place, (contrast.lci, contrast.uci), contrast.difference, y, kind="on", radius=2.4)


def _group(edition: Edition, found: Groups, cell: Estimate) -> str:
    return edition.group_value(found.variable, dict(cell.group or {})[found.variable])


def _groups(pen: Pen, edition: Edition, found: Groups) -> bool:
    cells: Sequence[Estimate] = found.cells if len(found.cells) <= 4 else (*found.cells[:2], *found.cells[-2:])
    ends = [v for c in cells for v in (c.lci, c.uci) if v is not None]
    city = found.city.estimate if found.city is not None else None
    across = scale([*ends, *([city] if city is not None else [])])
    names = [_group(edition, found, c) for c in cells]
    start = min(max(width(name, SMALL) for name in names) + 10, 70)
    place = _points(across, start, 128)
    bottom = 12.5 * len(cells) + 1
    lowest = next((c for c in reversed(cells) if c.flag is Flag.OK), cells[-1])
    if city is not None and found.city is not None:
        pen.line(place(city), 1, place(city), bottom, "city")
        _labelled(pen, place(city), bottom + 8, f"{edition.city()} {edition.figure(found.city)}", "b s")
    for n, (name, cell) in enumerate(zip(names, cells, strict=True)):
        y = 8 + 12.5 * n
        last = cell is lowest
        pen.text(start - 6, y + 2.5, name, "s e")
        estimate_mark(pen, place, cell, y, kind="on" if last else "ink", radius=2.4)
        pen.text(place(cell.uci or 0.0), y + 2.5, edition.figure(cell), "s b a halo" if last else "s b halo", dx=5)
    return True


def _gap(pen: Pen, edition: Edition, found: ReportingGap) -> bool:
    """Of every ten crimes reported: filled blocks reached the police, open ones didn't, dashed ones lie inside the interval."""
    cell = found.estimate
    if cell.estimate is None or cell.lci is None or cell.uci is None:
        return False
    t = edition.catalog
    all_, low, high = (int(rounded(10 * v)) for v in (cell.estimate, cell.lci, cell.uci))
    step = (WIDTH - 4) / max(high, 11)
    for n in range(high):
        kind = "bar" if n < 10 else "open" if n < low else "open q"
        pen.rect(n * step + 0.5, 16, step * 0.82, 12, kind)
    interval(pen, lambda value: value * step, (low - 0.1, high - 0.1), all_ - 0.1, 9, kind="ink", radius=2.4)
    pen.text(5 * step, 38, t.pgettext("crimes", "%(count)s reported", count=edition.number(10)), "s m b")
    if all_ > 10:
        words = t.pgettext("crimes", "%(count)s not reported", count=edition.number(all_ - 10))
        _labelled(pen, (10 + (high - 10) / 2) * step, 38, words, "s") if all_ > 14 else pen.text(WIDTH, 48, words, "s e")
    return True


def _wishes(pen: Pen, edition: Edition, found: Wishes) -> bool:
    pairs = list(zip(found.measures, found.cells, strict=True))[:4]
    across = scale([0.0, *(c.uci for _, c in pairs if c.uci is not None)], lowest=0)
    place = _points(across, 100, 136)
    for n, (measure, cell) in enumerate(pairs):
        y = 7 + 14 * n
        title = Text(edition.measure_title(measure), rtl=edition.rtl)
        lines = [title.text[a:b] for a, b in title.lines(90 / 6.0)][:2]
        for k, line in enumerate(lines):
            pen.text(92, y + 2.2 + (k - (len(lines) - 1) / 2) * 6.4, line, "t e")
        estimate_mark(pen, place, cell, y, kind="ink", radius=2.4)
        pen.text(place(cell.uci or 0.0), y + 2.5, edition.figure(cell, bare=True), "s b", dx=4)
    return True


def _squares(areas: int) -> tuple[int, float]:
    """How many squares stand in a row, and how far apart: smaller where there are many areas."""
    return (12, 12.2) if areas <= 48 else (20, 7.4)


def _not_shown(pen: Pen, found: NotShown) -> bool:
    """A square an area: plain, with a dashed rule where caution is asked for, hatched where nothing is shown."""
    hidden, caution = found.hidden, len(found.caution)
    kinds = [Flag.OK] * (found.areas - hidden - caution) + [Flag.CAUTION] * caution + [Flag.TOO_FEW] * hidden
    across, step = _squares(found.areas)
    side = step * 0.79
    for n, kind in enumerate(kinds[-MANY:]):
        x, y = 2 + (n % across) * step, 2 + (n // across) * (step + 1)
        if kind is Flag.TOO_FEW:
            hatched_box(pen, x, y, side, side, step * 0.23)
        else:
            pen.rect(x, y, side, side, "sq")
            if kind is Flag.CAUTION:
                pen.line(x, y + side + 1.4, x + side, y + side + 1.4, "cu")
    return True
