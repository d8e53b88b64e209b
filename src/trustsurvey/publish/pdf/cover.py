"""The first page: what this is, what was found in one sentence, the map, and what kind of sample it rests on."""

from __future__ import annotations

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from trustsurvey.publish.edition import Edition
from trustsurvey.publish.findings import Level, NotShown
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.notes import margins, sample_kind
from trustsurvey.publish.pdf.looks import BODY, COVER, COVER_LIGHT, LEAD, NOTE, STRONG, Style
from trustsurvey.publish.pdf.map_page import draw_map
from trustsurvey.publish.pdf.sheet import WIDTH, Sheet
from trustsurvey.publish.text import findings, said_alone

LEFT, GAP = 114 * mm, 10 * mm
RIGHT = WIDTH - LEFT - GAP
TITLE, SAY, FIGURE = 45 * mm, 118 * mm, 272.0


def cover(sheet: Sheet, city: CityMap) -> None:
    """Draw the cover. Without a map the facts stand at the start."""
    edition = sheet.edition
    sheet.begin(outline=edition.survey_title(), cover=True)
    with sheet.tags.element("H1"):
        y = _title(sheet)
    for said in findings(edition):
        if isinstance(said.finding, Level):
            y = sheet.text(said.sentence, 0, y + 8, SAY, LEAD)
    bottom = A4[1] - 52 * mm
    if city:
        _map_and_facts(sheet, city, y + 26, bottom)
    else:
        _facts(sheet, 0, y + 40, LEFT)
    _kind(sheet)


def _title(sheet: Sheet) -> float:
    edition = sheet.edition
    y = TITLE
    with sheet.tags.content():
        y = sheet.draw(edition.survey_title(), 0, y, WIDTH, COVER)
        if edition.release.wave is not None:
            y = sheet.draw(edition.wave_label(edition.release.wave.label), 0, y, WIDTH, COVER_LIGHT)
    return y


def _map_and_facts(sheet: Sheet, city: CityMap, top: float, bottom: float) -> None:
    facts = facts_of(sheet.edition)
    high = sum(_fact_height(sheet, fact) for fact in facts)
    view = city.view
    width = min(LEFT, (bottom - top - 60) * view[2] / view[3])
    end = draw_map(sheet, city, (LEFT - width) / 2, max(top, bottom - 60 - width * view[3] / view[2] - 8), width, key=(0, LEFT))
    _facts(sheet, LEFT + GAP, max(top, end - high), RIGHT)


def facts_of(edition: Edition) -> list[tuple[str, str]]:
    """What a reader wants to know of the wave, as pairs of name and value."""
    t, release = edition.catalog, edition.release
    facts: list[tuple[str, str]] = []
    if release.wave is not None:
        number, all_ = edition.number(release.wave.number), edition.number(release.wave.waves)
        facts.append((t.gettext("Wave"), t.gettext("%(number)s of %(all)s", number=number, all=all_)))
        facts.append((t.gettext("Fieldwork"), edition.fieldwork()))
    facts.append((t.gettext("Answers"), edition.number(release.n)))
    facts.append((t.gettext("Effective answers"), edition.number(_effective(edition))))
    if release.areas:
        facts.append((t.gettext("Neighborhoods"), _areas(edition)))
    if release.wave is not None and release.wave.languages:
        facts.append((t.gettext("Languages offered"), edition.number(len(release.wave.languages))))
    if named := margins(edition):
        facts.append((t.gettext("Weighted to"), edition.join(named)))
    if release.released is not None:
        facts.append((t.gettext("Released"), edition.locale.date(release.released)))
    return facts


def _effective(edition: Edition) -> float:
    """The headline figure's effective answers, as the findings say them; the weights' own where there is no figure."""
    cell = edition.release.estimate(edition.headline.code) if edition.headline is not None else None
    return cell.n_eff if cell is not None and cell.n_eff is not None else edition.release.n_eff


def _areas(edition: Edition) -> str:
    total = len(edition.release.areas)
    hidden = next((f.finding.hidden for f in findings(edition) if isinstance(f.finding, NotShown)), 0)
    if not hidden:
        return edition.number(total)
    return edition.catalog.gettext("%(all)s, of which %(shown)s shown", all=edition.number(total), shown=edition.number(total - hidden))


def _fact_height(sheet: Sheet, fact: tuple[str, str]) -> float:
    return NOTE.leading + sheet.height(fact[1], RIGHT, STRONG) + 7


def _facts(sheet: Sheet, start: float, top: float, width: float) -> float:
    y = top
    with sheet.tags.element("L"):
        for name, value in facts_of(sheet.edition):
            with sheet.tags.element("LI"):
                y = sheet.text(name, start, y, width, NOTE, role="Lbl")
                y = sheet.text(value, start, y, width, STRONG, role="LBody") + 7
    return y


def _kind(sheet: Sheet) -> None:
    heading = sheet.edition.catalog.gettext("What kind of sample this is")
    words = [(f"{said_alone(sheet.edition, heading)} ".replace("。 ", "。"), 600), (sample_kind(sheet.edition), 400)]
    high = sheet.height(words, WIDTH, BODY)
    top = A4[1] - 16 * mm - high
    with sheet.tags.artifact():
        sheet.rule(top - 8, kind="rule")
    sheet.text(words, 0, top, WIDTH, Style(9.5, 14))
