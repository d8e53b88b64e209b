"""Texts that know their entry: what a page looks like afterwards, and the numbers that plural forms stand for."""

from __future__ import annotations

import io
from html import escape, unescape

import pytest
from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.mofile import write_mo
from babel.support import Translations
from hypothesis import given
from hypothesis import strategies as st

from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.i18n.locales import PLURALS, Locale
from trustsurvey.i18n.plural_examples import plural_examples
from trustsurvey.publish.edition import capitalized
from trustsurvey.web.marked import Key, MarkedCatalog, linked

WORDS = {"Send": "Enviar", "%(place)s in %(month)s": "%(place)s en %(month)s", "May": "mayo", "Q & A": "P & R", "the city": "la ciudad"}


def catalog() -> Catalog:
    words = BabelCatalog(locale="es")
    for source, said in WORDS.items():
        words.add(source, said)
    words.add(("%(n)s answer", "%(n)s answers"), ("%(n)s respuesta", "%(n)s respuestas"))
    buffer = io.BytesIO()
    write_mo(buffer, words)
    buffer.seek(0)
    return Catalog(Locale("es"), Translations(fp=buffer))


def address(key: Key) -> tuple[str, str]:
    return key[1].split()[0].strip("%()s"), f"/e/{key[1].split()[0].strip('%()s')}"


def link(name: str, text: str, *, first: bool = True) -> str:
    anchor = f' id="w-{name}"' if first else ""
    return f'<a class="word"{anchor} href="/e/{name}" target="_top">{text}</a>'


def test_a_text_becomes_a_link_to_its_entry_once_named() -> None:
    marked = MarkedCatalog.of(catalog())
    text = marked.catalog.gettext("Send")
    made = linked(f"<p>{text}, <b>{text}</b>!</p>", marked.keys, address)
    assert made.html == f"<p>{link('Send', 'Enviar')}, <b>{link('Send', 'Enviar', first=False)}</b>!</p>"
    assert made.shown == (("", "Send"),)


def test_a_text_within_a_text_keeps_its_own() -> None:
    marked = MarkedCatalog.of(catalog())
    said = marked.catalog.gettext("%(place)s in %(month)s", place="Harbor", month=marked.catalog.gettext("May"))
    made = linked(f"<p>{said}</p>", marked.keys, lambda key: address(key) if key[1] == "May" else ("x", "/e/x"))
    assert made.html == f"<p>{link('x', 'Harbor en ')}{link('May', 'mayo')}</p>"


def test_a_sentence_still_gets_its_capital_and_plurals_theirs() -> None:
    marked = MarkedCatalog.of(catalog())
    assert ">La ciudad<" in linked(capitalized(marked.catalog.gettext("the city")), marked.keys, address).html
    many = marked.catalog.ngettext("%(n)s answer", "%(n)s answers", 12)
    assert ">12 respuestas<" in linked(many, marked.keys, address).html


def test_links_and_buttons_lead_to_their_words_and_the_rest_nowhere() -> None:
    marked = MarkedCatalog.of(catalog())
    say = marked.catalog.gettext
    page = (
        f'<form id="f" method="post" action="/send"><a class="q" href="/away">{say("Send")}</a><a href="/away">x</a>'
        f'<button name="go" class="b">{say("May")}</button><button>y</button><input placeholder="{say("the city")}"></form>'
        f"<script>{say('Send')}</script><title>{say('Send')}</title><p>Q</p>"
    )
    made = linked(page, marked.keys, address)
    assert made.html == (
        '<form method="dialog" id="f"><a href="/e/Send" target="_top" class="q">Enviar</a><a>x</a>'
        '<button type="submit" form="entry" formaction="/e/May" formmethod="get" formtarget="_top" class="b">mayo</button>'
        '<button type="button">y</button><input placeholder="la ciudad"></form><title>Enviar</title><p>Q</p>'
    )
    assert [key[1] for key in made.shown] == ["Send", "May", "the city"]


@given(st.text(st.characters(exclude_categories=["Cs", "Co", "Cc"]), min_size=1))
def test_whatever_a_text_holds_nothing_is_lost(text: str) -> None:
    """The page without its links is the page that an unmarked catalogue makes."""
    marked = MarkedCatalog.of(Catalog(Locale("en"), Translations()))
    html = linked(f"<p>{escape(marked.catalog.gettext(text))}</p>", marked.keys, lambda _key: ("e", "/e")).html
    inner = html.removeprefix('<p><a class="word" id="w-e" href="/e" target="_top">').removesuffix("</a></p>")
    assert unescape(inner.removeprefix("<p>").removesuffix("</p>")) == text


@pytest.mark.parametrize("code", sorted(PLURALS))
def test_every_plural_form_has_its_numbers(code: str) -> None:
    forms = int(PLURALS[code].split("nplurals=")[1].split(";")[0])
    examples = plural_examples(code)
    assert len(examples) == forms
    assert (forms == 1) is (examples == ("",))


@pytest.mark.parametrize(
    ("code", "examples"),
    [
        ("ru", ("1, 21, 31…", "2–4, 22–24, 32–34…", "0, 5–20, 25–30…")),
        ("ar", ("0", "1", "2", "3–10, 103–110, 203–210…", "11–99, 111–199, 211–299…", "100–102, 200–202, 300–302…")),
        ("fr", ("0, 1", "2, 3, 4…")),
    ],
)
def test_examples_of_plural_forms(code: str, examples: tuple[str, ...]) -> None:
    assert plural_examples(code) == examples
