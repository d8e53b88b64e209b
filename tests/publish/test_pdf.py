from __future__ import annotations

import io
import logging
import re
import shutil
import subprocess
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from time import process_time

import pikepdf
import pytest
from pypdf import PdfReader

from tests.publish import sample
from tests.publish.conftest import CATALOGS, edition
from trustsurvey.analysis.release import Area, Release
from trustsurvey.publish import export
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.ranking import ranking
from trustsurvey.publish.text import findings

RELEASES = {
    "a city": lambda: sample.city(24),
    "98 areas": lambda: sample.city(98, hidden=6),
    "nothing to show": sample.everything_suppressed,
    "no map": sample.without_map,
    "no margins": sample.without_margins,
    "one area": sample.one_area,
}
LOCALES = ("en", "es", "ar")
EACH = ("en", pytest.param("es", marks=pytest.mark.slow), "ar")


@lru_cache
def pdf(name: str, locale: str) -> bytes:
    return export(RELEASES[name](), "pdf", CATALOGS[locale].locale, CATALOGS[locale])


@lru_cache
def pages(name: str, locale: str) -> tuple[str, ...]:
    return tuple(page.extract_text() for page in PdfReader(io.BytesIO(pdf(name, locale))).pages)


def plain(text: str) -> str:
    """Text without direction controls and with single spaces."""
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())


def arabic_words(text: str) -> set[str]:
    return set(re.findall(r"[\u0621-\u065f]{2,}", text))


@pytest.mark.parametrize("locale", EACH)
@pytest.mark.parametrize("name", list(RELEASES))
def test_a_report_is_made_of_every_release_in_every_language(name: str, locale: str) -> None:
    with pikepdf.open(io.BytesIO(pdf(name, locale))) as made:
        assert len(made.pages) == len(pages(name, locale))
        assert str(made.Root.Lang) == locale
        assert made.Root.MarkInfo.Marked
        assert made.Root.ViewerPreferences.DisplayDocTitle
        assert (made.Root.ViewerPreferences.get("/Direction") == "/R2L") is (locale == "ar")
        with made.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]


@pytest.mark.parametrize("locale", EACH)
@pytest.mark.parametrize("name", list(RELEASES))
def test_every_page_says_synthetic(name: str, locale: str) -> None:
    said = edition(RELEASES[name](), locale).catalog.gettext("Synthetic data")
    for text in pages(name, locale):
        assert said in plain(text)


def test_a_real_survey_is_not_called_synthetic() -> None:
    real = replace(sample.city(24), synthetic=False)
    data = export(real, "pdf", CATALOGS["en"].locale, CATALOGS["en"])
    assert "ynthetic" not in "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_findings_stand_in_the_text_as_they_were_written(locale: str, city: Release) -> None:
    text = plain(" ".join(pages("a city", locale)))
    for found in findings(edition(city, locale)):
        assert plain(found.sentence) in text
        assert plain(found.detail) in text


def test_arabic_findings_come_out_word_for_word(arabic: Edition) -> None:
    text = " ".join(pages("a city", "ar"))
    for found in findings(arabic):
        assert {word for word in arabic_words(f"{found.sentence} {found.detail}") if word not in text} == set()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext isn't installed")
def test_arabic_reads_in_order_by_another_program(tmp_path: Path, arabic: Edition) -> None:
    (tmp_path / "report.pdf").write_bytes(pdf("a city", "ar"))
    out = subprocess.run(["pdftotext", str(tmp_path / "report.pdf"), "-"], capture_output=True, check=True, text=True).stdout
    text = plain(out)
    assert plain(arabic.locale.month(arabic.release.wave.opened)) in text
    for found in findings(arabic):
        assert arabic_words(f"{found.sentence} {found.detail}") <= arabic_words(text)
    for measure in arabic.domains:
        assert arabic_words(arabic.measure_title(measure)) <= arabic_words(text)


