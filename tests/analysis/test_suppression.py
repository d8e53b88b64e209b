"""A release attacked as a reader could: with every number in it, its flags, the rounding and what it was compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize

from tests.analysis import city
from trustsurvey.analysis.ledger import Ledger
from trustsurvey.analysis.pipeline import make_release, plan_for, read_records
from trustsurvey.analysis.plan import Plan
from trustsurvey.analysis.release import Area, Estimate, Flag, Release
from trustsurvey.questionnaire.record import columns, width
from trustsurvey.statistics.tally import COUNT

ASKED = city.shipped()


def people(sizes: Mapping[str, int], *, seed: int = 3, shift: Mapping[str, int] | None = None) -> tuple[list[str], bytes]:
    """So many people in each area; ``shift`` overrides what those of an area answer everywhere (a position)."""
    areas = [code for code, size in sizes.items() for _ in range(size)]
    _, text = city.records(ASKED, len(areas), seed=seed)
    matrix = np.frombuffer(text, dtype=np.uint8).reshape(len(areas), width(ASKED)).copy()
    for code, answer in (shift or {}).items():
        for column in columns(ASKED):
            if column.item.option_list:
                matrix[[a == code for a in areas], column.index] = ord("0") + answer
    return areas, matrix.tobytes()


def released(
    sizes: Mapping[str, int], *, plan: Plan | None = None, ledger: Ledger | None = None, areas: Sequence[Area] = (), **made: object
) -> Release:
    plan = plan or plan_for(ASKED)
    tallied = read_records(ASKED, plan, [people(sizes, **made)], areas=list(sizes))  # type: ignore[arg-type]
    context = replace(city.CONTEXT, ledger=ledger or Ledger(), number=1)
    return make_release(tallied, plan, areas=areas or [Area(code=code, name=code) for code in sizes], context=context)


def truth(sizes: Mapping[str, int], measure: str) -> dict[str, int]:
    tally = read_records(ASKED, plan_for(ASKED), [people(sizes)], areas=list(sizes)).tally
    counts = np.bincount(tally.codes("area"), weights=tally.of(measure)[COUNT], minlength=len(sizes))
    return dict(zip(sizes, counts.astype(int).tolist(), strict=True))


CITIES = [
    {"a": 400, "b": 300, "c": 6},
    {"a": 400, "b": 300, "c": 6, "d": 3},
    {"a": 400, "b": 300, "c": 14, "d": 9, "e": 9},
    {"a": 40, "b": 35, "c": 33, "d": 1, "e": 0},
    {f"n{k:02d}": size for k, size in enumerate([90, 80, 70, 60, 45, 33, 28, 21, 16, 12, 10, 9, 7, 4, 2])},
]


@pytest.mark.parametrize("sizes", CITIES)
def test_no_suppressed_n_can_be_got_from_totals(sizes: dict[str, int]) -> None:
    """Integer bounds by integer programs on all n of a measure, its areas and its flags."""
    release = released(sizes)
    tables: dict[tuple[int, ...], list[Estimate]] = {}
    for measure in release.measures:  # measures that the same people answered give each other's n away: the attacker joins them
        known = truth(sizes, "reported_of_victims" if measure.code == "reporting_gap" else measure.code)
        tables.setdefault(tuple(known.values()), []).extend(e for e in release.estimates if e.measure == measure.code and not e.group)
    for counts, cells in tables.items():
        total = next((e.n for e in cells if e.area is None and e.n is not None), None)
        if total is None:
            continue
        areas = []
        for code in sizes:
            of_area = [e for e in cells if e.area == code]
            areas.append(next((e for e in of_area if e.n is not None), None) or min(of_area, key=lambda e: e.flag is not Flag.TOO_FEW))
        for cell, n in zip(areas, counts, strict=True):
            if cell.n is None and n > 0:
                low, high = integer_bounds(areas, total, cell)
                assert low <= n <= high
                assert high - low >= 2, cell
        rest = total - sum(e.n for e in areas if e.n is not None)
        assert rest == 0 or rest >= 10


def integer_bounds(areas: Sequence[Estimate], total: int, cell: Estimate) -> tuple[float, float]:
    limits = []
    for e in areas:
        if e.n is not None:
            limits.append((e.n, e.n))
        elif e.flag is Flag.TOO_FEW:
            limits.append((0, 9))
        else:
            limits.append((10, total))
    lower, upper = np.array(limits, dtype=float).T
    target = np.array([float(e is cell) for e in areas])
    ends = []
    for sign in (1.0, -1.0):
        result = optimize.milp(
            sign * target,
            constraints=optimize.LinearConstraint(np.ones((1, len(areas))), lb=total, ub=total),
            integrality=np.ones(len(areas), dtype=int),
            bounds=optimize.Bounds(lower, upper),
        )
        ends.append(sign * result.fun)
    return ends[0], ends[1]


@pytest.mark.parametrize("sizes", CITIES)
@pytest.mark.parametrize("measure", ["trust_index", "safe_contact", "rf_outreach"])
def test_no_mean_of_few_people_can_be_got_by_least_squares_or_rounding(sizes: dict[str, int], measure: str) -> None:
    """Unweighted, Σ n·mean is additive. With n of every cell given to the attacker for nothing, and every shown mean within its rounding,
    the mean of a suppressed area of few stays open over at least half of the scale."""
    release = released(sizes)
    known = truth(sizes, measure)
    everyone = release.estimate(measure)
    assert everyone is not None
    if everyone.estimate is None:
        return
    areas = [e for e in release.estimates if e.measure == measure and e.area is not None]
    size = np.array([known[str(e.area)] for e in areas], dtype=float)
    total = size.sum()
    limits = [(0.0, 100.0) if e.estimate is None else (e.estimate - 0.05, e.estimate + 0.05) for e in areas]
    row = np.array([size, -size]) / total
    ends = np.array([everyone.estimate + 0.05, -(everyone.estimate - 0.05)])
    for k, cell in enumerate(areas):
        if not cell.flag.suppressed or not 0 < size[k] < 10:
            continue
        reach = []
        for sign in (1.0, -1.0):
            target = np.zeros(len(areas))
            target[k] = sign
            result = optimize.linprog(target, A_ub=row, b_ub=ends, bounds=limits, method="highs")
            assert result.status == 0
            reach.append(sign * result.fun)
        assert reach[1] - reach[0] > 50, (cell.area, reach)


def test_a_suppressed_area_is_in_no_other_number() -> None:
    """What the few of an area answer changes nothing that is said of other areas, but the city's own figures: not EBLUPs, not brackets."""
    sizes = {"a": 400, "b": 300, "c": 200, "d": 150, "e": 100, "f": 6, "g": 5}
    low, high = released(sizes, shift={"f": 0}), released(sizes, shift={"f": 4})
    for before, after in zip(low.estimates, high.estimates, strict=True):
        if before.area in ("f", "g"):
            assert before.eblup is before.eblup_mse is before.shrinkage is None
            assert before.estimate is None
        elif before.area is not None:
            assert before == after
    assert low.estimate("trust_index", "a").eblup is not None  # type: ignore[union-attr]
    assert low.brackets == high.brackets
    assert {contrast.area for contrast in low.against_city if not contrast.group} == {"a", "b", "c", "d", "e"}
    assert not {row.area for row in low.missing} & {"f", "g"}


