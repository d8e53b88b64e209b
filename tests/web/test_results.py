"""The public results: every figure is the release's, in the reader's language, and nobody is known by reading them."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.conftest import small_city
from tests.publish import sample
from tests.web.shown import WORDS, speak, store
from trustsurvey.analysis.release import Flag, Release, from_json, to_json
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.i18n.locales import Locale
from trustsurvey.publish.answers import answer_groups, answers_said
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.tables import HEADER
from trustsurvey.settings import Settings
from trustsurvey.store import queries
from trustsurvey.web import result_pages, site
from trustsurvey.web.kept import Kept

SURVEY = "larkhaven"


@pytest.fixture
def release(sqlite: Engine, settings: Settings) -> Release:
    speak(settings.instance)
    return store(sqlite, sample.city(24), survey=SURVEY)


@pytest.fixture
def edition(release: Release, settings: Settings) -> Edition:
    return Edition(release, Locale("en"), Catalogs(settings.translations)["en"])


def soup(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(found.get_text(" ", strip=True).split()) for found in page.select(selector)]


# ---------------------------------------------------------------- what is shown


def test_the_overview_shows_every_figure_of_the_release(page_client: FlaskClient, edition: Edition) -> None:
    page = soup(page_client, f"/results/{SURVEY}?locale=en")
    rows = {row.th.get_text(strip=True): texts(row, "td") for row in page.select("table.all tbody tr") if row.th}
    for cell in [edition.release.estimate("trust_index"), *edition.release.by_area("trust_index")]:
        assert cell is not None
        row = rows[edition.area_name(cell.area) if cell.area else "City"]
        if cell.flag.suppressed:
            assert len(row) == 1
            assert row[0].startswith("not shown: ")
        else:
            assert row[:4] == [edition.figure(cell), edition.interval(cell), edition.answers(cell), edition.effective(cell)]
            assert ("interpret with caution" in row[4]) is (cell.flag is Flag.CAUTION)
    heat = {row.th.get_text(strip=True): texts(row, "td") for row in page.select("table.heat tbody tr")}
    for area in edition.release.areas:
        cells = [edition.release.estimate(m.code, area.code) for m in edition.domains]
        if all(cell is not None and not cell.flag.suppressed for cell in cells):
            assert heat[area.name][:-1] == [edition.figure(cell) for cell in cells if cell is not None]


def test_what_is_withheld_is_nowhere_on_the_page(page_client: FlaskClient, edition: Edition) -> None:
    hidden = [cell.area for cell in edition.release.by_area("trust_index") if cell.flag.suppressed]
    assert hidden
    page = soup(page_client, f"/results/{SURVEY}")
    for code in hidden:
        name = edition.area_name(code or "")
        titles = [found.get_text() for found in page.select("svg title") if found.get_text().startswith(f"{name}:")]
        assert titles
        assert all("not shown" in title for title in titles)
        area = soup(page_client, f"/results/{SURVEY}/{code}?locale=en")
        assert texts(area, "h1") == [f"{name}: no figure is shown"]
        assert "not shown" in texts(area, ".lede")[0].lower()
        assert not area.select(".dot")
        assert not area.select(".facts")


def test_a_neighborhood_stands_beside_the_city(page_client: FlaskClient, edition: Edition) -> None:
    for cell in edition.release.by_area("trust_index"):
        if cell.flag.suppressed:
            continue
        page = soup(page_client, f"/results/{SURVEY}/{cell.area}?locale=en")
        assert texts(page, "h1")[0].startswith(f"{edition.area_name(cell.area or '')}: trust stands at {edition.figure(cell)} out of 100")
        assert texts(page, ".facts dd")[0].startswith(edition.figure(cell))
        rows = {row.th.get_text(strip=True): texts(row, "td") for row in page.select("table.tall tbody tr")}
        for measure in edition.domains:
            here, city = edition.release.estimate(measure.code, cell.area), edition.release.estimate(measure.code)
            assert here is not None
            assert city is not None
            assert rows[measure.title][:3] == [edition.figure(here), edition.interval(here), edition.figure(city)]


def test_answers_are_bars_that_say_what_they_show(page_client: FlaskClient, edition: Edition, sqlite: Engine) -> None:
    bars = soup(page_client, f"/results/{SURVEY}?locale=en").select_one("details.bars")
    assert bars is not None
    rows = [row for group in answer_groups(edition) for row in group.rows]
    assert [drawn["aria-label"] for drawn in bars.select("tbody svg")] == [answers_said(edition, row) for row in rows]
    store(sqlite, replace(sample.everything_suppressed(), number=2), survey="withheld")
    assert not soup(page_client, "/results/withheld?locale=en").select("details.bars")


def test_the_map_is_inline_and_its_figures_are_those_of_the_table(page_client: FlaskClient, edition: Edition) -> None:
    page = soup(page_client, f"/results/{SURVEY}")
    drawn = page.select("svg.map")
    assert len(drawn) == 1
    assert drawn[0]["aria-label"]
    shown = [edition.figure(cell) for cell in edition.release.by_area("trust_index") if not cell.flag.suppressed]
    assert sorted(texts(page, "svg.map .wide .vl")) == sorted(shown)


@pytest.mark.parametrize("made", ["everything_suppressed", "without_map", "without_margins", "one_area"])
def test_a_release_that_lacks_things_is_shown_without_them(page_client: FlaskClient, sqlite: Engine, made: str) -> None:
    found: Release = getattr(sample, made)()
    store(sqlite, found, survey=SURVEY)
    page = soup(page_client, f"/results/{SURVEY}?locale=en")
    assert len(page.select("h1")) == 1
    assert bool(page.select("svg.map")) is (made != "without_map")
    for area in found.areas[:3]:
        soup(page_client, f"/results/{SURVEY}/{area.code}?locale=en")


def test_synthetic_data_is_said_on_every_page(page_client: FlaskClient, sqlite: Engine, release: Release) -> None:
    for path in (f"/results/{SURVEY}", f"/results/{SURVEY}/N01"):
        assert "Synthetic data." in soup(page_client, path).select_one(".synthetic").get_text()
    store(sqlite, replace(sample.city(24), synthetic=False), survey="real")
    page = soup(page_client, "/results/real")
    assert not page.select(".synthetic")
    assert "Synthetic" not in page.get_text()


# ---------------------------------------------------------------- languages


@pytest.mark.parametrize("locale", ["en", "es", "ar"])
def test_pages_are_in_the_readers_language(page_client: FlaskClient, release: Release, settings: Settings, locale: str) -> None:
    for path in (f"/results/{SURVEY}", f"/results/{SURVEY}/N01"):
        by_address = page_client.get(f"{path}?locale={locale}")
        by_browser = page_client.get(path, headers={"Accept-Language": f"{locale};q=0.9, fr;q=0.8"})
        page = BeautifulSoup(by_address.get_data(as_text=True), "html5lib")
        assert page.html is not None
        assert page.html["lang"] == locale
        assert page.html["dir"] == ("rtl" if locale == "ar" else "ltr")
        assert by_address.headers["Content-Language"] == by_browser.headers["Content-Language"] == locale
        assert "Accept-Language" in by_browser.headers["Vary"]
        inside = [a["href"] for a in page.select("a[href]:not([hreflang])") if a["href"].startswith(f"/results/{SURVEY}")]
        assert inside
        assert all(f"locale={locale}" in href for href in inside)
    if locale != "en":
        page = soup(page_client, f"/results/{SURVEY}?locale={locale}")
        index = release.estimate("trust_index")
        assert index is not None
        figure = Edition(release, Locale(locale), Catalogs(settings.translations)[locale]).figure(index)
        assert texts(page, "h1") == [WORDS[locale]["Trust in the local police stands at %(value)s out of 100."] % {"value": figure}]
        assert texts(page, "header nav a")[0] == WORDS[locale]["Results"]


def test_the_choice_of_language_is_carried_on_by_links_and_not_otherwise(page_client: FlaskClient, release: Release) -> None:
    chosen = soup(page_client, f"/results/{SURVEY}?locale=es")
    assert {"locale=es" in a["href"] for a in chosen.select("table a")} == {True}
    free = soup(page_client, f"/results/{SURVEY}")
    assert {"locale=" in a["href"] for a in free.select("table a")} == {False}
    names = {a["hreflang"]: a.get_text() for a in free.select("nav a[hreflang]")}
    assert names.items() >= {("en", "English"), ("es", "Español"), ("ar", "العربية")}


@pytest.mark.parametrize(
    "path",
    [
        "/results/nowhere",
        f"/results/{SURVEY}/N99",
        f"/results/{SURVEY}?locale=xx",
        f"/results/{SURVEY}/N01?locale=xx",
    ],
)
@pytest.mark.parametrize("locale", ["es", "ar"])
def test_what_is_unknown_is_said_in_the_readers_language(page_client: FlaskClient, release: Release, path: str, locale: str) -> None:
    answer = page_client.get(path, headers={"Accept-Language": locale})
    assert answer.status_code == 404
    if not path.endswith(".doc"):  # no route has that address: the site's general page answers
        assert WORDS[locale]["There is no such page"] in answer.get_data(as_text=True)


@pytest.mark.parametrize("locale", ["en", "es", "ar"])
def test_before_the_first_release_the_page_says_when_results_come(
    page_client: FlaskClient, sqlite: Engine, settings: Settings, locale: str
) -> None:
    speak(settings.instance)
    small_city(sqlite)
    for path in ("/results/harbor-trust", "/results/harbor-trust/a1"):
        page = soup(page_client, f"{path}?locale={locale}")
        assert "January, on this site." in page.get_text()
        assert texts(page, "h1") == [WORDS.get(locale, {}).get("There are no results yet", "There are no results yet")]
        assert page.select_one('a[href="/s/harbor-trust"]') is not None
    assert page_client.get("/api/v1/surveys/harbor-trust/releases/latest").status_code == 404


# ---------------------------------------------------------------- the wire


def test_pages_are_light_and_load_nothing_but_their_style_sheet_and_a_small_script(client: FlaskClient, sqlite: Engine) -> None:
    store(sqlite, sample.city(98), survey="large")
    packed = {"Accept-Encoding": "gzip"}
    for path in ("/results/large", "/results/large/N03", "/results/large/compare?area=N03&with=N05"):
        answer = client.get(path, headers=packed)
        page = BeautifulSoup(gzip.decompress(answer.data), "html5lib")
        (sheet,) = [link["href"] for link in page.select("link[rel=stylesheet]")]
        (script,) = [tag["src"] for tag in page.select("script")]
        assert not page.select("img, iframe, [style]")
        assert not page.select_one("script").get_text()
        weight = len(answer.data)
        for address, mimetype in ((sheet, "text/css"), (script, "text/javascript")):
            found = client.get(address, headers=packed)
            assert found.mimetype == mimetype
            assert "immutable" in found.headers["Cache-Control"]
            assert b"url(" not in gzip.decompress(found.data)
            weight += len(found.data)
            assert client.get(address.partition("?")[0]).headers["Cache-Control"] == "no-cache"
        assert weight < 100_000
        assert len(client.get(script).data) < 4096


def test_headers(page_client: FlaskClient, release: Release) -> None:
    answer = page_client.get(f"/results/{SURVEY}")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    again = page_client.get(f"/results/{SURVEY}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


# ---------------------------------------------------------------- files


def test_the_json_is_the_release(client: FlaskClient, release: Release) -> None:
    answer = client.get(f"/api/v1/surveys/{SURVEY}/releases/latest")
    assert answer.mimetype == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert from_json(answer.data) == release


def test_the_csv_and_the_geojson_hold_the_same_figures(client: FlaskClient, release: Release) -> None:
    table = client.get(f"/api/v1/surveys/{SURVEY}/releases/latest.csv")
    assert table.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(table.get_data(as_text=True).lstrip("\ufeff"))))
    assert tuple(rows[0]) == HEADER
    city = next(row for row in rows if row[1] == "" and row[2] == "" and row[3] == "trust_index")
    found = release.estimate("trust_index")
    assert found is not None
    assert [float(value) for value in city[6:10]] == [found.estimate, found.se, found.lci, found.uci]
    shapes = client.get(f"/api/v1/surveys/{SURVEY}/releases/latest.geojson")
    assert shapes.mimetype == "application/geo+json"
    features = json.loads(shapes.data)["features"]
    for feature in features:
        cell = release.estimate("trust_index", feature["properties"]["area"])
        assert cell is not None
        index = next(e for e in feature["properties"]["estimates"] if e["measure"] == "trust_index" and not e["group"])
        assert index["estimate"] == cell.estimate
    assert len(features) == 24


@pytest.mark.parametrize(("kind", "begins"), [("pdf", b"%PDF-"), ("xlsx", b"PK\x03\x04")])
def test_the_report_and_the_tables_are_attachments(client: FlaskClient, release: Release, kind: str, begins: bytes) -> None:
    answer = client.get(f"/api/v1/surveys/{SURVEY}/releases/latest.{kind}?locale=es")
    assert answer.data.startswith(begins)
    assert re.fullmatch(rf'attachment; filename="larkhaven-[\w-]*es\.{kind}"', answer.headers["Content-Disposition"])
    assert "Set-Cookie" not in answer.headers


def test_text_is_sent_packed_to_those_who_take_it(client: FlaskClient, sqlite: Engine) -> None:
    store(sqlite, sample.city(98), survey="large")
    plain = client.get("/results/large")
    packed = client.get("/results/large", headers={"Accept-Encoding": "gzip"})
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < 40_000


def test_a_page_is_made_once_and_again_when_the_words_change(
    client: FlaskClient, app: Flask, settings: Settings, sqlite: Engine, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    draw = result_pages.overview
    monkeypatch.setattr(result_pages, "overview", lambda edition: made.append(edition.locale.code) or draw(edition))
    first, second = (client.get(f"/results/{SURVEY}?locale=es").data for _ in range(2))
    assert first == second
    client.get(f"/results/{SURVEY}", headers={"Accept-Language": "es"})  # links that don't carry the language: another page
    assert made == ["es", "es"]
    po = settings.instance / "translations/es/LC_MESSAGES/messages.po"
    po.write_text(po.read_text().replace("Resultados", "Lo que se halló"))
    app.extensions["trustsurvey"].catalogs.reload()
    assert "Lo que se halló" in client.get(f"/results/{SURVEY}?locale=es").get_data(as_text=True)
    newer = replace(release, number=4, n=release.n + 1)
    with sqlite.begin() as connection:
        queries.add_release(connection, queries.waves(connection, SURVEY)[0].id, newer)
    assert f"{newer.n:,}" in client.get(f"/results/{SURVEY}?locale=en").get_data(as_text=True)


def test_a_kept_page_is_of_the_very_release(release: Release, edition: Edition) -> None:
    kept = Kept(2)
    other = replace(release, n=release.n + 1)  # the same number in another database
    kept.get(release, edition.catalog, "overview", lambda: b"a page of this one")
    assert kept.get(other, edition.catalog, "overview", lambda: b"a page of the other") == b"a page of the other"
    assert kept.get(from_json(to_json(other)), edition.catalog, "overview", lambda: b"made again") == b"a page of the other"


def test_without_a_comparison_of_domains_none_is_claimed(page_client: FlaskClient, sqlite: Engine) -> None:
    whole = sample.city(24)
    store(sqlite, replace(whole, against_city=tuple(c for c in whole.against_city if c.measure == "trust_index")), survey=SURVEY)
    assert "differ detectably from the city" not in soup(page_client, f"/results/{SURVEY}?locale=en").get_text()
    shown = next(cell.area for cell in whole.by_area("trust_index") if not cell.flag.suppressed)
    assert "Filled: detectably" not in soup(page_client, f"/results/{SURVEY}/{shown}?locale=en").get_text()


def test_the_script_that_ships_is_made_from_its_source() -> None:
    folder = Path(site.__file__).parent / "static"
    shipped = (folder / "results.min.js").read_text()
    assert hashlib.sha256((folder / "results.js").read_bytes()).hexdigest() in shipped.split("\n", 1)[0], "run scripts/minify.sh"
