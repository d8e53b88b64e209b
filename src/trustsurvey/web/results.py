"""Public results: what everyone may read of the latest release. Nothing here knows more than a Release."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request, url_for

from trustsurvey.analysis.release import Contrast, Estimate, Flag, Measure, Release
from trustsurvey.errors import NotFound
from trustsurvey.i18n.mark import N_
from trustsurvey.publish import charts, findings, notes, text
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pens import Scale, scale
from trustsurvey.publish.ranking import Line, Profile, Ranking, profile, ranking
from trustsurvey.publish.text import Said
from trustsurvey.services import read_releases
from trustsurvey.web import exports, figures, language, site
from trustsurvey.web.edge import transaction

blueprint = Blueprint("results", __name__)
site.guard(blueprint, cache="public, max-age=300")


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one area beside the whole city's."""

    title: str
    cell: Estimate
    city: Estimate | None
    contrast: Contrast | None
    chart: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the overview shows, in the order of the page."""

    edition: Edition
    ranking: Ranking
    rows: charts.RankingFigures
    city_map: CityMap
    profile: Profile | None
    said: Mapping[str, Said]
    change_scale: Scale | None
    unchanged: Sequence[Contrast]
    tables: Mapping[str, tuple[Scale, Sequence[Row]]]


@blueprint.get("/results/<survey>")
def overview(survey: str) -> Response | str:
    """The whole city and every neighborhood, by the latest release."""
    edition = _edition(survey)
    if edition is None:
        return _nothing_yet(survey)
    order = ranking(edition)
    if order is None:
        raise NotFound(f"the release of {survey} has no measure")
    said = {type(one.finding).__name__: one for one in text.findings(edition)}
    changes = said["Changes"].finding if "Changes" in said else None
    page = Overview(
        edition=edition,
        ranking=order,
        rows=charts.RankingFigures(edition, order),
        city_map=CityMap(edition),
        profile=profile(edition),
        said=said,
        change_scale=_change_scale(changes) if isinstance(changes, findings.Changes) else None,
        unchanged=_by_name(edition, changes.unchanged) if isinstance(changes, findings.Changes) else (),
        tables=_tables(edition, said),
    )
    gap = said["ReportingGap"].finding if "ReportingGap" in said else None
    figure = figures.reporting_gap(edition, gap.estimate) if isinstance(gap, findings.ReportingGap) else ""
    return _page("results/overview.html", edition, page=page, gap_figure=figure, link=_area_link(survey))


@blueprint.get("/results/<survey>/<area>")
def neighborhood(survey: str, area: str) -> Response | str:
    """One neighborhood beside the city."""
    edition = _edition(survey)
    if edition is None:
        return _nothing_yet(survey)
    order = ranking(edition)
    if area not in edition.areas or order is None:
        raise NotFound(f"{survey} has no neighborhood {area!r}")
    cell = edition.release.estimate(order.measure.code, area)
    line = next((found for found in order.lines if found.estimate.area == area), None)
    city_map = CityMap(edition)
    return _page(
        "results/neighborhood.html",
        edition,
        area=area,
        name=edition.area_name(area),
        ranking=order,
        cell=cell,
        line=line,
        change=_change(edition, order.measure, area),
        alike=_alike(edition, order, area),
        locator=figures.locator(city_map, area),
        strip=figures.strip(edition, order, cell) if cell and line else "",
        domains=_rows(edition, edition.domains, area),
        wishes=_rows(edition, [m for m in edition.release.measures if m.kind == "share" and m.item == findings.WISHES], area),
        others=_rows(edition, _others(edition, order.measure), area),
        why=_why(edition, cell),
        heading=_heading(edition, order, area, line),
        domains_heading=_domains_heading(edition, area),
        link=_area_link(survey),
    )


@blueprint.get("/api/v1/surveys/<survey>/releases/latest")
def latest(survey: str) -> Response:
    """The latest release as JSON."""
    return _take(survey, "json")


@blueprint.get("/api/v1/surveys/<survey>/releases/latest.<any(csv, geojson, xlsx, pdf):kind>")
def latest_as(survey: str, kind: str) -> Response:
    """The latest release in another format."""
    return _take(survey, kind)


def _take(survey: str, kind: str) -> Response:
    with transaction() as connection:
        release = read_releases.latest(connection, survey)
    if release is None:
        raise NotFound(f"{survey} has no release yet")
    response = exports.download(release, kind, attachment=kind in ("xlsx", "pdf"))
    response.headers["Access-Control-Allow-Origin"] = "*"  # public figures, read with no account
    return response


# ---------------------------------------------------------------- pages


def _edition(survey: str) -> Edition | None:
    with transaction() as connection:
        release = read_releases.latest(connection, survey)
    return None if release is None else Edition(release, language.current(), language.catalog())


def _nothing_yet(survey: str) -> str:
    with transaction() as connection:
        found, wave = read_releases.awaited(connection, survey)
    notice = wave.notices.get(language.current().code) if wave else None
    return render_template("results/none.html", survey=found, wave=wave, notice=notice)


def _page(template: str, edition: Edition, **context: object) -> Response:
    release: Release = edition.release
    html = render_template(
        template,
        edition=edition,
        release=release,
        survey=release.survey,
        text=text,
        charts=charts,
        notes=notes.notes(edition),
        sample=notes.sample_kind(edition),
        standing=standing,
        Flag=Flag,
        **context,
    )
    response = make_response(html)
    response.add_etag()
    response.make_conditional(request)
    return response


def _area_link(survey: str) -> Callable[[str], str]:
    return lambda area: url_for("results.neighborhood", survey=survey, area=area, **site.kept())


def standing(line: Line) -> str:
    """Where an area stands beside the city, in words."""
    t = language.catalog()
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
    t, name = edition.catalog, edition.area_name(area)
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
    """What a reason for not showing a figure means."""
    t = edition.catalog
    match cell.flag if cell else Flag.OK:
        case Flag.TOO_FEW:
            return t.gettext("A figure from so few answers could be far off, and could say too much about the people who gave them.")
        case Flag.IMPRECISE:
            return t.gettext("Its interval would be so wide that it would say nothing.")
        case Flag.PROTECTS:
            return t.gettext("With it, the figure of a neighborhood where too few people answered could be worked out.")
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


def _change(edition: Edition, measure: Measure, area: str | None) -> tuple[str, Contrast] | None:
    """The latest earlier wave that an area is compared with, and the difference."""
    found = [c for c in edition.release.changes if c.contrast.measure == measure.code and c.contrast.area == area and not c.contrast.group]
    if not found:
        return None
    newest = max(found, key=lambda change: change.since_wave)
    return edition.wave_label(newest.since_label), newest.contrast


def _alike(edition: Edition, order: Ranking, area: str) -> tuple[str, ...]:
    """The areas that stand in a bracket with ``area``, in the order of the ranking."""
    together = {code for b in edition.release.brackets if b.measure == order.measure.code and area in b.areas for code in b.areas}
    return tuple(line.estimate.area for line in order.lines if line.estimate.area in together - {area} and line.estimate.area)


def _others(edition: Edition, headline: Measure) -> list[Measure]:
    shown = {headline.code, *(m.code for m in edition.domains)}
    return [m for m in edition.release.measures if m.code not in shown and not (m.kind == "share" and m.item == findings.WISHES)]


def _change_scale(found: findings.Changes) -> Scale:
    return charts.change_scale([*found.up, *found.down, *found.unchanged])


# ---------------------------------------------------------------- rows with a chart


def _rows(edition: Edition, measures: Sequence[Measure], area: str) -> tuple[Scale, Sequence[Row]] | None:
    """Measures of one area, each beside the city; those never estimated for areas are left out. None when not one is shown."""
    pairs = [
        (m, cell, edition.release.estimate(m.code), findings.against_city(edition.release, m.code).get(area))
        for m in measures
        if (cell := edition.release.estimate(m.code, area)) is not None
    ]
    if all(cell.flag.suppressed for _m, cell, _c, _d in pairs):
        return None
    across = _scale([cell for _m, cell, _c, _d in pairs] + [city for _m, _e, city, _d in pairs if city is not None])
    return across, [
        Row(
            edition.measure_title(measure),
            cell,
            city,
            contrast,
            charts.estimate_row(
                cell,
                across,
                reference=city.estimate if city else None,
                differs=contrast.detectable if contrast is not None else None,
            ),
        )
        for measure, cell, city, contrast in pairs
    ]


def _tables(edition: Edition, said: Mapping[str, Said]) -> dict[str, tuple[Scale, Sequence[Row]]]:
    """The tables of the sections about groups, the reporting gap and what residents ask for."""
    found: dict[str, tuple[Scale, Sequence[Row]]] = {}
    for name, one in said.items():
        match one.finding:
            case findings.Groups() as groups:
                found[name] = _group_rows(edition, groups.cells, groups.city)
            case findings.ReportingGap() as gap:
                found[name] = _group_rows(edition, gap.groups, gap.estimate)
            case findings.Wishes() as wishes:
                across = _scale(wishes.cells, lowest=0)
                found[name] = (
                    across,
                    [
                        Row(edition.measure_title(m), cell, None, None, charts.estimate_row(cell, across))
                        for m, cell in zip(wishes.measures, wishes.cells, strict=True)
                    ],
                )
    return found


def _group_rows(edition: Edition, cells: Sequence[Estimate], city: Estimate | None) -> tuple[Scale, Sequence[Row]]:
    across = _scale([*cells, *([city] if city else [])])
    reference = city.estimate if city else None
    return across, [
        Row(
            ", ".join(edition.group_value(variable, value) for variable, value in (cell.group or {}).items()),
            cell,
            city,
            None,
            charts.estimate_row(cell, across, reference=reference),
        )
        for cell in cells
    ]


def _scale(cells: Sequence[Estimate], *, lowest: float | None = None) -> Scale:
    ends = [v for cell in cells for v in (cell.lci, cell.uci, cell.estimate) if v is not None]
    if ends and max(ends) < 10:  # ratios: whole ticks, since the axis writes no decimals
        low, high = math.floor(min(ends)), math.ceil(max(ends))
        return Scale(low, high, tuple(float(tick) for tick in range(low, high + 1)))
    return scale([*ends, lowest] if lowest is not None and ends else ends, lowest=0)
