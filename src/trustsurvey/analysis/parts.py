"""What a wave's records are summed up to: the tally, and addable parts for what its cells can't give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, Self, TypeVar

import numpy as np

from trustsurvey.statistics.arrays import FloatArray, IntArray
from trustsurvey.statistics.reporting import CrossProducts
from trustsurvey.statistics.tally import Tally

ANSWERED, SKIPPED, UNKNOWN, REFUSED, UNASKED = range(5)
"""What someone did at an item."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unanswered:
    """How often each item was answered, skipped, not known, refused or not asked, by area and group. Addable.

    Attributes:
        items: item and domain codes (of a domain: answered when it has a score, else skipped).
        groups: (axis, level) of each row of ``counts``; ("", "") is everyone.
        counts: shape (groups, items, 5).
    """

    items: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]
    counts: IntArray

    def __add__(self, other: Unanswered) -> Unanswered:
        groups = tuple(dict.fromkeys((*self.groups, *other.groups)))
        counts = np.zeros((len(groups), len(self.items), 5), dtype=np.int64)
        for part in (self, other):
            counts[[groups.index(group) for group in part.groups]] += part.counts
        return Unanswered(items=self.items, groups=groups, counts=counts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemMoments:
    """Complete-case sums of one domain's item scores: all that alpha and omega need. Addable.

    Attributes:
        n: complete cases. sums: Σx, shape (items,). products: Σxx′, shape (items, items).
    """

    n: int
    sums: FloatArray
    products: FloatArray

    def __add__(self, other: ItemMoments) -> ItemMoments:
        return ItemMoments(n=self.n + other.n, sums=self.sums + other.sums, products=self.products + other.products)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patterns:
    """How many complete cases of a domain gave each pattern of answers, by group: what DIF needs. Addable.

    Attributes:
        items: item codes. points: answers of each item; position p of item i adds p·points^i to the number of a pattern, counted so that
            more is more trust.
        axis, levels: the group, and what its levels are called; the last row of ``counts`` is people without one.
        counts: shape (levels + 1, points^items).
    """

    items: tuple[str, ...]
    points: int
    axis: str
    levels: tuple[str, ...]
    counts: IntArray

    def __add__(self, other: Patterns) -> Patterns:
        return replace(self, counts=self.counts + other.counts)

    def positions(self) -> IntArray:
        """The position of each item in each pattern, shape (items, patterns)."""
        patterns = np.arange(self.counts.shape[1])
        return np.stack([patterns // self.points**n % self.points for n in range(len(self.items))])

    def moments(self) -> Mapping[str, ItemMoments]:
        """Moments by level, in positions; "" is everyone."""
        positions = self.positions().astype(np.float64)
        rows = {"": self.counts.sum(axis=0), **dict(zip(self.levels, self.counts[:-1], strict=True))}
        return {
            level: ItemMoments(n=int(count.sum()), sums=positions @ count, products=(positions * count) @ positions.T)
            for level, count in rows.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tallied:
    """Everything a release is made from. Addable, as its parts are.

    Attributes:
        items: (domain, axis, level) to moments; axis and level are "" for everyone. For domains that ``patterns`` doesn't have.
        patterns: (domain, axis) to counts of answer patterns; axis is "" for everyone.
        products: cross-products of the domains, those that may go along with the outcome first.
        covariates: of each area, for the small-area model.
    """

    tally: Tally
    unanswered: Unanswered | None = None
    items: Mapping[tuple[str, str, str], ItemMoments] = field(default_factory=dict)
    patterns: Mapping[tuple[str, str], Patterns] = field(default_factory=dict)
    products: CrossProducts | None = None
    covariates: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __add__(self, other: Tallied) -> Tallied:
        return Tallied(
            tally=self.tally + other.tally,
            unanswered=both(self.unanswered, other.unanswered),
            items=merged(self.items, other.items),
            patterns=merged(self.patterns, other.patterns),
            products=both(self.products, other.products),
            covariates={**self.covariates, **other.covariates},
        )

    def moments(self) -> Mapping[tuple[str, str, str], ItemMoments]:
        """Item moments of every domain: by (domain, axis, level)."""
        found = dict(self.items)
        for (domain, axis), patterns in self.patterns.items():
            found |= {(domain, axis if level else "", level): moments for level, moments in patterns.moments().items()}
        return found


class _Addable(Protocol):
    def __add__(self, other: Self, /) -> Self: ...


P = TypeVar("P", bound=_Addable)
K = TypeVar("K")


def both(left: P | None, right: P | None) -> P | None:
    """The sum of two parts, or the one that there is."""
    return left + right if left is not None and right is not None else left if left is not None else right


def merged(left: Mapping[K, P], right: Mapping[K, P]) -> Mapping[K, P]:
    """The sums of parts of one key."""
    found = dict(left)
    for key, part in right.items():
        found[key] = found[key] + part if key in found else part
    return found
