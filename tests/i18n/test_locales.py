"""Negotiation, direction, figures."""

from __future__ import annotations

import datetime
import gettext

import pytest
from babel import Locale as Cldr

from trustsurvey.i18n.locales import PLURALS, Locale, match, negotiate

ALL = tuple(PLURALS)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("zh-TW", "zh_Hant"),
        ("zh-HK", "zh_Hant"),
        ("zh-CN", "zh_Hans"),
        ("zh-SG", "zh_Hans"),
        ("zh-Hant-HK", "zh_Hant"),
        ("zh", "zh_Hans"),
        ("tl", "fil"),
        ("tl-PH", "fil"),
        ("pt", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("prs", "fa"),
        ("en;q=0.1, ar;q=0.9", "ar"),
        ("en;q=0, ar", "ar"),
        ("de, fr;q=0.5", "fr"),
        ("de", "en"),
        ("", "en"),
        ("*", "en"),
        (";;;,,q=1,=", "en"),
        ("en;q=banana, es", "en"),
        ("zh-MO", "zh_Hant"),
        ("zh-Hans-TW", "zh_Hans"),
        ("zh-Hant-CN", "zh_Hant"),
        ("fa-AF", "fa"),
        ("prs-AF", "fa"),
        ("fr-CA", "fr"),
        ("ht-HT", "ht"),
        ("pt-BR", "pt_BR"),
        ("ar-EG,ar;q=0.8", "ar"),
        ("so-SO, en;q=0.3", "so"),
        ("fil-PH", "fil"),
        ("am-ET", "am"),
        ("ko_KR", "ko"),
        ("ES-mx", "es"),
        ("hi-IN;q=0.4, ru;q=0.7, en;q=0.6", "ru"),
        ("vi;q=0.5, ko;q=0.5", "vi"),
        ("de, *;q=0.5, vi;q=0.1", "en"),
        ("de, vi;q=0.5, *;q=0.1", "vi"),
        ("en;q=0, *", "es"),
        ("es;q=0, es-MX", "es"),
        ("zh;q=0, *", "en"),
        ("x-klingon, i-default, en", "en"),
        ("a" * 5000, "en"),
    ],
)
def test_negotiation(header: str, expected: str) -> None:
    assert negotiate(header, ALL) == expected


def test_a_locale_that_is_not_offered_is_not_chosen() -> None:
    assert negotiate("ar", ("es", "en")) == "en"
    assert negotiate("ar", ("es",)) == "es"
    assert match("zh-Hant", ("zh_Hans",)) is None


def test_direction_and_names() -> None:
    assert [code for code in ALL if Locale(code).direction == "rtl"] == ["ar", "fa"]
    assert Locale("ar").autonym == "العربية"
    assert Locale("es").autonym == "Español"
    assert Locale("zh_Hant").tag == "zh-Hant"
    assert Locale("es").language_name("am") == "amárico"


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "expected"),
    [
        (54.25, 1, False, "54.2"),
        (-3.5, 1, True, "−3.5"),
        (3.5, 0, True, "+4"),
        (0.04, 1, True, "0.0"),
        (-0.04, 1, False, "0.0"),
        (2304, 0, False, "2,304"),
    ],
)
def test_figures(value: float, decimals: int, sign: bool, expected: str) -> None:
    assert Locale("en").number(value, decimals, sign=sign) == expected


def test_figures_are_written_as_the_language_does() -> None:
    assert Locale("es").percent(95) == "95\u00a0%"
    assert Locale("en").percent(95) == "95%"
    assert Locale("es").month(datetime.date(2026, 10, 5)) == "octubre de 2026"


@pytest.mark.parametrize("code", ALL)
def test_the_plural_rules_are_those_of_cldr(code: str) -> None:
    """The C expression in the header tells apart just what CLDR's rules for whole numbers tell apart (Babel's gettext table doesn't)."""
    expression = PLURALS[code].split("plural=")[1].rstrip(";")
    rule = gettext.c2py(expression)
    category = Cldr.parse(code).plural_form
    groups: dict[int, set[str]] = {}
    for n in [*range(130), 200, 211, 1000, 1111]:
        groups.setdefault(rule(n), set()).add(category(n))
    assert all(len(categories) == 1 for categories in groups.values()), groups
    assert len(groups) == len({c for found in groups.values() for c in found}), groups


COUNTED = (0, 1, 2, 3, 5, 11, 21, 100)
FORMS = {
    **dict.fromkeys(("en", "es", "so"), "10111111"),
    **dict.fromkeys(("fa", "am", "hi", "fr", "pt_BR", "ht"), "00111111"),
    **dict.fromkeys(("fil", "vi", "ko", "zh_Hans", "zh_Hant"), "00000000"),
    "ar": "01233445",
    "ru": "20112202",
}
"""The plural form of each of ``COUNTED``, read off CLDR 46's chart by hand."""


@pytest.mark.parametrize("code", ALL)
def test_a_number_takes_its_form(code: str) -> None:
    rule = gettext.c2py(PLURALS[code].split("plural=")[1].rstrip(";"))
    assert "".join(str(rule(n)) for n in COUNTED) == FORMS[code]


@pytest.mark.parametrize("code", ALL)
def test_a_fraction_has_a_category_that_a_form_can_serve(code: str) -> None:
    """Pages count whole things; 1.5 is written beside a name, never within a plural. CLDR's category for it is known all the same."""
    assert Cldr.parse(code).plural_form(1.5) in {"one", "many", "other"}


@pytest.mark.parametrize(
    ("code", "names", "joined"),
    [
        ("es", ["español", "inglés"], "español e inglés"),
        ("es", ["inglés", "español"], "inglés y español"),
        ("es", ["agua", "hielo"], "agua y hielo"),
        ("es", ["padre", "hijo"], "padre e hijo"),
        ("en", ["A", "B", "C"], "A, B, and C"),
        ("ar", ["أ", "ب"], "أ وب"),
    ],
)
def test_names_are_joined_as_the_language_does(code: str, names: list[str], joined: str) -> None:
    assert Locale(code).join(names) == joined
