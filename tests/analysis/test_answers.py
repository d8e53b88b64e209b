"""Every answer to every question: right, adding up, and given away by nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.analysis import city
from tests.analysis.test_suppression import integer_bounds, people
from trustsurvey.analysis.ledger import Ledger
from trustsurvey.analysis.pipeline import make_release, plan_for, read_records
from trustsurvey.analysis.release import Answers, Area, Estimate, Flag, Release, from_json, to_json
from trustsurvey.questionnaire.record import columns, width
from trustsurvey.questionnaire.schema import Kind

ASKED = city.shipped()
SIZES = {"a": 400, "b": 300, "c": 60, "d": 14, "e": 9, "f": 6}
PLAN = plan_for(ASKED, answers=True)


def released(sizes: dict[str, int] = SIZES, *, ledger: Ledger | None = None) -> Release:
    tallied = read_records(ASKED, PLAN, [people(sizes)], areas=list(sizes))
    context = replace(city.CONTEXT, number=1, ledger=ledger or Ledger())
    return make_release(tallied, PLAN, areas=[Area(code=code, name=code) for code in sizes], context=context)


@pytest.fixture(scope="module")
def release() -> Release:
    return released()


def answers(release: Release, question: str, area: str | None = None) -> Answers:
    return next(a for a in release.answers if a.question == question and a.area == area)


def people_who_answered(sizes: dict[str, int], area: str, question: str = "fp_respect") -> int:
    areas, text = people(sizes)
    matrix = np.frombuffer(text, dtype=np.uint8).reshape(len(areas), width(ASKED))
    column = next(c.index for c in columns(ASKED) if c.item.code == question)
    return int((np.isin(matrix[:, column], list(b"01234")) & (np.array(areas) == area)).sum())


def test_every_scale_is_published_answer_by_answer(release: Release) -> None:
    scales = [item for item in ASKED.items() if item.kind is Kind.SCALE]
    assert [question.code for question in release.questions] == [item.code for item in scales]
    assert len(release.answers) == len(scales) * (1 + len(SIZES))
    assert not any("." in measure.code for measure in release.measures), "they are no measures of their own"
    assert from_json(to_json(release)) == release


def test_options_run_from_the_least_favorable_to_the_most(release: Release) -> None:
    for question in release.questions:
        item = ASKED.item(question.code)
        codes = [option.code for option in item.options]
        assert [option.code for option in question.options] == (codes[::-1] if item.reverse else codes)


@pytest.mark.parametrize("question", ["fp_respect", "et_profile", "rf_outreach"])
def test_shares_are_of_those_who_answered_the_question(release: Release, question: str) -> None:
    areas, text = people(SIZES)
    matrix = np.frombuffer(text, dtype=np.uint8).reshape(len(areas), width(ASKED))
    column = next(c.index for c in columns(ASKED) if c.item.code == question)
    found = answers(release, question)
    answered = np.isin(matrix[:, column], list(b"01234"))
    assert found.n == answered.sum()
    for share, option in zip(found.estimate, next(q for q in release.questions if q.code == question).options, strict=True):
        assert share == pytest.approx(100 * (matrix[answered, column] == ord(option.code)).mean(), abs=0.051)
    assert sum(share or 0.0 for share in found.estimate) == pytest.approx(100, abs=0.3)


def test_no_option_is_hidden_by_itself(release: Release) -> None:
    """What is left of a hundred would be its share."""
    alone = [a for a in release.answers if sum(flag.suppressed for flag in a.flags) == 1]
    assert not alone
    assert any(Flag.PROTECTS in a.flags and Flag.IMPRECISE in a.flags for a in release.answers), "the rule was needed"


def test_areas_of_few_show_no_answer_and_no_count(release: Release) -> None:
    for found in release.answers:
        if found.area in ("e", "f"):
            assert found.n is None
            assert found.estimate == (None,) * 5
            assert all(flag.suppressed for flag in found.flags)


def test_no_hidden_count_can_be_got_from_totals(release: Release) -> None:
    """The attacker joins all that was answered by the same people: the options of a question and what is scored from it alone."""
    areas, text = people(SIZES)
    matrix = np.frombuffer(text, dtype=np.uint8).reshape(len(areas), width(ASKED))
    for question in release.questions:
        column = next(c.index for c in columns(ASKED) if c.item.code == question.code)
        answered = np.isin(matrix[:, column], list(b"01234"))
        cells = [e for e in release.answer_cells() if e.measure.startswith(f"{question.code}.")]
        cells += [e for e in release.estimates if e.measure == question.code and not e.group]
        best: list[Estimate] = []
        for code in SIZES:
            of_area = [e for e in cells if e.area == code]
            best.append(next((e for e in of_area if e.n is not None), None) or min(of_area, key=lambda e: e.flag is not Flag.TOO_FEW))
        total = next(e.n for e in cells if e.area is None and e.n is not None)
        for cell in best:
            if cell.n is None:
                n = int((answered & (np.array(areas) == cell.area)).sum())
                low, high = integer_bounds(best, total, cell)
                assert low <= n <= high
                assert high - low >= 2, cell


def test_a_second_release_of_the_wave_gives_away_nobody_that_the_first_hid() -> None:
    """One person more in an area that was shown is that person's answer: the area is hidden, unless rounding covers it."""
    first = released({"a": 400, "b": 300, "c": 60})
    again = released({"a": 400, "b": 300, "c": 61}, ledger=Ledger(published=(first,)))
    before, now = answers(first, "fp_respect", "c"), answers(again, "fp_respect", "c")
    assert before.n is not None
    assert 0 < abs(people_who_answered({"a": 400, "b": 300, "c": 61}, "c") - before.n) < 10
    assert all(flag.suppressed for flag in now.flags)


def test_groups_are_held_against_the_city_with_the_error_of_a_part_and_its_whole() -> None:
    """Unweighted: the difference of the two means, by the linearised variance of rows (n/(n − 1) Σ z²)."""
    _, text = city.records(ASKED, 900, areas=3)
    plan = plan_for(ASKED)
    release = make_release(read_records(ASKED, plan, [city.records(ASKED, 900, areas=3)]), plan)
    found = [c for c in release.against_city if c.measure == "trust10" and c.group]
    assert found
    matrix = np.frombuffer(text, dtype=np.uint8).reshape(900, width(ASKED))
    places = {c.item.code: c.index for c in columns(ASKED)}
    value = np.array([b"0123456789A".find(bytes([b])) for b in matrix[:, places["trust10"]]], dtype=float)
    known = value >= 0
    codes = [option.code for option in ASKED.item("home_language").options]
    for contrast in found:
        level = ord("0123456789ABCDEFGHIJ"[codes.index((contrast.group or {})["home_language"])])
        member = known & (matrix[:, places["home_language"]] == level)
        difference = value[member].mean() - value[known].mean()
        z = member * (value - value[member].mean()) / member.sum() - known * (value - value[known].mean()) / known.sum()
        assert contrast.difference == pytest.approx(difference, abs=0.051)
        assert contrast.se == pytest.approx(np.sqrt(900 / 899 * (z**2).sum()), abs=0.006)
