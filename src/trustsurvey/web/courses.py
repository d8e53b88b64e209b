"""One measure over all the waves that have been released, each with its interval, and the dates of policies between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from trustsurvey.analysis.release import Estimate, Measure, Release, Unit, Wave
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.pens import Scale, SvgPen, scale
from trustsurvey.publish.trend import LEAST

TOP, BOTTOM, HEIGHT = 46, 196, 226  # pixels
LEFT, RIGHT = 9.0, 93.0  # per cent
MONTH = timedelta(31)


@dataclass(frozen=True, slots=True)
class Stop:
    """A wave: its name, the middle of its fieldwork, and the figures of the area and of the whole city as released then."""

    label: str
    day: date
    cell: Estimate | None
    city: Estimate | None

    @property
    def shown(self) -> bool:
        return self.cell is not None and self.cell.estimate is not None


@dataclass(frozen=True, slots=True)
class Event:
    """A policy and the day from which it held."""

    label: str
    day: date


@dataclass(frozen=True, slots=True)
class Course:
    """Earliest first. ``area`` None: the whole city."""

    measure: Measure
    area: str | None
    stops: Sequence[Stop]
    events: Sequence[Event]


def course(edition: Edition, history: Sequence[Release], area: str | None) -> Course | None:
    """The headline measure over ``history``, which ends in the edition's own release; None where fewer than two waves show it.

    Every point is a figure that was published then, with the interval published then.
    """
    measure = edition.headline
    if measure is None:
        return None
    alike = [release for release in history if _comparable(edition.release, release)]
    stops = [_stop(edition, release, release.wave, measure, area) for release in alike if release.wave is not None]
    if sum(stop.shown for stop in stops) < 2:
        return None
    return Course(measure, area, stops, _events(edition, area, stops))


def _comparable(release: Release, earlier: Release) -> bool:
    """Whether both waves asked the same questionnaire."""
    codes = [one.instrument.code if one.instrument else None for one in (release, earlier)]
    return codes[0] == codes[1]


def _stop(edition: Edition, release: Release, wave: Wave, measure: Measure, area: str | None) -> Stop:
    city = release.estimate(measure.code) if area is not None else None
    middle = wave.opened + (wave.closed - wave.opened) / 2
    return Stop(edition.wave_label(wave.label), middle, release.estimate(measure.code, area), city)


def _events(edition: Edition, area: str | None, stops: Sequence[Stop]) -> list[Event]:
    """Policies between a month before the first wave and a month after the last, in their order; those of other areas are left out."""
    known = [p for p in edition.release.policies if area is None or not p.areas or area in p.areas]
    events = [Event(edition.catalog.pgettext("policy", policy.label), policy.day) for policy in known]
    return sorted((e for e in events if stops[0].day - MONTH <= e.day <= stops[-1].day + MONTH), key=lambda e: e.day)


def drawn(edition: Edition, found: Course) -> str:
    """Points with upright intervals, joined by a line; the city dashed behind; policies as dotted uprights with their names above."""
    cells = [cell for stop in found.stops for cell in (stop.cell, stop.city) if cell is not None and cell.estimate is not None]
    ends = [value for cell in cells for value in (cell.lci, cell.uci, cell.estimate) if value is not None]
    least, lowest = LEAST.get(found.measure.unit, 0.0), None if found.measure.unit is Unit.VALUE else 0
    across = scale(ends, ticks=4, least=least, lowest=lowest)
    pen = SvgPen(rtl=edition.rtl)
    places = 0 if all(tick == int(tick) for tick in across.ticks) else 1
    for tick in across.ticks:
        pen.line(f"{LEFT - 4}%", _y(across, tick), "100%", _y(across, tick), "g")
        pen.text(f"{LEFT - 5}%", _y(across, tick) + 4, edition.number(tick, places), "e s")
    _draw_events(pen, edition, found)
    if found.area is not None:
        _draw_city(pen, edition, found, across)
    _draw_stops(pen, edition, found, across)
    return pen.svg(height=HEIGHT, label=alternative(edition, found), kind="course")


def _y(across: Scale, value: float) -> float:
    return round(BOTTOM - across.share(value) * (BOTTOM - TOP), 1)


def _x(found: Course, day: date) -> float:
    """Per cent, by the day; evenly where all waves share one."""
    first, last = found.stops[0].day, found.stops[-1].day
    share = (day - first) / (last - first) if last > first else 0.5
    return round(LEFT + min(max(share, -0.04), 1.04) * (RIGHT - LEFT), 2)


def _draw_events(pen: SvgPen, edition: Edition, found: Course) -> None:
    """Each with its name above, or with its number in the list below where there is no room for names."""
    for n, event in enumerate(found.events):
        x, row = _x(found, event.day), 12 + 14 * (n % 2)
        pen.line(f"{x}%", row + 5, f"{x}%", BOTTOM, "policy")
        anchor = "m" if 25 < x < 75 else "" if x <= 25 else "e"
        pen.text(f"{x}%", row, edition.named(event.label), f"s halo wide {anchor}".strip())
        pen.text(f"{x}%", row, edition.number(n + 1), "s halo narrow m")


def _draw_city(pen: SvgPen, edition: Edition, found: Course, across: Scale) -> None:
    points = [(_x(found, s.day), _y(across, s.city.estimate)) for s in found.stops if s.city is not None and s.city.estimate is not None]
    for (x1, y1), (x2, y2) in pairwise(points):
        pen.line(f"{x1}%", y1, f"{x2}%", y2, "past")
    if points:
        last = found.stops[-1]
        above = last.shown and last.cell is not None and (last.cell.estimate or 0) <= _value(last.city)
        pen.text(f"{points[-1][0]}%", points[-1][1] + (-6 if above else 14), edition.city(), "s halo e", dx=-8)


def _value(cell: Estimate | None) -> float:
    return (cell.estimate or 0.0) if cell is not None else 0.0


def _draw_stops(pen: SvgPen, edition: Edition, found: Course, across: Scale) -> None:
    before: tuple[float, float] | None = None
    last = len(found.stops) - 1
    for n, stop in enumerate(found.stops):
        x = _x(found, stop.day)
        anchor = "e" if n == last else "" if n == 0 else "m"
        kind = f"s {anchor}".strip() + ("" if n in (0, last) else " wide")
        pen.text(f"{x}%", HEIGHT - 6, stop.label, kind, dx=28 if n == last else -22 if n == 0 else 0)
        cell = stop.cell
        if cell is None or cell.estimate is None or cell.lci is None or cell.uci is None:
            pen.text(f"{x}%", BOTTOM - 6, edition.catalog.gettext("not shown"), "s m halo")
            before = None
            continue
        y = _y(across, cell.estimate)
        if before is not None:
            pen.line(f"{before[0]}%", before[1], f"{x}%", y, "way")
        before = (x, y)
    for stop in found.stops:
        cell = stop.cell
        if cell is None or cell.estimate is None or cell.lci is None or cell.uci is None:
            continue
        x, y = _x(found, stop.day), _y(across, cell.estimate)
        look = "ink q" if cell.flag.value == "interpret with caution" else "ink"
        pen.line(f"{x}%", _y(across, cell.lci), f"{x}%", _y(across, cell.uci), f"iv {look}")
        pen.circle(f"{x}%", y, 4, f"dot {look}")
        last = stop is found.stops[-1]
        pen.text(f"{x}%", y + 4, edition.figure(cell), "b halo e" if last else "b halo", dx=-9 if last else 9)


def alternative(edition: Edition, found: Course) -> str:
    """What the figure is; the table below it has every figure."""
    return edition.catalog.gettext(
        "“%(measure)s” by wave, %(first)s to %(last)s. Every figure is in the table.",
        measure=edition.measure_title(found.measure),
        first=found.stops[0].label,
        last=found.stops[-1].label,
    )
