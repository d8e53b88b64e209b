"""Findings in sentences, and the short texts that stand beside figures.

One typed result makes one statement, in the reader's language: the verb first, the figure second, the interval in the line below.
Nothing is said that the result doesn't hold; what wasn't found is said in the same voice as what was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trustsurvey.analysis.release import Estimate, Flag
from trustsurvey.publish.edition import Edition, capitalized
from trustsurvey.publish.findings import (
    AgainstCity,
    Changes,
    Extremes,
    Finding,
    Groups,
    Level,
    NotShown,
    ReportingGap,
    Wishes,
    derive,
)
from trustsurvey.publish.phrases import (
    NAMED_AT_MOST,
    confidence,
    listed,
    moved,
    reason,
    run_on,
    said_alone,
    sentences,
    stated,
)

__all__ = ["Said", "confidence", "findings", "listed", "reason", "said", "said_alone"]


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in words: the statement, and the line that says how sure it is."""

    finding: Finding
    sentence: str
    detail: str


def findings(edition: Edition) -> tuple[Said, ...]:
    """All that the release says about the edition's headline measure, in the order in which a reader wants it."""
    return tuple(said(edition, finding) for finding in derive(edition.release, edition.headline))


def said(edition: Edition, finding: Finding) -> Said:
    """One finding in words."""
    match finding:
        case Level():
            sentence, detail = _level(edition, finding)
        case Extremes():
            sentence, detail = _extremes(edition, finding)
        case AgainstCity():
            sentence, detail = _against_city(edition, finding)
        case Changes():
            sentence, detail = _changes(edition, finding)
        case Groups():
            sentence, detail = _groups(edition, finding)
        case ReportingGap():
            sentence, detail = _gap(edition, finding)
        case Wishes():
            sentence, detail = _wishes(edition, finding)
        case NotShown():
            sentence, detail = _not_shown(edition, finding)
    return Said(finding, capitalized(sentence), capitalized(detail))


def _level(edition: Edition, level: Level) -> tuple[str, str]:
    t, cell, title = edition.catalog, level.estimate, edition.measure_title(level.measure)
    if cell.estimate is None:
        return t.gettext("No figure is shown for the whole city."), said_alone(edition, capitalized(reason(edition, cell.flag)))
    value = edition.figure(cell)
    if level.measure.kind == "index":
        sentence = t.gettext("Trust in the local police stands at %(value)s out of 100.", value=value)
    else:
        sentence = t.gettext("“%(measure)s” stands at %(value)s.", measure=title, value=value)
    detail = t.gettext(
        "%(confidence)s interval %(interval)s; %(answers)s answers, effective %(effective)s.",
        confidence=confidence(edition),
        interval=edition.interval(cell, words=True),
        answers=edition.answers(cell),
        effective=edition.effective(cell),
    )
    if level.change is None:
        return sentence, detail
    since, contrast = edition.named(edition.wave_label(level.change.since_label)), level.change.contrast
    found = f"{edition.difference(contrast)} ({edition.difference_interval(contrast)})"
    if contrast.detectable:
        return sentences(sentence, moved(edition, contrast, since)), sentences(
            detail, t.gettext("Since %(since)s: %(difference)s.", since=since, difference=found)
        )
    return sentence, sentences(detail, t.gettext("Since %(since)s: no detectable change, %(difference)s.", since=since, difference=found))


def _extremes(edition: Edition, found: Extremes) -> tuple[str, str]:
    t = edition.catalog
    if len(found.top) == found.shown:
        return (
            t.gettext("No neighborhood is distinguishable from another."),
            t.gettext(
                "From %(lowest)s to %(highest)s; the order of the neighborhoods means nothing.",
                lowest=edition.figure(found.top[-1]),
                highest=edition.figure(found.top[0]),
            ),
        )
    names = listed(edition, [cell.area for cell in found.top])
    trust, one = found.measure.kind == "index", len(found.top) == 1
    if trust and one:
        sentence = t.gettext("Trust is highest in %(areas)s.", areas=names)
    elif trust:
        sentence = t.gettext("Trust is highest in %(areas)s, which are not distinguishable from one another.", areas=names)
    elif one:
        sentence = t.gettext("The figure is highest in %(areas)s.", areas=names)
    else:
        sentence = t.gettext("The figure is highest in %(areas)s, which are not distinguishable from one another.", areas=names)
    detail = t.gettext("Highest: %(figures)s.", figures=_span(edition, found.top))
    lowest = listed(edition, [cell.area for cell in found.bottom])
    if len(found.bottom) == 1:
        low = t.gettext("Lowest: %(areas)s, %(figures)s.", areas=lowest, figures=_span(edition, found.bottom))
    else:
        low = t.gettext("Lowest: %(areas)s, %(figures)s, not distinguishable either.", areas=lowest, figures=_span(edition, found.bottom))
    return sentence, sentences(detail, low)


