"""`docs/privacy.md` lists every column that exists, and none that doesn't."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Engine, inspect

from trustsurvey.store.tables import metadata

DOC = Path(__file__).resolve().parents[1] / "docs" / "privacy.md"


def documented() -> dict[str, list[tuple[str, str]]]:
    """Columns and their reasons, by table."""
    sections = re.split(r"^### `(\w+)`$", DOC.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        table: re.findall(r"^\| `(\w+)` \| (.+) \|$", re.split(r"^## ", text, flags=re.MULTILINE)[0], re.MULTILINE)
        for table, text in zip(sections[::2], sections[1::2], strict=True)
    }


def columns(found: dict[str, list[tuple[str, str]]]) -> dict[str, list[str]]:
    return {table: [name for name, _ in rows] for table, rows in found.items()}


def test_it_lists_what_the_program_works_with() -> None:
    expected = {name: [column.name for column in table.columns] for name, table in metadata.tables.items()}
    assert columns(documented()) == expected | {"alembic_version": ["version_num"]}


def test_it_lists_what_the_database_has(engine: Engine) -> None:
    found = inspect(engine)
    listed = columns(documented())
    there = {table: [column["name"] for column in found.get_columns(table)] for table in found.get_table_names()}
    assert {table: sorted(names) for table, names in there.items()} == {table: sorted(listed[table]) for table in there}
    only_on_postgresql = {name for name, table in metadata.tables.items() if table.info.get("only")}
    assert listed.keys() - there.keys() == (only_on_postgresql if engine.dialect.name == "sqlite" else set())


def test_every_column_has_a_reason_of_its_own() -> None:
    for table, rows in documented().items():
        reasons = [why for _, why in rows]
        assert min(map(len, reasons)) > 8, table
        assert len(set(reasons)) == len(reasons) or table.endswith("_pool"), table


def test_there_is_no_column_for_who_or_when_in_what_residents_send() -> None:
    forbidden = re.compile(r"time|date|created|addr|ip$|agent|session|user|account|name|seq|locale|lang")
    for name, table in metadata.tables.items():
        if table.dialect_options["postgresql"]["partition_by"]:
            assert not [column.name for column in table.columns if forbidden.search(column.name)], name
            assert all(column.server_default is None and column.default is None for column in table.columns)
