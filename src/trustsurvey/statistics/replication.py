"""Replicate errors: the same estimate with parts of the sample left out or drawn again, as a second opinion on linearised errors.

Units are the clusters of the tally, or random groups that people were put in when tallied (axis ``cluster`` either way). Calibrated
weights are raked again in every replicate, so that the gain from the margins counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import FloatArray, sum_by
from trustsurvey.statistics.estimation import Partition, design_of, whole
from trustsurvey.statistics.tally import SUM_D, SUM_DY, Tally
from trustsurvey.statistics.weighting import Margin, base, rake


class Scheme(StrEnum):
    """How replicates are made."""

    JK1 = "jk1"  # leave out one unit at a time, strata ignored
    JKN = "jkn"  # leave out one unit at a time, its stratum's others stand for it
    BOOTSTRAP = "bootstrap"  # draw n_h − 1 units of each stratum with replacement (Rao and Wu 1988)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplicateEstimates:
    """Means of the domains with replicate variances; ``replicates`` has shape (replicates, domains)."""

    levels: tuple[str, ...]
    estimate: FloatArray
    variance: FloatArray
    replicates: FloatArray


def replicate_means(
    tally: Tally,
    measure: str,
    partition: Partition | None = None,
    *,
    margins: Sequence[Margin] = (),
    scheme: Scheme = Scheme.JKN,
    draws: int = 500,
    seed: int = 0,
) -> ReplicateEstimates:
    """Means with variances by the jackknife or the bootstrap (Wolter 2007, ch. 4 and 5).

    Args:
        tally: with an axis ``cluster``.
        margins: raked to in every replicate; base weights when empty.
        draws, seed: of the bootstrap.

    Raises:
        StatisticsError: there is no axis ``cluster``, or fewer than two units in a stratum (for JK1: in all).
        RakingError: a replicate can't meet a margin, for a category lies in one unit.
    """
    partition = partition or whole(tally)
    design = design_of(tally, base(tally))
    if design.cluster is None:
        raise StatisticsError("replicates need clusters or random groups")
    units = int(design.cluster.max(initial=-1)) + 1
    stratum = np.zeros(units, dtype=np.int64)
    stratum[design.cluster] = design.stratum if scheme is not Scheme.JK1 else 0
    sizes = sum_by(stratum, np.ones(units), int(stratum.max(initial=0)) + 1)
    if np.any(sizes < 2):
        raise StatisticsError("replicates need at least two units in every stratum")
    estimate = _means(tally, measure, partition, np.ones(len(tally)), margins)
    rows, coefficients = [], []
    for factor, coefficient in _factors(scheme, stratum, sizes, draws, seed):
        rows.append(_means(tally, measure, partition, factor[design.cluster], margins))
        coefficients.append(coefficient)
    replicates = np.array(rows)
    return ReplicateEstimates(
        levels=partition.levels,
        estimate=estimate,
        variance=np.array(coefficients) @ (replicates - estimate) ** 2,
        replicates=replicates,
    )


def _factors(scheme: Scheme, stratum: np.ndarray, sizes: FloatArray, draws: int, seed: int) -> Iterator[tuple[FloatArray, float]]:
    """What each unit's weight is multiplied by in a replicate, and the replicate's share of the variance."""
    if scheme is Scheme.BOOTSTRAP:
        rng = np.random.default_rng(seed)
        for _ in range(draws):
            factor = np.zeros(stratum.size)
            for h, size in enumerate(sizes.astype(np.int64).tolist()):
                own = np.flatnonzero(stratum == h)
                np.add.at(factor, rng.choice(own, size - 1), size / (size - 1))
            yield factor, 1.0 / draws
        return
    for unit in range(stratum.size):
        size = sizes[stratum[unit]]
        factor = np.where(stratum == stratum[unit], size / (size - 1.0), 1.0)
        factor[unit] = 0.0
        yield factor, float((size - 1.0) / size)


def _means(tally: Tally, measure: str, partition: Partition, factor: FloatArray, margins: Sequence[Margin]) -> FloatArray:
    weight = factor
    if margins:
        kept = factor > 0
        people = tally.people * np.stack([np.ones_like(factor), factor, factor**2])
        part = replace(
            tally,
            cells=tally.cells[:, kept],
            people=people[:, kept],
            lightest=tally.lightest[kept],
            heaviest=tally.heaviest[kept],
            sums=tally.sums[:, :, kept],
        )
        weight = np.zeros_like(factor)
        weight[kept] = rake(part, margins).weighting.factor * factor[kept]
    sums = tally.of(measure)
    inside = partition.labels >= 0
    total, count = (sum_by(partition.labels[inside], (weight * sums[row])[inside], len(partition.levels)) for row in (SUM_DY, SUM_D))
    found = np.full(total.size, np.nan)
    np.divide(total, count, out=found, where=count > 0)
    return found
