"""What a release says beside its estimates: how items were left unanswered, how well the items of a domain hang together, whether they
mean the same in every language, and what willingness to report goes along with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from trustsurvey.analysis.ledger import hidden_shares
from trustsurvey.analysis.parts import ANSWERED, REFUSED, SKIPPED, UNKNOWN, ItemMoments, Patterns, Tallied
from trustsurvey.analysis.plan import AREA, Plan
from trustsurvey.analysis.release import Driver, Drivers, Flag, GroupReliability, ItemDifference, Missing, Reliability
from trustsurvey.analysis.rounding import rounded
from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.comparison import ALPHA, adjust
from trustsurvey.statistics.dif import MODERATE, compare_item
from trustsurvey.statistics.dif import ItemDifference as Tested
from trustsurvey.statistics.reliability import cronbach, omega
from trustsurvey.statistics.reporting import relative_weights

LOW = 0.70
"""Alpha under this carries a flag."""

Withheld = Mapping[str, frozenset[tuple[str, str]]]
"""Item or measure code → (axis, level) of the cells that are suppressed."""


def missing_rates(tallied: Tallied, plan: Plan, withheld: Withheld) -> tuple[Missing, ...]:
    """Rates of no answer, "don't know" and refusal, in percent of those asked, by area and group.

    Left out: rows of fewer people than the minimum, rows of what is suppressed as a measure (they would give its n), and rows that would
    give either by subtraction. A domain's row says for how many it has no score.
    """
    found = tallied.unanswered
    if found is None:
        return ()
    asked = found.counts[:, :, [ANSWERED, SKIPPED, UNKNOWN, REFUSED]].sum(axis=2)
    hidden = _hidden_rows(found.groups, found.items, asked, found.counts[:, :, ANSWERED], plan, withheld)
    rows = []
    for g, (axis, level) in enumerate(found.groups):
        for k, item in enumerate(found.items):
            if hidden[g, k] or not asked[g, k]:
                continue
            percent = [
                rounded(100.0 * int(found.counts[g, k, state]) / int(asked[g, k]), 1) or 0.0 for state in (SKIPPED, UNKNOWN, REFUSED)
            ]
            rows.append(
                Missing(
                    item=item,
                    area=level if axis == AREA else None,
                    group={axis: level} if axis not in ("", AREA) else None,
                    n=int(asked[g, k]),
                    not_answered=percent[0],
                    dont_know=percent[1],
                    prefer_not=percent[2],
                )
            )
    return tuple(rows)


def _hidden_rows(
    groups: tuple[tuple[str, str], ...], items: tuple[str, ...], asked: np.ndarray, answered: np.ndarray, plan: Plan, withheld: Withheld
) -> np.ndarray:
    """Which rows are left out, shape (groups, items)."""
    hidden = np.zeros(asked.shape, dtype=np.bool_)
    if plan.suppression.rule == "none":
        return hidden
    minimum = plan.suppression.minimum_n
    hidden |= (asked < minimum) | ((answered > 0) & (answered < minimum))
    for g, place in enumerate(groups):
        hidden[g] |= [place in withheld.get(item, ()) for item in items]
    for axis in dict.fromkeys(axis for axis, _ in groups if axis):
        of_axis = np.array([own == axis for own, _ in groups])
        for k in range(len(items)):
            rows = np.flatnonzero(of_axis & (asked[:, k] > 0))
            if hidden[rows, k].any() and not hidden[rows, k].all():
                # what is hidden stands together: it must hold enough people, in more than one row, or the smallest shown row goes too
                counts = np.where(hidden[rows, k], np.minimum(asked[rows, k], minimum - 1), asked[rows, k])
                hidden[rows[hidden_shares(counts, plan)], k] = True
    return hidden


def reliability_of(tallied: Tallied, plan: Plan) -> tuple[Mapping[str, Reliability], tuple[GroupReliability, ...]]:
    """Alpha with Feldt's interval and omega of every domain over complete cases, for everyone and by group."""
    everyone: dict[str, Reliability] = {}
    groups: list[GroupReliability] = []
    for (domain, axis, level), moments in tallied.moments().items():
        found = _reliability(moments, plan)
        if not axis:
            everyone[domain] = found
        elif found.alpha is not None:
            coarse = replace(found, n=_coarse(found.n, plan))
            groups.append(GroupReliability(domain=domain, group={axis: level}, reliability=coarse))
    return everyone, tuple(groups)


