"""`trustsurvey translations`: catalogues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from rich.console import Group
from rich.text import Text

from trustsurvey.cli import terminal
from trustsurvey.errors import CatalogError, Fault, NotFound, QuestionnaireError, StateError
from trustsurvey.i18n import pofiles, pseudo
from trustsurvey.i18n.catalogs import DOMAINS, Catalogs
from trustsurvey.i18n.locales import PLURALS, Locale
from trustsurvey.questionnaire import loader
from trustsurvey.questionnaire.schema import Questionnaire
from trustsurvey.services import build_demo, translate
from trustsurvey.services.offer_locales import Offers
from trustsurvey.settings import PACKAGE, Settings, read
from trustsurvey.store.wordings import area_names


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


def wanted_here(settings: Settings) -> dict[str, Catalog]:
    """What this installation has to translate beyond what ships: its own questionnaires, and the names of its places."""
    with terminal.transaction() as connection:
        names = area_names(connection)
    shipped = {
        domain: pofiles.read(path).by_key if (path := translate.path_of(settings.translations[0], "en", domain)).is_file() else {}
        for domain in DOMAINS
    }
    own = own_questionnaires(settings)
    found = {"questionnaire": Catalog(), "areas": Catalog()}
    for domain, catalog in found.items():
        whole = translate.template(domain, source=PACKAGE, templates=settings.templates, questionnaires=own, areas=names)
        for message in whole:
            if message.id and (message.context or "", str(message.id)) not in shipped[domain]:
                catalog.add(message.id, context=message.context, auto_comments=message.auto_comments)
    return found


@translations.command()
@click.argument("locales", nargs=-1)
@click.option("--own", is_flag=True, help="The installation's own questionnaires and places, into instance/translations.")
@terminal.as_json
def update(locales: Sequence[str], own: bool, machine: bool) -> None:
    """Bring catalogues up to date with the program; makes those of a new locale. A changed source wording starts untranslated.

    \b
    Example: trustsurvey translations update es
    """
    settings = read()
    catalogs = wanted_here(settings) if own else wanted()
    folder = settings.translations[-1 if own else 0]
    found = [
        translate.update(folder, locale, domain, catalog, keep=own) for locale in _locales(locales) for domain, catalog in catalogs.items()
    ]
    rows = [(c.locale, c.domain, c.translated, c.total) for c in found]
    data = [{"locale": c.locale, "domain": c.domain, "translated": c.translated, "total": c.total} for c in found]
    terminal.answer(machine, data, terminal.table("locale", "file", "translated", "strings", rows=rows, right=["translated", "strings"]))


@translations.command()
@click.argument("locales", nargs=-1)
@click.option("--own", is_flag=True, help="Check the installation's own files (instance/translations) instead of the shipped ones.")
@click.option(
    "--format", "form", type=click.Choice(["text", "github"]), default="text", show_default=True, help="github: annotations on a change."
)
@terminal.as_json
def check(locales: Sequence[str], own: bool, form: str, machine: bool) -> None:
    """Report every fault of the catalogues as `file:line: what`; exits with 2 when there is one.

    A translator who means it that way writes a comment above the entry: `# ok: punctuation` (or length, glossary, copy, space).

    \b
    Example: trustsurvey translations check es
    """
    if own:
        chosen, faults = _check_own(locales)
    else:
        catalogs = wanted()
        chosen = _locales(locales)
        faults = [fault for locale in chosen for fault in translate.check(_folder(), locale, catalogs)]
    if faults and form == "github":
        for fault in faults:
            click.echo(_annotation(fault))
        raise SystemExit(2)
    if faults and machine:
        terminal.answer(machine, {"locales": chosen, "faults": [asdict(fault) for fault in faults]}, "")
        raise SystemExit(2)
    if faults:
        raise CatalogError(faults)
    terminal.answer(machine, {"locales": chosen, "faults": []}, f"{', '.join(chosen)}: no fault.")


def _check_own(locales: Sequence[str]) -> tuple[list[str], list[Fault]]:
    shipped, own = read().translations
    chosen = list(locales) or sorted(path.name for path in own.glob("*") if path.is_dir())
    return chosen, [fault for locale in chosen for fault in translate.check_own(own, locale, terms=translate.terms_of(shipped))]


def _annotation(fault: Fault) -> str:
    """A line that GitHub shows beside the line of the file."""
    text = f"{fault.place}: {fault.message}" if fault.place else fault.message
    for sign, written in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(sign, written)
    return f"::error file={fault.file},line={max(fault.line, 1)}::{text}"


@translations.command()
@click.argument("locales", nargs=-1)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/mo"),
    show_default=True,
    help="Folder for LOCALE/LC_MESSAGES/DOMAIN.mo.",
)
@terminal.as_json
def compile(locales: Sequence[str], output: Path, machine: bool) -> None:
    """Write .mo files for other programs. The server needs none: it reads the .po files, and again whenever they change.

    \b
    Example: trustsurvey translations compile es
    """
    made = [path for locale in _locales(locales) for path in translate.compile_locale(_folder(), locale, output)]
    terminal.answer(machine, [str(path) for path in made], f"{len(made)} files in {output}")


@translations.command("pseudo")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/pseudo"),
    show_default=True,
    help="Folder for LOCALE/LC_MESSAGES/DOMAIN.po.",
)
@terminal.as_json
def pseudo_(output: Path, machine: bool) -> None:
    """Write the two made-up languages that layouts are tried with: en_XA, accented and 35 % longer, and ar_XB, from right to left.

    TRUSTSURVEY_PSEUDO_LOCALES=1 shows them without any file.

    \b
    Example: trustsurvey translations pseudo
    """
    made = []
    for code, change in ((pseudo.PSEUDO[0], pseudo.lengthened), (pseudo.PSEUDO[1], pseudo.mirrored)):
        for domain, catalog in wanted().items():
            path = translate.path_of(output, code, domain)
            pofiles.write(path, _changed(catalog, code, change))
            made.append(path)
    terminal.answer(machine, [str(path) for path in made], "\n".join(map(str, made)))


def _changed(catalog: Catalog, code: str, change: Callable[[str], str]) -> pofiles.PoFile:
    entries = (
        replace(entry, forms=tuple(change(text) for text in filter(None, (entry.msgid, entry.plural))))
        for entry in translate.entries_of(catalog)
    )
    headers = {**pofiles.headers("en", "draft (made by a program)"), "Language": code}
    return pofiles.PoFile(code, headers, tuple(entries), f"{Locale(code).autonym} for trying layouts.")


@dataclass(frozen=True, slots=True)
class _Row:
    """One file of one locale in ``status``."""

    locale: str
    domain: str
    translated: int
    total: int
    faults: int
    review: str
    offered: bool
    reason: str


@translations.command()
@click.argument("locales", nargs=-1)
@click.option("--questionnaire", default="community-trust", show_default=True, help="The survey it would be offered for.")
@terminal.as_json
def status(locales: Sequence[str], questionnaire: str, machine: bool) -> None:
    """How far each language is, whether residents are offered it, and why not.

    \b
    Example: trustsurvey translations status
    """
    settings = read()
    catalogs = Catalogs(settings.translations)
    offers = Offers(catalogs, require_reviewed=settings.require_reviewed_locales)
    asked = loader.load(loader.source(questionnaire, settings.questionnaires)[0])
    wanted_ = wanted()
    rows = [row for code in (locales or catalogs.locales()) for row in _rows(settings, offers, code, asked, wanted_)]
    terminal.answer(machine, [{name: getattr(row, name) for name in _Row.__slots__} for row in rows], _table(rows))


def _rows(settings: Settings, offers: Offers, code: str, asked: Questionnaire, wanted_: dict[str, Catalog]) -> list[_Row]:
    if code not in PLURALS:
        raise NotFound(f"there is no locale {code!r}; there are: {', '.join(offers.catalogs.locales())}")
    shipped = settings.translations[0]
    gate = offers.gate(code, asked)
    faults = translate.check(shipped, code, wanted_)
    rows = []
    for domain in DOMAINS:
        path = translate.path_of(shipped, code, domain)
        here = [fault for fault in faults if fault.file == str(path)]
        unfinished = sum(fault.message.startswith(("not translated", "the entry is missing", "the entry is marked")) for fault in here)
        total = len(translate.entries_of(wanted_[domain]))
        review = offers.catalogs.review(code, domain)
        offered = offers.passes(gate, synthetic=False)
        translated = 0 if not path.is_file() else max(total - unfinished, 0)
        rows.append(_Row(code, domain, translated, total, len(here) - unfinished, review, offered, "" if offered else gate.reason))
    return rows


def _table(rows: Sequence[_Row]) -> Group:
    columns = ("locale", "file", "done", "strings", "faults", "state", "residents")
    table = terminal.table(*columns, rows=[], right=["done", "strings", "faults"])
    before = ""
    for row in rows:
        first = row.locale != before
        faults = Text(str(row.faults) if row.faults else "", style="red")
        share = f"{100 * row.translated // max(row.total, 1)} %"
        offered = ("offered" if row.offered else "not offered") if first else ""
        table.add_row(row.locale if first else "", row.domain, share, str(row.total), faults, row.review.split(" ")[0], offered)
        before = row.locale
    why = {row.reason: [r.locale for r in rows if r.reason == row.reason and r.domain == DOMAINS[0]] for row in rows if row.reason}
    lines = [f"[dim]Not offered: {', '.join(locales)}, because {reason}.[/dim]" for reason, locales in why.items()]
    return Group(table, "", *lines)


@translations.command()
@click.argument("locales", nargs=-1, required=True)
@click.option("--by", "role", required=True, help='The role of whoever reviewed it, such as "native speaker"; no name.')
@click.option("--on", "on", type=click.DateTime(formats=["%Y-%m-%d"]), help="Day of the review (YYYY-MM-DD); today when left out.")
@terminal.as_json
def review(locales: Sequence[str], role: str, on: datetime | None, machine: bool) -> None:
    """Say that somebody has read all the words of LOCALES and stands for them. From then on residents are offered them.

    What the workbench changes (/translate) is reviewed there, by another person than the one who changed it.

    \b
    Example: trustsurvey translations review es ar --by "native speaker"
    """
    settings = read()
    catalogs = wanted()
    said: dict[str, str] = {}
    shipped, own = settings.translations
    for locale in locales:
        unfinished = [fault for fault in translate.check(shipped, locale, catalogs) if "areas.po" not in fault.file]
        if unfinished:
            raise StateError(f"{locale} has {len(unfinished)} faults; see `trustsurvey translations check {locale}`")
        for domain in DOMAINS:
            day = terminal.day(on)
            said[locale] = translate.mark_reviewed(shipped, own, locale, domain, role=role, day=day)
    text = "\n".join(f"{locale}: {words}" for locale, words in said.items())
    terminal.answer(machine, said, text)


def own_questionnaires(settings: Settings) -> list[Questionnaire]:
    """The installation's own questionnaires. Raises QuestionnaireError with every fault."""
    paths = [path for folder in settings.questionnaires for path in sorted(folder.glob("*.yaml"))]
    faults: list[Fault] = []
    found = []
    for path in paths:
        try:
            found.append(loader.load(terminal.read_text(path), file=str(path)))
        except QuestionnaireError as error:
            faults += error.faults
    if faults:
        raise QuestionnaireError(faults)
    return found
