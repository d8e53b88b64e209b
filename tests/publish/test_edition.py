from __future__ import annotations

from dataclasses import replace

import pytest

from tests.publish import sample
from tests.publish.conftest import edition
from trustsurvey.analysis.release import Contrast, Flag, Measure, Unit
from trustsurvey.publish.edition import Edition, capitalized, rounded


def cell_of(unit: Unit, value: float, low: float, high: float) -> tuple[Edition, object]:
    measure = Measure(code="x", kind="mean", unit=unit, title="X")
    cell = replace(sample.cell("x", 50, 1, 200), estimate=value, lci=low, uci=high)
    return edition(replace(sample.city(24), measures=(measure,), estimates=(cell,))), cell


@pytest.mark.parametrize(
    ("unit", "value", "low", "high", "figure", "interval"),
    [
        pytest.param(Unit.SCORE, 66.6, 63.5, 70.9, "67", "64–71", id="a score shows whole points"),
        pytest.param(Unit.SCORE, 54.3, 53.4, 55.2, "54.3", "53.4–55.2", id="a decimal where the interval is narrower than 2"),
        pytest.param(Unit.SCORE, 54.5, 50.5, 58.5, "54", "50–58", id="halves go to the even number at both ends"),
        pytest.param(Unit.PERCENT, 47.2, 44.9, 49.4, "47%", "45–49", id="a share has its sign"),
        pytest.param(Unit.PERCENT, 0.3, 0.1, 1.4, "<1%", "0–1", id="what was found is never 0"),
        pytest.param(Unit.FRACTION, 0.472, 0.449, 0.494, "47%", "45–49", id="a proportion at full precision"),
        pytest.param(Unit.TEN, 5.4, 5.2, 5.6, "5.4", "5.2–5.6", id="0 to 10 shows a decimal"),
        pytest.param(Unit.RATIO, 1.9, 1.7, 2.1, "1.9", "1.7–2.1", id="a ratio shows a decimal"),
        pytest.param(Unit.TOTAL, 12345.0, 11000.0, 13000.0, "12,345", "11,000–13,000", id="a total is grouped"),
        pytest.param(Unit.VALUE, -12.4, -16.1, -8.7, "−12.4", "−16.1 to −8.7", id="to, where a minus stands"),
    ],
)
def test_a_figure_is_printed_as_its_unit_wants(unit: Unit, value: float, low: float, high: float, figure: str, interval: str) -> None:
    made, cell = cell_of(unit, value, low, high)
    assert made.figure(cell) == figure
    assert made.interval(cell) == interval


def test_units_can_be_left_to_the_heading() -> None:
    made, cell = cell_of(Unit.PERCENT, 47.2, 44.9, 49.4)
    assert made.figure(cell, bare=True) == "47"


def test_a_suppressed_cell_prints_nothing() -> None:
    made, _ = cell_of(Unit.SCORE, 50, 45, 55)
    hidden = sample.cell("x", 50, 1, 5, flag=Flag.TOO_FEW)
    assert (made.figure(hidden), made.interval(hidden), made.answers(hidden), made.effective(hidden)) == ("", "", "", "")


def contrast(difference: float, low: float, high: float) -> Contrast:
    tested = {"se": 1.0, "p": 0.01, "p_adjusted": 0.02, "detectable": True, "family": 1}
    return Contrast(measure="trust_index", area=None, group=None, difference=difference, lci=low, uci=high, **tested)


@pytest.mark.parametrize(
    ("given", "difference", "interval"),
    [
        pytest.param(contrast(8.6, 3.4, 14.9), "+9", "+3 to +15", id="a rise is signed"),
        pytest.param(contrast(-9.4, -15.1, -3.3), "−9", "−15 to −3", id="a fall has a minus, not a hyphen"),
        pytest.param(contrast(0.2, -2.1, 2.4), "0", "−2 to +2", id="0 has no sign"),
        pytest.param(contrast(5.9, 0.3, 11.5), "+6", "+0.3 to +11.5", id="rounding lays no end on a zero that isn't there"),
        pytest.param(contrast(0.9, 0.1, 1.7), "+0.9", "+0.1 to +1.7", id="narrow ones have a decimal"),
    ],
)
def test_a_difference_is_signed(english: Edition, given: Contrast, difference: str, interval: str) -> None:
    assert english.difference(given) == difference
    assert english.difference_interval(given) == interval


def test_arabic_keeps_signs_and_ranges_whole(arabic: Edition) -> None:
    city = arabic.release.estimate("trust_index")
    assert city is not None
    assert arabic.difference(contrast(8.6, 3.4, 14.9)) == "\u2066+9\u2069"
    assert arabic.interval(city).startswith("\u2066")
    assert arabic.interval(city).endswith("\u2069")
    assert arabic.named("Willow Bend") == "\u2066Willow Bend\u2069"
    assert arabic.named("الضفة") == "الضفة"


def test_spanish_is_written_as_in_the_united_states(city: object) -> None:
    made = edition(sample.city(24), "es")
    whole = made.release.estimate("trust_index")
    assert whole is not None
    assert made.figure(whole) == "54.3"
    assert made.answers(whole) == f"{whole.n:,}"
    assert made.wave_label("October 2026") == "octubre de 2026"
    assert made.wave_label("Second round") == "Second round"


@pytest.mark.parametrize(("number", "words"), [(0, "no"), (1, "one"), (20, "twenty"), (21, "21"), (1200, "1,200")])
def test_counts_are_words_up_to_twenty(english: Edition, number: int, words: str) -> None:
    assert english.count(number) == words


def test_counts_are_digits_in_other_languages() -> None:
    assert edition(sample.city(24), "es").count(6) == "6"


@pytest.mark.parametrize(
    ("value", "places", "expected"), [(0.25, 1, 0.2), (54.25, 1, 54.2), (54.35, 1, 54.4), (2.5, 0, 2.0), (-0.04, 1, 0.0)]
)
def test_rounding_is_by_decimal_digits(value: float, places: int, expected: float) -> None:
    assert rounded(value, places) == expected


def test_a_sentence_begins_with_a_capital() -> None:
    assert capitalized("six are above") == "Six are above"
    assert capitalized("") == ""


def test_another_measure_can_be_ranked() -> None:
    made = edition(sample.city(24), measure_code="safe_contact")
    assert made.headline is not None
    assert made.headline.code == "safe_contact"
