"""Records → tally → weights → estimates → suppression → Release.

    tallied = read_records(questionnaire, plan, chunks, areas=codes)
    release = make_release(tallied, plan, areas=areas, context=ReleaseContext(...))

``chunks`` is an iterable of (area codes of some people, their records joined as bytes). Only this module makes a ``Release``.
Without respondents, with one area or with everything suppressed there is still a release, and it says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from trustsurvey.analysis.change import changes_since
from trustsurvey.analysis.details import drivers_of, item_differences, missing_rates, reliability_of
from trustsurvey.analysis.figures import Figures, cells, figures
from trustsurvey.analysis.ledger import Count, Ledger, Table, hidden_shares, protected
from trustsurvey.analysis.margins import margins_of
from trustsurvey.analysis.model import modelled
from trustsurvey.analysis.parts import Tallied
from trustsurvey.analysis.plan import AREA, Plan, PlannedMeasure, plan_for
from trustsurvey.analysis.records import Chunk, read_records
from trustsurvey.analysis.release import Area, Bracket, Contrast, Instrument, MarginCheck, Release, Wave, Weights
from trustsurvey.analysis.rounding import rounded
from trustsurvey.statistics import comparison, estimation, weighting
from trustsurvey.statistics.estimation import Design, Partition
from trustsurvey.statistics.tally import Tally
from trustsurvey.statistics.weighting import RakingResult, Weighting

__all__ = ["Chunk", "Ledger", "ReleaseContext", "Tallied", "make_release", "plan_for", "read_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseContext:
    """What a release says of itself beside its figures; ``previous`` are earlier releases of the survey that it is compared with.

    ``ledger`` has the releases of the same wave that are out already, whatever their area set: together with them this one must give nobody
    away.
    """

    survey: str | None = None
    title: str | None = None
    place: str | None = None
    number: int | None = None
    released: date | None = None
    synthetic: bool = False
    instrument: Instrument | None = None
    wave: Wave | None = None
    previous: tuple[Release, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)


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
    done = _figured(design, plan, areas, context.ledger, tallied)
    reliability, by_group = reliability_of(tallied, plan)
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
        estimates=tuple(cell for figure in done.figures for cell in cells(figure, plan)),
        weights=_weights(tally, weights, raked, notes, plan),
        reliability=reliability,
        reliability_by_group=by_group,
        item_differences=item_differences(tallied, plan),
        drivers=drivers_of(tallied, plan),
        against_city=done.against,
        brackets=done.brackets,
        missing=missing_rates(tallied, plan, _withheld(done.figures)),
        method=_method(plan, done),
    )
    return replace(release, changes=tuple(c for old in context.previous for c in changes_since(release, old)))


def _areas_of(tally: Tally) -> tuple[Area, ...]:
    if not tally.has(AREA):
        return ()
    return tuple(Area(code=level, name=level) for level in tally.levels(AREA))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Figured:
    """All figures of a release, suppressed, and what is told beside them."""

    figures: tuple[Figures, ...]
    against: tuple[Contrast, ...]
    brackets: tuple[Bracket, ...]
    count: Count


def _figured(design: Design, plan: Plan, areas: Sequence[Area], ledger: Ledger, tallied: Tallied) -> _Figured:
    tally = design.tally
    of_whole = estimation.domains(design)
    of_areas = estimation.domains(design, _partition(tally, areas)) if plan.area and tally.has(AREA) else None
    of_groups = {axis: estimation.domains(design, estimation.by(tally, axis)) for axis in plan.groups}
    respondents = {} if of_areas is None else dict(zip(of_areas.partition.levels, of_areas.respondents.tolist(), strict=True))
    tables = []
    for planned in plan.measures:
        parts = []
        if of_areas is not None:
            compared = _is_compared(planned, plan)
            parts.append(figures(planned, plan, of_areas, [(level, None) for level in of_areas.partition.levels], contrasts=compared))
        for axis, domains in of_groups.items():
            parts.append(figures(planned, plan, domains, [(None, (axis, level)) for level in domains.partition.levels]))
        tables.append(Table(whole=figures(planned, plan, of_whole, [(None, None)]), parts=tuple(parts)))
    tables, count = protected(tables, plan, ledger, respondents)
    found: list[Figures] = []
    against: tuple[Contrast, ...] = ()
    runs: tuple[Bracket, ...] = ()
    for table in tables:
        shown = list(table.parts)
        if of_areas is not None:
            shown[0] = modelled(shown[0], table.whole, plan, tallied.covariates)
            if _is_compared(shown[0].planned, plan):
                against += _against_city(plan, shown[0], table.whole)
            if _is_ranked(shown[0].planned, plan):
                runs = _brackets(shown[0])
        found += [table.whole, *shown]
    return _Figured(figures=tuple(found), against=against, brackets=runs, count=count)


def _is_ranked(planned: PlannedMeasure, plan: Plan) -> bool:
    """Whether areas are ranked by this measure."""
    return planned.measure.code == plan.index and planned.measure.kind not in ("total", "ratio")


def _is_compared(planned: PlannedMeasure, plan: Plan) -> bool:
    """Whether each area is held against the city by this measure: what areas are ranked by, and in a release every domain."""
    return _is_ranked(planned, plan) or (plan.precision == "published" and planned.measure.kind == "domain")


def _partition(tally: Tally, areas: Sequence[Area]) -> Partition:
    """The published areas, in their order; people of other areas are in no domain."""
    position = {area.code: n for n, area in enumerate(areas)}
    table = np.array([*(position.get(level, -1) for level in tally.levels(AREA)), -1], dtype=np.int64)
    return Partition(table[tally.codes(AREA)], tuple(position))


def _brackets(areas: Figures) -> tuple[Bracket, ...]:
    """The runs of shown areas that can't be told apart."""
    shown = areas.shown()
    if len(shown) < 2:
        return ()
    runs = comparison.brackets(areas.found, shown)
    return tuple(Bracket(measure=areas.code, areas=tuple(areas.found.levels[k] for k in run)) for run in runs)


