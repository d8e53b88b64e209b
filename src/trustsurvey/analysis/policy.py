"""What changed around the date of a policy: from the published figures of all waves, so that a reader can check it.

A policy that touched some areas is looked at by difference in differences, areas weighted by their residents. One that held everywhere is
looked at by an interrupted time series where there are waves enough, else by the means before and after, which say nothing of the cause. A
wave that was under way at the date is in neither part. Waves are independent samples, so variances add; what the areas of one wave share
through their common weighting is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from trustsurvey.analysis.release import Estimate, Flag, Policy, PolicyEffect, PolicyMethod, PolicyPoint, Refusal, Release, Slope
from trustsurvey.analysis.rounding import decimals, rounded
from trustsurvey.errors import StatisticsError
from trustsurvey.i18n.mark import N_
from trustsurvey.statistics import change
from trustsurvey.statistics.arrays import BoolArray, FloatArray
from trustsurvey.statistics.comparison import ALPHA, adjust
from trustsurvey.statistics.disclosure import HALF_WIDTH

YEAR = 365.25
NOT_SHOWN = N_("A figure that is needed is not shown in every wave.")
LEAST_ERROR = 0.05
"""A published standard error of 0.0 may be up to this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDate:
    """A policy to look at: the day from which it held, what it is called, and the areas it touched (none: the whole city)."""

    day: date
    label: str
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Series:
    """The figures of one measure in the waves used: areas (or the city alone) by waves."""

    estimate: FloatArray
    se: FloatArray
    n: int


def policies_of(release: Release, history: tuple[Release, ...], planned: Sequence[PolicyDate]) -> tuple[Policy, ...]:
    """What the index and the domains did around each date; a refusal, with its reason, where the waves can't say.

    Args:
        release: of the newest wave.
        history: releases of earlier waves of the same questionnaire, one a wave.
        planned: in any order; they come back by day. The tests of one policy are one Benjamini–Hochberg family.
    """
    waves = sorted((r for r in (*history, release) if r.wave is not None), key=lambda r: r.wave.number if r.wave else 0)
    return tuple(_policy(release, waves, policy) for policy in sorted(planned, key=lambda p: (p.day, p.label)))


def _policy(release: Release, waves: Sequence[Release], policy: PolicyDate) -> Policy:
    used = [r for r in waves if r.wave is not None and not r.wave.opened < policy.day <= r.wave.closed]
    time = np.array([_middle(r) for r in used])
    day = policy.day.toordinal() / YEAR
    made: list[PolicyEffect] = []
    refusal: change.Refusal | None = None
    for measure in release.measures:
        if measure.kind not in ("index", "domain"):
            continue
        found = (
            _touched(release, used, measure.code, policy, time, day)
            if policy.areas
            else _everywhere(release, used, measure.code, time, day)
        )
        if found[0] is not None:
            made.append(found[0])
        refusal = refusal or found[1]
    if not made and refusal is None:
        refusal = change.Refusal(message=NOT_SHOWN)
    said = None if refusal is None else Refusal(message=refusal.message, values=dict(refusal.values))
    return Policy(day=policy.day, label=policy.label, areas=policy.areas, effects=_tested(made, release), refusal=said)


_Found = tuple[PolicyEffect | None, change.Refusal | None]


def _touched(release: Release, used: Sequence[Release], measure: str, policy: PolicyDate, time: FloatArray, day: float) -> _Found:
    """Difference in differences over the areas that are shown in every wave used."""
    cells = [
        {e.area: e for e in r.estimates if e.measure == measure and e.area is not None and not e.group and e.se is not None} for r in used
    ]
    codes = [area.code for area in release.areas if all(area.code in found for found in cells)]
    treated = np.array([code in policy.areas for code in codes], dtype=np.bool_)
    series = _series([[found[code] for found in cells] for code in codes], len(used))
    share = _residents(release, codes)
    done = change.difference_in_differences(time, series.estimate, series.se, treated, day, share=share, confidence=release.confidence)
    if isinstance(done, change.Refusal):
        return None, done
    groups = [_weighted(series.estimate, share, treated), _weighted(series.estimate, share, ~treated)]
    effect = _effect(
        measure, "difference in differences", done.effect, series.n, done.waves_before, done.waves_after, apart=done.parallel is False
    )
    return replace(
        effect,
        slope=None if done.before is None else _slope(done.before),
        parallel=done.parallel,
        points=_points(used, groups[0], groups[1]),
    ), None


