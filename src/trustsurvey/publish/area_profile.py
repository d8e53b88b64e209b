"""One neighborhood: where it stands, in two sentences, by domain, over time and in what its residents ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trustsurvey.analysis.release import Change, Contrast, Estimate, Flag, Measure
from trustsurvey.publish.edition import Edition, capitalized
from trustsurvey.publish.findings import NOT_A_WISH, WISHES, against_city
from trustsurvey.publish.phrases import confidence, listed, moved, reason, said_alone, sentences
from trustsurvey.publish.ranking import Line, alike, ranking
from trustsurvey.publish.trend import Trend, latest_change, trend


@dataclass(frozen=True, slots=True)
class Row:
    """One measure in the neighborhood and in the city. ``contrast`` None: the two weren't compared."""

    measure: Measure
    cell: Estimate
    city: Estimate | None
    contrast: Contrast | None

    @property
    def kind(self) -> str:
        """The class of its mark: filled where it differs detectably, open where it doesn't, plain where nothing was compared."""
        return "ink" if self.contrast is None else "on" if self.contrast.detectable else "off"


@dataclass(frozen=True, slots=True)
class AreaProfile:
    """What there is to say of one neighborhood whose headline figure is shown. ``domains`` and ``wishes`` hold shown cells only."""

    code: str
    name: str
    line: Line
    change: Change | None
    peers: tuple[str, ...]
    domains: tuple[Row, ...]
    wishes: tuple[Row, ...]
    trend: Trend


def area_profiles(edition: Edition) -> tuple[AreaProfile, ...]:
    """Every neighborhood that is shown, in the order of the release."""
    order = ranking(edition)
    if order is None:
        return ()
    headline, lines = order.measure, {line.estimate.area: line for line in order.lines}
    contrasts = {m.code: against_city(edition.release, m.code) for m in edition.release.measures}
    asked = [m for m in edition.release.measures if m.kind == "share" and m.item == WISHES and m.option not in NOT_A_WISH]
    found = []
    for area in edition.release.areas:
        line = lines.get(area.code)
        if line is None:
            continue
        wishes = _rows(edition, asked, area.code, contrasts)
        found.append(
            AreaProfile(
                code=area.code,
                name=line.name,
                line=line,
                change=latest_change(edition.release, headline.code, area.code),
                peers=alike(edition, order, area.code),
                domains=_rows(edition, edition.domains, area.code, contrasts),
                wishes=tuple(sorted(wishes, key=lambda row: -(row.cell.estimate or 0.0)))[:5],
                trend=trend(edition, headline, area.code),
            )
        )
    return tuple(found)


def _rows(
    edition: Edition, measures: tuple[Measure, ...] | list[Measure], area: str, contrasts: Mapping[str, Mapping[str, Contrast]]
) -> tuple[Row, ...]:
    rows = []
    for measure in measures:
        cell, city = edition.cells.get((measure.code, area)), edition.cells.get((measure.code, None))
        if cell is not None and cell.estimate is not None:
            rows.append(
                Row(measure, cell, city if city is not None and city.estimate is not None else None, contrasts[measure.code].get(area))
            )
    return tuple(rows)


def said_of(edition: Edition, found: AreaProfile) -> tuple[str, str]:
    """Two sentences, and the line that says how sure they are."""
    t, line = edition.catalog, found.line
    second = ""
    if found.change is not None:
        since = edition.named(edition.wave_label(found.change.since_label))
        contrast = found.change.contrast
        if contrast.detectable:
            second = moved(edition, contrast, since)
        else:
            second = t.gettext("Since %(since)s, there has been no detectable change.", since=since)
    elif found.peers:
        second = _peers(edition, found)
    detail = t.gettext(
        "%(confidence)s interval %(interval)s; %(answers)s answers, effective %(effective)s.",
        confidence=confidence(edition),
        interval=edition.interval(line.estimate, words=True),
        answers=edition.answers(line.estimate),
        effective=edition.effective(line.estimate),
    )
    more = []
    if found.change is not None:
        contrast = found.change.contrast
        said = f"{edition.difference(contrast)} ({edition.difference_interval(contrast)})"
        more.append(t.gettext("Since %(since)s: %(difference)s.", since=since, difference=said))
        more.append(_peers(edition, found))
    if line.estimate.flag is Flag.CAUTION:
        more.append(said_alone(edition, capitalized(reason(edition, Flag.CAUTION))))
    return sentences(_standing(edition, found), second), sentences(detail, *more)


def _peers(edition: Edition, found: AreaProfile) -> str:
    if not found.peers:
        return ""
    return edition.catalog.gettext("Not distinguishable from %(areas)s.", areas=listed(edition, found.peers))


def _standing(edition: Edition, found: AreaProfile) -> str:
    t, line = edition.catalog, found.line
    value, measure = edition.figure(line.estimate), edition.measures[line.estimate.measure]
    if measure.kind == "index":
        match line.side:
            case 1:
                return t.gettext("Trust stands at %(value)s out of 100, above the city.", value=value)
            case -1:
                return t.gettext("Trust stands at %(value)s out of 100, below the city.", value=value)
            case 0:
                return t.gettext("Trust stands at %(value)s out of 100, not distinguishable from the city.", value=value)
            case _:
                return t.gettext("Trust stands at %(value)s out of 100.", value=value)
    title = edition.measure_title(measure)
    match line.side:
        case 1:
            return t.gettext("“%(measure)s” stands at %(value)s, above the city.", measure=title, value=value)
        case -1:
            return t.gettext("“%(measure)s” stands at %(value)s, below the city.", measure=title, value=value)
        case 0:
            return t.gettext("“%(measure)s” stands at %(value)s, not distinguishable from the city.", measure=title, value=value)
        case _:
            return t.gettext("“%(measure)s” stands at %(value)s.", measure=title, value=value)


def remarks(edition: Edition, found: AreaProfile) -> tuple[tuple[str, str], ...]:
    """(name, words) of what stands out among the domains: the furthest from the city, and the highest."""
    t = edition.catalog
    both = [
        (row, abs((row.cell.estimate or 0.0) - row.city.estimate)) for row in found.domains if row.city and row.city.estimate is not None
    ]
    if len(both) < 2:
        return ()
    far = max(both, key=lambda pair: pair[1])[0]
    high = max(found.domains, key=lambda row: row.cell.estimate or 0.0)
    against = t.gettext(
        "%(domain)s, %(value)s against %(city)s.",
        domain=edition.measure_title(far.measure),
        value=edition.figure(far.cell),
        city=edition.figure(far.city) if far.city is not None else "",
    )
    highest = t.gettext("%(domain)s, %(value)s.", domain=edition.measure_title(high.measure), value=edition.figure(high.cell))
    return (t.gettext("Furthest from the city:"), against), (t.gettext("Highest:"), highest)
