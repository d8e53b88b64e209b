"""How good a guess is, and how good chance alone would be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binom, rankdata

LEAST_BOUND = 0.1
"""The band of a rank correlation is never narrower: at 1,000 people it is ±0.1."""

CONFIDENCE = 0.99
NORMAL = 2.5758
"""Two-sided 99 % point of the normal distribution."""

Mark = float | None
"""Where a person's response was found (an offset, a row, a transaction); None where it wasn't."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well an attack did, over the ``found`` people whose response it found at all.

    ``correlation`` is Spearman's, between the order that was read and the order in which people came (−1 to 1, 0 for chance; None for an
    attack that reads no order, or found fewer than two places). ``right`` is how many people were guessed right when the k-th to come is
    given the k-th response, or the k-th from the end where the order runs backwards (None where only the order inside groups is read);
    chance guesses ``by_chance`` right on average. The bounds are the ends of the 99 % band of guessing.
    """

    found: int
    correlation: float | None = None
    correlation_bound: float = 1.0
    right: int | None = 0
    by_chance: int = 0
    right_bound: int = 0

    @property
    def is_chance(self) -> bool:
        return abs(self.correlation or 0.0) <= self.correlation_bound and (self.right or 0) <= self.right_bound

    @property
    def advantage(self) -> int:
        """People guessed right beyond what chance guesses on average."""
        return (self.right or 0) - self.by_chance

    @property
    def advantage_bound(self) -> int:
        return self.right_bound - self.by_chance


def order(marks: Sequence[Mark]) -> Score:
    """Score the marks of people in the order they came. Those without a mark are left out, and count as not guessed."""
    return _scored([mark for mark in marks if mark is not None])


def within(groups: Sequence[Sequence[float]]) -> Score:
    """Score the order inside each group (a page of a file) alone: in each, the marks of its people in the order they came.

    Ranks are centred within each group, so that the mixed-up order of the groups doesn't hide what is inside them.
    """
    ranked = [(np.arange(len(group)), rankdata(group) - 1.0) for group in groups if len(group) > 1]
    if not ranked:
        return Score(0, right=None)
    came = np.concatenate([(a - a.mean()) / len(a) for a, _ in ranked])
    placed = np.concatenate([(b - b.mean()) / len(b) for _, b in ranked])
    return Score(len(came), _correlation(came, placed), bound(sum(len(a) - 1 for a, _ in ranked)), right=None)


def pairs(first: Sequence[Mark], second: Sequence[Mark]) -> Score:
    """Score two orders of the same people against each other: the k-th of one table is said to belong to the k-th of another."""
    both = sorted((a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None)
    return _scored([b for _, b in both])


def named(count: int) -> Score:
    """Score an attack that finds people's own words, which nobody's may be found: ``count`` people's were."""
    return Score(count, right=count)


def bound(free: int) -> float:
    """End of the 99 % band of a rank correlation of nothing with ``free`` degrees (people less one): normal, and never under ±0.1."""
    return min(1.0, max(LEAST_BOUND, NORMAL / math.sqrt(free)))


def guessed_by_chance(n: int) -> int:
    """How many of ``n`` people chance alone guesses right at most, in 99 of 100 trials."""
    return int(binom.ppf(CONFIDENCE, n, 1 / n))


def _scored(found: Sequence[float]) -> Score:
    """``found``: the marks of people in the order they came. Places that are all alike tell nothing."""
    count = len(found)
    if count < 2:
        return Score(count, right=count)  # one response alone is one person's
    value = _correlation(np.arange(count, dtype=np.float64), rankdata(found))
    if len(set(found)) == 1:
        return Score(count, value, bound(count - 1))
    guess = np.argsort(np.argsort(found if value >= 0 else -np.array(found), kind="stable"), kind="stable")
    right = int((guess == np.arange(count)).sum())
    return Score(count, value, bound(count - 1), right, 1, guessed_by_chance(count))


def _correlation(a: Any, b: Any) -> float:
    spread = float(a.std() * b.std())
    return 0.0 if spread == 0 else float(((a - a.mean()) * (b - b.mean())).mean() / spread)
