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
from trustsurvey.statistics.arrays import FloatArray, IntArray, sum_by
from trustsurvey.statistics.tally import COUNT, DD, SUM_D, SUM_DD, SUM_DDY, SUM_DDYY, SUM_DY, SUM_DYY, D, N, Tally
from trustsurvey.statistics.weighting import Weighting

STRATUM, CLUSTER = "stratum", "cluster"
"""Axes that are the sample design."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regression:
    """What the residuals of calibrated weights need, whatever is estimated.

    Attributes:
        inverse: generalised inverse of Σ d x x′, shape (p, p).
        units: Σ scale·z z′ of the model matrix's own weighted columns over sampling units, shape (p, p).
        strata: Σ w x of each stratum, shape (strata, p).
        clusters: Σ w x of each cluster, shape (clusters, p); None when everyone is a unit.
    """

    inverse: FloatArray
    units: FloatArray
    strata: FloatArray
    clusters: FloatArray | None


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
    regression: Regression | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DomainEstimates:
    """Estimates of one measure for the domains of a partition: arrays of one length, a domain each; NaN where no one answered.

    Attributes:
        levels: what each domain is called.
        n: how many answered. respondents: how many are in the domain.
        weight: the sum of weights of those who answered. weight_of_all: of everyone in the domain.
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
    weight_of_all: FloatArray
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
        units = sum_by(stratum, tally.people[N], len(names))
    fraction = np.zeros(len(names))
    for row, name in enumerate(names):
        population = tally.populations.get(name, np.inf)
        if population < units[row]:
            raise StatisticsError(f"stratum {name or 'of all'}: {units[row]:g} units were sampled out of {population:g}")
        fraction[row] = units[row] / population
    several = units > 1
    scale = (1.0 - fraction) * np.where(several, units / np.maximum(units - 1.0, 1.0), 1.0)
    return Design(
        tally=tally,
        weighting=weighting,
        stratum=stratum,
        units=units,
        scale=scale,
        centred=several.astype(np.float64),
        cluster=cluster,
        df=int(units.sum()) - len(names),
        regression=_regression(tally, weighting, stratum, cluster, scale),
    )


