"""The Release: everything that may be shown, and nothing else.

A release is frozen and disclosure-safe. Only ``analysis.pipeline`` makes one; pages, files and the API read it and nothing
behind it. Its JSON form is versioned (``SCHEMA_VERSION``) and described by ``json_schema()``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from trustsurvey.errors import ReleaseError

SCHEMA_VERSION = 1
"""Goes up when a reader of the old form would misread the new. Parts that may be left out are added without that."""


class Flag(StrEnum):
    """How far a figure can be trusted, or why it isn't shown."""

    OK = "ok"
    CAUTION = "interpret with caution"
    TOO_FEW = "suppressed: too few"
    IMPRECISE = "suppressed: imprecise"
    PROTECTS = "suppressed: protects another cell"

    @property
    def suppressed(self) -> bool:
        return self.value.startswith("suppressed")


class Unit(StrEnum):
    """What a measure's numbers mean."""

    SCORE = "score"  # 0 to 100
    PERCENT = "percent"  # 0 to 100, of residents
    FRACTION = "fraction"  # 0 to 1: proportions at full precision (`trustsurvey analyse`)
    TEN = "ten"  # 0 to 10
    VALUE = "value"  # as the data have it
    TOTAL = "total"  # a count of residents
    RATIO = "ratio"  # crimes experienced for each one reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing that is estimated. ``title`` is the source wording; its translation context is ``measure:<code>``."""

    code: str
    kind: Literal["index", "domain", "single", "mean", "proportion", "share", "total", "ratio"]
    unit: Unit
    title: str
    item: str | None = None  # the item behind a single, share or proportion
    option: str | None = None  # the option behind a share


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One published cell. Where ``flag`` says suppressed, every number is None.

    ``area`` None is the whole city; ``group`` None is everyone, else ``{"home_language": "es"}``.
    """

    measure: str
    area: str | None
    group: Mapping[str, str] | None
    n: int | None
    n_eff: float | None
    estimate: float | None
    se: float | None
    lci: float | None
    uci: float | None
    df: float | None
    deff: float | None
    flag: Flag
    eblup: float | None = None
    eblup_mse: float | None = None
    shrinkage: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A neighborhood. ``name`` is the source name (context ``area:<code>``); ``geometry`` a simplified GeoJSON geometry in WGS 84."""

    code: str
    name: str
    geometry: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """An area (or group) against the whole city, or between two waves.

    ``detectable`` is after Benjamini–Hochberg over ``family`` comparisons.
    """

    measure: str
    area: str | None
    group: Mapping[str, str] | None
    difference: float
    se: float
    lci: float
    uci: float
    p: float
    p_adjusted: float
    detectable: bool
    family: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """A maximal run of the areas, ranked by ``measure``, among which no pair differs detectably. Codes from highest to lowest."""

    measure: str
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed since an earlier release of the same survey."""

    since_wave: int
    since_label: str
    contrast: Contrast


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierFigure:
    """A figure of an earlier wave, as it was published then."""

    measure: str
    area: str | None
    n: int | None
    estimate: float | None
    lci: float | None
    uci: float | None
    flag: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierWave:
    """An earlier wave that asked the same questionnaire, as its newest release has it: the city by every measure but shares, the areas by
    the index."""

    number: int
    label: str
    opened: date
    closed: date
    n: int
    release: int | None = None
    figures: tuple[EarlierFigure, ...] = ()


PolicyMethod = Literal["difference in differences", "interrupted time series", "before and after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPoint:
    """A measure in one wave: where the policy held (the city, where it held everywhere), and in the areas it is compared with."""

    wave: int
    touched: float
    others: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """A change per year."""

    estimate: float
    lci: float
    uci: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEffect:
    """What changed in one measure around a policy's date, in points.

    ``estimate``: the change of the areas it touched less that of the others (``difference in differences``), the step at the date
    (``interrupted time series``), or the mean of the waves after less that of the waves before (``before and after``).

    Attributes:
        n: answers that all the figures used rest on.
        flag: with caution where the interval is wider than 20 points, or ``parallel`` is False.
        slope: how fast the two groups of areas moved apart before the date, or how much the slope of the series changed at it.
        parallel: False where the areas had begun to move apart before: the estimate then mixes the two. None where that can't be seen.
        points: the figures that it is made of, first wave first.
    """

    measure: str
    method: PolicyMethod
    estimate: float
    se: float
    lci: float
    uci: float
    p: float
    p_adjusted: float
    detectable: bool
    family: int
    n: int
    waves_before: int
    waves_after: int
    flag: Flag
    slope: Slope | None = None
    parallel: bool | None = None
    points: tuple[PolicyPoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why there is no (or no better) result: a sentence to translate, with named numbers."""

    message: str
    values: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy, the day from which it held, the areas it touched (none: the whole city), and what the waves can say of it."""

    day: date
    label: str
    areas: tuple[str, ...] = ()
    effects: tuple[PolicyEffect, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOption:
    """An answer that could be chosen. ``text`` is the source wording, ``context`` its translation context."""

    code: str
    text: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question whose answers are published one by one (translation context ``item:<code>``).

    ``options`` run from the least favorable answer to the most favorable. ``lead`` are the words above the questions of its ``section``
    that it goes on from (context ``section:<section>.intro``); empty where it stands by itself.
    """

    code: str
    text: str
    domain: str | None
    options: tuple[AnswerOption, ...]
    section: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How the answers to a question share out in one place, in percent. Columns run as the question's options do.

    Suppressed numbers are None. ``area`` None is the whole city. ``n`` (who answered) is None where every option is suppressed.
    """

    question: str
    area: str | None
    n: int | None
    df: float | None
    n_eff: tuple[float | None, ...]
    estimate: tuple[float | None, ...]
    se: tuple[float | None, ...]
    lci: tuple[float | None, ...]
    uci: tuple[float | None, ...]
    deff: tuple[float | None, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """How an item was left out, in percent of those asked it. Suppressed cells are not listed."""

    item: str
    area: str | None
    group: Mapping[str, str] | None
    n: int
    not_answered: float
    dont_know: float
    prefer_not: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginCheck:
    """One category of one margin: its control total, what the weights reach, and the share of answers before weighting."""

    margin: str
    category: str
    target: float
    reached: float
    respondents_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Diagnostics of the weights. ``deff_kish`` is 1 + CV² (Kish 1965)."""

    deff_kish: float
    min: float
    max: float
    margins_met: bool
    iterations: int = 0
    margins: tuple[MarginCheck, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    alpha: float | None
    lci: float | None
    uci: float | None
    omega: float | None
    n: int = 0
    flag: Flag = Flag.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReliability:
    """Reliability of a domain among the people of one group (a home language)."""

    domain: str
    group: Mapping[str, str]
    reliability: Reliability


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDifference:
    """An item answered differently by people of a group than by those of ``reference`` with the same score on its domain (ordinal DIF).

    ``gain`` is the size, in Nagelkerke's R². ``flagged``: detectable after Benjamini–Hochberg, and of more than negligible size.
    """

    domain: str
    item: str
    group: Mapping[str, str]
    reference: Mapping[str, str]
    n: int
    p_adjusted: float
    gain: float
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """How much of what the domains together account for goes along with one of them, in percent. Association, not cause."""

    domain: str
    share: float
    lci: float
    uci: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """Relative importance of the domains for ``outcome`` (Johnson 2000). ``r2``: what they account for together, in percent."""

    outcome: str
    n: int
    r2: float
    drivers: tuple[Driver, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """When and how people were asked. Dates are the operator's, never a response's."""

    number: int
    label: str  # "October 2026": the operator's words
    opened: date
    closed: date
    languages: tuple[str, ...] = ()  # locales offered
    waves: int = 1  # waves of this survey so far, this one included


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """The exact wording residents saw."""

    code: str
    version: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Everything that may be shown of one wave (or of one microdata file)."""

    schema_version: int = SCHEMA_VERSION
    precision: Literal["full", "published"]
    survey: str | None = None
    title: str | None = None  # of the survey, source wording
    place: str | None = None  # the city
    number: int | None = None
    released: date | None = None
    synthetic: bool = False
    instrument: Instrument | None = None
    wave: Wave | None = None
    n: int
    n_eff: float
    confidence: float = 0.95
    areas: tuple[Area, ...] = ()
    measures: tuple[Measure, ...] = ()
    estimates: tuple[Estimate, ...]
    weights: Weights
    reliability: Mapping[str, Reliability] = field(default_factory=dict)
    reliability_by_group: tuple[GroupReliability, ...] = ()
    item_differences: tuple[ItemDifference, ...] = ()
    drivers: Drivers | None = None
    against_city: tuple[Contrast, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    changes: tuple[Change, ...] = ()
    missing: tuple[Missing, ...] = ()
    earlier: tuple[EarlierWave, ...] = ()
    policies: tuple[Policy, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: tuple[Answers, ...] = ()
    method: Mapping[str, Any] = field(default_factory=dict)

    def estimate(self, measure: str, area: str | None = None, group: Mapping[str, str] | None = None) -> Estimate | None:
        """The cell, or None when it was never estimated (a suppressed cell is there, with its flag)."""
        wanted = dict(group) if group else None
        for cell in self.estimates:
            if cell.measure == measure and cell.area == area and (dict(cell.group) if cell.group else None) == wanted:
                return cell
        return None

    def measure(self, code: str) -> Measure:
        """The measure named ``code``; KeyError when there is none."""
        for measure in self.measures:
            if measure.code == code:
                return measure
        raise KeyError(code)

    def answer_cells(self) -> Iterator[Estimate]:
        """The published answers as cells, one an option: measure ``<question>.<option>``, by question, city first."""
        options = {question.code: question.options for question in self.questions}
        for found in self.answers:
            for k, option in enumerate(options[found.question]):
                shown = not found.flags[k].suppressed
                yield Estimate(
                    measure=f"{found.question}.{option.code}",
                    area=found.area,
                    group=None,
                    n=found.n if shown else None,
                    n_eff=found.n_eff[k],
                    estimate=found.estimate[k],
                    se=found.se[k],
                    lci=found.lci[k],
                    uci=found.uci[k],
                    df=found.df if shown else None,
                    deff=found.deff[k],
                    flag=found.flags[k],
                )

    def by_area(self, measure: str) -> Iterator[Estimate]:
        """The estimates of a measure for every area, in the order of ``areas``; the city and groups are left out."""
        found = {e.area: e for e in self.estimates if e.measure == measure and e.area is not None and not e.group}
        for area in self.areas:
            if area.code in found:
                yield found[area.code]


_ADAPTER: TypeAdapter[Release] = TypeAdapter(Release)


def to_json(release: Release, *, indent: int | None = None) -> bytes:
    """The release as UTF-8 JSON."""
    return _ADAPTER.dump_json(release, indent=indent)


def from_json(data: bytes | str) -> Release:
    """Read a release back. Raises ReleaseError when the text isn't one, naming each place that is wrong."""
    try:
        release = _ADAPTER.validate_json(data)
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the whole'}: {e['msg']}" for e in error.errors()[:10])
        raise ReleaseError(f"this is not a release that version {SCHEMA_VERSION} can read: {places}") from error
    if release.schema_version != SCHEMA_VERSION:
        raise ReleaseError(f"the release has schema version {release.schema_version}; this program reads version {SCHEMA_VERSION}")
    return release


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a release's JSON."""
    schema = _ADAPTER.json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "trustsurvey release", **schema}
