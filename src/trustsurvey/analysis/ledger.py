"""What has been published, what a new release would give away beside it, and what is hidden so that it doesn't.

Cells of a measure that add up are one system: the whole and its areas, the whole and the levels of a group, and every cell of earlier
releases of the same wave, also those of other area sets (districts over neighborhoods). ``statistics.protection`` solves it. Two things
come from comparing releases: a cell that was published before with a few people more or fewer gives those few away, unless rounding
covers them; and a cell that an earlier release shows can't be hidden any more.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trustsurvey.analysis.figures import Figures
from trustsurvey.analysis.plan import Plan
from trustsurvey.analysis.release import Estimate, Flag, Release
from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.protection import Cell, protect, protect_greedily

COVERED = 25.0
"""How many points (of 0–100) rounding must leave open of the mean of the few people that two releases differ by."""

_WHOLE = "the whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Earlier releases of the same wave, whose figures are out.

    ``inside``: of an area of another set (a district), the areas of this release that it is made of.
    """

    published: tuple[Release, ...] = ()
    inside: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many cells were hidden: by the primary rules, to protect those, and as many as a greedy rule would have hidden to protect them.

    ``open`` counts hidden cells that earlier releases give away already.
    """

    primary: int = 0
    complementary: int = 0
    greedy: int = 0
    open: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            primary=self.primary + other.primary,
            complementary=self.complementary + other.complementary,
            greedy=self.greedy + other.greedy,
            open=self.open + other.open,
        )


def protected(
    whole: Figures, parts: Sequence[Figures], plan: Plan, ledger: Ledger, respondents: Mapping[str, int]
) -> tuple[list[Figures], Count]:
    """The parts of one measure (its areas, its groups) with more cells hidden, so that no suppressed cell can be worked back.

    Args:
        whole: the figures of everyone. parts: partitions of everyone.
        respondents: people of each area, whatever they answered: areas of few are hidden first, so that measures hide the same ones.
    """
    if plan.suppression.rule == "none":
        return list(parts), Count()
    found, total = [], Count(primary=sum(flag.suppressed for flag in whole.flags))
    for part in parts:
        flagged = part.hiding(_differs_by_few(part, plan, ledger))
        primary = sum(flag.suppressed for flag in flagged.flags)
        table = _table(whole, flagged, ledger, respondents) if flagged.places else []
        if not any(cell.hidden and cell.n for cell in table):
            found.append(flagged)
            continue
        solved = protect(table, minimum_n=plan.suppression.minimum_n)
        greedy = protect_greedily(table, minimum_n=plan.suppression.minimum_n)
        rows = [k for k in range(len(flagged.places)) if ("new", k) in solved.hide]
        found.append(flagged.hiding(rows))
        total += Count(primary=primary, complementary=len(rows), greedy=len(greedy.hide), open=len(solved.open))
    return found, total


def _table(whole: Figures, part: Figures, ledger: Ledger, respondents: Mapping[str, int]) -> list[Cell]:
    """The system of one partition: the whole, its parts, people in none of them, and what has been published of them."""
    n = part.found.n.tolist()
    names = [_name(area, group) for area, group in part.places]
    rest = int(whole.found.n[0]) - sum(n)
    order = sorted(range(len(n)), key=lambda k: respondents.get(part.places[k][0] or "", 0))
    cost = np.empty(len(n))
    cost[order] = np.arange(len(n)) / (100.0 * max(len(n), 1))
    atoms: frozenset[Hashable] = frozenset(names) | ({_WHOLE} if rest else set())
    cells = [_cell(("whole", 0), "whole", atoms, int(whole.found.n[0]), whole.flags[0], cost=100.0)]
    cells += [_cell(("new", k), "parts", frozenset({names[k]}), n[k], flag, cost=float(cost[k])) for k, flag in enumerate(part.flags)]
    if rest:  # who is in no part: their number is known from elsewhere, or must be thought to be
        cells.append(Cell(key=("rest", 0), family="parts", atoms=frozenset({_WHOLE}), n=rest, fixed=True))
    known = dict(zip(names, n, strict=True))
    for release in ledger.published:
        cells += _published(release, part, known, ledger)
    return cells


def _published(release: Release, part: Figures, known: Mapping[Hashable, int], ledger: Ledger) -> list[Cell]:
    """Cells of an earlier release that are sums of this one's parts and rest on the same people."""
    found = []
    for k, old in enumerate(_cells_of(release, part)):
        name = _name(old.area, next(iter(old.group.items())) if old.group else None)
        own = frozenset(_name(code, None) for code in ledger.inside.get(old.area or "", ())) or frozenset({name})
        if old.n is None or not own <= known.keys() or sum(known[atom] for atom in own) != old.n:
            continue
        found.append(Cell(key=("old", release.number, k), family=f"release {release.number}", atoms=own, n=old.n, fixed=True))
    return found


def _cells_of(release: Release, part: Figures) -> list[Estimate]:
    areas = bool(part.places) and part.places[0][0] is not None
    return [e for e in release.estimates if e.measure == part.code and (e.area is not None if areas else e.group is not None)]


def _differs_by_few(part: Figures, plan: Plan, ledger: Ledger) -> list[int]:
    """Rows that were published with a few people more or fewer, whose mean rounding doesn't cover."""
    rows = []
    for release in ledger.published:
        before = {_name(e.area, next(iter(e.group.items())) if e.group else None): e.n for e in _cells_of(release, part)}
        for k, (area, group) in enumerate(part.places):
            old = before.get(_name(area, group))
            if old is None or part.flags[k].suppressed:
                continue
            now = int(part.found.n[k])
            few = abs(now - old)
            if 0 < few < plan.suppression.minimum_n and 0.05 * (now + old) / few < COVERED:
                rows.append(k)
    return rows


def hidden_shares(counts: FloatArray, plan: Plan) -> list[int]:
    """Of categories that share everyone out, those whose count must not be shown: of few people, and what protects them."""
    if plan.suppression.rule == "none":
        return []
    minimum = plan.suppression.minimum_n
    sizes = np.rint(counts).astype(np.int64).tolist()
    cells = [Cell(key=("whole", 0), family="whole", atoms=frozenset(range(len(sizes))), n=sum(sizes), fixed=True)]
    cells += [
        Cell(key=("part", k), family="parts", atoms=frozenset({k}), n=size, few=size < minimum, hidden=size < minimum)
        for k, size in enumerate(sizes)
    ]
    hide = protect(cells, minimum_n=minimum).hide
    return [k for k, cell in enumerate(cells[1:]) if cell.hidden or cell.key in hide]


def _cell(key: Hashable, family: str, atoms: frozenset[Hashable], n: int, flag: Flag, *, cost: float) -> Cell:
    return Cell(key=key, family=family, atoms=atoms, n=n, few=flag is Flag.TOO_FEW, hidden=flag.suppressed, cost=cost)


def _name(area: str | None, group: tuple[str, str] | None) -> Hashable:
    return (area, group)
