"""The reporting gap, and how far each domain goes along with willingness to report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.intervals import quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingGap:
    """How many crimes were experienced for each one reported, with an interval made on the log scale. NaN where none was reported."""

    gap: float
    se: float
    lower: float
    upper: float


def reporting_gap(p: float, se: float, df: float, *, confidence: float = 0.95) -> ReportingGap:
    """One over the share of crimes that was reported: log(1/p) has standard error se/p (delta method).

    Args:
        p: the share reported, 0–1. se: its standard error.
    """
    if not p > 0:
        return ReportingGap(gap=np.nan, se=np.nan, lower=np.nan, upper=np.nan)
    gap = 1.0 / p
    reach = float(quantile(df, confidence)) * se / p
    return ReportingGap(gap=gap, se=se / p**2, lower=max(gap * float(np.exp(-reach)), 1.0), upper=gap * float(np.exp(reach)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossProducts:
    """Weighted sums of domain scores over those with all of them known, in random groups. Addable.

    Attributes:
        names: the domains; the outcome stands last.
        n: people in each group, shape (groups,).
        sums: Σd, Σdx and Σdxx′ packed as Σd(1, x)(1, x)′: shape (groups, k + 1, k + 1).
    """

    names: tuple[str, ...]
    n: FloatArray
    sums: FloatArray

    def __add__(self, other: CrossProducts) -> CrossProducts:
        if self.names != other.names or self.n.shape != other.n.shape:
            raise StatisticsError("cross-products of different domains can't be added")
        return CrossProducts(names=self.names, n=self.n + other.n, sums=self.sums + other.sums)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RelativeWeights:
    """How the variance of the outcome that the domains account for divides among them: association, not cause.

    Attributes:
        names: the predictors. share: of R², summing to 1, shape (k,). lower, upper: bootstrap interval of each share.
        r2: share of the outcome's variance that goes along with all of them together.
    """

    names: tuple[str, ...]
    share: FloatArray
    lower: FloatArray
    upper: FloatArray
    r2: float
    n: int


def relative_weights(products: CrossProducts, *, draws: int = 1000, confidence: float = 0.95, seed: int = 0) -> RelativeWeights | None:
    """Johnson's (2000) relative weights with percentile bootstrap intervals over the random groups.

    Returns:
        None where a domain has no variance, or domains are collinear, so that there is nothing to divide.
    """
    correlation = _correlation(products.sums.sum(axis=0))
    weights = None if correlation is None else johnson(correlation)
    if weights is None:
        return None
    total = float(weights.sum())
    if total <= 0:
        return None
    rng = np.random.default_rng(seed)
    groups = len(products.n)
    drawn = []
    for _ in range(draws):
        often = np.bincount(rng.integers(0, groups, groups), minlength=groups).astype(np.float64)
        again = _correlation(np.tensordot(often, products.sums, axes=1))
        found = None if again is None else johnson(again)
        if found is not None and found.sum() > 0:
            drawn.append(found / found.sum())
    tail = (1.0 - confidence) / 2.0
    lower, upper = np.quantile(np.array(drawn), [tail, 1.0 - tail], axis=0) if drawn else (np.full(weights.size, np.nan),) * 2
    return RelativeWeights(
        names=products.names[:-1], share=weights / total, lower=lower, upper=upper, r2=total, n=round(float(products.n.sum()))
    )


def johnson(correlation: FloatArray) -> FloatArray | None:
    """Relative weights of the predictors from correlations with the outcome last, shape (k,); they sum to R² (Johnson 2000, eq. 3 to 8).

    The predictors are replaced by their closest orthogonal counterparts z, x = zΛ with Λ the symmetric square root of their correlations;
    the weight of predictor j is Σ_k Λ_jk² β_k², β the regression on z. None where predictors are collinear.
    """
    predictors, outcome = correlation[:-1, :-1], correlation[:-1, -1]
    values, vectors = np.linalg.eigh(predictors)
    if values[0] <= 1e-10:
        return None
    root = (vectors * np.sqrt(values)) @ vectors.T
    beta = np.linalg.solve(root, outcome)
    found: FloatArray = root**2 @ beta**2
    return found


def _correlation(sums: FloatArray) -> FloatArray | None:
    total = sums[0, 0]
    if total <= 0:
        return None
    mean = sums[0, 1:] / total
    covariance = sums[1:, 1:] / total - np.outer(mean, mean)
    deviation = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    if np.any(deviation <= 1e-9):
        return None
    found: FloatArray = covariance / np.outer(deviation, deviation)
    return found
