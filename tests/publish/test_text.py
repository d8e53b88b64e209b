from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.publish import sample
from tests.publish.conftest import edition
from trustsurvey.analysis.release import Bracket, Flag, Release
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.findings import AgainstCity, Changes, Extremes, Groups, Level, NotShown, ReportingGap, Wishes, derive, ranked
from trustsurvey.publish.notes import notes, sample_kind, weighting
from trustsurvey.publish.phrases import run_on
from trustsurvey.publish.text import Said, findings, listed, reason


def said(release: Release, kind: type, locale: str = "en") -> Said:
    return next(found for found in findings(edition(release, locale)) if isinstance(found.finding, kind))


def test_the_findings_stand_in_the_order_of_a_readers_questions(english: Edition) -> None:
    kinds = [type(found.finding) for found in findings(english)]
    assert kinds == [Level, Extremes, AgainstCity, Changes, Groups, ReportingGap, Wishes, NotShown]


@pytest.mark.parametrize(
    ("kind", "sentence", "in_detail"),
    [
        (Level, r"Trust in the local police stands at 54\.3 out of 100\.", "no detectable change, +1 (0 to +2)"),
        (Extremes, r"Trust is highest in .+, and .+, which are not distinguishable from one another\.", "not distinguishable either"),
        (
            AgainstCity,
            r"\w+ neighborhoods are above the city\. \w+ are below it\. \w+ are not distinguishable from it\.",
            "Allowing for 21",
        ),
        (
            Changes,
            r"Since April 2026, trust has risen in .+\. It has fallen in .+\. "
            r"In the other \w+ neighborhoods, there has been no detectable change\.",
            "21 comp",
        ),
        (
            Groups,
            r"By language at home, “Contact without fear” runs from 34 \(Spanish\) to 55 \(English\)\.",
            "The city: 48.3",
        ),
        (ReportingGap, r"For every crime reported to the police, residents experienced 1\.9\.", "1.7 to 2.1, from 427 households"),
        (
            Wishes,
            r"Asked what would help the most, 47% chose “Police time .+” and 43% “Clear rules, .+”\.",
            "Intervals 45 to 49 and 41 to 45",
        ),
        (
            NotShown,
            r"Three neighborhoods are not shown\. In two of them, fewer than 10 residents answered\. One is withheld .+\.",
            "Not shown: ",
        ),
    ],
)
def test_a_finding_is_one_statement_and_its_precision(city: Release, kind: type, sentence: str, in_detail: str) -> None:
    found = said(city, kind)
    assert re.fullmatch(sentence, found.sentence), found.sentence
    assert in_detail in found.detail


def test_every_count_is_the_releases_own(city: Release) -> None:
    found = next(f for f in derive(city, city.measure("trust_index")) if isinstance(f, AgainstCity))
    contrasts = [c for c in city.against_city if c.measure == "trust_index"]
    assert len(found.above) == sum(c.detectable and c.difference > 0 for c in contrasts)
    assert len(found.below) == sum(c.detectable and c.difference < 0 for c in contrasts)
    assert len(found.above) + len(found.below) + len(found.neither) == len(contrasts)


def test_the_highest_are_the_bracket_that_holds_the_highest(city: Release) -> None:
    found = next(f for f in derive(city, city.measure("trust_index")) if isinstance(f, Extremes))
    order = [cell.area for cell in ranked(city, "trust_index")]
    assert [cell.area for cell in found.top] == order[: len(found.top)]
    assert tuple(cell.area for cell in found.top) in {bracket.areas for bracket in city.brackets}
    assert [cell.area for cell in found.bottom] == order[-len(found.bottom) :]


def test_areas_that_tie_keep_the_order_of_their_bracket() -> None:
    base = sample.city(24)
    cells = [sample.cell("trust_index", 50, 2, 150, area=code) for code in ("N03", "N01", "N02")]
    tied = replace(base, estimates=tuple(cells), brackets=(Bracket(measure="trust_index", areas=("N02", "N03", "N01")),))
    assert [cell.area for cell in ranked(tied, "trust_index")] == ["N02", "N03", "N01"]


def test_nothing_is_said_that_the_release_does_not_hold() -> None:
    bare = replace(sample.city(24), brackets=(), against_city=(), changes=())
    kinds = {type(found.finding) for found in findings(edition(bare))}
    assert kinds.isdisjoint({Extremes, AgainstCity, Changes})
    without = replace(bare, measures=tuple(m for m in bare.measures if m.code != "reporting_gap"))
    assert ReportingGap not in {type(found.finding) for found in findings(edition(without))}


def test_no_measure_has_no_findings() -> None:
    assert findings(edition(replace(sample.city(24), measures=(), estimates=()))) == ()


