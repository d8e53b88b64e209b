"""Areas against the whole, and which areas can be told apart at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import BoolArray, FloatArray, IntArray
from trustsurvey.statistics.estimation import DomainEstimates
from trustsurvey.statistics.intervals import t_interval

ALPHA = 0.05
"""The false discovery rate at which a difference counts as detectable."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Differences:
    """Differences with t intervals and tests, arrays of one length. ``p_adjusted`` is after Benjamini–Hochberg over all of them."""

    difference: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    p_adjusted: FloatArray
    detectable: BoolArray
    family: int


def adjust(p: FloatArray) -> FloatArray:
    """Benjamini and Hochberg (1995), as R's ``p.adjust(p, "BH")``. NaN stays NaN and doesn't count in the family."""
    known = np.flatnonzero(~np.isnan(p))
    adjusted = np.full(p.size, np.nan)
    order = known[np.argsort(p[known])[::-1]]
    m = known.size
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(p[order] * m / np.arange(m, 0, -1)))
    return adjusted


def differences(difference: FloatArray, variance: FloatArray, df: FloatArray | IntArray, *, confidence: float = 0.95) -> Differences:
    """Test differences against 0 by t with ``df``; a difference whose variance is 0 has p of 1 where it is 0, else of 0."""
    se = np.sqrt(np.maximum(variance, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where((difference == 0) & (se == 0), 0.0, np.abs(difference) / se)
    p: FloatArray = np.asarray(2.0 * stats.t.sf(t, np.where(df > 0, df, np.nan)), dtype=np.float64)
    adjusted = adjust(p)
    lower, upper = t_interval(difference, se, df, confidence=confidence)
    return Differences(
        difference=difference,
        se=se,
        lower=lower,
        upper=upper,
        p=p,
        p_adjusted=adjusted,
        detectable=np.nan_to_num(adjusted, nan=1.0) <= ALPHA,
        family=int((~np.isnan(p)).sum()),
    )


def against_whole(areas: DomainEstimates, everyone: DomainEstimates, shown: Sequence[int], *, confidence: float = 0.95) -> Differences:
    """Each of the areas ``shown`` (positions) less the mean of everyone, with the covariance of a part with its whole.

    Args:
        areas: made with ``contrasts=True``, a partition of everyone.
        everyone: the same measure for the whole.

    Raises:
        StatisticsError: ``areas`` was made without contrasts.
    """
    if areas.with_whole is None:
        raise StatisticsError("estimate the areas with contrasts to compare them with the whole")
    rows = np.asarray(shown, dtype=np.int64)
    variance = areas.variance[rows] + everyone.variance[0] - 2.0 * areas.with_whole[rows]
    return differences(areas.estimate[rows] - everyone.estimate[0], variance, areas.df[rows], confidence=confidence)


def brackets(areas: DomainEstimates, shown: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Maximal runs of the areas ``shown``, ranked from highest to lowest, among which no pair differs detectably.

    Pairs are tested with their covariance, Benjamini–Hochberg over all pairs. Each run is positions in ``areas.levels``.
    """
    if areas.covariance is None:
        raise StatisticsError("estimate the areas with contrasts to compare them with each other")
    ranked = np.array(sorted(shown, key=lambda k: (-areas.estimate[k], areas.levels[k])), dtype=np.int64)
    count = ranked.size
    first, second = np.triu_indices(count, 1)
    a, b = ranked[first], ranked[second]
    variance = areas.variance[a] + areas.variance[b] - 2.0 * areas.covariance[a, b]
    pairs = differences(areas.estimate[a] - areas.estimate[b], variance, np.minimum(areas.df[a], areas.df[b]))
    apart = np.zeros((count, count), dtype=np.bool_)
    apart[first, second] = pairs.detectable
    # the last area before each that it differs from: a run that begins after all of those can go on
    blocked = np.max(np.where(apart, np.arange(count)[:, None], -1), axis=0, initial=-1).tolist()
    runs: list[tuple[int, ...]] = []
    reached = end = 0
    for start in range(count):
        end = max(end, start + 1)
        while end < count and blocked[end] < start:
            end += 1
        if end > reached:
            runs.append(tuple(int(k) for k in ranked[start:end]))
            reached = end
    return tuple(runs)