def _against_city(plan: Plan, areas: Figures, everyone: Figures) -> tuple[Contrast, ...]:
    """The shown areas against the city, allowing for all of one measure together."""
    shown = areas.shown()
    if len(shown) < 2 or everyone.found.df[0] < 1 or everyone.flags[0].suppressed:
        return ()
    found = comparison.against_whole(areas.found, everyone.found, shown, confidence=plan.confidence)
    scale = areas.planned.scale
    places, digits = (1, 4) if plan.precision == "published" else (None, None)
    return tuple(
        Contrast(
            measure=areas.code,
            area=areas.found.levels[k],
            group=None,
            difference=rounded(float(found.difference[row]) * scale, places) or 0.0,
            se=rounded(float(found.se[row]) * scale, places) or 0.0,
            lci=rounded(float(found.lower[row]) * scale, places) or 0.0,
            uci=rounded(float(found.upper[row]) * scale, places) or 0.0,
            p=rounded(float(found.p[row]), digits) or 0.0,
            p_adjusted=rounded(float(found.p_adjusted[row]), digits) or 0.0,
            detectable=bool(found.detectable[row]),
            family=found.family,
        )
        for row, k in enumerate(shown)
    )


def _withheld(found: Sequence[Figures]) -> dict[str, frozenset[tuple[str, str]]]:
    """Where each measure, and the item behind it, is suppressed: (axis, level)."""
    places: dict[str, set[tuple[str, str]]] = {}
    for figure in found:
        if figure.planned.measure.kind == "ratio":
            continue  # its proportion says the same
        hidden = {
            (AREA, area) if area is not None else group
            for (area, group), flag in zip(figure.places, figure.flags, strict=True)
            if flag.suppressed and (area is not None or group is not None)
        }
        for code in {figure.code, figure.planned.measure.item or figure.code}:
            places.setdefault(code, set()).update(place for place in hidden if place is not None)
    return {code: frozenset(found) for code, found in places.items()}


