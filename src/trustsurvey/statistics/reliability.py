"""How well the items of a domain hang together: alpha, omega, item-total correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from trustsurvey.statistics.arrays import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Alpha:
    """Cronbach's alpha with Feldt's interval; ``standardised`` from correlations."""

    alpha: float
    lower: float
    upper: float
    standardised: float


def cronbach(covariance: FloatArray, *, n: int, confidence: float = 0.95) -> Alpha | None:
    """Cronbach (1951): k/(k − 1)·(1 − Σ variances / variance of the sum), with the interval of Feldt, Woodruff and Salih (1987, eq. 4).

    Args:
        covariance: of the items, shape (k, k), k ≥ 2, over n complete cases.

    Returns:
        None where the sum of the items has no variance, so that there is no alpha.
    """
    k = len(covariance)
    total = float(covariance.sum())
    if total <= 1e-12 * float(np.abs(covariance).sum()) or n < 2:
        return None
    alpha = k / (k - 1) * (1.0 - float(np.trace(covariance)) / total)
    deviations = np.sqrt(np.diagonal(covariance))
    scale = np.where(deviations > 0, deviations, 1.0)
    correlation = covariance / np.outer(scale, scale)
    mean = (float(correlation.sum()) - float(np.trace(correlation))) / (k * (k - 1))
    tail = (1.0 - confidence) / 2.0
    first, second = n - 1, (n - 1) * (k - 1)
    return Alpha(
        alpha=alpha,
        lower=1.0 - (1.0 - alpha) * float(stats.f.ppf(1.0 - tail, first, second)),
        upper=1.0 - (1.0 - alpha) * float(stats.f.ppf(tail, first, second)),
        standardised=k * mean / (1.0 + (k - 1) * mean),
    )


def one_factor(correlation: FloatArray) -> FloatArray | None:
    """Loadings of one factor by maximum likelihood, shape (k,), from correlations of k ≥ 3 items (Lawley and Maxwell 1971, ch. 2).

    The fit is minimised over the unique variances, with the loadings that are best given them. None where it isn't identified or fails.
    """
    k = len(correlation)
    if k < 3 or not np.all(np.isfinite(correlation)):
        return None

    def scaled(unique: FloatArray) -> tuple[FloatArray, FloatArray]:
        root = np.sqrt(unique)
        values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
        return values[::-1], vectors[:, ::-1]

    def lack_of_fit(unique: FloatArray) -> float:
        rest = np.maximum(scaled(unique)[0][1:], 1e-12)
        return float(-(np.log(rest) - rest).sum() - k + 1)

    def slope(unique: FloatArray) -> FloatArray:
        values, vectors = scaled(unique)
        loading = vectors[:, 0] * np.sqrt(max(values[0] - 1.0, 0.0)) * np.sqrt(unique)
        residual = np.outer(loading, loading) + np.diag(unique) - correlation
        gradient: FloatArray = np.diagonal(residual) / unique**2
        return gradient

    try:
        start = 0.5 / np.diagonal(np.linalg.inv(correlation))
    except np.linalg.LinAlgError:
        return None
    found = optimize.minimize(
        lack_of_fit,
        np.clip(start, 0.005, 1.0),
        jac=slope,
        method="L-BFGS-B",
        bounds=[(0.005, 1.0)] * k,
        options={"ftol": 1e-14, "gtol": 1e-9},
    )
    values, vectors = scaled(found.x)
    loadings: FloatArray = vectors[:, 0] * np.sqrt(max(values[0] - 1.0, 0.0)) * np.sqrt(found.x)
    return loadings if loadings.sum() >= 0 else -loadings


def omega(covariance: FloatArray) -> float | None:
    """McDonald's (1999) omega of the standardised items: (Σλ)²/((Σλ)² + Σ(1 − λ²)), λ from ``one_factor``.

    None for fewer than three items, an item without variance, or no fit.
    """
    deviations = np.sqrt(np.diagonal(covariance))
    if np.any(deviations <= 0):
        return None
    loadings = one_factor(covariance / np.outer(deviations, deviations))
    if loadings is None:
        return None
    common = float(loadings.sum()) ** 2
    return common / (common + float((1.0 - loadings**2).sum()))


def item_total(covariance: FloatArray) -> FloatArray:
    """The correlation of each item with the sum of the others, shape (k,); NaN where either has no variance."""
    total = covariance.sum(axis=1)
    own = np.diagonal(covariance)
    rest = float(covariance.sum()) - 2.0 * total + own
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.where((own > 0) & (rest > 0), (total - own) / np.sqrt(own * rest), np.nan)
    return found
