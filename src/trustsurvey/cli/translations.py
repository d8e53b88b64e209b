"""`trustsurvey translations`: catalogues."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from babel.messages.catalog import Catalog

from trustsurvey.cli import terminal
from trustsurvey.errors import CatalogError
from trustsurvey.i18n.catalogs import DOMAINS
from trustsurvey.questionnaire import loader
from trustsurvey.services import build_demo, translate
from trustsurvey.settings import PACKAGE, read


@click.group()
def translations() -> None:
    """Catalogues: the words of every page, form and report."""


def wanted() -> dict[str, Catalog]:
    """What there is to translate, by domain."""
    settings = read()
    questionnaires = [loader.load(*loader.source(code)[:1]) for code in loader.library()]
    return {
        domain: translate.template(
            domain, source=PACKAGE, templates=settings.templates, questionnaires=questionnaires, areas=build_demo.area_names()
        )
        for domain in DOMAINS
    }


def _folder() -> Path:
    return read().translations[0]


def _locales(chosen: Sequence[str]) -> list[str]:
    return list(chosen) or sorted(path.name for path in _folder().iterdir() if path.is_dir())


@translations.command()
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), default=Path("build"), show_default=True, help="Folder for the templates."
)
def extract(output: Path) -> None:
    """Write one template (.pot) a domain, for tools that want them; `update` does not need them.

    \b
    Example: trustsurvey translations extract
    """
    for domain, catalog in wanted().items():
        translate.write_template(output / f"{domain}.pot", catalog)
        terminal.console.print(f"{output / domain}.pot: {sum(1 for m in catalog if m.id)} strings")


@translations.command()
@click.argument("locales", nargs=-1)
@terminal.as_json
def update(locales: Sequence[str], machine: bool) -> None:
    """Bring catalogues up to date with the program; makes those of a new locale. A changed source wording starts untranslated.

    \b
    Example: trustsurvey translations update es
    """
    catalogs = wanted()
    found = [translate.update(_folder(), locale, domain, catalogs[domain]) for locale in _locales(locales) for domain in DOMAINS]
    rows = [(c.locale, c.domain, c.translated, c.total) for c in found]
    data = [{"locale": c.locale, "domain": c.domain, "translated": c.translated, "total": c.total} for c in found]
    terminal.answer(machine, data, terminal.table("locale", "file", "translated", "strings", rows=rows, right=["translated", "strings"]))


@translations.command()
@click.argument("locales", nargs=-1)
@terminal.as_json
def check(locales: Sequence[str], machine: bool) -> None:
    """Report every fault of the catalogues as `file:line: what`; exits with 2 when there is one.

    \b
    Example: trustsurvey translations check es
    """
    catalogs = wanted()
    chosen = _locales(locales)
    faults = [fault for locale in chosen for fault in translate.check(_folder(), locale, catalogs)]
    if faults:
        raise CatalogError(faults)
    total = sum(1 for catalog in catalogs.values() for message in catalog if message.id)
    terminal.answer(machine, {"locales": chosen, "faults": []}, f"{len(chosen)} locales, {total} strings each: no fault.")
