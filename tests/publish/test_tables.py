from __future__ import annotations

import csv as reader
import io
import json
from dataclasses import replace

import jsonschema
import pytest
from arro3.io import read_parquet
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from shapely.geometry import shape

from tests.publish import sample
from tests.publish.conftest import CATALOGS
from trustsurvey.analysis.release import Area, Release, from_json
from trustsurvey.errors import ReleaseError
from trustsurvey.publish import FORMATS, export, file_name, release_schema
from trustsurvey.publish.csv import write_csv
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.tables import HEADER, guarded, rows

RELEASES = {"a city": lambda: sample.city(24), "nothing to show": sample.everything_suppressed, "one area": sample.one_area}
NUMBERS = ("n", "n_eff", "estimate", "se", "lci", "uci", "df", "deff")
Key = tuple[str, str, str]
Figures = dict[Key, tuple[float | None, ...]]


@pytest.fixture(params=list(RELEASES))
def release(request: pytest.FixtureRequest) -> Release:
    return RELEASES[request.param]()


def made(release: Release, form: str, locale: str = "en") -> bytes:
    return export(release, form, CATALOGS[locale].locale, CATALOGS[locale])


def test_the_header_is_the_one_that_scripts_rely_on() -> None:
    """Fixed in the architecture: never translated, never reordered."""
    assert ",".join(HEADER) == "area_name,area,group,measure,n,n_eff,estimate,se,lci,uci,df,deff,flag"


@pytest.mark.parametrize("locale", ["en", "es", "ar"])
def test_csv_is_rfc_4180_with_the_header_in_every_language(release: Release, locale: str) -> None:
    data = made(release, "csv", locale)
    first, *lines = data.decode().split("\r\n")
    assert first == ",".join(HEADER)
    assert lines[-1] == ""
    assert len(lines) - 1 == len(release.estimates) + len(list(release.answer_cells()))
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_csv_can_begin_with_a_byte_order_mark(english: Edition) -> None:
    assert write_csv(english, byte_order_mark=True) == b"\xef\xbb\xbf" + write_csv(english)


def test_the_city_comes_first_and_areas_follow_in_order(english: Edition) -> None:
    table = rows(english)
    codes = list(dict.fromkeys(row.area for row in table))
    assert codes == ["", *(area.code for area in english.release.areas)]
    assert {row.group for row in table} == {"", "home_language=en", "home_language=es", "home_language=vi"}


def from_release(release: Release) -> Figures:
    return {
        (e.area or "", ";".join(f"{k}={v}" for k, v in sorted((e.group or {}).items())), e.measure): tuple(
            getattr(e, name) for name in NUMBERS
        )
        for e in (*release.estimates, *release.answer_cells())
    }


def from_csv(data: bytes) -> Figures:
    found = reader.DictReader(io.StringIO(data.decode(), newline=""))
    return {(r["area"], r["group"], r["measure"]): tuple(float(r[n]) if r[n] else None for n in NUMBERS) for r in found}


def from_xlsx(data: bytes) -> Figures:
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    head, *lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert tuple(head) == HEADER
    found = [dict(zip(HEADER, line, strict=True)) for line in lines]
    return {(r["area"] or "", r["group"] or "", r["measure"]): tuple(r[n] for n in NUMBERS) for r in found}


def from_geojson(data: bytes) -> Figures:
    read = json.loads(data)
    every = [("", e) for e in read["city"]["estimates"]]
    every += [(f["properties"]["area"], e) for f in read["features"] for e in f["properties"]["estimates"]]
    return {(area, e["group"], e["measure"]): tuple(e[n] for n in NUMBERS) for area, e in every}


def from_parquet(data: bytes) -> Figures:
    table = read_parquet(io.BytesIO(data)).read_all()
    assert tuple(table.column_names) == HEADER
    lines = zip(*(table.column(name).to_pylist() for name in HEADER), strict=True)
    found = [dict(zip(HEADER, line, strict=True)) for line in lines]
    return {(r["area"], r["group"], r["measure"]): tuple(r[n] for n in NUMBERS) for r in found}


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ("csv", from_csv),
        ("csv-bom", lambda data: from_csv(data.removeprefix(b"\xef\xbb\xbf"))),
        ("xlsx", from_xlsx),
        ("parquet", from_parquet),
        ("json", lambda data: from_release(from_json(data))),
    ],
)
def test_every_format_holds_the_same_figures(release: Release, form: str, read: object) -> None:
    assert read(made(release, form)) == from_release(release)


def test_geojson_holds_the_same_figures_but_the_answers_to_questions(release: Release) -> None:
    answered = {cell.measure for cell in release.answer_cells()}
    assert answered
    assert from_geojson(made(release, "geojson")) == {key: row for key, row in from_release(release).items() if key[2] not in answered}


def test_flags_and_names_are_the_same_in_every_table(release: Release) -> None:
    lines = list(reader.DictReader(io.StringIO(made(release, "csv", "ar").decode(), newline="")))
    table = read_parquet(io.BytesIO(made(release, "parquet", "ar"))).read_all()
    for name in ("area_name", "area", "group", "measure", "flag"):
        assert [line[name] for line in lines] == table.column(name).to_pylist()
    assert table.schema.metadata[b"synthetic"] == b"true"


