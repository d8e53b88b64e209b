"""From base weights to weights that meet the census: post-stratification and raking, computed from cells.

Raking is calibration with the raking distance (Deville and Särndal 1992, case 2; Deville, Särndal and Sautory 1993): of all weights
w = d·g that meet every margin, those with the least Σ d (g log g − g + 1). g is exp(x′λ), a function of the margin categories only, so
λ is found from one sum of base weights a weighting class.

Someone without an answer on a margin is unconstrained there, and the margin's totals are scaled to the weighted share that answered. A
category without a control total is kept at its weighted share among those who answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from trustsurvey.errors import RakingError, StatisticsError
from trustsurvey.statistics.arrays import FloatArray, IntArray, sum_by
from trustsurvey.statistics.tally import DD, MISSING, D, N, Tally

TOLERANCE = 1e-9
"""Largest relative error of a margin that counts as met."""

_AGREEMENT = 1e-6
"""Totals of two margins that differ relatively by less are taken for the same number, rounded differently."""


@dataclass(frozen=True, slots=True)
class Margin:
    """Control totals: how many of the population are in each category of an axis.

    ``into`` maps categories, of the respondents or of the totals, to the category that they count as: a stated rule for what has no
    counterpart or is sparse.
    """

    axis: str
    totals: Mapping[str, float]
    into: Mapping[str, str] = field(default_factory=dict)

    def counted(self) -> dict[str, float]:
        """The totals, categories that count as another added to it."""
        found: dict[str, float] = {}
        for category, total in self.totals.items():
            target = self.into.get(category, category)
            found[target] = found.get(target, 0.0) + total
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the weights of one category must sum to. ``share`` is its base-weighted share among those who answered the margin (0–1).

    ``n``: its respondents.
    """

    margin: str
    category: str
    total: float
    share: float
    n: int
    kept: bool = False  # no control total was given: kept at its weighted share


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """The model matrix of the margins, as the one column that each cell has in each margin.

    Attributes:
        columns: shape (margins, cells): the column that is 1 for the cell, ``MISSING`` where the cell is unconstrained.
        size: number of columns p.
    """

    columns: IntArray
    size: int

    def total(self, amounts: FloatArray) -> FloatArray:
        """Σ amounts·x over cells, shape (p,)."""
        found: FloatArray = self.total_by(amounts, np.zeros(amounts.size, dtype=np.int64), 1)[0]
        return found

    def total_by(self, amounts: FloatArray, labels: IntArray, size: int) -> FloatArray:
        """Σ amounts·x over the cells of each label, shape (size, p); cells labelled ``MISSING`` are left out."""
        sums = np.zeros(size * self.size)
        for column in self.columns:
            inside = (column >= 0) & (labels >= 0)
            sums += sum_by(labels[inside] * self.size + column[inside], amounts[inside], sums.size)
        return sums.reshape(size, self.size)

    def gram(self, amounts: FloatArray) -> FloatArray:
        """Σ amounts·x x′ over cells, shape (p, p)."""
        sums = np.zeros(self.size * self.size)
        for first in self.columns:
            for second in self.columns:
                inside = (first >= 0) & (second >= 0)
                sums += sum_by(first[inside] * self.size + second[inside], amounts[inside], sums.size)
        return sums.reshape(self.size, self.size)

    def predict(self, coefficients: FloatArray) -> FloatArray:
        """x′coefficients of each cell, shape (cells,)."""
        padded = np.append(coefficients, 0.0)  # the column MISSING (−1) reads this zero
        found: FloatArray = padded[self.columns].sum(axis=0)
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighting:
    """Final weights: everyone in a cell has base weight times ``factor``.

    ``calibration`` is None for base weights, whose standard errors need no residuals.
    """

    factor: FloatArray
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """How uneven weights are: Kish's (1965) design effect 1 + CV² = n Σw²/(Σw)², n over it, and the range."""

    deff_kish: float
    n_eff: float
    lightest: float
    heaviest: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RakingResult:
    """Weights that meet every margin; one that doesn't can't be made.

    Attributes:
        weighting: the factor of each cell and what standard errors need.
        targets: every category of every margin.
        reached: the sum of the final weights of each target.
        iterations: Newton steps taken.
        largest_error: the largest relative error of a margin category.
        answered: base-weighted share that answered each margin (0–1).

    Raises:
        RakingError: a margin isn't met to ``TOLERANCE``; says which category, and by how much.
    """

    weighting: Weighting
    targets: tuple[Target, ...]
    reached: tuple[float, ...]
    iterations: int
    diagnostics: Diagnostics
    answered: Mapping[str, float] = field(default_factory=dict)
    largest_error: float = field(init=False)

    def __post_init__(self) -> None:
        worst, error = None, 0.0
        for target, reached in zip(self.targets, self.reached, strict=True):
            miss = abs(reached - target.total) / target.total
            if not miss <= error:
                worst, error = target, miss
        if worst is not None and not error <= TOLERANCE:
            reached = self.reached[self.targets.index(worst)]
            raise RakingError(
                f"margin {worst.margin}, category {worst.category}: the weights reach {reached:.6g} where {worst.total:.6g} is wanted; "
                "no weights of these respondents meet all margins together. Collapse sparse categories or leave a margin out."
            )
        object.__setattr__(self, "largest_error", error)


