"""Answers to questions as diverging bars: what is drawn is what was published, in any language and in grey."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tests.publish import sample
from tests.publish.conftest import edition
from trustsurvey.publish import charts
from trustsurvey.publish.answers import answer_groups, answer_rows, answers_said
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.pdf.looks import CHART


def test_questions_that_offer_the_same_answers_stand_together(english: Edition) -> None:
    groups = answer_groups(english)
    assert [[row.question.code for row in group.rows] for group in groups] == [["fp_respect", "fp_listen"], ["et_profile"], ["rp_victim"]]
    assert [label for label, _ in groups[0].labels] == ["Never", "Rarely", "Sometimes", "Often", "Always"]
    assert [step for _, step in groups[0].labels] == [-2, -1, 0, 1, 2]
    assert groups[1].labels[0] == ("Always", -2), "more of it is less trust: it stands at the unfavorable end"


def test_a_question_that_goes_on_from_the_words_above_it_is_whole(english: Edition) -> None:
    title = next(row.title for row in answer_rows(english) if row.question.code == "rp_victim")
    assert title == "How likely would you be to contact the police if you were the victim of a crime?"


@pytest.mark.parametrize("area", [None, "N01"])
def test_a_bar_has_every_answer_at_its_length_around_the_middle(english: Edition, area: str | None) -> None:
    rows = list(answer_rows(english, area))
    across = charts.answers_scale(rows)
    for row in rows:
        root = ElementTree.fromstring(charts.answers_row(english, row, across))
        bars = [e for e in root.iter() if e.tag.endswith("rect")]
        assert [bar.get("class") for bar in bars] == ["d1", "d2", "d3", "d4", "d5"]
        unit = 100 / (across.high - across.low)
        for bar, share in zip(bars, row.shares, strict=True):
            assert float(bar.get("width", "").rstrip("%")) == pytest.approx(share.cell.estimate * unit, abs=0.01)
        left = float(bars[2].get("x", "").rstrip("%")) + float(bars[2].get("width", "").rstrip("%")) / 2
        assert left == pytest.approx(50, abs=0.02), "half of the middle answer stands to each side"
        labels = [e.text for e in root.iter() if e.tag.endswith("text")]
        wide = [s for s in row.shares if s.cell.estimate >= charts.NUMBERED]
        assert labels == [english.figure(share.cell, bare=True) for share in wide], "labelled directly where there is room"


def test_a_bar_with_a_hidden_answer_is_not_drawn_and_says_which(english: Edition) -> None:
    places = [area.code for area in english.release.areas]
    rows = [row for code in places for row in answer_rows(english, code)]
    part = [row for row in rows if not row.whole and row.n is not None]
    none = [row for row in rows if row.n is None]
    assert part
    assert none
    for row in (*part, *none):
        assert "<rect" not in charts.answers_row(english, row, charts.answers_scale([row]))
        assert "not shown" in answers_said(english, row)


def test_the_sentence_holds_every_answer(english: Edition) -> None:
    row = next(iter(answer_rows(english)))
    said = answers_said(english, row)
    assert said.startswith("How often do police here treat people with respect? Never ")
    for share in row.shares:
        assert f"{share.label} {english.figure(share.cell)}" in said


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_bars_are_legible_in_grey_and_letters_on_them_too() -> None:
    """Neighbors differ in lightness alone, the ends from each other too; letters stand out from their ground (WCAG 2.2, 4.5:1)."""
    fills = [CHART[f"d{n}"]["fill"] for n in range(1, 6)]
    assert all(contrast(a, b) > 1.25 for a, b in pairwise(fills))
    assert contrast(fills[0], fills[4]) > 1.4
    for n, fill in enumerate(fills, start=-2):
        letters = CHART["i" if n in charts.PALE else "w"]["color"]
        assert contrast(fill, letters) >= 4.5, (n, fill)


def test_without_answers_there_is_no_row() -> None:
    assert answer_groups(edition(replace(sample.city(24), answers=()))) == ()


def test_scales_reach_to_both_sides_alike(english: Edition) -> None:
    across = charts.answers_scale(list(answer_rows(english)))
    assert across.low == -across.high
    assert re.fullmatch(r"\d+(\.0)?", str(across.high))
