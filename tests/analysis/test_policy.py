"""What releases say around the date of a policy, from published figures that a test makes up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from trustsurvey.analysis.history import earlier_waves
from trustsurvey.analysis.policy import PolicyDate, policies_of
from trustsurvey.analysis.release import Area, Estimate, Flag, MarginCheck, Measure, Release, Unit, Wave, Weights, from_json, to_json

AREAS = ("a", "b", "c", "d")
INDEX = Measure(code="trust_index", kind="index", unit=Unit.SCORE, title="Trust index")
TOUCHED = PolicyDate(day=date(2026, 7, 1), label="Agreement ends", areas=("a", "b"))
EVERYWHERE = replace(TOUCHED, areas=())


def cell(value: float | None, *, area: str | None = None, se: float = 2.0, flag: Flag = Flag.OK) -> Estimate:
    shown = value is not None
    return Estimate(
        measure=INDEX.code,
        area=area,
        group=None,
        n=100 if shown else None,
        n_eff=80 if shown else None,
        estimate=value,
        se=se if shown else None,
        lci=None if value is None else value - 2 * se,
        uci=None if value is None else value + 2 * se,
        df=99 if shown else None,
        deff=1.2 if shown else None,
        flag=flag if shown else Flag.TOO_FEW,
    )


def wave(number: int, opened: date, values: Mapping[str, float | None], *, city: float = 50.0, days: int = 20) -> Release:
    return Release(
        precision="published",
        survey="here",
        number=number,
        wave=Wave(number=number, label=f"Wave {number}", opened=opened, closed=opened + timedelta(days)),
        n=400,
        n_eff=320,
        areas=tuple(Area(code=code, name=code) for code in AREAS),
        measures=(INDEX,),
        estimates=(cell(city, se=1.0), *(cell(values.get(code), area=code) for code in AREAS)),
        weights=Weights(deff_kish=1.2, min=0.5, max=2.0, margins_met=True),
    )


def waves(values: Sequence[Mapping[str, float | None]], *, months: int = 3) -> tuple[Release, ...]:
    return tuple(wave(n, date(2026, 1, 10) + timedelta(30 * months * (n - 1)), found) for n, found in enumerate(values, start=1))


LEVEL = {"a": 40.0, "b": 44.0, "c": 60.0, "d": 56.0}
RISEN = {**LEVEL, "a": 50.0, "b": 54.0}


def test_areas_that_a_policy_touched_are_held_against_the_others() -> None:
    """The expected numbers are worked by hand: the gap goes from −16 to −6; its variance a wave is 2 · (2² + 2²)/2² = 4."""
    *before, now = waves([LEVEL, LEVEL, RISEN])
    (found,) = policies_of(now, tuple(before), [TOUCHED])
    (effect,) = found.effects
    assert (effect.method, effect.estimate, effect.detectable) == ("difference in differences", 10.0, True)
    assert effect.se == pytest.approx(np.sqrt(4 / 2 + 4), abs=0.05)
    assert effect.lci == pytest.approx(10 - 1.96 * np.sqrt(6), abs=0.05)
    assert (effect.waves_before, effect.waves_after, effect.n, effect.flag) == (2, 1, 1200, Flag.OK)
    assert effect.parallel is True
    assert [(p.touched, p.others) for p in effect.points] == [(42.0, 58.0), (42.0, 58.0), (52.0, 58.0)]
    assert found.refusal is None


def test_areas_count_by_their_residents() -> None:
    *before, now = waves([LEVEL, {**LEVEL, "a": 50.0}])
    adults = [
        MarginCheck(margin="area", category=code, target=total, reached=total, respondents_share=None)
        for code, total in zip(AREAS, (9e3, 1e3, 5e3, 5e3), strict=True)
    ]
    weighted = replace(now, weights=replace(now.weights, margins=tuple(adults)))
    day = replace(TOUCHED, day=date(2026, 3, 1))
    assert policies_of(now, tuple(before), [day])[0].effects[0].estimate == 5.0
    assert policies_of(weighted, tuple(before), [day])[0].effects[0].estimate == 9.0


def test_a_change_that_had_begun_before_is_not_the_policys() -> None:
    steps = [{**LEVEL, "a": 40 + 9 * k, "b": 44 + 9 * k} for k in range(4)]
    *before, now = waves(steps, months=2)
    effect = policies_of(now, tuple(before), [TOUCHED])[0].effects[0]
    assert effect.parallel is False
    assert effect.slope is not None
    assert effect.slope.lci > 0
    assert effect.flag is Flag.CAUTION


def test_a_wave_under_way_at_the_date_is_in_neither_part() -> None:
    *before, now = waves([LEVEL, LEVEL, RISEN])
    during = replace(TOUCHED, day=before[1].wave.opened + timedelta(5))  # type: ignore[union-attr]
    effect = policies_of(now, tuple(before), [during])[0].effects[0]
    assert (effect.waves_before, effect.waves_after) == (1, 1)
    assert effect.parallel is None, "one wave before shows no trend"


def test_only_areas_shown_in_every_wave_are_compared() -> None:
    *before, now = waves([LEVEL, {**LEVEL, "b": None}, RISEN])
    effect = policies_of(now, tuple(before), [TOUCHED])[0].effects[0]
    assert [p.touched for p in effect.points] == [40.0, 40.0, 50.0]
    hidden = {**LEVEL, "a": None, "b": None}
    *before, now = waves([LEVEL, hidden, RISEN])
    (found,) = policies_of(now, tuple(before), [TOUCHED])
    assert not found.effects
    assert found.refusal is not None
    assert "both areas that the policy touched" in found.refusal.message


@pytest.mark.parametrize("policy", [TOUCHED, EVERYWHERE])
@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2030, 1, 1)])
def test_waves_on_one_side_only_are_a_refusal(policy: PolicyDate, day: date) -> None:
    *before, now = waves([LEVEL, LEVEL, RISEN])
    (found,) = policies_of(now, tuple(before), [replace(policy, day=day)])
    assert not found.effects
    assert found.refusal is not None
    assert found.refusal.message.startswith("There must be at least one wave before the policy date")


def test_a_policy_of_the_whole_city_has_nothing_to_be_held_against() -> None:
    before = wave(1, date(2026, 1, 10), LEVEL, city=50.0)
    now = wave(2, date(2026, 9, 1), LEVEL, city=46.0)
    (found,) = policies_of(now, (before,), [EVERYWHERE])
    (effect,) = found.effects
    assert (effect.method, effect.estimate, effect.se) == ("before and after", -4.0, 1.4)
    assert effect.points[0].others is None
    assert found.refusal is not None
    assert found.refusal.message % found.refusal.values == "An interrupted time series needs at least 8 waves; there are 2."


def test_from_eight_waves_on_the_city_is_an_interrupted_series() -> None:
    months = [date(2025, 1, 5) + timedelta(60 * n) for n in range(10)]
    cities = [50 + 0.2 * n + (0.1 if n % 2 else -0.1) + (6 if n >= 5 else 0) for n in range(10)]
    made = [wave(n + 1, day, LEVEL, city=round(value, 1)) for n, (day, value) in enumerate(zip(months, cities, strict=True))]
    (found,) = policies_of(made[-1], tuple(made[:-1]), [replace(EVERYWHERE, day=months[5])])
    (effect,) = found.effects
    assert effect.method == "interrupted time series"
    assert effect.estimate == pytest.approx(6, abs=0.4)
    assert effect.detectable
    assert effect.slope is not None
    assert found.refusal is None


def test_a_city_that_is_not_shown_is_said() -> None:
    before = replace(wave(1, date(2026, 1, 10), LEVEL), estimates=(cell(None),))
    (found,) = policies_of(wave(2, date(2026, 9, 1), LEVEL), (before,), [EVERYWHERE])
    assert found.refusal is not None
    assert found.refusal.message == "A figure that is needed is not shown in every wave."


def test_earlier_waves_are_carried_as_they_were_published() -> None:
    first, second, now = waves([{**LEVEL, "c": None}, LEVEL, RISEN])
    found = earlier_waves(now, (second, first), "trust_index")
    assert [w.number for w in found] == [1, 2]
    figures = {f.area: f for f in found[0].figures}
    assert (figures["a"].estimate, figures["c"].estimate, figures["c"].flag) == (40.0, None, Flag.TOO_FEW)
    released = replace(now, earlier=found, policies=policies_of(now, (first, second), [TOUCHED]))
    assert from_json(to_json(released)) == released


def test_a_release_made_before_these_parts_existed_can_be_read() -> None:
    """The same schema version: what is new may be left out."""
    plain = json.loads(to_json(waves([LEVEL])[0]))
    for part in ("earlier", "policies", "questions", "answers"):
        del plain[part]
    assert from_json(json.dumps(plain)).policies == ()
