"""Two areas beside each other, against arithmetic done by hand from what is published."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy import stats

from tests.publish import sample
from trustsurvey.analysis.pairs import area_pair
from trustsurvey.analysis.release import Bracket, Release

SHOWN = [cell.area or "" for cell in sample.city(24).by_area("trust_index") if cell.estimate is not None]
HIDDEN = next(cell.area or "" for cell in sample.city(24).by_area("trust_index") if cell.flag.suppressed)


def unjoined() -> Release:
    return replace(sample.city(24), brackets=())


def by_hand(release: Release, measure: str, first: str, second: str) -> tuple[float, float, float, bool, int]:
    """(difference, lower, upper, detectable, family) with Welch's variance, the smaller df, and scipy's Benjamini–Hochberg."""
    cells = {cell.area: cell for cell in release.by_area(measure) if cell.estimate is not None}

    def test(a: str, b: str) -> tuple[float, float, float, float]:
        one, other = cells[a], cells[b]
        difference, se, df = one.estimate - other.estimate, math.hypot(one.se, other.se), min(one.df, other.df)
        half = stats.t.ppf(0.975, df) * se
        return difference, difference - half, difference + half, 2 * stats.t.sf(abs(difference) / se, df)

    pairs = list(combinations(cells, 2))
    adjusted = stats.false_discovery_control([test(*pair)[3] for pair in pairs])
    at = next(n for n, pair in enumerate(pairs) if set(pair) == {first, second})
    difference, lower, upper, _ = test(first, second)
    return difference, lower, upper, bool(adjusted[at] <= 0.05), len(pairs)


@pytest.mark.parametrize("measure", ["trust_index", "safe_contact", "trust10"])
def test_it_is_what_a_reader_works_out(measure: str) -> None:
    release = unjoined()
    seen = set()
    for first, second in pairwise(SHOWN[:5]):
        found = area_pair(release, first, second)[measure]
        difference, lower, upper, detectable, family = by_hand(release, measure, first, second)
        np.testing.assert_allclose([found.difference, found.lci, found.uci], [difference, lower, upper], atol=0.051)
        assert (found.detectable, found.family) == (detectable, family)
        seen.add(found.detectable)
    assert seen == {True, False}


def test_turned_round_it_is_the_same_with_the_other_sign() -> None:
    one, other = area_pair(unjoined(), SHOWN[0], SHOWN[1]), area_pair(unjoined(), SHOWN[1], SHOWN[0])
    assert one.keys() == other.keys()
    for code, contrast in one.items():
        turned = other[code]
        assert (contrast.difference, contrast.lci, contrast.uci) == (-turned.difference, -turned.uci, -turned.lci)
        assert contrast.detectable is turned.detectable


def test_what_the_release_joins_is_never_told_apart() -> None:
    release = unjoined()
    first, second = next(pair for pair in combinations(SHOWN, 2) if area_pair(release, *pair)["trust_index"].detectable)
    joined = replace(release, brackets=(Bracket(measure="trust_index", areas=(first, second)),))
    assert not area_pair(joined, first, second)["trust_index"].detectable


def test_nothing_is_said_of_what_is_not_shown_or_too_coarse() -> None:
    release = unjoined()
    assert area_pair(release, HIDDEN, SHOWN[0]) == {}
    assert area_pair(release, SHOWN[0], SHOWN[0]) == {}
    coarse = tuple(replace(c, se=0.0) if (c.measure, c.area) == ("trust_index", SHOWN[0]) else c for c in release.estimates)
    found = area_pair(replace(release, estimates=coarse), SHOWN[0], SHOWN[1])
    assert "trust_index" not in found
    assert "safe_contact" in found
