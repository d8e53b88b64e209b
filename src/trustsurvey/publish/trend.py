"""One measure over the waves: points in time, the dates of policies, and the figure that shows both.

A release says what changed since each earlier wave; the figure of that wave is this one's less the difference, exactly, since differences
are of published figures. Its interval isn't in the release, and none is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from trustsurvey.analysis.release import Change, Estimate, Measure, Release, Unit
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.pens import Pen, scale
from trustsurvey.publish.phrases import flagged, said_alone, stated

POLICY_DATES = "policy_dates"
"""Key of ``Release.method``: a list of ``{"date": "2026-01-12", "label": "agreement"}``, the operator's words."""


LEAST = {Unit.SCORE: 10.0, Unit.PERCENT: 10.0, Unit.TEN: 1.0, Unit.FRACTION: 0.1}
"""How much the upright axis spans at least, so that a small change doesn't look like a large one."""


@dataclass(frozen=True, slots=True)
class Point:
    """A wave: its name, its middle day where that is known, and the figure. ``city`` is the whole city's figure in the same wave."""

    label: str
    day: date | None
    value: float
    city: float | None


@dataclass(frozen=True, slots=True)
class Event:
    """A policy and the day from which it held."""

    label: str
    day: date


@dataclass(frozen=True, slots=True)
class Trend:
    """Earliest first; the last point is this release's own, whose ``cell`` has an interval. Fewer than two points: no trend."""

    measure: Measure
    cell: Estimate
    points: tuple[Point, ...]
    events: tuple[Event, ...] = ()

    def __bool__(self) -> bool:
        return len(self.points) > 1


def latest_change(release: Release, measure: str, area: str | None) -> Change | None:
    """The change since the latest earlier wave."""
    found = [c for c in release.changes if c.contrast.measure == measure and c.contrast.area == area and not c.contrast.group]
    return max(found, key=lambda change: change.since_wave, default=None)


def trend(edition: Edition, measure: Measure, area: str | None) -> Trend:
    """The measure in one area (None: the city) over every wave that the release compares itself with."""
    release, cell = edition.release, edition.cells[measure.code, area]
    city = edition.cells.get((measure.code, None))
    before: dict[int, dict[str | None, Change]] = {}
    for change in release.changes:
        if change.contrast.measure == measure.code and not change.contrast.group and change.contrast.area in (area, None):
            before.setdefault(change.since_wave, {})[change.contrast.area] = change
    points = []
    whole = city.estimate if city is not None and area is not None else None
    for number in sorted(before):
        here, there = before[number].get(area), before[number].get(None)
        if here is None or cell.estimate is None:
            continue
        label = edition.wave_label(here.since_label)
        then = whole - there.contrast.difference if whole is not None and there is not None else None
        points.append(Point(label, edition.wave_day(here.since_label), cell.estimate - here.contrast.difference, then))
    wave = release.wave
    if points and wave is not None and cell.estimate is not None:
        points.append(Point(edition.wave_label(wave.label), edition.wave_day(wave.label) or wave.opened, cell.estimate, whole))
    return Trend(measure, cell, tuple(points), _events(release, points))


def _events(release: Release, points: list[Point]) -> tuple[Event, ...]:
    """Policies that fall between the first point and the last."""
    days = [point.day for point in points if point.day is not None]
    found = release.method.get(POLICY_DATES)
    if len(days) < 2 or len(days) < len(points) or not isinstance(found, list | tuple):
        return ()
    events = [Event(str(entry["label"]), date.fromisoformat(str(entry["date"]))) for entry in found]
    return tuple(event for event in events if days[0] - timedelta(31) <= event.day <= days[-1] + timedelta(31))


def draw_trend(pen: Pen, edition: Edition, found: Trend, width: float, height: float) -> None:
    """Points joined by a line, the last with its interval; the city dashed; policies as dotted uprights with their names above."""
    cell = found.cell
    values = [v for p in found.points for v in (p.value, p.city) if v is not None] + [v for v in (cell.lci, cell.uci) if v is not None]
    least = LEAST.get(found.measure.unit, 0.0)
    missing = max(least - (max(values) - min(values)), 0.0) / 2
    across = scale([*values, min(values) - missing, max(values) + missing], ticks=3)
    top, bottom, left, right = 16.0, height - 26, 26.0, width - 18

    def y(value: float) -> float:
        return bottom - across.share(value) * (bottom - top)

    for tick in across.ticks:
        pen.line(16, y(tick), width, y(tick), "g")
        pen.text(0, y(tick) + 2.5, edition.number(tick), "s")
    xs = _places(found, left, right)
    for event, x in zip(found.events, _event_places(found, left, right), strict=True):
        pen.line(x, top - 4, x, bottom, "cu")
        pen.text(min(max(x, 40), width - 40), 8, edition.named(event.label), "s m")
    cities = [(x, y(p.city)) for x, p in zip(xs, found.points, strict=True) if p.city is not None]
    if len(cities) > 1:
        pen.path([cities], "past", closed=False)
    pen.path([[(x, y(p.value)) for x, p in zip(xs, found.points, strict=True)]], "way", closed=False)
    if cell.lci is not None and cell.uci is not None:
        pen.line(xs[-1], y(cell.lci), xs[-1], y(cell.uci), "iv ink")
    for x, point in zip(xs, found.points, strict=True):
        pen.circle(x, y(point.value), 2.6, "dot ink")
        above = point.city is None or point.value >= point.city
        pen.text(
            x,
            y(point.value) + (-6 if above else 11),
            edition.number(point.value),
            "s b e" if x == xs[-1] else "s b m",
            dx=-5 if x == xs[-1] else 0,
        )
        pen.text(
            x,
            height - 4,
            point.label,
            "s e" if x == xs[-1] else "s" if x == xs[0] else "s m",
            dx=18 if x == xs[-1] else -10 if x == xs[0] else 0,
        )


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
    """What the figure shows: each wave's figure, the last with its interval."""
    parts = [said_alone(edition, edition.measure_title(found.measure))]
    parts += [stated(edition, point.label, edition.number(point.value)) for point in found.points[:-1]]
    parts.append(stated(edition, found.points[-1].label, flagged(edition, found.cell)))
    parts += [stated(edition, event.label, edition.locale.date(event.day)) for event in found.events]
    return " ".join(parts)
