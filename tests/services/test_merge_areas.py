"""Neighborhoods in which few adults live are joined before anyone is asked there."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import union_all
from shapely.geometry import shape
from sqlalchemy import Engine

from tests.conftest import SURVEY, boundaries, notice
from trustsurvey.errors import StateError
from trustsurvey.questionnaire import loader
from trustsurvey.services.create_survey import create_survey
from trustsurvey.services.import_areas import Properties, read_areas
from trustsurvey.services.merge_areas import check_floor, merge_areas, merged, too_small
from trustsurvey.services.open_wave import open_wave
from trustsurvey.store import queries
from trustsurvey.store.queries import AreaRow, WaveRow

WANTED = Properties(name="name", code="code", adults="adults", part_of="side")


def areas(*adults: int | None) -> list[AreaRow]:
    """Neighborhoods side by side, as the tests' city has them, with these adult residents."""
    columns = min(len(adults), 10)
    rows = read_areas(boundaries(columns, -(-len(adults) // columns)), file="city.geojson", properties=WANTED)[: len(adults)]
    return [AreaRow(row.code, row.name, row.geometry, n, row.part_of) for row, n in zip(rows, adults, strict=True)]


@given(st.lists(st.integers(0, 2000), min_size=2, max_size=12), st.integers(1, 1500))
def test_no_one_is_lost_and_no_area_stays_under_the_floor(adults: list[int], floor: int) -> None:
    before = areas(*adults)
    if sum(adults) < floor:
        with pytest.raises(StateError, match="all neighborhoods together"):
            merged(before, floor)
        return
    after, mergers = merged(before, floor)
    assert sum(row.adults or 0 for row in after) == sum(adults)
    assert all((row.adults or 0) >= floor for row in after)
    assert len(after) == len(before) - len(mergers)
    assert {row.code for row in after} <= {row.code for row in before}
    ground = union_all([shape(row.geometry) for row in after])
    assert ground.symmetric_difference(union_all([shape(row.geometry) for row in before])).area < 1e-9


def test_the_smallest_goes_to_its_own_district_s_smallest_neighbor() -> None:
    before = areas(900, 100, 800, 2000)
    small = next(row for row in before if row.adults == 100)
    _, (one,) = merged(before, 500)
    assert one.parts[0] == small
    assert one.whole.code == one.parts[1].code
    assert one.whole.adults == 100 + (one.parts[1].adults or 0)
    assert one.whole.name == f"{one.parts[1].name} / {small.name}"
    assert shape(one.parts[1].geometry).intersects(shape(small.geometry))


def test_unknown_residents_are_not_small_but_nothing_can_be_merged_blindly() -> None:
    assert too_small(areas(None, 400, None), 500) == tuple(areas(None, 400, None)[1:2])
    with pytest.raises(StateError, match="--adults"):
        merged(areas(None, None), 500)


def test_the_margins_of_a_wave_come_before_the_set_s_own() -> None:
    rows = areas(900, 900)
    check_floor(rows, 500, area_set="city")
    with pytest.raises(StateError, match=r"1 of 2 neighborhoods.*\(120\)"):
        check_floor(rows, 500, area_set="city", margins={rows[0].code: 120.0})


def test_a_wave_is_not_opened_over_a_small_area_nor_a_set_merged_under_a_wave(sqlite: Engine) -> None:
    source, file = loader.source("trust-pulse")

    def opened() -> WaveRow:
        return open_wave(
            connection, SURVEY, questionnaire=source, file=file, label="First", notices={"en": notice("en")}, opened=date(2026, 10, 1)
        )

    with sqlite.begin() as connection:
        key = queries.add_area_set(connection, "city", "Harbor", areas(900, 300, 900, 900))
        create_survey(connection, code=SURVEY, title="Harbor trust survey", area_set="city")
        with pytest.raises(StateError, match=r"Quarter B1 \(300\).*areas merge city"):
            opened()
        assert len(merge_areas(connection, "city")) == 1
        assert sorted(row.adults or 0 for row in queries.areas(connection, key)) == [900, 900, 1200]
        assert merge_areas(connection, "city") == ()
        opened()
        with pytest.raises(StateError, match="under another name"):
            merge_areas(connection, "city")
