"""From records to a release."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.analysis import city
from trustsurvey.analysis.pipeline import make_release, plan_for, read_records
from trustsurvey.analysis.plan import Suppression
from trustsurvey.analysis.release import Area, Flag, Release, from_json, to_json
from trustsurvey.errors import RakingError, ReleaseError
from trustsurvey.questionnaire.record import columns, decode, width
from trustsurvey.statistics import scoring

ASKED = city.shipped()
MARGINS = {"age": {"a18": 5200, "a30": 6100, "a45": 7300, "a65": 4400}, "gender": {"woman": 11500, "man": 11500}}
AREAS = [Area(code=f"a{k:02d}", name=f"Area {k}") for k in range(6)]
NUMBERS = ("n", "n_eff", "estimate", "se", "lci", "uci", "df", "deff", "eblup", "eblup_mse", "shrinkage")


def released(size: int, *, margins: dict[str, dict[str, float]] | None = None, areas: int = 6, seed: int = 1, **options: object) -> Release:
    plan = replace(plan_for(ASKED, margins=margins), **options)  # type: ignore[arg-type]
    tallied = read_records(ASKED, plan, [city.records(ASKED, size, areas=areas, seed=seed)])
    return make_release(tallied, plan, areas=AREAS, context=city.CONTEXT)


@pytest.mark.parametrize(("size", "areas"), [(0, 1), (1, 1), (5, 2), (9, 1), (40, 1), (40, 6), (900, 6)])
def test_there_is_a_release_however_few_answered(size: int, areas: int) -> None:
    release = released(size, areas=areas)
    assert release.n == size
    assert from_json(to_json(release)) == release
    for cell in release.estimates:
        numbers = [getattr(cell, name) for name in NUMBERS]
        if cell.flag.suppressed:
            assert numbers == [None] * len(numbers)
        else:
            assert cell.n is not None
            assert cell.n >= 10
    if size < 10:
        assert all(cell.flag is Flag.TOO_FEW for cell in release.estimates)
        assert not release.missing
        assert not release.against_city


def test_codes_of_records_are_those_that_scoring_reads() -> None:
    from trustsurvey.questionnaire.schema import CODES

    assert CODES.encode() == scoring.CODES


def test_chunks_and_their_order_don_t_matter() -> None:
    plan = plan_for(ASKED, margins=MARGINS)
    areas, text = city.records(ASKED, 700)
    wide = width(ASKED)
    cut = [(areas[a:b], text[a * wide : b * wide]) for a, b in ((400, 700), (0, 1), (1, 400), (0, 0))]
    together = make_release(read_records(ASKED, plan, [(areas, text)]), plan, areas=AREAS)
    apart = make_release(read_records(ASKED, plan, cut), plan, areas=AREAS)
    parts = [read_records(ASKED, plan, [piece], areas=["a05", "zz"]) for piece in cut]
    added = make_release(parts[0] + parts[1] + parts[2] + parts[3], plan, areas=AREAS)
    assert apart.estimates == together.estimates == added.estimates
    assert sorted(map(str, apart.missing)) == sorted(map(str, together.missing)) == sorted(map(str, added.missing))
    for domain, expected in together.reliability.items():
        assert added.reliability[domain] == expected


def test_scores_are_those_of_each_answer() -> None:
    """The fast path through bytes gives what the design says, person by person."""
    plan = plan_for(ASKED)
    areas, text = city.records(ASKED, 400, missing=0.3)
    wide = width(ASKED)
    scores: dict[str, list[float]] = {}
    for n in range(len(areas)):
        one = decode(ASKED, _consistent(text[n * wide : (n + 1) * wide].decode()))
        known = {}
        for domain in ASKED.scoring.domains:
            items = [ASKED.item(code) for code in domain.items]
            answered = [(item, int(str(one[item.code]))) for item in items if str(one.get(item.code, "-")) in "01234"]
            if len(answered) * 2 >= len(items):
                values = [100 * k / 4 if not item.reverse else 100 - 100 * k / 4 for item, k in answered]
                known[domain.code] = sum(values) / len(values)
        if len(known) >= 5:
            scores.setdefault("trust_index", []).append(sum(known.values()) / len(known))
        if len(known) == 7:
            scores.setdefault("trust_index_complete", []).append(sum(known.values()) / 7)
        for code, value in known.items():
            scores.setdefault(code, []).append(value)
    tally = read_records(ASKED, plan, [(areas, text)]).tally
    for code, values in scores.items():
        sums = tally.of(code).sum(axis=1)
        assert sums[0] == len(values)
        assert sums[2] == pytest.approx(sum(values), rel=1e-12)
        assert sums[3] == pytest.approx(sum(v * v for v in values), rel=1e-12)


def _consistent(record: str) -> str:
    """Multiple-choice columns as a record would have them: all of one mark where one is not answered."""
    marks = list(record)
    by_item: dict[str, list[int]] = {}
    for column in columns(ASKED):
        by_item.setdefault(column.item.code, []).append(column.index)
    for places in by_item.values():
        if len(places) > 1:
            for place in places:
                marks[place] = "-"
    return "".join(marks)


def test_published_numbers_have_one_decimal_and_whole_counts() -> None:
    for cell in released(900, margins=MARGINS).estimates:
        if not cell.flag.suppressed and cell.estimate is not None:
            assert round(cell.estimate, 2 if cell.measure == "reporting_gap" else 1) == cell.estimate
            assert cell.n_eff == round(cell.n_eff or 0)
            if cell.lci is not None and cell.uci is not None:
                assert cell.lci <= cell.estimate <= cell.uci


def test_an_area_without_respondents_is_spread_or_refused() -> None:
    margins = {"area": {f"a{k:02d}": 1000.0 for k in range(6)} | {"a99": 500.0}}
    release = released(500, margins=margins)
    assert release.weights.margins_met
    assert "a99" in " ".join(release.weights.notes)
    assert sum(check.target for check in release.weights.margins) == pytest.approx(6500, abs=0.1)
    with pytest.raises(RakingError, match="margin area, category a99"):
        released(500, margins=margins, empty_areas="refuse")


def test_margins_that_can_t_be_met_are_refused_by_name() -> None:
    with pytest.raises(RakingError, match="margins age and gender disagree"):
        released(500, margins={**MARGINS, "gender": {"woman": 11500, "man": 11600}})
    with pytest.raises(RakingError, match="margin gender, category man: the control total is 0"):
        released(500, margins={**MARGINS, "gender": {"woman": 23000, "man": 0}})


def test_records_of_another_questionnaire_are_refused() -> None:
    plan = plan_for(ASKED)
    with pytest.raises(ReleaseError, match="records of community-trust"):
        read_records(ASKED, plan, [(["a01"], b"0123")])


def test_changes_compare_with_the_release_before() -> None:
    before = released(900, margins=MARGINS)
    plan = plan_for(ASKED, margins=MARGINS)
    tallied = read_records(ASKED, plan, [city.records(ASKED, 900, seed=2)])
    context = replace(city.CONTEXT, previous=(before,))
    now = make_release(tallied, plan, areas=AREAS, context=context)
    changes = [change for change in now.changes if change.contrast.measure == "trust_index"]
    assert {change.contrast.area for change in changes} == {None, *(area.code for area in AREAS)}
    assert {change.contrast.family for change in changes if change.contrast.area} == {6}
    for change in changes:
        old, new = before.estimate("trust_index", change.contrast.area), now.estimate("trust_index", change.contrast.area)
        assert old is not None
        assert new is not None
        assert change.contrast.difference == pytest.approx((new.estimate or 0) - (old.estimate or 0), abs=1e-9)


def test_without_suppression_every_cell_is_shown() -> None:
    release = released(30, suppression=Suppression(rule="none", minimum_n=0))
    assert all(not cell.flag.suppressed for cell in release.estimates)
    assert any(cell.n is not None and 0 < cell.n < 10 for cell in release.estimates)


def test_the_index_of_areas_recovers_the_truth_made() -> None:
    release = released(4000, margins=MARGINS)
    city_index = release.estimate("trust_index")
    assert city_index is not None
    assert city_index.estimate == pytest.approx(50, abs=2)
    assert [bracket.measure for bracket in release.brackets][:1] == ["trust_index"]
    assert np.all([contrast.family == 6 for contrast in release.against_city if contrast.area])
