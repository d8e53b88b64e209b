"""Weighted means, proportions and totals of domains, with linearised standard errors, from a tally.

Variance by Taylor linearisation (Binder 1983; Särndal, Swensson and Wretman 1992, 5.5 and 6.6): each estimate is a sum of weighted
influence values z over primary sampling units, and its variance

    Σ_h (1 − n_h/N_h) · n_h/(n_h − 1) · Σ_i (z_hi − z̄_h)²

over strata h. With calibrated weights the influence of a person is the residual u − x′B of the regression of the influence u on the
margins (Deville and Särndal 1992, eq. 3.4), also for someone who didn't answer: there u is 0 and the residual −x′B.

A stratum with one unit (lonely PSU) is centred at the mean of all, which is 0 for influence values (R survey's ``adjust``). A stratum
whose population is its sample (a certainty stratum) adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import FloatArray, IntArray
from trustsurvey.statistics.tally import COUNT, DD, MISSING, SUM_D, SUM_DD, SUM_DDY, SUM_DDYY, SUM_DY, SUM_DYY, D, N, Tally
from trustsurvey.statistics.weighting import Weighting

STRATUM, CLUSTER = "stratum", "cluster"
"""Axes that are the sample design."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """The sample design of a tally: units and scale of each stratum. Made by ``design_of``; serves every estimate.

    Attributes:
        tally, weighting: what is estimated from.
        stratum: of each cell, shape (cells,); strata count from 0, and people without one form a stratum of their own.
        units: PSUs of each stratum.
        scale: (1 − n_h/N_h) n_h/(n_h − 1); without the second factor in a stratum of one.
        centred: 1 where a stratum has more than one unit, else 0.
        cluster: of each cell, or None when everyone is a unit.
        df: PSUs − strata of the whole design.
    """

    tally: Tally
    weighting: Weighting
    stratum: IntArray
    units: FloatArray
    scale: FloatArray
    centred: FloatArray
    cluster: IntArray | None
    df: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DomainEstimates:
    """Estimates of one measure for the domains of a partition: arrays of one length, a domain each; NaN where no one answered.

    Attributes:
        levels: what each domain is called.
        n: how many answered. respondents: how many are in the domain.
        weight: the sum of weights of those who answered.
        estimate, variance: of the mean, proportion or total. df: PSUs − strata that have respondents of the domain.
        deff: variance over that of a simple random sample drawn with replacement, of as many as answered; NaN where either is 0.
        n_eff: n/deff; Kish's (Σw)²/Σw² where the variance is 0 or unknown.
        covariance: of all domains, shape (domains, domains), when asked for.
        with_whole: covariance of each domain with the mean of all domains together, when asked for.
    """

    measure: str
    levels: tuple[str, ...]
    n: IntArray
    respondents: IntArray
    weight: FloatArray
    estimate: FloatArray
    variance: FloatArray
    df: IntArray
    deff: FloatArray
    n_eff: FloatArray
    covariance: FloatArray | None = None
    with_whole: FloatArray | None = None

    @property
    def se(self) -> FloatArray:
        """Standard errors."""
        return np.sqrt(self.variance)


def design_of(tally: Tally, weighting: Weighting) -> Design:
    """Read the sample design off the tally's ``stratum`` and ``cluster`` axes and stratum populations.

    Raises:
        StatisticsError: a cluster lies in two strata, or a stratum has more units than its population.
    """
    if tally.has(STRATUM):
        present, stratum = np.unique(tally.codes(STRATUM), return_inverse=True)
        names = [tally.levels(STRATUM)[code] if code >= 0 else "" for code in present]
    else:
        stratum, names = np.zeros(len(tally), dtype=np.int64), [""] if len(tally) else []
    stratum = stratum.astype(np.int64)
    cluster = None
    if tally.has(CLUSTER):
        clusters, cluster = np.unique(tally.codes(CLUSTER), return_inverse=True)
        pairs = np.unique(np.stack([cluster, stratum]), axis=1)
        twice = np.flatnonzero(np.bincount(pairs[0]) > 1)
        if twice.size:
            levels = tally.levels(CLUSTER)
            named = ", ".join(levels[clusters[t]] for t in twice[:5])
            raise StatisticsError(f"a cluster must lie in one stratum; these lie in several: {named}")
        units = np.bincount(pairs[1], minlength=len(names)).astype(np.float64)
    else:
        units = np.bincount(stratum, weights=tally.people[N], minlength=len(names))
    fraction = np.zeros(len(names))
    for row, name in enumerate(names):
        population = tally.populations.get(name, np.inf)
        if population < units[row]:
            raise StatisticsError(f"stratum {name or 'of all'}: {units[row]:g} units were sampled out of {population:g}")
        fraction[row] = units[row] / population
    several = units > 1
    return Design(
        tally=tally,
        weighting=weighting,
        stratum=stratum,
        units=units,
        scale=(1.0 - fraction) * np.where(several, units / np.maximum(units - 1.0, 1.0), 1.0),
        centred=several.astype(np.float64),
        cluster=cluster,
        df=int(units.sum()) - len(names),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Domains that share no one: a label a cell (``MISSING``: in none), and what each is called."""

    labels: IntArray
    levels: tuple[str, ...]


