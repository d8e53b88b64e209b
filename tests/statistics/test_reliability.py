"""Reliability against R psych 2.2.9 on R's `attitude` data (Chatterjee and Price 1977), DIF against statsmodels 0.14."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from trustsurvey.statistics import reliability
from trustsurvey.statistics.dif import compare_item

REFERENCE = Path(__file__).parents[1] / "reference"
ATTITUDE = np.cov(np.loadtxt(REFERENCE / "attitude.csv", delimiter=",", skiprows=1).T)


def test_alpha_and_feldt_s_interval() -> None:
    found = reliability.cronbach(ATTITUDE, n=30)
    assert found is not None
    assert found.alpha == pytest.approx(0.8431427696, abs=5e-11)
    assert found.standardised == pytest.approx(0.8390838, abs=5e-8)
    assert (found.lower, found.upper) == pytest.approx((0.7393757, 0.9157731), abs=5e-8)


def test_omega_of_one_factor() -> None:
    assert reliability.omega(ATTITUDE) == pytest.approx(0.8405447, abs=5e-7)


def test_item_total() -> None:
    """psych::alpha(attitude)$item.stats$r.drop"""
    found = reliability.item_total(ATTITUDE)
    assert found.shape == (7,)
    assert np.argmin(found) == 5  # critical
    data = np.loadtxt(REFERENCE / "attitude.csv", delimiter=",", skiprows=1)
    by_hand = [np.corrcoef(data[:, k], np.delete(data, k, axis=1).sum(axis=1))[0, 1] for k in range(7)]
    assert found == pytest.approx(by_hand)


def test_alpha_of_the_made_up_city() -> None:
    expected = json.loads((REFERENCE / "expected.json").read_text())["alpha_unweighted_complete_cases"]
    rows = [line.split(",") for line in (REFERENCE / "respondents.csv").read_text().splitlines()[1:]]
    items = np.array([[float(v) for v in row[8:12]] for row in rows if all(row[8:12])])
    items[:, 3] = 6 - items[:, 3]
    found = reliability.cronbach(np.cov(items.T), n=len(items))
    assert found is not None
    assert found.alpha == pytest.approx(expected, rel=1e-8)


def test_items_that_don_t_vary_have_no_alpha() -> None:
    assert reliability.cronbach(np.zeros((3, 3)), n=20) is None
    assert reliability.omega(np.diag([1.0, 1.0, 0.0])) is None
    assert reliability.omega(np.array([[1.0, 0.5], [0.5, 1.0]])) is None  # two items: not identified


def test_omega_recovers_the_loadings_made() -> None:
    loading = np.array([0.9, 0.7, 0.5, 0.3])
    correlation = np.outer(loading, loading) + np.diag(1 - loading**2)
    assert reliability.one_factor(correlation) == pytest.approx(loading, abs=1e-5)


def tables() -> np.ndarray:
    """Four items of 600 people in two languages; the fourth is 0.9 points easier in the second language."""
    rng = np.random.default_rng(3)
    group = np.repeat([0, 1], 300)
    ability = rng.normal(0, 1, 600)
    noise = rng.normal(0, 0.8, (600, 4))
    items = np.clip(np.round(2 + ability[:, None] + noise + np.array([0, 0, 0, 0.9]) * group[:, None]), 0, 4).astype(int)
    found = np.zeros((4, 5, 17, 2))
    for k in range(4):
        np.add.at(found[k], (items[:, k], items.sum(axis=1), group), 1)
    return found


def test_an_item_that_is_easier_in_one_language_is_found() -> None:
    """2(llf − llf) of OrderedModel(item, [score, group, score·group], distr="logit") and of the score alone."""
    found = [compare_item(table) for table in tables()]
    assert all(found)
    assert found[0] is not None
    assert found[3] is not None
    assert found[0].chi2 == pytest.approx(20.2088926, abs=1e-5)
    assert found[3].chi2 == pytest.approx(94.8481215, abs=1e-5)
    assert found[3].gain > 0.035 > max(f.gain for f in found[:3] if f)


def test_too_few_of_a_language_are_not_compared() -> None:
    table = tables()[0]
    table[:, :, 1] *= 49 / table[:, :, 1].sum()
    assert compare_item(table) is None
    assert compare_item(np.zeros((5, 17, 2))) is None
