"""The translators’ workbench: who may do what, what a save checks, two people at once, review, files, and the real page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import AuditedClient, migrated, small_city
from tests.web.test_accounts import sign_in
from trustsurvey.accounts import add_user
from trustsurvey.app import create_app
from trustsurvey.i18n.locales import PLURALS
from trustsurvey.i18n.pofiles import Entry
from trustsurvey.questionnaire import loader
from trustsurvey.settings import Settings

PASSWORD = "copper lantern sixteen"
RESPECT = Entry("item:fp_respect", "How often do police here treat people with respect?")
HATS = Entry("item:lg_honest", "How often do officers here wear a hat?")
PULSE = Entry("questionnaire:our-pulse.title", "Pulse of Harbor")
"""Two texts of the installation's own questionnaire, which no catalogue that ships has."""

THANKS = Entry("", "Thank you")
CHOSE = Entry("", "You chose %(n)s answer.")


@dataclass(frozen=True)
class Bench:
    """The application with a wave open in English, Spanish and Arabic, and two people who translate into five languages."""

    app: Flask
    instance: Path
    maria: FlaskClient
    jonas: FlaskClient

    def own(self, code: str, domain: str) -> Path:
        return self.instance / "translations" / code / "LC_MESSAGES" / f"{domain}.po"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    settings = Settings(instance=tmp_path_factory.mktemp("bench"))
    engine = migrated(settings)
    small_city(engine, synthetic=True)
    own = loader.source("trust-pulse")[0].replace("trust-pulse", "our-pulse").replace("Community trust pulse", PULSE.msgid)
    (settings.instance / "questionnaires").mkdir()
    (settings.instance / "questionnaires" / "our-pulse.yaml").write_text(
        own.replace("How often do police here tell the truth?", HATS.msgid)
    )
    app = create_app(settings)
    app.testing = True
    app.test_client_class = AuditedClient
    clients = []
    for name in ("maria", "jonas"):
        add_user(app, f"{name}@example.org", PASSWORD, ["translator"], locales=["am", "ar", "es", "fr", "ru"])
        client = app.test_client()
        assert sign_in(client, f"{name}@example.org", PASSWORD).location == "/translate/"
        clients.append(client)
    yield Bench(app, settings.instance, *clients)
    app.extensions["trustsurvey"].engine.dispose()
    engine.dispose()


def address(entry: Entry, code: str, domain: str = "questionnaire") -> str:
    return f"/translate/{code}/{domain}/{entry.id}"


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def filled(client: FlaskClient, path: str, form: str = "form.write") -> dict[str, object]:
    """What the form on the page at ``path`` would send as it is."""
    found = page(client, path).select_one(form)
    assert found is not None, f"{path} has no {form}"
    data: dict[str, object] = {}
    for field in found.select("input[name],textarea[name]"):
        if field.get("type") == "checkbox":
            continue
        value = field.get_text().removeprefix("\n") if field.name == "textarea" else field.get("value", "")
        data.setdefault(str(field["name"]), []).append(value)  # type: ignore[attr-defined]
    return data


def write(client: FlaskClient, path: str, *forms: str, **more: object):  # type: ignore[no-untyped-def]
    return client.post(path, data={**filled(client, path), "form": list(forms), **more})


def text(answer) -> str:  # type: ignore[no-untyped-def]
    return " ".join(BeautifulSoup(answer.get_data(as_text=True), "html5lib").get_text(" ").split())


# ---------------------------------------------------------------- who


def test_a_translator_sees_their_languages_and_no_other(bench: Bench) -> None:
    heads = [head.get_text() for head in page(bench.maria, "/translate/?locale=en").select("tr.head a")]
    assert set(heads) == {"Español", "العربية", "Français", "Русский", "አማርኛ"}
    assert bench.maria.get("/translate/fa").status_code == 403
    assert "Ask whoever runs the survey" in bench.maria.get("/translate/fa?locale=en").get_data(as_text=True)
    for path in ("/translate/en", "/translate/xx", "/translate/am/messages/000000000000", "/translate/am/page/nowhere/survey"):
        assert bench.maria.get(path).status_code == 404, path


@pytest.mark.parametrize("path", ["/translate/", "/translate/am", "/translate/am/files", "/translate/am/page/harbor-trust/survey"])
def test_others_are_sent_away(bench: Bench, path: str) -> None:
    answer = bench.app.test_client().get(path)
    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/account/login")


