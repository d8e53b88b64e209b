"""What has been published, what a new release would give away beside it, and what is hidden so that it doesn't.

Cells of a measure that add up are one system: the whole and its areas, the whole and the levels of a group, and every cell of earlier
releases of the same wave, also those of other area sets (districts over neighborhoods). ``statistics.protection`` solves it. Two things
come from comparing releases: a cell that was published before with a few people more or fewer gives those few away, unless rounding
covers them; and a cell that an earlier release shows can't be hidden any more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from trustsurvey.analysis.figures import Figures
from trustsurvey.analysis.plan import Plan
from trustsurvey.analysis.release import Estimate, Flag, Release
from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.protection import Cell, Protection, protect, protect_greedily

COVERED = 25.0
"""How many points (of 0–100) rounding must leave open of the mean of the few people that two releases differ by."""

_REST = "people in no part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Earlier releases of the same wave, whose figures are out.

    ``inside``: of an area of another set (a district), the areas of this release that it is made of. ``parts``: of an area of this release,
    the areas of another set that it is made of.
    """

    published: tuple[Release, ...] = ()
    inside: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many cells were hidden: by the primary rules, to protect those, and as many as a greedy rule would have hidden to protect them.

    ``open`` counts hidden cells whose n is narrowed down to one or two values by the whole alone, or is given away by earlier releases.
    """

    primary: int = 0
    complementary: int = 0
    greedy: int = 0
    open: int = 0


Solver = Callable[..., Protection]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """One measure: the figures of everyone, and of partitions of everyone (its areas, its groups), in the same order for every measure.

    An answer to a question has no groups.
    """

    whole: Figures
    parts: tuple[Figures, ...]


def protected(tables: Sequence[Table], plan: Plan, ledger: Ledger, respondents: Mapping[str, int]) -> tuple[list[Table], Count]:
    """The tables with more cells hidden, so that no suppressed cell can be worked back.

    Args:
        respondents: people of each area, whatever they answered: areas of few are hidden first, so that measures hide the same ones.
    """
    if plan.suppression.rule == "none":
        return list(tables), Count()
    judged = [replace(table, parts=tuple(part.hiding(_differs_by_few(part, plan, ledger)) for part in table.parts)) for table in tables]
    primary = suppressed(judged)
    if not primary and not ledger.published:
        return judged, Count()
    found, left = _hidden(judged, plan, ledger, respondents, protect)
    greedy, _ = _hidden(judged, plan, ledger, respondents, protect_greedily)
    count = Count(primary=primary, complementary=suppressed(found) - primary, greedy=suppressed(greedy) - primary, open=left)
    return found, count


def suppressed(tables: Sequence[Table]) -> int:
    """How many cells are hidden."""
    return sum(flag.suppressed for table in tables for figures in (table.whole, *table.parts) for flag in figures.flags)


def _hidden(tables: Sequence[Table], plan: Plan, ledger: Ledger, respondents: Mapping[str, int], solve: Solver) -> tuple[list[Table], int]:
    """What ``solve`` hides, and how many leaks it leaves.

    First over measures that the same people answered (the options of one item; everything, where nobody leaves anything out): what one of
    them shows of n, it shows of all, so only what is hidden in all of them is hidden. Then measure by measure.
    """
    parts = [list(table.parts) for table in tables]
    left = 0
    for p in range(max((len(found) for found in parts), default=0)):
        alike: dict[tuple[int, ...], list[int]] = {}
        having = [(t, table) for t, table in enumerate(tables) if p < len(parts[t])]
        for t, table in having:
            alike.setdefault((int(table.whole.found.n[0]), *parts[t][p].found.n.tolist()), []).append(t)
        for members in alike.values():
            if len(members) > 1:
                common = _common([parts[t][p] for t in members])
                whole = _common([tables[t].whole for t in members])
                rows, _ = _solved(whole, common, plan, ledger, respondents, solve)
                for t in members:
                    parts[t][p] = parts[t][p].hiding([k for k in rows if not parts[t][p].flags[k].suppressed])
        for t, table in having:
            rows, unsolved = _solved(table.whole, parts[t][p], plan, ledger, respondents, solve)
            parts[t][p] = parts[t][p].hiding(rows)
            left += unsolved
    return [replace(table, parts=tuple(found)) for table, found in zip(tables, parts, strict=True)], left


def _common(members: Sequence[Figures]) -> Figures:
    """The first of figures with the same n, with only those cells hidden that are hidden in all of them."""
    first = members[0]
    flags = [flag if all(member.flags[k].suppressed for member in members) else Flag.OK for k, flag in enumerate(first.flags)]
    return replace(first, flags=tuple(flags))


def _solved(
    whole: Figures, part: Figures, plan: Plan, ledger: Ledger, respondents: Mapping[str, int], solve: Solver
) -> tuple[list[int], int]:
    """Rows to hide, and how many leaks are left."""
    if not part.places or not (any(flag.suppressed for flag in part.flags) or ledger.published):
        return [], 0
    solved = solve(_table(whole, part, ledger, respondents), minimum_n=plan.suppression.minimum_n)
    return [k for k in range(len(part.places)) if ("new", k) in solved.hide], len(solved.open)


def _table(whole: Figures, part: Figures, ledger: Ledger, respondents: Mapping[str, int]) -> list[Cell]:
    """The system of one partition: the whole, its parts, people in none of them, and what has been published of them."""
    n = part.found.n.tolist()
    atoms = [_atoms(area, group, ledger.parts) for area, group in part.places]
    hidden = [flag.suppressed for flag in part.flags]
    rest = int(whole.found.n[0]) - sum(n)
    order = sorted(range(len(n)), key=lambda k: respondents.get(part.places[k][0] or "", 0))
    cost = np.empty(len(n))
    cost[order] = np.arange(len(n)) / (100.0 * max(len(n), 1))
    everything: frozenset[Hashable] = frozenset().union(*atoms) | ({_REST} if rest else frozenset())
    everyone = Cell(
        key=("whole", 0),
        family="whole",
        atoms=everything,
        n=int(whole.found.n[0]),
        few=whole.flags[0] is Flag.TOO_FEW,
        hidden=whole.flags[0].suppressed,
        fixed=True,  # never hidden for the sake of a part: where every part is hidden already, only n can be narrowed down
    )
    cells = [everyone]
    cells += [_cell(("new", k), "parts", atoms[k], n[k], flag, cost=float(cost[k])) for k, flag in enumerate(part.flags)]
    if rest:  # who is in no part: their number is known from elsewhere, or must be thought to be
        cells.append(Cell(key=("rest", 0), family="parts", atoms=frozenset({_REST}), n=rest, fixed=True))
    for release in ledger.published:
        cells += _published(release, part, list(zip(atoms, n, hidden, strict=True)), ledger)
    return cells


def _published(release: Release, part: Figures, new: Sequence[tuple[frozenset[Hashable], int, bool]], ledger: Ledger) -> list[Cell]:
    """Shown cells of an earlier release that rest on the same people: sums of this one's parts, or parts of one."""
    found = []
    for k, old in enumerate(_cells_of(release, part)):
        if old.n is None:
            continue
        own = _atoms(old.area, next(iter(old.group.items())) if old.group else None, ledger.inside)
        inner = [cell for cell in new if cell[0] <= own]
        together = frozenset().union(*(cell[0] for cell in inner))
        if any(atoms == own and n == old.n and not hidden for atoms, n, hidden in new):
            continue  # shown again as it was
        same = together == own and sum(n for _, n, _ in inner) == old.n
        within = any(own < atoms and old.n <= n for atoms, n, _ in new)
        if same or within:
            found.append(Cell(key=("old", release.number, k), family=f"release {release.number}", atoms=own, n=old.n, fixed=True))
    return found


def _atoms(area: str | None, group: tuple[str, str] | None, made_of: Mapping[str, frozenset[str]]) -> frozenset[Hashable]:
    """What a cell is made of: the areas that ``made_of`` says, or itself."""
    if area is not None and area in made_of:
        return frozenset(_name(code, None) for code in made_of[area])
    return frozenset({_name(area, group)})


def _cells_of(release: Release, part: Figures) -> list[Estimate]:
    areas = bool(part.places) and part.places[0][0] is not None
    published = release.answer_cells() if part.planned.answer else release.estimates
    return [e for e in published if e.measure == part.code and (e.area is not None if areas else e.group is not None)]


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