def test_all_suppressed_is_said_plainly() -> None:
    first, last = findings(edition(sample.everything_suppressed()))
    assert first.sentence == "No figure is shown for the whole city."
    assert first.detail == "Not shown: fewer than 10 answers."
    assert last.sentence == "24 neighborhoods are not shown: in each, fewer than 10 residents answered."


def test_one_area_is_not_compared_with_itself() -> None:
    kinds = [type(found.finding) for found in findings(edition(sample.one_area()))]
    assert Extremes not in kinds
    assert AgainstCity not in kinds


def test_a_city_without_differences_is_told_so() -> None:
    base = sample.city(24)
    codes = tuple(cell.area or "" for cell in ranked(base, "trust_index"))
    same = replace(
        base,
        brackets=(Bracket(measure="trust_index", areas=codes),),
        against_city=tuple(replace(c, detectable=False) for c in base.against_city),
        changes=tuple(replace(c, contrast=replace(c.contrast, detectable=False)) for c in base.changes),
    )
    assert said(same, Extremes).sentence == "No neighborhood is distinguishable from another."
    assert said(same, AgainstCity).sentence == "No neighborhood is distinguishable from the city."
    assert said(same, Changes).sentence == "Since April 2026, no neighborhood has changed detectably."


def test_a_change_of_the_city_is_said_when_it_is_detectable() -> None:
    base = sample.city(24)
    whole = next(c for c in base.changes if c.contrast.area is None)
    fallen = replace(whole, contrast=replace(whole.contrast, difference=-4.1, lci=-6.2, uci=-2.0, detectable=True))
    found = said(replace(base, changes=(fallen,)), Level)
    assert found.sentence == "Trust in the local police stands at 54.3 out of 100. It has fallen by four points since April 2026."
    assert found.detail.endswith("Since April 2026: −4 (−6 to −2).")


def test_a_fraction_of_a_point_is_said_without_the_word_for_points() -> None:
    """No language agrees on the number that 0.9 takes, so that it must never choose a plural form."""
    base = sample.city(24)
    whole = next(c for c in base.changes if c.contrast.area is None)
    risen = replace(whole, contrast=replace(whole.contrast, difference=0.9, lci=0.2, uci=1.6, detectable=True))
    found = said(replace(base, changes=(risen,)), Level)
    assert found.sentence == "Trust in the local police stands at 54.3 out of 100. It has risen by 0.9 since April 2026."


def test_long_lists_end_in_how_many_more(city: Release) -> None:
    made = edition(sample.city(98, hidden=6))
    assert listed(made, [area.code for area in made.release.areas]).endswith(", and 93 more")
    assert listed(made, ["N01", "N02"]) == "Cedar Heights and Fairmount"
    assert listed(made, []) == ""


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (Flag.TOO_FEW, "not shown: fewer than 10 answers"),
        (Flag.IMPRECISE, "not shown: too imprecise"),
        (Flag.PROTECTS, "not shown: protects another neighborhood"),
        (Flag.CAUTION, "interpret with caution"),
        (Flag.OK, ""),
    ],
)
def test_each_flag_has_its_words(english: Edition, flag: Flag, words: str) -> None:
    assert reason(english, flag) == words


@pytest.mark.parametrize("locale", ["en", "es", "ar"])
@pytest.mark.parametrize("release", [sample.city(24), sample.everything_suppressed(), sample.one_area()], ids=["city", "suppressed", "one"])
def test_no_sentence_is_left_unfilled(release: Release, locale: str) -> None:
    for found in findings(edition(release, locale)):
        for words in (found.sentence, found.detail):
            assert "%(" not in words
            assert "None" not in words
            assert not re.search(r"(?<!\d)-\d", words), "a hyphen stands for a minus"


def test_reports_never_speak_of_a_margin_of_error(english: Edition) -> None:
    words = " ".join([*(f"{f.sentence} {f.detail}" for f in findings(english)), *(f"{a} {b}" for a, b in notes(english))]).lower()
    for banned in ("margin of error", "significant", "confidence interval", "neighbourhood"):
        assert banned not in words
    assert "precision under the weighting model" in sample_kind(english)


def test_the_notes_name_the_margins_or_say_that_there_are_none(english: Edition) -> None:
    assert "by age, gender, and language at home. Every total is met." in weighting(english)
    assert weighting(edition(sample.without_margins())) == "No population totals were given: every answer counts the same."


def test_a_file_of_answers_claims_no_sample() -> None:
    assert "is not known here" in sample_kind(edition(replace(sample.city(24), survey=None)))


def test_chinese_sentences_need_no_space_between_them() -> None:
    assert run_on(["信任度为54.5。", "", "没有变化。"]) == "信任度为54.5。没有变化。"
    assert run_on(["Trust stands at 54.5.", "", "No change."]) == "Trust stands at 54.5. No change."
