"""A plan from YAML: `trustsurvey analyse` over any microdata. Every fault at once, with line and column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml.comments import CommentedMap

from trustsurvey import yaml_files
from trustsurvey.analysis.plan import AREA, Column, Equals, Items, Plan, PlannedMeasure, Ratio, SmallArea, Suppression
from trustsurvey.analysis.release import Measure, Unit
from trustsurvey.errors import Fault, PlanError
from trustsurvey.statistics.disclosure import HALF_WIDTH
from trustsurvey.statistics.intervals import Method

Name = Annotated[str, Field(min_length=1)]
Total = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Raw(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


class _Measure(_Raw):
    code: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
    title: str = ""


class _Mean(_Measure):
    kind: Literal["mean"]
    column: Name


class _Domain(_Measure):
    kind: Literal["domain"]
    items: Annotated[list[Name], Field(min_length=1)]
    reverse: list[Name] = []
    minimum: float
    maximum: float
    minimum_answered: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _agree(self) -> _Domain:
        if self.maximum <= self.minimum:
            raise ValueError(f"the maximum ({self.maximum:g}) must be above the minimum ({self.minimum:g})")
        if unknown := [code for code in self.reverse if code not in self.items]:
            raise ValueError(f"reverse names what is not an item: {', '.join(unknown)}")
        if self.minimum_answered is not None and self.minimum_answered > len(self.items):
            raise ValueError(f"minimum_answered is {self.minimum_answered}, but there are {len(self.items)} items")
        return self


class _Proportion(_Measure):
    kind: Literal["proportion"]
    column: Name
    equals: str
    interval: Method = Method.KORN_GRAUBARD


class _Total(_Measure):
    kind: Literal["total"]
    column: Name
    equals: str | None = None  # a count of people, where given


class _Ratio(_Measure):
    kind: Literal["ratio"]
    numerator: Name
    denominator: Name


class _Suppression(_Raw):
    minimum_n: Annotated[int, Field(ge=0)] = 10
    rule: Literal["nchs", "none"] = "nchs"


class _SmallArea(_Raw):
    covariates: list[Name] = []
    method: Literal["reml"] = "reml"


class _Sparse(_Raw):
    fewer_than: Annotated[int, Field(ge=1)]


class _Bounds(_Raw):
    lower: Annotated[float, Field(ge=0, lt=1)]
    upper: Annotated[float, Field(gt=1)]


class _Plan(_Raw):
    area: Name | None = None
    weight: Name | None = None
    strata: Name | None = None
    cluster: Name | None = None
    fpc: Name | None = None
    margins: dict[str, Annotated[dict[str, Total], Field(min_length=1)]] = {}
    collapse: dict[str, _Sparse | dict[str, str]] = {}
    bounds: _Bounds | None = None
    measures: Annotated[list[Annotated[_Mean | _Domain | _Proportion | _Total | _Ratio, Field(discriminator="kind")]], Field(min_length=1)]
    groups: list[Name] = []
    missing: list[str] = [""]
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95
    suppression: _Suppression = _Suppression()
    small_area: _SmallArea | None = None


def read_plan(text: str, *, file: str = "plan.yaml") -> Plan:
    """The plan in ``text``. Raises PlanError with every fault found."""
    document = yaml_files.parse(text, file=file, raising=PlanError, shape="a plan is a mapping with at least `measures:`")
    try:
        raw = _Plan.model_validate(yaml_files.plain(document))
    except ValidationError as error:
        faults = [_fault(document, file, e["loc"], e["type"], e["msg"], e.get("input")) for e in error.errors()]
        raise PlanError(sorted(faults, key=lambda f: (f.line, f.column))) from error
    codes = [measure.code for measure in raw.measures]
    twice = [n for n, code in enumerate(codes) if code in codes[:n]]
    faults = [
        _fault(document, file, ("measures", n, "code"), "", f"the code {codes[n]!r} stands for another measure already", None)
        for n in twice
    ]
    if raw.fpc and not raw.strata:
        faults.append(_fault(document, file, ("fpc",), "", "fpc is the population size of a stratum: name the column `strata` too", None))
    if raw.small_area is not None and not raw.area:
        faults.append(_fault(document, file, ("small_area",), "", "small areas need a column named by `area`", None))
    for name in raw.collapse.keys() - raw.margins.keys():
        faults.append(_fault(document, file, ("collapse", name), "", "there is no such margin to collapse", None))
    if faults:
        raise PlanError(faults)
    return Plan(
        measures=tuple(_planned(measure) for measure in raw.measures),
        index=codes[0] if raw.area else None,
        area=raw.area,
        weight=raw.weight,
        strata=raw.strata,
        cluster=raw.cluster,
        fpc=raw.fpc,
        margins={AREA if name == raw.area else name: totals for name, totals in raw.margins.items()},
        collapse={
            AREA if name == raw.area else name: rule.fewer_than if isinstance(rule, _Sparse) else rule
            for name, rule in raw.collapse.items()
        },
        bounds=(raw.bounds.lower, raw.bounds.upper) if raw.bounds else None,
        groups=tuple(raw.groups),
        missing=frozenset({"", *raw.missing}),
        confidence=raw.confidence,
        suppression=Suppression(minimum_n=raw.suppression.minimum_n, rule=raw.suppression.rule),
        small_area=SmallArea(covariates=tuple(raw.small_area.covariates)) if raw.small_area else None,
        precision="full",
    )


def _planned(raw: _Mean | _Domain | _Proportion | _Total | _Ratio) -> PlannedMeasure:
    title = raw.title or raw.code
    if isinstance(raw, _Mean):
        measure = Measure(code=raw.code, kind="mean", unit=Unit.VALUE, title=title, item=raw.column)
        return PlannedMeasure(measure=measure, source=Column(raw.column))
    if isinstance(raw, _Proportion):
        measure = Measure(code=raw.code, kind="proportion", unit=Unit.FRACTION, title=title, item=raw.column)
        return PlannedMeasure(measure=measure, source=Equals(raw.column, raw.equals), interval=raw.interval)
    if isinstance(raw, _Total):
        measure = Measure(
            code=raw.code, kind="total", unit=Unit.TOTAL if raw.equals is not None else Unit.VALUE, title=title, item=raw.column
        )
        return PlannedMeasure(measure=measure, source=Column(raw.column) if raw.equals is None else Equals(raw.column, raw.equals))
    if isinstance(raw, _Ratio):
        measure = Measure(code=raw.code, kind="ratio", unit=Unit.VALUE, title=title)
        return PlannedMeasure(measure=measure, source=Ratio(raw.numerator, raw.denominator))
    items = Items(
        names=tuple(raw.items),
        reverse=frozenset(raw.reverse),
        minimum=raw.minimum,
        maximum=raw.maximum,
        minimum_answered=raw.minimum_answered or (len(raw.items) + 1) // 2,
    )
    measure = Measure(code=raw.code, kind="domain", unit=Unit.SCORE, title=title)
    return PlannedMeasure(measure=measure, source=items, half_width=HALF_WIDTH)


def _fault(document: CommentedMap, file: str, path: Sequence[str | int], kind: str, message: str, got: Any) -> Fault:
    found = yaml_files.place(document, path)
    said = {
        "extra_forbidden": f"there is no setting named {path[-1]!r} here" if path else message,
        "missing": f"{path[-1]!r} is missing" if path else message,
        "union_tag_not_found": "`kind` is missing: mean, domain, proportion, total or ratio",
        "union_tag_invalid": "there is no such kind of measure: use mean, domain, proportion, total or ratio",
    }.get(kind, message.removeprefix("Value error, "))
    if kind not in ("", "extra_forbidden", "missing", "union_tag_not_found", "union_tag_invalid", "value_error"):
        said = f"{said} (got {got!r})"
    return Fault(
        said, file=file, line=found.line, column=found.column, place=".".join(str(s + 1) if isinstance(s, int) else s for s in found.steps)
    )