def test_who_was_signed_out_while_writing_loses_nothing(bench: Bench) -> None:
    path = address(RESPECT, "am")
    client = bench.app.test_client()
    sign_in(client, "maria@example.org", PASSWORD)
    data = {**filled(client, path), "form": "ፖሊስ"}
    client.delete_cookie("staff")
    answer = client.post(path, data=data)
    assert answer.status_code == 401
    assert "reload this page" in text(answer)
    sign_in(client, "maria@example.org", PASSWORD)
    again = client.post(path, data=data)  # what reloading does
    assert again.status_code == 422
    assert BeautifulSoup(again.get_data(as_text=True), "html5lib").select_one("textarea").get_text() == "ፖሊስ"  # type: ignore[union-attr]


def test_the_department_does_not_translate(bench: Bench) -> None:
    add_user(bench.app, "chief@example.org", PASSWORD, ["department"])
    client = bench.app.test_client()
    sign_in(client, "chief@example.org", PASSWORD)
    assert client.get("/translate/").status_code == 403
    assert client.get(address(RESPECT, "am")).status_code == 403


# ---------------------------------------------------------------- the list


def test_progress_says_what_keeps_a_language_from_residents(bench: Bench) -> None:
    said = text(bench.maria.get("/translate/?locale=en"))
    assert re.search(r"አማርኛ Not offered to residents: \d+ texts that they see are missing", said)
    assert "Someone else reviews" in said


def test_what_residents_see_stands_first(bench: Bench) -> None:
    first = page(bench.maria, "/translate/am").select("ol.texts a")
    assert len(first) == 40
    assert "/questionnaire/" in str(first[0]["href"])
    last = page(bench.maria, "/translate/am?page=999").select("ol.texts a")
    assert "/areas/" in str(last[-1]["href"])
    missing = [
        str(link["href"]).split("?")[0] for link in page(bench.maria, "/translate/ar?show=missing&part=questionnaire").select("ol.texts a")
    ]
    assert missing == [address(PULSE, "ar"), address(HATS, "ar")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=treat+people+with+respect", True),  # in the source
        ("q=confianza+de+la+comunidad", False),  # in another text's translation
        ("q=con+respeto&part=questionnaire", True),  # in the translation
        ("q=con+respeto&part=areas", False),
        ("q=con+respeto&show=missing", False),
    ],
)
def test_the_list_is_searched(bench: Bench, query: str, expected: bool) -> None:
    links = [link["href"] for link in page(bench.maria, f"/translate/es?{query}").select("ol.texts a")]
    assert any(address(RESPECT, "es") in str(link) for link in links) is expected


def test_nothing_left_leads_on(bench: Bench) -> None:
    assert "Nothing is left here." in text(bench.maria.get("/translate/es?q=nobody+wrote+this&locale=en"))


# ---------------------------------------------------------------- one text


def test_an_entry_stands_beside_what_helps(bench: Bench) -> None:
    shown = page(bench.maria, f"{address(RESPECT, 'am')}?locale=en")
    assert shown.h1 is not None
    assert shown.h1.get_text() == RESPECT.msgid
    aside = shown.select_one("aside").get_text(" ")  # type: ignore[union-attr]
    assert "procedural fairness" in aside
    assert "item:fp_respect" in aside
    assert "¿Con qué frecuencia" in aside
    field = page(bench.maria, address(RESPECT, "ar")).select_one("textarea")
    assert field is not None
    assert (field["lang"], field["dir"]) == ("ar", "rtl")


def test_a_changed_source_shows_what_stood_before(bench: Bench) -> None:
    path = bench.own("ru", "areas")
    path.parent.mkdir(parents=True)
    header = {"Language": "ru", "Content-Type": "text/plain; charset=utf-8", "Plural-Forms": PLURALS["ru"], "X-Review": "draft"}
    file = polib.POFile(wrapwidth=0)
    file.metadata = header
    file.append(polib.POEntry(msgctxt="place", msgid="Harbor", previous_msgid="Haven", tcomment="earlier translation: Гавань"))
    path.write_text(str(file), encoding="utf-8")
    aside = page(bench.maria, f"{address(Entry('place', 'Harbor'), 'ru', 'areas')}?locale=en").select_one("aside")
    assert aside is not None
    said = " ".join(aside.get_text(" ").split())
    assert "The source before its last change Haven" in said
    assert "Its translation then Гавань" in said


