"""The pages of the full report: what each says is in the release, and nothing is said that isn't."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from tests.publish import sample
from tests.publish.conftest import CATALOGS, edition
from trustsurvey.analysis.release import (
    Bracket,
    Change,
    Driver,
    Drivers,
    GroupReliability,
    ItemDifference,
    Missing,
    Release,
    Reliability,
)
from trustsurvey.publish import export
from trustsurvey.publish.area_profile import area_profiles, remarks, said_of
from trustsurvey.publish.pdf.report import write_pages
from trustsurvey.publish.pdf.shaping import width as text_width
from trustsurvey.publish.pdf.theme_pages import theme_pages
from trustsurvey.publish.pens import SvgPen
from trustsurvey.publish.trend import POLICY_DATES, draw_trend, trend, trend_alternative

SPANISH, ENGLISH = {"home_language": "es"}, {"home_language": "en"}


@lru_cache
def whole() -> Release:
    """The made-up city with everything that a release may hold."""
    base = sample.city(24)
    index = [sample.cell("trust_index", 57, 0.7, 1533, group=ENGLISH), sample.cell("trust_index", 46, 1.4, 509, group=SPANISH)]
    index.append(sample.cell("trust_index", 50, 3, 5, group={"home_language": "so"}))
    missing = [
        Missing(item="trust10", area=None, group=None, n=2769, not_answered=2.5, dont_know=4.5, prefer_not=3.1),
        Missing(item="home_language", area=None, group=None, n=2769, not_answered=0.6, dont_know=1.5, prefer_not=8.2),
        *(
            Missing(item=d.code, area=None, group=g, n=500, not_answered=1.5, dont_know=0.0, prefer_not=0.0)
            for d in edition(base).domains
            for g in (ENGLISH, SPANISH)
        ),
    ]
    return replace(
        base,
        estimates=(*base.estimates, *index),
        missing=tuple(missing),
        reliability={"fair_process": Reliability(alpha=0.76, lci=0.74, uci=0.78, omega=0.77, n=2700)},
        reliability_by_group=tuple(
            GroupReliability(domain="fair_process", group=g, reliability=Reliability(alpha=a, lci=None, uci=None, omega=None, n=500))
            for g, a in ((ENGLISH, 0.77), (SPANISH, 0.69))
        ),
        item_differences=(
            ItemDifference(
                domain="legitimacy", item="lg_honest", group=SPANISH, reference=ENGLISH, n=900, p_adjusted=0.001, gain=0.05, flagged=True
            ),
            ItemDifference(
                domain="legitimacy", item="lg_lawful", group=SPANISH, reference=ENGLISH, n=900, p_adjusted=0.7, gain=0.0, flagged=False
            ),
        ),
        drivers=Drivers(
            outcome="reporting",
            n=1600,
            r2=42.4,
            drivers=(
                Driver(domain="legitimacy", share=60.0, lci=55.0, uci=64.0),
                Driver(domain="fair_process", share=40.0, lci=36.0, uci=45.0),
            ),
        ),
    )


@lru_cache
def text_of(locale: str = "en", full: bool = True) -> tuple[str, ...]:
    data = export(whole() if full else sample.city(24), "pdf", CATALOGS[locale].locale, CATALOGS[locale])
    return tuple(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages)


def page_with(heading: str) -> str:
    return next(text for text in text_of() if heading in text)


def test_each_neighborhood_that_is_shown_has_a_page_and_no_other_has() -> None:
    made = edition(whole())
    found = area_profiles(made)
    shown = {cell.area for cell in whole().by_area("trust_index") if cell.estimate is not None}
    assert {profile.code for profile in found} == shown
    pages = [text for text in text_of() if "Where it stands" in text]
    assert len(pages) == len(found)
    for profile, page in zip(found, pages, strict=True):
        said, detail = said_of(made, profile)
        assert f"{profile.name} {said}" in page
        assert detail in page
        for row in profile.domains:
            assert f"{made.measure_title(row.measure)} {made.figure(row.cell, bare=True)} {made.figure(row.city, bare=True)}" in page


def test_a_page_says_which_side_of_the_city_its_neighborhood_is_on() -> None:
    made = edition(whole())
    for profile in area_profiles(made):
        said, _ = said_of(made, profile)
        words = {1: "above the city", -1: "below the city", 0: "not distinguishable from the city"}[profile.line.side]
        assert words in said
        moved = profile.change.contrast.detectable
        assert ("no detectable change" in said) is not moved
        assert bool(re.search(r"It has (risen|fallen) by", said)) is moved


def test_without_an_earlier_wave_the_second_sentence_names_those_it_cannot_be_told_from() -> None:
    alone = replace(whole(), changes=(), earlier=())
    made = edition(alone)
    with_peers = [profile for profile in area_profiles(made) if profile.peers]
    for profile in with_peers:
        assert "Not distinguishable from" in said_of(made, profile)[0]
        assert not profile.trend
    assert with_peers
    names = {made.area_name(code) for code in with_peers[0].peers}
    runs = [bracket for bracket in alone.brackets if isinstance(bracket, Bracket) and with_peers[0].code in bracket.areas]
    assert names == {made.area_name(code) for run in runs for code in run.areas} - {with_peers[0].name}


def test_what_stands_out_is_the_furthest_and_the_highest() -> None:
    made = edition(whole())
    for profile in area_profiles(made):
        (_, furthest), (_, highest) = remarks(made, profile)
        far = max(profile.domains, key=lambda row: abs(row.cell.estimate - row.city.estimate))
        best = max(profile.domains, key=lambda row: row.cell.estimate)
        assert furthest.startswith(made.measure_title(far.measure))
        assert highest.startswith(made.measure_title(best.measure))


def test_a_trend_shows_every_wave_as_it_was_published() -> None:
    made = edition(whole())
    for area in (None, "N01", "N02"):
        found = trend(made, made.headline, area)
        waves = [f for wave in whole().earlier for f in wave.figures if f.measure == "trust_index" and f.area == area]
        assert [(p.value, p.low, p.high) for p in found.points[:-1]] == [
            (f.estimate, f.lci, f.uci) for f in waves if f.estimate is not None
        ]
        now = made.cells["trust_index", area]
        assert (found.points[-1].value, found.points[-1].low) == (now.estimate, now.lci)
    assert [point.label for point in trend(made, made.headline, None).points] == ["October 2025", "April 2026", "October 2026"]


def test_a_wave_in_which_an_area_was_not_shown_has_no_point() -> None:
    first = whole().earlier[0]
    gone = tuple(replace(f, estimate=None, lci=None, uci=None) if f.area == "N02" else f for f in first.figures)
    made = edition(replace(whole(), earlier=(replace(first, figures=gone), *whole().earlier[1:])))
    assert [point.label for point in trend(made, made.headline, "N02").points] == ["April 2026", "October 2026"]


def test_labels_of_many_waves_do_not_touch() -> None:
    first = whole().earlier[0]
    many = tuple(replace(first, number=k, label=f"{month} 2026") for k, month in enumerate(("January", "February", "March", "May", "June")))
    made = edition(replace(whole(), earlier=many))
    pen = SvgPen()
    draw_trend(pen, made, trend(made, made.headline, None), 240, 110)
    ends = []
    for text in ElementTree.fromstring(pen.svg()).iter():
        if text.get("y") != "106":
            continue
        wide, at, kinds = text_width(text.text or "", 7.0), float(text.get("x")) + float(text.get("dx") or 0), text.get("class").split()
        left = at - (wide if "e" in kinds else wide / 2 if "m" in kinds else 0)
        ends.append((left, left + wide))
    assert len(ends) > 1
    assert all(a[1] < b[0] for a, b in pairwise(sorted(ends)))


def test_a_trend_without_earlier_figures_is_this_figure_less_the_published_difference() -> None:
    made = edition(replace(whole(), earlier=()))
    change = next(c for c in whole().changes if c.contrast.area is not None)
    found = trend(made, made.headline, change.contrast.area)
    now = made.cells["trust_index", change.contrast.area].estimate
    assert [point.value for point in found.points] == [pytest.approx(now - change.contrast.difference), now]
    assert [point.label for point in found.points] == ["April 2026", "October 2026"]
    said = trend_alternative(made, found)
    assert "April 2026" in said
    assert made.interval(found.cell, words=True) in said


def with_policies(*dates: str) -> Release:
    """A release as they were before earlier waves were carried along."""
    earlier = tuple(
        Change(since_wave=1, since_label="October 2025", contrast=replace(c.contrast, difference=c.contrast.difference + 2))
        for c in whole().changes
    )
    method: Mapping[str, object] = {**whole().method, POLICY_DATES: [{"date": day, "label": f"agreement {day[:4]}"} for day in dates]}
    return replace(whole(), earlier=(), changes=(*whole().changes, *earlier), method=method)


def test_policies_stand_on_the_trend_at_their_dates_where_the_release_names_them() -> None:
    made = edition(with_policies("2026-01-12", "2020-05-01"))
    found = trend(made, made.headline, None)
    assert [point.label for point in found.points] == ["October 2025", "April 2026", "October 2026"]
    assert [event.day for event in found.events] == [date(2026, 1, 12)]
    pen = SvgPen()
    draw_trend(pen, made, found, 200, 100)
    drawn = "".join(pen.parts)
    assert "agreement 2026" in drawn
    uprights = [float(x) for x in re.findall(r'<line x1="([\d.]+)"[^>]*class="cu"', drawn)]
    dots = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawn)]
    assert dots[0] < uprights[0] < dots[1]
    assert "January 12, 2026" in trend_alternative(made, found)


def test_a_policy_stands_only_where_it_held() -> None:
    made = edition(whole())
    touched, other = made.release.policies[1].areas[0], made.release.areas[5].code
    assert [event.label for event in trend(made, made.headline, touched).events] == ["Agreement with another authority", "Officers on foot"]
    assert [event.label for event in trend(made, made.headline, other).events] == ["Agreement with another authority"]


def test_names_of_policies_that_lie_close_stand_on_two_lines() -> None:
    made = edition(with_policies("2026-01-12", "2026-01-20", "2026-01-28"))
    pen = SvgPen()
    draw_trend(pen, made, trend(made, made.headline, None), 200, 100)
    names = re.findall(r'<text x="[\d.]+" y="(\d+)"[^>]*>agreement 2026', "".join(pen.parts))
    assert names == ["8", "17"], "the third has no room"


@pytest.mark.parametrize("languages", range(12, 29, 2))
def test_what_is_asked_for_by_neighborhood_has_a_table_on_its_page(languages: int) -> None:
    """Three lines alone on a page look lost."""
    base = whole()
    speakers = [{"home_language": f"l{n}"} for n in range(languages)]
    wanted = [sample.cell("want_outreach", 30, 2, 500, group=group) for group in speakers]
    more = replace(base.against_city[0], measure="want_outreach", detectable=True)
    made = edition(replace(base, estimates=(*base.estimates, *wanted), against_city=(*base.against_city, more)))
    last = PdfReader(io.BytesIO(write_pages(made, (theme_pages,)))).pages[-1].extract_text()
    assert "By neighborhood" in last
    assert "Language at home" in last


def test_no_policy_is_drawn_that_the_release_does_not_name() -> None:
    made = edition(replace(whole(), method={}))
    assert trend(made, made.headline, None).events == ()


def test_change_by_neighborhood_prints_every_difference_with_its_interval() -> None:
    made, page = edition(whole()), page_with("Change since April 2026")
    assert "allowing for 21 comparisons (Benjamini and Hochberg 1995)" in page
    for change in whole().changes:
        if change.contrast.area is not None:
            name = made.area_name(change.contrast.area)
            told = "yes" if change.contrast.detectable else "no"
            assert f"{name} {made.difference(change.contrast)} {made.difference_interval(change.contrast)} {told}" in page


def test_themes_are_printed_with_intervals_largest_first() -> None:
    made, page = edition(whole()), page_with("Percent choosing each")
    shares = [m for m in whole().measures if m.kind == "share"]
    places = {page.index(made.measure_title(m)): made.cells[m.code, None].estimate for m in shares}
    for measure in shares:
        cell = made.cells[measure.code, None]
        assert f"{made.measure_title(measure)} {made.figure(cell, bare=True)} {made.interval(cell)} {made.answers(cell)}" in page
    assert len(places) == len(shares)


def test_languages_and_refusals_come_from_the_release() -> None:
    page = page_with("Who answered, and what was left out")
    assert "English 57" in page
    assert "Spanish 46" in page
    assert "by too few who answered to be shown: Somali." in page
    assert "Overall trust, 0 to 10 2,769 2.5% 4.5% 3.1%" in page
    assert page.index("Language at home 2,769 0.6% 1.5% 8.2%") < page.index("Overall trust, 0 to 10 2,769"), "most refused first"


def test_data_quality_says_what_differs_between_languages() -> None:
    page = page_with("How good the data are")
    assert "Fair process 0.76 0.74–0.78 0.77" in page
    assert "2 comparisons of a question between two languages were made. In 1, people with the same score" in page
    assert "Domain: Legitimacy." in page
    assert "Legitimacy 60% 55–64" in page
    assert "which is 42% of the differences" in page


@pytest.mark.parametrize("heading", ["Who answered, and what was left out", "How good the data are", "Policy"])
def test_a_page_whose_results_are_not_in_the_release_is_not_there(heading: str) -> None:
    assert not any(heading in text for text in text_of(full=False))


@pytest.mark.parametrize("locale", ["en", "es", "ar"])
def test_the_summary_has_two_pages(locale: str) -> None:
    data = export(whole(), "pdf-summary", CATALOGS[locale].locale, CATALOGS[locale])
    assert len(PdfReader(io.BytesIO(data)).pages) == 2


def test_the_seconds_of_each_stage_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="trustsurvey.publish.pdf.report"):
        export(whole(), "pdf-summary", CATALOGS["en"].locale, CATALOGS["en"])
    assert re.search(r"a report in en: map \d\.\d\d s, cover \d\.\d\d s, findings_page \d\.\d\d s, writing and tagging", caplog.text)
