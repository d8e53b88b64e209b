from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, box
from shapely.ops import unary_union

import trustsurvey.publish
from tests.publish import sample
from tests.publish.conftest import edition
from trustsurvey.analysis.release import Release
from trustsurvey.publish import charts, finding_figures
from trustsurvey.publish.answers import answer_rows
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.findings import derive
from trustsurvey.publish.maps import CityMap, hatch
from trustsurvey.publish.pens import SvgPen, scale
from trustsurvey.publish.ranking import BREAKS, _cover, _lanes, heat_class, profile, ranking
from trustsurvey.publish.text import findings

CSS = (Path(trustsurvey.publish.__file__).parent / "chart.css").read_text()


def every_figure(made: Edition) -> list[str]:
    order = ranking(made)
    assert order is not None
    rows = charts.RankingFigures(made, order)
    across = charts.change_scale([c.contrast for c in made.release.changes])
    return [
        rows.head(),
        *(rows.row(n) for n in range(len(order.lines))),
        *(rows.lane(n) for n in range(len(order.lines))),
        charts.key(made),
        charts.mark(on=True, caution=True),
        charts.hatch_mark(),
        charts.bracket_mark(),
        charts.change_head(made, across),
        *(charts.change_row(c.contrast, across) for c in made.release.changes),
        charts.axis(made, order.scale),
        *(charts.answers_row(made, row, charts.answers_scale([row])) for row in answer_rows(made)),
        *(charts.answer_mark(step) for step in range(-2, 3)),
        *(charts.estimate_row(line.estimate, order.scale, reference=54.3, differs=line.on) for line in order.lines),
        *(finding_figures.svg(made, finding) for finding in derive(made.release, made.headline)),
        CityMap(made).svg(link=lambda code: f"/results/x/{code}?a=1&b=2"),
    ]


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("release", [sample.city(24), sample.everything_suppressed(), sample.one_area()], ids=["city", "suppressed", "one"])
def test_figures_are_well_formed_and_hold_no_style(release: Release, locale: str) -> None:
    for figure in every_figure(edition(release, locale)):
        if not figure:
            continue
        root = ElementTree.fromstring(figure)
        for element in root.iter():
            assert "style" not in element.attrib
            assert not any(name.startswith("on") for name in element.attrib)
        assert (root.get("aria-hidden") == "true") != bool(root.get("aria-label")), "either hidden or named"


def test_every_class_that_is_drawn_has_its_style(english: Edition) -> None:
    drawn = {name for figure in every_figure(english) for kinds in re.findall(r'class="([^"]+)"', figure) for name in kinds.split()}
    styled = set(re.findall(r"\.([a-z][\w-]*)", CSS))
    assert drawn - styled == {"nm"} - styled


def test_labels_are_escaped() -> None:
    pen = SvgPen()
    pen.text(0, 0, "A & B <c>")
    pen.path([[(0, 0), (1, 1), (2, 0)]], "c1", title='"x" & <y>')
    assert ElementTree.fromstring(pen.svg()) is not None


@pytest.mark.parametrize(("value", "expected"), [(0, 1), (39.4, 1), (40, 2), (44, 2), (45, 3), (59, 5), (60, 6), (65, 7), (100, 7)])
def test_classes_are_fixed(value: float, expected: int) -> None:
    assert heat_class(value) == expected


def test_a_figure_as_printed_has_one_color(english: Edition) -> None:
    seen: dict[str, set[int]] = {}
    found = profile(english)
    assert found is not None
    for row in found.rows:
        for cell in row.cells:
            assert cell is not None
            seen.setdefault(cell.text, set()).add(cell.heat)
    assert all(len(classes) == 1 for classes in seen.values())
    assert len(BREAKS) == 6


def test_hidden_rows_stand_last_without_a_figure(english: Edition) -> None:
    order = ranking(english)
    assert order is not None
    assert [row.name for row in order.hidden] == sorted(row.name for row in order.hidden)
    assert len(order.lines) + len(order.hidden) == 24
    values = [line.estimate.estimate for line in order.lines]
    assert values == sorted(values, reverse=True)


def _maximal(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    runs = sorted({(start, start + more) for start, more in pairs})
    return [(a, b) for a, b in runs if not any((c, d) != (a, b) and c <= a and b <= d for c, d in runs)]


runs_of_rows = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 15)), max_size=30).map(_maximal)