def test_a_release_without_a_cell_is_an_empty_table() -> None:
    bare = replace(sample.one_area(), estimates=(), answers=())
    assert from_parquet(made(bare, "parquet")) == from_csv(made(bare, "csv")) == {}


@pytest.mark.parametrize(
    ("text", "kept"),
    [("=1+1", "'=1+1"), ("+1", "'+1"), ("-2", "'-2"), ("@x", "'@x"), ("\tx", "'\tx"), ("＝1", "'＝1"), ("Dockside", "Dockside"), ("", "")],
)
def test_text_cells_are_no_formulas(text: str, kept: str) -> None:
    assert guarded(text) == kept


def test_the_guard_touches_names_and_never_numbers() -> None:
    base = sample.one_area()
    cell = replace(sample.cell("trust_index", -3.2, 1.0, 100, area="N01"))
    hostile = replace(base, areas=(Area(code="N01", name='=HYPERLINK("x")'),), estimates=(cell,), answers=())
    found = next(reader.DictReader(io.StringIO(made(hostile, "csv").decode(), newline="")))
    assert found["area_name"] == '\'=HYPERLINK("x")'
    assert found["estimate"] == "-3.2"
    sheet = load_workbook(io.BytesIO(made(hostile, "xlsx"))).worksheets[0]
    assert sheet["A2"].data_type == "s"
    assert sheet["G2"].value == -3.2


def worksheet(release: Release, locale: str, number: int = 0) -> Worksheet:
    return load_workbook(io.BytesIO(made(release, "xlsx", locale))).worksheets[number]


def test_the_workbook_is_typed_frozen_and_filtered(city: Release) -> None:
    sheet = worksheet(city, "en")
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:M{len(city.estimates) + len(list(city.answer_cells())) + 1}"
    types = {sheet.cell(2, column).data_type for column, name in enumerate(HEADER, start=1) if name in NUMBERS}
    assert types == {"n"}


@pytest.mark.parametrize(("locale", "rtl"), [("en", False), ("ar", True)])
def test_sheets_read_from_the_readers_side(city: Release, locale: str, rtl: bool) -> None:
    for number in range(4):
        assert bool(worksheet(city, locale, number).sheet_view.rightToLeft) is rtl


def test_the_notes_say_what_the_figures_are(city: Release) -> None:
    words = " ".join(str(cell.value) for row in worksheet(city, "en", -1).iter_rows() for cell in row)
    for said in ("Synthetic data", "not drawn by lot", "precision under the weighting model", "Effective n"):
        assert said in words or said.lower() in words


def test_geojson_is_rfc_7946(city: Release) -> None:
    read = json.loads(made(city, "geojson", "ar"))
    assert read["type"] == "FeatureCollection"
    assert "crs" not in read
    assert [feature["id"] for feature in read["features"]] == [area.code for area in city.areas]
    for feature in read["features"]:
        assert feature["type"] == "Feature"
        polygon = shape(feature["geometry"])
        assert polygon.exterior.is_ccw
        assert -180 <= polygon.bounds[0] <= 180


def test_geojson_without_geometry_has_null_for_it() -> None:
    read = json.loads(made(sample.without_map(), "geojson"))
    assert {feature["geometry"] for feature in read["features"]} == {None}


def test_an_unknown_format_names_the_choices(city: Release) -> None:
    with pytest.raises(ReleaseError, match=r"no format 'docx'; choose one of pdf, pdf-summary, csv, csv-bom, xlsx, parquet, geojson, json"):
        made(city, "docx")


@pytest.mark.parametrize("form", list(FORMATS))
def test_files_have_plain_names(city: Release, form: str) -> None:
    named = replace(city, survey="Ciudad Ñandú")
    base, _, kind = form.partition("-")
    end = f"{f'-{kind}' if kind else ''}.{base}"
    assert file_name(named, form, CATALOGS["es"].locale) == f"ciudad-nandu-wave-3-release-3-es{end}"
    assert file_name(city, form, CATALOGS["ar"].locale) == f"larkhaven-wave-3-release-3-ar{end}"


def test_charts_are_native_and_stand_on_the_releases_own_figures(city: Release) -> None:
    book = load_workbook(io.BytesIO(made(city, "xlsx")))
    assert book.sheetnames == ["Figures", "All neighborhoods", "Domains", "Notes"]
    for name in ("All neighborhoods", "Domains"):
        (chart,) = book[name]._charts
        (series,) = chart.series
        assert series.errBars is not None
        assert series.val.numRef.f.startswith(f"'{name}'" if " " in name else name)
    areas = {area.name: area.code for area in city.areas}
    for row in book["All neighborhoods"].iter_rows(min_row=2, values_only=True):
        cell = city.estimate("trust_index", areas.get(row[0]))
        assert row[1:] == (cell.estimate, cell.lci, cell.uci, cell.n_eff, cell.n)


def test_a_workbook_without_a_shown_figure_has_no_charts() -> None:
    book = load_workbook(io.BytesIO(made(sample.everything_suppressed(), "xlsx")))
    assert book.sheetnames == ["Figures", "Notes"]


def test_the_published_schema_describes_the_json(release: Release) -> None:
    schema = json.loads(release_schema())
    read = json.loads(made(release, "json"))
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(read) == set(schema["properties"])
    jsonschema.validate(read, schema)