def test_plural_forms_are_named_by_numbers(bench: Bench) -> None:
    shown = page(bench.maria, f"{address(CHOSE, 'ru', 'messages')}?locale=en")
    labels = [label.get_text() for label in shown.select("form.write > label")]
    assert labels == ["Translation for 1, 21, 31…", "Translation for 2–4, 22–24, 32–34…", "Translation for 0, 5–20, 25–30…"]
    assert [code.get_text() for code in shown.select("form.write code")] == ["%(n)s"]


def test_the_glossary_s_words_are_named(bench: Bench) -> None:
    said = page(bench.maria, address(RESPECT, "es")).select_one(".term")
    assert said is not None
    assert "policía" in said.get_text()


def test_a_save_is_live_at_once_and_in_the_history(bench: Bench) -> None:
    path = address(THANKS, "es", "messages")
    answer = write(bench.maria, path, "Muchas gracias", reason="Warmer")
    assert (answer.status_code, answer.location) == (303, f"{path}?saved=messages/{THANKS.id}")
    assert "<h1" in (live := bench.app.test_client().get("/s/harbor-trust/es/thanks").get_data(as_text=True))
    assert "Muchas gracias" in live
    history = page(bench.maria, f"{path}?locale=en").select_one(".history")
    assert history is not None
    said = " ".join(history.get_text(" ").split())
    assert "You" in said
    assert "Muchas gracias" in said
    assert "Warmer" in said
    assert "maria@example.org" in page(bench.jonas, f"{path}?locale=en").select_one(".history").get_text()  # type: ignore[union-attr]


def test_save_and_next_goes_on_within_the_filter(bench: Bench) -> None:
    listed = [str(link["href"]) for link in page(bench.maria, "/translate/es?show=missing&part=questionnaire").select("ol.texts a")]
    assert [one.split("?")[0] for one in listed] == [address(PULSE, "es"), address(HATS, "es")]
    answer = bench.maria.post(listed[0], data={**filled(bench.maria, listed[0]), "form": "El pulso de Harbor", "next": "1"})
    assert answer.status_code == 303
    assert answer.location.split("?")[0] == address(HATS, "es")
    assert "show=missing" in answer.location
    back = page(bench.maria, f"{answer.location}&locale=en").select_one('[role="status"] a')
    assert back is not None
    assert str(back["href"]).split("?")[0] == address(PULSE, "es")
    last = bench.maria.post(listed[1], data={**filled(bench.maria, listed[1]), "form": "¿Con qué frecuencia llevan sombrero?", "next": "1"})
    assert last.location == "/translate/es?show=missing&part=questionnaire"


def test_a_fault_stands_beside_the_field_and_nothing_is_lost(bench: Bench) -> None:
    path = address(CHOSE, "es", "messages")
    before = [form.get_text() for form in page(bench.maria, path).select("textarea")]
    answer = write(bench.maria, path, "Una respuesta.", "Eligió %(m)s <b>respuestas</b>.")
    assert answer.status_code == 422
    shown = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    faults = shown.select_one("#faults").get_text(" ")  # type: ignore[union-attr]
    assert "%(m)s is not in the source" in faults
    assert "markup" in faults
    fields = shown.select("textarea")
    assert [field.get_text() for field in fields] == ["Una respuesta.", "Eligió %(m)s <b>respuestas</b>."]
    assert [field.get("aria-describedby") for field in fields] == [None, "faults"], "the form with the fault is marked, and no other"
    assert [field.has_attr("autofocus") for field in fields] == [False, True]
    assert not shown.select("[name=accept]"), "what would break a page can't be accepted"
    assert [form.get_text() for form in page(bench.maria, path).select("textarea")] == before


def test_two_points_of_a_scale_must_be_told_apart(bench: Bench) -> None:
    answer = write(bench.maria, address(Entry("option:how_often.3", "Often"), "es"), "Siempre")
    assert answer.status_code == 422
    shown = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    faults = [fault.get_text() for fault in shown.select("#faults li")]
    assert len(faults) == 1
    assert "reads the same as option:how_often." in faults[0]
    assert not shown.select("[name=accept]")


def test_what_may_be_right_can_be_kept_after_a_look(bench: Bench) -> None:
    path = address(RESPECT, "es")
    wanted = "¿Con qué frecuencia los agentes de aquí tratan a la gente con respeto?"
    answer = write(bench.maria, path, wanted)
    assert answer.status_code == 422
    box = BeautifulSoup(answer.get_data(as_text=True), "html5lib").select_one("[name=accept]")
    assert box is not None
    assert box["value"] == "glossary"
    assert write(bench.maria, path, wanted, accept="glossary").status_code == 303
    assert page(bench.maria, path).select_one("textarea").get_text() == wanted  # type: ignore[union-attr]


