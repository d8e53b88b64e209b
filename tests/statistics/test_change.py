"""Change over waves and around a policy."""

from __future__ import annotations

import numpy as np
import pytest

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics import change
from trustsurvey.statistics.change import Direction, InterruptedSeries, PolicyEffect, Refusal, Trend
from trustsurvey.statistics.comparison import adjust

SERIES = np.array([50.1, 50.9, 51.2, 50.4, 51.8, 52.0, 58.1, 58.9, 59.2, 61.0, 60.8, 62.3])


def test_p_values_are_adjusted_as_r_does() -> None:
    """p.adjust(c(.001,.008,.012,.021,.039,.041,.2,.5), "BH") in R."""
    p = np.array([0.001, 0.008, 0.012, 0.021, 0.039, 0.041, 0.2, 0.5])
    expected = [0.008, 0.032, 0.032, 0.042, 0.054667, 0.054667, 0.228571, 0.5]
    assert adjust(p) == pytest.approx(expected, abs=5e-7)
    mixed = np.concatenate([p[::-1], [np.nan]])
    assert adjust(mixed)[:-1] == pytest.approx(expected[::-1], abs=5e-7)
    assert np.isnan(adjust(mixed)[-1])


def test_waves_are_compared_over_all_areas() -> None:
    now, before = np.array([60.0, 50.0, 52.0]), np.array([50.0, 50.0, 50.0])
    tested, said = change.compare_waves(now, np.full(3, 1.0), before, np.full(3, 1.5), np.full(3, 400))
    assert said == (Direction.ROSE, Direction.NONE, Direction.NONE)
    assert tested.family == 3
    assert tested.se == pytest.approx(np.full(3, np.sqrt(3.25)))
    assert change.compare_waves(before, np.full(3, 1.0), now, np.full(3, 1.5), np.full(3, 400))[1][0] is Direction.FELL


def test_with_no_change_one_in_twenty_families_says_otherwise() -> None:
    rng = np.random.default_rng(2)
    false = 0
    for _ in range(1000):
        now, before = rng.normal(50, 2, 24), rng.normal(50, 2, 24)
        false += any(
            d is not Direction.NONE for d in change.compare_waves(now, np.full(24, 2.0), before, np.full(24, 2.0), np.full(24, 200))[1]
        )
    assert false / 1000 < 0.065


def test_a_trend() -> None:
    time = np.array([0.0, 1, 2, 3])
    found = change.fit_trend(time, np.array([50.0, 52, 54, 56]), np.full(4, 1.0))
    assert isinstance(found, Trend)
    assert found.slope.estimate == pytest.approx(2.0)
    assert found.slope.se == pytest.approx(1 / np.sqrt(5))
    assert found.slope.direction is Direction.ROSE
    assert found.fit_p == pytest.approx(1.0)
    rough = change.fit_trend(time, np.array([50.0, 60, 40, 56]), np.full(4, 1.0))
    assert isinstance(rough, Trend)
    assert rough.slope.df == 2
    assert rough.fit_p < 1e-6
    assert rough.slope.direction is Direction.NONE


def test_a_trend_of_two_waves_is_refused() -> None:
    found = change.fit_trend(np.array([0.0, 1]), np.array([50.0, 52]), np.ones(2))
    assert isinstance(found, Refusal)
    assert found.message % found.values == "A trend needs at least 3 waves; there are 2."


def test_difference_in_differences_by_hand() -> None:
    time = np.array([1.0, 2, 3, 4])
    estimate = np.array([[50.0, 51, 58, 59], [40, 41, 42, 43], [44, 45, 46, 47]])
    se = np.full((3, 4), 2.0)
    found = change.difference_in_differences(time, estimate, se, np.array([True, False, False]), 3.0)
    assert isinstance(found, PolicyEffect)
    assert found.effect.estimate == pytest.approx(6.0)  # (58.5 − 50.5) − (44.5 − 42.5)
    assert found.effect.se == pytest.approx(np.sqrt((4 + 2) * (1 / 2 + 1 / 2)))
    assert found.gap == pytest.approx((8, 8, 14, 14))
    assert found.parallel is True
    assert found.before is not None
    assert found.before.estimate == pytest.approx(0.0)
    assert found.before.se == pytest.approx(np.sqrt(6 * 2))


def test_what_began_before_the_policy_is_said() -> None:
    time = np.arange(6.0)
    gap = np.array([0.0, 5, 10, 15, 20, 25])
    estimate = np.stack([50 + gap, np.full(6, 50.0)])
    found = change.difference_in_differences(time, estimate, np.full((2, 6), 0.5), np.array([True, False]), 3.0)
    assert isinstance(found, PolicyEffect)
    assert found.parallel is False
    short = change.difference_in_differences(time, estimate, np.full((2, 6), 0.5), np.array([True, False]), 1.0)
    assert isinstance(short, PolicyEffect)
    assert short.parallel is None
    assert short.before is None


@pytest.mark.parametrize(
    ("treated", "policy", "said"),
    [
        ([True, True], 2.0, "both areas that the policy touched and areas that it didn't"),
        ([True, False], 0.0, "at least one wave before the policy date"),
        ([True, False], 9.0, "at least one wave before the policy date"),
    ],
)
def test_differences_without_a_comparison_are_refused(treated: list[bool], policy: float, said: str) -> None:
    found = change.difference_in_differences(np.array([1.0, 2]), np.ones((2, 2)), np.ones((2, 2)), np.array(treated), policy)
    assert isinstance(found, Refusal)
    assert said in found.message


def test_interrupted_series_is_statsmodels() -> None:
    """OLS(y, [1, t − 7, after, after·(t − 7)]).fit(cov_type="HAC", maxlags=2, use_correction=True) of statsmodels 0.14."""
    found = change.interrupted_series(np.arange(1.0, 13), SERIES, 7.0, lags=2)
    assert isinstance(found, InterruptedSeries)
    assert (found.slope_before.estimate, found.step.estimate, found.slope_change.estimate) == pytest.approx(
        (0.32571429, 5.80761905, 0.48857143), abs=1e-8
    )
    assert (found.slope_before.se, found.step.se, found.slope_change.se) == pytest.approx((0.05632004, 0.22312548, 0.0711348), abs=1e-8)
    assert found.step.df == 8


def test_a_short_series_is_refused_with_its_reason() -> None:
    found = change.interrupted_series(np.arange(7.0), SERIES[:7], 4.0)
    assert isinstance(found, Refusal)
    assert found.message % found.values == "An interrupted time series needs at least 8 waves; there are 7."
    late = change.interrupted_series(np.arange(12.0), SERIES, 10.0)
    assert isinstance(late, Refusal)
    assert "on each side" in late.message


def test_what_makes_no_sense_is_an_error() -> None:
    with pytest.raises(StatisticsError, match="order of time"):
        change.fit_trend(np.array([0.0, 0, 1]), np.ones(3), np.ones(3))
    with pytest.raises(StatisticsError, match="standard error above 0"):
        change.fit_trend(np.arange(3.0), np.ones(3), np.array([1.0, 0, 1]))
    with pytest.raises(StatisticsError, match="one time"):
        change.fit_trend(np.arange(3.0), np.ones(2), np.ones(2))