def base(tally: Tally) -> Weighting:
    """The base weights as they are."""
    return Weighting(factor=np.ones(len(tally)))


def diagnose(tally: Tally, weighting: Weighting) -> Diagnostics:
    """Kish's design effect and the range of the final weights. All zero without respondents."""
    n = float(tally.people[N].sum())
    if n == 0:
        return Diagnostics(deff_kish=1.0, n_eff=0.0, lightest=0.0, heaviest=0.0)
    total = float((tally.people[D] * weighting.factor).sum())
    square = float((tally.people[DD] * weighting.factor**2).sum())
    deff = n * square / total**2
    return Diagnostics(
        deff_kish=deff,
        n_eff=n / deff,
        lightest=float((tally.lightest * weighting.factor).min()),
        heaviest=float((tally.heaviest * weighting.factor).max()),
    )


def contradictions(tally: Tally, margins: Sequence[Margin]) -> tuple[str, ...]:
    """Everything that keeps the margins from being met, whatever the weights: a sentence each, naming the margin and the category.

    A total isn't a number ≥ 0, no one answered a margin, a category that has a total has no respondents (or the reverse: a total of 0
    where there are some), or two margins have different totals.
    """
    found = [sentence for margin in margins for sentence in _contradictions(tally, margin)]
    totals = [(margin.axis, float(sum(margin.totals.values()))) for margin in margins]
    for axis, total in totals[1:]:
        first, population = totals[0]
        if not abs(total - population) <= _AGREEMENT * max(abs(total), abs(population)):
            found.append(
                f"margins {first} and {axis} disagree: one has {population:.10g} people in total, the other {total:.10g}. "
                "They must describe the same population."
            )
    return tuple(found)


def _contradictions(tally: Tally, margin: Margin) -> Iterator[str]:
    weight = _by_category(tally, margin)
    if not weight:
        yield f"margin {margin.axis}: no respondent has an answer to it"
        return
    for category, total in margin.counted().items():
        if not (np.isfinite(total) and total >= 0):
            yield f"margin {margin.axis}, category {category}: the control total is {total}; it must be a number from 0 up"
        elif total > 0 and category not in weight:
            yield f"margin {margin.axis}, category {category}: {total:.10g} people are wanted, but no respondent is in it"
        elif total == 0 and category in weight:
            yield f"margin {margin.axis}, category {category}: the control total is 0, but there are respondents in it"
    if not sum(margin.totals.values()) > 0:
        yield f"margin {margin.axis}: its control totals sum to 0"


def _by_category(tally: Tally, margin: Margin, row: int = D) -> dict[str, float]:
    """Σd (or how many, for ``row`` N) of each category that has respondents."""
    levels = tally.levels(margin.axis)
    weight = sum_by(tally.codes(margin.axis) + 1, tally.people[row], len(levels) + 1)[1:]
    found: dict[str, float] = {}
    for n, level in enumerate(levels):
        if weight[n] > 0:
            target = margin.into.get(level, level)
            found[target] = found.get(target, 0.0) + float(weight[n])
    return found


