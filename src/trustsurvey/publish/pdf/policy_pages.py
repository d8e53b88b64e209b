"""Policies over time: the index and the domains around each date, with what has to be true for a difference to be the policy's."""

from __future__ import annotations

from collections.abc import Sequence

from trustsurvey.analysis.release import Flag, Policy, PolicyEffect
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.looks import BODY, FINDING, HEADING, NOTE, SUBHEADING, Style
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.pdf.table import Mark, Plot, Table, fitted
from trustsurvey.publish.pens import scale
from trustsurvey.publish.phrases import interval_heading
from trustsurvey.publish.policies import PolicySaid, effect_figure, effect_interval, policies_said, policy_trend
from trustsurvey.publish.trend import draw_trend, trend_alternative

TREND = 104.0
NAME, CHANGE, INTERVAL, DETECTABLE = 150.0, 190.0, 262.0, 318.0
TOGETHER = 90.0  # a policy begins on a new page where less than this is left under its words


def policy_pages(sheet: Sheet, _city: CityMap) -> None:
    """Nothing where no policy was named."""
    edition, t = sheet.edition, sheet.edition.catalog
    found = policies_said(edition)
    if not found:
        return
    sheet.begin(outline=t.gettext("Policies"))
    y = sheet.text(t.gettext("What changed around policies"), 0, TOP, WIDTH, HEADING, role="H1")
    for n, said in enumerate(found):
        y = _policy(sheet, said, y + (24 if n else 16), first=n == 0)


def _policy(sheet: Sheet, said: PolicySaid, top: float, *, first: bool) -> float:
    effect = said.effect
    drawn = policy_trend(sheet.edition, said.policy, effect) if effect is not None else None
    words = sum(sheet.height(text, WIDTH, style) for text, style in _words(said))
    high = words + 40 + (TREND + 26 + 16 * len(said.policy.effects) + TOGETHER if effect is not None else 0.0)
    if top + high > BOTTOM and not first:
        sheet.begin()
        top = TOP
    y = sheet.text(said.label, 0, top, WIDTH, SUBHEADING, role="H2")
    y = sheet.text(said.held, 0, y, WIDTH, NOTE) + 6
    y = sheet.text(said.statement, 0, y, WIDTH, FINDING)
    if said.detail:
        y = sheet.text(said.detail, 0, y + 2, WIDTH, NOTE)
    if drawn is not None:
        y = sheet.text(_explained(sheet.edition, said.policy), 0, y + 10, WIDTH, NOTE) + 6
        with sheet.figure(trend_alternative(sheet.edition, drawn)):
            draw_trend(sheet.pen(0, y, WIDTH), sheet.edition, drawn, WIDTH, TREND)
        y += TREND
    if said.policy.effects:
        y = _table(sheet, said.policy.effects, y)
    return sheet.text(said.assumption, 0, y + 10, WIDTH, BODY) if said.assumption else y


def _words(said: PolicySaid) -> list[tuple[str, Style]]:
    return [(said.label, SUBHEADING), (said.held, NOTE), (said.statement, FINDING), (said.detail, NOTE), (said.assumption, BODY)]


def _explained(edition: Edition, policy: Policy) -> str:
    t, title = edition.catalog, edition.measure_title(edition.measures[policy.effects[0].measure])
    if policy.areas:
        return t.gettext("“%(measure)s” where the policy held; dashed: the other neighborhoods.", measure=title)
    return t.gettext("“%(measure)s” in the whole city.", measure=title)


def _table(sheet: Sheet, effects: Sequence[PolicyEffect], top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    most = max(max(abs(effect.lci), abs(effect.uci)) for effect in effects)
    marks = [
        Mark(effect.estimate, effect.lci, effect.uci, "on" if effect.detectable else "off", effect.flag is Flag.CAUTION)
        for effect in effects
    ]

    def label(tick: float) -> str:
        return t.pgettext("on an axis", "no change") if tick == 0 else edition.number(tick, sign=True)

    heads = (t.gettext("Domain"), t.gettext("Change"), interval_heading(edition), t.gettext("Detectable"))
    rows = [
        (
            edition.measure_title(edition.measures[effect.measure]),
            effect_figure(edition, effect),
            effect_interval(edition, effect),
            t.pgettext("detectable", "yes") if effect.detectable else t.pgettext("detectable", "no"),
        )
        for effect in effects
    ]
    ends = fitted((NAME, CHANGE, INTERVAL, DETECTABLE), heads, rows)
    plot = Plot(ends[-1] + 20, WIDTH - ends[-1] - 24, scale([-most, most], ticks=4), marks, label, diverging=True)
    return Table(sheet, "", heads, ends, firm=1, row=15, plot=plot).draw(rows, top, above=10)
