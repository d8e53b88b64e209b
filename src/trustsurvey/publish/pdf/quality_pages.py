"""How good the data are: reliability by language, questions that work differently between languages, what goes along with reporting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from reportlab.lib.units import mm

from trustsurvey.analysis.release import Flag, Reliability
from trustsurvey.publish.edition import Edition, capitalized
from trustsurvey.publish.findings import GROUPS
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.looks import BODY, HEADING, STRONG, SUBHEADING
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.pdf.table import Mark, Plot, Table, fitted
from trustsurvey.publish.pens import scale
from trustsurvey.publish.phrases import interval_heading

LEAST_ALPHA = 0.7


def quality_pages(sheet: Sheet, _city: CityMap) -> None:
    """Nothing where the release says nothing of it."""
    release, t = sheet.edition.release, sheet.edition.catalog
    changed = release.method.get("wording_revisions") or ()
    if not (release.reliability or release.reliability_by_group or release.item_differences or release.drivers or changed):
        return
    sheet.begin(outline=t.gettext("Data quality"))
    y = sheet.text(t.gettext("How good the data are"), 0, TOP, WIDTH, HEADING, role="H1")
    y = _reliability(sheet, y)
    y = _by_language(sheet, y)
    y = _same_meaning(sheet, y)
    y = _drivers(sheet, y)
    _changed_words(sheet, changed, y)


def _reliability(sheet: Sheet, top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    rows, marks = [], []
    for code, found in edition.release.reliability.items():
        if found.alpha is None or found.lci is None or found.uci is None or code not in edition.measures:
            continue
        ends = _ends(edition, found.lci, found.uci)
        omega = edition.number(found.omega, 2) if found.omega is not None else ""
        rows.append((edition.measure_title(edition.measures[code]), edition.number(found.alpha, 2), ends, omega))
        marks.append(Mark(found.alpha, found.lci, found.uci, caution=found.flag is Flag.CAUTION))
    if not rows:
        return top
    ends_of = [v for mark in marks for v in (mark.low, mark.high)]
    heads = (t.gettext("Domain"), t.gettext("Alpha"), interval_heading(edition), t.gettext("Omega"))
    note = t.gettext(
        "How well the questions of a domain hang together, from 0 to 1. A domain under %(least)s is to be read with caution.",
        least=edition.number(LEAST_ALPHA, 1),
    )
    columns = fitted((170, 210, 270, 312), heads, rows)
    across = scale(ends_of, highest=1, ticks=4)
    plot = Plot(columns[-1] + 18, WIDTH - columns[-1] - 22, across, marks, lambda value: edition.number(value, 1))
    return Table(sheet, t.gettext("Reliability of the domains"), heads, columns, note=note, firm=1, plot=plot).draw(rows, top)


def _by_language(sheet: Sheet, top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    found = {
        (str(r.group[GROUPS]), r.domain): r.reliability
        for r in edition.release.reliability_by_group
        if set(r.group) == {GROUPS} and r.reliability.alpha is not None
    }
    languages = list(dict.fromkeys(language for language, _ in found))
    domains = [d for d in edition.domains if any((language, d.code) in found for language in languages)]
    if len(languages) < 2:
        return top
    first = 90.0
    step = (WIDTH - first) / len(domains)
    ends = [first, *(first + step * (n + 1) for n in range(len(domains)))]
    heads = (t.gettext("Language at home"), *(edition.measure_title(d) for d in domains))
    rows = [
        (capitalized(edition.group_value(GROUPS, lang)), *(_alpha(edition, found.get((lang, d.code))) for d in domains))
        for lang in languages
    ]
    return Table(sheet, t.gettext("Alpha by language at home"), heads, ends).draw(rows, top)


def _alpha(edition: Edition, found: Reliability | None) -> str:
    """“0.41 (0.05–0.65)”: of a few people's answers it says little."""
    if found is None or found.alpha is None:
        return "–"
    alpha = edition.number(found.alpha, 2)
    return alpha if found.lci is None or found.uci is None else f"{alpha} ({_ends(edition, found.lci, found.uci)})"


