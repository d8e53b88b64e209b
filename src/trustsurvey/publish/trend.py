"""One measure over the waves: points in time, the dates of policies, and the figure that shows both.

Points are figures as they were published, with their intervals. A release made before these were carried along says what changed since each
earlier wave; the figure of that wave is this one's less the difference, exactly, since differences are of published figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from trustsurvey.analysis.release import Change, Estimate, Measure, Release, Unit
from trustsurvey.publish.edition import Edition, decimals
from trustsurvey.publish.pdf.shaping import width as text_width
from trustsurvey.publish.pens import Pen, scale
from trustsurvey.publish.phrases import flagged, run_on, said_alone, stated

POLICY_DATES = "policy_dates"
"""Key of ``Release.method``: a list of ``{"date": "2026-01-12", "label": "agreement"}``, the operator's words."""


SMALL, LINE = 7.0, 9.0  # letter size of class s on paper, and how far apart its lines are
LEAST = {Unit.SCORE: 10.0, Unit.PERCENT: 10.0, Unit.TEN: 1.0, Unit.FRACTION: 0.1}
"""How much an axis spans at least where figures are close."""


@dataclass(frozen=True, slots=True)
class Point:
    """A wave: its name, its day where that is known, and the figure with its interval. ``city``: the whole city's in the same wave."""

    label: str
    day: date | None
    value: float
    city: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A policy and the day from which it held."""

    label: str
    day: date


@dataclass(frozen=True, slots=True)
class Trend:
    """Earliest first; the last point is this release's own ``cell`` (None: the points are means over areas). Fewer than two: no trend."""

    measure: Measure
    cell: Estimate | None
    points: tuple[Point, ...]
    events: tuple[Event, ...] = ()

    def __bool__(self) -> bool:
        return len(self.points) > 1


def latest_change(release: Release, measure: str, area: str | None) -> Change | None:
    """The change since the latest earlier wave."""
    found = [c for c in release.changes if c.contrast.measure == measure and c.contrast.area == area and not c.contrast.group]
    return max(found, key=lambda change: change.since_wave, default=None)


def trend(edition: Edition, measure: Measure, area: str | None) -> Trend:
    """The measure in one area (None: the city) over every wave that was published and asked the same."""
    release, cell = edition.release, edition.cells[measure.code, area]
    points = list(_carried(edition, measure.code, area) or _worked_back(edition, measure.code, area, cell))
    wave = release.wave
    if points and wave is not None and cell.estimate is not None:
        city = edition.cells.get((measure.code, None))
        whole = city.estimate if city is not None and area is not None else None
        day = edition.wave_day(wave.label) or wave.opened
        points.append(Point(edition.wave_label(wave.label), day, cell.estimate, whole, cell.lci, cell.uci))
    return Trend(measure, cell, tuple(points), _events(edition, points, area))


def _carried(edition: Edition, measure: str, area: str | None) -> list[Point]:
    """The earlier waves as the release carries them; a wave in which the figure wasn't shown has no point."""
    points = []
    for wave in edition.release.earlier:
        figures = {figure.area: figure for figure in wave.figures if figure.measure == measure}
        here, whole = figures.get(area), figures.get(None)
        if here is None or here.estimate is None:
            continue
        city = whole.estimate if whole is not None and area is not None else None
        day = edition.wave_day(wave.label) or wave.opened
        points.append(Point(edition.wave_label(wave.label), day, here.estimate, city, here.lci, here.uci))
    return points


def _worked_back(edition: Edition, measure: str, area: str | None, cell: Estimate) -> list[Point]:
    """The figures of the waves that the release compares itself with, from the differences."""
    city = edition.cells.get((measure, None))
    before: dict[int, dict[str | None, Change]] = {}
    for change in edition.release.changes:
        if change.contrast.measure == measure and not change.contrast.group and change.contrast.area in (area, None):
            before.setdefault(change.since_wave, {})[change.contrast.area] = change
    points = []
    whole = city.estimate if city is not None and area is not None else None
    for number in sorted(before):
        here, there = before[number].get(area), before[number].get(None)
        if here is None or cell.estimate is None:
            continue
        then = whole - there.contrast.difference if whole is not None and there is not None else None
        label = here.since_label
        points.append(Point(edition.wave_label(label), edition.wave_day(label), cell.estimate - here.contrast.difference, then))
    return points


def events(edition: Edition, area: str | None = None) -> tuple[Event, ...]:
    """The policies that the release knows, in the reader's language where the catalogue of places has them, by day.

    In an ``area`` those that held in others alone are left out.
    """
    found = edition.release.method.get(POLICY_DATES)
    listed = [(date.fromisoformat(str(one["date"])), str(one["label"])) for one in (found if isinstance(found, list | tuple) else ())]
    elsewhere = {(p.day, p.label) for p in edition.release.policies if area is not None and p.areas and area not in p.areas}
    return tuple(Event(policy_label(edition, label), day) for day, label in sorted(listed) if (day, label) not in elsewhere)


def policy_label(edition: Edition, label: str) -> str:
    """The operator's name of a policy, translated where the catalogue of places has it (context ``policy``)."""
    return edition.catalog.pgettext("policy", label)


def _events(edition: Edition, points: list[Point], area: str | None) -> tuple[Event, ...]:
    """Policies that fall between the first point and the last."""
    days = [point.day for point in points if point.day is not None]
    if len(days) < 2 or len(days) < len(points):
        return ()
    return tuple(event for event in events(edition, area) if days[0] - timedelta(31) <= event.day <= days[-1] + timedelta(31))


