"""Intervals at their edges, and published numbers."""

from __future__ import annotations

import numpy as np
import pytest

from trustsurvey.statistics import disclosure, intervals
from trustsurvey.statistics.disclosure import Verdict
from trustsurvey.statistics.intervals import Method


@pytest.mark.parametrize(
    ("x", "n", "expected"),
    [(81, 263, (0.255289, 0.366210)), (15, 148, (0.062386, 0.160487)), (0, 10, (0.0, 0.277533)), (10, 10, (0.722467, 1.0))],
)
def test_wilson(x: int, n: int, expected: tuple[float, float]) -> None:
    """Newcombe (1998); statsmodels proportion_confint(method="wilson")."""
    assert tuple(intervals.wilson_interval(x / n, n)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("p", "expected"), [(0.0, (0.0, 0.3084971)), (1.0, (0.6915029, 1.0))])
def test_exact_at_the_edges(p: float, expected: tuple[float, float]) -> None:
    """binom.test(0, 10) in R."""
    assert tuple(intervals.clopper_pearson_interval(p, 10)) == pytest.approx(expected, abs=1e-7)
    assert tuple(intervals.korn_graubard_interval(p, 0.0, 10, 9, 10)) == pytest.approx(expected, abs=1e-7)


def test_survey_s_published_intervals() -> None:
    """svyciprop(~I(ell == 0), dclus1) of R survey: 15 clusters, 183 schools; sch.wide in dstrat, 200 schools in 3 strata."""
    p = 0.0218579235
    logit = (0.0023046913, 0.1777477665)
    middle = [np.log(v / (1 - v)) for v in logit]
    se = (middle[1] - middle[0]) / 2 / intervals.quantile(14, 0.95) * p * (1 - p)
    assert tuple(intervals.logit_interval(p, se, 14)) == pytest.approx(logit, rel=1e-6)
    assert tuple(intervals.korn_graubard_interval(p, se, 183, 14, 183)) == pytest.approx((0.0002161468, 0.1375077639), rel=1e-4)


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("p", [0.0, 0.01, 0.5, 1.0])
def test_ends_stay_inside_and_about_the_estimate(method: Method, p: float) -> None:
    for n in (2, 10, 1000):
        se = np.sqrt(p * (1 - p) / n)
        lower, upper = intervals.proportion_interval(method, p, se, n, n - 1, n)
        assert 0 <= lower <= p <= upper <= 1
        if method is not Method.T and p in (0.0, 1.0):
            assert upper - lower > 0


@pytest.mark.parametrize("method", list(Method))
def test_one_respondent(method: Method) -> None:
    """n = 1 has no standard error; what can be said without one is said, the rest is unknown, and nothing raises."""
    lower, upper = intervals.proportion_interval(method, 1.0, 0.0, 1, 0, 1)
    if method in (Method.WILSON, Method.KORN_GRAUBARD, Method.LOGIT):
        assert 0 <= lower < upper == 1
    else:
        assert np.isnan(lower)


@pytest.mark.parametrize(
    ("p", "low", "high", "n", "n_eff", "df", "expected"),
    [
        (0.5, 0.4, 0.6, 9, 9, 8, Verdict.TOO_FEW),
        (0.5, 0.4, 0.6, 200, 29, 99, Verdict.IMPRECISE),
        (0.5, 0.35, 0.65, 60, 60, 59, Verdict.IMPRECISE),
        (0.01, 0.005, 0.05, 900, 900, 899, Verdict.OK),
        (0.03, 0.005, 0.09, 100, 100, 99, Verdict.IMPRECISE),
        (0.5, 0.4, 0.6, 90, 90, 7, Verdict.CAUTION),
        (0.0, 0.0, 0.04, 90, 90, 89, Verdict.CAUTION),
        (0.5, 0.4, 0.6, 31, 400, 30, Verdict.OK),
        (0.5, 0.4, 0.6, 28, 400, 30, Verdict.IMPRECISE),  # an effective sample is never above the sample
    ],
)
def test_nchs_rule(p: float, low: float, high: float, n: float, n_eff: float, df: float, expected: Verdict) -> None:
    assert disclosure.judge_proportions(p, low, high, n, n_eff, df) == (expected,)


@pytest.mark.parametrize(
    ("low", "high", "n", "n_eff", "expected"),
    [
        (45, 55, 9, 9, Verdict.TOO_FEW),
        (45, 55, 40, 40, Verdict.OK),
        (39, 61, 40, 40, Verdict.CAUTION),
        (45, 55, 40, 29, Verdict.CAUTION),
        (np.nan, np.nan, 40, 40, Verdict.IMPRECISE),
    ],
)
def test_rule_for_means(low: float, high: float, n: float, n_eff: float, expected: Verdict) -> None:
    assert disclosure.judge_means(low, high, n, n_eff) == (expected,)
