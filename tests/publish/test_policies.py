"""Policies in words and pictures: what was found, and what has to be true for it to hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.publish import sample
from tests.publish.conftest import edition
from trustsurvey.analysis.release import Policy, PolicyEffect
from trustsurvey.publish.pens import SvgPen
from trustsurvey.publish.policies import PolicySaid, policies_said, policy_trend
from trustsurvey.publish.trend import draw_trend, trend, trend_alternative


def said(**changed: object) -> PolicySaid:
    """What is said of the policy that touched some neighborhoods, its first effect changed."""
    base = sample.city(24)
    policy = base.policies[1]
    effect = replace(policy.effects[0], **changed)  # type: ignore[arg-type]
    return policies_said(edition(replace(base, policies=(replace(policy, effects=(effect,)),))))[0]


@pytest.mark.parametrize(
    ("changed", "statement", "assumption"),
    [
        ({}, "Where it held, “Trust index” moved by +6 against the other neighborhoods.", "show nothing against that"),
        ({"detectable": False}, "Where it held, “Trust index” did not change detectably against", "changed alike"),
        ({"parallel": False}, "moved by +6", "they were moving apart before it: the figure mixes both"),
        ({"parallel": None}, "moved by +6", "With one wave before it, that can’t be checked."),
        ({"method": "before and after"}, "From before to after, “Trust index” moved by +6.", "there is nothing to hold it against"),
        ({"method": "before and after", "detectable": False}, "From before to after, “Trust index” did not change", "nothing to hold"),
        ({"method": "interrupted time series"}, "At its date, “Trust index” moved by +6 off the line", "the line would have gone on"),
        ({"method": "interrupted time series", "detectable": False}, "At its date, “Trust index” did not leave the line", "gone on"),
    ],
)
def test_each_method_says_what_it_found_and_what_it_rests_on(changed: dict[str, object], statement: str, assumption: str) -> None:
    found = said(**changed)
    assert statement in found.statement
    assert assumption in found.assumption
    assert found.detail == "Interval at 95%: +4 to +9. Answers: 5,800. Waves before: 2. Waves after: 1."
    assert found.held == "From July 1, 2026, in Cedar Heights and Fairmount."


def test_too_few_waves_are_a_sentence() -> None:
    first, _, late = policies_said(edition(sample.city(24)))
    assert first.held == "From January 12, 2026, in the whole city."
    assert first.assumption.endswith("An interrupted time series needs at least 8 waves; there are 3.")
    assert late.statement == "What changed around it can’t be said."
    assert late.assumption == "There must be at least one wave before the policy date and one after it."
    assert late.effect is None


def test_an_end_near_zero_keeps_its_side() -> None:
    assert "Interval at 95%: +0.4 to +8.7." in said(lci=0.4, uci=8.7).detail


def test_the_picture_shows_both_groups_and_the_date() -> None:
    made = edition(sample.city(24))
    policy = made.release.policies[1]
    found = policy_trend(made, policy, policy.effects[0])
    assert found is not None
    assert [(p.value, p.city) for p in found.points] == [(54.0, 53.1), (53.2, 52.4), (60.3, 53.3)]
    pen = SvgPen()
    draw_trend(pen, made, found, 300, 100)
    drawn = "".join(pen.parts)
    assert "Officers on foot" in drawn
    assert 'class="past"' in drawn
    assert "July 1, 2026" in trend_alternative(made, found)


def test_the_picture_of_the_whole_city_has_the_intervals_published_then() -> None:
    made = edition(sample.city(24))
    policy = made.release.policies[0]
    found = policy_trend(made, policy, policy.effects[0])
    assert found is not None
    index = trend(made, made.measures[policy.effects[0].measure], None)
    assert found.points == index.points
    assert all(point.low is not None for point in found.points)
    assert [event.label for event in found.events] == ["Agreement with another authority"]


def test_no_picture_of_a_single_wave() -> None:
    made = edition(sample.city(24))
    policy: Policy = made.release.policies[1]
    effect: PolicyEffect = replace(policy.effects[0], points=policy.effects[0].points[:1])
    assert policy_trend(made, policy, effect) is None
