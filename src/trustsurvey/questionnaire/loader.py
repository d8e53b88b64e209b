"""YAML → Questionnaire. Every fault is reported at once, with file, line and column.

ruamel.yaml reads the text and knows where each key stands; pydantic checks the shape; the rest of this module checks what a
shape can't say: that codes are unique, that conditions point backwards, that nothing asks who someone is.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from ruamel.yaml.comments import CommentedMap

from trustsurvey import yaml_files
from trustsurvey.errors import Fault, NotFound, QuestionnaireError
from trustsurvey.questionnaire.schema import (
    MAX_OPTIONS,
    Condition,
    Domain,
    Index,
    Item,
    Kind,
    Option,
    OptionList,
    Proportion,
    Questionnaire,
    Scoring,
    Section,
    Single,
)

RESERVED = frozenset({"ticket", "to", "pass", "code", "submit", "wave", "locale", "mode", "id"})
"""Names of form fields and record columns that an item may not take."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
OptionCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]


class _Raw(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


class _Range(_Raw):
    first: int = Field(alias="from", ge=0)
    last: int = Field(alias="to", le=MAX_OPTIONS - 1)


class _Item(_Raw):
    code: Code
    type: Literal["area", "choice", "multiple", "comment"] | None = None
    scale: str | None = None
    text: Text
    note: str = ""
    options: dict[OptionCode, Text] = Field(default_factory=dict)
    ends: tuple[Text, Text] | None = None
    reverse: bool = False
    at_most: int | None = Field(default=None, ge=1, le=4000)
    exclusive: list[str] = Field(default_factory=list)
    show_if: str | None = None
    help_line: bool = False
    source: str = Field(default="", alias="construct")


class _Section(_Raw):
    code: Code
    title: str = ""
    intro: str = ""
    items: list[_Item] = Field(min_length=1)


class _Domain(_Raw):
    title: Text
    items: list[str] = Field(min_length=1)


class _Index(_Raw):
    code: Code
    title: Text
    domains: list[str] | Literal["all"] = "all"
    at_least: int = Field(ge=1)


class _Proportion(_Raw):
    title: Text
    where: str = Field(alias="is")
    of: str | None = None


class _Scoring(_Raw):
    domains: dict[Code, _Domain] = Field(min_length=1)
    index: _Index
    single: dict[str, Text] = Field(default_factory=dict)
    proportions: dict[Code, _Proportion] = Field(default_factory=dict)
    shares: list[str] = Field(default_factory=list)


class _Weighting(_Raw):
    margins: list[str] = Field(default_factory=list)


class _Questionnaire(_Raw):
    questionnaire: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    version: int = Field(ge=1)
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Za-z]+)?$")]
    title: Text
    minutes: int = Field(ge=1, le=60)
    scales: dict[Code, list[Text] | _Range] = Field(default_factory=dict)
    sections: list[_Section] = Field(min_length=1)
    scoring: _Scoring
    weighting: _Weighting = Field(default_factory=_Weighting)
    groups: list[str] = Field(default_factory=list)


Path_ = tuple[str | int, ...]

SHAPE = "a questionnaire is a mapping that begins with `questionnaire: its-code`"


class _Places:
    """Where each part of the YAML document stands, and the faults found so far."""

    def __init__(self, document: CommentedMap, file: str) -> None:
        self.document = document
        self.file = file
        self.faults: list[Fault] = []
        self.broken: set[str] = set()  # codes of items out of shape: what refers to them is not judged

    def add(self, path: Sequence[str | int], message: str) -> None:
        if any(f"{code!r}" in message for code in self.broken):
            return
        found = yaml_files.place(self.document, path)
        place = ".".join(step for step in found.steps if isinstance(step, str))
        self.faults.append(Fault(message, file=self.file, line=found.line, column=found.column, place=place))


def library() -> tuple[str, ...]:
    """Codes of the questionnaires that ship."""
    folder = resources.files("trustsurvey.questionnaire") / "library"
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def source(code: str, folders: Sequence[Path] = ()) -> tuple[str, str]:
    """``(text, file name)`` of the questionnaire ``code``: first in ``folders`` (an installation's own), then in the library.

    Raises NotFound when there is none.
    """
    for folder in folders:
        path = folder / f"{code}.yaml"
        if path.is_file():
            return path.read_text(encoding="utf-8"), str(path)
    entry = resources.files("trustsurvey.questionnaire") / "library" / f"{code}.yaml"
    if code in library():
        return entry.read_text(encoding="utf-8"), f"{code}.yaml"
    raise NotFound(f"there is no questionnaire named {code!r}; there are: {', '.join(library())}")


