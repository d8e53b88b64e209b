"""What must hold for any respondents: hypothesis makes them up, ``plain`` says what is right."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.statistics import plain
from trustsurvey.statistics import comparison, estimation, weighting
from trustsurvey.statistics.tally import Tally

SAMPLES = st.builds(
    plain.made,
    seed=st.integers(0, 10_000),
    size=st.integers(60, 250),
    clustered=st.booleans(),
    margins=st.integers(0, 3),
    missing=st.sampled_from([0.0, 0.1, 0.3]),
)


def same(a: Tally, b: Tally) -> None:
    assert [axis.name for axis in a.axes] == [axis.name for axis in b.axes]
    assert np.array_equal(a.cells, b.cells)
    assert a.people == pytest.approx(b.people, rel=1e-12)
    assert a.sums == pytest.approx(b.sums, rel=1e-12)
    assert np.array_equal(a.lightest, b.lightest)
    assert np.array_equal(a.heaviest, b.heaviest)


def weights_of(sample: plain.Sample, people: Tally) -> weighting.Weighting:
    return weighting.rake(people, sample.control()).weighting if sample.margins else weighting.base(people)


@settings(max_examples=40, deadline=None)
@given(SAMPLES, st.integers(0, 1000), st.integers(1, 6))
def test_any_split_and_order_gives_the_same_tally(sample: plain.Sample, seed: int, parts: int) -> None:
    rows = np.random.default_rng(seed).permutation(sample.y.size)
    pieces = [sample.take(piece).tally() for piece in np.array_split(rows, parts)]
    total = pieces[0]
    for piece in pieces[1:]:
        total = piece + total
    same(total, sample.tally())


@settings(max_examples=30, deadline=None)
@given(SAMPLES)
def test_cells_give_what_rows_give(sample: plain.Sample) -> None:
    people = sample.tally()
    weights = weights_of(sample, people)
    by_row = plain.raked(sample) if sample.margins else sample.weight
    design = estimation.design_of(people, weights)
    whole = estimation.estimate_means(estimation.domains(design), "y")
    mean, variance = plain.mean_and_variance(sample, by_row, np.ones(sample.y.size), calibrated=bool(sample.margins))
    assert whole.estimate[0] == pytest.approx(mean, rel=1e-9)
    assert whole.variance[0] == pytest.approx(variance, rel=1e-8)
    areas = estimation.estimate_means(estimation.domains(design, estimation.by(people, "area")), "y", contrasts=True)
    for k in range(4):
        domain = (sample.area == k).astype(np.float64)
        if areas.n[k] == 0:
            assert np.isnan(areas.estimate[k])
            continue
        mean, variance = plain.mean_and_variance(sample, by_row, domain, calibrated=bool(sample.margins))
        assert areas.estimate[k] == pytest.approx(mean, rel=1e-9)
        assert areas.variance[k] == pytest.approx(variance, rel=1e-7, abs=1e-18)


@settings(max_examples=30, deadline=None)
@given(SAMPLES)
def test_an_area_less_the_whole_has_the_variance_of_that_contrast(sample: plain.Sample) -> None:
    people = sample.tally()
    by_row = plain.raked(sample) if sample.margins else sample.weight
    design = estimation.design_of(people, weights_of(sample, people))
    areas = estimation.estimate_means(estimation.domains(design, estimation.by(people, "area")), "y", contrasts=True)
    whole = estimation.estimate_means(estimation.domains(design), "y")
    assert areas.with_whole is not None
    assert areas.covariance is not None
    contrast = areas.variance + whole.variance[0] - 2.0 * areas.with_whole
    _, of_whole = plain.influence(sample, by_row, np.ones(sample.y.size), calibrated=bool(sample.margins))
    shown = [k for k in range(4) if areas.n[k]]
    of_area = {k: plain.influence(sample, by_row, (sample.area == k) * 1.0, calibrated=bool(sample.margins))[1] for k in shown}
    for k in shown:
        assert contrast[k] == pytest.approx(plain.variance_of_total(sample, by_row * (of_area[k] - of_whole)), rel=1e-7, abs=1e-16)
    for a, b in pairwise(shown):
        between = areas.variance[a] + areas.variance[b] - 2.0 * areas.covariance[a, b]
        assert between == pytest.approx(plain.variance_of_total(sample, by_row * (of_area[a] - of_area[b])), rel=1e-7, abs=1e-16)


@settings(max_examples=25, deadline=None)
@given(SAMPLES, st.integers(0, 1000), st.sampled_from([0.001, 3.0, 1e6]))
def test_rows_may_be_shuffled_and_weights_scaled(sample: plain.Sample, seed: int, scale: float) -> None:
    other = sample.take(np.random.default_rng(seed).permutation(sample.y.size)).scaled(scale)
    results = []
    for version in (sample, other):
        people = version.tally()
        results.append(
            estimation.estimate_means(
                estimation.domains(estimation.design_of(people, weights_of(version, people)), estimation.by(people, "area")), "y"
            )
        )
    assert results[0].estimate == pytest.approx(results[1].estimate, rel=1e-9, nan_ok=True)
    assert results[0].se == pytest.approx(results[1].se, rel=1e-7, abs=1e-12, nan_ok=True)
    assert results[0].deff == pytest.approx(results[1].deff, rel=1e-7, nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(SAMPLES, st.integers(0, 1000))
def test_raking_meets_every_margin_in_any_row_order(sample: plain.Sample, seed: int) -> None:
    if not sample.margins:
        return
    shuffled = sample.take(np.random.default_rng(seed).permutation(sample.y.size))
    for version in (sample, shuffled):
        result = weighting.rake(version.tally(), version.control())
        assert result.largest_error <= 1e-9
        for target, reached in zip(result.targets, result.reached, strict=True):
            assert reached == pytest.approx(target.total, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(SAMPLES)
def test_what_nobody_disputes_has_no_error(sample: plain.Sample) -> None:
    """A measure that is the same for everyone has a standard error of exactly 0, whatever the weights."""
    people = sample.tally()
    got = estimation.estimate_means(estimation.domains(estimation.design_of(people, weights_of(sample, people))), "whole")
    assert got.estimate[0] == 1.0
    assert got.variance[0] == 0.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(0.1, 20))
def test_brackets_are_the_maximal_runs_without_a_detectable_pair(means: list[float], se: float) -> None:
    count = len(means)
    estimate = np.array(means)
    areas = estimation.DomainEstimates(
        measure="y",
        levels=plain.names("a", count),
        n=np.full(count, 50),
        respondents=np.full(count, 50),
        weight=np.ones(count),
        weight_of_all=np.ones(count),
        estimate=estimate,
        variance=np.full(count, se**2),
        df=np.full(count, 49),
        deff=np.ones(count),
        n_eff=np.full(count, 50.0),
        covariance=np.zeros((count, count)),
        with_whole=np.zeros(count),
    )
    runs = comparison.brackets(areas, range(count))
    ranked = sorted(range(count), key=lambda k: (-estimate[k], areas.levels[k]))
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    tested = comparison.differences(
        np.array([estimate[ranked[a]] - estimate[ranked[b]] for a, b in pairs]), np.full(len(pairs), 2 * se**2), np.full(len(pairs), 49)
    )
    apart = {pair for pair, yes in zip(pairs, tested.detectable, strict=True) if yes}
    fits = [
        (a, b)
        for a in range(count)
        for b in range(a, count)
        if not any((c, d) in apart for c in range(a, b + 1) for d in range(c + 1, b + 1))
    ]
    maximal = [(a, b) for a, b in fits if not any(c <= a and b <= d and (c, d) != (a, b) for c, d in fits)]
    assert [tuple(ranked[a : b + 1]) for a, b in maximal] == list(runs)
