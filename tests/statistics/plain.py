"""The same estimates, row by row and as slowly as the textbook says them: what results from cells are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trustsurvey.statistics.arrays import FloatArray, IntArray
from trustsurvey.statistics.tally import Axis, Tally, tally
from trustsurvey.statistics.weighting import Margin


@dataclass(frozen=True)
class Sample:
    """Respondents as arrays, one row each."""

    area: IntArray
    stratum: IntArray
    cluster: IntArray | None
    margins: tuple[IntArray, ...]  # −1: not answered
    weight: FloatArray
    y: FloatArray
    totals: tuple[dict[str, float], ...]

    def take(self, rows: IntArray) -> Sample:
        cluster = None if self.cluster is None else self.cluster[rows]
        margins = tuple(m[rows] for m in self.margins)
        return Sample(self.area[rows], self.stratum[rows], cluster, margins, self.weight[rows], self.y[rows], self.totals)

    def scaled(self, by: float) -> Sample:
        return Sample(self.area, self.stratum, self.cluster, self.margins, self.weight * by, self.y, self.totals)

    def tally(self) -> Tally:
        axes, codes = [Axis("area", names("a", 4)), Axis("stratum", names("s", 3))], [self.area, self.stratum]
        if self.cluster is not None:
            axes.append(Axis("cluster", names("c", 200)))
            codes.append(self.cluster)
        for k, margin in enumerate(self.margins):
            axes.append(Axis(f"m{k}", names("k", 3)))
            codes.append(margin)
        return tally(axes, codes, self.weight, {"y": self.y, "whole": np.ones_like(self.y)})

    def control(self) -> list[Margin]:
        return [Margin(f"m{k}", totals) for k, totals in enumerate(self.totals)]


def names(prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{k:03d}" for k in range(count))


def made(seed: int, size: int, *, clustered: bool, margins: int, missing: float = 0.1) -> Sample:
    """A sample in which every margin can be met: its totals are those of other positive weights."""
    rng = np.random.default_rng(seed)
    stratum = rng.integers(0, 3, size)
    cluster = stratum * 20 + rng.integers(0, 8, size) if clustered else None
    codes = tuple(np.where(rng.random(size) < missing, -1, rng.integers(0, 3, size)) for _ in range(margins))
    target = rng.uniform(0.5, 4.0, size)
    totals = []
    for code in codes:
        sums = np.array([target[code == k].sum() for k in range(3)])
        totals.append({f"k{k:03d}": float(v) for k, v in enumerate(sums / sums.sum() * 1000.0) if v > 0})
    y = np.where(rng.random(size) < missing, np.nan, np.round(rng.normal(50, 20, size)))
    return Sample(rng.integers(0, 4, size), stratum, cluster, codes, rng.choice([1.0, 2.5, 4.0], size), y, tuple(totals))


def raked(sample: Sample) -> FloatArray:
    """Final weights by iterative proportional fitting, to convergence."""
    weight = sample.weight * 1000.0 / sample.weight.sum()
    targets = []
    for code, totals in zip(sample.margins, sample.totals, strict=True):
        share = sample.weight[code >= 0].sum() / sample.weight.sum()
        size = 1000.0 / sum(totals.values())
        targets.append({int(name[1:]): total * size * share for name, total in totals.items()})
    for _ in range(20_000):
        before = weight.copy()
        for code, wanted in zip(sample.margins, targets, strict=True):
            for category, total in wanted.items():
                weight[code == category] *= total / weight[code == category].sum()
        if np.max(np.abs(weight / before - 1)) < 1e-15:
            break
    return weight


def influence(sample: Sample, weight: FloatArray, domain: FloatArray, *, calibrated: bool) -> tuple[float, FloatArray]:
    """The weighted mean of y in a domain (0/1 a row), and each row's influence: residuals from one regression with base weights."""
    known = ~np.isnan(sample.y)
    inside = known & (domain > 0)
    total = weight[inside].sum()
    mean = float((weight[inside] * sample.y[inside]).sum() / total)
    return mean, residual(sample, np.where(inside, (np.nan_to_num(sample.y) - mean) / total, 0.0), calibrated=calibrated)


def residual(sample: Sample, u: FloatArray, *, calibrated: bool) -> FloatArray:
    """u less its regression on the margins, with base weights."""
    if not calibrated:
        return u
    x = np.concatenate([np.stack([code == k for k in range(3)], axis=1) for code in sample.margins], axis=1).astype(np.float64)
    root = np.sqrt(sample.weight)
    fitted: FloatArray = x @ np.linalg.lstsq(x * root[:, None], u * root, rcond=1e-10)[0]
    return u - fitted


def mean_and_variance(sample: Sample, weight: FloatArray, domain: FloatArray, *, calibrated: bool) -> tuple[float, float]:
    mean, u = influence(sample, weight, domain, calibrated=calibrated)
    return mean, variance_of_total(sample, weight * u)


def variance_of_total(sample: Sample, z: FloatArray) -> float:
    variance = 0.0
    for h in np.unique(sample.stratum):
        rows = sample.stratum == h
        units = (
            z[rows]
            if sample.cluster is None
            else np.array([z[rows & (sample.cluster == c)].sum() for c in np.unique(sample.cluster[rows])])
        )
        n = len(units)
        variance += n / (n - 1) * ((units - units.mean()) ** 2).sum() if n > 1 else (units**2).sum()
    return float(variance)