def _span(edition: Edition, cells: Sequence[Estimate]) -> str:
    figures = [edition.figure(cell) for cell in cells]
    if figures[0] == figures[-1]:
        return figures[0]
    return edition.catalog.gettext("%(low)s to %(high)s", low=figures[-1], high=figures[0])


def _against_city(edition: Edition, found: AgainstCity) -> tuple[str, str]:
    t = edition.catalog
    above, below, neither = len(found.above), len(found.below), len(found.neither)
    if not above and not below:
        return t.gettext("No neighborhood is distinguishable from the city."), _compared(edition, neither)
    parts = []
    if above:
        parts.append(
            t.ngettext(
                "%(count)s neighborhood is above the city.",
                "%(count)s neighborhoods are above the city.",
                above,
                count=edition.count(above),
            )
        )
    if below and above:
        parts.append(t.ngettext("%(count)s is below it.", "%(count)s are below it.", below, count=edition.count(below)))
    elif below:
        parts.append(
            t.ngettext(
                "%(count)s neighborhood is below the city.",
                "%(count)s neighborhoods are below the city.",
                below,
                count=edition.count(below),
            )
        )
    if neither:
        parts.append(
            t.ngettext(
                "%(count)s is not distinguishable from it.",
                "%(count)s are not distinguishable from it.",
                neither,
                count=edition.count(neither),
            )
        )
    detail = []
    if above:
        detail.append(t.gettext("Above: %(areas)s.", areas=listed(edition, found.above)))
    if below:
        detail.append(t.gettext("Below: %(areas)s.", areas=listed(edition, found.below)))
    return sentences(*parts), sentences(*detail, _compared(edition, above + below + neither))


def _compared(edition: Edition, number: int) -> str:
    return edition.catalog.ngettext(
        "Allowing for %(count)s comparison.", "Allowing for %(count)s comparisons.", number, count=edition.number(number)
    )


def _changes(edition: Edition, found: Changes) -> tuple[str, str]:
    t, since = edition.catalog, edition.named(edition.wave_label(found.since))
    compared = len(found.up) + len(found.down) + len(found.unchanged)
    if not found.up and not found.down:
        return t.gettext("Since %(since)s, no neighborhood has changed detectably.", since=since), _compared(edition, compared)
    parts = []
    up, down = listed(edition, [c.area for c in found.up]), listed(edition, [c.area for c in found.down])
    trust = found.measure.kind == "index"
    if up and trust:
        parts.append(t.gettext("Since %(since)s, trust has risen in %(areas)s.", since=since, areas=up))
    elif up:
        parts.append(t.gettext("Since %(since)s, the figure has risen in %(areas)s.", since=since, areas=up))
    if down and up:
        parts.append(t.gettext("It has fallen in %(areas)s.", areas=down))
    elif down and trust:
        parts.append(t.gettext("Since %(since)s, trust has fallen in %(areas)s.", since=since, areas=down))
    elif down:
        parts.append(t.gettext("Since %(since)s, the figure has fallen in %(areas)s.", since=since, areas=down))
    rest = len(found.unchanged)
    if rest:
        parts.append(
            t.ngettext(
                "In %(count)s other neighborhood, there has been no detectable change.",
                "In the other %(count)s neighborhoods, there has been no detectable change.",
                rest,
                count=edition.count(rest),
            )
        )
    figures = [
        f"{edition.named(edition.area_name(c.area or ''))} {edition.difference(c)} ({edition.difference_interval(c)})"
        for c in (*found.up, *found.down)[:NAMED_AT_MOST]
    ]
    return sentences(*parts), sentences(said_alone(edition, edition.locale.join(figures)), _compared(edition, compared))


def _groups(edition: Edition, found: Groups) -> tuple[str, str]:
    t = edition.catalog
    firm = [cell for cell in found.cells if cell.flag is Flag.OK]
    low, high = (firm[-1], firm[0]) if len(firm) > 1 else (found.cells[-1], found.cells[0])

    def name(cell: Estimate) -> str:
        return edition.group_value(found.variable, dict(cell.group or {})[found.variable])

    sentence = t.gettext(
        "By language at home, “%(measure)s” runs from %(low)s (%(language)s) to %(high)s (%(other)s).",
        measure=edition.measure_title(found.measure),
        low=edition.figure(low),
        language=name(low),
        high=edition.figure(high),
        other=name(high),
    )
    ends = [edition.interval(cell, words=True) for cell in (low, high)]
    detail = [t.gettext("Intervals %(first)s and %(second)s.", first=ends[0], second=ends[1]), _answers(edition, low, high)]
    if found.city is not None and found.city.estimate is not None:
        detail.append(t.gettext("The city: %(value)s.", value=edition.figure(found.city)))
    told = {tuple((c.group or {}).items()): c.detectable for c in found.contrasts}
    if [told.get(tuple((cell.group or {}).items())) for cell in (low, high)] == [False, False]:
        detail.append(t.gettext("Neither is distinguishable from the city."))
    return sentence, run_on(detail)