def load(text: str, *, file: str = "questionnaire.yaml") -> Questionnaire:
    """The questionnaire in ``text``. Raises QuestionnaireError with every fault found."""
    document = yaml_files.parse(text, file=file, raising=QuestionnaireError, shape=SHAPE)
    places = _Places(document, file)
    raw = _validate(document, places)
    if raw is None:
        raise QuestionnaireError(sorted(places.faults, key=lambda f: (f.line, f.column)))
    questionnaire = _build(raw, places)
    _check(questionnaire, places)
    if places.faults:
        raise QuestionnaireError(sorted(places.faults, key=lambda f: (f.line, f.column)))
    canonical = json.dumps(raw.model_dump(by_alias=True), ensure_ascii=False, sort_keys=False, separators=(",", ":"))
    return replace(questionnaire, hash=hashlib.sha256(canonical.encode()).hexdigest())


def _validate(document: CommentedMap, places: _Places) -> _Questionnaire | None:
    """The document's shape. Faulty items are noted and set aside, so that the rest can still be checked in the same reading."""
    try:
        return _Questionnaire.model_validate(document)
    except ValidationError as error:
        faults = error.errors()
    repaired = copy.deepcopy(document)
    for fault in faults:
        loc = fault["loc"]
        places.add(loc, _say(fault["type"], fault["msg"], fault["loc"], fault.get("input")))
        if len(loc) >= 4 and loc[0] == "sections" and loc[2] == "items":
            _set_aside(repaired["sections"][loc[1]]["items"], int(loc[3]), places)
    try:
        return _Questionnaire.model_validate(repaired)
    except ValidationError:
        return None  # more than items is out of shape: what was found so far is all that can be said


def _set_aside(items: Any, n: int, places: _Places) -> None:
    code = items[n].get("code") if isinstance(items[n], dict) else None
    if isinstance(code, str):
        places.broken.add(code)
        kind = {"type": "area"} if code == "area" else {"type": "choice", "options": {"a": "a", "b": "b"}}
        items[n] = {"code": code, "text": code, **kind}


def _say(kind: str, message: str, loc: tuple[int | str, ...], got: Any) -> str:
    if kind == "extra_forbidden":
        return f"there is no setting named {loc[-1]!r} here"
    if kind == "missing" and isinstance(loc[-1], int):
        return f"entry {loc[-1] + 1} of {loc[-2]!r} is missing"
    if kind == "missing":
        return f"{loc[-1]!r} is missing"
    if kind == "literal_error" and loc[-1] == "type":
        return (
            f"there is no item type {got!r}: use area, choice, multiple or comment, or give a `scale`. "
            "Free text is asked for only in the one sealed comment, so that nobody can be identified by an answer"
        )
    if kind == "string_pattern_mismatch":
        return (
            f"{got!r} can't be a code: use a to z, 0 to 9 and _ (a questionnaire's own code takes - instead of _), beginning with a letter"
        )
    return (
        f"{message[0].lower()}{message[1:]} (got {got!r})"
        if isinstance(got, str | int | float | bool)
        else message[0].lower() + message[1:]
    )


def _condition(text: str, places: _Places, path: Path_) -> Condition | None:
    """``victim == yes`` or ``rp_victim in (0, 1)``, read with Python's own grammar."""
    try:
        node = ast.parse(text, mode="eval").body
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.left, ast.Name):
            raise ValueError
        right = node.comparators[0]
        if isinstance(node.ops[0], ast.Eq):
            values = [right]
        elif isinstance(node.ops[0], ast.In) and isinstance(right, ast.Tuple | ast.List):
            values = list(right.elts)
        else:
            raise ValueError
        return Condition(node.left.id, tuple(_literal(value) for value in values))
    except (SyntaxError, ValueError):
        places.add(path, f"{text!r} is not a condition: write `item == option` or `item in (option, option)`")
        return None


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
        return str(node.value)
    raise ValueError


