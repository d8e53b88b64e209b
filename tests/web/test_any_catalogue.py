"""No edit of a catalogue can make a resident's page fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import SURVEY, application, migrated, small_city
from trustsurvey.i18n import checks, pofiles
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.services.translate import path_of
from trustsurvey.settings import Settings

PATH = f"/s/{SURVEY}/es"
SHIPPED = {domain: pofiles.read(path_of(Settings().translations[0], "es", domain)) for domain in ("messages", "questionnaire", "areas")}
SPICE = st.sampled_from(
    [
        "%",
        "%s",
        "%(n)s",
        "%(x)d",
        "%(",
        "%%",
        "{{ 1/0 }}",
        "{% x %}",
        "<script>",
        "</style>",
        "&amp;",
        "\u202e",
        "\u2069",
        "\x00",
        "\x07",
        "\n",
        "\ud7ff",
        "\ufffe",
        '"',
        "\\",
        "…",
        "𝕏",
        "{0}",
        "{n}",
        "$1",
        "'",
        "`",
        "-->",
        "]]>",
    ]
)
WORDS = st.lists(st.one_of(st.text(max_size=8), SPICE), max_size=6).map("".join)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FlaskClient, Catalogs, Settings]]:
    where = Settings(instance=tmp_path_factory.mktemp("any") / "instance", require_reviewed_locales=False)
    engine = migrated(where)
    small_city(engine)
    with application(where) as app:
        yield app.test_client(), app.extensions["trustsurvey"].catalogs, where
    engine.dispose()


def visit(client: FlaskClient) -> None:
    for answer in (client.get(PATH), client.post(PATH, data={"area": "b1", "comment": "Call me on 555 0199"}), client.get("/?locale=es")):
        assert answer.status_code in (200, 303, 404, 422), "an exception would have come through: the application is testing"
        assert "<html" in answer.get_data(as_text=True)


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_words_at_all(site: tuple[FlaskClient, Catalogs, Settings], data: st.DataObject) -> None:
    """Hostile or nonsensical translations of real strings, taken up while running and read at a start."""
    client, catalogs, where = site
    for domain, shipped in SHIPPED.items():
        chosen = data.draw(st.lists(st.sampled_from(shipped.entries), min_size=1, max_size=40, unique_by=lambda e: e.key))
        entries = tuple(
            replace(e, forms=tuple(data.draw(WORDS) for _ in range(data.draw(st.integers(1, 3)) if e.plural else 1))) for e in chosen
        )
        path = path_of(where.translations[1], "es", domain)
        pofiles.put(path, pofiles.dump(replace(shipped, entries=entries)).decode("utf-8", "surrogatepass").encode("utf-8", "replace"))
    catalogs.refresh()
    visit(client)
    catalogs.reload()
    visit(client)


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_bytes_at_all(site: tuple[FlaskClient, Catalogs, Settings], data: st.DataObject) -> None:
    """A shipped file with pieces cut out, doubled or overwritten."""
    client, catalogs, where = site
    domain = data.draw(st.sampled_from(sorted(SHIPPED)))
    body = bytearray(pofiles.dump(SHIPPED[domain]))
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(body) - 1))
        end = min(start + data.draw(st.integers(0, 400)), len(body))
        body[start:end] = data.draw(
            st.one_of(st.binary(max_size=12), st.just(bytes(body[start:end]) * 2), SPICE.map(lambda t: t.encode("utf-8", "replace")))
        )
        body = body or bytearray(b"\n")
    pofiles.put(path_of(where.translations[1], "es", domain), bytes(body))
    catalogs.refresh()
    catalogs.reload()
    visit(client)


@given(words=WORDS, plural=WORDS, n=st.integers(0, 10**6))
def test_what_passes_the_checks_can_be_filled(words: str, plural: str, n: int) -> None:
    """The cheap form of the same, on many more words: a translation that may be shown never fails to be filled."""
    for source in ("Send %(n)s answers", "Send", "%(n)s of %(total)s (%(share)s%%)"):
        one = pofiles.Entry("", source, forms=(words,))
        if words and not {found.kind for found in checks.entry_faults(one, "es")} & checks.UNUSABLE:
            assert words % {"n": n, "total": "x", "share": "y"} if "%" in source else "%" not in words
    two = pofiles.Entry("", "%(n)s area", "%(n)s areas", (words, plural))
    if words and plural and not {found.kind for found in checks.entry_faults(two, "es")} & checks.UNUSABLE:
        assert words % {"n": n}
        assert plural % {"n": n}