def collapse_sparse(tally: Tally, margin: Margin, *, fewer_than: int) -> Margin:
    """The margin with each category of fewer than ``fewer_than`` respondents joined to its smaller neighbor, in the order of the totals.

    The sparsest goes first, and joined categories are looked at again, until none is sparse or one is left. A category without a control
    total has no neighbor and stays.
    """
    counts = _by_category(tally, margin, N)
    groups = [[category] for category in margin.counted()]

    def size(group: Sequence[str]) -> float:
        return sum(counts.get(category, 0.0) for category in group)

    while len(groups) > 1:
        at = min(range(len(groups)), key=lambda k: size(groups[k]))
        if size(groups[at]) >= fewer_than:
            break
        near = min((k for k in (at - 1, at + 1) if 0 <= k < len(groups)), key=lambda k: size(groups[k]))
        first, second = sorted((at, near))
        groups[first : second + 1] = [groups[first] + groups[second]]
    into = dict(margin.into)
    for group in groups:
        name = max(group, key=lambda category: counts.get(category, 0.0))
        into.update({category: name for category in group if category != name})
    resolved = {category: into.get(target, target) for category, target in into.items()}
    return Margin(margin.axis, margin.totals, resolved)


def targets_of(tally: Tally, margin: Margin) -> tuple[tuple[Target, ...], float]:
    """What the weights of each category must sum to, and the base-weighted share that answered the margin (see the module's docstring)."""
    weight, totals = _by_category(tally, margin), margin.counted()
    answered, population = sum(weight.values()), sum(totals.values())
    share = answered / float(tally.people[D].sum())
    kept = sum(w / answered for level, w in weight.items() if level not in totals)
    counts = _by_category(tally, margin, N)
    targets = []
    for level, w in weight.items():
        known = level in totals
        total = totals[level] * (1.0 - kept) if known else w / answered * population
        targets.append(
            Target(margin=margin.axis, category=level, total=total * share, share=w / answered, n=round(counts[level]), kept=not known)
        )
    return tuple(targets), share


def rake(tally: Tally, margins: Sequence[Margin], *, bounds: tuple[float, float] | None = None, iterations: int = 100) -> RakingResult:
    """Weights that meet every margin, by calibration with the raking distance.

    Args:
        tally: holds an axis for each margin.
        margins: control totals; all of one population, so their sums agree.
        bounds: least and most that a weight may become, in base weights scaled to the population (below 1, above 1); the logit distance
            of Deville and Särndal (1992, case 6) then takes the place of the raking distance. This is what trims weights.
        iterations: Newton steps at most.

    Raises:
        RakingError: margins disagree in total, a category has no respondents, or no weights meet all margins together.
        StatisticsError: no margin is given, the tally lacks an axis, or the bounds don't lie on both sides of 1.
    """
    distance = _Raking() if bounds is None else _Logit(*bounds)
    population = _population(tally, margins)
    targets: list[Target] = []
    answered: dict[str, float] = {}
    columns = np.full((len(margins), len(tally)), MISSING, dtype=np.int64)
    for row, margin in enumerate(margins):
        size = population / sum(margin.totals.values())
        scaled = Margin(margin.axis, {category: total * size for category, total in margin.totals.items()}, margin.into)
        of_margin, answered[margin.axis] = targets_of(tally, scaled)
        position = {target.category: len(targets) + n for n, target in enumerate(of_margin)}
        names = [margin.into.get(level, level) for level in tally.levels(margin.axis)]
        table = np.array([*(position.get(name, MISSING) for name in names), MISSING], dtype=np.int64)
        columns[row] = table[tally.codes(margin.axis)]
        targets += of_margin
    calibration = Calibration(columns=columns, size=len(targets))
    totals = np.array([target.total for target in targets])
    size = population / float(tally.people[D].sum())
    coefficients, taken = _solve(calibration, tally.people[D] * size, totals, distance, iterations)
    factor = distance.factor(calibration.predict(coefficients)) * size
    weighting = Weighting(factor=factor, calibration=calibration)
    return RakingResult(
        weighting=weighting,
        targets=tuple(targets),
        reached=tuple(calibration.total(tally.people[D] * factor).tolist()),
        iterations=taken,
        diagnostics=diagnose(tally, weighting),
        answered=answered,
    )


def poststratify(tally: Tally, margin: Margin) -> RakingResult:
    """Post-stratification on one axis: raking to a single margin: a category's factor is its total over its base weights."""
    return rake(tally, [margin])


