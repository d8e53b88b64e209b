"""Complementary suppression: what must be hidden beside the primary cells so that none of them can be worked back.

A cell is a set of atoms (areas of one measure, categories of one group) with the number of people in it. Someone who attacks a release
knows n of every shown cell, which atoms each cell is made of, and what a flag gives away: "too few" says n < 10, any other
suppression says n ≥ 10. ``bounds`` finds what that leaves of each hidden cell, as a linear problem. A cell is safe when at
least ``SLACK`` + 1 values of n are left, and what is left of a shown cell after taking off the shown cells inside it is never 1–9 people.

``protect`` hides the fewest cells that make all primary cells safe: by direct search where the cells are a whole and its parts, else by a
mixed-integer problem whose constraints are the attacks found so far (Fischetti and Salazar 2001).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from scipy import optimize, sparse

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.disclosure import MINIMUM_N

SLACK = 2
"""How far apart the least and the most that a hidden n can be must lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table.

    Attributes:
        key: names it. family: cells of one family share no atom (the areas, the districts, the whole, those of an earlier release).
        atoms: what it is made of. n: people in it.
        few: suppressed as too few (everyone sees the flag). hidden: suppressed for any reason.
        fixed: has been published already, and can't be hidden any more.
        cost: what hiding it costs beside other cells; ties go to the smaller.
    """

    key: Hashable
    family: str
    atoms: frozenset[Hashable]
    n: int
    few: bool = False
    hidden: bool = False
    fixed: bool = False
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """What an attack gets: a hidden cell's n to within ``high`` − ``low``, or a remainder of few people (``key`` names the shown cell)."""

    key: Hashable
    low: float
    high: float
    using: frozenset[Hashable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Cells to hide beside those hidden already, and leaks that nothing hideable closes (they come from what is published)."""

    hide: frozenset[Hashable]
    open: tuple[Leak, ...] = ()


def attack(cells: Sequence[Cell], *, minimum_n: int = MINIMUM_N, slack: int = SLACK) -> tuple[Leak, ...]:
    """Every leak of a table as it stands: hidden cells of whose n fewer than ``slack`` + 1 values are left, and small remainders."""
    found = [
        Leak(key=cell.key, low=low, high=high, using=using)
        for cell, (low, high, using) in bounds(cells, minimum_n=minimum_n).items()
        if high - low < slack and cell.n > 0
    ]
    return (*found, *_remainders(cells, minimum_n))


def protect(cells: Sequence[Cell], *, minimum_n: int = MINIMUM_N, slack: int = SLACK) -> Protection:
    """The fewest cells to hide so that ``attack`` finds nothing."""
    if not attack(cells, minimum_n=minimum_n, slack=slack):
        return Protection(hide=frozenset())
    if _is_partition(cells):
        found = _search(cells, minimum_n, slack)
        if found is not None:
            return Protection(hide=found)
    return _solve(cells, minimum_n, slack)


def protect_greedily(cells: Sequence[Cell], *, minimum_n: int = MINIMUM_N, slack: int = SLACK) -> Protection:
    """The simple rule: hide the smallest shown cell that helps an attack, until none is left. What ``protect`` is compared with."""
    hide: set[Hashable] = set()
    while True:
        now = _hiding(cells, hide)
        leaks = attack(now, minimum_n=minimum_n, slack=slack)
        useful = frozenset().union(*(leak.using for leak in leaks)) if leaks else frozenset()
        candidates = [c for c in now if c.key in useful and not c.hidden and not c.fixed]
        if not candidates:
            return Protection(hide=frozenset(hide), open=leaks)
        hide.add(min(candidates, key=_preference).key)


def bounds(cells: Sequence[Cell], *, minimum_n: int = MINIMUM_N) -> Mapping[Cell, tuple[float, float, frozenset[Hashable]]]:
    """The least and most that n of each hidden cell can be, and the shown cells that say so."""
    if _is_partition(cells):
        return _bounds_of_parts(cells, minimum_n)
    found = _bounds_of_layers(cells, minimum_n)
    return _bounds_by_programs(cells, minimum_n) if found is None else found


def _hiding(cells: Sequence[Cell], keys: Iterable[Hashable]) -> list[Cell]:
    chosen = frozenset(keys)
    return [replace(cell, hidden=True) if cell.key in chosen else cell for cell in cells]


def _preference(cell: Cell) -> tuple[float, int, str]:
    return cell.cost, cell.n, str(cell.key)


def _range(cell: Cell, minimum_n: int) -> tuple[float, float]:
    """What the flag of a hidden cell says of n."""
    return (0.0, minimum_n - 1.0) if cell.few else (float(minimum_n), np.inf)


def _is_partition(cells: Sequence[Cell]) -> bool:
    """One cell that is everything and parts that share nothing, nothing else."""
    if not cells:
        return True
    biggest = max(cells, key=lambda c: len(c.atoms))
    parts = [cell for cell in cells if cell is not biggest]
    count = sum(len(cell.atoms) for cell in parts)
    return count == len(biggest.atoms) == len(frozenset().union(*(c.atoms for c in parts)) if parts else biggest.atoms) and bool(parts)


def _bounds_of_parts(cells: Sequence[Cell], minimum_n: int) -> Mapping[Cell, tuple[float, float, frozenset[Hashable]]]:
    if not cells:
        return {}
    whole = max(cells, key=lambda c: len(c.atoms))
    parts = [cell for cell in cells if cell is not whole]
    hidden = [cell for cell in parts if cell.hidden]
    ranges = {cell.key: _range(cell, minimum_n) for cell in hidden}
    shown = frozenset(cell.key for cell in parts if not cell.hidden)
    found = {}
    if whole.hidden:
        least, most = sum(low for low, _ in ranges.values()), sum(high for _, high in ranges.values())
        known = sum(cell.n for cell in parts if not cell.hidden)
        low, high = _range(whole, minimum_n)
        found[whole] = (max(low, known + least), min(high, known + most), shown)
        found |= {cell: (*ranges[cell.key], frozenset()) for cell in hidden}
        return found
    rest = whole.n - sum(cell.n for cell in parts if not cell.hidden)
    lows, highs = sum(low for low, _ in ranges.values()), [high for _, high in ranges.values()]
    unlimited = sum(np.isinf(high) for high in highs)
    limited = sum(high for high in highs if np.isfinite(high))
    for cell in hidden:
        low, high = ranges[cell.key]
        others = np.inf if unlimited - np.isinf(high) > 0 else limited - (0.0 if np.isinf(high) else high)
        found[cell] = (max(low, rest - others), min(high, rest - (lows - low)), shown | {whole.key})
    return found


def _bounds_of_layers(cells: Sequence[Cell], minimum_n: int) -> Mapping[Cell, tuple[float, float, frozenset[Hashable]]] | None:
    """The same where hidden cells are single atoms and shown cells nest in each other: each shown cell, less those inside it, is a sum of
    hidden atoms of its own. None for any other table."""
    hidden = [cell for cell in cells if cell.hidden]
    if any(len(cell.atoms) != 1 for cell in hidden) or len({cell.atoms for cell in hidden}) < len(hidden):
        return None
    sums: dict[frozenset[Hashable], tuple[int, frozenset[Hashable]]] = {}
    for cell in sorted((c for c in cells if not c.hidden), key=lambda c: len(c.atoms)):
        atoms, total, using = cell.atoms, cell.n, frozenset({cell.key})
        for inner, (amount, keys) in sums.items():
            if inner <= atoms:
                atoms, total, using = atoms - inner, total - amount, using | keys
            elif inner & atoms:
                return None
        if atoms:
            sums[atoms] = (total, using)
    ranges = {next(iter(cell.atoms)): _range(cell, minimum_n) for cell in hidden}
    free = (0.0, np.inf)
    found = {}
    for cell in hidden:
        (atom,) = cell.atoms
        low, high = ranges[atom]
        source: frozenset[Hashable] = frozenset()
        for atoms, (total, keys) in sums.items():
            if atom in atoms:
                others = [ranges.get(other, free) for other in atoms if other != atom]
                low = max(low, total - sum(most for _, most in others))
                high = min(high, total - sum(least for least, _ in others))
                source = keys
        found[cell] = (low, high, source)
    return found


def _bounds_by_programs(cells: Sequence[Cell], minimum_n: int) -> Mapping[Cell, tuple[float, float, frozenset[Hashable]]]:
    """The same by linear programs over the atoms, for tables that overlap."""
    atoms = {atom: n for n, atom in enumerate(sorted(frozenset().union(*(c.atoms for c in cells)), key=str))}
    shown = [cell for cell in cells if not cell.hidden]
    hidden = [cell for cell in cells if cell.hidden]

    def rows(of: Sequence[Cell]) -> sparse.csr_array:
        places = [(n, atoms[atom]) for n, cell in enumerate(of) for atom in cell.atoms]
        data = (np.ones(len(places)), tuple(np.array(places).T)) if places else None
        shape = (len(of), len(atoms))
        return sparse.csr_array(data, shape=shape) if data else sparse.csr_array(shape)

    equal, inside = rows(shown), rows(hidden)
    limits = np.array([_range(cell, minimum_n) for cell in hidden]).reshape(-1, 2)
    finite = np.isfinite(limits[:, 1])
    upper = sparse.vstack([inside[np.flatnonzero(finite)], -inside]) if hidden else inside
    ends = np.concatenate([limits[finite, 1], -limits[:, 0]])
    counts = np.array([float(cell.n) for cell in shown])
    problem: dict[str, Any] = {"method": "highs"}
    if ends.size:
        problem |= {"A_ub": upper, "b_ub": ends}
    if shown:
        problem |= {"A_eq": equal, "b_eq": counts}
    found = {}
    for n, cell in enumerate(hidden):
        target = np.asarray(inside[[n]].todense()).ravel()
        values, using = [], set()
        for sign in (1.0, -1.0):
            result = optimize.linprog(sign * target, **problem)
            if result.status == 3:  # unbounded
                values.append(-sign * np.inf)
                continue
            if result.status != 0:
                raise StatisticsError("the published cells contradict each other: no numbers of people fit them all")
            values.append(sign * float(result.fun))
            if shown:
                using |= {shown[k].key for k in np.flatnonzero(np.abs(result.eqlin.marginals) > 1e-7)}
        found[cell] = (values[0], values[1], frozenset(using))
    return found


def _remainders(cells: Sequence[Cell], minimum_n: int) -> list[Leak]:
    """Shown cells of which, after taking off the shown cells of a family inside them, 1 to ``minimum_n`` − 1 people are left."""
    found = []
    families: dict[str, list[Cell]] = {}
    for cell in cells:
        families.setdefault(cell.family, []).append(cell)
    for outer in cells:
        if outer.hidden:
            continue
        for family, members in families.items():
            inner = [c for c in members if not c.hidden and c.key != outer.key and c.atoms < outer.atoms]
            if family == outer.family or not inner:
                continue
            rest = outer.n - sum(c.n for c in inner)
            if 0 < rest < minimum_n:
                found.append(Leak(key=outer.key, low=rest, high=rest, using=frozenset({outer.key, *(c.key for c in inner)})))
    return found


def _search(cells: Sequence[Cell], minimum_n: int, slack: int) -> frozenset[Hashable] | None:
    """The fewest parts to hide, smallest first; None where hiding up to three doesn't do."""
    whole = max(cells, key=lambda c: len(c.atoms))
    candidates = sorted((c for c in cells if c is not whole and not c.hidden and not c.fixed), key=_preference)
    for count in (1, 2, 3):
        for chosen in combinations(candidates[: 200 if count == 1 else 40 if count == 2 else 15], count):
            keys = frozenset(cell.key for cell in chosen)
            if not attack(_hiding(cells, keys), minimum_n=minimum_n, slack=slack):
                return keys
    return None


def _solve(cells: Sequence[Cell], minimum_n: int, slack: int) -> Protection:
    """Hide the fewest cells, one of those that each attack so far has used, until no attack is left."""
    free = [cell for cell in cells if not cell.hidden and not cell.fixed]
    place = {cell.key: n for n, cell in enumerate(free)}
    order = sorted(free, key=_preference)
    price = np.array([1.0 + cell.cost + 1e-4 * order.index(cell) / len(free) for cell in free])
    cuts: list[frozenset[Hashable]] = []
    hide: frozenset[Hashable] = frozenset()
    given_up: list[Leak] = []
    while True:
        leaks = [
            leak for leak in attack(_hiding(cells, hide), minimum_n=minimum_n, slack=slack) if leak.key not in {g.key for g in given_up}
        ]
        if not leaks:
            return Protection(hide=hide, open=tuple(given_up))
        for leak in leaks:
            useful = frozenset(key for key in leak.using if key in place and key not in hide)
            if useful:
                cuts.append(useful)
            else:
                given_up.append(leak)
        if not cuts:
            continue
        matrix = np.zeros((len(cuts), len(free)))
        for row, cut in enumerate(cuts):
            matrix[row, [place[key] for key in cut]] = 1.0
        result = optimize.milp(
            price,
            constraints=optimize.LinearConstraint(matrix, lb=1.0),
            integrality=np.ones(len(free), dtype=np.int64),
            bounds=optimize.Bounds(0, 1),
        )
        if result.x is None:
            raise StatisticsError("complementary suppression could not be solved")
        hide = frozenset(cell.key for cell, chosen in zip(free, result.x > 0.5, strict=True) if chosen)