def whole(tally: Tally) -> Partition:
    """Everyone, as one domain."""
    return Partition(np.zeros(len(tally), dtype=np.int64), ("",))


def by(tally: Tally, axis: str) -> Partition:
    """A domain for each level of an axis."""
    return Partition(tally.codes(axis), tally.levels(axis))


def estimate_means(design: Design, measure: str, partition: Partition | None = None, *, contrasts: bool = False) -> DomainEstimates:
    """Weighted means (proportions, for a measure of 0 and 1) of the domains.

    Args:
        design: from ``design_of``.
        measure: one that was tallied.
        partition: the domains; everyone when None.
        contrasts: also give the covariance between domains and with their union.

    Raises:
        KeyError: the measure wasn't tallied.
    """
    partition = partition or whole(design.tally)
    sums, factor = design.tally.of(measure), design.weighting.factor
    size = len(partition.levels)
    weight = _by(partition, factor * sums[SUM_D])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = _by(partition, factor * sums[SUM_DY]) / weight
    centre = _spread(partition, np.nan_to_num(mean))
    slope = _spread(partition, np.divide(1.0, weight, out=np.zeros(size), where=weight > 0))
    first = _Influence(slope=slope, centre=centre, constant=np.zeros_like(slope))
    parts = [first]
    if contrasts and weight.sum() > 0:
        parts.append(_Influence(slope=np.zeros_like(slope), centre=centre, constant=np.where(partition.labels >= 0, 1.0 / weight.sum(), 0.0)))
    covariance = _covariance(design, sums, partition, parts, full=contrasts)
    variance = np.where(weight > 0, np.maximum(np.diagonal(covariance)[:size], 0.0), np.nan)
    with_whole = None
    if len(parts) == 2:
        overall = float(np.nansum(weight * mean) / weight.sum())
        jacobian = np.concatenate([weight / weight.sum(), np.nan_to_num(mean) - overall])
        with_whole = (covariance @ jacobian)[:size]
    return _finished(design, sums, partition, measure, mean, variance, covariance[:size, :size] if contrasts else None, with_whole)


def estimate_totals(design: Design, measure: str, partition: Partition | None = None) -> DomainEstimates:
    """Weighted totals Σ w y of the domains over those who answered. Raises KeyError when the measure wasn't tallied."""
    partition = partition or whole(design.tally)
    sums = design.tally.of(measure)
    total = _by(partition, design.weighting.factor * sums[SUM_DY])
    inside = np.where(partition.labels >= 0, 1.0, 0.0)
    influence = _Influence(slope=inside, centre=np.zeros_like(inside), constant=np.zeros_like(inside))
    covariance = _covariance(design, sums, partition, [influence], full=False)
    return _finished(design, sums, partition, measure, total, np.maximum(np.diagonal(covariance), 0.0), None, None)


@dataclass(frozen=True, slots=True, eq=False)
class _Influence:
    """Influence of those who answered, by cell: slope·(y − centre) + constant, in the cell's own domain and 0 in others."""

    slope: FloatArray
    centre: FloatArray
    constant: FloatArray


def _by(partition: Partition, amounts: FloatArray) -> FloatArray:
    return np.bincount(partition.labels + 1, weights=amounts, minlength=len(partition.levels) + 1)[1:]


def _spread(partition: Partition, of_domains: FloatArray) -> FloatArray:
    """The value of each cell's domain; 0 for cells in none."""
    spread: FloatArray = np.append(of_domains, 0.0)[partition.labels]
    return spread


def _covariance(design: Design, sums: FloatArray, partition: Partition, parts: list[_Influence], *, full: bool) -> FloatArray:
    """Covariance of the statistics Σ w·influence: one a domain for each of ``parts``, shape (parts·domains, parts·domains).

    Without ``full`` only the diagonal is right, and only it is computed where that is cheaper.
    """
    size, strata = len(partition.levels), len(design.units)
    factor = design.weighting.factor
    linear = [p.slope * _centred(sums[SUM_DY], sums[SUM_D], p.centre) + p.constant * sums[SUM_D] for p in parts]
    by_stratum = np.concatenate([_pairs(partition.labels, design.stratum, factor * sum_, (size, strata)) for sum_ in linear])
    calibration = design.weighting.calibration
    coefficients = None
    if calibration is not None:
        inverse = np.linalg.pinv(calibration.gram(design.tally.people[D]), rcond=1e-12, hermitian=True)
        coefficients = np.concatenate([calibration.total_by(sum_, partition.labels, size) for sum_ in linear]) @ inverse
        by_stratum -= coefficients @ calibration.total_by(factor * design.tally.people[D], design.stratum, strata).T
    between = (by_stratum * (design.scale * design.centred / np.maximum(design.units, 1.0))) @ by_stratum.T
    if design.cluster is None:
        return _within_people(design, sums, partition, parts, coefficients) - between
    return _within_clusters(design, partition, linear, coefficients) - between


