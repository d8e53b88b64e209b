"""A changed catalogue at a real server of two processes: seen in both within two seconds, or refused with a reason."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.conftest import SURVEY, migrated, small_city
from trustsurvey.i18n import pofiles
from trustsurvey.services.translate import path_of
from trustsurvey.settings import Settings
from trustsurvey.store import queries, wordings
from trustsurvey.store.queries import WaveRow


@dataclass(frozen=True)
class Server:
    address: str
    own: Path
    log: Path
    engine: Engine
    wave: WaveRow

    def page(self, locale: str = "es") -> str:
        with urllib.request.urlopen(f"{self.address}/s/{SURVEY}/{locale}", timeout=10) as answer:
            return str(answer.read().decode())

    def put(self, domain: str, context: str, msgid: str, text: str) -> None:
        """One word of Spanish in the installation's own file."""
        path = path_of(self.own, "es", domain)
        file = pofiles.read(path) if path.is_file() else pofiles.new(path, "es")
        kept = {**file.by_key, (context, msgid): pofiles.Entry(context, msgid, forms=(text,))}
        pofiles.write(path, replace(file, entries=tuple(kept.values())))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("live")
    settings = Settings(instance=folder / "instance")
    engine = migrated(settings)
    wave = small_city(engine)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "TRUSTSURVEY_INSTANCE": str(settings.instance), "TRUSTSURVEY_REQUIRE_REVIEWED_LOCALES": "0"}
    log = folder / "log"
    command = [str(Path(sys.executable).with_name("trustsurvey")), "serve", "--port", str(port), "--workers", "2"]
    with log.open("w") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        found = Server(f"http://127.0.0.1:{port}", settings.translations[-1], log, engine, wave)
        try:
            until(lambda: answers(found), 30)
            yield found
        finally:
            process.terminate()
            process.wait(20)
            engine.dispose()


def answers(server: Server) -> bool:
    try:
        return "<form" in server.page("en")
    except OSError:
        return False


def until(holds: Callable[[], bool], seconds: float) -> float:
    """Seconds until it holds; fails when it doesn't in time."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds
        time.sleep(0.05)
    return time.monotonic() - started


def everywhere(server: Server, text: str) -> bool:
    """Every process shows it: twelve visits in a row."""
    return all(text in server.page() for _ in range(12))


def test_a_changed_file_is_seen_by_every_process(server: Server) -> None:
    assert "Mandar ya" not in server.page()
    server.put("messages", "", "Send my answers", "Mandar ya")
    assert until(lambda: everywhere(server, "Mandar ya"), 2.5) < 2.5


def test_a_faulty_file_changes_nothing_and_says_why(server: Server) -> None:
    server.put("messages", "", "Send my answers", "Mandar pronto")
    until(lambda: everywhere(server, "Mandar pronto"), 2.5)
    server.put("messages", "", "Send my answers", "Mandar <b>%(x)s</b>")
    until(lambda: server.log.read_text().count("the placeholder %(x)s is not in the source") >= 2, 2.5)
    assert everywhere(server, "Mandar pronto")
    path_of(server.own, "es", "messages").write_bytes(b"\xff\xfe")
    until(lambda: server.log.read_text().count("is not UTF-8") >= 2, 2.5)
    assert everywhere(server, "Mandar pronto")


@pytest.mark.slow
def test_an_edit_during_a_wave_is_kept_and_spoils_no_answer(server: Server) -> None:
    ticket = re.findall(r'name="ticket"[^>]*value="([^"]+)"', server.page())[0]
    source = next(item for item in server.wave.questionnaire.items() if item.code == "fp_respect")
    server.put("questionnaire", "item:fp_respect", source.text, "¿Con cuánto respeto trata la policía a la gente?")
    until(lambda: everywhere(server, "¿Con cuánto respeto trata"), 2.5)
    data = urllib.parse.urlencode({"ticket": ticket, "area": "b1", "fp_respect": "1"}).encode()
    request = urllib.request.Request(f"{server.address}/s/{SURVEY}/es", data, {"Origin": server.address})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.url.endswith("/es/thanks")
    until(lambda: len(kept(server)) == 2, 10)
    with server.engine.connect() as connection:
        assert queries.count_responses(connection, server.wave.id) == 1
        [change] = wordings.revisions(connection, domain="questionnaire")
    assert (change.context, change.source, change.locale) == ("item:fp_respect", "file", "es")
    assert change.new == ("¿Con cuánto respeto trata la policía a la gente?",)
    first, second = kept(server)
    assert first.hash != second.hash
    assert first.body["item:fp_respect"] == change.old[0]


def kept(server: Server) -> list[wordings.Wording]:
    with server.engine.connect() as connection:
        return [one for one in wordings.wordings(connection, server.wave.id) if one.locale == "es"]
