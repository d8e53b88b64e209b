"""What a message shows of a results page: words that hold the figure's precision, and a picture of them in the reader's script."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine

from tests.conftest import application, migrated
from tests.publish import sample
from tests.web.shown import store
from trustsurvey.analysis.release import Release
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.i18n.locales import Locale
from trustsurvey.publish.card import Card, draw_card
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.pdf.shaping import Text
from trustsurvey.settings import Settings
from trustsurvey.web import previews

SURVEY = "larkhaven"
SHOWN = next(cell.area or "" for cell in sample.city(24).by_area("trust_index") if cell.estimate is not None)
HIDDEN = next(cell.area or "" for cell in sample.city(24).by_area("trust_index") if cell.flag.suppressed)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(instance=tmp_path_factory.mktemp("previews"))


@pytest.fixture(scope="module")
def sqlite(settings: Settings) -> Iterator[Engine]:
    made = migrated(settings)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def app(settings: Settings, sqlite: Engine) -> Iterator[Flask]:
    with application(settings) as made:
        yield made


@pytest.fixture(scope="module")
def release(sqlite: Engine) -> Release:
    return store(sqlite, sample.city(24), survey=SURVEY)


def tags(client: FlaskClient, path: str, **headers: str) -> dict[str, str]:
    page = BeautifulSoup(client.get(path, headers=headers).get_data(as_text=True), "html5lib")
    return {str(tag.get("property") or tag.get("name")): str(tag["content"]) for tag in page.select("meta[content]")}


def edition(release: Release, settings: Settings, locale: str) -> Edition:
    return Edition(release, Locale(locale), Catalogs(settings.translations)[locale])


@pytest.mark.parametrize(("locale", "area"), [("en", SHOWN), ("ar", None)])
def test_the_words_hold_the_figure_its_interval_and_its_answers(
    client: FlaskClient, release: Release, settings: Settings, locale: str, area: str | None
) -> None:
    found = tags(client, f"/results/{SURVEY}{f'/{area}' if area else ''}?locale={locale}")
    told, cell = edition(release, settings, locale), release.estimate("trust_index", area)
    assert cell is not None
    assert told.figure(cell) in found["og:title"]
    for part in (told.interval(cell, words=True), told.answers(cell)):
        assert part in found["og:description"]
        assert part in found["description"]
    assert found["og:locale"] == locale
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:image"].startswith("http://localhost/results/larkhaven/")
    picture = client.get(found["og:image"].removeprefix("http://localhost"))
    assert picture.mimetype == "image/png"
    assert picture.headers["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in picture.headers
    assert Image.open(io.BytesIO(picture.data)).size == (1200, 630)
    assert len(picture.data) < 80_000
    again = client.get(found["og:image"], headers={"If-None-Match": picture.headers["ETag"]})
    assert again.status_code == 304


def test_what_is_withheld_is_not_in_a_preview(client: FlaskClient, release: Release) -> None:
    found = tags(client, f"/results/{SURVEY}/{HIDDEN}?locale=en")
    assert "no figure is shown" in found["og:title"]
    assert "not shown" in found["og:description"]
    assert client.get(f"/results/{SURVEY}/{HIDDEN}/preview.png").status_code == 200


def test_the_picture_is_drawn_once(client: FlaskClient, release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Card] = []
    monkeypatch.setattr(previews, "draw_card", lambda edition, card: drawn.append(card) or draw_card(edition, card))
    first, second = (client.get(f"/results/{SURVEY}/preview.png?locale=es").data for _ in range(2))
    assert first == second
    assert len(drawn) == 1
    assert drawn[0].mark  # synthetic data say so


def test_the_server_s_name_is_the_one_it_was_asked_by_and_never_a_trap(client: FlaskClient, release: Release) -> None:
    for host in ("trust.example.org", "results.example.org:8443"):
        assert tags(client, f"/results/{SURVEY}", Host=host)["og:image"].startswith(f"http://{host}/results/")
    for host in ('x"><script>', "x'y", "a b"):
        answer = client.get(f"/results/{SURVEY}", headers={"Host": host})
        assert "<script>" not in answer.get_data(as_text=True)
        assert host not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/results/nowhere/preview.png", f"/results/{SURVEY}/N99/preview.png", f"/results/{SURVEY}/preview.png?locale=xx"]
)
def test_there_is_no_picture_of_what_is_unknown(client: FlaskClient, release: Release, path: str) -> None:
    assert client.get(path, headers={"Accept-Language": "ar"}).status_code == 404


def test_arabic_is_joined_begins_at_the_right_and_keeps_its_figures(release: Release, settings: Settings) -> None:
    told = edition(release, settings, "ar")
    card = Card("", "تبلغ الثقة 54.3 من 100.", [], None)
    pixels = np.asarray(Image.open(io.BytesIO(draw_card(told, card))).convert("L"))[20:]
    inked = np.flatnonzero((pixels < 100).any(axis=0))
    assert 1120 < inked[-1] < 1130  # at the margin of the side where reading begins
    assert inked[0] > 300
    pieces = Text("تبلغ 54.3 من", rtl=True, language="ar").pieces()
    assert [(text.strip(), rtl) for text, _, rtl in pieces if text.strip()] == [("من", True), ("54.3", False), ("تبلغ", True)]