def test_what_stands_beside_the_estimates_doesn_t_count_the_few() -> None:
    """Rates of no answer, shares of margins and the range of weights don't give n of a suppressed area."""
    sizes = {"a": 400, "b": 300, "c": 200, "d": 6}
    margins = {"area": {"a": 9000.0, "b": 8000.0, "c": 7000.0, "d": 3000.0}}
    release = released(sizes, plan=plan_for(ASKED, margins=margins))
    shares = {check.category: check.respondents_share for check in release.weights.margins}
    assert shares["d"] is None
    assert sum(share is None for share in shares.values()) == 2  # one would be the rest of 100 %
    assert release.weights.max == 500.0  # 3000/6, to two digits: other areas and numbers of people give as much
    for item in {row.item for row in release.missing}:
        rows = {row.area: row.n for row in release.missing if row.item == item and row.group is None}
        rest = rows.get(None, 0) - sum(n for area, n in rows.items() if area is not None)
        if None in rows and len(rows) > 1:
            assert rest >= 10, item


def test_a_category_kept_at_its_share_doesn_t_count_its_people() -> None:
    """Another gender has no control total; what is kept for it comes off the others, whose totals would tell its share."""
    areas, text = people({"a": 300, "b": 300})
    matrix = np.frombuffer(text, dtype=np.uint8).reshape(600, width(ASKED)).copy()
    place = next(column.index for column in columns(ASKED) if column.name == "gender")
    matrix[:, place] = np.where(np.arange(600) % 2, ord("0"), ord("1"))
    matrix[:3, place] = ord("2")
    plan = plan_for(ASKED, margins={"gender": {"woman": 11500.0, "man": 11500.0}})
    release = make_release(read_records(ASKED, plan, [(areas, matrix.tobytes())]), plan)
    woman = next(check for check in release.weights.margins if check.category == "woman")
    assert woman.target == 11400 or woman.target == 11500  # 11442.5 would say 0.5 % of 600
    assert woman.target == float(f"{woman.target:.3g}")


