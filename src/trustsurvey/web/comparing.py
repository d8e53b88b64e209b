"""Two areas side by side, and two waves: every figure a release's own, the difference with its interval, and what may be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trustsurvey.analysis.change import changes_since
from trustsurvey.analysis.pairs import area_pair
from trustsurvey.analysis.release import Contrast, Estimate, Measure, Release
from trustsurvey.publish import charts
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.findings import WISHES
from trustsurvey.publish.pens import Scale, SvgPen
from trustsurvey.web.scales import fitting


@dataclass(frozen=True, slots=True)
class Pair:
    """One measure in both. ``contrast`` is the difference of the two, None where none can be said; ``said`` is what it means."""

    title: str
    first: Estimate
    second: Estimate
    contrast: Contrast | None
    said: str
    chart: str


@dataclass(frozen=True, slots=True)
class Group:
    """Measures on one scale under a heading."""

    heading: str
    across: Scale
    pairs: Sequence[Pair]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two columns of figures. ``family``: how many comparisons of the headline measure are allowed for; 0 when it isn't compared."""

    heading: str
    statement: str
    first: str
    second: str
    groups: Sequence[Group]
    family: int


Cells = Callable[[Measure], tuple[Estimate | None, Estimate | None]]


def two_areas(edition: Edition, first: str, second: str) -> Comparison:
    """Two areas of one release, which must both be among its areas and not the same."""
    t, release = edition.catalog, edition.release
    names = edition.area_name(first), edition.area_name(second)
    contrasts = area_pair(release, first, second)

    def said(contrast: Contrast | None) -> str:
        if contrast is None:
            return ""
        if not contrast.detectable:
            return t.pgettext("two figures", "not distinguishable")
        return t.gettext("higher in %(area)s", area=edition.named(names[0] if contrast.difference > 0 else names[1]))

    headline = edition.headline
    contrast = contrasts.get(headline.code) if headline else None
    return Comparison(
        heading=t.gettext("%(first)s and %(second)s side by side", first=edition.named(names[0]), second=edition.named(names[1])),
        statement=_of_areas(edition, headline, contrast, names) if headline else "",
        first=names[0],
        second=names[1],
        groups=_groups(edition, lambda m: (release.estimate(m.code, first), release.estimate(m.code, second)), contrasts, said),
        family=contrast.family if contrast else 0,
    )


def two_waves(edition: Edition, earlier: Release, area: str | None) -> Comparison:
    """The release of ``edition`` less an ``earlier`` one, in one area (None: the whole city). Differences are later less earlier."""
    t, release = edition.catalog, edition.release
    same = _questionnaire(release) == _questionnaire(earlier)
    changes = changes_since(release, earlier) if same else ()
    contrasts = {c.contrast.measure: c.contrast for c in changes if c.contrast.area == area}
    labels = [edition.wave_label(one.wave.label) if one.wave else "" for one in (earlier, release)]
    place = edition.area_name(area) if area else edition.place() or edition.city()

    def said(contrast: Contrast | None) -> str:
        if contrast is None:
            return ""
        if not contrast.detectable:
            return t.pgettext("two figures", "no detectable change")
        return t.pgettext("two figures", "rose") if contrast.difference > 0 else t.pgettext("two figures", "fell")

    headline = edition.headline
    contrast = contrasts.get(headline.code) if headline else None
    return Comparison(
        heading=t.gettext("%(area)s: %(first)s and %(second)s", area=edition.named(place), first=labels[0], second=labels[1]),
        statement=_of_waves(edition, headline, contrast, same=same) if headline else "",
        first=labels[0],
        second=labels[1],
        groups=_groups(edition, lambda m: (earlier.estimate(m.code, area), release.estimate(m.code, area)), contrasts, said),
        family=contrast.family if contrast else 0,
    )


def _questionnaire(release: Release) -> str:
    return release.instrument.code if release.instrument else ""


