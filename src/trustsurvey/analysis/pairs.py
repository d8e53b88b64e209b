"""Two areas of one release beside each other, from its published figures alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trustsurvey.analysis.release import Contrast, Estimate, Measure, Release
from trustsurvey.analysis.rounding import decimals, rounded
from trustsurvey.statistics import comparison


def area_pair(release: Release, first: str, second: str) -> Mapping[str, Contrast]:
    """``first`` less ``second`` by measure, for each measure that is shown of both. ``Contrast.area`` is ``first``.

    A release holds no covariances of areas, so the two count as samples of their own and their variances add; the degrees of freedom are
    those of the smaller. Whoever looks could have picked any pair, so ``detectable`` is after Benjamini–Hochberg (1995) over every pair of
    areas that have a figure of the measure; ``family`` is how many those are. Where the release joins the two in a bracket, made with
    their covariance, they are never detectably different. An error that was published as 0 is too coarse for a difference: none is given.
    """
    found = {}
    for measure in release.measures:
        cells = [cell for cell in release.by_area(measure.code) if cell.estimate is not None and cell.se]
        places = {cell.area: n for n, cell in enumerate(cells)}
        if first != second and first in places and second in places:
            contrast = _contrast(release, measure, cells, (places[first], places[second]))
            if contrast is not None:
                found[measure.code] = contrast
    return found


def _contrast(release: Release, measure: Measure, cells: list[Estimate], pair: tuple[int, int]) -> Contrast | None:
    estimates, errors, df = (np.array([getattr(cell, name) or 0.0 for cell in cells]) for name in ("estimate", "se", "df"))
    one, other = np.triu_indices(len(cells), 1)
    tested = comparison.differences(
        estimates[one] - estimates[other],
        errors[one] ** 2 + errors[other] ** 2,
        np.minimum(df[one], df[other]),
        confidence=release.confidence,
    )
    low, high = sorted(pair)
    row = int(np.flatnonzero((one == low) & (other == high))[0])
    if not np.isfinite([tested.p[row], tested.lower[row], tested.upper[row]]).all():
        return None
    places = decimals(measure.unit)["estimate"] if release.precision == "published" else None
    turned = pair != (low, high)
    ends = (-float(tested.upper[row]), -float(tested.lower[row])) if turned else (float(tested.lower[row]), float(tested.upper[row]))
    difference = float(tested.difference[row])
    codes = {cells[place].area for place in pair}
    joined = any(bracket.measure == measure.code and codes <= set(bracket.areas) for bracket in release.brackets)
    return Contrast(
        measure=measure.code,
        area=cells[pair[0]].area,
        group=None,
        difference=rounded(-difference if turned else difference, places) or 0.0,
        se=rounded(float(tested.se[row]), places) or 0.0,
        lci=rounded(ends[0], places) or 0.0,
        uci=rounded(ends[1], places) or 0.0,
        p=rounded(float(tested.p[row]), 4 if places else None) or 0.0,
        p_adjusted=rounded(float(tested.p_adjusted[row]), 4 if places else None) or 0.0,
        detectable=bool(tested.detectable[row]) and not joined,
        family=tested.family,
    )
