"""An edition: one release in one reader's language. All that turns a published number or a code into words goes through here.

Numbers come from the release's published precision. A display that shows fewer decimals rounds that value, half to even on its decimal
digits, so that one figure reads the same in every format.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property

from babel.dates import format_interval

from trustsurvey.analysis.release import Area, Contrast, Estimate, Measure, Release, Unit
from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.i18n.locales import Locale

EN_DASH = "\u2013"
COMPLETE = "_complete"  # ends the code of the index among those who answered every domain
LEFT_TO_RIGHT, FIRST_STRONG, END = "\u2066", "\u2068", "\u2069"  # Unicode isolates

WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
"""Counts of things in words. English only, and so not for translators: elsewhere they would have to agree with what is counted."""

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def rounded(value: float, decimals: int = 0) -> float:
    """``value`` to ``decimals``, half to even on its decimal digits."""
    return float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN))


def decimals(unit: Unit, low: float | None, high: float | None) -> int:
    """How many decimals a figure shows: scores and percentages none unless the interval is narrower than 2; ratios and 0–10 one."""
    if unit in (Unit.TEN, Unit.RATIO):
        return 1
    if low is None or high is None:
        return 0
    if unit is Unit.FRACTION:
        low, high = 100 * low, 100 * high
    if unit is Unit.VALUE:
        width = high - low
        return 0 if width >= 20 else 1 if width >= 2 else 2
    if unit is Unit.SCORE:
        return 1 if high - low < 2 else 0
    return 0


def capitalized(sentence: str) -> str:
    """The sentence with its first letter in upper case, where its script has one."""
    return sentence[:1].upper() + sentence[1:]


@dataclass(frozen=True)
class Edition:
    """A release, a locale and its catalogue.

    ``measure`` picks what the map and the ranking show; by default the index, or the first measure where there is none.
    """

    release: Release
    locale: Locale
    catalog: Catalog
    measure_code: str | None = None

    @property
    def rtl(self) -> bool:
        return self.locale.direction == "rtl"

    @cached_property
    def headline(self) -> Measure | None:
        """The measure that is mapped and ranked; None when the release has no measure at all."""
        if self.measure_code is not None:
            return self.release.measure(self.measure_code)
        measures = self.release.measures
        return next((m for m in measures if m.kind == "index"), measures[0] if measures else None)

    @cached_property
    def domains(self) -> tuple[Measure, ...]:
        return tuple(m for m in self.release.measures if m.kind == "domain")

    @cached_property
    def areas(self) -> Mapping[str, Area]:
        return {area.code: area for area in self.release.areas}

    @cached_property
    def measures(self) -> Mapping[str, Measure]:
        return {measure.code: measure for measure in self.release.measures}

    @cached_property
    def answer_codes(self) -> frozenset[str]:
        """What the cells of answers to questions are called."""
        return frozenset(f"{question.code}.{option.code}" for question in self.release.questions for option in question.options)

    @cached_property
    def cells(self) -> Mapping[tuple[str, str | None], Estimate]:
        """Everyone's cells by measure and area (None is the whole city)."""
        return {(cell.measure, cell.area): cell for cell in self.release.estimates if not cell.group}

    @cached_property
    def minimum_n(self) -> int:
        """Fewer answers than this are never shown."""
        rule = self.release.method.get("suppression")
        found = rule.get("minimum_n") if isinstance(rule, Mapping) else None
        return int(found) if found else 10

    # ------------------------------------------------------------------ names
    def t(self, message: str) -> str:
        """A message marked elsewhere with N_."""
        return self.catalog.gettext(message)

    def area_name(self, code: str) -> str:
        area = self.areas.get(code)
        return self.catalog.pgettext(f"area:{code}", area.name if area else code)

    def measure_title(self, measure: Measure) -> str:
        if measure.kind == "share" and measure.option and measure.item:
            return self.catalog.pgettext(f"option:{measure.item}.{measure.option}", measure.title)
        if measure.code.endswith(COMPLETE):
            title = self.catalog.pgettext(f"measure:{measure.code.removesuffix(COMPLETE)}", measure.title)
            return self.catalog.gettext("%(measure)s where every domain was answered", measure=title)
        if measure.kind == "ratio":  # made by the analysis, not named in any questionnaire
            return self.catalog.gettext(measure.title)
        return self.catalog.pgettext(f"measure:{measure.code}", measure.title)

    def survey_title(self) -> str:
        """The survey's title: the operator's words, or the questionnaire's own in the reader's language."""
        title = self.release.title or self.release.survey
        if not title:
            return self.catalog.gettext("Community survey")
        code = self.release.instrument.code if self.release.instrument else ""
        return self.catalog.pgettext(f"questionnaire:{code}.title", title)

    def place(self) -> str:
        """The city's name, by the catalogue of areas where that has it."""
        return self.catalog.pgettext("place", self.release.place) if self.release.place else ""

    def heading(self) -> str:
        """Place and survey in one line; the place once where the survey's title already says it."""
        place, title = self.place(), self.survey_title()
        return self.named(title) if not place or place in title else f"{self.named(place)} · {self.named(title)}"

    def group_value(self, variable: str, value: str) -> str:
        """A group's name: a language by CLDR, an answer option by the questionnaire's catalogue, else the code."""
        if "language" in variable:
            return self.catalog.gettext("another language") if value == "other" else self.locale.language_name(value)
        labels = self.release.method.get("labels")
        source = labels.get(f"{variable}.{value}") if isinstance(labels, Mapping) else None
        return self.catalog.pgettext(f"option:{variable}.{value}", str(source or value))

    def city(self) -> str:
        return self.catalog.gettext("City")

    # ------------------------------------------------------------------ text in its direction
    def isolated(self, text: str) -> str:
        """``text`` kept whole inside right-to-left sentences."""
        return f"{LEFT_TO_RIGHT}{text}{END}" if self.rtl else text

    def named(self, text: str) -> str:
        """A name inside a sentence: isolated where its first letter runs against the reader's direction."""
        if not self.rtl:
            return text
        strong = next((kind for c in text if (kind := unicodedata.bidirectional(c)) in ("L", "R", "AL")), "L")
        return self.isolated(text) if strong == "L" else text

    def join(self, names: Iterable[str]) -> str:
        return self.locale.join([self.named(name) for name in names])

    # ------------------------------------------------------------------ figures
    def count(self, number: int) -> str:
        """How many things there are: in English a word up to twenty."""
        if self.locale.code.split("_")[0] == "en" and 0 <= number < len(WORDS):
            return WORDS[number]
        return self.number(number)

    def number(self, value: float, places: int = 0, *, sign: bool = False) -> str:
        text = self.locale.number(value, places, sign=sign)
        return self.isolated(text) if sign or value < 0 else text

    def figure(self, estimate: Estimate, *, bare: bool = False) -> str:
        """The estimate as it is printed; ``bare`` leaves the sign for per cent to the heading. A suppressed cell is an empty text."""
        if estimate.estimate is None:
            return ""
        unit = self._unit(estimate)
        places = decimals(unit, estimate.lci, estimate.uci)
        if unit in (Unit.PERCENT, Unit.FRACTION):
            value = estimate.estimate * (100 if unit is Unit.FRACTION else 1)
            small = 0 < value <= 0.5
            text = (
                self.locale.number(1)
                if bare and small
                else self.locale.number(value, places)
                if bare
                else self.locale.percent(1 if small else value, places)
            )
            text = f"<{text}" if small else text
            return self.isolated(text) if small or not bare else text
        return self.number(estimate.estimate, places)

    def interval(self, estimate: Estimate, *, words: bool = False) -> str:
        """Both ends, as the estimate is printed: “64–71” in tables, “64 to 71” in sentences and wherever a minus may stand."""
        if estimate.lci is None or estimate.uci is None:
            return ""
        unit = self._unit(estimate)
        scale = 100 if unit is Unit.FRACTION else 1
        return self._range(estimate.lci * scale, estimate.uci * scale, decimals(unit, estimate.lci, estimate.uci), words=words)

    def difference(self, contrast: Contrast) -> str:
        """“+9”; 0 has no sign."""
        return self.number(contrast.difference, self._difference_decimals(contrast), sign=True)

    def difference_interval(self, contrast: Contrast) -> str:
        """“+3 to +15”."""
        places = self._difference_decimals(contrast)
        if places == 0 and contrast.lci * contrast.uci > 0 and min(abs(contrast.lci), abs(contrast.uci)) <= 0.5:
            places = 1  # rounding must not lay an end on a zero that isn't there
        return self._range(contrast.lci, contrast.uci, places, words=True, sign=True)

    def span(self, low: float, high: float, places: int = 0, *, sign: bool = False) -> str:
        """Both ends of anything in a sentence: “64 to 71”, “+3 to +15”."""
        return self._range(low, high, places, words=True, sign=sign)

    def effective(self, estimate: Estimate) -> str:
        return "" if estimate.n_eff is None else self.number(estimate.n_eff)

    def answers(self, estimate: Estimate) -> str:
        return "" if estimate.n is None else self.number(estimate.n)

    def _difference_decimals(self, contrast: Contrast) -> int:
        unit = self.measures[contrast.measure].unit if contrast.measure in self.measures else Unit.SCORE
        return decimals(unit, contrast.lci, contrast.uci)

    def _unit(self, estimate: Estimate) -> Unit:
        measure = self.measures.get(estimate.measure)
        return measure.unit if measure else Unit.PERCENT if estimate.measure in self.answer_codes else Unit.VALUE

    def _range(self, low: float, high: float, places: int, *, words: bool, sign: bool = False) -> str:
        ends = (self.locale.number(low, places, sign=sign), self.locale.number(high, places, sign=sign))
        if words or sign or rounded(low, places) < 0:
            first, last = (self.isolated(end) if sign or low < 0 else end for end in ends)
            return self.catalog.gettext("%(low)s to %(high)s", low=first, high=last)
        return self.isolated(f"{ends[0]}{EN_DASH}{ends[1]}")

    # ------------------------------------------------------------------ when
    def wave_label(self, label: str) -> str:
        """The operator's name of a wave; one that is just an English month and year is said in the reader's language."""
        day = self.wave_day(label)
        return self.locale.month(day) if day is not None else label

    @staticmethod
    def wave_day(label: str) -> date | None:
        """The first day of the month that an operator's name of a wave says, where it is just an English month and year."""
        found = re.fullmatch(rf"({'|'.join(MONTHS)}) (\d{{4}})", label.strip())
        return date(int(found[2]), MONTHS.index(found[1]) + 1, 1) if found else None

    def fieldwork(self) -> str:
        """The days on which the wave was open, in words; empty when there was no wave."""
        wave = self.release.wave
        if wave is None:
            return ""
        if wave.opened == wave.closed:
            return self.locale.date(wave.opened)
        return format_interval(wave.opened, wave.closed, skeleton="yMMMMd", locale=self.locale.cldr)