def _regression(tally: Tally, weighting: Weighting, stratum: IntArray, cluster: IntArray | None, scale: FloatArray) -> Regression | None:
    calibration = weighting.calibration
    if calibration is None:
        return None
    weight = weighting.factor * tally.people[D]
    clusters = None
    if cluster is None:
        units = calibration.gram(scale[stratum] * weighting.factor**2 * tally.people[DD])
    else:
        clusters = calibration.total_by(weight, cluster, int(cluster.max(initial=-1)) + 1)
        of_cluster = np.zeros(len(clusters))
        of_cluster[cluster] = scale[stratum]
        units = clusters.T @ (of_cluster[:, None] * clusters)
    inverse = np.asarray(np.linalg.pinv(calibration.gram(tally.people[D]), rcond=1e-12, hermitian=True), dtype=np.float64)
    return Regression(
        inverse=inverse,
        units=units,
        strata=calibration.total_by(weight, stratum, len(scale)),
        clusters=clusters,
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
        parts.append(
            _Influence(slope=np.zeros_like(slope), centre=centre, constant=np.where(partition.labels >= 0, 1.0 / weight.sum(), 0.0))
        )
    covariance = _covariance(design, sums, partition, parts)
    variance = np.where(weight > 0, np.maximum(np.diagonal(covariance)[:size], 0.0), np.nan)
    with_whole = None
    if len(parts) == 2:
        overall = float(np.nansum(weight * mean) / weight.sum())
        jacobian = np.concatenate([weight / weight.sum(), np.nan_to_num(mean) - overall])
        with_whole = (covariance @ jacobian)[:size]
    return _finished(
        design,
        partition,
        measure,
        mean,
        variance,
        mean=mean,
        covariance=covariance[:size, :size] if contrasts else None,
        with_whole=with_whole,
    )


def estimate_totals(design: Design, measure: str, partition: Partition | None = None) -> DomainEstimates:
    """Weighted totals Σ w y of the domains over those who answered. Raises KeyError when the measure wasn't tallied."""
    partition = partition or whole(design.tally)
    sums = design.tally.of(measure)
    total = _by(partition, design.weighting.factor * sums[SUM_DY])
    inside = np.where(partition.labels >= 0, 1.0, 0.0)
    influence = _Influence(slope=inside, centre=np.zeros_like(inside), constant=np.zeros_like(inside))
    covariance = _covariance(design, sums, partition, [influence])
    return _finished(design, partition, measure, total, np.maximum(np.diagonal(covariance), 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class _Influence:
    """Influence of those who answered, by cell: slope·(y − centre) + constant, in the cell's own domain and 0 in others."""

    slope: FloatArray
    centre: FloatArray
    constant: FloatArray


def _by(partition: Partition, amounts: FloatArray) -> FloatArray:
    return sum_by(partition.labels + 1, amounts, len(partition.levels) + 1)[1:]


def _spread(partition: Partition, of_domains: FloatArray) -> FloatArray:
    """The value of each cell's domain; 0 for cells in none."""
    spread: FloatArray = np.append(of_domains, 0.0)[partition.labels]
    return spread


def _covariance(design: Design, sums: FloatArray, partition: Partition, parts: list[_Influence]) -> FloatArray:
    """Covariance of the statistics Σ w·influence: one a domain for each of ``parts``, shape (parts·domains, parts·domains)."""
    size, strata = len(partition.levels), len(design.units)
    factor = design.weighting.factor
    linear = [p.slope * _centred(sums[SUM_DY], sums[SUM_D], p.centre) + p.constant * sums[SUM_D] for p in parts]
    by_stratum = np.concatenate([_pairs(partition.labels, design.stratum, factor * sum_, (size, strata)) for sum_ in linear])
    calibration, regression = design.weighting.calibration, design.regression
    if design.cluster is None:
        within, with_margins = _within_people(design, sums, partition, parts)
    else:
        within, with_margins = _within_clusters(design, partition, linear)
    if calibration is not None and regression is not None:
        slopes = np.concatenate([calibration.total_by(sum_, partition.labels, size) for sum_ in linear]) @ regression.inverse
        by_stratum -= slopes @ regression.strata.T
        shared = with_margins @ slopes.T
        within += slopes @ regression.units @ slopes.T - shared - shared.T
    between = (by_stratum * (design.scale * design.centred / np.maximum(design.units, 1.0))) @ by_stratum.T
    found: FloatArray = within - between
    return found


def _within_people(design: Design, sums: FloatArray, partition: Partition, parts: list[_Influence]) -> tuple[FloatArray, FloatArray]:
    """Σ scale·z z′ over people, each their own sampling unit, before residuals; and the same of z with the margins' columns."""
    size = len(partition.levels)
    scale = design.scale[design.stratum] * design.weighting.factor**2
    crossed = np.zeros((len(parts) * size, len(parts) * size))
    rows = np.arange(size)
    for a, left in enumerate(parts):
        for b, right in enumerate(parts):
            cell = (
                left.slope * right.slope * _square(sums[SUM_DDYY], sums[SUM_DDY], sums[SUM_DD], left.centre)
                + (left.slope * right.constant + right.slope * left.constant) * _centred(sums[SUM_DDY], sums[SUM_DD], left.centre)
                + left.constant * right.constant * sums[SUM_DD]
            )
            crossed[a * size + rows, b * size + rows] = _by(partition, scale * cell)
    calibration = design.weighting.calibration
    if calibration is None:
        return crossed, np.zeros((len(crossed), 0))
    first_order = [p.slope * _centred(sums[SUM_DDY], sums[SUM_DD], p.centre) + p.constant * sums[SUM_DD] for p in parts]
    return crossed, np.concatenate([calibration.total_by(scale * amount, partition.labels, size) for amount in first_order])


def _within_clusters(design: Design, partition: Partition, linear: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """As ``_within_people``, over clusters."""
    cluster = design.cluster if design.cluster is not None else np.arange(len(design.tally))
    factor, size = design.weighting.factor, len(partition.levels)
    clusters = int(cluster.max(initial=-1)) + 1
    scale = np.zeros(clusters)
    scale[cluster] = design.scale[design.stratum]
    inside = partition.labels >= 0
    places = (cluster[inside], partition.labels[inside])
    totals = sparse.hstack([sparse.csr_array(((factor * sum_)[inside], places), shape=(clusters, size)) for sum_ in linear]).tocsr()
    scaled = sparse.diags_array(scale) @ totals
    margins = design.regression.clusters if design.regression is not None else None
    with_margins = np.zeros((totals.shape[1], 0)) if margins is None else np.asarray(scaled.T @ margins)
    return np.asarray((totals.T @ scaled).todense()), with_margins


def _pairs(rows: IntArray, columns: IntArray, amounts: FloatArray, shape: tuple[int, int]) -> FloatArray:
    inside = rows >= 0
    flat = sum_by(rows[inside] * shape[1] + columns[inside], amounts[inside], shape[0] * shape[1])
    return flat.reshape(shape)


def _centred(first: FloatArray, zeroth: FloatArray, centre: FloatArray) -> FloatArray:
    """Σ a(y − c) from Σ a y and Σ a; what is only rounding is 0."""
    moved = centre * zeroth
    result: FloatArray = first - moved
    result[np.abs(result) <= 1e-14 * np.abs(moved)] = 0.0
    return result


def _square(second: FloatArray, first: FloatArray, zeroth: FloatArray, centre: FloatArray) -> FloatArray:
    """Σ a(y − c)² from Σ a y², Σ a y and Σ a, about the cell's own mean first: the plain difference leaves rounding where all agree."""
    own = np.divide(first, zeroth, out=np.zeros_like(first), where=zeroth > 0)
    spread = second - first * own
    spread[spread <= 1e-13 * second] = 0.0
    away = own - centre
    away[np.abs(away) <= 1e-14 * np.abs(centre)] = 0.0
    result: FloatArray = spread + zeroth * away * away
    return result


def _degrees(design: Design, partition: Partition) -> IntArray:
    """Sampling units less strata that have respondents of each domain."""
    labels, inside = partition.labels, partition.labels >= 0
    size = len(partition.levels)
    strata = np.unique(np.stack([labels, design.stratum])[:, inside], axis=1)[0]
    if design.cluster is None:
        units = np.rint(_by(partition, design.tally.people[N])).astype(np.int64)
    else:
        units = np.bincount(np.unique(np.stack([labels, design.cluster])[:, inside], axis=1)[0], minlength=size).astype(np.int64)
    found: IntArray = units - np.bincount(strata, minlength=size).astype(np.int64)
    return found


def _finished(
    design: Design,
    partition: Partition,
    measure: str,
    estimate: FloatArray,
    variance: FloatArray,
    *,
    mean: FloatArray | None = None,
    covariance: FloatArray | None = None,
    with_whole: FloatArray | None = None,
) -> DomainEstimates:
    """``mean`` is the estimate again when it is one: a total has no design effect, and its n_eff is Kish's."""
    sums, factor = design.tally.of(measure), design.weighting.factor
    n = np.rint(_by(partition, sums[COUNT]))
    weight = _by(partition, factor * sums[SUM_D])
    square = _by(partition, factor**2 * sums[SUM_DD])
    kish = np.divide(weight**2, square, out=np.zeros_like(n), where=square > 0)
    deff = np.full_like(n, np.nan)
    if mean is not None:
        spread = _by(partition, factor * _square(sums[SUM_DYY], sums[SUM_DY], sums[SUM_D], _spread(partition, np.nan_to_num(mean))))
        simple = np.divide(spread, weight * (n - 1.0), out=np.zeros_like(n), where=(weight > 0) & (n > 1))
        deff = np.divide(variance, simple, out=deff, where=(simple > 0) & (variance > 0))
    return DomainEstimates(
        measure=measure,
        levels=partition.levels,
        n=n.astype(np.int64),
        respondents=np.rint(_by(partition, design.tally.people[N])).astype(np.int64),
        weight=weight,
        weight_of_all=_by(partition, factor * design.tally.people[D]),
        estimate=estimate,
        variance=variance,
        df=_degrees(design, partition),
        deff=deff,
        n_eff=np.where(np.isnan(deff), kish, n / deff),
        covariance=covariance,
        with_whole=with_whole,
    )
