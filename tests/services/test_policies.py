"""Policies from a file: every fault at once, and what is kept is what releases look at."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.conftest import SURVEY
from trustsurvey.errors import NotFound, PlanError
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.import_policies import PolicyRow, import_policies, read_policies
from trustsurvey.services.publish_release import publish_release
from trustsurvey.store.queries import WaveRow

GOOD = """policies:
  - {date: 2026-06-15, label: Officers on foot, areas: [a1, b1]}
  - {date: 2026-04-01, label: The agreement ends}
"""


def test_a_policy_is_a_day_a_name_and_where_it_held() -> None:
    assert read_policies(GOOD, file="p.yaml", areas=["a1", "b1", "c1"]) == (
        PolicyRow(date(2026, 6, 15), "Officers on foot", ("a1", "b1")),
        PolicyRow(date(2026, 4, 1), "The agreement ends"),
    )


def test_every_fault_is_named_at_once() -> None:
    text = "policies:\n  - {date: soon, label: x}\n  - {date: 2026-04-01}\n  - {date: 2026-04-01, label: x, area: a1}\n"
    text += "  - {date: 2026-04-01, label: x, areas: [zz]}\n  - {date: 2026-04-01, label: x, areas: []}\n  - late\n"
    text += "  - {date: 2026-04-01 10:00:00, label: x}\n"
    with pytest.raises(PlanError) as raised:
        read_policies(text, file="p.yaml", areas=["a1"])
    said = [str(fault) for fault in raised.value.faults]
    for part in (
        "p.yaml:2: `date` is a day like 2026-04-01 (got 'soon')",
        "p.yaml:3: `label` is what the policy is called",
        "p.yaml:4: there is no setting named 'area' here",
        "p.yaml:5: unknown areas: zz",
        "p.yaml:6: `areas` is a list of the neighborhoods",
        "p.yaml:7: a policy is `date`",
        "p.yaml:8: `date` is a day like 2026-04-01",
    ):
        assert any(fault.startswith(part) for fault in said), (part, said)


@pytest.mark.parametrize("text", ["date: 2026-04-01\n", "policies: {}\n", "policies: []\nmore: 1\n"])
def test_a_file_of_another_shape_says_what_it_should_be(text: str) -> None:
    with pytest.raises(PlanError, match="policies are `policies:` and a list"):
        read_policies(text, file="p.yaml", areas=[])


def test_the_next_release_looks_at_what_was_imported(sqlite: Engine, wave: WaveRow) -> None:
    with sqlite.begin() as connection:
        assert [row.label for row in import_policies(connection, SURVEY, GOOD, file="p.yaml")] == ["The agreement ends", "Officers on foot"]
        only = import_policies(connection, SURVEY, "policies:\n  - {date: 2026-04-01, label: The agreement ends}\n", file="p.yaml")
        assert len(only) == 1, "a second file replaces the first"
        close_wave(connection, SURVEY, closed=date(2026, 12, 1))
        (policy,) = publish_release(connection, SURVEY, released=date(2026, 12, 2)).policies
    assert (policy.day, policy.label, policy.areas, policy.effects) == (date(2026, 4, 1), "The agreement ends", (), ())
    assert policy.refusal is not None


def test_a_survey_that_is_not_there_has_no_policies(sqlite: Engine) -> None:
    with sqlite.begin() as connection, pytest.raises(NotFound, match="no survey 'none'"):
        import_policies(connection, "none", GOOD, file="p.yaml")
