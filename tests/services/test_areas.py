"""Boundaries: a real city, and files that are broken in every way."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape
from sqlalchemy import Engine

from tests.conftest import boundaries
from trustsurvey.errors import AreasError, StateError
from trustsurvey.services.import_areas import Properties, import_areas, read_areas, slug
from trustsurvey.store import queries

NAMED = Properties(name="name", code="code")


def changed(change: Any) -> str:
    document = json.loads(boundaries())
    change(document["features"])
    return json.dumps(document)


def test_seattle(shared: Path) -> None:
    text = (shared / "data" / "seattle_mcpp.geojson").read_text()
    rows = read_areas(text, file="seattle", properties=Properties(name="NAME", part_of="PRECINCT"))
    assert len(rows) == 61
    assert {row.code: row.name for row in rows}["capitol-hill"] == "Capitol Hill"
    size = len(json.dumps([row.geometry for row in rows]))
    assert size < 60_000, f"{size} bytes of boundaries"
    shapes = [shape(row.geometry) for row in rows]
    assert all(one.is_valid for one in shapes)
    before = sum(shape(feature["geometry"]).area for feature in json.loads(text)["features"])
    assert abs(sum(one.area for one in shapes) / before - 1) < 0.01


def test_neighbors_stay_neighbors() -> None:
    rows = read_areas(boundaries(), file="x", properties=NAMED)
    assert shapely.coverage_is_valid([shape(row.geometry) for row in rows])


def test_it_is_stored_on_both_databases(engine: Engine) -> None:
    wanted = Properties(name="name", code="code", adults="adults", part_of="side")
    with engine.begin() as connection:
        stored = import_areas(connection, boundaries(), file="x", properties=wanted, area_set="harbor", place="Harbor")
        read = queries.areas(connection, queries.area_set_named(connection, "harbor"))
    assert read == tuple(sorted(stored, key=lambda row: row.name))
    assert (read[0].code, read[0].adults, read[0].part_of) == ("a1", 1000, "South")
    with engine.begin() as connection, pytest.raises(StateError, match="exists"):
        import_areas(connection, boundaries(), file="x", properties=wanted, area_set="harbor", place="Harbor")


def test_without_a_code_the_name_makes_one() -> None:
    assert [row.code for row in read_areas(boundaries(), file="x", properties=Properties(name="name"))][:2] == ["quarter-a1", "quarter-b1"]
    assert slug("  Santa María / N. Hill ") == "santa-maria-n-hill"


def _bow_tie(features: list[dict[str, Any]]) -> None:
    features[2]["geometry"]["coordinates"] = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f[1]["properties"].pop("name"), "feature 2: the property 'name' is missing"),
        (lambda f: f[1]["properties"].update(code="a1"), "feature 2: the code 'a1' is taken by feature 1"),
        (lambda f: f[1]["properties"].update(code="a b"), "feature 2: 'a b' can't be a code"),
        (lambda f: f[1]["properties"].update(code="outside"), "feature 2: 'outside' can't be a code"),
        (_bow_tie, "feature 3: its geometry is broken: Self-intersection"),
        (lambda f: f[3].update(geometry=None), "feature 4: its geometry is None"),
        (lambda f: f[3].update(geometry={"type": "Point", "coordinates": [0, 0]}), "feature 4: its geometry is Point"),
        (lambda f: f[3].update(geometry={"type": "Polygon", "coordinates": "no"}), "feature 4: its coordinates can't be read"),
        (lambda f: f[3].update(geometry={"type": "Polygon"}), "feature 4: its coordinates can't be read"),
        (lambda f: f[3].update(geometry={"type": "Polygon", "coordinates": []}), "feature 4: its geometry is empty"),
        (lambda f: f[3].update(geometry={"type": "Polygon", "coordinates": [[[5e5, 5e6], [6e5, 5e6], [6e5, 6e6], [5e5, 5e6]]]}), "degrees"),
        (lambda f: f[0].update(properties=None), "feature 1: it has no properties"),
        (lambda f: f.__setitem__(5, "text"), "feature 6: it has no properties"),
        (lambda f: f.clear(), "no features"),
    ],
)
def test_a_broken_feature_is_named_by_its_number(change: Any, says: str) -> None:
    with pytest.raises(AreasError) as caught:
        read_areas(changed(change), file="x.geojson", properties=NAMED)
    assert says in str(caught.value)
    assert "x.geojson" in str(caught.value)


def test_all_faults_come_at_once() -> None:
    def break_three(features: list[dict[str, Any]]) -> None:
        _bow_tie(features)
        features[0]["properties"] = {}
        features[4]["properties"]["code"] = copy.copy(features[3]["properties"]["code"])

    with pytest.raises(AreasError) as caught:
        read_areas(changed(break_three), file="x", properties=NAMED)
    assert [fault.place for fault in caught.value.faults] == ["feature 1", "feature 3", "feature 5"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"type": "Feature"}', '{"type": "FeatureCollection", "features": {}}', "null", "1e999"]
)
def test_what_is_no_geojson_says_so(text: str) -> None:
    with pytest.raises(AreasError):
        read_areas(text, file="x", properties=NAMED)


@pytest.mark.parametrize("value", ["many", -5, [1]])
def test_adult_residents_are_whole_numbers(value: object) -> None:
    text = changed(lambda f: f[1]["properties"].update(adults=value))
    with pytest.raises(AreasError, match="feature 2: the property 'adults'"):
        read_areas(text, file="x", properties=Properties(name="name", adults="adults"))


def test_nothing_is_stored_of_a_broken_file(sqlite: Engine) -> None:
    with pytest.raises(AreasError), sqlite.begin() as connection:
        import_areas(connection, changed(_bow_tie), file="x", properties=NAMED, area_set="harbor", place="Harbor")
    with sqlite.connect() as connection:
        assert queries.surveys(connection) == ()
        with pytest.raises(StateError):
            queries.area_set_named(connection, "harbor")