def _population(tally: Tally, margins: Sequence[Margin]) -> float:
    """How many people the margins describe."""
    if not margins:
        raise StatisticsError("raking needs a margin")
    if not len(tally):
        raise RakingError(f"margin {margins[0].axis}: there are no respondents")
    for margin in margins:
        if not tally.has(margin.axis):
            raise StatisticsError(f"the respondents weren't tallied by {margin.axis}")
    found = contradictions(tally, margins)
    if found:
        raise RakingError("\n".join(found))
    return float(sum(margins[0].totals.values()))


class _Raking:
    """The raking distance: g = exp(u)."""

    def factor(self, u: FloatArray) -> FloatArray:
        return np.exp(u)

    def slope(self, u: FloatArray) -> FloatArray:
        return np.exp(u)

    def integral(self, u: FloatArray) -> FloatArray:
        return np.exp(u)


class _Logit:
    """The logit distance: g between two bounds, 1 at u = 0."""

    def __init__(self, lower: float, upper: float) -> None:
        if not 0 <= lower < 1 < upper:
            raise StatisticsError(f"the bounds of the weights must lie on both sides of 1, not {lower:g} and {upper:g}")
        self._lower, self._upper = lower, upper
        self._rate = (upper - lower) / ((1.0 - lower) * (upper - 1.0))

    def _share(self, u: FloatArray) -> FloatArray:
        """(1 − L)e^{Au}/((U − 1) + (1 − L)e^{Au}), between 0 and 1."""
        shift = np.log((1.0 - self._lower) / (self._upper - 1.0))
        found: FloatArray = special.expit(self._rate * u + shift)
        return found

    def factor(self, u: FloatArray) -> FloatArray:
        return self._lower + (self._upper - self._lower) * self._share(u)

    def slope(self, u: FloatArray) -> FloatArray:
        share = self._share(u)
        found: FloatArray = (self._upper - self._lower) * self._rate * share * (1.0 - share)
        return found

    def integral(self, u: FloatArray) -> FloatArray:
        exponent = np.log(1.0 - self._lower) + self._rate * u
        found: FloatArray = self._lower * u + (self._upper - self._lower) / self._rate * np.logaddexp(np.log(self._upper - 1.0), exponent)
        return found


def _solve(
    calibration: Calibration, weight: FloatArray, totals: FloatArray, distance: _Raking | _Logit, iterations: int
) -> tuple[FloatArray, int]:
    """λ with Σ weight·g(x′λ)·x = totals, by damped Newton steps on the convex dual Σ weight·∫g − totals′λ.

    Margins that each sum to the population make the Hessian singular; the pseudo-inverse gives the shortest step, and the weights are
    the same for every solution. Where no weights meet the margins, the best that was reached is given, and ``RakingResult`` refuses it.
    """
    of_class = np.zeros(weight.size, dtype=np.int64)
    for column in calibration.columns:
        key = of_class * (calibration.size + 1) + column + 1
        _, example, of_class = np.unique(key, return_index=True, return_inverse=True)
    small = Calibration(columns=calibration.columns[:, example], size=calibration.size)
    mass = sum_by(of_class.reshape(-1), weight, example.size)
    coefficients = np.zeros(calibration.size)

    def dual(at: FloatArray) -> float:
        with np.errstate(over="ignore"):
            return float((mass * distance.integral(small.predict(at))).sum() - totals @ at)

    value = dual(coefficients)
    for taken in range(iterations):
        u = small.predict(coefficients)
        gradient = totals - small.total(mass * distance.factor(u))
        if np.all(np.abs(gradient) <= 1e-13 * totals):
            return coefficients, taken
        step = np.linalg.pinv(small.gram(mass * distance.slope(u)), rcond=1e-13, hermitian=True) @ gradient
        decrease = float(gradient @ step)
        size = 1.0
        while size > 1e-10 and not dual(coefficients + size * step) <= value - 1e-4 * size * decrease + 1e-14 * abs(value):
            size /= 2
        moved = coefficients + size * step
        now = dual(moved)
        if not np.isfinite(now) or size <= 1e-10:
            return coefficients, taken
        coefficients, value = moved, now
    return coefficients, iterations
