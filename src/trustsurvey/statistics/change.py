"""Change over waves and around a policy: tests with typed results, and refusals that say why.

Waves are independent samples: anonymity forbids linking people, so variances add. Estimates come with their standard errors (sampling and
weighting); nothing here knows respondents. A result that is missing because there are too few waves is a ``Refusal``, never a wide guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from scipy import special

from trustsurvey.errors import StatisticsError
from trustsurvey.i18n.mark import N_
from trustsurvey.statistics.arrays import BoolArray, FloatArray, IntArray
from trustsurvey.statistics.comparison import ALPHA, Differences, differences
from trustsurvey.statistics.intervals import quantile

TREND_WAVES = 3
SERIES_WAVES = 8
"""Fewest waves for a trend and for an interrupted time series."""

SEGMENT_WAVES = 3
"""Fewest waves on each side of the policy date for a segment to have a slope and an error."""


NEITHER_SIDE = N_("There must be at least one wave before the policy date and one after it.")


class Direction(StrEnum):
    """What a sentence may say."""

    ROSE = "rose"
    FELL = "fell"
    NONE = "no detectable change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why there is no result: a message to translate, with named values."""

    message: str
    values: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A number with its standard error, interval and test."""

    estimate: float
    se: float
    lower: float
    upper: float
    p: float
    df: float

    @property
    def direction(self) -> Direction:
        """What the test says, by itself (families of tests are adjusted by ``compare_waves``)."""
        return _direction(self.estimate, self.p <= ALPHA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The slope per unit of time over waves, and whether the waves scatter about the line more than their errors say (p of the fit)."""

    slope: Effect
    waves: int
    fit_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEffect:
    """Difference in differences. ``before`` is the trend of the gap between treated and comparison before the policy, per unit of time.

    ``parallel`` is False where that trend is detectable: the effect then mixes with a change that had begun before. None where fewer than
    two waves came before, so that it couldn't be looked at.
    """

    effect: Effect
    before: Effect | None
    parallel: bool | None
    waves_before: int
    waves_after: int
    gap: tuple[float, ...]  # treated less comparison, by wave: the pre-trend picture


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedSeries:
    """Segmented regression: the step at the policy date and the change of slope after it, with Newey–West errors of ``lags`` lags."""

    step: Effect
    slope_change: Effect
    slope_before: Effect
    waves: int
    lags: int


def compare_waves(
    now: FloatArray, now_se: FloatArray, before: FloatArray, before_se: FloatArray, df: FloatArray | IntArray, *, confidence: float = 0.95
) -> tuple[Differences, tuple[Direction, ...]]:
    """Each area's change between two waves, Benjamini–Hochberg over all of them; arrays of shape (areas,)."""
    tested = differences(now - before, now_se**2 + before_se**2, df, confidence=confidence)
    return tested, tuple(_direction(d, bool(yes)) for d, yes in zip(tested.difference.tolist(), tested.detectable, strict=True))


def fit_trend(time: FloatArray, estimate: FloatArray, se: FloatArray, *, confidence: float = 0.95) -> Trend | Refusal:
    """A straight line through the waves by weighted least squares with known variances; Cochran's Q (df = waves − 2) tests the fit.

    Where the waves scatter more than their errors say, the slope's error is inflated by the square root of Q/(waves − 2) and t has
    waves − 2 degrees of freedom (Birge 1932); it is never deflated.
    """
    _check(time, estimate, se)
    if time.size < TREND_WAVES:
        return Refusal(message=N_("A trend needs at least %(least)s waves; there are %(waves)s."), values=_few(TREND_WAVES, time.size))
    weight = 1.0 / se**2
    centre = float((weight * time).sum() / weight.sum())
    spread = float((weight * (time - centre) ** 2).sum())
    slope = float((weight * (time - centre) * estimate).sum()) / spread
    level = float((weight * estimate).sum() / weight.sum())
    q = float((weight * (estimate - level - slope * (time - centre)) ** 2).sum())
    df = time.size - 2
    inflation = max(q / df, 1.0)
    of_normal = inflation == 1.0
    effect = _effect(slope, np.sqrt(inflation / spread), np.inf if of_normal else float(df), confidence)
    return Trend(slope=effect, waves=int(time.size), fit_p=float(special.chdtrc(df, q)))


