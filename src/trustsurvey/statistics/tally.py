"""Sums over cells: all that weights, estimates and standard errors need to know about the respondents.

A cell is one combination of levels of the axes (area × stratum × cluster × weighting class × published group). Calibration multiplies
a base weight d by a factor that is the same for everyone in a cell, so the sums below give every weighted estimate and its linearised
variance exactly, at a cost that grows with the number of cells and not of people.

A ``Tally`` is a commutative monoid under ``+``: ``tally(a + b) == tally(a) + tally(b)`` up to rounding, in any split and order. A wave
streams through a ``Tallier`` in chunks with flat memory, and tallies made on several cores or machines can be added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

import numpy as np

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import BoolArray, FloatArray, IntArray, count_by, sum_by

MISSING = -1
"""The code of someone without a level on an axis."""

N, D, DD = 0, 1, 2
"""Rows of ``Tally.people``: how many, Σd, Σd² over everyone in the cell."""

COUNT, SUM_D, SUM_DY, SUM_DYY, SUM_DD, SUM_DDY, SUM_DDYY = range(7)
"""Rows of ``Tally.sums[m]``: how many answered measure m, and Σd, Σdy, Σdy², Σd², Σd²y, Σd²y² over them."""

_DENSE = 1 << 23
"""Up to this many possible cells a table of 4 bytes each says where a cell's sums stand; above it chunks are sorted instead."""


class Scored(NamedTuple):
    """A measure's values, one a respondent: ``values`` (0 where not known) and ``known``."""

    values: FloatArray
    known: BoolArray


def scored(values: FloatArray) -> Scored:
    """``values`` with NaN for those not known, as the tally wants them."""
    known = ~np.isnan(values)
    return Scored(np.where(known, values, 0.0), known)


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of the cells. A code is a position in ``levels``, or ``MISSING``."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """The sums, one column a cell that someone is in, cells in lexicographic order of their codes.

    Attributes:
        axes: what a cell is a combination of.
        cells: codes, shape (axes, cells).
        people: shape (3, cells), rows N, D, DD.
        lightest, heaviest: smallest and largest base weight of each cell.
        measures: codes of the measures.
        sums: shape (measures, 7, cells).
        populations: size of the population of each stratum that has one, by level (for the finite population correction).
    """

    axes: tuple[Axis, ...]
    cells: IntArray
    people: FloatArray
    lightest: FloatArray
    heaviest: FloatArray
    measures: tuple[str, ...]
    sums: FloatArray
    populations: Mapping[str, float] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Respondents."""
        return round(float(self.people[N].sum()))

    def __len__(self) -> int:
        return int(self.cells.shape[1])

    def has(self, axis: str) -> bool:
        return any(a.name == axis for a in self.axes)

    def codes(self, axis: str) -> IntArray:
        """The axis's code of each cell, shape (cells,). KeyError when there is no such axis."""
        found: IntArray = self.cells[self._position(axis)]
        return found

    def levels(self, axis: str) -> tuple[str, ...]:
        return self.axes[self._position(axis)].levels

    def of(self, measure: str) -> FloatArray:
        """The sums of one measure, shape (7, cells). KeyError when it wasn't tallied."""
        try:
            found: FloatArray = self.sums[self.measures.index(measure)]
        except ValueError:
            raise KeyError(measure) from None
        return found

    def _position(self, axis: str) -> int:
        for position, candidate in enumerate(self.axes):
            if candidate.name == axis:
                return position
        raise KeyError(axis)

    def __add__(self, other: Tally) -> Tally:
        """The tally of both sets of people. Raises StatisticsError when axes, measures or a stratum's population differ."""
        if tuple(a.name for a in self.axes) != tuple(a.name for a in other.axes) or self.measures != other.measures:
            raise StatisticsError("tallies of different axes or measures can't be added")
        for stratum in self.populations.keys() & other.populations.keys():
            if self.populations[stratum] != other.populations[stratum]:
                sizes = f"{self.populations[stratum]} in one tally and {other.populations[stratum]} in the other"
                raise StatisticsError(f"stratum {stratum} has a population of {sizes}")
        axes = tuple(Axis(a.name, _union(a.levels, b.levels)) for a, b in zip(self.axes, other.axes, strict=True))
        cells = np.concatenate([_recode(self.cells, self.axes, axes), _recode(other.cells, other.axes, axes)], axis=1)
        order, starts = _group(cells, axes)

        def add(left: FloatArray, right: FloatArray) -> FloatArray:
            joined = np.concatenate([left, right], axis=-1)[..., order]
            return np.add.reduceat(joined, starts, axis=-1) if starts.size else joined

        lightest = np.concatenate([self.lightest, other.lightest])[order]
        heaviest = np.concatenate([self.heaviest, other.heaviest])[order]
        return Tally(
            axes=axes,
            cells=cells[:, order][:, starts],
            people=add(self.people, other.people),
            lightest=np.minimum.reduceat(lightest, starts) if starts.size else lightest,
            heaviest=np.maximum.reduceat(heaviest, starts) if starts.size else heaviest,
            measures=self.measures,
            sums=add(self.sums, other.sums),
            populations={**self.populations, **other.populations},
        )


