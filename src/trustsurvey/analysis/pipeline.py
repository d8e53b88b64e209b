"""Records → tally → weights → estimates → suppression → Release.

    tallied = read_records(questionnaire, plan, chunks, areas=codes)
    release = make_release(tallied, plan, areas=areas, context=ReleaseContext(...))

``chunks`` is an iterable of (area codes of some people, their records joined as bytes). Only this module makes a ``Release``.
Without respondents, with one area or with everything suppressed there is still a release, and it says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from trustsurvey.analysis.change import changes_since
from trustsurvey.analysis.details import missing_rates, reliability_of
from trustsurvey.analysis.margins import margins_of
from trustsurvey.analysis.plan import AREA, Plan, PlannedMeasure, plan_for
from trustsurvey.analysis.records import Chunk, Tallied, read_records
from trustsurvey.analysis.release import (
    Area,
    Bracket,
    Contrast,
    Estimate,
    Flag,
    Instrument,
    MarginCheck,
    Release,
    Wave,
    Weights,
)
from trustsurvey.analysis.rounding import column, decimals, rounded
from trustsurvey.statistics import comparison, disclosure, estimation, intervals, weighting
from trustsurvey.statistics.estimation import Design, DomainEstimates, Partition
from trustsurvey.statistics.tally import Tally
from trustsurvey.statistics.weighting import RakingResult, Weighting

__all__ = ["Chunk", "ReleaseContext", "Tallied", "make_release", "plan_for", "read_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseContext:
    """What a release says of itself beside its figures; ``previous`` are earlier releases of the survey that it is compared with."""

    survey: str | None = None
    title: str | None = None
    place: str | None = None
    number: int | None = None
    released: date | None = None
    synthetic: bool = False
    instrument: Instrument | None = None
    wave: Wave | None = None
    previous: tuple[Release, ...] = ()


def make_release(tallied: Tallied, plan: Plan, *, areas: Sequence[Area] = (), context: ReleaseContext | None = None) -> Release:
    """The release of a tally: everything that may be shown, suppressed and rounded as the plan says.

    Args:
        areas: the areas to publish, in the order shown; those found in the tally when empty.

    Raises:
        RakingError: the weights can't meet the plan's margins.
        StatisticsError: the sample design contradicts itself.
    """
    context = context or ReleaseContext()
    tally = tallied.tally
    areas = tuple(areas) or _areas_of(tally)
    margins, notes = margins_of(tally, plan)
    raked = weighting.rake(tally, margins, bounds=plan.bounds) if margins else None
    weights = raked.weighting if raked else weighting.base(tally)
    design = estimation.design_of(tally, weights)
    cells, against, found_brackets = _estimates(design, plan, areas)
    diagnostics = weighting.diagnose(tally, weights)
    release = Release(
        precision=plan.precision,
        survey=context.survey,
        title=context.title,
        place=context.place,
        number=context.number,
        released=context.released,
        synthetic=context.synthetic,
        instrument=context.instrument,
        wave=context.wave,
        n=tally.n,
        n_eff=diagnostics.n_eff if plan.precision == "full" else float(round(diagnostics.n_eff)),
        confidence=plan.confidence,
        areas=areas if plan.area else (),
        measures=tuple(p.measure for p in plan.measures),
        estimates=cells,
        weights=_weights(tally, weights, raked, notes, wanted=bool(plan.margins)),
        reliability=reliability_of(tallied, plan),
        against_city=against,
        brackets=found_brackets,
        missing=missing_rates(tallied, plan),
        method=_method(plan),
    )
    return replace(release, changes=tuple(c for old in context.previous for c in changes_since(release, old)))


def _areas_of(tally: Tally) -> tuple[Area, ...]:
    if not tally.has(AREA):
        return ()
    return tuple(Area(code=level, name=level) for level in tally.levels(AREA))


def _estimates(design: Design, plan: Plan, areas: Sequence[Area]) -> tuple[tuple[Estimate, ...], tuple[Contrast, ...], tuple[Bracket, ...]]:
    tally = design.tally
    of_whole = estimation.domains(design)
    of_areas = estimation.domains(design, _partition(tally, areas)) if plan.area and tally.has(AREA) else None
    of_groups = {axis: estimation.domains(design, estimation.by(tally, axis)) for axis in plan.groups}
    cells: list[Estimate] = []
    against: tuple[Contrast, ...] = ()
    found: tuple[Bracket, ...] = ()
    for planned in plan.measures:
        code = planned.measure.code
        everyone = estimation.estimate_means(of_whole, code)
        cells += _cells(planned, plan, design, everyone, [(None, None)])
        if of_areas is not None:
            ranked = code == plan.index
            by_area = estimation.estimate_means(of_areas, code, contrasts=ranked)
            shown = _cells(planned, plan, design, by_area, [(level, None) for level in by_area.levels])
            cells += shown
            if ranked:
                against, found = _comparisons(planned, plan, by_area, everyone, shown)
        for axis, domains in of_groups.items():
            by_group = estimation.estimate_means(domains, code)
            cells += _cells(planned, plan, design, by_group, [(None, {axis: level}) for level in by_group.levels])
    return tuple(cells), against, found


def _partition(tally: Tally, areas: Sequence[Area]) -> Partition:
    """The published areas, in their order; people of other areas are in no domain."""
    position = {area.code: n for n, area in enumerate(areas)}
    table = np.array([*(position.get(level, -1) for level in tally.levels(AREA)), -1], dtype=np.int64)
    return Partition(table[tally.codes(AREA)], tuple(position))


def _cells(
    planned: PlannedMeasure,
    plan: Plan,
    design: Design,
    found: DomainEstimates,
    places: Sequence[tuple[str | None, Mapping[str, str] | None]],
) -> list[Estimate]:
    """One measure's cells: intervals, verdicts, and numbers as they are published."""
    n = found.n.astype(np.float64)
    df = found.df.astype(np.float64)
    people = found.respondents.astype(np.float64)
    if planned.restricted:
        df, people = np.minimum(df, n - 1.0), n
    n_eff = np.minimum(found.n_eff, n)
    if planned.is_proportion:
        calibrated = design.weighting.calibration is not None
        lower, upper = intervals.proportion_interval(
            planned.interval,
            found.estimate,
            found.se,
            people,
            df,
            found.n_eff,
            dispersion=intervals.working_dispersion(found.n, found.respondents, found.weight, found.weight_of_all, calibrated=calibrated),
            confidence=plan.confidence,
        )
    else:
        lower, upper = intervals.t_interval(found.estimate, found.se, df, confidence=plan.confidence)
    verdicts = _verdicts(planned, plan, found, n_eff, df, lower, upper)
    flags = [Flag(verdict.value) for verdict in verdicts]
    numbers = {
        "n_eff": found.n_eff,
        "estimate": found.estimate * planned.scale,
        "se": found.se * planned.scale,
        "lci": lower * planned.scale,
        "uci": upper * planned.scale,
        "df": df,
        "deff": found.deff,
    }
    places_of = decimals(planned.measure.unit) if plan.precision == "published" else {}
    hidden = np.array([flag.suppressed for flag in flags])
    columns = {name: column(np.where(hidden, np.nan, values), places_of.get(name)) for name, values in numbers.items()}
    return [
        Estimate(
            measure=planned.measure.code,
            area=area,
            group=group,
            n=None if flags[k].suppressed else int(found.n[k]),
            flag=flags[k],
            **{name: values[k] for name, values in columns.items()},
        )
        for k, (area, group) in enumerate(places)
    ]


