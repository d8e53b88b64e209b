"""What a release says beside its estimates: how items were left unanswered, and how well the items of a domain hang together."""

from __future__ import annotations

from collections.abc import Mapping

from trustsurvey.analysis.plan import AREA, Plan
from trustsurvey.analysis.records import ANSWERED, REFUSED, SKIPPED, UNKNOWN, ItemMoments, Tallied
from trustsurvey.analysis.release import Flag, Missing, Reliability
from trustsurvey.analysis.rounding import rounded
from trustsurvey.statistics.reliability import cronbach, omega

LOW = 0.70
"""Alpha under this carries a flag."""


def missing_rates(tallied: Tallied, plan: Plan) -> tuple[Missing, ...]:
    """Rates of no answer, "don't know" and refusal, in percent of those asked, by area and group; cells of too few are left out.

    A domain's row says for how many it has no score.
    """
    found = tallied.unanswered
    if found is None:
        return ()
    minimum = plan.suppression.minimum_n if plan.suppression.rule != "none" else 1
    rows = []
    for (axis, level), counts in zip(found.groups, found.counts, strict=True):
        for item, states in zip(found.items, counts.tolist(), strict=True):
            asked = sum(states[state] for state in (ANSWERED, SKIPPED, UNKNOWN, REFUSED))
            if asked < max(minimum, 1):
                continue
            percent = {state: rounded(100.0 * states[state] / asked, 1) or 0.0 for state in (SKIPPED, UNKNOWN, REFUSED)}
            rows.append(
                Missing(
                    item=item,
                    area=level if axis == AREA else None,
                    group={axis: level} if axis not in ("", AREA) else None,
                    n=asked,
                    not_answered=percent[SKIPPED],
                    dont_know=percent[UNKNOWN],
                    prefer_not=percent[REFUSED],
                )
            )
    return tuple(rows)


def reliability_of(tallied: Tallied, plan: Plan) -> Mapping[str, Reliability]:
    """Alpha with Feldt's interval and omega of every domain, over complete cases."""
    return {domain: _reliability(moments, plan) for (domain, axis, _), moments in tallied.items.items() if not axis}


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
