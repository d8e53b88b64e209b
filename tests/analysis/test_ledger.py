"""Cells hidden over several measures at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.analysis import city
from trustsurvey.analysis.figures import Figures
from trustsurvey.analysis.ledger import Ledger, Table, hidden_shares, protected
from trustsurvey.analysis.plan import plan_for
from trustsurvey.analysis.release import Flag
from trustsurvey.statistics.estimation import DomainEstimates

PLAN = plan_for(city.shipped())
OK, FEW, IMPRECISE = Flag.OK, Flag.TOO_FEW, Flag.IMPRECISE


def figures(measure: int, areas: Sequence[str | None], counts: Sequence[int], flags: Sequence[Flag]) -> Figures:
    n = np.array(counts, dtype=np.int64)
    ones = np.ones(n.size)
    found = DomainEstimates(
        measure="m",
        levels=tuple(str(area) for area in areas),
        n=n,
        respondents=n,
        weight=n * 1.0,
        weight_of_all=n * 1.0,
        estimate=ones,
        variance=ones,
        df=n,
        deff=ones,
        n_eff=n * 1.0,
    )
    return Figures(
        planned=PLAN.measures[measure],
        places=tuple((area, None) for area in areas),
        found=found,
        df=ones,
        estimate=ones,
        se=ones,
        lower=ones,
        upper=ones,
        flags=tuple(flags),
    )


def table(measure: int, counts: dict[str, int], *hidden: str) -> Table:
    flags = [FEW if n < 10 else IMPRECISE if area in hidden else OK for area, n in counts.items()]
    everyone = figures(measure, [None], [sum(counts.values())], [OK])
    return Table(whole=everyone, parts=(figures(measure, list(counts), list(counts.values()), flags),))


def shown(tables: Sequence[Table]) -> set[str]:
    """Areas whose n some measure shows."""
    return {str(area) for t in tables for (area, _), flag in zip(t.parts[0].places, t.parts[0].flags, strict=True) if not flag.suppressed}


def test_options_of_one_item_don_t_give_each_other_away() -> None:
    """Each option hides `a` behind another area, but the same people answered both: together they show all areas but `a`."""
    counts = {"a": 5, "b": 40, "c": 50, "d": 300}
    tables = [table(0, counts, "b"), table(1, counts, "c")]
    assert shown(tables) == {"b", "c", "d"}
    found, count = protected(tables, PLAN, Ledger(), counts)
    assert shown(found) == {"c", "d"}  # b is hidden in both
    assert (count.primary, count.complementary, count.greedy, count.open) == (4, 1, 1, 0)


def test_measures_of_different_people_are_looked_at_one_by_one() -> None:
    tables = [table(0, {"a": 5, "b": 40, "c": 50, "d": 300}, "b"), table(1, {"a": 6, "b": 39, "c": 48, "d": 290}, "c")]
    found, count = protected(tables, PLAN, Ledger(), {"a": 6, "b": 40, "c": 50, "d": 300})
    assert count.complementary == 0
    assert [t.parts[0].flags for t in found] == [t.parts[0].flags for t in tables]


def test_nothing_to_hide_is_left_as_it_is() -> None:
    tables = [table(0, {"a": 50, "b": 40})]
    found, count = protected(tables, PLAN, Ledger(), {})
    assert found[0].parts[0].flags == (OK, OK)
    assert count.primary == count.complementary == 0
    assert protected([], PLAN, Ledger(), {}) == ([], count)


def test_shares_of_categories_of_few_are_hidden_with_another() -> None:
    assert hidden_shares(np.array([500.0, 300, 40]), PLAN) == []
    assert hidden_shares(np.array([500.0, 300, 4]), PLAN) == [1, 2]
    assert hidden_shares(np.array([500.0, 6, 7]), PLAN) == [1, 2]
