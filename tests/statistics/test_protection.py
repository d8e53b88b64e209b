"""Complementary suppression: attacked in every way a reader could, and never more than the greedy rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustsurvey.statistics import protection
from trustsurvey.statistics.protection import Cell, attack, protect, protect_greedily


def table(counts: Sequence[int], *, hidden: Sequence[int] = ()) -> list[Cell]:
    """The whole and its parts, parts of fewer than ten hidden as too few, and those named hidden as imprecise."""
    parts = [Cell(key=k, family="areas", atoms=frozenset({k}), n=n, few=n < 10, hidden=n < 10 or k in hidden) for k, n in enumerate(counts)]
    total = sum(counts)
    return [
        Cell(key="all", family="whole", atoms=frozenset(range(len(counts))), n=total, few=total < 10, hidden=total < 10, fixed=True),
        *parts,
    ]


def applied(cells: Sequence[Cell], hide: frozenset[object]) -> list[Cell]:
    return [replace(cell, hidden=True) if cell.key in hide else cell for cell in cells]


def integer_values(cells: Sequence[Cell], key: object) -> set[int]:
    """Every n that a hidden part can have, by trying all whole numbers: the attacker's own enumeration."""
    whole = next(cell for cell in cells if cell.key == "all")
    hidden = [cell for cell in cells if cell.hidden and cell.key != "all"]
    rest = whole.n - sum(cell.n for cell in cells if not cell.hidden and cell.key != "all")
    ranges = [range(10) if cell.few else range(10, rest + 1) for cell in hidden]
    possible: set[int] = set()
    own = next(n for n, cell in enumerate(hidden) if cell.key == key)
    sums = {0}
    for n, values in enumerate(ranges):
        if n != own:
            sums = {s + v for s in sums for v in values if s + v <= rest}
    for value in ranges[own]:
        if rest - value in sums:
            possible.add(value)
    return possible


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([50, 60, 70], set()),  # nothing to hide
        ([5, 60, 70], {1}),  # one hidden part would be the whole less the others
        ([3, 4, 60, 70], {2}),  # two, but together seven people
        ([9, 9, 60, 70], {2}),  # 18 of two that are at most 9 each: both are 9
        ([6, 7, 60, 70], set()),
        ([0, 60, 70], set()),  # nobody is there
        ([1, 10, 60, 70], {2}),  # 11 less at least 10 leaves 0 or 1
        ([5], set()),
    ],
)
def test_parts_of_a_whole(counts: list[int], expected: set[int]) -> None:
    found = protect(table(counts))
    assert found.hide == expected
    assert not found.open


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=3, max_size=9), st.integers(0, 4))
def test_no_hidden_part_can_be_worked_back(counts: list[int], imprecise: int) -> None:
    cells = table(counts, hidden=[k for k, n in enumerate(counts) if n >= 10][:imprecise])
    found = protect(cells)
    after = applied(cells, found.hide)
    greedy = protect_greedily(cells)
    if found.open:
        assert greedy.open  # too few parts to hide behind: nothing could have been done
        return
    hidden = [cell for cell in after if cell.hidden and cell.key != "all"]
    if after[0].hidden:
        assert sum(counts) < 10  # nothing is shown at all
        return
    rest = sum(cell.n for cell in hidden)
    assert rest == 0 or rest >= 10
    for cell in hidden:
        if cell.n:
            values = integer_values(after, cell.key)
            assert cell.n in values
            assert len(values) >= protection.SLACK + 1
    if not greedy.open:
        assert len(found.hide) <= len(greedy.hide)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=3, max_size=8))
def test_programs_and_arithmetic_find_the_same_bounds(counts: list[int]) -> None:
    cells = table(counts)
    direct, programs = protection.bounds(cells), protection._bounds_by_programs(cells, 10)
    for cell, (low, high, _) in direct.items():
        assert programs[cell][:2] == pytest.approx((low, high), abs=1e-6)


def districts(counts: Sequence[int], groups: Sequence[Sequence[int]], *, fixed: bool) -> list[Cell]:
    cells = table(counts)
    for n, group in enumerate(groups):
        total = sum(counts[k] for k in group)
        few = total < 10
        cells.append(Cell(key=f"d{n}", family="districts", atoms=frozenset(group), n=total, few=few, hidden=few, fixed=fixed and not few))
    return cells


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=6, max_size=9), st.integers(0, 10_000))
def test_programs_and_layers_find_the_same_bounds(counts: list[int], seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, 3, len(counts))
    groups = [[k for k in range(len(counts)) if labels[k] == g] for g in range(3)]
    cells = districts(counts, [group for group in groups if len(group) > 1], fixed=True)
    layers = protection._bounds_of_layers(cells, 10)
    if layers is None:  # a district of few is hidden: not an atom
        return
    programs = protection._bounds_by_programs(cells, 10)
    for cell, (low, high, _) in layers.items():
        assert programs[cell][:2] == pytest.approx((low, high), abs=1e-6)


def least_squares(cells: Sequence[Cell], key: object) -> bool:
    """Whether a hidden cell is a linear combination of shown ones: the attack by least squares."""
    atoms = sorted({atom for cell in cells for atom in cell.atoms}, key=str)
    shown = np.array([[atom in cell.atoms for atom in atoms] for cell in cells if not cell.hidden], dtype=np.float64)
    target = np.array([atom in next(c for c in cells if c.key == key).atoms for atom in atoms], dtype=np.float64)
    if not len(shown):
        return False
    solution = np.linalg.lstsq(shown.T, target, rcond=None)[0]
    return bool(np.allclose(shown.T @ solution, target, atol=1e-8))


def test_overlapping_districts_are_one_system() -> None:
    """Hiding 0 and 3 protects both in the city; a district that holds 0 and shown areas only gives 0 away."""
    counts = [5, 60, 70, 6, 80, 90]
    alone = protect(table(counts))
    assert not alone.hide
    cells = districts(counts, [[0, 1, 2], [3, 4, 5]], fixed=True)
    assert least_squares(cells, 0)
    found = protect(cells)
    assert not found.open
    assert len(found.hide) == 2  # one in each district
    after = applied(cells, found.hide)
    assert not attack(after)
    for cell in after:
        if cell.hidden:
            assert not least_squares(after, cell.key)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=6, max_size=9), st.integers(0, 10_000), st.booleans())
def test_overlapping_systems_withstand_the_attack(counts: list[int], seed: int, fixed: bool) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, len(counts))
    groups = [[k for k in range(len(counts)) if labels[k] == g] for g in range(3)]
    cells = districts(counts, [group for group in groups if len(group) > 1], fixed=fixed)
    found, greedy = protect(cells), protect_greedily(cells)
    after = applied(cells, found.hide)
    left = {leak.key for leak in found.open}
    assert {leak.key for leak in attack(after)} <= left
    for cell in after:
        if cell.hidden and cell.n and cell.key not in left:
            assert not least_squares(after, cell.key)
    if not found.open and not greedy.open:
        assert len(found.hide) <= len(greedy.hide)


def test_what_is_published_already_can_only_be_said() -> None:
    cells = [
        Cell(key="all", family="whole", atoms=frozenset({0, 1, 2}), n=75, fixed=True),
        Cell(key=0, family="areas", atoms=frozenset({0}), n=5, few=True, hidden=True),
        Cell(key=1, family="areas", atoms=frozenset({1}), n=30, fixed=True),
        Cell(key=2, family="areas", atoms=frozenset({2}), n=40, fixed=True),
    ]
    found = protect(cells)
    assert not found.hide
    assert {leak.key for leak in found.open} >= {0}
