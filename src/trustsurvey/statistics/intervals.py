"""Confidence intervals of means and proportions under a complex design.

Each takes arrays (or numbers) and a confidence between 0 and 1, and gives the two ends. ``df`` are the design's degrees of freedom; where
it is 0 there is no interval and both ends are NaN. Proportions are fractions 0–1 and their ends never leave that range.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from trustsurvey.statistics.arrays import FloatArray


class Interval(NamedTuple):
    """Lower and upper ends."""

    lower: FloatArray
    upper: FloatArray


class Method(StrEnum):
    """How an interval is made."""

    T = "t"
    LOGIT = "logit"
    WILSON = "wilson"
    KORN_GRAUBARD = "korn-graubard"
    LIKELIHOOD = "likelihood"


def t_interval(estimate: ArrayLike, se: ArrayLike, df: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """estimate ± t(df) · se."""
    estimate, se = _floats(estimate), _floats(se)
    half = quantile(df, confidence) * se
    return Interval(estimate - half, estimate + half)


def logit_interval(p: ArrayLike, se: ArrayLike, df: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """The t interval of log(p/(1 − p)), with standard error se/(p(1 − p)), carried back. Both ends are p at 0 and 1: use another there."""
    p, se = _floats(p), _floats(se)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log(p) - np.log1p(-p)
        half = quantile(df, confidence) * se / (p * (1.0 - p))
        edge = (p <= 0) | (p >= 1)
        return Interval(np.where(edge, p, _expit(centre - half)), np.where(edge, p, _expit(centre + half)))


def wilson_interval(p: ArrayLike, n_eff: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Wilson (1927) with the effective sample size for n, as Newcombe (1998, method 3)."""
    p, n = _floats(p), _floats(n_eff)
    z = special.ndtri(0.5 + confidence / 2.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (p + z**2 / (2.0 * n)) / (1.0 + z**2 / n)
        half = z / (1.0 + z**2 / n) * np.sqrt(p * (1.0 - p) / n + z**2 / (4.0 * n**2))
    return Interval(np.clip(np.where(p <= 0, 0.0, centre - half), 0.0, 1.0), np.clip(np.where(p >= 1, 1.0, centre + half), 0.0, 1.0))


def korn_graubard_interval(
    p: ArrayLike, se: ArrayLike, n: ArrayLike, df: ArrayLike, n_eff: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Clopper and Pearson's interval at the effective sample size, adjusted for the degrees of freedom (Korn and Graubard 1998).

    Args:
        p, se: the proportion and its standard error.
        n: respondents of the domain. df: degrees of freedom.
        n_eff: used where the standard error is 0 (p of 0 or 1), as p(1 − p)/se² is not defined there.
    """
    p, se, n, df, n_eff = (_floats(a) for a in (p, se, n, df, n_eff))
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(se > 0, p * (1.0 - p) / se**2, n_eff)
        ratio = np.where(n > 1, quantile(n - 1.0, confidence) / quantile(df, confidence), np.nan)
        size = np.where(df > 0, size * ratio**2, np.where(n == 1, n_eff, np.nan))
    return clopper_pearson_interval(p, size, confidence=confidence)


def clopper_pearson_interval(p: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """The exact interval of p·n successes in n trials (Clopper and Pearson 1934), for any n > 0, whole or not."""
    p, n = np.broadcast_arrays(_floats(p), _floats(n))
    tail = (1.0 - confidence) / 2.0
    successes = p * n
    lower = np.where(p <= 0, 0.0, special.betaincinv(np.where(p <= 0, 1.0, successes), n - successes + 1.0, tail))
    upper = np.where(p >= 1, 1.0, special.betaincinv(successes + 1.0, np.where(p >= 1, 1.0, n - successes), 1.0 - tail))
    unknown = np.isnan(p) | np.isnan(n)
    return Interval(np.where(unknown, np.nan, lower), np.where(unknown, np.nan, upper))


def likelihood_interval(
    p: ArrayLike, se: ArrayLike, df: ArrayLike, n_eff: ArrayLike, *, dispersion: ArrayLike = 1.0, confidence: float = 0.95
) -> Interval:
    """Where the deviance of a binomial of effective size m = p(1 − p)/se² stays within t(df)² of its least (Rao and Scott 1984).

    2m [p log(p/q) + (1 − p) log((1 − p)/(1 − q))] = t² · dispersion. Found by bisection to the last bit.

    Args:
        n_eff: stands for m where se is 0.
        dispersion: 1 in theory; R survey multiplies by the estimated dispersion of its working model (see ``working_dispersion``).
    """
    p, se, n_eff, df = np.broadcast_arrays(*(_floats(a) for a in (p, se, n_eff, df)))
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(se > 0, p * (1.0 - p) / se**2, n_eff)
    limit = quantile(df, confidence) ** 2 / 2.0 * _floats(dispersion)
    unknown = np.isnan(p) | np.isnan(size) | np.isnan(limit)
    ends = []
    for edge in (0.0, 1.0):
        inside, outside = p.copy(), np.full_like(p, edge)
        for _ in range(80):
            middle = (inside + outside) / 2.0
            fits = size * _divergence(p, middle) <= limit
            inside, outside = np.where(fits, middle, inside), np.where(fits, outside, middle)
        ends.append(np.where(unknown, np.nan, np.where(p == edge, edge, inside)))
    return Interval(ends[0], ends[1])


def working_dispersion(
    answered: ArrayLike, respondents: ArrayLike, weight_answered: ArrayLike, weight: ArrayLike, *, calibrated: bool
) -> FloatArray:
    """The Pearson dispersion of R survey's working binomial model, by which its likelihood intervals are scaled.

    Args:
        answered, respondents: how many answered, and how many are in the domain.
        weight_answered, weight: their weights in sum.
        calibrated: R norms calibrated weights by those who answered, others by all respondents.
    """
    answered, respondents = _floats(answered), _floats(respondents)
    size = answered if calibrated else respondents
    with np.errstate(divide="ignore", invalid="ignore"):
        found = _floats(weight_answered) / _floats(weight) * size / (answered - 1.0)
    return np.where(answered > 1, found, 1.0)


def proportion_interval(
    method: Method,
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    n_eff: ArrayLike,
    *,
    dispersion: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> Interval:
    """The interval of a proportion by ``method``; ``t`` is cut at 0 and 1, and ``logit`` gives way to Korn–Graubard at p of 0 and 1."""
    if method is Method.KORN_GRAUBARD:
        return korn_graubard_interval(p, se, n, df, n_eff, confidence=confidence)
    if method is Method.WILSON:
        return wilson_interval(p, n_eff, confidence=confidence)
    if method is Method.LIKELIHOOD:
        return likelihood_interval(p, se, df, n_eff, dispersion=dispersion, confidence=confidence)
    if method is Method.T:
        ends = t_interval(p, se, df, confidence=confidence)
        return Interval(np.clip(ends.lower, 0.0, 1.0), np.clip(ends.upper, 0.0, 1.0))
    p = _floats(p)
    lower, upper = logit_interval(p, se, df, confidence=confidence)
    exact = korn_graubard_interval(p, se, n, df, n_eff, confidence=confidence)
    edge = (p <= 0) | (p >= 1)
    return Interval(np.where(edge, exact.lower, lower), np.where(edge, exact.upper, upper))


def quantile(df: ArrayLike, confidence: float) -> FloatArray:
    """The two-sided quantile of Student's t; NaN where df is not above 0, the normal's where it is infinite."""
    df = _floats(df)
    return np.asarray(special.stdtrit(np.where(df > 0, df, np.nan), 0.5 + confidence / 2.0), dtype=np.float64)


def _divergence(p: FloatArray, q: FloatArray) -> FloatArray:
    """p log(p/q) + (1 − p) log((1 − p)/(1 − q)), with 0 log 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(p > 0, p * np.log(p / q), 0.0)
        second = np.where(p < 1, (1.0 - p) * np.log((1.0 - p) / (1.0 - q)), 0.0)
    result: FloatArray = first + second
    return result


def _expit(x: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-x))


def _floats(values: ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)
