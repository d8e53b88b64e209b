"""The department's pages: behind a sign-in, releases in every format and language, the same figures as everywhere."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date

import openpyxl
import pypdf
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.conftest import small_city
from tests.publish import sample
from tests.web.shown import WORDS, speak, store
from tests.web.test_accounts import EMAIL, PASSWORD, sign_in
from trustsurvey.accounts import add_user
from trustsurvey.analysis.release import Release, from_json
from trustsurvey.publish import FORMATS
from trustsurvey.services.collect import collect
from trustsurvey.settings import Settings
from trustsurvey.store import queries

SURVEY = "larkhaven"
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "json": "application/json",
}


@pytest.fixture
def staff(app: Flask, page_client: FlaskClient) -> FlaskClient:
    """Signed in, auditing every page, and patient: test_made looks at what comes while a report is made."""
    app.config["PATIENCE"] = 60
    add_user(app, EMAIL, PASSWORD, ["department"])
    assert sign_in(page_client).status_code == 303
    return page_client


@pytest.fixture
def release(sqlite: Engine, settings: Settings) -> Release:
    speak(settings.instance)
    return store(sqlite, sample.city(24), survey=SURVEY)


def address(kind: str, *, number: int = 3, survey: str = SURVEY, locale: str = "en") -> str:
    return f"/department/{survey}/releases/{number}/{kind}?locale={locale}"


def page(client: FlaskClient, path: str = "/department/?locale=en") -> BeautifulSoup:
    return BeautifulSoup(client.get(path).get_data(as_text=True), "html5lib")


# ---------------------------------------------------------------- the list


def test_the_list_links_every_format_in_every_language(staff: FlaskClient, release: Release) -> None:
    shown = page(staff)
    links = {a["href"] for a in shown.select(".release td a")}
    assert not [a for a in shown.select("a[download]") if "/pdf?" in a["href"]]  # a page may say how far it is
    for kind in FORMATS:
        for locale in ("en", "es", "ar") if kind != "json" else ("en",):
            assert address(kind, locale=locale) in links
    caption = shown.select(".release summary")[0].get_text(" ", strip=True)
    assert "Release 3: October 2026" in caption
    assert "published November 12, 2026" in caption
    assert f"{release.n:,} answers" in caption
    assert "latest" in caption
    assert "Synthetic data." in shown.select_one(".synthetic").get_text()


def test_an_open_wave_shows_no_count(staff: FlaskClient, sqlite: Engine) -> None:
    wave = small_city(sqlite)
    with sqlite.begin() as connection:
        for _ in range(37):
            collect(connection, wave, area="a1", answers={"trust10": "7"})
    text = page(staff).get_text(" ", strip=True)
    assert "No release yet" in text
    assert "open: nothing is counted while it is" in text
    assert "37" not in text


def test_releases_stand_newest_first(staff: FlaskClient, sqlite: Engine, release: Release) -> None:
    with sqlite.begin() as connection:
        wave = queries.waves(connection, SURVEY)[0]
        queries.add_release(connection, wave.id, replace(release, number=4, released=date(2026, 12, 1)))
    captions = [found.get_text(" ", strip=True) for found in page(staff).select(".release summary")]
    assert [re.search(r"Release (\d)", caption)[1] for caption in captions] == ["4", "3"]  # type: ignore[index]
    assert ["latest" in caption for caption in captions] == [True, False]


def test_with_nothing_asked_the_page_teaches(staff: FlaskClient) -> None:
    shown = page(staff)
    assert shown.h1 is not None
    assert shown.h1.get_text() == "Nothing has been asked yet"
    assert len(shown.select(".teach tbody tr")) == 5


@pytest.mark.parametrize("locale", ["es", "ar"])
def test_the_list_speaks(staff: FlaskClient, release: Release, locale: str) -> None:
    answer = staff.get(f"/department/?locale={locale}")
    assert answer.headers["Content-Language"] == locale
    assert WORDS[locale]["Releases"] in BeautifulSoup(answer.get_data(as_text=True), "html5lib").title.get_text()  # type: ignore[union-attr]


# ---------------------------------------------------------------- downloads


@pytest.mark.parametrize(
    ("kind", "locale"), [("pdf", "ar"), *((kind, locale) for kind in sorted(TYPES) for locale in ("en", "es") if kind != "pdf")]
)
def test_a_download_has_its_type_name_and_no_trace(staff: FlaskClient, release: Release, kind: str, locale: str) -> None:
    answer = staff.get(address(kind, locale=locale))
    assert answer.status_code == 200
    assert answer.mimetype == TYPES[kind]
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Disposition"].endswith(f'{locale}.{kind}"')
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(answer.data) > 1000


def test_every_format_holds_the_figures_of_the_page(staff: FlaskClient, release: Release) -> None:
    index = release.estimate("trust_index")
    assert index is not None
    public = staff.get(f"/results/{SURVEY}?locale=en").get_data(as_text=True)
    assert f"<dd>{index.estimate}<small>95% interval {index.lci}–{index.uci}</small></dd>" in public
    assert from_json(staff.get(address("json")).data) == release

    rows = list(csv.DictReader(io.StringIO(staff.get(address("csv")).get_data(as_text=True).lstrip("\ufeff"))))
    sheet = openpyxl.load_workbook(io.BytesIO(staff.get(address("xlsx")).data), read_only=True).worksheets[0]
    header, *cells = list(sheet.iter_rows(values_only=True))
    assert [name for name in header if name] == list(rows[0])
    figures = [float(row["estimate"]) for row in rows if row["estimate"]]
    column = header.index("estimate")
    assert [row[column] for row in cells if row[column] not in (None, "")] == figures
    features = json.loads(staff.get(address("geojson")).data)["features"]
    assert {e["estimate"] for f in features for e in f["properties"]["estimates"]} - {None} <= set(figures)

    report = pypdf.PdfReader(io.BytesIO(staff.get(address("pdf")).data))
    text = " ".join(page.extract_text() for page in report.pages)
    assert str(index.estimate) in text
    assert "Synthetic data" in text


def test_the_same_file_twice_is_the_same_bytes(staff: FlaskClient, release: Release) -> None:
    first, second = (staff.get(address("pdf-summary", locale="es")) for _ in range(2))
    assert first.data == second.data
    again = staff.get(address("pdf-summary", locale="es"), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        address("pdf", number=9),
        address("doc"),
        address("pdf", survey="nowhere"),
        address("pdf", locale="xx"),
        "/department/larkhaven/releases/three/pdf",
        "/department/?locale=xx",
    ],
)
@pytest.mark.parametrize("locale", ["es", "ar"])
def test_unknown_things_are_not_found_in_the_readers_language(staff: FlaskClient, release: Release, path: str, locale: str) -> None:
    path = path.replace("locale=en", f"locale={locale}")
    answer = staff.get(path, headers={"Accept-Language": locale})
    assert answer.status_code == 404
    if "three" not in path:  # no route has that address: the site's general page answers
        assert WORDS[locale]["There is no such page"] in answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_signed_out_nothing_is_reached(page_client: FlaskClient, release: Release, kind: str) -> None:
    answer = page_client.get(address(kind, locale="es"))
    assert answer.status_code == 303
    assert answer.location.startswith("/account/login?next=/department/larkhaven/releases/3/")
    assert len(answer.data) < 1000


def test_the_wrong_role_downloads_nothing(app: Flask, page_client: FlaskClient, release: Release) -> None:
    add_user(app, EMAIL, PASSWORD, ["translator"])
    sign_in(page_client)
    answer = page_client.get(address("csv"))
    assert answer.status_code == 403
    assert answer.mimetype == "text/html"