# ---------------------------------------------------------------- two people


def test_two_people_at_once_lose_nothing(bench: Bench) -> None:
    path = address(HATS, "fr")
    marias, jonass = filled(bench.maria, path), filled(bench.jonas, path)
    assert bench.jonas.post(path, data={**jonass, "form": "À quelle fréquence ?"}).status_code == 303
    answer = bench.maria.post(path, data={**marias, "form": "Tous les combien ?"})
    assert answer.status_code == 409
    shown = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    assert shown.select_one("blockquote").get_text().strip() == "À quelle fréquence ?"  # type: ignore[union-attr]
    assert shown.select_one("textarea").get_text() == "Tous les combien ?"  # type: ignore[union-attr]
    again = {name: [field["value"] for field in shown.select(f"form.write [name={name}]")] for name in ("expected", "csrf_token")}
    assert bench.maria.post(path, data={**again, "form": "À quelle fréquence, tous les combien ?"}).status_code == 303
    history = page(bench.maria, path).select_one(".history").get_text(" ")  # type: ignore[union-attr]
    assert "À quelle fréquence ?" in history
    assert "À quelle fréquence, tous les combien ?" in history


def test_undo_gives_back_what_stood_before(bench: Bench) -> None:
    path = address(PULSE, "fr")
    write(bench.maria, path, "Le pouls de Harbor")
    write(bench.maria, path, "Harbor, son pouls")
    undo = page(bench.maria, path).select(".history form")
    assert len(undo) == 1, "only the newest change can be undone"
    token = undo[0].select_one("[name=csrf_token]")["value"]  # type: ignore[index]
    assert bench.maria.post(str(undo[0]["action"]), data={"csrf_token": token}).status_code == 303
    assert page(bench.maria, path).select_one("textarea").get_text() == "Le pouls de Harbor"  # type: ignore[union-attr]
    assert bench.maria.post(f"{path}/undo/999999", data={"csrf_token": token}).status_code == 404


def test_a_late_form_keeps_what_was_written(bench: Bench) -> None:
    path = address(HATS, "ru")
    answer = bench.maria.post(path, data={"form": "Как часто носят шляпу?", "expected": ""})
    assert answer.status_code == 422
    shown = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    assert shown.select_one("textarea").get_text() == "Как часто носят шляпу?"  # type: ignore[union-attr]
    assert page(bench.maria, path).select_one("textarea").get_text() == ""  # type: ignore[union-attr]
    for action in (f"{path}/undo/1", f"{path}/review", "/translate/ru/review", "/translate/ru/messages/review"):
        assert bench.maria.post(action).status_code == 403, action


# ---------------------------------------------------------------- review


def test_nobody_reviews_their_own_words(bench: Bench) -> None:
    path = address(PULSE, "am")
    write(bench.maria, path, "የሃርቦር ምት")
    assert "Someone else has to review it." in text(bench.maria.get(f"{path}?locale=en"))
    token = filled(bench.maria, path)["csrf_token"]
    assert bench.maria.post(f"{path}/review", data={"csrf_token": token}).status_code == 409
    waiting = "/translate/am?show=waiting"
    form = page(bench.maria, waiting).select_one("form.next")
    assert form is not None
    bench.maria.post(str(form["action"]), data=filled(bench.maria, waiting, "form.next"))
    assert address(PULSE, "am") in bench.maria.get(waiting).get_data(as_text=True), "one's own stays, whatever is pressed"
    assert bench.jonas.post(str(form["action"]), data=filled(bench.jonas, waiting, "form.next")).status_code == 303
    assert address(PULSE, "am") not in bench.maria.get(waiting).get_data(as_text=True)
    assert "Reviewed" in page(bench.maria, f"{path}?locale=en").select_one(".history").get_text()  # type: ignore[union-attr]