def difference_in_differences(
    time: FloatArray,
    estimate: FloatArray,
    se: FloatArray,
    treated: BoolArray,
    policy: float,
    *,
    share: FloatArray | None = None,
    confidence: float = 0.95,
) -> PolicyEffect | Refusal:
    """The change of treated areas around a policy, less that of comparison areas (Angrist and Pischke 2009, 5.2).

    Args:
        time: of each wave, ascending, shape (waves,). A wave at the policy date is after it.
        estimate, se: shape (areas, waves), all known.
        treated: which areas the policy touched, shape (areas,).
        share: weights of areas within their group (residents); equal when None.

    Raises:
        StatisticsError: shapes that don't fit, unknown estimates, or errors that aren't above 0.
    """
    _check(time, estimate, se)
    if treated.all() or not treated.any():
        return Refusal(message=N_("The comparison needs both areas that the policy touched and areas that it didn't."))
    after = time >= policy
    before_count, after_count = int((~after).sum()), int(after.sum())
    if not before_count or not after_count:
        return Refusal(message=NEITHER_SIDE)
    weight = np.ones(treated.size) if share is None else share
    contrast = np.where(treated, weight / weight[treated].sum(), -weight / weight[~treated].sum())
    gap = contrast @ estimate
    variance = contrast**2 @ se**2
    periods = np.where(after, 1.0 / after_count, -1.0 / before_count)
    effect = _effect(float(periods @ gap), float(np.sqrt(periods**2 @ variance)), np.inf, confidence)
    before, parallel = None, None
    if before_count >= 2:
        t, g, w = time[~after], gap[~after], 1.0 / variance[~after]
        centre = float((w * t).sum() / w.sum())
        spread = float((w * (t - centre) ** 2).sum())
        before = _effect(float((w * (t - centre) * g).sum()) / spread, float(np.sqrt(1.0 / spread)), np.inf, confidence)
        parallel = before.p > ALPHA
    return PolicyEffect(
        effect=effect,
        before=before,
        parallel=parallel,
        waves_before=before_count,
        waves_after=after_count,
        gap=tuple(float(g) for g in gap),
    )


def before_and_after(estimate: FloatArray, se: FloatArray, after: BoolArray, *, confidence: float = 0.95) -> Effect:
    """The mean of the waves after a date less that of the waves before, from independent samples with known errors (normal).

    It compares with nothing: whatever else changed at the time is in it. Arrays of shape (waves,).

    Raises:
        StatisticsError: no wave before or none after.
    """
    if after.all() or not after.any():
        raise StatisticsError("there must be at least one wave before the date and one after it")
    periods = np.where(after, 1.0 / after.sum(), -1.0 / (~after).sum())
    return _effect(float(periods @ estimate), float(np.sqrt(periods**2 @ se**2)), np.inf, confidence)


def interrupted_series(
    time: FloatArray, estimate: FloatArray, policy: float, *, lags: int | None = None, confidence: float = 0.95
) -> InterruptedSeries | Refusal:
    """Segmented regression of one series: level, slope, step at the policy and change of slope after (Wagner et al. 2002).

    Errors by Newey and West (1987) with T/(T − 4) and Bartlett weights, t with T − 4 degrees of freedom. ``lags`` is ⌊4(T/100)^(2/9)⌋ when
    None (Newey and West 1994).
    """
    _check(time, estimate, np.ones_like(estimate))
    count = int(time.size)
    after = time >= policy
    if count < SERIES_WAVES:
        return Refusal(
            message=N_("An interrupted time series needs at least %(least)s waves; there are %(waves)s."), values=_few(SERIES_WAVES, count)
        )
    if min(int(after.sum()), int((~after).sum())) < SEGMENT_WAVES:
        return Refusal(
            message=N_("An interrupted time series needs at least %(least)s waves on each side of the policy date."),
            values={"least": SEGMENT_WAVES},
        )
    x = np.column_stack([np.ones(count), time - policy, after * 1.0, np.where(after, time - policy, 0.0)])
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ (x.T @ estimate)
    score = x * (estimate - x @ beta)[:, None]
    used = int(4.0 * (count / 100.0) ** (2.0 / 9.0)) if lags is None else lags
    meat = score.T @ score
    for lag in range(1, used + 1):
        cross = score[lag:].T @ score[:-lag]
        meat += (1.0 - lag / (used + 1.0)) * (cross + cross.T)
    covariance = inverse @ meat @ inverse * count / (count - 4)
    found = [
        _effect(float(b), float(np.sqrt(max(v, 0.0))), float(count - 4), confidence)
        for b, v in zip(beta, np.diagonal(covariance), strict=True)
    ]
    return InterruptedSeries(step=found[2], slope_change=found[3], slope_before=found[1], waves=count, lags=used)


def _effect(estimate: float, se: float, df: float, confidence: float) -> Effect:
    half = float(quantile(df, confidence)) * se
    t = 0.0 if estimate == 0 else np.inf if se == 0 else abs(estimate) / se
    p = float(2.0 * (special.ndtr(-t) if np.isinf(df) else special.stdtr(df, -t)))
    return Effect(estimate=estimate, se=se, lower=estimate - half, upper=estimate + half, p=p, df=df)


def _direction(difference: float, detectable: bool) -> Direction:
    if not detectable:
        return Direction.NONE
    return Direction.ROSE if difference > 0 else Direction.FELL


def _few(least: int, waves: int) -> Mapping[str, int]:
    return {"least": least, "waves": int(waves)}


def _check(time: FloatArray, estimate: FloatArray, se: FloatArray) -> None:
    if estimate.shape[-1:] != time.shape or se.shape != estimate.shape:
        raise StatisticsError("there must be one time, and one standard error of each estimate, for every wave")
    if not (np.all(np.isfinite(estimate)) and np.all(np.isfinite(se)) and np.all(se > 0)):
        raise StatisticsError("every estimate must be known, with a standard error above 0")
    if np.any(np.diff(time) <= 0):
        raise StatisticsError("waves must be in the order of time, each at its own time")