def _of_areas(edition: Edition, measure: Measure, contrast: Contrast | None, names: tuple[str, str]) -> str:
    t, title = edition.catalog, edition.measure_title(measure)
    first, second = (edition.named(name) for name in names)
    if contrast is None:
        return t.gettext("“%(measure)s” is not shown for both, so nothing can be said about the difference.", measure=title)
    if not contrast.detectable:
        return t.gettext("“%(measure)s”: %(first)s and %(second)s are not distinguishable.", measure=title, first=first, second=second)
    higher, lower = (first, second) if contrast.difference > 0 else (second, first)
    return t.gettext("“%(measure)s” is higher in %(higher)s than in %(lower)s.", measure=title, higher=higher, lower=lower)


def _of_waves(edition: Edition, measure: Measure, contrast: Contrast | None, *, same: bool) -> str:
    t, title = edition.catalog, edition.measure_title(measure)
    if not same:
        return t.gettext("The two waves asked different questions, so nothing can be said about change.")
    if contrast is None:
        return t.gettext("“%(measure)s” is not shown for both, so nothing can be said about the difference.", measure=title)
    if not contrast.detectable:
        return t.gettext("“%(measure)s”: no detectable change.", measure=title)
    if contrast.difference > 0:
        return t.gettext("“%(measure)s” rose.", measure=title)
    return t.gettext("“%(measure)s” fell.", measure=title)


def _groups(edition: Edition, cells: Cells, contrasts: Mapping[str, Contrast], said: Callable[[Contrast | None], str]) -> list[Group]:
    """Every measure that both have: the headline, the domains, what would help, and the rest by unit."""
    t, headline = edition.catalog, edition.headline
    found: dict[str, list[tuple[Measure, Estimate, Estimate]]] = {}
    for measure in edition.release.measures:
        first, second = cells(measure)
        if first is None or second is None or (first.flag.suppressed and second.flag.suppressed and measure != headline):
            continue
        found.setdefault(_group_of(measure, headline), []).append((measure, first, second))
    headings = {"": t.gettext("Trust"), "want": t.gettext("What would help"), "single": t.gettext("Single questions, 0 to 100")}
    headings |= {"percent": t.gettext("Shares, in percent"), "ten": t.gettext("From 0 to 10"), "other": t.gettext("Other figures")}
    return [
        Group(
            headings[name],
            across := fitting([cell for _, *both in found[name] for cell in both]),
            _pairs(edition, found[name], contrasts, said, across),
        )
        for name in headings
        if name in found
    ]


def _group_of(measure: Measure, headline: Measure | None) -> str:
    if measure == headline or measure.kind in ("index", "domain"):
        return ""
    if measure.kind == "share" and measure.item == WISHES:
        return "want"
    return {"score": "single", "percent": "percent", "fraction": "percent", "ten": "ten"}.get(measure.unit.value, "other")


def _pairs(
    edition: Edition,
    rows: Sequence[tuple[Measure, Estimate, Estimate]],
    contrasts: Mapping[str, Contrast],
    said: Callable[[Contrast | None], str],
    across: Scale,
) -> list[Pair]:
    return [
        Pair(
            edition.measure_title(measure),
            first,
            second,
            contrasts.get(measure.code),
            said(contrasts.get(measure.code)),
            _drawn(first, second, contrasts.get(measure.code), across),
        )
        for measure, first, second in rows
    ]


def _drawn(first: Estimate, second: Estimate, contrast: Contrast | None, across: Scale) -> str:
    """Both intervals in one row, the first above: filled where they differ detectably, open where they don't, plain where nobody knows."""
    pen = SvgPen()
    for tick in across.ticks:
        pen.line(across.percent(tick, 1, 99), 0, across.percent(tick, 1, 99), "100%", "g")
    kind = "ink" if contrast is None else "on" if contrast.detectable else "off"
    for cell, y in ((first, "33%"), (second, "67%")):
        charts.estimate_mark(pen, lambda value: across.percent(value, 1, 99), cell, y, kind=kind)
    return pen.svg()