def _weights(tally: Tally, weights: Weighting, raked: RakingResult | None, notes: Sequence[str], plan: Plan) -> Weights:
    found = weighting.diagnose(tally, weights)
    said = list(notes)
    if raked is not None:
        said += [f"{margin}: {share:.1%} of the weighted respondents answered" for margin, share in raked.answered.items() if share < 1]
        kept = [f"{t.margin} {t.category}" for t in raked.targets if t.kept]
        if kept:
            said.append(f"kept at the weighted share, without a control total: {', '.join(kept)}")
    published = plan.precision == "published"
    return Weights(
        deff_kish=rounded(found.deff_kish, 3 if published else None) or 0.0,
        min=_significant(found.lightest) if published else found.lightest,
        max=_significant(found.heaviest) if published else found.heaviest,
        margins_met=raked is not None or not plan.margins,
        iterations=raked.iterations if raked else 0,
        margins=() if raked is None else tuple(_checks(raked, plan)),
        notes=tuple(said),
    )


def _checks(raked: RakingResult, plan: Plan) -> Iterator[MarginCheck]:
    """Each category's control total, reached sum and share. In a published release shares that would count a few people are left out."""
    published = plan.precision == "published"
    for margin in dict.fromkeys(target.margin for target in raked.targets):
        rows = [n for n, target in enumerate(raked.targets) if target.margin == margin]
        counts = np.array([raked.targets[n].n for n in rows], dtype=np.float64)
        hidden = hidden_shares(counts, plan) if published else []
        coarse = any(raked.targets[rows[k]].kept for k in hidden)  # what is kept takes its share off the others: their totals would tell
        digits = 3 if coarse else 6
        for k, n in enumerate(rows):
            target = raked.targets[n]
            total, reached = target.total, raked.reached[n]
            yield MarginCheck(
                margin=margin,
                category=target.category,
                target=_significant(total, digits) if published else total,
                reached=_significant(reached, digits) if published else reached,
                respondents_share=None if k in hidden else rounded(target.share, 3 if published else None),
            )


def _significant(value: float, digits: int = 2) -> float:
    """``value`` to a few significant digits, so that one over it doesn't count the people of a sparse category."""
    return float(f"{value:.{digits}g}")


def _method(plan: Plan, done: _Figured) -> dict[str, Any]:
    """What was done, in words that a program can read."""
    count = done.count
    models = {figure.code: figure.model for figure in done.figures if figure.model is not None}
    found: dict[str, Any] = {
        "scoring": "0-100 on the theoretical range; a domain is the mean of its answered items",
        "weighting": "calibration, raking distance (Deville and Särndal 1992)" if plan.margins else "base weights",
        "variance": "Taylor linearisation" + (" with calibrated residuals" if plan.margins else ""),
        "intervals": {p.measure.code: p.interval.value for p in plan.measures},
        "suppression": {
            "minimum_n": plan.suppression.minimum_n,
            "rule": plan.suppression.rule,
            "primary": count.primary,
            "complementary": count.complementary,
            "complementary_by_greedy_rule": count.greedy,
            "open": count.open,
        },
        "comparisons": "t tests, Benjamini-Hochberg at 0.05",
        "labels": dict(plan.labels),
    }
    if models:
        found["small_area"] = {
            "model": "Fay-Herriot, REML, smoothed variances, fitted to the areas shown, benchmarked to their direct estimate",
            "covariates": list(plan.small_area.covariates) if plan.small_area else [],
            "variance_between_areas": {code: rounded(model.variance, 3) for code, model in models.items()},
            "areas_do_not_differ": sorted(code for code, model in models.items() if model.degenerate),
        }
    return found
