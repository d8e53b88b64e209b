"""What may be shown: the primary rules, one cell at a time.

Too few people (n under a minimum) is a matter of confidence; too wide an interval is a matter of honesty. Complementary suppression, which
looks at all cells together, is ``protection.py``.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from trustsurvey.statistics.arrays import IntArray

MINIMUM_N = 10
"""Fewer respondents than this are never shown."""

MINIMUM_N_EFF = 30.0
"""NCHS: an effective sample under 30 doesn't carry a proportion; a mean from less is to be read with caution."""

HALF_WIDTH = 10.0
"""A 0–100 mean whose interval reaches further than this to either side is to be read with caution."""


class Verdict(StrEnum):
    """What the rules say of a cell."""

    OK = "ok"
    CAUTION = "interpret with caution"
    TOO_FEW = "suppressed: too few"
    IMPRECISE = "suppressed: imprecise"


_ORDER = tuple(Verdict)


def judge_proportions(
    p: ArrayLike, lower: ArrayLike, upper: ArrayLike, n: ArrayLike, n_eff: ArrayLike, df: ArrayLike, *, minimum_n: int = MINIMUM_N
) -> tuple[Verdict, ...]:
    """The NCHS data presentation standards for proportions (Parker et al. 2017), after the minimum number of people.

    Suppressed as imprecise: n_eff (never above n) < 30; interval width ≥ 0.30; width > 0.05 and more than 130 % of p. With caution: df < 8,
    or p of 0 or 1. All arrays are of one length; proportions and ends are fractions.
    """
    p, lower, upper, n, n_eff, df = (np.atleast_1d(np.asarray(a, dtype=np.float64)) for a in (p, lower, upper, n, n_eff, df))
    width = upper - lower
    with np.errstate(invalid="ignore"):
        wide = ~((width <= 0.05) | ((width < 0.30) & (width <= 1.3 * p)))
        imprecise = ~(np.minimum(n, n_eff) >= MINIMUM_N_EFF) | wide
        caution = (df < 8) | (p <= 0) | (p >= 1)
    return _verdicts(n < max(minimum_n, 1), imprecise, caution)


def judge_means(
    lower: ArrayLike,
    upper: ArrayLike,
    n: ArrayLike,
    n_eff: ArrayLike,
    *,
    half_width: float | None = HALF_WIDTH,
    minimum_n: int = MINIMUM_N,
) -> tuple[Verdict, ...]:
    """Means: caution where n_eff (never above n) < 30 or half the interval is wider than ``half_width`` (None: no such limit).

    A mean without an interval (one sampling unit) is suppressed as imprecise.
    """
    lower, upper, n, n_eff = (np.atleast_1d(np.asarray(a, dtype=np.float64)) for a in (lower, upper, n, n_eff))
    half = (upper - lower) / 2.0
    with np.errstate(invalid="ignore"):
        caution = np.minimum(n, n_eff) < MINIMUM_N_EFF
        if half_width is not None:
            caution |= half > half_width
    return _verdicts(n < max(minimum_n, 1), np.isnan(half), caution)


def _verdicts(too_few: np.ndarray, imprecise: np.ndarray, caution: np.ndarray) -> tuple[Verdict, ...]:
    position: IntArray = np.where(too_few, 2, np.where(imprecise, 3, np.where(caution, 1, 0)))
    return tuple(_ORDER[k] for k in position)