def test_a_reviewed_file_says_so(bench: Bench) -> None:
    assert not page(bench.jonas, "/translate/am").select('form[action$="/questionnaire/review"]'), "a file that isn't complete"
    file = polib.pofile(bench.maria.get("/translate/ar/areas.po").get_data(as_text=True), wrapwidth=0)
    for number, entry in enumerate(file):
        entry.msgstr = "حي " + "أبتثجحخد"[number // 8] + "أبتثجحخد"[number % 8]
    bench.maria.post("/translate/ar/upload/apply", data=sent_on(upload(bench.maria, "ar", "areas", str(file).encode(), "ar.po")))
    form = page(bench.jonas, "/translate/ar").select_one('form[action$="/areas/review"]')
    assert form is not None
    token = form.select_one("[name=csrf_token]")["value"]  # type: ignore[index]
    assert bench.maria.post(str(form["action"]), data={"csrf_token": token}).status_code == 403, "another session's token"
    hers = page(bench.maria, "/translate/ar").select_one('form[action$="/areas/review"] [name=csrf_token]')
    assert hers is not None
    assert bench.maria.post(str(form["action"]), data={"csrf_token": hers["value"]}).status_code == 409, "she wrote them"
    assert bench.jonas.post(str(form["action"]), data={"csrf_token": token}).status_code == 303
    assert re.fullmatch(r"reviewed \(reviewer, \d{4}-\d\d-\d\d\)", polib.pofile(str(bench.own("ar", "areas"))).metadata["X-Review"])


# ---------------------------------------------------------------- files


def upload(client: FlaskClient, code: str, domain: str, data: bytes, name: str, **more: str):  # type: ignore[no-untyped-def]
    token = filled(client, f"/translate/{code}/files", "form.sign")["csrf_token"]
    return client.post(
        f"/translate/{code}/upload",
        data={"csrf_token": token, "domain": domain, "file": (io.BytesIO(data), name), **more},
        content_type="multipart/form-data",
    )


def sent_on(answer) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """What the page that shows the changes would send."""
    shown = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    return {str(field["name"]): str(field["value"]) for field in shown.select('form[action*="/upload/apply"] input')}


def test_an_upload_shows_what_would_change_before_it_does(bench: Bench) -> None:
    data = bench.maria.get("/translate/es/messages.po")
    assert data.headers["Content-Disposition"] == 'attachment; filename="messages-es.po"'
    file = polib.pofile(data.get_data(as_text=True), wrapwidth=0)
    file.find("Results").msgstr = "Los resultados"
    answer = upload(bench.maria, "es", "messages", str(file).encode(), "es.po")
    assert "1 text would change" in text(answer)
    path = address(Entry("", "Results"), "es", "messages")
    assert page(bench.maria, path).select_one("textarea").get_text() != "Los resultados"  # type: ignore[union-attr]
    assert bench.maria.post("/translate/es/upload/apply", data=sent_on(answer)).status_code == 303
    assert page(bench.maria, path).select_one("textarea").get_text() == "Los resultados"  # type: ignore[union-attr]
    assert "Nothing in the file differs" in text(upload(bench.maria, "es", "messages", str(file).encode(), "es.po"))


def test_xliff_comes_back_and_a_clash_stays(bench: Bench) -> None:
    rarely = Entry("option:how_often.1", "Rarely")
    data = bench.maria.get("/translate/es/questionnaire.xlf").data
    write(bench.jonas, address(rarely, "es"), "Casi nunca")
    answer = upload(bench.maria, "es", "questionnaire", data.replace(b"Rara vez", b"Muy rara vez"), "es.xlf")
    said = text(answer)
    assert "Changed here since you took the file" in said
    assert "Casi nunca" in said
    assert "Muy rara vez" in said
    assert page(bench.maria, address(rarely, "es")).select_one("textarea").get_text() == "Casi nunca"  # type: ignore[union-attr]
    clash = BeautifulSoup(answer.get_data(as_text=True), "html5lib").select_one('a[href*="proposed"]')
    assert clash is not None
    opened = page(bench.maria, str(clash["href"]))
    assert opened.select_one("blockquote").get_text().strip() == "Casi nunca"  # type: ignore[union-attr]
    assert opened.select_one("textarea").get_text() == "Muy rara vez"  # type: ignore[union-attr]


def test_a_faulty_file_changes_nothing_and_names_its_lines(bench: Bench) -> None:
    file = polib.pofile(bench.maria.get("/translate/es/messages.po").get_data(as_text=True), wrapwidth=0)
    file.find("Releases").msgstr = "Otra cosa"
    file.find("You chose %(n)s answer.").msgstr_plural = {0: "Eligió %(x)s.", 1: "Eligió."}
    answer = upload(bench.maria, "es", "messages", str(file).encode(), "es.po")
    assert answer.status_code == 422
    assert re.search(r"es\.po:\d+: .*%\(x\)s is not in the source", text(answer))
    assert "Otra cosa" not in bench.maria.get(address(Entry("", "Releases"), "es", "messages")).get_data(as_text=True)
    assert upload(bench.maria, "es", "messages", b"\xff\xfe nothing", "es.po").status_code == 422


def test_a_rule_of_style_can_be_left_for_later(bench: Bench) -> None:
    data = bench.maria.get("/translate/es/questionnaire.po").data
    source = Entry("item:fp_listen", "How often do they listen to people before they decide what to do?")
    shown = polib.pofile(data.decode()).find(source.msgid)
    wanted = data.replace(f'"{shown.msgstr}"'.encode(), f'"{shown.msgstr.rstrip("?")}"'.encode())
    assert upload(bench.maria, "es", "questionnaire", wanted, "es.po").status_code == 422
    answer = upload(bench.maria, "es", "questionnaire", wanted, "es.po", style="1")
    assert bench.maria.post("/translate/es/upload/apply", data=sent_on(answer)).status_code == 303
    assert address(source, "es") in bench.maria.get("/translate/es?show=faulty").get_data(as_text=True)


# ---------------------------------------------------------------- the real page


def test_the_preview_is_the_real_page_with_its_entries(bench: Bench) -> None:
    resident = bench.app.test_client()
    before = resident.get("/s/harbor-trust/ar").data
    shown = page(bench.maria, "/translate/ar/page/harbor-trust/survey")
    link = shown.select_one(f'a.word[href="{address(RESPECT, "ar")}"]')
    assert link is not None
    assert link["target"] == "_top"
    assert link["id"] == f"w-{RESPECT.id}"
    assert resident.get("/s/harbor-trust/ar").data == before, "a resident's page is the same, byte for byte"
    real = BeautifulSoup(before, "html5lib")
    for tag in (*real.select("script,style"), *shown.select("style")):
        tag.decompose()
    assert " ".join(shown.body.get_text().split()) == " ".join(real.body.get_text().split())  # type: ignore[union-attr]


@pytest.mark.parametrize("sight", ["harbor-trust/survey", "harbor-trust/thanks", "harbor-trust/results", "trust-pulse/survey"])
def test_a_page_in_a_language_that_is_not_offered_yet(bench: Bench, sight: str) -> None:
    assert bench.app.test_client().get("/s/harbor-trust/ru").status_code == 404
    answer = bench.maria.get(f"/translate/ru/page/{sight}")
    assert answer.status_code == 200
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Language"] == "ru"
    html = answer.get_data(as_text=True)
    assert not re.search("[\ue000-\uf8ff]", html)
    assert "<script" not in html
    assert len(re.findall(r'target="_top"', html)) > 4
    listed = page(bench.maria, f"/translate/ru/preview/{sight}?locale=en")
    assert listed.select_one("iframe")["width"] == "360"  # type: ignore[index]
    assert len(listed.select("ol.texts a")) > 4


def test_a_file_that_is_not_shown_says_why(bench: Bench) -> None:
    path = bench.own("fr", "messages")
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.read_bytes() if path.is_file() else None
    path.write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Results"\nmsgstr "Résultats"\n')
    bench.app.extensions["trustsurvey"].catalogs.refresh()
    for where in ("/translate/", "/translate/fr/files"):
        said = text(bench.maria.get(f"{where}?locale=en"))
        assert "A file on the disk is not shown as it is:" in said, where
        assert "messages.po:1: the header Plural-Forms" in said
    assert bench.maria.get("/translate/fr?locale=en").status_code == 200
    path.write_text('msgid "cut')
    for where in ("/translate/", "/translate/fr", "/translate/fr/preview", "/translate/fr/files", "/translate/fr/messages.po"):
        assert bench.maria.get(where).status_code == 200, "a file that can't be read stops nobody"
    path.unlink() if kept is None else path.write_bytes(kept)
    bench.app.extensions["trustsurvey"].catalogs.refresh()


def test_a_placeholder_runs_from_left_to_right(bench: Bench) -> None:
    beside = page(bench.maria, address(CHOSE, "es", "messages")).select_one('aside dd[lang="ar"]')
    assert beside is not None
    assert {found.get_text() for found in beside.select('bdi[dir="ltr"]')} == {"%(n)s"}


@pytest.mark.parametrize("path", ["/translate/", "/translate/am/preview", address(RESPECT, "am")])
def test_the_pages_mirror(bench: Bench, path: str) -> None:
    shown = page(bench.maria, f"{path}?locale=ar")
    assert shown.html is not None
    assert shown.html["dir"] == "rtl"