@given(runs_of_rows)
def test_brackets_never_touch_in_a_column(runs: list[tuple[int, int]]) -> None:
    lanes = _lanes(runs)
    assert sorted((lane.first, lane.last) for lane in lanes) == sorted(runs)
    for one in lanes:
        for other in lanes:
            if one is not other and one.column == other.column:
                assert one.last < other.first or other.last < one.first


@given(runs_of_rows)
def test_thinned_brackets_still_cover_every_row_that_any_covers(runs: list[tuple[int, int]]) -> None:
    kept = _cover(runs)
    rows = {row for first, last in runs for row in range(first, last + 1)}
    assert {row for first, last in kept for row in range(first, last + 1)} == rows
    assert set(kept) <= set(runs)
    assert max((lane.column for lane in _lanes(kept)), default=0) < 3


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=20))
def test_a_scale_holds_its_values_and_has_few_ticks(values: list[float]) -> None:
    made = scale(values)
    assert made.low < min(values)
    assert made.high > max(values)
    assert all(made.low <= tick <= made.high for tick in made.ticks)
    assert len(made.ticks) <= 6


def test_the_map_of_98_areas_is_light() -> None:
    assert len(CityMap(edition(sample.city(98, hidden=6))).svg(link=lambda code: f"/results/larkhaven/{code}").encode()) < 60_000


def test_the_map_of_98_hidden_areas_is_light() -> None:
    whole = sample.city(98, hidden=6)
    hidden = replace(whole, estimates=tuple(sample.cell(e.measure, 0, 0, 1, area=e.area) for e in whole.estimates if not e.group))
    assert len(CityMap(edition(hidden)).svg().encode()) < 60_000


def test_without_geometry_there_is_no_map() -> None:
    city_map = CityMap(edition(sample.without_map()))
    assert not city_map
    assert city_map.svg() == ""


def test_areas_without_geometry_are_left_out_of_the_map() -> None:
    whole = sample.city(24)
    part = replace(whole, areas=(replace(whole.areas[0], geometry=None), *whole.areas[1:]))
    assert len(CityMap(edition(part)).shapes) == 23


def test_the_map_gives_no_suppressed_figure_away(english: Edition) -> None:
    city_map = CityMap(english)
    hidden = [s for s in city_map.shapes if not s.shown]
    assert len(hidden) == 3
    titles = re.findall(r"<title>([^<]+)</title>", city_map.svg())
    for area in hidden:
        assert f"{area.name}: not shown" in " ".join(titles)
    assert not re.search(r"\d", city_map.alternative())


@pytest.mark.parametrize("count", [24, 98])
def test_labels_lie_inside_and_callouts_outside(count: int) -> None:
    city_map = CityMap(edition(sample.city(count, hidden=3)))
    city = unary_union([s.outline for s in city_map.shapes])
    for area in city_map.shapes:
        label = city_map.labels[area.code]
        if label.lines:
            frame = box(label.x - label.width / 2, label.y - label.height / 2, label.x + label.width / 2, label.y + label.height / 2)
            assert area.outline.buffer(0.5).contains(frame)
    frames = [box(*callout.box) for callout in city_map.callouts]
    for n, frame in enumerate(frames):
        assert frame.intersection(city).area < 0.03 * frame.area
        assert not any(frame.intersects(other) for other in frames[n + 1 :])


def test_the_map_is_true_to_scale(english: Edition) -> None:
    """A city 10 km across at 47.6° north: 2 km are 2 km in both directions."""
    city_map = CityMap(english)
    x0, y0, x1, y1 = city_map.bounds
    assert (x1 - x0) * city_map.unit_km == pytest.approx(10, abs=1.5)
    assert (y1 - y0) * city_map.unit_km == pytest.approx(10.5, abs=1.5)
    assert ">2 km<" in city_map.svg()


def test_neighbors_still_share_their_edges_after_simplifying() -> None:
    city_map = CityMap(edition(sample.city(98, hidden=6)))
    for n, one in enumerate(city_map.shapes):
        for other in city_map.shapes[n + 1 :]:
            assert one.outline.intersection(other.outline).area < 1.0


def test_the_hatch_is_cut_to_the_shape() -> None:
    shape = box(0, 0, 50, 30)
    lines = hatch(shape)
    assert len(lines) > 4
    assert all(shape.buffer(0.01).contains(LineString(line)) for line in lines)


def test_each_finding_says_what_its_figure_shows(english: Edition) -> None:
    for found in findings(english):
        words = finding_figures.alternative(english, found)
        assert words.startswith(found.sentence)