def _gap(edition: Edition, found: ReportingGap) -> tuple[str, str]:
    t = edition.catalog
    sentence = t.gettext("For every crime reported to the police, residents experienced %(value)s.", value=edition.figure(found.estimate))
    detail = [
        t.gettext(
            "%(confidence)s interval %(interval)s, from %(answers)s households that experienced a crime in 12 months.",
            confidence=confidence(edition),
            interval=edition.interval(found.estimate, words=True),
            answers=edition.answers(found.estimate),
        )
    ]
    groups = [
        f"{edition.group_value(variable, value)} {edition.figure(cell)} ({edition.interval(cell, words=True)})"
        for cell in found.groups
        for variable, value in (cell.group or {}).items()
    ]
    if groups:
        detail.append(t.gettext("By language at home: %(figures)s.", figures=edition.locale.join(groups)))
    return sentence, sentences(*detail)


def _wishes(edition: Edition, found: Wishes) -> tuple[str, str]:
    t = edition.catalog
    titles = [edition.measure_title(measure) for measure in found.measures]
    sentence = t.gettext(
        "Asked what would help the most, %(first)s chose “%(option)s” and %(second)s “%(other)s”.",
        first=edition.figure(found.cells[0]),
        option=titles[0],
        second=edition.figure(found.cells[1]),
        other=titles[1],
    )
    intervals = t.gettext(
        "Intervals %(first)s and %(second)s.",
        first=edition.interval(found.cells[0], words=True),
        second=edition.interval(found.cells[1], words=True),
    )
    return sentence, run_on([intervals, _answers(edition, *found.cells[:2]), t.gettext("Up to two could be chosen.")])


def _answers(edition: Edition, *cells: Estimate) -> str:
    """“n: 306 and 1,440.”: what the figures of a sentence rest on, once where it is the same."""
    return stated(edition, edition.catalog.gettext("n"), edition.locale.join(list(dict.fromkeys(edition.answers(c) for c in cells))))


def _not_shown(edition: Edition, found: NotShown) -> tuple[str, str]:
    t, caution = edition.catalog, len(found.caution)
    detail = []
    if found.hidden:
        detail.append(t.gettext("Not shown: %(areas)s.", areas=listed(edition, (*found.too_few, *found.imprecise, *found.protects))))
    if caution:
        detail.append(t.gettext("To be read with caution: %(areas)s.", areas=listed(edition, found.caution)))
    if found.hidden:
        return _withheld(edition, found), sentences(*detail)
    sentence = t.ngettext(
        "%(count)s neighborhood is to be read with caution.",
        "%(count)s neighborhoods are to be read with caution.",
        caution,
        count=edition.count(caution),
    )
    return sentence, sentences(*detail)


def _withheld(edition: Edition, found: NotShown) -> str:
    """How many areas are withheld, and why: each reason with its own number, unless there is only one reason."""
    t, hidden, minimum = edition.catalog, found.hidden, edition.number(edition.minimum_n)
    few, vague, guard = len(found.too_few), len(found.imprecise), len(found.protects)
    total, few_said, vague_said, guard_said = (edition.count(number) for number in (hidden, few, vague, guard))
    if few == hidden:
        return t.ngettext(
            "%(count)s neighborhood is not shown: fewer than %(minimum)s residents answered.",
            "%(count)s neighborhoods are not shown: in each, fewer than %(minimum)s residents answered.",
            hidden,
            count=total,
            minimum=minimum,
        )
    parts = [t.ngettext("%(count)s neighborhood is not shown.", "%(count)s neighborhoods are not shown.", hidden, count=total)]
    if few:
        parts.append(
            t.ngettext(
                "In %(count)s, fewer than %(minimum)s residents answered.",
                "In %(count)s of them, fewer than %(minimum)s residents answered.",
                few,
                count=few_said,
                minimum=minimum,
            )
        )
    if vague:
        parts.append(
            t.ngettext(
                "In %(count)s, the figure would be too imprecise.",
                "In %(count)s of them, the figures would be too imprecise.",
                vague,
                count=vague_said,
            )
        )
    if guard:
        parts.append(
            t.ngettext(
                "%(count)s is withheld because it would give another away.",
                "%(count)s are withheld because they would give others away.",
                guard,
                count=guard_said,
            )
        )
    return sentences(*parts)
