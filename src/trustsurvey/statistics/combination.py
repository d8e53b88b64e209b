"""Ratios and differences of two measures that the same people answered.

Cells hold no products of two measures, but those of y, x and y + x give them: Σ a·xy = (Σ a(x + y)² − Σ a x² − Σ a y²)/2. So a ratio
or a difference needs three measures tallied over who answered both (``both`` makes them), and its linearised variance (Särndal, Swensson
and Wretman 1992, eq. 5.6.6: the residual is y − R x over the total of x) comes from the same small matrices as that of a mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.estimation import DomainEstimates, Domains, estimate_means, finished, variance_of_sum
from trustsurvey.statistics.tally import Scored


def both(name: str, first: Scored, second: Scored) -> Mapping[str, Scored]:
    """The three measures that ``estimate_ratios`` and ``estimate_differences`` of ``name`` need: ``name:first``, ``:second``, ``:sum``."""
    known = first.known & second.known
    left, right = np.where(known, first.values, 0.0), np.where(known, second.values, 0.0)
    return {f"{name}:first": Scored(left, known), f"{name}:second": Scored(right, known), f"{name}:sum": Scored(left + right, known)}


def estimate_ratios(of: Domains, name: str) -> DomainEstimates:
    """Σ w·first / Σ w·second of each domain; NaN where the second sums to 0.

    Raises:
        KeyError: the measures of ``both(name, …)`` weren't tallied.
    """
    first, second = _total(of, f"{name}:first"), _total(of, f"{name}:second")
    present = second != 0
    ratio = np.divide(first, second, out=np.zeros_like(first), where=present)
    slope = np.divide(1.0, second, out=np.zeros_like(first), where=present)
    variance = variance_of_sum(_combined(of, name, ratio), name, slope=slope)
    return finished(of, f"{name}:first", np.where(present, ratio, np.nan), np.where(present, variance, np.nan), measure=name)


def estimate_differences(of: Domains, name: str) -> DomainEstimates:
    """The mean of first less second over who answered both.

    Raises:
        KeyError: the measures of ``both(name, …)`` weren't tallied.
    """
    return estimate_means(_combined(of, name, np.ones(len(of.partition.levels))), name)


def _total(of: Domains, measure: str) -> FloatArray:
    m = of.design.moments.position(measure)
    found: FloatArray = of.strata[:, :, 1, m].sum(axis=1) + of.design.moments.origin[m] * of.strata[:, :, 0, m].sum(axis=1)
    return found


def _combined(of: Domains, name: str, ratio: FloatArray) -> Domains:
    """The domains with one measure, u = first − ratio·second, its own ratio in each domain; u is taken about 0."""
    moments = of.design.moments
    a, b, s = (moments.position(f"{name}:{part}") for part in ("first", "second", "sum"))
    origin = moments.origin
    constant = origin[a] - ratio * origin[b]
    shift = float(origin[a] + origin[b] - origin[s])

    def spread(values: FloatArray, axes: int) -> FloatArray:
        return values.reshape(-1, *(1,) * axes)

    def linear(sums: FloatArray, r: FloatArray, c: FloatArray) -> FloatArray:
        """Sums of 1 and u from sums of 1 and y on the last axis but one."""
        ones = sums[..., 0, a]
        r, c = spread(r, ones.ndim - 1), spread(c, ones.ndim - 1)
        return np.stack([ones, sums[..., 1, a] - r * sums[..., 1, b] + c * ones], axis=-1)[..., None]

    def square(ones: FloatArray, firsts: FloatArray, seconds: FloatArray) -> FloatArray:
        """Σ u² by domain from Σ 1, Σ y and Σ y² of the three, measures on the last axis."""
        x, y = firsts[:, b], firsts[:, a]
        cross = (seconds[:, s] - seconds[:, a] - seconds[:, b] - 2.0 * shift * (x + y) - shift**2 * ones) / 2.0
        plain = seconds[:, a] - 2.0 * ratio * cross + ratio**2 * seconds[:, b]
        found = plain + 2.0 * constant * (y - ratio * x) + constant**2 * ones
        size = seconds[:, a] + ratio**2 * seconds[:, b] + constant**2 * ones
        return np.where(found <= 1e-13 * size, 0.0, found)

    zeroth, first = of.strata[:, :, 0].sum(axis=1), of.strata[:, :, 1].sum(axis=1)
    within = linear(of.within[:, :2], ratio, constant)[..., 0]
    within = np.concatenate([within, square(of.within[:, 0, a], of.within[:, 1], of.within[:, 2])[:, None]], axis=1)[..., None]
    in_pairs = None
    if of.pairs is not None and of.in_pairs is not None:
        in_pairs = linear(of.in_pairs, ratio[of.pairs[1]], constant[of.pairs[1]])
    only = replace(moments, measures=(name,), origin=np.zeros(1))
    return replace(
        of,
        design=replace(of.design, moments=only),
        n=of.n[:, [a]],
        strata=linear(of.strata, ratio, constant),
        squares=square(zeroth[:, a], first, of.squares)[:, None],
        kish=of.kish[:, [a]],
        within=within,
        base=None if of.base is None else linear(of.base, ratio, constant),
        scaled=None if of.scaled is None else linear(of.scaled, ratio, constant),
        in_pairs=in_pairs,
    )
