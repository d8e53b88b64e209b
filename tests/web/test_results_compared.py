"""Two neighborhoods, two waves and all waves on a page: only published figures, each with its interval, and nothing said beyond them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.conftest import application, migrated
from tests.publish import sample
from tests.web.shown import WORDS, speak, store, waves
from tests.web.test_accounts import EMAIL, PASSWORD, sign_in
from trustsurvey.accounts import add_user
from trustsurvey.analysis.change import changes_since
from trustsurvey.analysis.pairs import area_pair
from trustsurvey.analysis.release import Release
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.i18n.locales import Locale
from trustsurvey.publish.edition import Edition
from trustsurvey.settings import Settings
from trustsurvey.web import comparing

SURVEY = "larkhaven"
SHOWN = [cell.area or "" for cell in sample.city(24).by_area("trust_index") if cell.estimate is not None]
HIDDEN = next(cell.area or "" for cell in sample.city(24).by_area("trust_index") if cell.flag.suppressed)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(instance=tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="module")
def sqlite(settings: Settings) -> Iterator[Engine]:
    made = migrated(settings)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def app(settings: Settings, sqlite: Engine) -> Iterator[Flask]:
    with application(settings) as made:
        add_user(made, EMAIL, PASSWORD, ["department"])
        yield made


@pytest.fixture(scope="module")
def history(sqlite: Engine, settings: Settings) -> tuple[Release, ...]:
    speak(settings.instance)
    store(sqlite, sample.city(24), survey="single")
    return waves(sqlite, survey=SURVEY)


@pytest.fixture(scope="module")
def edition(history: tuple[Release, ...], settings: Settings) -> Edition:
    return Edition(history[-1], Locale("en"), Catalogs(settings.translations)["en"])


def soup(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def rows(page: BeautifulSoup, table: str = "table.pairs") -> dict[str, list[str]]:
    return {row.th.get_text(strip=True): [" ".join(td.get_text(" ", strip=True).split()) for td in row.select("td")]
            for row in page.select(f"{table} tbody tr") if row.th}  # fmt: skip


def test_two_neighborhoods_with_every_figure_and_difference(page_client: FlaskClient, edition: Edition) -> None:
    first, second = SHOWN[0], SHOWN[5]
    found = rows(soup(page_client, f"/results/{SURVEY}/compare?area={first}&with={second}&locale=en"))
    contrasts = area_pair(edition.release, first, second)
    words = {True: f"higher in {edition.area_name(first)}", False: f"higher in {edition.area_name(second)}"}
    checked = 0
    for measure in edition.release.measures:
        cells = [edition.release.estimate(measure.code, area) for area in (first, second)]
        if None in cells:
            continue
        row = found[edition.measure_title(measure)]
        for cell, text in zip(cells, row[:2], strict=True):
            assert cell is not None
            assert text.startswith(f"{edition.figure(cell)} {edition.interval(cell)} n {edition.answers(cell)}")
        contrast = contrasts[measure.code]
        said = words[contrast.difference > 0] if contrast.detectable else "not distinguishable"
        assert row[-1] == f"{edition.difference(contrast)} {edition.difference_interval(contrast)} {said}"
        checked += 1
    assert checked > 10


def test_what_is_withheld_gives_no_difference(page_client: FlaskClient, edition: Edition) -> None:
    page = soup(page_client, f"/results/{SURVEY}/compare?area={HIDDEN}&with={SHOWN[0]}&locale=en")
    row = rows(page)["Trust index"]
    assert row[0].startswith("not shown: ")
    assert row[-1] == "–"
    assert "nothing can be said about the difference" in page.select_one(".lede").get_text()


def test_two_waves_are_what_was_published_then(page_client: FlaskClient, history: tuple[Release, ...], edition: Edition) -> None:
    for area in ("", SHOWN[0]):
        found = rows(soup(page_client, f"/results/{SURVEY}/waves?from=1&to=3&area={area}&locale=en"))
        then, now = history[0].estimate("trust_index", area or None), history[2].estimate("trust_index", area or None)
        assert then is not None
        assert now is not None
        (change,) = [
            c for c in changes_since(history[2], history[0]) if (c.contrast.measure, c.contrast.area) == ("trust_index", area or None)
        ]
        row = found["Trust index"]
        assert row[0].startswith(f"{edition.figure(then)} {edition.interval(then)} n ")
        assert row[1].startswith(f"{edition.figure(now)} {edition.interval(now)} n ")
        said = "fell" if change.contrast.detectable else "no detectable change"
        assert row[-1] == f"{edition.difference(change.contrast)} {edition.difference_interval(change.contrast)} {said}"
    assert change.contrast.difference < -5


def test_the_order_of_waves_does_not_matter_and_one_is_no_comparison(page_client: FlaskClient, history: tuple[Release, ...]) -> None:
    there, back = (rows(soup(page_client, f"/results/{SURVEY}/waves?from={a}&to={b}")) for a, b in ((1, 3), (3, 1)))
    assert there == back
    assert not rows(soup(page_client, f"/results/{SURVEY}/waves?from=2&to=2"))
    assert not rows(soup(page_client, f"/results/{SURVEY}/compare?area={SHOWN[0]}&with={SHOWN[0]}"))


def test_other_questions_are_not_compared(page_client: FlaskClient, sqlite: Engine, history: tuple[Release, ...], edition: Edition) -> None:
    assert history[0].instrument is not None
    other = replace(history[0], instrument=replace(history[0].instrument, code="another"))
    page = comparing.two_waves(edition, other, None)
    assert "asked different questions" in page.statement
    assert all(pair.contrast is None for group in page.groups for pair in group.pairs)


def test_one_wave_has_nothing_to_be_compared_with(page_client: FlaskClient, history: tuple[Release, ...]) -> None:
    page = soup(page_client, "/results/single/waves?locale=en")
    assert "Only one wave has been released so far." in page.select_one(".lede").get_text()
    assert not soup(page_client, "/results/single?locale=en").select("#course")


@pytest.mark.parametrize(("area", "policies"), [("", 2), (SHOWN[0], 2), (SHOWN[3], 1), (HIDDEN, 0)])
def test_all_waves_with_intervals_and_policies(
    page_client: FlaskClient, history: tuple[Release, ...], edition: Edition, area: str, policies: int
) -> None:
    page = soup(page_client, f"/results/{SURVEY}{'/' if area else ''}{area}?locale=en")
    section = page.select_one("section[aria-labelledby=course]")
    if area == HIDDEN:
        assert section is None
        return
    found = {row.th.get_text(strip=True): [td.get_text(strip=True) for td in row.select("td")] for row in section.select("tbody tr")}
    for release in history:
        cell = release.estimate("trust_index", area or None)
        assert cell is not None
        assert release.wave is not None
        assert found[release.wave.label][:3] == [edition.figure(cell), edition.interval(cell), edition.answers(cell)]
    assert len(section.select("svg.course .dot")) == 3
    assert len(section.select("svg.course .policy")) == len(section.select(".dates li")) == policies


def test_forms_work_without_script_and_keep_the_language(page_client: FlaskClient, history: tuple[Release, ...]) -> None:
    for path in ("compare", "waves", SHOWN[0]):
        form = soup(page_client, f"/results/{SURVEY}/{path}?locale=ar").select_one("form.choose")
        assert form["method"] == "get"
        assert form.select_one("input[name=locale]")["value"] == "ar"
        assert not soup(page_client, f"/results/{SURVEY}/{path}").select("form.choose input[name=locale]")


def test_what_one_reader_adds_to_an_address_no_other_sees(page_client: FlaskClient, history: tuple[Release, ...]) -> None:
    path = f"/results/{SURVEY}/compare?area={SHOWN[1]}&with={SHOWN[0]}"
    for added in ("&area=call-this-number", "&locale=en&locale=call-this-number"):
        assert page_client.get(path + added).status_code == 200
    printed = soup(page_client, f"{path}&locale=en").select_one(".address")
    assert printed is not None
    assert printed.get_text() == f"http://localhost{path}&locale=en"
    assert "call-this-number" not in page_client.get(path).get_data(as_text=True)


@pytest.mark.parametrize("start", ["/results/larkhaven", "/department/larkhaven/releases/3"])
def test_what_is_unknown_is_not_found_in_arabic(page_client: FlaskClient, history: tuple[Release, ...], start: str) -> None:
    if start.startswith("/department"):
        sign_in(page_client)
    for path in ("compare?area=N99&with=N01", "compare?area=N01&with=N99", "waves?from=1&to=9", "waves?from=x", "waves?area=N99"):
        answer = page_client.get(f"{start}/{path}", headers={"Accept-Language": "ar"})
        assert answer.status_code == 404, path
        assert WORDS["ar"]["There is no such page"] in answer.get_data(as_text=True)


def test_staff_see_the_same_of_any_release(app: Flask, page_client: FlaskClient, history: tuple[Release, ...], edition: Edition) -> None:
    paths = ("", f"/areas/{SHOWN[0]}", f"/compare?area={SHOWN[0]}&with={SHOWN[1]}", "/waves?from=1&to=2")
    for path in paths:
        assert page_client.get(f"/department/{SURVEY}/releases/2{path}").status_code == 303
    sign_in(page_client)
    for path in paths:
        page = soup(page_client, f"/department/{SURVEY}/releases/2{path}")
        inside = [a["href"] for a in page.select("main a[href]") if a["href"].startswith("/")]
        assert inside
        assert all(href.startswith(f"/department/{SURVEY}/releases/2") for href in inside)
        assert page.select("meta[name=robots]")
        assert not page.select("meta[property]")
    assert (
        f"{edition.figure(history[1].estimate('trust_index'))} out of 100"
        in soup(page_client, f"/department/{SURVEY}/releases/2?locale=en").h1.get_text()
    )
    public = soup(page_client, f"/results/{SURVEY}/compare?area={SHOWN[0]}&with={SHOWN[1]}")
    assert rows(public) == rows(soup(page_client, f"/department/{SURVEY}/releases/3/compare?area={SHOWN[0]}&with={SHOWN[1]}"))


def test_strange_addresses_leave_no_trace_in_the_page_of_others(page_client: FlaskClient, history: tuple[Release, ...]) -> None:
    strange = page_client.get(f"/results/{SURVEY}?_scheme=javascript&_external=1&note=seen").get_data(as_text=True)
    assert "javascript:" not in strange
    assert "note=seen" in strange
    assert "note=seen" not in page_client.get(f"/results/{SURVEY}").get_data(as_text=True)
