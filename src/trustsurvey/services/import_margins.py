"""Control totals from a YAML file, checked against what the wave asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap

from trustsurvey import yaml_files
from trustsurvey.errors import Fault, PlanError
from trustsurvey.questionnaire.schema import Questionnaire

Margins = Mapping[str, Mapping[str, float]]
"""Item code (or ``area``) → option code (or area code) → adult residents."""


def read_margins(text: str, *, file: str, questionnaire: Questionnaire, areas: Sequence[str]) -> Margins:
    """The margins in ``text``. Raises PlanError with every fault: unknown items and categories, totals that aren't positive numbers."""
    document = yaml_files.parse(text, file=file, raising=PlanError, shape="margins are a mapping: item → option → number of residents")
    faults: list[Fault] = []
    found: dict[str, dict[str, float]] = {}
    for margin, categories in document.items():
        line = document.lc.key(margin)[0] + 1
        known = list(areas) if margin == "area" else _options(questionnaire, str(margin))
        if known is None:
            choices = ", ".join(("area", *questionnaire.margins))
            faults.append(Fault(f"{margin!r} is not a margin of {questionnaire.code}; there are: {choices}", file=file, line=line))
        elif not isinstance(categories, CommentedMap) or not categories:
            faults.append(Fault("a margin is a mapping: option → number of residents", file=file, line=line, place=str(margin)))
        else:
            found[str(margin)] = {}
            for category, total in categories.items():
                place, at = f"{margin}.{category}", categories.lc.key(category)[0] + 1
                if str(category) not in known:
                    faults.append(Fault(f"there is no such category; there are: {', '.join(known)}", file=file, line=at, place=place))
                elif not _is_total(total):
                    faults.append(Fault(f"{total!r} is not a positive number of residents", file=file, line=at, place=place))
                else:
                    found[str(margin)][str(category)] = float(total)
    if faults:
        raise PlanError(faults)
    return found


def _options(questionnaire: Questionnaire, code: str) -> list[str] | None:
    if code not in questionnaire.margins:
        return None
    return [option.code for option in questionnaire.item(code).options]


def _is_total(total: Any) -> bool:
    return isinstance(total, int | float) and not isinstance(total, bool) and 0 < total < 1e10
