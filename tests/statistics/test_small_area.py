"""Fay–Herriot against R sae 1.3 on the milk data (43 areas; Arora and Lahiri 1997, You and Chapman 2006)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.small_area import fay_herriot, smooth_variances

MILK = Path(__file__).parents[1] / "reference" / "milk.csv"


def milk() -> tuple[FloatArray, FloatArray, FloatArray]:
    with MILK.open(newline="") as file:
        rows = list(csv.DictReader(file))
    major = np.array([int(row["major"]) for row in rows])
    return (
        np.array([float(row["estimate"]) for row in rows]),
        np.array([float(row["se"]) ** 2 for row in rows]),
        np.column_stack([(major == k) * 1.0 for k in (2, 3, 4)]),
    )


def test_milk() -> None:
    """mseFH(yi ~ as.factor(MajorArea), SD^2, data = milk); R stops early, hence 1e-5."""
    found = fay_herriot(*milk())
    assert found.variance == pytest.approx(0.01855022, abs=1e-5)
    assert found.coefficients == pytest.approx([0.96818897, 0.13278014, 0.22694622, -0.24130108], abs=1e-5)
    assert found.eblup[:5] == pytest.approx([1.0219703, 1.0476018, 1.0679513, 0.7608170, 0.8461574], abs=1e-5)
    assert found.mse[:2] == pytest.approx([0.01346022, 0.00537288], abs=1e-5)
    assert not found.degenerate
    assert np.all((found.shrinkage > 0) & (found.shrinkage < 1))


def test_areas_that_differ_by_no_more_than_their_errors_are_all_the_same() -> None:
    found = fay_herriot(np.array([50.0, 50.5, 49.5, 50.2, 49.8]), np.full(5, 25.0))
    assert found.degenerate
    assert found.eblup == pytest.approx(np.full(5, 50.0))
    assert np.all(found.shrinkage == 1.0)
    assert np.all(found.mse > 0)


def test_an_area_without_an_estimate_is_synthetic() -> None:
    estimate, variance, x = milk()
    gone = estimate.copy()
    gone[7] = np.nan
    found = fay_herriot(gone, variance, x)
    assert found.shrinkage[7] == 1.0
    assert found.eblup[7] == found.synthetic[7]
    assert found.mse[7] > found.variance
    assert not found.fitted[7]


def test_benchmarked_to_the_direct_estimate_of_the_whole() -> None:
    estimate, variance, x = milk()
    shares = np.linspace(1, 3, 43)
    found = fay_herriot(estimate, variance, x, benchmark=(shares, 1.0))
    assert (shares * found.eblup).sum() / shares.sum() == pytest.approx(1.0, abs=1e-12)
    assert found.adjustment != 0


def test_the_truth_is_recovered_and_borrowing_helps() -> None:
    rng = np.random.default_rng(1)
    gain, variances, covered = [], [], []
    for _ in range(200):
        psi = rng.uniform(4, 36, 60)
        x = rng.normal(0, 1, (60, 1))
        truth = 50 + 5 * x[:, 0] + rng.normal(0, 4, 60)
        direct = truth + rng.normal(0, np.sqrt(psi))
        found = fay_herriot(direct, psi, x)
        variances.append(found.variance)
        gain.append(((found.eblup - truth) ** 2).mean() / ((direct - truth) ** 2).mean())
        covered.append(((found.eblup - truth) ** 2).mean() / found.mse.mean())
    assert np.mean(variances) == pytest.approx(16, rel=0.1)
    assert np.mean(gain) < 0.75
    assert np.mean(covered) == pytest.approx(1.0, abs=0.1)


def test_smoothing_pools_the_variance_of_a_respondent() -> None:
    n = np.array([2.0, 50, 100, 0])
    found = smooth_variances(np.array([0.001, 8.0, 4.0, np.nan]), n)
    pooled = (1 * 2 * 0.001 + 49 * 400 + 99 * 400) / 149
    assert found[:3] == pytest.approx(pooled / n[:3])
    assert np.isnan(found[3])


@pytest.mark.parametrize(
    ("estimate", "x", "message"),
    [
        (np.array([1.0, 2.0]), None, "needs at least 3 areas"),
        (np.array([1.0, 2, 3, 4, 5]), np.ones((5, 1)), "collinear"),
        (np.array([1.0, 2, 3, 4, 5]), np.array([[1.0], [2], [np.nan], [3], [4]]), "every covariate"),
    ],
)
def test_refusals(estimate: FloatArray, x: FloatArray | None, message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        fay_herriot(estimate, np.ones(estimate.size), x)
