"""What a phone fetches, in every language that the demo has words in: the whole page in one answer, and what may come later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib import resources

import pytest
from flask.testing import FlaskClient
from fontTools.ttLib import TTFont

from tests.conftest import boundaries, migrated
from trustsurvey.app import create_app
from trustsurvey.i18n.locales import PLURALS
from trustsurvey.questionnaire import loader, notice
from trustsurvey.services import build_demo
from trustsurvey.services.create_survey import create_survey
from trustsurvey.services.import_areas import Properties, import_areas
from trustsurvey.services.open_wave import open_wave
from trustsurvey.settings import Settings
from trustsurvey.web import fonts

LANGUAGES = build_demo.languages()
LATIN = ("en", "es", "fil", "fr", "ht", "pt_BR", "so", "vi")
KB = 1024
LATER = 25 * KB


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A survey of 24 neighborhoods, open in every language, synthetic: the heaviest page that the shipped questionnaire makes."""
    settings = Settings(instance=tmp_path_factory.mktemp("weight"), require_reviewed_locales=False)
    engine = migrated(settings)
    source, file = loader.source("community-trust")
    words = (resources.files("trustsurvey.services.demo") / build_demo.WORDS).read_text(encoding="utf-8")
    with engine.begin() as connection:
        wanted = Properties(name="name", code="code", adults="adults", part_of="side")
        import_areas(connection, boundaries(6, 4), file="x.geojson", properties=wanted, area_set="weight", place="Harbor")
        create_survey(connection, code="weight", title="Weight", area_set="weight", synthetic=True)
        notices = notice.load(words, locales=LANGUAGES)
        open_wave(connection, "weight", questionnaire=source, file=file, label="A", notices=notices, opened=date(2026, 10, 5))
    engine.dispose()
    app = create_app(replace(settings, rate_residents="10000 per minute"))
    yield app.test_client()
    app.extensions["trustsurvey"].engine.dispose()


def squeezed(client: FlaskClient, path: str) -> int:
    """Bytes of the answer, as gzip, which every phone takes."""
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    return len(response.data)


def test_the_demo_is_in_every_language() -> None:
    assert set(LANGUAGES) == set(PLURALS)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_page_and_what_comes_later_are_light(client: FlaskClient, locale: str) -> None:
    page = f"/s/weight/{locale}"
    assert squeezed(client, page) < (14 if locale in LATIN else 20) * KB
    text = client.get(page).get_data(as_text=True)
    assert len(re.findall(r"<button form=\"survey\" formaction=[^>]* lang=", text)) == len(LANGUAGES)
    font = re.search(r"/s/font/[\w.]+", text)
    assert bool(font) == (locale == "am")
    later = [re.search(r'data-more="([^"]+)', text)[1], "/s/worker.js", "/s/icon.svg", *([font[0]] if font else [])]  # type: ignore[index]
    assert sum(squeezed(client, path) for path in later) < LATER


@pytest.mark.parametrize("rest", ["", "/thanks", "/privacy"])
def test_letters_for_a_phone_that_has_none_are_allowed_on_amharic_pages_alone(client: FlaskClient, rest: str) -> None:
    page = client.get(f"/s/weight/am{rest}")
    (address,) = set(re.findall(r"/s/font/[\w.]+", page.get_data(as_text=True)))
    assert f"font-src localhost{address};" in page.headers["Content-Security-Policy"] + ";"
    font = client.get(address)
    assert (font.mimetype, font.data[:4], font.headers["Cache-Control"]) == ("font/woff2", b"wOF2", "no-store")
    assert client.get("/s/font/am.000000000000.woff2").status_code == client.get(address.replace("am.", "en.")).status_code == 404
    assert "font-src" not in client.get(f"/s/weight/en{rest}").headers["Content-Security-Policy"]


def test_the_font_holds_every_letter_of_its_language(client: FlaskClient) -> None:
    """Run `python scripts/subset_fonts.py --phone` when the words need another."""
    page = client.get("/s/weight/am").get_data(as_text=True)
    script = client.get(re.search(r'data-more="([^"]+)', page)[1]).get_data(as_text=True)  # type: ignore[index]
    rest = "".join(client.get(f"/s/weight/am/{name}").get_data(as_text=True) for name in ("thanks", "privacy"))
    font = TTFont(str(resources.files("trustsurvey.web") / "static" / fonts.FILES["am"]))
    assert {ord(c) for c in page + script + rest if 0x1200 <= ord(c) < 0x1380} <= font.getBestCmap().keys()
