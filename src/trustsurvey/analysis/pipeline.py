"""Records → tally → weights → estimates → suppression → Release.

    tallied = read_records(questionnaire, plan, chunks, areas=codes)
    release = make_release(tallied, plan, areas=areas, context=ReleaseContext(...))

``chunks`` is an iterable of (area codes of some people, their records joined as bytes). Only this module makes a ``Release``.
Without respondents, with one area or with everything suppressed there is still a release, and it says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from trustsurvey.analysis.answers import answers_of, hidden_whole, none_alone
from trustsurvey.analysis.change import changes_since
from trustsurvey.analysis.details import drivers_of, item_differences, missing_rates, reliability_of
from trustsurvey.analysis.figures import Figures, cells, figures
from trustsurvey.analysis.history import earlier_waves
from trustsurvey.analysis.ledger import Count, Ledger, Table, hidden_shares, protected, suppressed
from trustsurvey.analysis.margins import margins_of
from trustsurvey.analysis.model import modelled
from trustsurvey.analysis.parts import Tallied
from trustsurvey.analysis.plan import AREA, Plan, PlannedMeasure, plan_for
from trustsurvey.analysis.policy import PolicyDate, policies_of
from trustsurvey.analysis.records import Chunk, read_records
from trustsurvey.analysis.release import Area, Bracket, Contrast, Instrument, MarginCheck, Release, Wave, Weights
from trustsurvey.analysis.rounding import decimals, rounded
from trustsurvey.statistics import comparison, estimation, weighting
from trustsurvey.statistics.estimation import Design, DomainEstimates, Domains, Partition
from trustsurvey.statistics.tally import Tally
from trustsurvey.statistics.weighting import RakingResult, Weighting

__all__ = ["Chunk", "Ledger", "PolicyDate", "ReleaseContext", "Tallied", "make_release", "plan_for", "read_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseContext:
    """What a release says of itself beside its figures.

    Attributes:
        previous: earlier releases of the survey that it is compared with.
        history: of every earlier wave of the same questionnaire one release: their figures are carried along.
        policies: the dates around which these are looked at.
        ledger: the releases of the same wave that are out already, whatever their area set: together with them this one gives nobody away.
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
    history: tuple[Release, ...] = ()
    policies: tuple[PolicyDate, ...] = ()
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
        measures=tuple(p.measure for p in plan.measures if not p.answer),
        estimates=tuple(cell for figure in done.figures if not figure.planned.answer for cell in cells(figure, plan)),
        weights=_weights(tally, weights, raked, notes, plan),
        reliability=reliability,
        reliability_by_group=by_group,
        item_differences=item_differences(tallied, plan),
        drivers=drivers_of(tallied, plan),
        against_city=done.against,
        brackets=done.brackets,
        missing=missing_rates(tallied, plan, _withheld(done.figures)),
        questions=plan.questions,
        answers=answers_of(done.figures, plan),
        method=_method(plan, done, context.policies),
    )
    return replace(
        release,
        changes=tuple(c for old in context.previous for c in changes_since(release, old)),
        earlier=earlier_waves(release, context.history, plan.index),
        policies=policies_of(release, context.history, context.policies),
    )


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
        for axis, domains in of_groups.items() if not planned.answer else ():
            parts.append(figures(planned, plan, domains, [(None, (axis, level)) for level in domains.partition.levels]))
        tables.append(Table(whole=figures(planned, plan, of_whole, [(None, None)]), parts=tuple(parts)))
    tables, count = protected(tables, plan, ledger, respondents)
    tables, more = _answers_covered(tables, plan)
    found: list[Figures] = []
    against: tuple[Contrast, ...] = ()
    runs: tuple[Bracket, ...] = ()
    closed = {axis: estimation.domains(design, _with_rest(tally, axis)) for axis in plan.groups}
    for table in tables:
        shown, planned = list(table.parts), table.whole.planned
        if of_areas is not None and not planned.answer:
            shown[0] = modelled(shown[0], table.whole, plan, tallied.covariates)
            if _is_compared(planned, plan):
                against += _against_city(plan, shown[0], table.whole)
            if _is_ranked(planned, plan):
                runs = _brackets(shown[0])
        if _is_compared(planned, plan):
            for part in shown[of_areas is not None :]:
                against += _against_city(plan, part, table.whole, _compared_groups(part, closed))
        found += [table.whole, *shown]
    count = replace(count, complementary=count.complementary + more, greedy=count.greedy + more)
    return _Figured(figures=tuple(found), against=against, brackets=runs, count=count)