def _build(raw: _Questionnaire, places: _Places) -> Questionnaire:
    lists: dict[str, OptionList] = {}
    for code, scale in raw.scales.items():
        if isinstance(scale, _Range):
            texts = [str(n) for n in range(scale.first, scale.last + 1)]
            lists[code] = OptionList(code, tuple(Option(text, text) for text in texts))
        else:
            lists[code] = OptionList(code, tuple(Option(str(n), text) for n, text in enumerate(scale)))
    sections = tuple(
        Section(
            s.code,
            s.title.strip(),
            s.intro.strip(),
            tuple(_item(item, raw, lists, places, ("sections", i, "items", j)) for j, item in enumerate(s.items)),
        )
        for i, s in enumerate(raw.sections)
    )
    return Questionnaire(
        code=raw.questionnaire,
        version=raw.version,
        language=raw.language,
        minutes=raw.minutes,
        title=raw.title,
        sections=sections,
        option_lists=lists,
        scoring=_scoring(raw.scoring, places),
        margins=tuple(raw.weighting.margins),
        groups=tuple(raw.groups),
        hash="",
    )


def _item(item: _Item, raw: _Questionnaire, lists: dict[str, OptionList], places: _Places, path: Path_) -> Item:
    kind, options = Kind(item.type) if item.type else Kind.SCALE, tuple(Option(code, text) for code, text in item.options.items())
    if item.scale is not None:
        if item.type is not None or item.options:
            places.add((*path, "scale"), "an item has either a `scale` or a `type` with `options`, not both")
        if item.scale not in lists:
            places.add((*path, "scale"), f"there is no scale {item.scale!r}; there are: {', '.join(lists) or 'none'}")
        else:
            options = lists[item.scale].options
            kind = Kind.NUMBER if isinstance(raw.scales[item.scale], _Range) else Kind.SCALE
    elif item.type is None:
        places.add((*path, "code"), "an item needs a `scale` or a `type`")
    return Item(
        code=item.code,
        kind=kind,
        text=item.text,
        note=item.note.strip(),
        options=options,
        option_list=item.scale or "",
        ends=item.ends,
        reverse=item.reverse,
        at_most=item.at_most,
        exclusive=tuple(item.exclusive),
        show_if=_condition(item.show_if, places, (*path, "show_if")) if item.show_if else None,
        help_line=item.help_line,
        construct=item.source,
    )


def _scoring(raw: _Scoring, places: _Places) -> Scoring:
    domains = tuple(Domain(code, domain.title, tuple(domain.items)) for code, domain in raw.domains.items())
    chosen = tuple(raw.domains) if raw.index.domains == "all" else tuple(raw.index.domains)
    proportions = []
    for code, proportion in raw.proportions.items():
        path = ("scoring", "proportions", code)
        where = _condition(proportion.where, places, (*path, "is"))
        of = _condition(proportion.of, places, (*path, "of")) if proportion.of else None
        if where is not None:
            proportions.append(Proportion(code, proportion.title, where, of))
    return Scoring(
        domains=domains,
        index=Index(raw.index.code, raw.index.title, chosen, raw.index.at_least),
        single=tuple(Single(item, title) for item, title in raw.single.items()),
        proportions=tuple(proportions),
        shares=tuple(raw.shares),
    )


def _check(questionnaire: Questionnaire, places: _Places) -> None:
    seen: dict[str, Item] = {}
    codes: set[str] = set()
    for i, section in enumerate(questionnaire.sections):
        if section.code in codes:
            places.add(("sections", i, "code"), f"the section code {section.code!r} is taken")
        codes.add(section.code)
        if i == 0 and not section.title:
            places.add(("sections", i), "the first section needs a title")
        for j, item in enumerate(section.items):
            path: Path_ = ("sections", i, "items", j)
            if item.code in seen or item.code in RESERVED:
                places.add((*path, "code"), f"the item code {item.code!r} is taken")
            for key, message in _item_faults(item, seen):
                places.add((*path, key), message)
            seen[item.code] = item
    items = list(questionnaire.items())
    if [item.kind for item in items].count(Kind.AREA) != 1 or items[0].kind is not Kind.AREA or items[0].code != "area":
        places.add(("sections", 0), "a questionnaire begins with its one item of type area, with code `area`")
    if [item.kind for item in items].count(Kind.COMMENT) > 1:
        places.add(("sections",), "a questionnaire has at most one comment: one sealed box is all that can be kept safe")
    _check_scoring(questionnaire, seen, places)


