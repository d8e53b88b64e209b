"""A real server on a real database, with known people who come to it one after the other."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Engine, text
from tests.conftest import small_city
from tests.services.people import answers_of, record_of

from trustsurvey.anonymity import passes, sealing
from trustsurvey.services.issue_passes import ask_for_passes, issue_passes
from trustsurvey.settings import Settings
from trustsurvey.store.engine import open_engine
from trustsurvey.store.queries import WaveRow

ROOT = Path(__file__).resolve().parents[2]
FIRST = 1_000_000
"""Number of the first person: nobody else in the tests answers like them."""

LETTERS = str.maketrans("0123456789", "abcdefghij")

PATIENCE = 60.0
"""Seconds for the server to come up, and to go."""

COMMENTS = 100
"""People of a wave who write a comment, at most: each is 4 KB, and rewritten with every batch."""


@dataclass
class Place:
    """A server, its database and what it writes; ``run`` makes one."""

    settings: Settings
    engine: Engine
    log: Path
    temporary: Path
    port: int
    process: subprocess.Popen[bytes]
    came: int = FIRST

    @property
    def is_file(self) -> bool:
        return self.engine.dialect.name == "sqlite"


@dataclass(frozen=True, slots=True)
class Shown:
    """What one person shows at the door: all that could be written down about them."""

    address: str
    agent: str
    referrer: str
    query: str
    key: str = ""
    code: str = ""
    blinded: bytes = b""
    signature: bytes = b""
    presented: str = ""

    @property
    def traces(self) -> tuple[bytes, ...]:
        """What must not be found anywhere. The address stands for all that the network gives; the key is the script's, if that sent."""
        return tuple(one.encode() for one in (self.address, self.agent, self.referrer, self.query, self.key) if one)

    @property
    def at_the_counter(self) -> tuple[bytes, ...]:
        """What was seen when the invitation was exchanged, by whoever knows whose invitation it was."""
        return (self.blinded, self.signature) if self.code else ()


@dataclass(frozen=True, slots=True)
class Wave:
    """A wave and the people who answered it, in the order they came; ``seals`` opens its records if it is sealed.

    ``records`` are each person's answers as they stand in an unsealed wave: nobody else's are the same.
    """

    row: WaveRow
    people: Sequence[int]
    shown: Sequence[Shown]
    since: float
    records: Sequence[bytes]
    seals: sealing.KeyPair | None = None