def _everywhere(release: Release, used: Sequence[Release], measure: str, time: FloatArray, day: float) -> _Found:
    """The step of an interrupted time series of the city; the means before and after where it is refused, with the reason."""
    cells = [r.estimate(measure) for r in used]
    shown = [cell for cell in cells if cell is not None and cell.se is not None]
    if len(shown) < len(cells):
        return None, None
    series = _series([shown], len(used))
    after = time >= day
    values = series.estimate[0]
    if not after.any() or after.all():
        return None, change.Refusal(message=change.NEITHER_SIDE)
    before_count, after_count = int((~after).sum()), int(after.sum())
    done = change.interrupted_series(time, values, day, confidence=release.confidence)
    points = _points(used, values, None)
    if not isinstance(done, change.Refusal):
        effect = _effect(measure, "interrupted time series", done.step, series.n, before_count, after_count)
        return replace(effect, slope=_slope(done.slope_change), points=points), None
    means = change.before_and_after(values, series.se[0], after, confidence=release.confidence)
    effect = _effect(measure, "before and after", means, series.n, before_count, after_count)
    return replace(effect, points=points), done


def _middle(release: Release) -> float:
    """The middle of the fieldwork, in years. Raises StatisticsError for a release without a wave."""
    if release.wave is None:
        raise StatisticsError("a release of no wave has no place in time")
    return (release.wave.opened.toordinal() + release.wave.closed.toordinal()) / 2.0 / YEAR


def _series(rows: Sequence[Sequence[Estimate]], waves: int) -> _Series:
    cells = [cell for row in rows for cell in row]
    return _Series(
        estimate=np.array([cell.estimate or 0.0 for cell in cells]).reshape(len(rows), waves),
        se=np.array([max(cell.se or 0.0, LEAST_ERROR) for cell in cells]).reshape(len(rows), waves),
        n=sum(cell.n or 0 for cell in cells),
    )


def _residents(release: Release, codes: Sequence[str]) -> FloatArray:
    """Adult residents of each area, where they were a margin of the weights; else all the same."""
    totals = {check.category: check.target for check in release.weights.margins if check.margin == "area"}
    if any(totals.get(code, 0.0) <= 0 for code in codes):
        return np.ones(len(codes))
    return np.array([totals[code] for code in codes])


def _weighted(estimate: FloatArray, share: FloatArray, rows: BoolArray) -> FloatArray:
    found: FloatArray = (share[rows] @ estimate[rows]) / share[rows].sum()
    return found


def _points(used: Sequence[Release], touched: FloatArray, others: FloatArray | None) -> tuple[PolicyPoint, ...]:
    return tuple(
        PolicyPoint(
            wave=r.wave.number if r.wave else 0,
            touched=rounded(float(touched[k]), 1) or 0.0,
            others=None if others is None else rounded(float(others[k]), 1),
        )
        for k, r in enumerate(used)
    )


def _slope(found: change.Effect) -> Slope:
    return Slope(
        estimate=rounded(found.estimate, 1) or 0.0,
        lci=rounded(found.lower, 1) or 0.0,
        uci=rounded(found.upper, 1) or 0.0,
        p=rounded(found.p, 4) or 0.0,
    )


def _effect(
    measure: str, method: PolicyMethod, found: change.Effect, n: int, before: int, after: int, *, apart: bool = False
) -> PolicyEffect:
    return PolicyEffect(
        measure=measure,
        method=method,
        estimate=found.estimate,
        se=found.se,
        lci=found.lower,
        uci=found.upper,
        p=found.p,
        p_adjusted=found.p,
        detectable=False,
        family=1,
        n=n,
        waves_before=before,
        waves_after=after,
        flag=Flag.CAUTION if apart or found.upper - found.lower > 2 * HALF_WIDTH else Flag.OK,
    )


def _tested(made: Sequence[PolicyEffect], release: Release) -> tuple[PolicyEffect, ...]:
    """The effects of one policy after Benjamini–Hochberg, rounded where the release is."""
    published = release.precision == "published"
    adjusted = adjust(np.array([effect.p for effect in made], dtype=np.float64)).tolist()
    found = []
    for effect, p in zip(made, adjusted, strict=True):
        places = decimals(release.measure(effect.measure).unit)["estimate"] if published else None
        digits = 4 if published else None
        found.append(
            replace(
                effect,
                estimate=rounded(effect.estimate, places) or 0.0,
                se=rounded(effect.se, places) or 0.0,
                lci=rounded(effect.lci, places) or 0.0,
                uci=rounded(effect.uci, places) or 0.0,
                p=rounded(effect.p, digits) or 0.0,
                p_adjusted=rounded(p, digits) or 0.0,
                detectable=p <= ALPHA,
                family=len(made),
            )
        )
    return tuple(found)
