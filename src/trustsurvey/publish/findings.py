"""What a release says, as typed results. Each holds published cells only; ``text`` says each in one sentence that adds nothing.

A result that the release doesn't hold isn't derived: no ranking without brackets, no comparison with the city without contrasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trustsurvey.analysis.release import Change, Contrast, Estimate, Flag, Measure, Release

GROUPS = "home_language"  # the variable whose groups the findings compare
FEAR = "safe_contact"  # the domain in which they are compared
GAP = "reporting_gap"
WISHES = "want"
NOT_A_WISH = frozenset({"nothing", "other"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Where the whole city stands, and how that changed."""

    measure: Measure
    estimate: Estimate
    change: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extremes:
    """The areas that can't be told from the highest, and from the lowest. Best first in both."""

    measure: Measure
    top: tuple[Estimate, ...]
    bottom: tuple[Estimate, ...]
    shown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstCity:
    """Codes of the areas detectably above and below the city, and of those that aren't."""

    measure: Measure
    above: tuple[str, ...]
    below: tuple[str, ...]
    neither: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Areas with a detectable change since an earlier wave (largest first), and the others."""

    measure: Measure
    since: str
    up: tuple[Contrast, ...]
    down: tuple[Contrast, ...]
    unchanged: tuple[Contrast, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """One measure in each published group of one variable, highest first."""

    measure: Measure
    variable: str
    cells: tuple[Estimate, ...]
    city: Estimate | None
    contrasts: tuple[Contrast, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingGap:
    """Crimes experienced for each one reported: everyone's, and each published group's."""

    measure: Measure
    estimate: Estimate
    groups: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What residents chose when asked what would help most, largest share first."""

    measures: tuple[Measure, ...]
    cells: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotShown:
    """Areas without a figure, by reason, and areas to be read with caution. In the order of the release."""

    measure: Measure
    too_few: tuple[str, ...]
    imprecise: tuple[str, ...]
    protects: tuple[str, ...]
    caution: tuple[str, ...]
    areas: int

    @property
    def hidden(self) -> int:
        return len(self.too_few) + len(self.imprecise) + len(self.protects)


Finding = Level | Extremes | AgainstCity | Changes | Groups | ReportingGap | Wishes | NotShown


def derive(release: Release, measure: Measure | None) -> tuple[Finding, ...]:
    """Every finding that the release holds about ``measure`` and beside it, in the order in which a reader wants them."""
    if measure is None:
        return ()
    found = (
        _level(release, measure),
        _extremes(release, measure),
        _against_city(release, measure),
        _changes(release, measure),
        _groups(release),
        _gap(release),
        _wishes(release),
        _not_shown(release, measure),
    )
    return tuple(finding for finding in found if finding is not None)


def ranked(release: Release, measure: str) -> list[Estimate]:
    """The areas that have a figure, highest first. Areas whose published figures tie keep the order that their brackets have."""
    brackets = [bracket.areas for bracket in release.brackets if bracket.measure == measure]

    def place(code: str | None) -> tuple[int, int]:
        for number, areas in enumerate(brackets):
            if code in areas:
                return number, areas.index(code)
        return len(brackets), 0

    cells = [cell for cell in release.by_area(measure) if cell.estimate is not None and not cell.flag.suppressed]
    return sorted(cells, key=lambda cell: (-(cell.estimate or 0.0), place(cell.area), cell.area or ""))


def against_city(release: Release, measure: str) -> dict[str, Contrast]:
    """The contrasts of areas with the whole city in one measure, by area."""
    return {c.area: c for c in release.against_city if c.measure == measure and c.area is not None and not c.group}


def _level(release: Release, measure: Measure) -> Level | None:
    estimate = release.estimate(measure.code)
    if estimate is None:
        return None
    changes = [c for c in release.changes if c.contrast.measure == measure.code and c.contrast.area is None and not c.contrast.group]
    return Level(measure=measure, estimate=estimate, change=max(changes, key=lambda c: c.since_wave) if changes else None)