@dataclass
class Phones:
    """How a person's phone talks to the server: from an address of its own, and with words that nobody else's has."""

    place: Place
    survey: str
    ticket: str = field(default="", init=False)

    def look(self, shown: Shown) -> None:
        """Open the page; the ticket is the same for everyone."""
        status, body = self.ask(shown, "GET", f"/s/{self.survey}/en?{shown.query}")
        found = re.search(rb'name="ticket"[^>]*value="([^"]+)"', body) or re.search(rb'value="([^"]+)"[^>]*name="ticket"', body)
        if status != 200 or found is None:
            raise RuntimeError(f"the page could not be read ({status})")
        self.ticket = found[1].decode()

    def exchange(self, shown: Shown, code: str, blinded: bytes) -> bytes:
        """The blind signature for an invitation's code."""
        status, body = self.post(shown, f"/s/{self.survey}/pass", {"code": code, "blinded": blinded.hex()})
        found = re.search(rb'"signature":\s*"([0-9a-f]+)"', body)
        if status != 200 or found is None:
            raise RuntimeError(f"the invitation was not taken ({status}): {body[:200]!r}")
        return bytes.fromhex(found[1].decode())

    def send(self, shown: Shown, answers: Mapping[str, str]) -> None:
        """As the page's script does where the phone has a key, else as the form without a script."""
        if shown.key:
            sent = {
                "locale": "en",
                "ticket": self.ticket,
                "mode": "web",
                "pass": shown.presented,
                "answers": listed({"area": "a1", **answers}),
            }
            headers = {"Content-Type": "application/json", "Idempotency-Key": shown.key}
            status, body = self.ask(shown, "POST", f"/api/v1/surveys/{self.survey}/responses", compact(sent), headers)
        else:
            presented = {"pass": shown.presented} if shown.presented else {}
            form = {"ticket": self.ticket, "area": "a1", **answers, **presented}
            status, body = self.post(shown, f"/s/{self.survey}/en", form)
        if status != (201 if shown.key else 303):
            raise RuntimeError(f"the answers were not taken ({status}): {_said(body)}")

    def post(self, shown: Shown, path: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        """Send a form: the status, and what the server said."""
        return self.ask(shown, "POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})

    def ask(
        self, shown: Shown, method: str, path: str, sent: str | None = None, beside: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Ask for anything: the status, and what the server said. ``beside``: headers of what is ``sent``."""
        link = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=60, source_address=(shown.address, 0))
        headers = {"User-Agent": shown.agent, "Referer": shown.referrer, "Accept-Language": f"en, x-{shown.query}"}
        if sent is not None:
            headers |= {"Sec-Fetch-Site": "same-origin", **(beside or {})}
        link.request(method, path, sent, headers)
        response = link.getresponse()
        body = response.read()
        link.close()
        return response.status, body


@contextmanager
def run(settings: Settings, folder: Path, *, careless: bool = False) -> Iterator[Place]:
    """The server on the migrated database of ``settings``; its log and temporary files go to ``folder``.

    A ``careless`` one doesn't clear its memory: the attack on it must find something there.
    """
    log, temporary = folder / "log", folder / "temporary"
    temporary.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "TMPDIR": str(temporary), "SQLITE_TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    environment |= {"TRUSTSURVEY_INSTANCE": str(settings.instance), "TRUSTSURVEY_DATABASE_URL": settings.database_url}
    command = [sys.executable, "-m", "benchmarks.anonymity.loud_server", str(port), str(log), *(["careless"] if careless else [])]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
    engine = open_engine(settings.url)
    try:
        _wait(process, port)
        yield Place(settings, engine, log, temporary, port, process)
    finally:
        engine.dispose()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(round(PATIENCE / 0.1)):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def answered(place: Place, n: int, *, sealed: bool, by_invitation: bool = False) -> Wave:
    """``n`` people answer a new wave, one after the other: two of three by the page's script, the third without it."""
    seals = sealing.make_keys() if sealed else None
    row = opened(place.engine, f"wave-{place.came}", seals)
    codes: Sequence[str] = ()
    if by_invitation:
        with place.engine.begin() as connection:
            row = ask_for_passes(connection, row)
            codes = issue_passes(connection, row.survey.code, count=n, key=place.settings.key()).codes
    people = range(place.came, place.came + n)
    place.came += n
    phones, since = Phones(place, row.survey.code), time.time()
    every = -(-n // COMMENTS)
    shown = []
    for k, person in enumerate(people):
        one = phone(person, with_script=k % 3 != 2)
        if k < COMMENTS or not phones.ticket:
            phones.look(one)
        said = {"comment": words_of(person)} if k % every == 0 else {}
        if by_invitation:
            one = _with_pass(phones, one, codes[k], row)
        phones.send(one, {**answers_of(row, person), **said})
        shown.append(one)
    return Wave(row, people, shown, since, [record_of(row, person).encode() for person in people], seals)


def words_of(person: int) -> str:
    """What a person writes: nobody else's words, and no number, which would be taken for a telephone's."""
    return f"My name is {str(person).translate(LETTERS)}"


def listed(answers: Mapping[str, str]) -> dict[str, list[str]]:
    """Answers as the script sends them."""
    return {code: [answer] for code, answer in answers.items()}


def compact(sent: object) -> str:
    """JSON as a browser writes it."""
    return json.dumps(sent, ensure_ascii=False, separators=(",", ":"))


def phone(person: int, *, with_script: bool) -> Shown:
    """What the phone of ``person`` shows: an address of its own (127.…), words that nobody else's says."""
    k = person - FIRST
    address = f"127.{100 + k // 22_500 % 150}.{100 + k // 150 % 150}.{100 + k % 150}"
    words = (f"Phone/{secrets.token_hex(8)}", f"https://example.org/{secrets.token_hex(8)}", secrets.token_hex(8))
    return Shown(address, *words, key=secrets.token_hex(16) if with_script else "")


def _with_pass(phones: Phones, one: Shown, code: str, row: WaveRow) -> Shown:
    """Exchange an invitation as the page's script does."""
    if row.pass_public is None:
        raise RuntimeError("the wave asks for no passes")
    prepared = passes.prepare(secrets.token_bytes(passes.MESSAGE))
    blinding = passes.blind(row.pass_public, prepared)
    signature = phones.exchange(one, code, blinding.blinded)
    made = passes.finalize(row.pass_public, prepared, signature, blinding.inverse)
    return replace(one, code=code, blinded=blinding.blinded, signature=signature, presented=str(made))


def opened(engine: Engine, survey: str, seals: sealing.KeyPair | None) -> WaveRow:
    """A city of its own with one open wave, in English alone; sealed where there are ``seals``."""
    return small_city(engine, survey=survey, synthetic=True, locales=["en"], sealing_key=seals.public if seals else None)


def data_folder(engine: Engine) -> Path:
    """Where a PostgreSQL server on this computer keeps its files."""
    with engine.connect() as connection:
        return Path(str(connection.scalar(text("SHOW data_directory"))))


def _said(page: bytes) -> str:
    """The first words of a page's alert."""
    found = re.search(r'class="(?:alert|problem)".{0,600}', page.decode(), re.DOTALL)
    return re.sub(r"<[^>]*>|\s+", " ", found[0])[:300] if found else ""
