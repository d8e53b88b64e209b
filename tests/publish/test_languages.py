"""The report in every script: what is drawn can be read back, by two programs."""

from __future__ import annotations

import io
import logging
import re
import shutil
import subprocess
import unicodedata
from functools import lru_cache
from importlib import resources
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.publish import languages, sample
from tests.publish.conftest import CATALOGS
from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.publish import export
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.notes import notes
from trustsurvey.publish.pdf import fonts
from trustsurvey.publish.pdf.shaping import Text
from trustsurvey.publish.text import findings

TRANSLATED = ("en", "es", "ar")
ALL = (*TRANSLATED, *languages.WORDS)
LATER = {"es", "fa", "ko", "zh_Hant"}
"""Languages of `make test-all`: `make test` has another of the same script."""

EACH = [pytest.param(code, marks=pytest.mark.slow) if code in LATER else code for code in ALL]
RIGHT_TO_LEFT = ("ar", "fa")
LIMIT = 9_000_000


def catalog(code: str) -> Catalog:
    return CATALOGS[code] if code in TRANSLATED else languages.catalog(code)


@lru_cache
def pdf(code: str) -> bytes:
    used = catalog(code)
    return export(sample.city(24), "pdf", used.locale, used)


@lru_cache
def sentences(code: str) -> tuple[str, ...]:
    """What the report says in the language, as it should read."""
    used = catalog(code)
    made = Edition(sample.city(24), used.locale, used)
    said = [text for found in findings(made) for text in (found.sentence, found.detail)]
    said += [text for note in notes(made) for text in note]
    if code in TRANSLATED:
        return tuple(said)
    written = languages.drafts(code)
    patterns = [re.compile(re.sub(r"%\\\((\w+)\\\)s", ".+?", re.escape(text))) for text in written.values()]
    return tuple(text for text in said if any(pattern.match(text) for pattern in patterns))


def bare(text: str) -> str:
    """Text without controls and white space: where lines break is not what is compared."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in ("Cf", "Zs", "Cc"))


def words(text: str) -> set[str]:
    return set(re.findall(r"[\u0621-\u064a\u067e-\u06d5]{2,}", "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Mn"))))


def compare(code: str, text: str) -> None:
    assert len(sentences(code)) >= 4
    for sentence in sentences(code):
        if code in RIGHT_TO_LEFT:
            found = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Mn"))
            assert {word for word in words(sentence) if word not in found} == set(), sentence
        else:
            assert bare(sentence) in bare(text), sentence


@pytest.mark.parametrize("code", EACH)
def test_what_is_drawn_reads_back(code: str) -> None:
    compare(code, "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(code))).pages))


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext isn't installed")
@pytest.mark.parametrize("code", EACH)
def test_what_is_drawn_reads_back_in_another_program(code: str, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(pdf(code))
    order = [] if code in RIGHT_TO_LEFT else ["-raw"]
    out = subprocess.run(["pdftotext", *order, str(tmp_path / "report.pdf"), "-"], capture_output=True, check=True, text=True).stdout
    compare(code, out)
    if code not in (*RIGHT_TO_LEFT, "zh_Hans", "zh_Hant"):
        spaced = " ".join("".join(c for c in out if unicodedata.category(c) != "Cf").split())
        short = [" ".join(s.split()) for s in sentences(code) if len(s) < 40]
        assert all("".join(c for c in s if unicodedata.category(c) != "Cf") in spaced for s in short), (
            "a word is torn apart or joined to another"
        )


@pytest.mark.parametrize("code", EACH)
def test_no_character_lacks_a_glyph(code: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        export(sample.city(24), "pdf", catalog(code).locale, catalog(code))
    assert not caplog.records


def test_the_faces_weigh_at_most_nine_megabytes_and_each_family_has_its_licence() -> None:
    folder = resources.files("trustsurvey.publish.pdf") / "fonts"
    files = {path.name: len(path.read_bytes()) for path in folder.iterdir()}
    assert sum(size for name, size in files.items() if name.endswith(".ttf")) <= LIMIT
    families = {name.partition("-")[0] for name in files if name.endswith(".ttf")}
    assert families == {*fonts.FAMILIES, *fonts.HAN.values()}
    for family in families:
        assert f"OFL-{family}.txt" in files


@pytest.mark.parametrize(
    ("code", "face"), [("zh-Hans", "NotoSansSC"), ("zh-Hant", "NotoSansTC"), ("ko", "NotoSansKR"), ("en", "NotoSansSC")]
)
def test_a_character_that_languages_share_takes_the_readers_shape(code: str, face: str) -> None:
    drawn = fonts.faces_of("信" if code != "ko" else "한", 400, code)
    assert drawn == [f"{face}-Regular"]


def test_quotation_marks_are_as_wide_as_a_character_in_chinese_alone() -> None:
    assert fonts.faces_of("“信”", 400, "zh-Hans") == ["NotoSansSC-Regular"] * 3
    assert fonts.faces_of("the city’s", 400, "zh-Hans") == ["NotoSans-Regular"] * 10


def test_a_rare_character_is_set_in_the_lighter_face() -> None:
    assert fonts.faces_of("鼹", 600, "zh-Hans") == ["NotoSansSC-Regular"]


def lines(text: str, language: str, limit: float) -> list[str]:
    made = Text(text, language=language)
    return [made.text[a:b] for a, b in made.lines(limit)]


@pytest.mark.parametrize("limit", [3.0, 4.0, 5.0, 6.5, 8.0])
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("zh-Hans", "居民说：“不显示”（答卷太少），因此、为保护隐私，54.3%的数字不予公布！"),
        ("zh-Hant", "居民說：「不顯示」（答卷太少），因此、為保護隱私，54.3%的數字不予公布！"),
    ],
)
def test_chinese_lines_keep_the_rules_of_punctuation(code: str, text: str, limit: float) -> None:
    broken = lines(text, code, limit)
    assert "".join(broken) == text
    assert len(broken) > 3
    assert not any(line[0] in "：，、！）」”%" for line in broken)
    assert not any(line[-1] in "“（「" for line in broken)
    assert any("54.3%" in line for line in broken)


def test_korean_breaks_between_words() -> None:
    text = "지역 경찰에 대한 신뢰는 백점 만점에 오십사점입니다."
    broken = lines(text, "ko", 9.0)
    assert len(broken) > 2
    assert [word for line in broken for word in line.split()] == text.split()