def _within_people(
    design: Design, sums: FloatArray, partition: Partition, parts: list[_Influence], coefficients: FloatArray | None
) -> FloatArray:
    """Σ scale·z z′ over people, each their own sampling unit."""
    size = len(partition.levels)
    scale = design.scale[design.stratum] * design.weighting.factor**2
    crossed = np.zeros((len(parts) * size, len(parts) * size))
    first_order = [p.slope * _centred(sums[SUM_DDY], sums[SUM_DD], p.centre) + p.constant * sums[SUM_DD] for p in parts]
    for a, left in enumerate(parts):
        for b, right in enumerate(parts):
            cell = (
                left.slope * right.slope * _square(sums, left.centre)
                + (left.slope * right.constant + right.slope * left.constant) * _centred(sums[SUM_DDY], sums[SUM_DD], left.centre)
                + left.constant * right.constant * sums[SUM_DD]
            )
            rows = np.arange(size)
            crossed[a * size + rows, b * size + rows] = _by(partition, scale * cell)
    calibration = design.weighting.calibration
    if calibration is None or coefficients is None:
        return crossed
    shared = np.concatenate([calibration.total_by(scale * amount, partition.labels, size) for amount in first_order]) @ coefficients.T
    square = calibration.gram(scale * design.tally.people[DD])
    return crossed - shared - shared.T + coefficients @ square @ coefficients.T


def _within_clusters(design: Design, partition: Partition, linear: list[FloatArray], coefficients: FloatArray | None) -> FloatArray:
    """Σ scale·z z′ over clusters."""
    assert design.cluster is not None
    factor, size = design.weighting.factor, len(partition.levels)
    clusters = int(design.cluster.max(initial=-1)) + 1
    scale = np.zeros(clusters)
    scale[design.cluster] = design.scale[design.stratum]
    inside = partition.labels >= 0
    totals = sparse.hstack(
        [
            sparse.csr_array(((factor * sum_)[inside], (design.cluster[inside], partition.labels[inside])), shape=(clusters, size))
            for sum_ in linear
        ]
    ).tocsr()
    scaled = sparse.diags_array(scale) @ totals
    crossed = np.asarray((totals.T @ scaled).todense())
    calibration = design.weighting.calibration
    if calibration is None or coefficients is None:
        return crossed
    margins = calibration.total_by(factor * design.tally.people[D], design.cluster, clusters)
    shared = np.asarray(scaled.T @ margins) @ coefficients.T
    return crossed - shared - shared.T + coefficients @ (margins.T @ (scale[:, None] * margins)) @ coefficients.T


def _pairs(rows: IntArray, columns: IntArray, amounts: FloatArray, shape: tuple[int, int]) -> FloatArray:
    inside = rows >= 0
    flat = np.bincount(rows[inside] * shape[1] + columns[inside], weights=amounts[inside], minlength=shape[0] * shape[1])
    return flat.reshape(shape)


def _centred(first: FloatArray, zeroth: FloatArray, centre: FloatArray) -> FloatArray:
    """Σ a(y − c) from Σ a y and Σ a; what is only rounding is 0."""
    moved = centre * zeroth
    result: FloatArray = first - moved
    result[np.abs(result) <= 1e-14 * np.abs(moved)] = 0.0
    return result


def _square(sums: FloatArray, centre: FloatArray) -> FloatArray:
    """Σ d²(y − c)² of each cell, about the cell's own mean first: the plain difference leaves rounding where all agree."""
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(sums[SUM_DD] > 0, sums[SUM_DDY] / sums[SUM_DD], 0.0)
    spread = _spread_about(sums[SUM_DDYY], sums[SUM_DDY] * own)
    away = own - centre
    away[np.abs(away) <= 1e-14 * np.abs(centre)] = 0.0
    result: FloatArray = spread + sums[SUM_DD] * away * away
    return result


def _spread_about(second: FloatArray, corrected: FloatArray) -> FloatArray:
    """A sum of squares less its correction, 0 where no more than rounding is left."""
    result: FloatArray = second - corrected
    result[result <= 1e-13 * second] = 0.0
    return result


def _finished(
    design: Design,
    sums: FloatArray,
    partition: Partition,
    measure: str,
    estimate: FloatArray,
    variance: FloatArray,
    covariance: FloatArray | None,
    with_whole: FloatArray | None,
) -> DomainEstimates:
    n = np.rint(_by(partition, sums[COUNT])).astype(np.int64)
    deff, n_eff = _design_effect(design, sums, partition, n, variance, total=False) if measure else (variance, variance)
    return DomainEstimates(
        measure=measure,
        levels=partition.levels,
        n=n,
        respondents=np.rint(_by(partition, design.tally.people[N])).astype(np.int64),
        weight=_by(partition, design.weighting.factor * sums[SUM_D]),
        estimate=estimate,
        variance=variance,
        df=_degrees(design, partition),
        deff=deff,
        n_eff=n_eff,
        covariance=covariance,
        with_whole=with_whole,
    )
