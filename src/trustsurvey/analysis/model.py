"""Small-area estimates beside the direct ones, for the areas of a measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from trustsurvey.analysis.figures import Figures
from trustsurvey.analysis.plan import Plan
from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import BoolArray, FloatArray
from trustsurvey.statistics.small_area import SmallAreaResult, fay_herriot, smooth_variances

_NOT_MODELLED = ("proportion", "share", "total", "ratio")

LEAST_AREAS = 5
"""Fewer areas than this are not modelled."""


def modelled(areas: Figures, everyone: Figures, plan: Plan, covariates: Mapping[str, tuple[float, ...]]) -> Figures:
    """The figures with a Fay–Herriot model of the shown areas, benchmarked to the direct estimate of the whole.

    The model is fitted to shown areas only: a suppressed area is in none of the numbers that the others get, and has none itself. As they
    are where the plan has no model, too few areas are shown, or the whole isn't.
    """
    if plan.small_area is None or areas.planned.measure.kind in _NOT_MODELLED or everyone.flags[0].suppressed:
        return areas
    shown = np.zeros(len(areas.places), dtype=np.bool_)
    shown[areas.shown()] = True
    names = plan.small_area.covariates
    if int(shown.sum()) < max(LEAST_AREAS, len(names) + 3):
        return areas
    estimate, variance = areas.found.estimate, areas.found.variance
    x = None
    if names:
        x = np.array([covariates.get(area or "", (np.nan,) * len(names)) for area, _ in areas.places], dtype=np.float64)
    n = areas.found.n.astype(np.float64)
    smoothed = smooth_variances(np.where(shown, variance, np.nan), np.where(shown, n, 0.0))
    share = np.where(shown, areas.found.weight, 0.0)
    target = float((share * np.nan_to_num(estimate)).sum() / share.sum())
    try:
        fitted = fay_herriot(estimate[shown], smoothed[shown], None if x is None else x[shown], benchmark=(share[shown], target))
    except StatisticsError:
        if plan.precision == "full":
            raise
        return areas
    return replace(areas, model=_spread(fitted, shown))


def _spread(fitted: SmallAreaResult, shown: BoolArray) -> SmallAreaResult:
    """The result of the shown areas at the place of each area, NaN elsewhere."""

    def at(values: FloatArray) -> FloatArray:
        found = np.full(shown.size, np.nan)
        found[shown] = values
        return found

    return replace(
        fitted,
        eblup=at(fitted.eblup),
        mse=at(fitted.mse),
        synthetic=at(fitted.synthetic),
        shrinkage=at(fitted.shrinkage),
        smoothed=at(fitted.smoothed),
        fitted=shown,
    )