def test_hiding_is_never_more_than_a_greedy_rule_s() -> None:
    for sizes in CITIES:
        count = released(sizes).method["suppression"]
        assert count["complementary"] <= count["complementary_by_greedy_rule"]


def test_districts_after_neighborhoods_give_nothing_away() -> None:
    """Neighborhoods first, with n05 and n06 hidden together; then districts, one of which holds n05 and shown neighborhoods only."""
    sizes = {"n01": 80, "n02": 70, "n03": 60, "n04": 50, "n05": 7, "n06": 6}
    first = released(sizes)
    assert first.estimate("trust_index", "n05").n is None  # type: ignore[union-attr]
    inside = {"west": ("n01", "n02", "n05"), "east": ("n03", "n04", "n06")}
    district = {code: name for name, codes in inside.items() for code in codes}
    areas, text = people(sizes)
    plan = plan_for(ASKED)
    tallied = read_records(ASKED, plan, [([district[a] for a in areas], text)])
    shown = [Area(code="west", name="West"), Area(code="east", name="East")]
    alone = make_release(tallied, plan, areas=shown)
    assert alone.estimate("trust_index", "west").n is not None  # type: ignore[union-attr]
    # the first release's neighborhoods are what the districts are made of: seen from the districts, they are parts
    ledger = Ledger(published=(first,), parts={name: frozenset(codes) for name, codes in inside.items()})
    second = make_release(tallied, plan, areas=shown, context=replace(city.CONTEXT, ledger=ledger))
    for name, codes in inside.items():
        cell = second.estimate("trust_index", name)
        assert cell is not None
        if cell.n is not None:
            inner = [first.estimate("trust_index", code) for code in codes]
            rest = cell.n - sum(e.n for e in inner if e is not None and e.n is not None)
            assert rest >= 10 or rest == 0
    assert second.estimate("trust_index", "west").flag is Flag.PROTECTS  # type: ignore[union-attr]


def test_neighborhoods_after_districts_give_nothing_away() -> None:
    sizes = {"n01": 80, "n02": 70, "n03": 60, "n04": 50, "n05": 7, "n06": 6}
    inside = {"west": frozenset({"n01", "n02", "n05"}), "east": frozenset({"n03", "n04", "n06"})}
    district = {code: name for name, codes in inside.items() for code in codes}
    areas, text = people(sizes)
    plan = plan_for(ASKED)
    first = make_release(read_records(ASKED, plan, [([district[a] for a in areas], text)]), plan)
    second = released(sizes, ledger=Ledger(published=(first,), inside=inside))
    for measure in ("trust_index", "reporting", "trust10"):
        for name, codes in inside.items():
            outer = first.estimate(measure, name)
            assert outer is not None
            shown = [second.estimate(measure, code) for code in codes]
            rest = (outer.n or 0) - sum(e.n for e in shown if e is not None and e.n is not None)
            assert rest >= 10
            assert sum(e is not None and e.n is None for e in shown) >= 2


def test_a_few_people_more_are_not_the_difference_of_two_releases() -> None:
    sizes = {"a": 400, "b": 300, "c": 40}
    first = released(sizes)
    areas, text = people(sizes)
    wide = width(ASKED)
    plan = plan_for(ASKED)
    keep = [n for n, area in enumerate(areas) if not (area == "c" and n % 20 == 0)]
    fewer = ([areas[n] for n in keep], b"".join(text[n * wide : (n + 1) * wide] for n in keep))
    gone = 40 - sum(area == "c" for area in fewer[0])
    assert 0 < gone < 10
    shown = [Area(code=code, name=code) for code in sizes]
    context = replace(city.CONTEXT, ledger=Ledger(published=(first,)))
    second = make_release(read_records(ASKED, plan, [fewer]), plan, areas=shown, context=context)
    assert first.estimate("trust_index", "c").n is not None  # type: ignore[union-attr]
    assert second.estimate("trust_index", "c").flag is Flag.PROTECTS  # type: ignore[union-attr]
    assert second.estimate("trust_index").n is not None  # type: ignore[union-attr]  # rounding covers two of seven hundred
    again = released(sizes, ledger=Ledger(published=(first,)))
    assert again.estimates == first.estimates  # the same people again: nothing new is given away
