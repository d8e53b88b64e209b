"""Locales: their codes, direction and names, negotiation, and how figures and dates are written in them (CLDR, by Babel)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale as Cldr
from babel import dates, lists, numbers

MINUS = "−"

ALIASES = {
    "tl": "fil",
    "prs": "fa",
    "iw": "he",
    "pt": "pt_BR",
    "zh": "zh_Hans",
    "zh_CN": "zh_Hans",
    "zh_SG": "zh_Hans",
    "zh_TW": "zh_Hant",
    "zh_HK": "zh_Hant",
    "zh_MO": "zh_Hant",
}
"""What browsers ask for → the catalogue that serves it."""

REGIONS = {"es": "es_US"}
"""Whose digits a language's figures are written with, where its own CLDR entry speaks for another country: Spanish here is read in the
United States, where 54.3 is written 54.3."""

MADE_UP = {"en_XA": "[Ļöñğ]", "ar_XB": "[Mirror]"}
"""Locales for testing layouts (``i18n.pseudo``) and what they are called; figures and dates are those of English."""

PLURALS: dict[str, str] = {
    # Written out from CLDR 46 (cardinals) because Babel's gettext table is wrong for Arabic, Persian, Filipino, Amharic and Hindi.
    # A catalogue holds whole numbers only: the categories that CLDR keeps for fractions have no form here.
    "en": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    "fa": "nplurals=2; plural=(n > 1);",
    "fil": "nplurals=2; plural=(n != 1 && n != 2 && n != 3 && (n%10 == 4 || n%10 == 6 || n%10 == 9));",
    "am": "nplurals=2; plural=(n > 1);",
    "hi": "nplurals=2; plural=(n > 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "pt_BR": "nplurals=2; plural=(n > 1);",
    "ht": "nplurals=2; plural=(n > 1);",
    "so": "nplurals=2; plural=(n != 1);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
    "vi": "nplurals=1; plural=0;",
    "ko": "nplurals=1; plural=0;",
    "zh_Hans": "nplurals=1; plural=0;",
    "zh_Hant": "nplurals=1; plural=0;",
}
"""The ``Plural-Forms`` header that each catalogue must carry."""


@dataclass(frozen=True, slots=True)
class Locale:
    """One language of the interface. ``code`` is its folder (``zh_Hans``); ``tag`` its BCP 47 tag (``zh-Hans``)."""

    code: str

    @property
    def tag(self) -> str:
        return self.code.replace("_", "-")

    @property
    def cldr(self) -> Cldr:
        return _cldr(self.code)

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        if self.code == "ar_XB":
            return "rtl"
        return "rtl" if self.cldr.text_direction == "rtl" else "ltr"

    @property
    def autonym(self) -> str:
        """The language's name in its own script, as it begins a line."""
        if self.code in MADE_UP:
            return MADE_UP[self.code]
        name = self.cldr.get_display_name(self.cldr) or self.code
        return name[:1].upper() + name[1:]

    def language_name(self, code: str) -> str:
        """The name of the language ``code`` in this language (``es`` → “Spanish”), or the code when CLDR has none."""
        found = self.cldr.languages.get(code.replace("-", "_"))
        return str(found) if found else code

    def number(self, value: float, decimals: int = 0, *, sign: bool = False) -> str:
        """``value`` rounded half to even on its decimal digits, with the locale's separators.

        Minus is U+2212; ``sign`` shows a plus (never on 0).
        """
        exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        text = numbers.format_decimal(abs(exact), format=pattern, locale=_cldr(REGIONS.get(self.code, self.code)), numbering_system="latn")
        if exact == 0:
            return text
        return (MINUS if exact < 0 else "+" if sign else "") + text

    def percent(self, value: float, decimals: int = 0) -> str:
        """``value`` (0 to 100) with the sign for per cent where the locale puts it."""
        pattern = self.cldr.percent_formats[None].pattern
        before, _, after = re.sub(r"[#0,.]+", "\0", pattern).partition("\0")
        return before + self.number(value, decimals) + after

    def date(self, day: datetime.date, form: str = "long") -> str:
        return dates.format_date(day, form, locale=self.cldr)

    def month(self, day: datetime.date) -> str:
        """“October 2026”."""
        return dates.format_skeleton("yMMMM", day, locale=self.cldr)

    def beside(self, *names: str) -> str:
        """“Community trust survey, Larkhaven”: with the comma of the language and no “and”; an empty name is left out."""
        return COMMAS.get(self.code.partition("_")[0], ", ").join(name for name in names if name)

    @property
    def gap(self) -> str:
        """What stands between two sentences: nothing in Chinese, whose full stop is as wide as a character."""
        return "" if self.code.startswith("zh") else " "

    def join(self, names: Sequence[str]) -> str:
        """“A, B and C”."""
        joined = lists.format_list(list(names), style="standard", locale=self.cldr)
        return _Y_BEFORE_I.sub(" e ", joined) if self.code == "es" else joined


_Y_BEFORE_I = re.compile(r" y (?=h?[ií](?!e))", re.IGNORECASE)
"""Spanish writes *e* for *y* before the sound *i* (“español e inglés”, not before “hielo”), which CLDR's pattern can't say."""


COMMAS = {"am": "፣ ", "ar": "، ", "fa": "، ", "zh": "，"}
"""CLDR has lists with “and” only."""


@lru_cache
def _cldr(code: str) -> Cldr:
    return Cldr.parse("en" if code in MADE_UP else code)


def negotiate(header: str, offered: Sequence[str], default: str = "en") -> str:
    """The offered locale that an ``Accept-Language`` header asks for first, regional variants falling back to their base.

    ``*`` is ``default``, or the first that isn't refused with ``q=0``.
    """
    wanted: list[tuple[float, int, str]] = []
    refused: set[str | None] = set()
    for n, part in enumerate(header.split(",")[:40]):
        tag, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if found := re.fullmatch(r"q\s*=\s*([01](?:\.\d{0,3})?)", parameter):
                quality = float(found[1])
        if tag and quality > 0:
            wanted.append((-quality, n, tag))
        elif tag:
            refused.add(match(tag, offered))
    likely = (default, *offered) if default in offered else tuple(offered)
    for _, _, tag in sorted(wanted):
        code = next((one for one in likely if one not in refused), None) if tag == "*" else match(tag, offered)
        if code is not None:
            return code
    return default if default in offered or not offered else offered[0]


def match(tag: str, offered: Sequence[str]) -> str | None:
    """The offered locale that serves the BCP 47 ``tag``, or None."""
    parts = tag.replace("-", "_").split("_")
    parts = [parts[0].lower(), *(p.title() if len(p) == 4 else p.upper() for p in parts[1:])]
    while parts:
        code = "_".join(parts)
        for candidate in (code, ALIASES.get(code)):
            if candidate in offered:
                return candidate
        if parts[0] == "zh" and len(parts) == 3:  # zh-Hant-TW: the script decides, not the region
            parts = parts[:2]
        elif parts[0] == "zh" and len(parts) == 2 and len(parts[1]) == 4:
            return None
        else:
            parts.pop()
    return None