def _answers_covered(tables: Sequence[Table], plan: Plan) -> tuple[list[Table], int]:
    """The tables with no option of a question hidden by itself, and how many more cells that hides."""
    rows = [k for k, table in enumerate(tables) if table.whole.planned.answer]
    if not rows or plan.suppression.rule == "none":
        return list(tables), 0
    found = list(tables)
    wholes = none_alone(tables[k].whole for k in rows)
    parts = [none_alone(tables[k].parts[p] for k in rows) for p in range(len(tables[rows[0]].parts))]
    for n, k in enumerate(rows):
        found[k] = Table(whole=wholes[n], parts=tuple(part[n] for part in parts))
    return found, suppressed(found) - suppressed(tables)


def _with_rest(tally: Tally, axis: str) -> Partition:
    """The levels of an axis and, as one more, the people who have none: together everyone, so that parts can be held against the whole."""
    part = estimation.by(tally, axis)
    return Partition(np.where(part.labels < 0, len(part.levels), part.labels), (*part.levels, ""))


def _compared_groups(part: Figures, closed: Mapping[str, Domains]) -> DomainEstimates:
    """The estimates of a group's levels with their covariance with the whole."""
    axis = next(group[0] for _, group in part.places if group is not None)
    return estimation.estimate_means(closed[axis], part.code, contrasts=True)


def _is_ranked(planned: PlannedMeasure, plan: Plan) -> bool:
    """Whether areas are ranked by this measure."""
    return planned.measure.code == plan.index and planned.measure.kind not in ("total", "ratio")


def _is_compared(planned: PlannedMeasure, plan: Plan) -> bool:
    """Whether areas and groups are held against the city by this measure: what areas are ranked by, and in a release every domain, every
    single measure and what everyone was asked to choose from."""
    if _is_ranked(planned, plan):
        return True
    chosen = planned.measure.kind == "share" and not planned.restricted and not planned.answer
    return plan.precision == "published" and (planned.measure.kind in ("domain", "single") or chosen)


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


def _against_city(plan: Plan, part: Figures, everyone: Figures, estimates: DomainEstimates | None = None) -> tuple[Contrast, ...]:
    """The shown areas (or groups) against the city, allowing for all of one measure together.

    ``estimates`` have the covariance with the whole where those of ``part`` don't.
    """
    shown = part.shown()
    if len(shown) < 2 or everyone.found.df[0] < 1 or everyone.flags[0].suppressed:
        return ()
    found = comparison.against_whole(estimates or part.found, everyone.found, shown, confidence=plan.confidence)
    scale = part.planned.scale
    digits = decimals(part.planned.measure.unit) if plan.precision == "published" else {}
    places, p_digits = digits.get("estimate"), 4 if digits else None
    return tuple(
        Contrast(
            measure=part.code,
            area=part.places[k][0],
            group=None if group is None else dict([group]),
            difference=rounded(float(found.difference[row]) * scale, places) or 0.0,
            se=rounded(float(found.se[row]) * scale, digits.get("se")) or 0.0,
            lci=rounded(float(found.lower[row]) * scale, places) or 0.0,
            uci=rounded(float(found.upper[row]) * scale, places) or 0.0,
            p=rounded(float(found.p[row]), p_digits) or 0.0,
            p_adjusted=rounded(float(found.p_adjusted[row]), p_digits) or 0.0,
            detectable=bool(found.detectable[row]),
            family=found.family,
        )
        for row, k in enumerate(shown)
        for group in (part.places[k][1],)
    )


def _withheld(found: Sequence[Figures]) -> dict[str, frozenset[tuple[str, str]]]:
    """Where each measure, and the item behind it, is suppressed: (axis, level)."""
    places: dict[str, set[tuple[str, str]]] = {}
    whole_questions = hidden_whole([figure for figure in found if figure.planned.answer])
    for figure in (*(figure for figure in found if not figure.planned.answer), *whole_questions):
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


def _method(plan: Plan, done: _Figured, policies: Sequence[PolicyDate]) -> dict[str, Any]:
    """What was done, in words that a program can read."""
    count = done.count
    models = {figure.code: figure.model for figure in done.figures if figure.model is not None}
    found: dict[str, Any] = {
        "scoring": "0-100 on the theoretical range; a domain is the mean of its answered items",
        "weighting": "calibration, raking distance (Deville and Särndal 1992)" if plan.margins else "base weights",
        "variance": "Taylor linearisation" + (" with calibrated residuals" if plan.margins else ""),
        "intervals": {p.measure.code: p.interval.value for p in plan.measures if not p.answer},
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
    if policies:
        found["policy_dates"] = [{"date": policy.day.isoformat(), "label": policy.label} for policy in policies]
    if models:
        found["small_area"] = {
            "model": "Fay-Herriot, REML, smoothed variances, fitted to the areas shown, benchmarked to their direct estimate",
            "covariates": list(plan.small_area.covariates) if plan.small_area else [],
            "variance_between_areas": {code: rounded(model.variance, 3) for code, model in models.items()},
            "areas_do_not_differ": sorted(code for code, model in models.items() if model.degenerate),
        }
    return found
