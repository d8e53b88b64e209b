"""Who answered, by the language spoken at home, and what they left out."""

from __future__ import annotations

from collections.abc import Mapping

from trustsurvey.analysis.release import Estimate, Flag, Missing
from trustsurvey.publish.answers import question_title
from trustsurvey.publish.edition import Edition, capitalized
from trustsurvey.publish.findings import GROUPS
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.notes import MARGINS
from trustsurvey.publish.pdf.looks import HEADING, NOTE
from trustsurvey.publish.pdf.sheet import TOP, WIDTH, Sheet
from trustsurvey.publish.pdf.table import Mark, Plot, Table, fitted
from trustsurvey.publish.pens import scale
from trustsurvey.publish.phrases import interval_heading, said_alone, sentences


def language_pages(sheet: Sheet, _city: CityMap) -> None:
    """Nothing where the release has neither groups by language nor rates of what was left out."""
    edition, t = sheet.edition, sheet.edition.catalog
    cells = _by_language(edition)
    shown = [cell for cell in cells if cell.estimate is not None]
    left_out = [(title, m) for m in edition.release.missing if m.area is None and not m.group and (title := _title(edition, m.item))]
    if not shown and not left_out:
        return
    sheet.begin(outline=t.gettext("Languages and refusals"))
    y = sheet.text(t.gettext("Who answered, and what was left out"), 0, TOP, WIDTH, HEADING, role="H1")
    y = _languages(sheet, cells, shown, y)
    y = _left_out(sheet, left_out, y)
    _by_domain(sheet, y)


def _by_language(edition: Edition) -> list[Estimate]:
    """The headline measure by home language, the largest group first; suppressed groups last."""
    if edition.headline is None:
        return []
    code = edition.headline.code
    cells = [c for c in edition.release.estimates if c.measure == code and c.area is None and c.group and set(c.group) == {GROUPS}]
    return sorted(cells, key=lambda cell: -(cell.n or 0))


def _kind(differs: bool | None) -> str:
    return "ink" if differs is None else "on" if differs else "off"


def _name(edition: Edition, group: object) -> str:
    return capitalized(edition.group_value(GROUPS, str(group)))


def _languages(sheet: Sheet, cells: list[Estimate], shown: list[Estimate], top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    if not shown or edition.headline is None:
        return top
    city = edition.cells.get((edition.headline.code, None))
    reference = city.estimate if city is not None else None
    told = {
        (c.group or {}).get(GROUPS): c.detectable for c in edition.release.against_city if c.measure == edition.headline.code and c.group
    }
    marks = [
        Mark(
            cell.estimate or 0.0,
            cell.lci or 0.0,
            cell.uci or 0.0,
            _kind(told.get((cell.group or {})[GROUPS])),
            cell.flag is Flag.CAUTION,
            reference,
        )
        for cell in shown
    ]
    ends = [v for mark in marks for v in (mark.low, mark.high)] + ([reference] if reference is not None else [])
    figure = t.gettext("Index") if edition.headline.kind == "index" else t.gettext("Figure")
    heads = (t.gettext("Language at home"), figure, interval_heading(edition), t.gettext("n"), t.gettext("n eff."))
    rows = [
        (
            _name(edition, (cell.group or {})[GROUPS]),
            edition.figure(cell, bare=True),
            edition.interval(cell),
            edition.answers(cell),
            edition.effective(cell),
        )
        for cell in shown
    ]
    note = sentences(said_alone(edition, edition.measure_title(edition.headline)), t.gettext("The upright stroke is the city’s."))
    columns = fitted((120, 160, 220, 262, 304), heads, rows)
    plot = Plot(columns[-1] + 26, WIDTH - columns[-1] - 30, scale(ends), marks, edition.number)
    y = Table(sheet, t.gettext("By language at home"), heads, columns, note=note, firm=1, row=15, plot=plot).draw(rows, top)
    hidden = [edition.group_value(GROUPS, (cell.group or {})[GROUPS]) for cell in cells if cell.estimate is None]
    if hidden:
        words = t.gettext("Spoken at home too, by too few who answered to be shown: %(languages)s.", languages=edition.join(hidden))
        y = sheet.text(words, 0, y + 6, WIDTH, NOTE)
    return y


def _title(edition: Edition, item: str) -> str:
    """The name of a question or a domain as the report says it; empty where the release has no words for it."""
    if item in MARGINS:
        return capitalized(edition.t(MARGINS[item]))
    if item in edition.measures and edition.measures[item].kind == "domain":
        return ""
    asked = next((m for m in edition.release.measures if m.item == item and m.kind in ("single", "proportion")), None)
    if asked is not None:
        return edition.measure_title(asked)
    question = next((question for question in edition.release.questions if question.code == item), None)
    if question is not None:
        return question_title(edition, question)
    labels = edition.release.method.get("labels")
    source = labels.get(f"item.{item}") if isinstance(labels, Mapping) else None
    return edition.catalog.pgettext(f"item:{item}", str(source)) if source else ""


def _left_out(sheet: Sheet, rows: list[tuple[str, Missing]], top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    if not rows:
        return top
    heads = (
        t.gettext("Question"),
        t.pgettext("how many residents were asked a question", "Asked"),
        t.gettext("No answer"),
        t.gettext("Don’t know"),
        t.gettext("Prefer not to say"),
    )

    def percent(value: float) -> str:
        return edition.isolated(edition.locale.percent(value, 1))

    body = [
        (title, edition.number(m.n), percent(m.not_answered), percent(m.dont_know), percent(m.prefer_not))
        for title, m in sorted(rows, key=lambda pair: -pair[1].prefer_not)
    ]
    note = t.gettext("In percent of those asked; the question most often refused first.")
    return Table(sheet, t.gettext("Questions left unanswered"), heads, (200, 260, 330, 400, WIDTH), note=note, row=15).draw(body, top)


def _by_domain(sheet: Sheet, top: float) -> None:
    """For how many of each language a domain has no score: a row a language, a column a domain."""
    edition, t = sheet.edition, sheet.edition.catalog
    found = {
        (str((m.group or {})[GROUPS]), m.item): m.not_answered + m.dont_know + m.prefer_not
        for m in edition.release.missing
        if m.area is None and m.group and set(m.group) == {GROUPS} and any(m.item == d.code for d in edition.domains)
    }
    languages = list(dict.fromkeys(language for language, _ in found))
    if len(languages) < 2:
        return
    first = 90.0
    step = (WIDTH - first) / len(edition.domains)
    ends = [first, *(first + step * (n + 1) for n in range(len(edition.domains)))]
    heads = (t.gettext("Language at home"), *(edition.measure_title(d) for d in edition.domains))
    rows = [(_name(edition, lang), *(_rate(edition, found.get((lang, d.code))) for d in edition.domains)) for lang in languages]
    note = t.gettext("Percent of those who speak a language at home for whom a domain has no score, because they left too much out.")
    Table(sheet, t.gettext("Without a score"), heads, ends, note=note, row=15).draw(rows, top)


def _rate(edition: Edition, value: float | None) -> str:
    return "–" if value is None else edition.number(value, 1)
