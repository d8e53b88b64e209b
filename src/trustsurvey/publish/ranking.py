"""The ranking and the profile as data: rows, brackets and classes, the same for the web's tables and the report's pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trustsurvey.analysis.release import Contrast, Estimate, Flag, Measure, Unit
from trustsurvey.publish.edition import Edition, decimals, rounded
from trustsurvey.publish.findings import against_city, ranked
from trustsurvey.publish.pens import Scale, scale
from trustsurvey.publish.phrases import reason

BREAKS = (40, 45, 50, 55, 60, 65)
"""Where the classes of the map and the heat table meet: the same for every wave, release and domain, never quantiles."""

COLUMNS_AT_MOST = 6  # brackets side by side; beyond that a reader follows none of them


def heat_class(value: float) -> int:
    """1 (under 40) to 7 (65 and more), by the figure as printed, so that one number never has two colors."""
    return 1 + sum(value >= limit for limit in BREAKS)


def class_of(edition: Edition, estimate: Estimate) -> int:
    """The class of a shown cell; measures that aren't 0–100 are stretched to it by their unit."""
    unit = edition.measures[estimate.measure].unit
    printed = rounded(estimate.estimate or 0.0, decimals(unit, estimate.lci, estimate.uci))
    return heat_class(printed * 10 if unit is Unit.TEN else printed * 100 if unit is Unit.FRACTION else printed)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the ranking. ``side`` is 1 detectably above the city, −1 below, 0 neither, None when it wasn't compared."""

    name: str
    estimate: Estimate
    contrast: Contrast | None

    @property
    def side(self) -> int | None:
        if self.contrast is None:
            return None
        return 0 if not self.contrast.detectable else 1 if self.contrast.difference > 0 else -1

    @property
    def on(self) -> bool:
        return bool(self.side)

    @property
    def caution(self) -> bool:
        return self.estimate.flag is Flag.CAUTION


@dataclass(frozen=True, slots=True)
class Hidden:
    """A row without a figure, and why."""

    name: str
    area: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A bracket over the rows ``first`` to ``last``, in the ``column`` where it doesn't touch another."""

    first: int
    last: int
    column: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The areas by one measure: shown ones from highest to lowest, the others last, by name.

    ``thinned``: there were too many brackets to draw, and ``lanes`` has just enough of them to cover every row.
    """

    measure: Measure
    city: Estimate | None
    lines: tuple[Line, ...]
    hidden: tuple[Hidden, ...]
    lanes: tuple[Lane, ...]
    scale: Scale
    thinned: bool = False

    @property
    def columns(self) -> int:
        return 1 + max((lane.column for lane in self.lanes), default=-1)


def ranking(edition: Edition, measure: Measure | None = None) -> Ranking | None:
    """The ranking by ``measure`` (the headline by default); None when the release has no measure."""
    measure = measure or edition.headline
    if measure is None:
        return None
    release = edition.release
    contrasts = against_city(release, measure.code)
    cells = ranked(release, measure.code)
    lines = tuple(Line(edition.area_name(c.area or ""), c, contrasts.get(c.area or "")) for c in cells)
    suppressed = [c for c in release.by_area(measure.code) if c.flag.suppressed]
    hidden = [Hidden(edition.area_name(c.area or ""), c.area or "", reason(edition, c.flag)) for c in suppressed]
    runs = _runs(edition, measure, [c.area for c in cells])
    lanes = _lanes(runs)
    thinned = max((lane.column for lane in lanes), default=0) >= COLUMNS_AT_MOST
    city = release.estimate(measure.code)
    ends = [v for c in [*cells, *([city] if city else [])] for v in (c.lci, c.uci) if v is not None]
    top = {Unit.SCORE: 100.0, Unit.PERCENT: 100.0, Unit.TEN: 10.0, Unit.FRACTION: 1.0}.get(measure.unit)
    return Ranking(
        measure=measure,
        city=city if city is not None and city.estimate is not None else None,
        lines=lines,
        hidden=tuple(sorted(hidden, key=lambda row: row.name)),
        lanes=_lanes(_cover(runs)) if thinned else lanes,
        thinned=thinned,
        scale=scale(ends, lowest=0 if top else None, highest=top),
    )


def alike(edition: Edition, order: Ranking, area: str) -> tuple[str, ...]:
    """The areas that stand in a bracket with ``area``, in the order of the ranking."""
    together = {code for b in edition.release.brackets if b.measure == order.measure.code and area in b.areas for code in b.areas}
    return tuple(line.estimate.area for line in order.lines if line.estimate.area in together - {area} and line.estimate.area)


def _runs(edition: Edition, measure: Measure, order: list[str | None]) -> list[tuple[int, int]]:
    """The brackets as first and last row."""
    place = {code: n for n, code in enumerate(order)}
    runs = []
    for bracket in edition.release.brackets:
        rows = [place[code] for code in bracket.areas if code in place]
        if bracket.measure == measure.code and len(rows) > 1:
            runs.append((min(rows), max(rows)))
    return sorted(runs)


def _cover(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """As few of the runs as cover all the rows that any run covers: from each, on to the last that still touches it."""
    kept: list[tuple[int, int]] = []
    for run in runs:
        if len(kept) > 1 and run[0] <= kept[-2][1] + 1:
            kept.pop()
        kept.append(run)
    return kept


def _lanes(runs: Iterable[tuple[int, int]]) -> tuple[Lane, ...]:
    """Brackets that overlap stand side by side: each in the first column that is free."""
    lanes, ends = [], list[int]()
    for first, last in runs:
        column = next((k for k, end in enumerate(ends) if first > end), len(ends))
        ends[column : column + 1] = [last]
        lanes.append(Lane(first, last, column))
    return tuple(lanes)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell of the profile: its text, its class from 1 to 7, and whether it differs detectably from the city's."""

    text: str
    heat: int
    differs: bool
    caution: bool


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row of the profile. ``cells`` has None where a figure isn't shown; a row with a ``reason`` has no figure at all."""

    name: str
    cells: tuple[HeatCell | None, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """Domains across, the city and the areas down, in the order of the ranking. The last column is the headline measure."""

    columns: tuple[Measure, ...]
    city: HeatRow
    rows: tuple[HeatRow, ...]
    hidden: tuple[HeatRow, ...]


def profile(edition: Edition) -> Profile | None:
    """The domain profile; None when the release has no domains."""
    order = ranking(edition)
    if order is None or not edition.domains:
        return None
    extra = (order.measure,) if order.measure not in edition.domains else ()
    columns = (*edition.domains, *extra)
    contrasts = {measure.code: against_city(edition.release, measure.code) for measure in columns}
    cells = {(c.measure, c.area): c for c in edition.release.estimates if not c.group}

    def row(name: str, area: str | None) -> HeatRow:
        return HeatRow(name, tuple(_heat(edition, cells.get((m.code, area)), contrasts[m.code].get(area or "")) for m in columns))

    return Profile(
        columns=columns,
        city=row(edition.city(), None),
        rows=tuple(row(line.name, line.estimate.area) for line in order.lines),
        hidden=tuple(HeatRow(hidden.name, (), hidden.reason) for hidden in order.hidden),
    )


def _heat(edition: Edition, cell: Estimate | None, contrast: Contrast | None) -> HeatCell | None:
    if cell is None or cell.estimate is None:
        return None
    return HeatCell(
        edition.figure(cell, bare=True), class_of(edition, cell), bool(contrast and contrast.detectable), cell.flag is Flag.CAUTION
    )
