"""One measure's figures for a set of domains, before and after suppression: estimates, intervals, verdicts, and cells as published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trustsurvey.analysis.plan import Inverse, Plan, PlannedMeasure, Ratio
from trustsurvey.analysis.release import Estimate, Flag
from trustsurvey.analysis.rounding import column, decimals
from trustsurvey.statistics import disclosure, estimation, intervals
from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.combination import estimate_ratios
from trustsurvey.statistics.estimation import DomainEstimates, Domains
from trustsurvey.statistics.reporting import reporting_gap
from trustsurvey.statistics.small_area import SmallAreaResult

Group = tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """A measure for the domains of one partition.

    Attributes:
        places: area and (axis, level) of each domain.
        found: the estimates; for an inverse those of its proportion.
        df: degrees of freedom used. estimate, se, lower, upper: on the measure's own scale, before rounding.
        flags: what the rules say, primary and then complementary.
        model: small-area estimates of the domains, where there are any.
    """

    planned: PlannedMeasure
    places: tuple[tuple[str | None, Group], ...]
    found: DomainEstimates
    df: FloatArray
    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    flags: tuple[Flag, ...]
    model: SmallAreaResult | None = None

    @property
    def code(self) -> str:
        return self.planned.measure.code

    def hiding(self, rows: Sequence[int]) -> Figures:
        """With more cells suppressed, to protect others."""
        return replace(self, flags=tuple(Flag.PROTECTS if k in rows else flag for k, flag in enumerate(self.flags)))

    def shown(self) -> list[int]:
        """Rows that are published with a standard error."""
        return [k for k, flag in enumerate(self.flags) if not flag.suppressed and np.isfinite(self.se[k]) and np.isfinite(self.estimate[k])]


def figures(
    planned: PlannedMeasure, plan: Plan, of: Domains, places: Sequence[tuple[str | None, Group]], *, contrasts: bool = False
) -> Figures:
    """Estimate a measure over the domains and judge each cell by the plan's primary rules."""
    source = planned.source
    base = planned if not isinstance(source, Inverse) else next(p for p in plan.measures if p.measure.code == source.proportion)
    found = _estimated(base, of, contrasts=contrasts)
    n, df, people = found.n.astype(np.float64), found.df.astype(np.float64), found.respondents.astype(np.float64)
    if planned.restricted:
        df, people = np.minimum(df, n - 1.0), n
    if base.is_proportion:
        calibrated = of.design.weighting.calibration is not None
        dispersion = intervals.working_dispersion(found.n, found.respondents, found.weight, found.weight_of_all, calibrated=calibrated)
        lower, upper = intervals.proportion_interval(
            base.interval, found.estimate, found.se, people, df, found.n_eff, dispersion=dispersion, confidence=plan.confidence
        )
    else:
        lower, upper = intervals.t_interval(found.estimate, found.se, df, confidence=plan.confidence)
    flags = _flags(base, plan, found, df, lower, upper)
    scale = base.scale
    numbers = (found.estimate * scale, found.se * scale, lower * scale, upper * scale)
    if base is not planned:
        gaps = [
            reporting_gap(float(p), float(s), float(d), confidence=plan.confidence)
            for p, s, d in zip(found.estimate, found.se, df, strict=True)
        ]
        inverse = np.array([(gap.gap, gap.se, gap.lower, gap.upper) for gap in gaps], dtype=np.float64).reshape(-1, 4)
        numbers = (inverse[:, 0], inverse[:, 1], inverse[:, 2], inverse[:, 3])
        if plan.suppression.rule != "none":  # nothing was reported: there is no number to show
            flags = tuple(flag if flag.suppressed or np.isfinite(g.gap) else Flag.IMPRECISE for flag, g in zip(flags, gaps, strict=True))
    estimate, se, lower, upper = numbers
    return Figures(
        planned=planned, places=tuple(places), found=found, df=df, estimate=estimate, se=se, lower=lower, upper=upper, flags=flags
    )


def _estimated(planned: PlannedMeasure, of: Domains, *, contrasts: bool) -> DomainEstimates:
    code = planned.measure.code
    if isinstance(planned.source, Ratio):
        return estimate_ratios(of, code)
    if planned.measure.kind == "total":
        return estimation.estimate_totals(of, code)
    return estimation.estimate_means(of, code, contrasts=contrasts)


def _flags(
    planned: PlannedMeasure, plan: Plan, found: DomainEstimates, df: FloatArray, lower: FloatArray, upper: FloatArray
) -> tuple[Flag, ...]:
    if plan.suppression.rule == "none":
        return (Flag.OK,) * len(found.levels)
    n_eff = np.minimum(found.n_eff, found.n)
    minimum = plan.suppression.minimum_n
    if planned.is_proportion:
        verdicts = disclosure.judge_proportions(found.estimate, lower, upper, found.n, n_eff, df, minimum_n=minimum)
    else:
        verdicts = disclosure.judge_means(lower, upper, found.n, n_eff, half_width=planned.half_width, minimum_n=minimum)
    return tuple(Flag(verdict.value) for verdict in verdicts)


def cells(of: Figures, plan: Plan) -> list[Estimate]:
    """The cells as they are published: suppressed numbers are None, the rest rounded where the plan says so."""
    places = decimals(of.planned.measure.unit) if plan.precision == "published" else {}
    hidden = np.array([flag.suppressed for flag in of.flags], dtype=np.bool_)
    numbers: Mapping[str, FloatArray] = {
        "n_eff": of.found.n_eff,
        "estimate": of.estimate,
        "se": of.se,
        "lci": of.lower,
        "uci": of.upper,
        "df": of.df,
        "deff": of.found.deff,
    }
    if of.model is not None:
        scale = of.planned.scale
        numbers = {
            **numbers,
            "eblup": of.model.eblup * scale,
            "eblup_mse": of.model.mse * scale**2,
            "shrinkage": of.model.shrinkage,
        }
    unseen, n = hidden.tolist(), of.found.n.tolist()
    columns = {name: column(np.where(hidden, np.nan, values), places.get(name)) for name, values in numbers.items()}
    return [
        Estimate(
            measure=of.code,
            area=area,
            group=None if group is None else dict([group]),
            n=None if unseen[k] else n[k],
            flag=of.flags[k],
            **{name: values[k] for name, values in columns.items()},
        )
        for k, (area, group) in enumerate(of.places)
    ]