def _union(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    return left if left == right else tuple(sorted({*left, *right}))


def _recode(cells: IntArray, old: Sequence[Axis], new: Sequence[Axis]) -> IntArray:
    recoded = cells
    for row, (before, after) in enumerate(zip(old, new, strict=True)):
        if before.levels != after.levels:
            if recoded is cells:
                recoded = cells.copy()
            position = {level: n for n, level in enumerate(after.levels)}
            table = np.array([*(position[level] for level in before.levels), MISSING], dtype=np.int64)
            recoded[row] = table[cells[row]]
    return recoded


def _group(cells: IntArray, axes: Sequence[Axis]) -> tuple[IntArray, IntArray]:
    """The order that sorts the cells, and where each distinct one starts in it."""
    order = np.lexsort(cells[::-1]) if len(axes) else np.arange(cells.shape[1])
    ordered = cells[:, order]
    new = np.ones(ordered.shape[1], dtype=bool)
    new[1:] = np.any(ordered[:, 1:] != ordered[:, :-1], axis=0)
    return order.astype(np.int64), np.flatnonzero(new)


class Tallier:
    """Adds up respondents, chunk by chunk.

    Args:
        axes: what a cell is a combination of; their levels are known beforehand.
        measures: codes of the measures each chunk brings.
        populations: size of the population by stratum level, for the finite population correction.
        binary: the measures that are only ever 0 or 1 (their squares need no sums of their own).
    """

    def __init__(
        self, axes: Sequence[Axis], measures: Sequence[str], *, populations: Mapping[str, float] | None = None, binary: Sequence[str] = ()
    ) -> None:
        self._axes = tuple(axes)
        self._measures = tuple(measures)
        self._populations = dict(populations or {})
        self._binary = frozenset(binary)
        self._radix = [len(axis.levels) + 1 for axis in self._axes]
        possible = prod(self._radix)
        if possible >= 1 << 62:
            raise StatisticsError(f"the axes {', '.join(a.name for a in self._axes)} have too many levels to be crossed")
        self._place = np.full(possible, -1, dtype=np.int32) if possible <= _DENSE else None  # where each possible cell's sums stand
        self._found: list[IntArray] = []
        self._sums = _Sums.none(len(self._measures))
        self._parts: list[Tally] = []

    def add(self, codes: Sequence[IntArray], weight: FloatArray, values: Sequence[Scored]) -> None:
        """Add people.

        Args:
            codes: for each axis the code of each person, shape (people,).
            weight: base weights d > 0, shape (people,).
            values: for each measure the values, shape (people,).

        Raises:
            StatisticsError: a base weight isn't a positive finite number.
        """
        if weight.size and not (weight.min() > 0 and np.isfinite(weight.max())):
            raise StatisticsError("base weights must be positive numbers")
        cell = np.zeros(weight.size, dtype=np.int64)
        for radix, code in zip(self._radix, codes, strict=True):
            cell *= radix
            cell += code
            cell += 1
        if self._place is not None:
            at = self._place[cell]
            if (new := np.unique(cell[at < 0])).size:
                self._place[new] = np.arange(self._sums.size, self._sums.size + new.size)
                self._found.append(new)
                self._sums = self._sums.grown(new.size)
                at = self._place[cell]
            self._accumulate(self._sums, at.astype(np.int64), weight, values)
            return
        found, inverse = np.unique(cell, return_inverse=True)
        sums = _Sums.none(len(self._measures)).grown(found.size)
        self._accumulate(sums, inverse.astype(np.int64), weight, values)
        self._parts.append(self._made(found, sums))
        if len(self._parts) >= 16:
            self._parts = [_added(self._parts)]

    def _accumulate(self, into: _Sums, cell: IntArray, weight: FloatArray, values: Sequence[Scored]) -> None:
        size = into.size

        def count(amounts: FloatArray | BoolArray) -> FloatArray:
            return sum_by(cell, amounts, size)

        square = weight * weight
        into.people[N, :size] += count_by(cell, size)
        into.people[D, :size] += count(weight)
        into.people[DD, :size] += count(square)
        np.minimum.at(into.lightest, cell, weight)
        np.maximum.at(into.heaviest, cell, weight)
        for row, (code, (value, known)) in enumerate(zip(self._measures, values, strict=True)):
            of = into.of_measures[row, :, :size]
            of[COUNT] += count(known)
            of[SUM_D] += count(weight * known)
            of[SUM_DD] += count(square * known)
            for first, base in ((SUM_DY, weight), (SUM_DDY, square)):
                product = base * value
                total = count(product)
                of[first] += total
                if code in self._binary:
                    of[first + (SUM_DYY - SUM_DY)] += total
                else:
                    product *= value
                    of[first + (SUM_DYY - SUM_DY)] += count(product)

    def result(self) -> Tally:
        """The tally of everyone added so far."""
        if self._place is not None:
            found = np.concatenate([np.zeros(0, dtype=np.int64), *self._found])
            return self._made(found, self._sums)
        if not self._parts:
            return self._made(np.zeros(0, dtype=np.int64), self._sums)
        self._parts = [_added(self._parts)]
        return self._parts[0]

    def _made(self, found: IntArray, sums: _Sums) -> Tally:
        order = np.argsort(found)
        cells = np.empty((len(self._axes), found.size), dtype=np.int64)
        rest = found[order]
        for row in range(len(self._axes) - 1, -1, -1):
            rest, cells[row] = np.divmod(rest, self._radix[row])
        return Tally(
            axes=self._axes,
            cells=cells - 1,
            people=sums.people[:, order],
            lightest=sums.lightest[order],
            heaviest=sums.heaviest[order],
            measures=self._measures,
            sums=sums.of_measures[:, :, order],
            populations=self._populations,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums that grow by cells as these are found; arrays are longer than ``size``, so that growing is rare."""

    size: int
    people: FloatArray
    of_measures: FloatArray
    lightest: FloatArray
    heaviest: FloatArray

    @classmethod
    def none(cls, measures: int) -> _Sums:
        return cls(0, np.zeros((3, 0)), np.zeros((measures, 7, 0)), np.zeros(0), np.zeros(0))

    def grown(self, more: int) -> _Sums:
        """With room for ``more`` cells, whose sums are 0."""
        size = self.size + more
        if size <= self.lightest.size:
            return _Sums(size, self.people, self.of_measures, self.lightest, self.heaviest)
        extra = max(size, self.lightest.size * 3 // 2) - self.lightest.size

        def longer(array: FloatArray, fill: float) -> FloatArray:
            return np.concatenate([array, np.full((*array.shape[:-1], extra), fill)], axis=-1)

        return _Sums(
            size, longer(self.people, 0.0), longer(self.of_measures, 0.0), longer(self.lightest, np.inf), longer(self.heaviest, -np.inf)
        )


def _added(parts: list[Tally]) -> Tally:
    """The sum of tallies, by halves: each is copied log n times, not n times."""
    while len(parts) > 1:
        pairs = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)]
        parts = [*pairs, parts[-1]] if len(parts) % 2 else pairs
    return parts[0]


def tally(
    axes: Sequence[Axis],
    codes: Sequence[IntArray],
    weight: FloatArray,
    measures: Mapping[str, FloatArray],
    *,
    populations: Mapping[str, float] | None = None,
) -> Tally:
    """The tally of arrays in memory: ``measures`` maps each code to values, shape (people,), NaN where not known."""
    tallier = Tallier(axes, tuple(measures), populations=populations)
    tallier.add(codes, weight, [scored(values) for values in measures.values()])
    return tallier.result()


def coded(labels: Sequence[str], *, missing: Sequence[str] = ("",)) -> tuple[tuple[str, ...], IntArray]:
    """Levels in sorted order, and each label's code; a label in ``missing`` has none."""
    levels = tuple(sorted(set(labels) - set(missing)))
    position = {level: n for n, level in enumerate(levels)}
    return levels, np.array([position.get(label, MISSING) for label in labels], dtype=np.int64)
