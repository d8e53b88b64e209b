"""Weighted quantiles with Woodruff's interval, from a tally that has the values of the measure as an axis.

The axis ``value`` is what cells can't give otherwise: how the weight is spread over values. It adds like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.estimation import Partition, design_of, domains, estimate_means, whole
from trustsurvey.statistics.intervals import t_interval
from trustsurvey.statistics.tally import COUNT, DD, SUM_D, SUM_DD, SUM_DDY, SUM_DDYY, SUM_DY, SUM_DYY, Axis, D, N, Tally
from trustsurvey.statistics.weighting import Weighting

VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """A quantile with its interval, in the measure's own unit; NaN where no one answered."""

    estimate: float
    lower: float
    upper: float
    n: int


def value_axis(values: FloatArray) -> tuple[Axis, np.ndarray]:
    """The axis of a measure's values (shape (people,), NaN where not known) and everyone's code on it."""
    known = ~np.isnan(values)
    found, inverse = np.unique(values[known], return_inverse=True)
    codes = np.full(values.size, -1, dtype=np.int64)
    codes[known] = inverse
    return Axis(VALUE, tuple(repr(float(v)) for v in found)), codes


def estimate_quantiles(
    tally: Tally, weighting: Weighting, p: float, partition: Partition | None = None, *, confidence: float = 0.95
) -> tuple[Quantile, ...]:
    """The p-quantile of each domain: the least value that at least a share p of the weight doesn't exceed.

    The interval is Woodruff's (1952): the t interval of the share at the estimate, carried back through the distribution.

    Args:
        tally: with the axis ``value``.
        p: between 0 and 1.

    Raises:
        StatisticsError: p isn't between 0 and 1, or the tally has no values.
    """
    if not 0 < p < 1:
        raise StatisticsError(f"a quantile lies between 0 and 1, not at {p}")
    if not tally.has(VALUE):
        raise StatisticsError("quantiles need a tally by value")
    partition = partition or whole(tally)
    values = np.array([float(level) for level in tally.levels(VALUE)])
    order = np.argsort(values)
    rank = np.append(np.argsort(order), -1)[tally.codes(VALUE)]
    weight = np.zeros((len(partition.levels), values.size))
    inside = (partition.labels >= 0) & (rank >= 0)
    np.add.at(weight, (partition.labels[inside], rank[inside]), (weighting.factor * tally.people[D])[inside])
    found = []
    for k in range(len(partition.levels)):
        own = Partition(np.where(partition.labels == k, 0, -1), (partition.levels[k],))
        found.append(_quantile(tally, weighting, own, values[order], rank, weight[k], p, confidence))
    return tuple(found)


def _quantile(
    tally: Tally,
    weighting: Weighting,
    own: Partition,
    values: FloatArray,
    rank: np.ndarray,
    weight: FloatArray,
    p: float,
    confidence: float,
) -> Quantile:
    n = round(float(tally.people[N][(own.labels == 0) & (rank >= 0)].sum()))
    if n == 0:
        return Quantile(estimate=np.nan, lower=np.nan, upper=np.nan, n=0)
    share = np.cumsum(weight) / weight.sum()

    def at(level: float) -> float:
        return float(values[min(int(np.searchsorted(share, level - 1e-12)), int(np.flatnonzero(weight)[-1]))])

    estimate = at(p)
    counted = _counted(tally, (rank >= 0) & (rank <= int(np.searchsorted(values, estimate))), rank >= 0)
    below = estimate_means(domains(design_of(counted, weighting), own), "below")
    lower, upper = t_interval(p, below.se[0], below.df[0], confidence=confidence)
    if not np.isfinite(float(lower)):
        return Quantile(estimate=estimate, lower=np.nan, upper=np.nan, n=n)
    return Quantile(estimate=estimate, lower=at(max(float(lower), 0.0)), upper=at(min(float(upper), 1.0)), n=n)


def _counted(tally: Tally, below: np.ndarray, known: np.ndarray) -> Tally:
    """The tally with one measure: 1 for who is at or below the value."""
    sums = np.zeros((1, 7, len(tally)))
    for row, of in ((COUNT, N), (SUM_D, D), (SUM_DD, DD)):
        sums[0, row] = np.where(known, tally.people[of], 0.0)
    for row in (SUM_DY, SUM_DYY):
        sums[0, row] = np.where(below, tally.people[D], 0.0)
    for row in (SUM_DDY, SUM_DDYY):
        sums[0, row] = np.where(below, tally.people[DD], 0.0)
    return replace(tally, measures=("below",), sums=sums)
