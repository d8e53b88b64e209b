"""What to estimate, for whom, weighted to what, and what may be shown.

A plan comes from a questionnaire (``plan_for``) or from a YAML file over any microdata (``read_plan``). It says nothing about the data
themselves: ``pipeline`` reads those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from trustsurvey.analysis.release import AnswerOption, Measure, Question, Unit
from trustsurvey.i18n.mark import N_
from trustsurvey.questionnaire.catalog import option_context
from trustsurvey.questionnaire.schema import Domain, Kind, Proportion, Questionnaire, Single
from trustsurvey.statistics.disclosure import HALF_WIDTH, MINIMUM_N
from trustsurvey.statistics.intervals import Method

REPORTED = "reported_of_victims"
"""The proportion whose inverse is the reporting gap."""

AREA = "area"
"""The margin and axis that are the neighborhood itself."""


@dataclass(frozen=True, slots=True)
class Column:
    """A numeric column of the microdata, as it is."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Columns scored together 0–100: the mean of the answered ones where at least ``minimum_answered`` are."""

    names: tuple[str, ...]
    reverse: frozenset[str]
    minimum: float
    maximum: float
    minimum_answered: int


@dataclass(frozen=True, slots=True)
class Equals:
    """Whether a column holds a value; missing where the column is."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """The total of one numeric column over that of another, over who has both."""

    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class Inverse:
    """One over a proportion of the same plan."""

    proportion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMeasure:
    """A measure, where its numbers come from, and how they are published.

    ``source`` is None where the questionnaire scores it. A published number is the estimate times ``scale`` (100 for a percentage).
    ``half_width``: a mean whose interval reaches further is to be read with caution (None: no such rule). ``restricted``: it is asked of
    some people only, so that degrees of freedom count those who answered. ``answer``: one answer to a question of ``Plan.questions``, which
    is published with the question's others, for the city and the areas.
    """

    measure: Measure
    source: Column | Items | Equals | Ratio | Inverse | None = None
    interval: Method = Method.T
    scale: float = 1.0
    half_width: float | None = None
    restricted: bool = False
    answer: bool = False

    @property
    def is_proportion(self) -> bool:
        return self.measure.kind in ("proportion", "share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """What is never shown. ``rule`` "none" switches everything off, ``minimum_n`` too: for someone's own microdata."""

    minimum_n: int = MINIMUM_N
    rule: Literal["nchs", "none"] = "nchs"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallArea:
    """A Fay–Herriot model beside the direct estimates, on area columns of the microdata."""

    covariates: tuple[str, ...] = ()
    method: Literal["reml"] = "reml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that turns records into a release.

    Attributes:
        measures: what to estimate, in the order published.
        index: code of the measure that areas are ranked and compared by.
        area, weight, strata, cluster, fpc: columns of the microdata; None where there is none.
        margins: axis → category → population.
        empty_areas: what the margin ``area`` does about an area with people but no respondents: "refuse", or "spread" its people over the
            other areas (and say so).
        collapse: margin → categories that count as another, or how few respondents make a category count with its neighbor.
        bounds: least and most that weighting may multiply a base weight by, relative to the mean; None: no bounds.
        groups: columns (items) that estimates are also made by.
        questions: those whose answers are published one by one.
        labels: ``item.option`` and ``item`` → its source wording, of every category and question that a release names.
        missing: texts in the microdata that stand for no answer.
        precision: "published" rounds and is for a release; "full" is for ``trustsurvey analyse``.
    """

    measures: tuple[PlannedMeasure, ...]
    index: str | None = None
    area: str | None = AREA
    weight: str | None = None
    strata: str | None = None
    cluster: str | None = None
    fpc: str | None = None
    margins: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    empty_areas: Literal["refuse", "spread"] = "refuse"
    collapse: Mapping[str, Mapping[str, str] | int] = field(default_factory=dict)
    bounds: tuple[float, float] | None = None
    groups: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset({""})
    confidence: float = 0.95
    suppression: Suppression = Suppression()
    small_area: SmallArea | None = None
    precision: Literal["full", "published"] = "published"


def plan_for(
    questionnaire: Questionnaire,
    *,
    margins: Mapping[str, Mapping[str, float]] | None = None,
    confidence: float = 0.95,
    suppression: Suppression | None = None,
    answers: bool = False,
) -> Plan:
    """The plan of a questionnaire: the index, every domain, singles, proportions and shares, by area and by the questionnaire's groups.

    Args:
        answers: also publish every answer to every question on a scale, for the city and by area.
        margins: item code or ``area`` → option or area code → adult residents.
    """
    scoring = questionnaire.scoring
    index = Measure(code=scoring.index.code, kind="index", unit=Unit.SCORE, title=scoring.index.title)
    complete = Measure(code=f"{index.code}_complete", kind="mean", unit=Unit.SCORE, title=scoring.index.title)
    measures = [PlannedMeasure(measure=index, half_width=HALF_WIDTH)]
    measures += [_domain(domain) for domain in scoring.domains]
    measures += [_single(questionnaire, single) for single in scoring.single]
    measures += [_proportion(proportion) for proportion in scoring.proportions]
    for code in scoring.shares:
        measures += [_share(questionnaire, code, option.code, option.text) for option in questionnaire.item(code).options]
    measures.append(PlannedMeasure(measure=complete, half_width=HALF_WIDTH, restricted=True))
    if any(proportion.code == REPORTED for proportion in scoring.proportions):
        gap = Measure(code="reporting_gap", kind="ratio", unit=Unit.RATIO, title=N_("Crimes experienced for each one reported"))
        measures.append(PlannedMeasure(measure=gap, source=Inverse(REPORTED), restricted=True))
    questions = tuple(_questions(questionnaire)) if answers else ()
    measures += [_answer(questionnaire, question, option) for question in questions for option in question.options]
    return Plan(
        measures=tuple(measures),
        index=index.code,
        margins={name: dict(totals) for name, totals in (margins or {}).items()},
        empty_areas="spread",
        small_area=SmallArea(),
        groups=questionnaire.groups,
        questions=questions,
        labels={
            **{
                f"{code}.{option.code}": option.text
                for code in dict.fromkeys((*questionnaire.margins, *questionnaire.groups))
                for option in questionnaire.item(code).options
            },
            **{f"item.{item.code}": item.text for item in questionnaire.items() if item.columns},
        },
        confidence=confidence,
        suppression=suppression or Suppression(),
    )


def _domain(domain: Domain) -> PlannedMeasure:
    return PlannedMeasure(measure=Measure(code=domain.code, kind="domain", unit=Unit.SCORE, title=domain.title), half_width=HALF_WIDTH)


def _single(questionnaire: Questionnaire, single: Single) -> PlannedMeasure:
    item = questionnaire.item(single.item)
    ten = item.kind is Kind.NUMBER
    measure = Measure(code=item.code, kind="single", unit=Unit.TEN if ten else Unit.SCORE, title=single.title, item=item.code)
    return PlannedMeasure(measure=measure, half_width=HALF_WIDTH / 10.0 if ten else HALF_WIDTH, restricted=item.show_if is not None)


def _proportion(proportion: Proportion) -> PlannedMeasure:
    item = proportion.where.item
    return PlannedMeasure(
        measure=Measure(code=proportion.code, kind="proportion", unit=Unit.PERCENT, title=proportion.title, item=item),
        interval=Method.KORN_GRAUBARD,
        scale=100.0,
        restricted=proportion.of is not None,
    )


def _share(questionnaire: Questionnaire, item: str, option: str, title: str) -> PlannedMeasure:
    return PlannedMeasure(
        measure=Measure(code=f"{item}_{option}", kind="share", unit=Unit.PERCENT, title=title, item=item, option=option),
        interval=Method.KORN_GRAUBARD,
        scale=100.0,
        restricted=questionnaire.item(item).show_if is not None,
    )


def _questions(questionnaire: Questionnaire) -> Iterator[Question]:
    domains = {item: domain.code for domain in questionnaire.scoring.domains for item in domain.items}
    for section in questionnaire.sections:
        for item in section.items:
            if item.kind is not Kind.SCALE:
                continue
            options = [AnswerOption(code=o.code, text=o.text, context=option_context(item, o)) for o in item.options]
            yield Question(
                code=item.code,
                text=item.text,
                domain=domains.get(item.code),
                options=tuple(reversed(options) if item.reverse else options),
                section=section.code,
                lead=section.intro if section.intro.endswith("…") and item.text.startswith("…") else "",
            )


def _answer(questionnaire: Questionnaire, question: Question, option: AnswerOption) -> PlannedMeasure:
    return PlannedMeasure(
        measure=Measure(
            code=answer_code(question.code, option.code),
            kind="share",
            unit=Unit.PERCENT,
            title=option.text,
            item=question.code,
            option=option.code,
        ),
        interval=Method.KORN_GRAUBARD,
        scale=100.0,
        restricted=questionnaire.item(question.code).show_if is not None,
        answer=True,
    )


def answer_code(question: str, option: str) -> str:
    """``fp_respect.3``: how the formats name one answer to a question."""
    return f"{question}.{option}"


def tallied_measures(plan: Plan) -> tuple[PlannedMeasure, ...]:
    """The measures that are summed up; an inverse is made from another."""
    return tuple(planned for planned in plan.measures if not isinstance(planned.source, Inverse))


def axes_of(plan: Plan) -> Sequence[str]:
    """The axes that the plan's tallies need beside area and design: margins and groups, each once."""
    return tuple(dict.fromkeys(axis for axis in (*plan.margins, *plan.groups) if axis != AREA))
