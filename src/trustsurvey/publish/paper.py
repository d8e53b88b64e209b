"""The survey on paper, in any language: boxes to cross, and beside each the number that a clerk types (``questionnaire.keying``).

It asks for no words of one's own: handwriting tells who wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trustsurvey.errors import StateError
from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.publish.invitations import PAPERS
from trustsurvey.publish.pdf import form_pages, form_tables
from trustsurvey.publish.pdf.form_sheet import FormSheet
from trustsurvey.questionnaire import keying
from trustsurvey.questionnaire.catalog import translated
from trustsurvey.questionnaire.keying import Place
from trustsurvey.questionnaire.layout import parts
from trustsurvey.questionnaire.notice import Notice
from trustsurvey.questionnaire.schema import Questionnaire


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperForm:
    """What is printed. Without ``notice`` and ``places`` it is the questionnaire alone, to look at."""

    questionnaire: Questionnaire
    catalog: Catalog
    place: str = ""
    places: Sequence[Place] = ()
    notice: Notice | None = None
    by_invitation: bool = False
    synthetic: bool = False


def write_pdf(form: PaperForm, *, paper: str = "letter") -> bytes:
    """The form in bytes, tagged as the report is. Raises StateError for letters that no typeface here has."""
    pages = _drawn(form, paper, total=0).page
    sheet = _drawn(form, paper, total=pages)  # now that it is known how many pages there are
    if sheet.missing:
        raise StateError(f"no typeface here has {' '.join(sorted(sheet.missing))}, which {form.catalog.locale.code} needs")
    return sheet.finished(title(form))


def title(form: PaperForm) -> str:
    """“Community trust survey · Larkhaven”."""
    named = translated(form.questionnaire, form.catalog.pgettext).title
    return f"{named} · {form.catalog.pgettext('place', form.place)}" if form.place else named


def _drawn(form: PaperForm, paper: str, *, total: int) -> FormSheet:
    source, catalog = form.questionnaire, form.catalog
    shown = translated(source, catalog.pgettext)
    version = f"{source.code} {source.version} · {source.hash[:8]}"
    sheet = FormSheet(catalog, PAPERS[paper], head=title(form), version=version, total=total)
    form_pages.opening(sheet, title(form), form.notice, by_invitation=form.by_invitation, synthetic=form.synthetic)
    places = keying.in_order(form.places)
    asked = parts(source, shown, catalog.locale, comment=False)
    sheet.cell, onward = form_tables.cell_width(sheet, asked), form_pages.onward(asked)
    for part in asked:
        form_pages.part(sheet, part, places=len(places), onward=onward)
    if places:
        form_pages.place_list(sheet, places)
    return sheet
