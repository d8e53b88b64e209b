"""What the public pages show of a release, and the words that only they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trustsurvey.analysis.release import Contrast, Estimate, Flag, Measure
from trustsurvey.errors import NotFound
from trustsurvey.i18n.mark import N_
from trustsurvey.publish import charts, findings, text
from trustsurvey.publish.answers import AnswerGroup, whole_groups
from trustsurvey.publish.edition import Edition, capitalized
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.method_pages import SUBJECTS
from trustsurvey.publish.pens import Scale
from trustsurvey.publish.ranking import Line, Profile, Ranking, alike, profile, ranking
from trustsurvey.publish.text import Said
from trustsurvey.publish.trend import latest_change
from trustsurvey.web import figures
from trustsurvey.web.scales import fitting


@dataclass(frozen=True, slots=True)
class Row:
    """One measure beside the whole city's. ``title`` names the measure, the group or the option."""

    title: str
    cell: Estimate
    city: Estimate | None
    contrast: Contrast | None
    chart: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows on one scale."""

    across: Scale
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Answers:
    """How the answers to each question share out in the whole city, on one scale."""

    across: Scale
    groups: Sequence[AnswerGroup]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the overview shows, in the order of the page. ``said`` and ``tables`` go by the name of the finding's class."""

    ranking: Ranking
    figures: charts.RankingFigures
    city_map: CityMap
    profile: Profile | None
    domains_compared: bool
    said: Mapping[str, Said]
    change_scale: Scale | None
    unchanged: Sequence[Contrast]  # by name
    gap: str
    tables: Mapping[str, Table]
    answers: Answers | None


@dataclass(frozen=True, slots=True)
class Neighborhood:
    """All that a neighborhood's page shows. ``line`` is None when its headline figure isn't shown; ``why`` then says what that means."""

    name: str
    heading: str
    why: str
    ranking: Ranking
    cell: Estimate | None
    line: Line | None
    since: str
    change: Contrast | None
    alike: Sequence[str]
    locator: str
    strip: str
    domains_heading: str
    compared: bool  # whether the domains are compared with the city's
    domains: Table | None
    wishes: Table | None
    neighbors: Sequence[tuple[str, str]]  # code and name of every other area, by name
    others: Sequence[tuple[str, Table]]  # by the question whose options they are, or an empty heading


def overview(edition: Edition) -> Overview:
    """Raises NotFound for a release that has no measure."""
    order = _ranking(edition)
    said = {type(one.finding).__name__: one for one in text.findings(edition)}
    found = {name: one.finding for name, one in said.items()}
    changes, gap = found.get("Changes"), found.get("ReportingGap")
    changed = [*changes.up, *changes.down, *changes.unchanged] if isinstance(changes, findings.Changes) else []
    return Overview(
        ranking=order,
        figures=charts.RankingFigures(edition, order),
        city_map=CityMap(edition),
        profile=profile(edition),
        domains_compared=any(findings.against_city(edition.release, domain.code) for domain in edition.domains),
        said=said,
        change_scale=charts.change_scale(changed) if changed else None,
        unchanged=_by_name(edition, changes.unchanged) if isinstance(changes, findings.Changes) else (),
        gap=figures.reporting_gap(edition, gap.estimate) if isinstance(gap, findings.ReportingGap) else "",
        tables={name: table for name, finding in found.items() if (table := _table(edition, finding)) is not None},
        answers=_answers(edition),
    )


def neighborhood(edition: Edition, area: str) -> Neighborhood:
    """The page of ``area``, which must be one of the release's. Raises NotFound for a release that has no measure."""
    order = _ranking(edition)
    release = edition.release
    cell = release.estimate(order.measure.code, area)
    line = next((found for found in order.lines if found.estimate.area == area), None)
    change = latest_change(release, order.measure.code, area)
    return Neighborhood(
        name=edition.area_name(area),
        heading=_heading(edition, order, area, line),
        why=_why(edition, cell),
        ranking=order,
        cell=cell,
        line=line,
        since=edition.wave_label(change.since_label) if change else "",
        change=change.contrast if change else None,
        alike=alike(edition, order, area),
        locator=figures.locator(CityMap(edition), area),
        strip=figures.strip(edition, order, cell) if cell and line else "",
        domains_heading=_domains_heading(edition, area),
        compared=any(area in findings.against_city(release, domain.code) for domain in edition.domains),
        domains=_rows(edition, edition.domains, area),
        wishes=_rows(edition, [m for m in release.measures if _is_wish(m)], area),
        neighbors=sorted(((code, edition.area_name(code)) for code in edition.areas if code != area), key=lambda pair: pair[1]),
        others=_others(edition, order.measure, area),
    )


def _ranking(edition: Edition) -> Ranking:
    order = ranking(edition)
    if order is None:
        raise NotFound(f"the release of {edition.release.survey} has no measure")
    return order


def standing(edition: Edition, line: Line) -> str:
    """Where an area stands beside the city, in words; empty when it wasn't compared."""
    t = edition.catalog
    match line.side:
        case 1:
            return t.gettext("above the city")
        case -1:
            return t.gettext("below the city")
        case 0:
            return t.gettext("not distinguishable from the city")
        case _:
            return ""


