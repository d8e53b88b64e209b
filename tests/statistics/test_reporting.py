"""The reporting gap and relative weights."""

from __future__ import annotations

import numpy as np
import pytest

from trustsurvey.statistics.reporting import CrossProducts, johnson, relative_weights, reporting_gap


def test_gap_and_its_interval_on_the_log_scale() -> None:
    found = reporting_gap(0.4, 0.05, np.inf)
    assert found.gap == pytest.approx(2.5)
    assert found.se == pytest.approx(0.05 / 0.16)
    assert found.lower == pytest.approx(2.5 * np.exp(-1.959964 * 0.125), rel=1e-6)
    assert found.upper * found.lower == pytest.approx(2.5**2)
    assert np.isnan(reporting_gap(0.0, 0.0, 10).gap)
    assert reporting_gap(0.99, 0.05, 10).lower == 1.0  # no more reports than crimes


def test_orthogonal_predictors_have_their_squared_correlations() -> None:
    correlation = np.eye(4)
    correlation[-1, :3] = correlation[:3, -1] = [0.5, 0.3, 0.1]
    assert johnson(correlation) == pytest.approx([0.25, 0.09, 0.01])


def test_weights_sum_to_r2() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(500, 4)) @ rng.normal(size=(4, 4))
    correlation = np.corrcoef(data.T)
    r2 = correlation[-1, :-1] @ np.linalg.solve(correlation[:-1, :-1], correlation[-1, :-1])
    found = johnson(correlation)
    assert found is not None
    assert found.sum() == pytest.approx(r2, rel=1e-10)
    assert np.all(found > 0)


def test_two_predictors_by_hand() -> None:
    """With two predictors correlated r the square root of their correlations is (a b; b a), a² + b² = 1, 2ab = r."""
    r, first, second = 0.6, 0.5, 0.2
    a = np.sqrt((1 + np.sqrt(1 - r**2)) / 2)
    b = np.sqrt((1 - np.sqrt(1 - r**2)) / 2)
    beta = np.linalg.solve(np.array([[a, b], [b, a]]), [first, second])
    found = johnson(np.array([[1, r, first], [r, 1, second], [first, second, 1]]))
    assert found == pytest.approx([a**2 * beta[0] ** 2 + b**2 * beta[1] ** 2, b**2 * beta[0] ** 2 + a**2 * beta[1] ** 2])


def test_bootstrap_over_random_groups() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4000, 2))
    y = 2 * x[:, 0] + x[:, 1] + rng.normal(size=4000)
    packed = np.column_stack([np.ones(4000), x, y])
    group = rng.integers(0, 100, 4000)
    sums = np.stack([packed[group == g].T @ packed[group == g] for g in range(100)])
    n = np.bincount(group, minlength=100).astype(float)
    found = relative_weights(CrossProducts(names=("a", "b", "y"), n=n, sums=sums))
    assert found is not None
    assert found.share == pytest.approx([0.8, 0.2], abs=0.03)
    assert np.all((found.lower < found.share) & (found.share < found.upper))
    assert found.upper - found.lower == pytest.approx([0.04, 0.04], abs=0.02)
    assert found.r2 == pytest.approx(5 / 6, abs=0.02)
    half = CrossProducts(names=("a", "b", "y"), n=n / 2, sums=sums / 2)
    assert (half + half).sums == pytest.approx(sums)


def test_collinear_domains_have_no_weights() -> None:
    assert johnson(np.array([[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]])) is None
    flat = CrossProducts(names=("a", "y"), n=np.ones(1), sums=np.ones((1, 3, 3)))
    assert relative_weights(flat) is None