def draw_trend(pen: Pen, edition: Edition, found: Trend, width: float, height: float) -> None:
    """Points with their intervals joined by a line; the city dashed; policies as dotted uprights with their names above."""
    ends = [v for p in found.points for v in (p.value, p.city, p.low, p.high) if v is not None]
    across = scale(ends, ticks=3, least=LEAST.get(found.measure.unit, 0.0))
    bottom, left, right = height - 26, 26.0, width - 18
    uprights = _event_places(found, left, right)
    names = list(_event_names(edition, found, uprights, width))
    top = 16.0 + LINE * max((row for *_, row in names), default=0)

    def y(value: float) -> float:
        return bottom - across.share(value) * (bottom - top)

    for tick in across.ticks:
        pen.line(16, y(tick), width, y(tick), "g")
        pen.text(0, y(tick) + 2.5, edition.number(tick), "s")
    xs = _places(found, left, right)
    for x in uprights:
        pen.line(x, top - 4, x, bottom, "cu")
    for words, middle, row in names:
        pen.text(middle, 8 + LINE * row, words, "s m")
    cities = [(x, y(p.city)) for x, p in zip(xs, found.points, strict=True) if p.city is not None]
    if len(cities) > 1:
        pen.path([cities], "past", closed=False)
    pen.path([[(x, y(p.value)) for x, p in zip(xs, found.points, strict=True)]], "way", closed=False)
    for x, point in zip(xs, found.points, strict=True):
        if point.low is not None and point.high is not None:
            pen.line(x, y(point.low), x, y(point.high), "iv ink")
        pen.circle(x, y(point.value), 2.6, "dot ink")
    _draw_values(pen, edition, found, xs, y)
    for x, words, kind, dx in _wave_labels(found, xs):
        pen.text(x, height - 4, words, kind, dx=dx)


def _event_names(edition: Edition, found: Trend, xs: Sequence[float], width: float) -> Iterator[tuple[str, float, int]]:
    """(name, middle, line) of each policy above its upright: on the second line where the first has no room, left out where neither has."""
    taken = [0.0, 0.0]
    for event, x in zip(found.events, xs, strict=True):
        words = edition.named(event.label)
        half = text_width(words, SMALL) / 2
        middle = min(max(x, half), width - half)
        row = next((n for n, end in enumerate(taken) if middle - half >= end), None)
        if row is not None and 2 * half <= width:
            yield words, middle, row
            taken[row] = middle + half + 6


def _draw_values(pen: Pen, edition: Edition, found: Trend, xs: Sequence[float], y: Callable[[float], float]) -> None:
    """Each point's figure beside it, on the side away from the line; where points are close, only the first and the last."""
    close = min((b - a for a, b in pairwise(xs)), default=100.0) < 22
    for k, (x, point) in enumerate(zip(xs, found.points, strict=True)):
        if close and 0 < k < len(xs) - 1:
            continue
        last = k == len(xs) - 1
        beside = found.points[k - 1 if last else k + 1].value  # the line runs there from here, past the figure
        above = point.value >= (beside if beside != point.value or point.city is None else point.city)
        side = -6 if last else 6
        pen.text(x, y(point.value) + (-4 if above else 9), _figure(edition, found, point), "s b e" if last else "s b", dx=side)


def _figure(edition: Edition, found: Trend, point: Point) -> str:
    return edition.number(point.value, decimals(found.measure.unit, point.low, point.high))


def _wave_labels(found: Trend, xs: Sequence[float]) -> Iterator[tuple[float, str, str, float]]:
    """(x, name, classes, dx) of the waves that have room for their names: the last, the first, and those between."""
    first, last = found.points[0].label, found.points[-1].label
    start, end = xs[0] - 10 + text_width(first, SMALL) + 6, xs[-1] + 18 - text_width(last, SMALL) - 6
    yield xs[-1], last, "s e", 18
    if start - 6 <= end + 6:
        yield xs[0], first, "s", -10
    for x, point in list(zip(xs, found.points, strict=True))[1:-1]:
        half = text_width(point.label, SMALL) / 2
        if x - half >= start and x + half <= end:
            yield x, point.label, "s m", 0
            start = x + half + 6


def _places(found: Trend, left: float, right: float) -> list[float]:
    """Where the waves stand: by their days where all are known, else evenly."""
    days = [point.day for point in found.points if point.day is not None]
    last = len(found.points) - 1
    if len(days) == len(found.points) and days[0] < days[-1]:
        return [left + (right - left) * ((day - days[0]) / (days[-1] - days[0])) for day in days]
    return [left + (right - left) * n / last for n in range(last + 1)]


def _event_places(found: Trend, left: float, right: float) -> list[float]:
    days = [point.day for point in found.points if point.day is not None]
    if not found.events:
        return []
    span = days[-1] - days[0]
    return [min(max(left + (right - left) * ((event.day - days[0]) / span), left), right) for event in found.events]


def trend_alternative(edition: Edition, found: Trend) -> str:
    """What the figure shows: each wave's figure with its interval, and the dates of policies."""
    parts = [said_alone(edition, edition.measure_title(found.measure))]
    for point in found.points[:-1] if found.cell is not None else found.points:
        figure = _figure(edition, found, point)
        if point.low is not None and point.high is not None:
            figure = f"{figure} ({edition.span(point.low, point.high)})"
        parts.append(stated(edition, point.label, figure))
    if found.cell is not None:
        parts.append(stated(edition, found.points[-1].label, flagged(edition, found.cell)))
    parts += [stated(edition, event.label, edition.locale.date(event.day)) for event in found.events]
    return run_on(parts)