def _item_faults(item: Item, earlier: dict[str, Item]) -> Iterator[tuple[str, str]]:
    codes = [option.code for option in item.options]
    if len(codes) > MAX_OPTIONS:
        yield "options", f"{len(codes)} options: at most {MAX_OPTIONS}, so that nothing as fine as a birth date can be asked"
    if item.kind in (Kind.CHOICE, Kind.MULTIPLE) and len(codes) < 2:
        yield "options", "an item to choose from needs two options or more"
    if item.reverse and item.kind not in (Kind.SCALE, Kind.NUMBER):
        yield "reverse", "only an item with a scale can be reversed"
    if item.ends and item.kind is not Kind.NUMBER:
        yield "ends", "`ends` label a range of numbers; the points of this item have labels of their own"
    if item.kind is Kind.NUMBER and not item.ends:
        yield "scale", "a range of numbers needs `ends`: what its lowest and its highest number mean"
    if item.exclusive and item.kind is not Kind.MULTIPLE:
        yield "exclusive", "`exclusive` belongs to an item of type multiple"
    for code in item.exclusive:
        if code not in codes:
            yield "exclusive", f"there is no option {code!r}"
    if item.at_most is not None and item.kind not in (Kind.MULTIPLE, Kind.COMMENT):
        yield "at_most", "`at_most` belongs to an item of type multiple (options) or comment (characters)"
    if item.at_most is not None and item.kind is Kind.MULTIPLE and not 1 <= item.at_most < max(len(codes), 2):
        yield "at_most", f"of {len(codes)} options, at most 1 to {len(codes) - 1} can be asked for"
    if item.show_if:
        yield from (("show_if", message) for message in _condition_faults(item.show_if, earlier))


def _condition_faults(condition: Condition, known: dict[str, Item]) -> Iterator[str]:
    item = known.get(condition.item)
    if item is None:
        yield f"there is no item {condition.item!r} (a condition looks at an item asked before)"
    elif item.kind in (Kind.AREA, Kind.COMMENT, Kind.MULTIPLE):
        yield f"a condition can't look at {item.code!r}, an item of type {item.kind}"
    else:
        options = [option.code for option in item.options]
        for value in condition.values:
            if value not in options:
                yield f"{condition.item!r} has no option {value!r}; it has: {', '.join(options)}"


def _check_scoring(questionnaire: Questionnaire, items: dict[str, Item], places: _Places) -> None:
    scoring, scored = questionnaire.scoring, set[str]()
    for domain in scoring.domains:
        for n, code in enumerate(domain.items):
            path: Path_ = ("scoring", "domains", domain.code, "items", n)
            if code not in items or items[code].kind not in (Kind.SCALE, Kind.NUMBER):
                places.add(path, f"{code!r} is not an item with a scale")
            elif code in scored:
                places.add(path, f"{code!r} is scored twice")
            scored.add(code)
    known = [domain.code for domain in scoring.domains]
    for code in scoring.index.domains:
        if code not in known:
            places.add(("scoring", "index", "domains"), f"there is no domain {code!r}")
    if scoring.index.at_least > len(scoring.index.domains):
        places.add(("scoring", "index", "at_least"), f"the index has {len(scoring.index.domains)} domains")
    for single in scoring.single:
        if single.item not in items or items[single.item].kind not in (Kind.SCALE, Kind.NUMBER):
            places.add(("scoring", "single", single.item), f"{single.item!r} is not an item with a scale")
    for proportion in scoring.proportions:
        for key, condition in (("is", proportion.where), ("of", proportion.of)):
            for message in _condition_faults(condition, items) if condition else ():
                places.add(("scoring", "proportions", proportion.code, key), message)
    for n, code in enumerate(scoring.shares):
        if code not in items or items[code].kind is not Kind.MULTIPLE:
            places.add(("scoring", "shares", n), f"{code!r} is not an item of type multiple")
    chosen: tuple[tuple[Path_, tuple[str, ...]], ...] = (
        (("weighting", "margins"), questionnaire.margins),
        (("groups",), questionnaire.groups),
    )
    for where, codes in chosen:
        for n, code in enumerate(codes):
            if code not in items or items[code].kind is not Kind.CHOICE:
                places.add((*where, n), f"{code!r} is not an item of type choice")
    measures = [*known, scoring.index.code, *(s.item for s in scoring.single), *(p.code for p in scoring.proportions)]
    for code in {code for code in measures if measures.count(code) > 1}:
        places.add(("scoring",), f"the measure {code!r} is named twice")