def _verdicts(
    planned: PlannedMeasure, plan: Plan, found: DomainEstimates, n_eff: Any, df: Any, lower: Any, upper: Any
) -> tuple[disclosure.Verdict, ...]:
    if plan.suppression.rule == "none":
        return (disclosure.Verdict.OK,) * len(found.levels)
    minimum = plan.suppression.minimum_n
    if planned.is_proportion:
        return disclosure.judge_proportions(found.estimate, lower, upper, found.n, n_eff, df, minimum_n=minimum)
    return disclosure.judge_means(lower, upper, found.n, n_eff, half_width=planned.half_width, minimum_n=minimum)


def _comparisons(
    planned: PlannedMeasure, plan: Plan, areas: DomainEstimates, everyone: DomainEstimates, cells: Sequence[Estimate]
) -> tuple[tuple[Contrast, ...], tuple[Bracket, ...]]:
    """The shown areas against the city, and the runs of those that can't be told apart."""
    shown = [k for k, cell in enumerate(cells) if cell.se is not None and cell.estimate is not None]
    if len(shown) < 2 or everyone.df[0] < 1:
        return (), ()
    code = planned.measure.code
    found = comparison.against_whole(areas, everyone, shown, confidence=plan.confidence)
    places = 1 if plan.precision == "published" else None
    contrasts = tuple(
        Contrast(
            measure=code,
            area=areas.levels[k],
            group=None,
            difference=rounded(float(found.difference[row]) * planned.scale, places) or 0.0,
            se=rounded(float(found.se[row]) * planned.scale, places) or 0.0,
            lci=rounded(float(found.lower[row]) * planned.scale, places) or 0.0,
            uci=rounded(float(found.upper[row]) * planned.scale, places) or 0.0,
            p=rounded(float(found.p[row]), 4 if places else None) or 0.0,
            p_adjusted=rounded(float(found.p_adjusted[row]), 4 if places else None) or 0.0,
            detectable=bool(found.detectable[row]),
            family=found.family,
        )
        for row, k in enumerate(shown)
    )
    runs = comparison.brackets(areas, shown)
    return contrasts, tuple(Bracket(measure=code, areas=tuple(areas.levels[k] for k in run)) for run in runs)


def _weights(tally: Tally, weights: Weighting, raked: RakingResult | None, notes: Sequence[str], *, wanted: bool) -> Weights:
    found = weighting.diagnose(tally, weights)
    checks: list[MarginCheck] = []
    said = list(notes)
    if raked is not None:
        for target, reached in zip(raked.targets, raked.reached, strict=True):
            checks.append(
                MarginCheck(
                    margin=target.margin, category=target.category, target=target.total, reached=reached, respondents_share=target.share
                )
            )
        said += [f"{margin}: {share:.1%} of the weighted respondents answered" for margin, share in raked.answered.items() if share < 1]
        kept = [f"{t.margin} {t.category}" for t in raked.targets if t.kept]
        if kept:
            said.append(f"kept at the weighted share, without a control total: {', '.join(kept)}")
    return Weights(
        deff_kish=found.deff_kish,
        min=found.lightest,
        max=found.heaviest,
        margins_met=raked is not None or not wanted,
        iterations=raked.iterations if raked else 0,
        margins=tuple(checks),
        notes=tuple(said),
    )


def _method(plan: Plan) -> dict[str, Any]:
    """What was done, in words that a program can read."""
    return {
        "scoring": "0-100 on the theoretical range; a domain is the mean of its answered items",
        "weighting": "calibration, raking distance (Deville and Särndal 1992)" if plan.margins else "base weights",
        "variance": "Taylor linearisation" + (" with calibrated residuals" if plan.margins else ""),
        "intervals": {p.measure.code: p.interval.value for p in plan.measures},
        "suppression": {"minimum_n": plan.suppression.minimum_n, "rule": plan.suppression.rule},
        "comparisons": "t tests, Benjamini-Hochberg at 0.05",
    }
