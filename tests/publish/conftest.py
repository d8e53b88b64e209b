"""Editions of made-up releases, in the shipped languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.publish import sample
from trustsurvey.analysis.release import Release
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.publish.edition import Edition

CATALOGS = Catalogs([Path(__file__).parents[2] / "translations"])
Make = Callable[..., Edition]


def edition(release: Release, locale: str = "en", measure_code: str | None = None) -> Edition:
    catalog = CATALOGS[locale]
    return Edition(release, catalog.locale, catalog, measure_code)


@pytest.fixture(scope="session")
def city() -> Release:
    return sample.city(24)


@pytest.fixture(scope="session")
def english(city: Release) -> Edition:
    return edition(city)


@pytest.fixture(scope="session")
def arabic(city: Release) -> Edition:
    return edition(city, "ar")