def _heading(edition: Edition, order: Ranking, area: str, line: Line | None) -> str:
    """What is to be said first of an area."""
    t, name = edition.catalog, edition.named(edition.area_name(area))
    if line is None:
        return t.gettext("%(area)s: no figure is shown", area=name)
    value = edition.figure(line.estimate)
    if order.measure.kind != "index":
        return t.gettext("%(area)s: %(measure)s stands at %(value)s", area=name, measure=edition.measure_title(order.measure), value=value)
    match line.side:
        case 1:
            return t.gettext("%(area)s: trust stands at %(value)s out of 100, above the city", area=name, value=value)
        case -1:
            return t.gettext("%(area)s: trust stands at %(value)s out of 100, below the city", area=name, value=value)
        case 0:
            return t.gettext("%(area)s: trust stands at %(value)s out of 100, not distinguishable from the city", area=name, value=value)
        case _:
            return t.gettext("%(area)s: trust stands at %(value)s out of 100", area=name, value=value)


def _why(edition: Edition, cell: Estimate | None) -> str:
    """Why there is no figure, and what that means; empty where there is one."""
    t = edition.catalog
    if cell is None:
        return t.gettext("This release has no figure for it.")
    reason = f"{capitalized(text.reason(edition, cell.flag))}."
    match cell.flag:
        case Flag.TOO_FEW:
            return f"{reason} " + t.gettext(
                "A figure from so few answers could be far off, and could say too much about the people who gave them."
            )
        case Flag.IMPRECISE:
            return f"{reason} " + t.gettext("Its interval would be so wide that it would say nothing.")
        case Flag.PROTECTS:
            return f"{reason} " + t.gettext("With it, the figure of a neighborhood where too few people answered could be worked out.")
        case _:
            return ""


def _domains_heading(edition: Edition, area: str) -> str:
    """In how many domains an area differs detectably from the city."""
    t = edition.catalog
    found = [findings.against_city(edition.release, m.code).get(area) for m in edition.domains]
    compared = [contrast for contrast in found if contrast is not None]
    above = sum(c.detectable and c.difference > 0 for c in compared)
    below = sum(c.detectable and c.difference < 0 for c in compared)
    total = edition.count(len(compared))
    if above and below:
        return t.gettext(
            "Above the city in %(above)s of %(total)s domains, below it in %(below)s",
            above=edition.count(above),
            below=edition.count(below),
            total=total,
        )
    if above or below:
        words = N_("Above the city in %(count)s of %(total)s domains") if above else N_("Below the city in %(count)s of %(total)s domains")
        return t.gettext(words, count=edition.count(above or below), total=total)
    return t.gettext("Not distinguishable from the city in any domain") if compared else t.gettext("The parts of trust")


def _by_name(edition: Edition, contrasts: Sequence[Contrast]) -> list[Contrast]:
    return sorted(contrasts, key=lambda contrast: edition.area_name(contrast.area or ""))


def _others(edition: Edition, headline: Measure, area: str) -> list[tuple[str, Table]]:
    """Every other measure, the options of one question under its heading."""
    above = {headline.code, *(m.code for m in edition.domains)}
    by_question: dict[str, list[Measure]] = {}
    for measure in edition.release.measures:
        if measure.code not in above and not _is_wish(measure):
            by_question.setdefault(measure.item or "" if measure.kind == "share" else "", []).append(measure)
    tables = {edition.t(SUBJECTS[item]) if item in SUBJECTS else item: _rows(edition, found, area) for item, found in by_question.items()}
    return [(heading, table) for heading, table in tables.items() if table is not None]


def _answers(edition: Edition) -> Answers | None:
    """The city's, of the questions whose every answer is shown; None where there are none."""
    groups = whole_groups(edition)
    return Answers(charts.answers_scale([row for group in groups for row in group.rows]), groups) if groups else None


def _is_wish(measure: Measure) -> bool:
    return measure.kind == "share" and measure.item == findings.WISHES


# ---------------------------------------------------------------- rows with a chart


def _rows(edition: Edition, measures: Sequence[Measure], area: str) -> Table | None:
    """Measures of one area, each beside the city; those never estimated for areas are left out. None when not one is shown."""
    release = edition.release
    found = [(m, cell, release.estimate(m.code)) for m in measures if (cell := release.estimate(m.code, area)) is not None]
    if all(cell.flag.suppressed for _measure, cell, _city in found):
        return None
    across = fitting([one for _measure, cell, city in found for one in (cell, city) if one is not None])
    rows = []
    for measure, cell, city in found:
        contrast = findings.against_city(release, measure.code).get(area)
        drawn = charts.estimate_row(
            cell, across, reference=city.estimate if city else None, differs=contrast.detectable if contrast else None
        )
        rows.append(Row(edition.measure_title(measure), cell, city, contrast, drawn))
    return Table(across, rows)


def _table(edition: Edition, finding: findings.Finding) -> Table | None:
    """The table of a section about groups, the reporting gap, or what residents ask for."""
    match finding:
        case findings.Groups():
            return _of_groups(edition, finding.cells, finding.city)
        case findings.ReportingGap() if finding.groups:
            return _of_groups(edition, finding.groups, finding.estimate)
        case findings.Wishes():
            across = fitting(finding.cells, lowest=0)
            pairs = zip(finding.measures, finding.cells, strict=True)
            return Table(across, [Row(edition.measure_title(m), cell, None, None, charts.estimate_row(cell, across)) for m, cell in pairs])
        case _:
            return None


def _of_groups(edition: Edition, cells: Sequence[Estimate], city: Estimate | None) -> Table:
    across = fitting([*cells, *([city] if city else [])])
    reference = city.estimate if city else None

    def title(cell: Estimate) -> str:
        return edition.join(edition.group_value(variable, value) for variable, value in (cell.group or {}).items())

    return Table(across, [Row(title(cell), cell, city, None, charts.estimate_row(cell, across, reference=reference)) for cell in cells])
