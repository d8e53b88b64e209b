"""What changed around the dates of policies, in sentences: the finding, how sure it is, and what has to be true for it to hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trustsurvey.analysis.release import Policy, PolicyEffect, Unit
from trustsurvey.publish.edition import Edition, decimals
from trustsurvey.publish.phrases import confidence, listed, sentences
from trustsurvey.publish.trend import Event, Point, Trend, policy_label, trend


@dataclass(frozen=True, slots=True)
class PolicySaid:
    """A policy in words: its name, from when and where, the statement, its precision, and what it assumes (or why there is none)."""

    policy: Policy
    label: str
    held: str
    statement: str
    detail: str
    assumption: str

    @property
    def effect(self) -> PolicyEffect | None:
        """The effect that the statement is about."""
        return self.policy.effects[0] if self.policy.effects else None


def policies_said(edition: Edition) -> tuple[PolicySaid, ...]:
    """Every policy of the release, by day; about the headline measure where that was looked at."""
    return tuple(_said(edition, policy) for policy in edition.release.policies)


def _said(edition: Edition, policy: Policy) -> PolicySaid:
    t, label, day = edition.catalog, policy_label(edition, policy.label), edition.locale.date(policy.day)
    if policy.areas:
        held = t.gettext("From %(date)s, in %(areas)s.", date=day, areas=listed(edition, policy.areas))
    else:
        held = t.gettext("From %(date)s, in the whole city.", date=day)
    refused = _refused(edition, policy)
    if not policy.effects:
        return PolicySaid(policy, label, held, t.gettext("What changed around it can’t be said."), "", refused)
    effect = policy.effects[0]
    detail = t.gettext(
        "Interval at %(confidence)s: %(interval)s. Answers: %(answers)s. Waves before: %(before)s. Waves after: %(after)s.",
        confidence=confidence(edition),
        interval=effect_interval(edition, effect),
        answers=edition.number(effect.n),
        before=edition.number(effect.waves_before),
        after=edition.number(effect.waves_after),
    )
    return PolicySaid(policy, label, held, _statement(edition, effect), detail, sentences(_assumed(edition, effect), refused))


def _refused(edition: Edition, policy: Policy) -> str:
    """Why there is no (or no better) result."""
    if policy.refusal is None:
        return ""
    values = {name: edition.number(value) for name, value in policy.refusal.values.items()}
    return edition.catalog.gettext(policy.refusal.message, **values)


def _statement(edition: Edition, effect: PolicyEffect) -> str:
    t, measure = edition.catalog, edition.measure_title(edition.measures[effect.measure])
    moved = effect_figure(edition, effect)
    match effect.method, effect.detectable:
        case "difference in differences", True:
            return t.gettext(
                "Where it held, “%(measure)s” moved by %(moved)s against the other neighborhoods.", measure=measure, moved=moved
            )
        case "difference in differences", False:
            return t.gettext("Where it held, “%(measure)s” did not change detectably against the other neighborhoods.", measure=measure)
        case "interrupted time series", True:
            return t.gettext("At its date, “%(measure)s” moved by %(moved)s off the line it had followed.", measure=measure, moved=moved)
        case "interrupted time series", False:
            return t.gettext("At its date, “%(measure)s” did not leave the line it had followed detectably.", measure=measure)
        case _, True:
            return t.gettext("From before to after, “%(measure)s” moved by %(moved)s.", measure=measure, moved=moved)
        case _:
            return t.gettext("From before to after, “%(measure)s” did not change detectably.", measure=measure)


def _assumed(edition: Edition, effect: PolicyEffect) -> str:
    t = edition.catalog
    match effect.method:
        case "difference in differences":
            holds = t.gettext("This holds if, without the policy, both groups of neighborhoods would have changed alike.")
            match effect.parallel:
                case True:
                    seen = t.gettext("The waves before it show nothing against that.")
                case False:
                    seen = t.gettext("But they were moving apart before it: the figure mixes both.")
                case None:
                    seen = t.gettext("With one wave before it, that can’t be checked.")
            return sentences(holds, seen)
        case "interrupted time series":
            return t.gettext("This holds if, without the policy, the line would have gone on.")
        case _:
            return t.gettext("Whatever else happened at the time is in this figure: there is nothing to hold it against.")


def effect_figure(edition: Edition, effect: PolicyEffect) -> str:
    """“+6”; 0 has no sign."""
    return edition.number(effect.estimate, _places(edition, effect), sign=True)


def effect_interval(edition: Edition, effect: PolicyEffect) -> str:
    """“+4 to +9”; with a decimal where rounding would lay an end on zero."""
    places = _places(edition, effect)
    if places == 0 and effect.lci * effect.uci > 0 and min(abs(effect.lci), abs(effect.uci)) <= 0.5:
        places = 1
    return edition.span(effect.lci, effect.uci, places, sign=True)


def _places(edition: Edition, effect: PolicyEffect) -> int:
    return decimals(edition.measures[effect.measure].unit if effect.measure in edition.measures else Unit.SCORE, effect.lci, effect.uci)


def policy_trend(edition: Edition, policy: Policy, effect: PolicyEffect) -> Trend | None:
    """The picture behind an effect: where the policy held, beside the other neighborhoods where there are any. None with one wave."""
    wave = edition.release.wave
    labels = {found.number: (found.label, found.opened) for found in edition.release.earlier}
    if wave is not None:
        labels[wave.number] = (wave.label, wave.opened)
    if (effect.measure, None) not in edition.cells:
        return None
    measure, event = edition.measures[effect.measure], Event(policy_label(edition, policy.label), policy.day)
    whole = trend(edition, measure, None)
    if not policy.areas and len(whole.points) == len(effect.points):
        return replace(whole, events=(event,))  # the city's own figures, which have intervals
    points = tuple(
        Point(edition.wave_label(labels[p.wave][0]), edition.wave_day(labels[p.wave][0]) or labels[p.wave][1], p.touched, p.others)
        for p in effect.points
        if p.wave in labels
    )
    return Trend(measure, None, points, (event,)) if len(points) > 1 else None
