"""Weighted means, proportions and totals of domains, with linearised standard errors, from a tally.

Variance by Taylor linearisation (Binder 1983; Särndal, Swensson and Wretman 1992, 5.5 and 6.6): each estimate is a sum of weighted
influence values z over primary sampling units, and its variance

    Σ_h (1 − n_h/N_h) · n_h/(n_h − 1) · Σ_i (z_hi − z̄_h)²

over strata h. With calibrated weights the influence of a person is the residual u − x′B of the regression of the influence u on the
margins (Deville and Särndal 1992, eq. 3.4), also for someone who didn't answer: there u is 0 and the residual −x′B.

A stratum with one unit (lonely PSU) is centred at the mean of all, which is 0 for influence values (R survey's ``adjust``). A stratum
whose population is its sample (a certainty stratum) adds nothing.

``design_of`` and ``domains`` do what is the same for every measure; an estimate is then a few small matrices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import FloatArray, IntArray, count_by, sum_by
from trustsurvey.statistics.moments import Moments, moments_of
from trustsurvey.statistics.tally import DD, D, N, Tally
from trustsurvey.statistics.weighting import Calibration, Weighting

STRATUM, CLUSTER = "stratum", "cluster"
"""Axes that are the sample design."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regression:
    """What the residuals of calibrated weights need, whatever is estimated.

    Attributes:
        calibration: the model matrix.
        inverse: generalised inverse of Σ d x x′, shape (p, p).
        units: Σ scale·x x′ of the model matrix's weighted columns over sampling units, shape (p, p).
        strata: Σ w x of each stratum, shape (strata, p).
        clusters: Σ w x of each cluster, shape (clusters, p); None when everyone is a unit.
    """

    calibration: Calibration
    inverse: FloatArray
    units: FloatArray
    strata: FloatArray
    clusters: FloatArray | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """The sample design of a tally: units and scale of each stratum. Made by ``design_of``; serves every estimate.

    Attributes:
        tally, weighting: what is estimated from.
        moments: the tally's sums, each measure about its own mean.
        stratum: of each cell, shape (cells,); strata count from 0, and people without one form a stratum of their own.
        units: PSUs of each stratum.
        scale: (1 − n_h/N_h) n_h/(n_h − 1); without the second factor in a stratum of one.
        between: what the square of a stratum's total is taken off with: scale/n_h, 0 in a stratum of one.
        cluster: of each cell, or None when everyone is a unit.
        df: PSUs − strata of the whole design.
        regression: for calibrated weights.
    """

    tally: Tally
    weighting: Weighting
    moments: Moments
    stratum: IntArray
    units: FloatArray
    scale: FloatArray
    between: FloatArray
    cluster: IntArray | None
    df: int
    regression: Regression | None


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Domains that share no one: a label a cell (−1: in none), and what each is called."""

    labels: IntArray
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Domains:
    """A partition with every measure's sums over it (D domains, H strata, p columns of the margins, M measures). Made by ``domains``.

    Attributes:
        n: how many answered, shape (D, M).
        strata: weighted sums of 1 and of y, by stratum, shape (D, H, 2, M). squares: of y², shape (D, M).
        kish: Σ w² over those who answered, shape (D, M).
        within: Σ scale·w² of 1, y and y², shape (D, 3, M).
        base, scaled: for each column of the margins Σ d and Σ scale·w² of 1 and y, shape (D, p, 2, M); None with base weights.
        pairs: cluster and domain of each pair that has respondents, shape (2, pairs); in_pairs: its weighted sums of 1 and y, shape
            (pairs, 2, M). None when everyone is a unit.
        respondents, weight_of_all, df: of each domain, those who didn't answer included.

    y stands for y − origin of each measure (see ``moments``).
    """

    design: Design
    partition: Partition
    n: FloatArray
    strata: FloatArray
    squares: FloatArray
    kish: FloatArray
    within: FloatArray
    base: FloatArray | None
    scaled: FloatArray | None
    pairs: IntArray | None
    in_pairs: FloatArray | None
    respondents: IntArray
    weight_of_all: FloatArray
    df: IntArray


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
    cluster, units = None, sum_by(stratum, tally.people[N], len(names))
    if tally.has(CLUSTER):
        cluster, units = _clusters(tally, stratum, len(names))
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
        moments=moments_of(tally),
        stratum=stratum,
        units=units,
        scale=scale,
        between=np.where(several, scale / np.maximum(units, 1.0), 0.0),
        cluster=cluster,
        df=int(units.sum()) - len(names),
        regression=_regression(tally, weighting, stratum, cluster, scale),
    )


def _clusters(tally: Tally, stratum: IntArray, strata: int) -> tuple[IntArray, FloatArray]:
    """The cluster of each cell, counted from 0, and how many each stratum has."""
    codes, cluster = np.unique(tally.codes(CLUSTER), return_inverse=True)
    pairs = np.unique(cluster.astype(np.int64) * strata + stratum)
    twice = np.flatnonzero(count_by(pairs // strata, codes.size) > 1)
    if twice.size:
        named = ", ".join(tally.levels(CLUSTER)[codes[k]] for k in twice[:5])
        raise StatisticsError(f"a cluster must lie in one stratum; these lie in several: {named}")
    return cluster.astype(np.int64), count_by(pairs % strata, strata)


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
        calibration=calibration, inverse=inverse, units=units, strata=calibration.total_by(weight, stratum, len(scale)), clusters=clusters
    )


def whole(tally: Tally) -> Partition:
    """Everyone, as one domain."""
    return Partition(np.zeros(len(tally), dtype=np.int64), ("",))


def by(tally: Tally, axis: str) -> Partition:
    """A domain for each level of an axis."""
    return Partition(tally.codes(axis), tally.levels(axis))


def domains(design: Design, partition: Partition | None = None) -> Domains:
    """Every measure's sums over the domains of a partition; over everyone when None."""
    partition = partition or whole(design.tally)
    size, strata = len(partition.levels), len(design.units)
    cells = np.flatnonzero(partition.labels >= 0)
    labels, moments = partition.labels[cells], design.moments
    factor = design.weighting.factor[cells]
    square = factor**2
    scaled = square * design.scale[design.stratum[cells]]

    def over(rows: IntArray, amounts: FloatArray, height: int, *columns: FloatArray) -> FloatArray:
        """Sums of columns (cells, M) by row, each cell times its amount: shape (height, columns, M)."""
        matrix = sparse.csr_array((amounts, (rows, cells)), shape=(height, len(design.tally)))
        return np.stack([np.asarray(matrix @ column) for column in columns], axis=1)

    in_strata = labels * strata + design.stratum[cells]
    first = over(in_strata, factor, size * strata, moments.d, moments.dy).reshape(size, strata, 2, len(moments.measures))
    base = of_columns = pairs = in_pairs = None
    if design.regression is not None:
        base = _over_columns(design.regression.calibration, cells, labels, size, np.ones(cells.size), moments.d, moments.dy)
        of_columns = _over_columns(design.regression.calibration, cells, labels, size, scaled, moments.dd, moments.ddy)
    if design.cluster is not None:
        found, of_pair = np.unique(design.cluster[cells] * size + labels, return_inverse=True)
        pairs = np.stack([found // size, found % size])
        in_pairs = over(of_pair.reshape(-1), factor, found.size, moments.d, moments.dy)
    respondents = sum_by(labels, design.tally.people[N][cells], size)
    units = respondents if pairs is None else count_by(pairs[1], size)
    present = count_by(in_strata, size * strata).reshape(size, strata) > 0
    return Domains(
        design=design,
        partition=partition,
        n=over(labels, np.ones(cells.size), size, moments.n)[:, 0],
        strata=first,
        squares=over(labels, factor, size, moments.dyy)[:, 0],
        kish=over(labels, square, size, moments.dd)[:, 0],
        within=over(labels, scaled, size, moments.dd, moments.ddy, moments.ddyy),
        base=base,
        scaled=of_columns,
        pairs=pairs,
        in_pairs=in_pairs,
        respondents=np.rint(respondents).astype(np.int64),
        weight_of_all=sum_by(labels, factor * design.tally.people[D][cells], size),
        df=np.rint(units).astype(np.int64) - present.sum(axis=1),
    )


def _over_columns(
    calibration: Calibration, cells: IntArray, labels: IntArray, size: int, amounts: FloatArray, *columns: FloatArray
) -> FloatArray:
    """Sums by domain and column of the margins, shape (size, p, columns, M)."""
    of_cells = calibration.columns[:, cells]
    inside = of_cells >= 0
    margins = len(of_cells)
    rows = np.broadcast_to(labels * calibration.size, of_cells.shape)[inside] + of_cells[inside]
    places = np.broadcast_to(cells, of_cells.shape)[inside]
    weights = np.broadcast_to(amounts, of_cells.shape)[inside] if margins else amounts[:0]
    matrix = sparse.csr_array((weights, (rows, places)), shape=(size * calibration.size, len(columns[0])))
    return np.stack([np.asarray(matrix @ column) for column in columns], axis=1).reshape(
        size, calibration.size, len(columns), columns[0].shape[1]
    )


def estimate_means(of: Domains, measure: str, *, contrasts: bool = False) -> DomainEstimates:
    """Weighted means (proportions, for a measure of 0 and 1) of the domains.

    Args:
        of: from ``domains``.
        measure: one that was tallied.
        contrasts: also give the covariance between domains and with their union.

    Raises:
        KeyError: the measure wasn't tallied.
    """
    m = of.design.moments.position(measure)
    size = len(of.partition.levels)
    weight, total = of.strata[:, :, 0, m].sum(axis=1), of.strata[:, :, 1, m].sum(axis=1)
    answered = weight > 0
    centre = np.divide(total, weight, out=np.zeros(size), where=answered)
    slope = np.divide(1.0, weight, out=np.zeros(size), where=answered)
    influences = [_Influence(slope=slope, centre=centre, constant=np.zeros(size))]
    everyone = float(weight.sum())
    if contrasts and everyone > 0:
        influences.append(_Influence(slope=np.zeros(size), centre=centre, constant=np.full(size, 1.0 / everyone)))
    with_whole = covariance = None
    if contrasts:
        full = _covariance(of, m, influences)
        covariance, variance = full[:size, :size], np.diagonal(full)[:size]
        if everyone > 0:
            jacobian = np.concatenate([weight / everyone, centre - float(total.sum()) / everyone])
            with_whole = (full @ jacobian)[:size]
    else:
        variance = _variance(of, m, influences[0])
    mean = np.where(answered, centre + of.design.moments.origin[m], np.nan)
    deff = _design_effect(of, m, weight, centre, variance)
    return finished(of, measure, mean, np.where(answered, variance, np.nan), deff=deff, covariance=covariance, with_whole=with_whole)


def estimate_totals(of: Domains, measure: str) -> DomainEstimates:
    """Weighted totals Σ w y of the domains over those who answered. Raises KeyError when the measure wasn't tallied."""
    m = of.design.moments.position(measure)
    size = len(of.partition.levels)
    origin = float(of.design.moments.origin[m])
    total = of.strata[:, :, 1, m].sum(axis=1) + origin * of.strata[:, :, 0, m].sum(axis=1)
    variance = _variance(of, m, _Influence(slope=np.ones(size), centre=np.full(size, -origin), constant=np.zeros(size)))
    return finished(of, measure, total, variance)


def variance_of_sum(of: Domains, measure: str, *, slope: FloatArray) -> FloatArray:
    """The variance of slope·Σ w (y − origin) over each domain, shape (D,)."""
    zero = np.zeros(len(of.partition.levels))
    return _variance(of, of.design.moments.position(measure), _Influence(slope=slope, centre=zero, constant=zero))


@dataclass(frozen=True, slots=True, eq=False)
class _Influence:
    """Influence of those who answered, by domain: slope·(y − centre) + constant, and 0 for people of other domains."""

    slope: FloatArray
    centre: FloatArray
    constant: FloatArray

    def first(self, sums: FloatArray) -> FloatArray:
        """Σ a·influence from sums of 1 and y on the last axis but one, domains on the first axis."""
        spread = (slice(None),) + (None,) * (sums.ndim - 2)
        return self.slope[spread] * _less(sums[..., 1], self.centre[spread] * sums[..., 0]) + self.constant[spread] * sums[..., 0]


def _first(of: Domains, m: int, influence: _Influence) -> tuple[FloatArray, FloatArray | None, FloatArray | None]:
    """Σ w·influence by stratum (D, H); the coefficients B (D, p); and Σ scale·w²·influence·x (D, p)."""
    by_stratum = influence.first(of.strata[..., m])
    if of.base is None or of.scaled is None or of.design.regression is None:
        return by_stratum, None, None
    slopes = influence.first(of.base[..., m]) @ of.design.regression.inverse
    return by_stratum - slopes @ of.design.regression.strata.T, slopes, influence.first(of.scaled[..., m])


def _variance(of: Domains, m: int, influence: _Influence) -> FloatArray:
    """The variance of each domain's statistic Σ w·influence, shape (D,)."""
    design = of.design
    by_stratum, slopes, with_margins = _first(of, m, influence)
    if of.pairs is None or of.in_pairs is None or design.cluster is None:
        within = influence.slope**2 * _square(of.within[..., m], influence.centre)
    else:
        scale, sums = _of_clusters(of, m, influence)
        within = np.asarray((sums.multiply(sums)).T @ scale)
        if design.regression is not None and design.regression.clusters is not None:
            with_margins = np.asarray(sums.T @ (scale[:, None] * design.regression.clusters))
    if slopes is not None and with_margins is not None and design.regression is not None:
        within = within - 2.0 * (with_margins * slopes).sum(axis=1) + ((slopes @ design.regression.units) * slopes).sum(axis=1)
    found: FloatArray = np.maximum(within - by_stratum**2 @ design.between, 0.0)
    return found


def _covariance(of: Domains, m: int, influences: list[_Influence]) -> FloatArray:
    """Covariance of the statistics Σ w·influence, one a domain for each influence: shape (influences·D, influences·D)."""
    design, size = of.design, len(of.partition.levels)
    parts = [_first(of, m, influence) for influence in influences]
    by_stratum = np.concatenate([part[0] for part in parts])
    if of.pairs is None or of.in_pairs is None or design.cluster is None:
        within = np.zeros((len(parts) * size, len(parts) * size))
        rows = np.arange(size)
        for a, left in enumerate(influences):
            for b, right in enumerate(influences):
                within[a * size + rows, b * size + rows] = _product(of.within[..., m], left, right)
        with_margins = [part[2] for part in parts if part[2] is not None]
    else:
        sums = [_of_clusters(of, m, influence) for influence in influences]
        scale, joined = sums[0][0], sparse.hstack([part[1] for part in sums]).tocsr()
        within = np.asarray((joined.T @ (sparse.diags_array(scale) @ joined)).todense())
        margins = design.regression.clusters if design.regression is not None else None
        with_margins = [] if margins is None else [np.asarray(joined.T @ (scale[:, None] * margins))]
    if design.regression is not None:
        slopes = np.concatenate([part[1] for part in parts if part[1] is not None])
        shared = np.concatenate(with_margins) @ slopes.T
        within += slopes @ design.regression.units @ slopes.T - shared - shared.T
    found: FloatArray = within - (by_stratum * design.between) @ by_stratum.T
    return found


def _of_clusters(of: Domains, m: int, influence: _Influence) -> tuple[FloatArray, sparse.csr_array]:
    """The scale of each cluster, and Σ w·influence as a matrix (clusters, D)."""
    design = of.design
    clusters = np.zeros(0, dtype=np.int64) if design.cluster is None else design.cluster
    scale = np.zeros(int(clusters.max(initial=-1)) + 1)
    scale[clusters] = design.scale[design.stratum]
    if of.pairs is None or of.in_pairs is None:
        raise StatisticsError("the design has no clusters")
    rows, columns = of.pairs
    sums = of.in_pairs[..., m]
    values = influence.slope[columns] * _less(sums[:, 1], influence.centre[columns] * sums[:, 0]) + influence.constant[columns] * sums[:, 0]
    return scale, sparse.csr_array((values, (rows, columns)), shape=(scale.size, len(of.partition.levels)))


def _product(sums: FloatArray, left: _Influence, right: _Influence) -> FloatArray:
    """Σ a·left·right from sums of 1, y and y², shape (D, 3)."""
    first = _less(sums[:, 1], left.centre * sums[:, 0])
    return (
        left.slope * right.slope * _square(sums, left.centre)
        + (left.slope * right.constant + right.slope * left.constant) * first
        + left.constant * right.constant * sums[:, 0]
    )


def _less(amount: FloatArray, expected: FloatArray) -> FloatArray:
    """The difference, 0 where no more than rounding is left."""
    found: FloatArray = amount - expected
    found[np.abs(found) <= 1e-13 * np.abs(expected)] = 0.0
    return found


def _square(sums: FloatArray, centre: FloatArray) -> FloatArray:
    """Σ a(y − c)² from sums of 1, y and y², shape (D, 3); 0 where no more than rounding is left."""
    found: FloatArray = sums[:, 2] - centre * (2.0 * sums[:, 1] - centre * sums[:, 0])
    found[found <= 1e-13 * sums[:, 2]] = 0.0
    return found


def _design_effect(of: Domains, m: int, weight: FloatArray, centre: FloatArray, variance: FloatArray) -> FloatArray:
    n = of.n[:, m]
    sums = np.stack([weight, of.strata[:, :, 1, m].sum(axis=1), of.squares[:, m]], axis=1)
    simple = np.divide(_square(sums, centre), weight * (n - 1.0), out=np.zeros(n.size), where=(weight > 0) & (n > 1))
    found = np.full(n.size, np.nan)
    np.divide(variance, simple, out=found, where=(simple > 0) & (variance > 0))
    return found


def finished(
    of: Domains,
    answered: str,
    estimate: FloatArray,
    variance: FloatArray,
    *,
    deff: FloatArray | None = None,
    covariance: FloatArray | None = None,
    with_whole: FloatArray | None = None,
    measure: str | None = None,
) -> DomainEstimates:
    """Estimates with the counts of who answered the measure ``answered``; without ``deff`` there is none and n_eff is Kish's."""
    m = of.design.moments.position(answered)
    n, weight, square = of.n[:, m], of.strata[:, :, 0, m].sum(axis=1), of.kish[:, m]
    kish = np.divide(weight**2, square, out=np.zeros(n.size), where=square > 0)
    effect = np.full(n.size, np.nan) if deff is None else deff
    return DomainEstimates(
        measure=measure or answered,
        levels=of.partition.levels,
        n=np.rint(n).astype(np.int64),
        respondents=of.respondents,
        weight=weight,
        weight_of_all=of.weight_of_all,
        estimate=estimate,
        variance=variance,
        df=of.df,
        deff=effect,
        n_eff=np.where(np.isnan(effect), kish, n / effect),
        covariance=covariance,
        with_whole=with_whole,
    )