@pytest.mark.parametrize("locale", EACH)
@pytest.mark.parametrize("name", ["a city", "98 areas"])
def test_the_ranking_prints_every_areas_figures(name: str, locale: str) -> None:
    made = edition(RELEASES[name](), locale)
    order = ranking(made)
    assert order is not None
    text = plain(" ".join(pages(name, locale)))
    for line in order.lines:
        printed = (
            made.figure(line.estimate, bare=True),
            made.interval(line.estimate),
            made.answers(line.estimate),
            made.effective(line.estimate),
        )
        if locale == "ar":
            assert all(plain(figure) in text for figure in (line.name, *printed))
        else:
            assert f"{line.name} {' '.join(printed)}" in text
    for hidden in order.hidden:
        assert hidden.name in text


def test_nothing_is_given_away_where_nothing_may_be_shown() -> None:
    text = " ".join(pages("nothing to show", "en"))
    assert "No figure is shown for the whole city." in text
    for figure in ("54.3", "56.8", "1.9", "47%"):
        assert figure not in text


@pytest.mark.parametrize("name", list(RELEASES))
def test_every_face_is_embedded_with_a_map_to_text(name: str) -> None:
    with pikepdf.open(io.BytesIO(pdf(name, "ar"))) as made:
        for page in made.pages:
            for font in page.obj.Resources.Font.values():
                assert "/ToUnicode" in font
                assert "/FontFile2" in font.FontDescriptor


@pytest.mark.parametrize("locale", EACH)
def test_the_structure_holds_every_mark_once(locale: str) -> None:
    with pikepdf.open(io.BytesIO(pdf("98 areas", locale))) as made:
        marks: list[tuple[int, int]] = []
        roles: dict[str, int] = {}

        def walk(node: pikepdf.Object) -> None:
            roles[str(node.S)] = roles.get(str(node.S), 0) + 1
            if node.S == "/Figure":
                assert str(node.Alt)
            for kid in node.K:
                if kid.get("/Type") == "/MCR":
                    marks.append((kid.Pg.objgen[0], int(kid.MCID)))
                else:
                    walk(kid)

        walk(made.Root.StructTreeRoot.K)
        assert len(set(marks)) == len(marks)
        for page in made.pages:
            drawn = [int(n) for n in re.findall(rb"/MCID (\d+)", page.obj.Contents.read_bytes())]
            assert sorted(drawn) == sorted(number for owner, number in marks if owner == page.obj.objgen[0])
        assert roles["/Document"] == 1
        assert roles["/H1"] >= 5
        assert roles["/TR"] > 98 * 2


def test_the_same_release_makes_the_same_bytes(city: Release) -> None:
    again = export(city, "pdf", CATALOGS["en"].locale, CATALOGS["en"])
    assert again == pdf("a city", "en")


@pytest.mark.slow
def test_reports_made_at_the_same_time_do_not_mix() -> None:
    """Faces are shared by all threads of a server."""
    wanted = [("a city", locale) for locale in LOCALES] * 2
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda one: export(RELEASES[one[0]](), "pdf", CATALOGS[one[1]].locale, CATALOGS[one[1]]), wanted)
        assert list(made) == [pdf(*one) for one in wanted]


def test_a_character_without_a_glyph_is_named_and_the_report_still_made(caplog: pytest.LogCaptureFixture) -> None:
    base = sample.city(24)
    named = replace(base, areas=(Area(code="N01", name="ᚠ Heights", geometry=base.areas[0].geometry), *base.areas[1:]))
    with caplog.at_level(logging.WARNING):
        assert export(named, "pdf", CATALOGS["en"].locale, CATALOGS["en"]).startswith(b"%PDF")
    assert "U+16A0" in caplog.text


@pytest.mark.parametrize("locale", EACH)
def test_shipped_strings_have_all_their_glyphs(locale: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        export(sample.city(24), "pdf", CATALOGS[locale].locale, CATALOGS[locale])
    assert not caplog.records


def test_98_areas_take_less_than_five_seconds() -> None:
    release = sample.city(98, hidden=6)
    start = process_time()
    export(release, "pdf", CATALOGS["ar"].locale, CATALOGS["ar"])
    assert process_time() - start < 5


def test_long_names_stay_in_their_column() -> None:
    base = sample.city(24)
    long = replace(base, areas=tuple(replace(a, name=f"{a.name}/SOUTH BEACON HILL AND NEW HOLLY") for a in base.areas))
    data = export(long, "pdf", CATALOGS["en"].locale, CATALOGS["en"])
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    assert "NEW HOLLY" in text
