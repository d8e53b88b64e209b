"""Policies and their dates from a YAML file: what releases look at change around."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from sqlalchemy import Connection

from trustsurvey import yaml_files
from trustsurvey.errors import Fault, PlanError
from trustsurvey.store import policies, queries
from trustsurvey.store.policies import PolicyRow

__all__ = ["PolicyRow", "import_policies", "read_policies"]

KNOWN = ("date", "label", "areas")


def import_policies(connection: Connection, survey: str, text: str, *, file: str) -> tuple[PolicyRow, ...]:
    """Set the policies of ``survey`` to those in ``text``; the next release looks at them.

    Raises NotFound for an unknown survey, PlanError with every fault of the file.
    """
    found = queries.survey_named(connection, survey)
    rows = read_policies(text, file=file, areas=[row.code for row in queries.areas(connection, found.area_set_id)])
    policies.set_policies(connection, survey, rows)
    return policies.policies(connection, survey)


def read_policies(text: str, *, file: str, areas: Sequence[str]) -> tuple[PolicyRow, ...]:
    """The policies in ``text``: ``policies:`` and a list of ``date``, ``label`` and, where it didn't hold everywhere, ``areas``.

    Raises PlanError with every fault: settings that don't exist, dates that aren't, unknown areas.
    """
    shape = "policies are `policies:` and a list of `date`, `label` and `areas`"
    document = yaml_files.parse(text, file=file, raising=PlanError, shape=shape)
    listed = document.get("policies")
    if not isinstance(listed, CommentedSeq) or list(document) != ["policies"]:
        raise PlanError([Fault(shape, file=file, line=1)])
    faults = [fault for n, row in enumerate(listed) for fault in _faults(row, file=file, line=listed.lc.item(n)[0] + 1, areas=areas)]
    if faults:
        raise PlanError(faults)
    return tuple(PolicyRow(row["date"], str(row["label"]).strip(), tuple(str(code) for code in row.get("areas", ()))) for row in listed)


def _faults(row: Any, *, file: str, line: int, areas: Sequence[str]) -> Iterator[Fault]:
    if not isinstance(row, CommentedMap):
        yield Fault("a policy is `date`, `label` and, where it didn't hold everywhere, `areas`", file=file, line=line)
        return
    for name in row:
        if name not in KNOWN:
            yield Fault(f"there is no setting named {name!r} here; there are: {', '.join(KNOWN)}", file=file, line=row.lc.key(name)[0] + 1)
    if not isinstance(row.get("date"), date) or isinstance(row["date"], datetime):
        yield Fault(f"`date` is a day like 2026-04-01 (got {row.get('date')!r})", file=file, line=line)
    if not isinstance(row.get("label"), str) or not row["label"].strip():
        yield Fault("`label` is what the policy is called in reports", file=file, line=line)
    named = row.get("areas", [])
    if not isinstance(named, list) or ("areas" in row and not named):
        yield Fault(
            "`areas` is a list of the neighborhoods it touched; leave it out where it holds in the whole city", file=file, line=line
        )
        return
    unknown = [str(code) for code in named if str(code) not in areas]
    if unknown:
        yield Fault(f"unknown areas: {', '.join(unknown)}; there are: {', '.join(areas)}", file=file, line=line)
