"""What a reader must know to use the figures: the sample, the weights, the intervals, what is withheld, what the words mean."""

from __future__ import annotations

from collections.abc import Mapping

from trustsurvey.i18n.mark import N_
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.phrases import confidence, run_on

MARGINS: Mapping[str, str] = {
    "area": N_("neighborhood"),
    "age": N_("age"),
    "gender": N_("gender"),
    "home_language": N_("language at home"),
}


def sample_kind(edition: Edition) -> str:
    """What kind of sample this is, in two sentences: on the first page of everything."""
    t = edition.catalog
    if edition.release.survey is None:
        return t.gettext("The figures come from a file of answers; how its respondents were chosen is not known here.")
    return t.gettext(
        "Residents chose to answer; they were not drawn by lot. Intervals state the precision under the weighting model. "
        "They do not cover people who would never answer."
    )


def margins(edition: Edition) -> tuple[str, ...]:
    """What the answers were weighted to, each margin once, in the reader's language."""
    found = dict.fromkeys(check.margin for check in edition.release.weights.margins)
    return tuple(edition.t(MARGINS[name]) if name in MARGINS else name for name in found)


def weighting(edition: Edition) -> str:
    """How the answers were weighted and whether every total was met."""
    t, weights = edition.catalog, edition.release.weights
    named = margins(edition)
    if not named:
        return t.gettext("No population totals were given: every answer counts the same.")
    totals = t.gettext("Answers are weighted so that they match the city’s totals by %(margins)s.", margins=edition.join(named))
    met = t.gettext("Every total is met.") if weights.margins_met else t.gettext("Not every total could be met.")
    spread = t.gettext(
        "Weights run from %(low)s to %(high)s; unequal weights cost a factor of %(deff)s in precision (Kish).",
        low=edition.number(weights.min, 2 if weights.max < 10 else 0),
        high=edition.number(weights.max, 2 if weights.max < 10 else 0),
        deff=edition.number(weights.deff_kish, 2),
    )
    return run_on([totals, met, spread])


def notes(edition: Edition) -> tuple[tuple[str, str], ...]:
    """(heading, text), in reading order."""
    t, release = edition.catalog, edition.release
    found: list[tuple[str, str]] = []
    if release.synthetic:
        found.append((t.gettext("Synthetic data"), t.gettext("The city, its neighborhoods and every answer are made up.")))
    found.append((t.gettext("What kind of sample this is"), sample_kind(edition)))
    found += _about(edition)
    found += [
        (t.gettext("Weighting"), weighting(edition)),
        (
            t.gettext("Intervals"),
            t.gettext("At %(confidence)s: the precision of a figure under the weighting model.", confidence=confidence(edition)),
        ),
        (
            t.gettext("Rounding"),
            t.gettext("Every figure is rounded by itself, so two figures and their difference may not add up exactly."),
        ),
        (
            t.gettext("Detectable"),
            t.gettext("A difference that holds after allowing for all comparisons shown with it (Benjamini and Hochberg 1995)."),
        ),
        (
            t.gettext("Interpret with caution"),
            t.gettext(
                "Fewer than %(least)s effective answers, or an interval wider than %(width)s points.",
                least=edition.number(30),
                width=edition.number(20),
            ),
        ),
        (t.gettext("Not shown"), _withheld(edition)),
    ]
    found += glossary(edition)
    return tuple(found)


def glossary(edition: Edition) -> tuple[tuple[str, str], ...]:
    """The words of the report and what they mean."""
    t = edition.catalog
    return (
        (
            t.gettext("Trust index"),
            t.gettext("The mean of the domains, each from 0 to 100, for residents who answered enough of them. Higher is more trust."),
        ),
        (
            t.gettext("Domain"),
            t.gettext("The mean of the answered questions on one subject, from 0 to 100 on the range the answers allow."),
        ),
        (t.gettext("n"), t.gettext("Answers that a figure rests on.")),
        (t.gettext("Effective n"), t.gettext("How many answers, all counting the same, would give the same precision.")),
        (
            t.gettext("Crimes experienced for each one reported"),
            t.gettext("One divided by the share of the most recent crimes that was reported."),
        ),
    )


def _about(edition: Edition) -> list[tuple[str, str]]:
    t, release = edition.catalog, edition.release
    found = []
    if release.wave is not None:
        found.append((t.gettext("Fieldwork"), edition.fieldwork()))
    if release.instrument is not None:
        text = t.gettext(
            "%(code)s, version %(version)s, fingerprint %(hash)s.",
            code=edition.isolated(release.instrument.code),
            version=edition.number(release.instrument.version),
            hash=edition.isolated(release.instrument.hash[:12]),
        )
        found.append((t.gettext("Questionnaire"), text))
    return found


def _withheld(edition: Edition) -> str:
    return edition.catalog.gettext(
        "A figure from fewer than %(minimum)s answers is not shown, nor any figure from which one of those could be worked out.",
        minimum=edition.number(edition.minimum_n),
    )
