"""Ratios, differences, quantiles and replicate errors, against row-by-row arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.statistics import plain
from trustsurvey.errors import StatisticsError
from trustsurvey.statistics import combination, estimation, quantiles, replication, weighting
from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.tally import Axis, Tallier, Tally, scored, tally


def crossed(sample: plain.Sample, x: FloatArray) -> Tally:
    axes, codes = [Axis("area", plain.names("a", 4)), Axis("stratum", plain.names("s", 3))], [sample.area, sample.stratum]
    if sample.cluster is not None:
        axes.append(Axis("cluster", plain.names("c", 200)))
        codes.append(sample.cluster)
    for k, margin in enumerate(sample.margins):
        axes.append(Axis(f"m{k}", plain.names("k", 3)))
        codes.append(margin)
    measures = combination.both("r", scored(sample.y), scored(x))
    tallier = Tallier(axes, list(measures))
    tallier.add(codes, sample.weight, list(measures.values()))
    return tallier.result()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.integers(0, 2), st.sampled_from([0.0, 1000.0]))
def test_ratios_and_differences_are_those_of_rows(seed: int, clustered: bool, margins: int, away: float) -> None:
    sample = plain.made(seed, 200, clustered=clustered, margins=margins)
    rng = np.random.default_rng(seed)
    x = np.where(rng.random(200) < 0.1, np.nan, rng.uniform(1, 5, 200) + away)
    people = crossed(sample, x)
    weights = weighting.rake(people, sample.control()).weighting if margins else weighting.base(people)
    by_row = plain.raked(sample) if margins else sample.weight
    of = estimation.domains(estimation.design_of(people, weights), estimation.by(people, "area"))
    ratios, differences = combination.estimate_ratios(of, "r"), combination.estimate_differences(of, "r")
    known = ~np.isnan(sample.y) & ~np.isnan(x)
    for k in range(4):
        inside = known & (sample.area == k)
        y0, x0 = np.where(inside, sample.y, 0.0), np.where(inside, x, 0.0)
        total, below = (by_row * y0).sum(), (by_row * x0).sum()
        ratio = total / below
        z = plain.residual(sample, np.where(inside, (y0 - ratio * x0) / below, 0.0), calibrated=bool(margins))
        assert ratios.estimate[k] == pytest.approx(ratio, rel=1e-9)
        assert ratios.variance[k] == pytest.approx(plain.variance_of_total(sample, by_row * z), rel=1e-6, abs=1e-16)
        weight = (by_row * inside).sum()
        mean = (total - below) / weight
        z = plain.residual(sample, np.where(inside, (y0 - x0 - mean) / weight, 0.0), calibrated=bool(margins))
        assert differences.estimate[k] == pytest.approx(mean, rel=1e-9, abs=1e-9)
        assert differences.variance[k] == pytest.approx(plain.variance_of_total(sample, by_row * z), rel=1e-6, abs=1e-14)


def test_a_ratio_to_itself_is_one_without_error() -> None:
    sample = plain.made(3, 150, clustered=False, margins=1)
    people = crossed(sample, sample.y)
    of = estimation.domains(estimation.design_of(people, weighting.rake(people, sample.control()).weighting))
    found = combination.estimate_ratios(of, "r")
    assert found.estimate[0] == pytest.approx(1.0, abs=1e-14)
    assert found.se[0] < 1e-8


def valued(y: FloatArray, weight: FloatArray) -> Tally:
    axis, codes = quantiles.value_axis(y)
    return tally([axis], [codes], weight, {})


def test_quantiles_of_whole_numbers() -> None:
    y = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, np.nan])
    people = valued(y, np.ones(11))
    (median,) = quantiles.estimate_quantiles(people, weighting.base(people), 0.5)
    assert (median.estimate, median.n) == (5.0, 10)
    assert median.lower < 5 < median.upper
    heavy = valued(y, np.array([1.0, 1, 1, 1, 1, 1, 1, 1, 1, 100, 1]))
    (median,) = quantiles.estimate_quantiles(heavy, weighting.base(heavy), 0.5)
    assert median.estimate == 10.0


def test_quantile_s_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        people = valued(np.round(rng.normal(0, 10, 200), 1), np.ones(200))
        (found,) = quantiles.estimate_quantiles(people, weighting.base(people), 0.25)
        held += found.lower <= -6.745 <= found.upper
    assert 0.92 <= held / 300 <= 0.985


def test_quantiles_need_values_and_a_share() -> None:
    people = valued(np.array([1.0]), np.ones(1))
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        quantiles.estimate_quantiles(people, weighting.base(people), 1.0)
    (only,) = quantiles.estimate_quantiles(people, weighting.base(people), 0.5)
    assert only.estimate == 1.0
    assert np.isnan(only.lower)


@pytest.mark.parametrize(("scheme", "margins", "within"), [("jkn", 0, 0.05), ("jkn", 2, 0.2), ("bootstrap", 0, 0.2), ("jk1", 0, 0.3)])
def test_replicates_agree_with_linearisation(scheme: str, margins: int, within: float) -> None:
    sample = plain.made(11, 1500, clustered=True, margins=margins)
    people = sample.tally()
    weights = weighting.rake(people, sample.control()).weighting if margins else weighting.base(people)
    linear = estimation.estimate_means(estimation.domains(estimation.design_of(people, weights)), "y")
    found = replication.replicate_means(people, "y", margins=sample.control(), scheme=replication.Scheme(scheme))
    assert found.estimate[0] == pytest.approx(linear.estimate[0], rel=1e-9)
    assert np.sqrt(found.variance[0]) == pytest.approx(linear.se[0], rel=within)


def test_the_jackknife_of_a_mean_by_hand() -> None:
    """Units of one person each, equal weights: JK1 gives s²/n exactly (Wolter 2007, eq. 4.2.5)."""
    y = np.array([1.0, 4, 6, 9, 15])
    people = tally([Axis("cluster", ("a", "b", "c", "d", "e"))], [np.arange(5)], np.ones(5), {"y": y})
    found = replication.replicate_means(people, "y", scheme=replication.Scheme.JK1)
    assert found.variance[0] == pytest.approx(y.var(ddof=1) / 5, rel=1e-12)


def test_replicates_need_units() -> None:
    people = tally([Axis("cluster", ("a",))], [np.zeros(3, dtype=np.int64)], np.ones(3), {"y": np.ones(3)})
    with pytest.raises(StatisticsError, match="two units"):
        replication.replicate_means(people, "y")
    with pytest.raises(StatisticsError, match="clusters or random groups"):
        replication.replicate_means(tally([], [], np.ones(3), {"y": np.ones(3)}), "y")
