"""What a resident is told before answering, in the operator's own words: who asks, who sees what, whom to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from trustsurvey import yaml_files
from trustsurvey.errors import Fault, QuestionnaireError

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Notice(BaseModel):
    """One locale's words. Opening a wave requires one for every locale that it offers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operator: Sentence  # who asks
    contact: Sentence  # how to reach them
    who_sees: Sentence  # what the police and others get to see
    consent: Sentence  # what sending means
    results: Sentence  # when and where results come out
    help_lines: tuple[Sentence, ...] = Field(min_length=1)  # people to talk to who aren't the police
    minimum_age: int = Field(default=18, ge=13, le=21)


Notices = Mapping[str, Notice]
"""By locale code."""

_ADAPTER: TypeAdapter[dict[str, Notice]] = TypeAdapter(dict[str, Notice])


def load(text: str, *, locales: Sequence[str], file: str = "notice.yaml") -> dict[str, Notice]:
    """The notices in YAML (or JSON) ``text``: a mapping from locale to its words.

    Raises QuestionnaireError naming every locale of ``locales`` that has none and every field that is missing or unknown.
    """
    document = yaml_files.parse(text, file=file, raising=QuestionnaireError, shape="a notice is a mapping: locale → its words")
    faults = []
    found: dict[str, Notice] = {}
    try:
        found = _ADAPTER.validate_python(yaml_files.plain(document))
    except ValidationError as error:
        for fault in error.errors():
            at = yaml_files.place(document, fault["loc"])
            faults.append(Fault(fault["msg"].lower(), file=file, line=at.line, column=at.column, place=".".join(map(str, fault["loc"]))))
    for locale in locales:
        if locale not in document:
            faults.append(
                Fault("the notice is missing: operator, contact, who_sees, consent, results, help_lines", file=file, place=locale)
            )
    if faults:
        raise QuestionnaireError(faults)
    return {locale: found[locale] for locale in locales}


def dump(notices: Notices) -> str:
    """As JSON, for the store."""
    return _ADAPTER.dump_json(dict(notices)).decode()


def read(stored: str) -> dict[str, Notice]:
    """Back from the store."""
    return _ADAPTER.validate_json(stored)
