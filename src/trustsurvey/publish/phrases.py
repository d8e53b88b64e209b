"""The short texts that stand beside figures: why one isn't shown, lists of places, a change in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trustsurvey.analysis.release import Contrast, Estimate, Flag
from trustsurvey.publish.edition import Edition, capitalized, rounded

NAMED_AT_MOST = 6  # longer lists of areas end in “and 12 more”


def reason(edition: Edition, flag: Flag) -> str:
    """Why a figure isn't shown, or how it is to be read; empty for a plain one."""
    t = edition.catalog
    match flag:
        case Flag.TOO_FEW:
            return t.gettext("not shown: fewer than %(minimum)s answers", minimum=edition.number(edition.minimum_n))
        case Flag.IMPRECISE:
            return t.gettext("not shown: too imprecise")
        case Flag.PROTECTS:
            return t.gettext("not shown: protects another neighborhood")
        case Flag.CAUTION:
            return t.gettext("interpret with caution")
        case Flag.OK:
            return ""


def confidence(edition: Edition) -> str:
    """“95%”."""
    return edition.isolated(edition.locale.percent(100 * edition.release.confidence))


def interval_heading(edition: Edition) -> str:
    """“95% interval”."""
    return edition.catalog.gettext("%(confidence)s interval", confidence=confidence(edition))


def listed(edition: Edition, codes: Sequence[str | None]) -> str:
    """The names of areas as a list; a long one ends in how many more there are, an empty one is an empty text."""
    if not codes:
        return ""
    names = [edition.area_name(code) for code in codes if code is not None]
    if len(names) > NAMED_AT_MOST:
        more = len(names) - NAMED_AT_MOST + 1
        rest = edition.catalog.ngettext("%(count)s more", "%(count)s more", more, count=edition.number(more))
        return edition.locale.join([*(edition.named(name) for name in names[: NAMED_AT_MOST - 1]), rest])
    return edition.join(names)


def flagged(edition: Edition, estimate: Estimate) -> str:
    """A figure for a line of text or an alternative text: “54 (50 to 58)”, or why there is none."""
    if estimate.estimate is None:
        return reason(edition, estimate.flag)
    return f"{edition.figure(estimate)} ({edition.interval(estimate, words=True)})"


def sentences(*parts: str) -> str:
    """Sentences one after another, each with its first letter in upper case."""
    return run_on(capitalized(part) for part in parts)


def run_on(parts: Iterable[str]) -> str:
    """Sentences one after another: a space between them, but where a full stop brings its own (。)."""
    return " ".join(part for part in parts if part).replace("。 ", "。")


def stated(edition: Edition, name: str, figure: str) -> str:
    """“Spanish: 38 (31 to 45).”: a name and its figure as a sentence, with the punctuation of the reader's language."""
    return edition.catalog.gettext("%(name)s: %(figure)s.", name=edition.named(name), figure=figure)


def said_alone(edition: Edition, text: str) -> str:
    """A title or a list of figures as a sentence of its own, with the reader's full stop."""
    return edition.catalog.gettext("%(text)s.", text=text)


def moved(edition: Edition, contrast: Contrast, since: str) -> str:
    """“It rose by nine points since April 2026”: a detectable change of the figure spoken of before.

    A fraction is said without the word for points: languages don't agree on the number that 0.9 takes.
    """
    t, rose = edition.catalog, contrast.difference > 0
    places = 1 if contrast.uci - contrast.lci < 2 else 0
    size = rounded(abs(contrast.difference), places)
    if places == 0 and size == 0:
        size, places = rounded(abs(contrast.difference), 1), 1
    if size != int(size):
        number = edition.number(size, places)
        if rose:
            return t.gettext("It has risen by %(number)s since %(since)s.", number=number, since=since)
        return t.gettext("It has fallen by %(number)s since %(since)s.", number=number, since=since)
    points = edition.count(int(size))
    if rose:
        return t.ngettext(
            "It has risen by %(points)s point since %(since)s.",
            "It has risen by %(points)s points since %(since)s.",
            int(size),
            points=points,
            since=since,
        )
    return t.ngettext(
        "It has fallen by %(points)s point since %(since)s.",
        "It has fallen by %(points)s points since %(since)s.",
        int(size),
        points=points,
        since=since,
    )
