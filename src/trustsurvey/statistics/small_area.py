"""Fay–Herriot: what the other areas say about an area with few respondents, and how much of that is borrowed.

The model (Fay and Herriot 1979; Rao and Molina 2015, ch. 6): direct estimate y_i = x_i′β + v_i + e_i with Var v = A to be estimated and
Var e_i = ψ_i known. The EBLUP is γ_i y_i + (1 − γ_i) x_i′β with γ_i = A/(A + ψ_i): 1 − γ_i is the shrinkage, and is always published
beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmallAreaResult:
    """A fitted model. Arrays have one entry an area given, fitted or not.

    Attributes:
        variance: A. 0 when the areas differ no more than their errors say (``degenerate``): every EBLUP is then its synthetic estimate.
        coefficients: β, shape (p,).
        eblup, mse: and its mean squared error (Prasad and Rao 1990; Datta and Lahiri 2000 for REML).
        synthetic: x′β. shrinkage: 1 − γ, the part that comes from the other areas (1 for an area that wasn't fitted).
        smoothed: the ψ used, after smoothing where asked.
        fitted: which areas the model was fitted to.
        adjustment: what benchmarking added to every EBLUP.
    """

    variance: float
    coefficients: FloatArray
    eblup: FloatArray
    mse: FloatArray
    synthetic: FloatArray
    shrinkage: FloatArray
    smoothed: FloatArray
    fitted: BoolArray
    adjustment: float = 0.0

    @property
    def degenerate(self) -> bool:
        """Whether A came out as 0."""
        return self.variance == 0.0


def smooth_variances(variance: FloatArray, n: FloatArray) -> FloatArray:
    """Sampling variances with less noise: a generalised variance function ψ = σ²/n with one σ² for all areas.

    σ² = Σ(n − 1)·n·v/Σ(n − 1), the pooled variance of a respondent (design effect included). An area's own v rests on n − 1 degrees of
    freedom and is unusable for few (Wolter 2007, ch. 7; Rao and Molina 2015, 6.4.1). Where v or n is unknown the result is NaN.
    """
    usable = np.isfinite(variance) & (variance > 0) & (n > 1)
    if not usable.any():
        raise StatisticsError("no area has a sampling variance to smooth")
    freedom = n[usable] - 1.0
    pooled = float((freedom * n[usable] * variance[usable]).sum() / freedom.sum())
    found = np.full(variance.shape, np.nan)
    np.divide(pooled, n, out=found, where=n > 0)
    return found


def fay_herriot(
    estimate: FloatArray,
    variance: FloatArray,
    covariates: FloatArray | None = None,
    *,
    fit: BoolArray | None = None,
    benchmark: tuple[FloatArray, float] | None = None,
) -> SmallAreaResult:
    """Fit by REML and predict every area.

    Args:
        estimate: direct estimates y, shape (areas,); NaN where there is none.
        variance: their sampling variances ψ > 0, shape (areas,).
        covariates: shape (areas, q), without the constant; none when None.
        fit: areas the model is fitted to; those with an estimate and a variance when None. The others get a synthetic estimate.
        benchmark: shares of the population (areas,) and the direct estimate of the whole that Σ share·EBLUP must equal; the difference is
            added to each (You and Rao's and others' ratio form would not keep 0–100 scores additive).

    Raises:
        StatisticsError: fewer areas to fit than coefficients and one more, or covariates that are unknown or collinear.
    """
    known = np.isfinite(estimate) & np.isfinite(variance) & (variance > 0)
    used = known if fit is None else known & fit
    x = np.column_stack([np.ones(estimate.size), *([] if covariates is None else [covariates])])
    if not np.all(np.isfinite(x)):
        raise StatisticsError("every area needs every covariate of the small-area model")
    count, p = int(used.sum()), x.shape[1]
    if count < p + 2:
        raise StatisticsError(
            f"the small-area model has {p} coefficients and needs at least {p + 2} areas with an estimate; there are {count}"
        )
    if np.linalg.matrix_rank(x[used]) < p:
        raise StatisticsError("covariates of the small-area model are collinear in the areas that have estimates")
    y, psi, design = estimate[used], variance[used], x[used]
    a = _reml(y, psi, design)
    weight = 1.0 / (a + psi)
    inverse = np.linalg.inv(design.T @ (weight[:, None] * design))
    beta = inverse @ (design.T @ (weight * y))
    synthetic = x @ beta
    gamma = np.zeros(estimate.size)
    gamma[used] = a * weight
    eblup = np.where(used, gamma * np.where(used, estimate, 0.0) + (1.0 - gamma) * synthetic, synthetic)
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    mse = np.where(used, 0.0, a) + (1.0 - gamma) ** 2 * leverage
    uncertainty = 2.0 / float((weight**2).sum())  # asymptotic variance of A under REML
    mse[used] += gamma[used] * psi + 2.0 * psi**2 * weight**3 * uncertainty
    adjustment = 0.0
    if benchmark is not None:
        shares, target = benchmark
        adjustment = target - float((shares * eblup).sum() / shares.sum())
    return SmallAreaResult(
        variance=a,
        coefficients=beta,
        eblup=eblup + adjustment,
        mse=mse,
        synthetic=synthetic,
        shrinkage=1.0 - gamma,
        smoothed=variance,
        fitted=used,
        adjustment=adjustment,
    )


def _reml(y: FloatArray, psi: FloatArray, x: FloatArray) -> float:
    """A ≥ 0 where the restricted likelihood's slope is 0 (Rao and Molina 2015, 6.1.2); 0 where it falls from the start."""

    def slope(a: float) -> float:
        weight = 1.0 / (a + psi)
        weighted = weight[:, None] * x
        inverse = np.linalg.inv(x.T @ weighted)
        residual = weight * (y - x @ (inverse @ (weighted.T @ y)))
        trace = float(weight.sum() - np.einsum("ij,jk,ik->", weighted, inverse, weighted))
        return float(residual @ residual) - trace

    if slope(0.0) <= 0:
        return 0.0
    top = float(np.var(y)) + float(psi.max())
    while slope(top) > 0:
        top *= 4.0
    return float(optimize.brentq(slope, 0.0, top, xtol=1e-14 * top, rtol=1e-14))