def _coarse(n: int, plan: Plan) -> int:
    """n to the nearest ten in a published release: with the groups' exact counts, that of a group of few would be the rest."""
    return n if plan.precision == "full" else 10 * round(n / 10)


def _reliability(moments: ItemMoments, plan: Plan) -> Reliability:
    minimum = plan.suppression.minimum_n if plan.suppression.rule != "none" else 2
    if moments.n < max(minimum, 2) or len(moments.sums) < 2:
        return Reliability(alpha=None, lci=None, uci=None, omega=None, n=0, flag=Flag.TOO_FEW)
    covariance = (moments.products - moments.sums[:, None] * moments.sums / moments.n) / (moments.n - 1)
    found = cronbach(covariance, n=moments.n, confidence=plan.confidence)
    if found is None:
        return Reliability(alpha=None, lci=None, uci=None, omega=None, n=moments.n, flag=Flag.IMPRECISE)
    places = 3 if plan.precision == "published" else None
    return Reliability(
        alpha=rounded(found.alpha, places),
        lci=rounded(found.lower, places),
        uci=rounded(found.upper, places),
        omega=rounded(omega(covariance), places),
        n=moments.n,
        flag=Flag.OK if found.alpha >= LOW else Flag.CAUTION,
    )


def item_differences(tallied: Tallied, plan: Plan) -> tuple[ItemDifference, ...]:
    """Items answered differently in another language by people with the same score, each language against the one with most people.

    Benjamini–Hochberg over all items and languages; flagged where the difference is also more than negligible.
    """
    tested = [row for (domain, axis), patterns in tallied.patterns.items() if axis for row in _tests(domain, axis, patterns)]
    adjusted = adjust(np.array([test.p for _, _, _, _, _, test in tested], dtype=np.float64))
    places = 4 if plan.precision == "published" else None
    return tuple(
        ItemDifference(
            domain=domain,
            item=item,
            group={axis: level},
            reference={axis: reference},
            n=_coarse(test.n, plan),
            p_adjusted=rounded(float(p), places) or 0.0,
            gain=rounded(test.gain, places) or 0.0,
            flagged=bool(p <= ALPHA and test.gain >= MODERATE),
        )
        for (domain, item, axis, level, reference, test), p in zip(tested, adjusted, strict=True)
    )


def _tests(domain: str, axis: str, patterns: Patterns) -> Iterator[tuple[str, str, str, str, str, Tested]]:
    sizes = patterns.counts[:-1].sum(axis=1)
    if len(patterns.items) < 2 or not sizes.size:
        return
    reference = int(sizes.argmax())
    positions = patterns.positions()
    score = positions.sum(axis=0)
    for k, level in enumerate(patterns.levels):
        if k == reference or not sizes[k]:
            continue
        for n, item in enumerate(patterns.items):
            table: FloatArray = np.zeros((patterns.points, int(score.max()) + 1, 2))
            for column, row in enumerate((reference, k)):
                np.add.at(table[..., column], (positions[n], score), patterns.counts[row])
            test = compare_item(table)
            if test is not None:
                yield domain, item, axis, level, patterns.levels[reference], test


def drivers_of(tallied: Tallied, plan: Plan) -> Drivers | None:
    """What willingness to report goes along with, among everyone with every domain known; None for fewer than a hundred people."""
    products = tallied.products
    if products is None or products.n.sum() < 100:
        return None
    found = relative_weights(products, confidence=plan.confidence)
    if found is None:
        return None
    places = 1 if plan.precision == "published" else None

    def percent(value: float) -> float:
        return rounded(100.0 * value, places) or 0.0

    return Drivers(
        outcome=products.names[-1],
        n=found.n,
        r2=percent(found.r2),
        drivers=tuple(
            Driver(domain=name, share=percent(share), lci=percent(low), uci=percent(high))
            for name, share, low, high in zip(found.names, found.share.tolist(), found.lower.tolist(), found.upper.tolist(), strict=True)
        ),
    )
