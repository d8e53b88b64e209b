"""The paper form: what is crossed can be typed, in any script, from either side, and read by a screen reader."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

import pikepdf
import pypdf
import pytest

from tests.conftest import notice
from tests.publish import languages
from tests.publish.conftest import CATALOGS
from tests.publish.test_accessible import faults
from trustsurvey.errors import AnswersError
from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.i18n.locales import Locale
from trustsurvey.publish import paper
from trustsurvey.publish.paper import PaperForm
from trustsurvey.questionnaire import keying, loader
from trustsurvey.questionnaire.keying import numbers
from trustsurvey.questionnaire.schema import Kind
from trustsurvey.store.queries import AreaRow

TRUST = loader.load(loader.source("community-trust")[0])
OFTEN: Mapping[str, tuple[str, ...]] = {
    "am": ("በፍጹም", "አልፎ አልፎ", "አንዳንድ ጊዜ", "ብዙ ጊዜ", "ሁልጊዜ"),
    "hi": ("कभी नहीं", "बहुत कम", "कभी-कभी", "अक्सर", "हमेशा"),
    "zh_Hans": ("从不", "很少", "有时", "经常", "总是"),
    "ru": ("Никогда", "Редко", "Иногда", "Часто", "Всегда"),
}
"""The commonest scale. The other words are sentences of the report: they test type, not wording."""


class _Sentences(NullTranslations):
    def __init__(self, code: str) -> None:
        super().__init__()
        self.code, self.words = code, languages.WORDS[code]

    def gettext(self, message: str) -> str:
        return message if "%(" in message else self.words[7]

    def pgettext(self, context: str, message: str) -> str:
        kind, _, name = context.partition(":")
        if name.startswith("how_"):
            return OFTEN[self.code][int(name[-1])]
        return {"item": self.words[9], "section": self.words[0], "questionnaire": self.words[10], "area": self.words[6]}.get(
            kind, self.words[8]
        )


def catalog(code: str) -> Catalog:
    return Catalog(Locale(code), _Sentences(code)) if code in OFTEN else CATALOGS[code]


def places(count: int) -> tuple[AreaRow, ...]:
    return tuple(AreaRow(f"n{k}", f"Quarter {k:03d}", {}, 900, "Östra" if k % 3 else "West") for k in range(count))


@lru_cache
def form(code: str, *, count: int = 24, by_invitation: bool = False, size: str = "letter") -> bytes:
    made = PaperForm(
        questionnaire=TRUST,
        catalog=catalog(code),
        place="Harbor",
        places=places(count),
        notice=notice(code),
        by_invitation=by_invitation,
    )
    return paper.write_pdf(made, paper=size)


def text(data: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages))


# ---------------------------------------------------------------- what is printed


def test_it_holds_every_question_with_its_numbers_but_no_words_of_ones_own() -> None:
    said = text(form("en"))
    for item in TRUST.items():
        if item.kind is Kind.COMMENT:
            assert item.text not in said, "handwriting tells who wrote it"
        else:
            assert re.sub(r"\s+", " ", item.text) in said
    assert "88" in said
    assert "99" in said
    assert "We will not know who you are" in said
    assert "Do not write your name, address or phone number on this paper." in said
    assert "Harbor College (en)" in said
    assert f"community-trust 1 · {TRUST.hash[:8]}" in said
    assert "If your answer is “No”, go to question 33." in said
    assert "If you answered “Yes” to question 32:" in said


def test_the_list_has_every_neighborhood_with_the_number_that_is_typed() -> None:
    said = text(form("en", count=100))
    named = {place.code: place.name for place in places(100)}
    for number, code in keying.place_numbers(places(100)).items():
        assert f"{number} {named[code]}" in said


def test_a_made_up_city_says_so_and_its_districts_are_named_in_the_language_of_the_form() -> None:
    made_up = (AreaRow("foundry", "Foundry", {}, 900, "North side"),)
    said = text(paper.write_pdf(PaperForm(questionnaire=TRUST, catalog=CATALOGS["es"], places=made_up, synthetic=True)))
    assert "Datos sintéticos: esto es una demostración" in said
    assert "Zona norte" in said


def test_a_wave_by_invitation_asks_for_the_code_and_says_what_that_means() -> None:
    assert "Whoever types this in sees them beside your answers." in text(form("en", by_invitation=True))
    assert "invitation" not in text(form("en"))


@pytest.mark.parametrize("size", ["letter", "a4"])
def test_every_page_is_numbered_and_of_the_size_asked_for(size: str) -> None:
    with pikepdf.open(io.BytesIO(form("en", size=size))) as made:
        width = {round(float(page.mediabox[2])) for page in made.pages}
        assert width == {612 if size == "letter" else 595}
        pages = len(made.pages)
    assert f"Page {pages} of {pages}" in text(form("en", size=size))


@pytest.mark.parametrize("code", ["en", "ar", "am", "ru"])
def test_an_independent_checker_finds_no_fault(code: str, tmp_path: Path) -> None:
    assert faults(form(code), tmp_path) == []


@pytest.mark.parametrize("code", [*OFTEN])
def test_every_script_is_drawn(code: str) -> None:
    said = text(form(code)).replace(" ", "")
    for words in OFTEN[code]:
        assert words.replace(" ", "") in said


def test_right_to_left_the_boxes_stand_left_of_their_numbers() -> None:
    """In Arabic the first column of a table is the rightmost: “never” (1) stands to the right of “always” (5)."""
    found: dict[str, float] = {}

    def visit(words: str, _cm: object, tm: list[float], *_rest: object) -> None:
        if words.strip() in ("1", "5") and words.strip() not in found:
            found[words.strip()] = tm[4]

    for code, order in (("en", True), ("ar", False)):
        found.clear()
        page = pypdf.PdfReader(io.BytesIO(form(code))).pages[1]
        page.extract_text(visitor_text=visit)
        assert (found["1"] < found["5"]) is order


# ---------------------------------------------------------------- what is typed


@pytest.mark.parametrize(
    ("item", "typed", "answer"),
    [
        ("fp_respect", "1", "0"),
        ("fp_respect", " 5 ", "4"),
        ("fp_respect", "88", "?"),
        ("fp_respect", "99", "~"),
        ("fp_respect", "", None),
        ("trust10", "0", "0"),
        ("trust10", "10", "10"),
        ("trust10", "٧", "7"),
        ("home_language", "16", "other"),
        ("want", "14", ("outreach", "forum")),
        ("want", "4, 1", ("outreach", "forum")),
        ("want", "99", ("~",)),
        ("why_not", "19", ("police", "other")),
        ("why_not", "8", ("private",)),
    ],
)
def test_numbers_are_answers(item: str, typed: str, answer: object) -> None:
    assert keying.read(TRUST.item(item), typed) == answer


@pytest.mark.parametrize(
    ("item", "typed"), [("fp_respect", "6"), ("fp_respect", "x"), ("fp_respect", "1 2"), ("trust10", "11"), ("want", "8"), ("age", "-")]
)
def test_other_numbers_are_refused(item: str, typed: str) -> None:
    if typed == "-":
        assert keying.read(TRUST.item(item), typed) is None, "a stroke is nothing"
        return
    with pytest.raises(AnswersError):
        keying.read(TRUST.item(item), typed)


def test_every_answer_of_every_question_has_a_number_and_comes_back() -> None:
    for item in TRUST.items():
        for number, code in numbers(item).items():
            assert keying.read(item, number) in (code, (code,))