def _extremes(release: Release, measure: Measure) -> Extremes | None:
    order = ranked(release, measure.code)
    compared = any(b.measure == measure.code for b in release.brackets) or bool(against_city(release, measure.code))
    if len(order) < 2 or not compared:
        return None
    runs = [set(b.areas) for b in release.brackets if b.measure == measure.code]

    def run_with(cell: Estimate, run: Sequence[set[str]]) -> tuple[Estimate, ...]:
        inside = [r for r in run if cell.area in r]
        codes: set[str | None] = set().union(*inside) if len(inside) == 1 else {cell.area}
        return tuple(c for c in order if c.area in codes)

    return Extremes(measure=measure, top=run_with(order[0], runs), bottom=run_with(order[-1], runs), shown=len(order))


def _against_city(release: Release, measure: Measure) -> AgainstCity | None:
    contrasts = against_city(release, measure.code)
    if len(contrasts) < 2:
        return None
    order = [cell.area for cell in ranked(release, measure.code) if cell.area in contrasts]
    codes = [code for code in order if code is not None]

    def which(sign: int) -> tuple[str, ...]:
        return tuple(c for c in codes if contrasts[c].detectable and contrasts[c].difference * sign > 0)

    above, below = which(1), which(-1)
    return AgainstCity(measure=measure, above=above, below=below, neither=tuple(c for c in codes if c not in above and c not in below))


def _changes(release: Release, measure: Measure) -> Changes | None:
    found = [c for c in release.changes if c.contrast.measure == measure.code and c.contrast.area is not None and not c.contrast.group]
    if not found:
        return None
    latest = max(c.since_wave for c in found)
    contrasts = sorted((c.contrast for c in found if c.since_wave == latest), key=lambda c: -abs(c.difference))
    return Changes(
        measure=measure,
        since=next(c.since_label for c in found if c.since_wave == latest),
        up=tuple(c for c in contrasts if c.detectable and c.difference > 0),
        down=tuple(c for c in contrasts if c.detectable and c.difference < 0),
        unchanged=tuple(c for c in contrasts if not c.detectable),
    )


def _in_groups(release: Release, measure: str) -> tuple[Estimate, ...]:
    cells = [
        cell
        for cell in release.estimates
        if cell.measure == measure and cell.area is None and cell.group and set(cell.group) == {GROUPS} and cell.estimate is not None
    ]
    return tuple(sorted(cells, key=lambda cell: -(cell.estimate or 0.0)))


def _groups(release: Release) -> Groups | None:
    measure = next((m for m in release.measures if m.code == FEAR), None)
    cells = _in_groups(release, FEAR)
    if measure is None or len(cells) < 2:
        return None
    contrasts = tuple(c for c in release.against_city if c.measure == FEAR and c.area is None and c.group and set(c.group) == {GROUPS})
    return Groups(measure=measure, variable=GROUPS, cells=cells, city=release.estimate(FEAR), contrasts=contrasts)


def _gap(release: Release) -> ReportingGap | None:
    measure = next((m for m in release.measures if m.code == GAP), None)
    estimate = release.estimate(GAP)
    if measure is None or estimate is None or estimate.estimate is None:
        return None
    return ReportingGap(measure=measure, estimate=estimate, groups=_in_groups(release, GAP))


def _wishes(release: Release) -> Wishes | None:
    measures = [m for m in release.measures if m.kind == "share" and m.item == WISHES and m.option not in NOT_A_WISH]
    pairs = [(m, cell) for m in measures if (cell := release.estimate(m.code)) is not None and cell.estimate is not None]
    if len(pairs) < 2:
        return None
    pairs.sort(key=lambda pair: -(pair[1].estimate or 0.0))
    return Wishes(measures=tuple(m for m, _ in pairs), cells=tuple(c for _, c in pairs))


def _not_shown(release: Release, measure: Measure) -> NotShown | None:
    by_flag: dict[Flag, list[str]] = {flag: [] for flag in Flag}
    areas = 0
    for cell in release.by_area(measure.code):
        areas += 1
        by_flag[cell.flag].append(cell.area or "")
    if areas == len(by_flag[Flag.OK]):
        return None
    return NotShown(
        measure=measure,
        too_few=tuple(by_flag[Flag.TOO_FEW]),
        imprecise=tuple(by_flag[Flag.IMPRECISE]),
        protects=tuple(by_flag[Flag.PROTECTS]),
        caution=tuple(by_flag[Flag.CAUTION]),
        areas=areas,
    )