def _ends(edition: Edition, low: float, high: float) -> str:
    return edition.isolated(f"{edition.locale.number(low, 2)}–{edition.locale.number(high, 2)}")


def _same_meaning(sheet: Sheet, top: float) -> float:
    """Whether questions mean the same in every language (ordinal DIF), in one sentence and the domains concerned."""
    edition, t = sheet.edition, sheet.edition.catalog
    tested = edition.release.item_differences
    if not tested:
        return top
    flagged = [test for test in tested if test.flagged]
    said = t.ngettext(
        "%(count)s comparison of a question between two languages was made.",
        "%(count)s comparisons of a question between two languages were made.",
        len(tested),
        count=edition.number(len(tested)),
    )
    if flagged:
        names = [edition.measure_title(edition.measures[d]) for d in dict.fromkeys(f.domain for f in flagged) if d in edition.measures]
        found = t.ngettext(
            "In %(count)s, people with the same score answered differently beyond chance and by a size that counts. Domain: %(domains)s.",
            "In %(count)s, people with the same score answered differently beyond chance and by a size that counts. Domains: %(domains)s.",
            len(flagged),
            count=edition.number(len(flagged)),
            domains=edition.join(names),
        )
    else:
        found = t.gettext("In none did people with the same score answer differently beyond chance and by a size that counts.")
    y = top + 7 * mm
    if y + 60 > BOTTOM:
        sheet.begin()
        y = TOP
    y = sheet.text(t.gettext("Do questions mean the same in every language?"), 0, y, WIDTH, SUBHEADING, role="H2") + 3
    return sheet.text(f"{said} {found}", 0, y, WIDTH, BODY if not flagged else STRONG)


def _changed_words(sheet: Sheet, changed: Sequence[Mapping[str, str]], top: float) -> None:
    """Each question that read otherwise from some day on, while people answered."""
    edition, t = sheet.edition, sheet.edition.catalog
    if not changed:
        return
    y = top + 7 * mm
    if y + 60 > BOTTOM:
        sheet.begin()
        y = TOP
    y = sheet.text(t.gettext("Words that changed while people answered"), 0, y, WIDTH, SUBHEADING, role="H2") + 3
    for one in changed:
        line = t.gettext(
            "%(language)s, since %(day)s: “%(new)s” instead of “%(old)s”.",
            language=capitalized(edition.locale.language_name(one["locale"])),
            day=edition.locale.date(date.fromisoformat(one["day"])),
            new=edition.named(one["new"]),
            old=edition.named(one["old"]),
        )
        if y + 36 > BOTTOM:
            sheet.begin()
            y = TOP
        y = sheet.text(line, 0, y, WIDTH, BODY) + 2


def _drivers(sheet: Sheet, top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    found = edition.release.drivers
    if found is None or found.outcome not in edition.measures:
        return top
    pairs = sorted((d for d in found.drivers if d.domain in edition.measures), key=lambda d: -d.share)
    if not pairs:
        return top
    marks = [Mark(d.share, d.lci, d.uci) for d in pairs]

    def percent(value: float) -> str:
        return edition.isolated(edition.locale.percent(value))

    rows = [
        (
            edition.measure_title(edition.measures[d.domain]),
            percent(d.share),
            edition.isolated(f"{edition.locale.number(d.lci)}–{edition.locale.number(d.uci)}"),
        )
        for d in pairs
    ]
    title = t.gettext("What goes along with: %(measure)s", measure=edition.measure_title(edition.measures[found.outcome]))
    note = t.gettext(
        "The share of each domain in what all of them together account for, which is %(r2)s of the differences between residents "
        "(Johnson 2000). Association, not cause.",
        r2=percent(found.r2),
    )
    heads = (t.gettext("Domain"), t.pgettext("part of a whole, in percent", "Share"), interval_heading(edition))
    columns = fitted((180, 220, 288), heads, rows)
    across = scale([v for d in pairs for v in (d.lci, d.uci)], lowest=0)
    plot = Plot(columns[-1] + 22, WIDTH - columns[-1] - 26, across, marks, edition.number)
    return Table(sheet, title, heads, columns, note=note, firm=1, plot=plot).draw(rows, top)
