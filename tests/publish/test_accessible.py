"""The report is closed to nobody: an independent checker (PDF/UA-1, WCAG 2.2) finds no error in it, in any language."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

import pikepdf
import pytest
from outloud import check

from tests.publish import languages, sample
from tests.publish.conftest import CATALOGS
from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.publish import export

TRANSLATED = ("en", "es", "ar")
LATER = {"es", "fa", "ko", "zh_Hant", "vi", "ru"}
"""Languages of `make test-all`: `make test` has another of the same script."""

EACH = [pytest.param(code, marks=pytest.mark.slow) if code in LATER else code for code in (*TRANSLATED, *languages.WORDS)]
RELEASES = {"a city": lambda: sample.city(24), "nothing to show": sample.everything_suppressed, "no map": sample.without_map}


def catalog(code: str) -> Catalog:
    return CATALOGS[code] if code in TRANSLATED else languages.catalog(code)


@lru_cache
def pdf(code: str, form: str = "pdf", name: str = "a city") -> bytes:
    return export(RELEASES[name](), form, catalog(code).locale, catalog(code))


def faults(data: bytes, folder: Path) -> list[str]:
    path = folder / "report.pdf"
    path.write_bytes(data)
    found = check(str(path))
    assert found.error is None
    assert found.stats["tagged"]
    return [f"{f.rule} on page {f.page}: {f.message} ({f.evidence})" for f in found.findings if f.severity == "error"]


@pytest.mark.parametrize("code", EACH)
def test_the_report_has_no_error(code: str, tmp_path: Path) -> None:
    assert faults(pdf(code), tmp_path) == []


@pytest.mark.parametrize(("form", "name"), [("pdf-summary", "a city"), ("pdf", "nothing to show"), ("pdf", "no map")])
def test_no_report_of_another_kind_has_one(form: str, name: str, tmp_path: Path) -> None:
    assert faults(pdf("ar", form, name), tmp_path) == []


def test_the_checker_would_notice(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(pdf("en"))) as made:
        del made.Root.StructTreeRoot
        made.save(tmp_path / "bare.pdf")
    assert check(str(tmp_path / "bare.pdf")).errors > 0


def test_every_neighborhood_has_a_bookmark_under_one_heading() -> None:
    with pikepdf.open(io.BytesIO(pdf("en"))) as made, made.open_outline() as outline:
        titles = [entry.title for entry in outline.root]
        assert titles[0] == "Trust in local police"
        assert {"What residents said", "Map", "All neighborhoods", "Domain profile", "What residents ask for", "Method"} <= set(titles)
        under = next(entry for entry in outline.root if entry.title == "Neighborhood by neighborhood")
        shown = [
            area.name for area, cell in zip(sample.city(24).areas, sample.city(24).by_area("trust_index"), strict=True) if cell.estimate
        ]
        assert [entry.title for entry in under.children] == shown


def test_every_kind_of_chart_says_what_it_shows() -> None:
    """The grammar: map, interval plot, trend with the dates of policies, diverging bars; profiles are tables of cells."""
    said: list[str] = []
    with pikepdf.open(io.BytesIO(pdf("en"))) as made:

        def walk(node: pikepdf.Object) -> None:
            if node.S == "/Figure":
                said.append(str(node.Alt))
            for kid in node.K:
                if kid.get("/Type") != "/MCR":
                    walk(kid)

        walk(made.Root.StructTreeRoot.K)
    for begins, holds in (
        ("Map by neighborhood, “Trust index”. Highest: ", "Lowest: "),
        ("Trust stands at ", "The city: 54.3"),
        ("Trust index. October 2025: ", "Officers on foot: July 1, 2026."),
        ("How often do police here treat people with respect? Never ", "Always "),
        ("Color key: ", "more trust"),
    ):
        assert any(alternative.startswith(begins) and holds in alternative for alternative in said), begins
    assert all(len(alternative) > 20 for alternative in said)


def test_headers_of_tables_say_what_they_head() -> None:
    scopes: dict[str, int] = {}
    with pikepdf.open(io.BytesIO(pdf("en"))) as made:

        def walk(node: pikepdf.Object) -> None:
            if node.S == "/TH":
                scope = str(node.A.Scope)
                scopes[scope] = scopes.get(scope, 0) + 1
            for kid in node.K:
                if kid.get("/Type") != "/MCR":
                    walk(kid)

        walk(made.Root.StructTreeRoot.K)
    assert set(scopes) == {"/Column", "/Row"}
    assert min(scopes.values()) > 100
