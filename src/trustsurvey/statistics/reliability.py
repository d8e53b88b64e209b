"""How well the items of a domain hang together: alpha, omega, item-total correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

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
    """Loadings of one factor by maximum likelihood, shape (k,), from correlations of k ≥ 3 items.

    Newton steps on the logarithms of the unique variances, with Jöreskog's (1967, eq. 24) approximate second derivatives; unique variances
    stay between 0.005 and 1. None where the factor isn't identified or the steps don't settle.
    """
    k = len(correlation)
    if k < 3 or not np.all(np.isfinite(correlation)) or np.linalg.eigvalsh(correlation)[0] <= 1e-12:
        return None

    def scaled(theta: FloatArray) -> tuple[FloatArray, FloatArray, float]:
        root = np.exp(theta / 2.0)
        values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
        rest = np.maximum(values[:-1], 1e-300)
        return values, vectors, float((rest - np.log(rest) - 1.0).sum())

    low, high = np.log(0.005), 0.0
    theta = np.clip(np.log(0.5 / np.diagonal(np.linalg.inv(correlation))), low, high)
    values, vectors, fit = scaled(theta)
    for _ in range(200):
        squares = vectors[:, :-1] ** 2
        gradient = squares @ (1.0 - values[:-1])
        free = ~((theta <= low) & (gradient > 0)) & ~((theta >= high) & (gradient < 0))
        if not free.any() or np.max(np.abs(gradient[free])) < 1e-12:
            break
        curvature = (vectors[:, :-1] @ vectors[:, :-1].T) ** 2
        step = np.zeros(k)
        step[free] = -np.linalg.solve(curvature[np.ix_(free, free)] + 1e-12 * np.eye(int(free.sum())), gradient[free])
        size = 1.0
        while size > 1e-8:
            moved = np.clip(theta + size * step, low, high)
            now = scaled(moved)
            if now[2] <= fit:
                break
            size /= 2.0
        else:
            break
        settled = np.max(np.abs(moved - theta)) < 1e-12
        theta, (values, vectors, fit) = moved, now
        if settled:
            break
    loadings: FloatArray = vectors[:, -1] * np.sqrt(max(float(values[-1]) - 1.0, 0.0)) * np.exp(theta / 2.0)
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
