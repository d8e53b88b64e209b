"""Nothing of a person is in what the server writes: every byte that a real one left behind is read."""

from __future__ import annotations

import gzip
import http.client
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine, text

from tests.conftest import SURVEY
from trustsurvey import logs
from trustsurvey.errors import SettingsError
from trustsurvey.settings import Settings
from trustsurvey.store.queries import WaveRow

PATH = f"/s/{SURVEY}/en"

ADDRESS = "203.0.113.77"
AGENT = "Handset-zq41"
REFERRER = "friends-zq42.example"
QUERY = "query-zq43"
COOKIE = "cookie-zq44"
COMMENT = "My words zq45"
PASS = "pass-zq46"
PLACE = "nowhere-zq47"
CODE = "code-zq48"
PASSWORD = "password-zq49"
KEY = "key-zq40-of-the-phone"
RATE = 15
PERSON = (ADDRESS, "127.0.0.9", AGENT, REFERRER, QUERY, COOKIE, "zq4", "My words", "My+words", "fp_respect", "safe10")


class Served:
    """A real server, and a resident who talks to it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.port = _free_port()
        for name in ("home", "tmp", "run"):
            (folder / name).mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "TRUSTSURVEY_INSTANCE": str(settings.instance),
            "TRUSTSURVEY_LOG_LEVEL": "debug",
            "TRUSTSURVEY_PROXIES": "1",
            "TRUSTSURVEY_RATE_RESIDENTS": f"{RATE} per hour",
            "TRUSTSURVEY_REQUIRE_HTTPS": "1",
            "TRUSTSURVEY_REQUIRE_REVIEWED_LOCALES": "0",
            "PYTHONWARNINGS": "default",
        }
        command = [sys.executable, "-c", "from trustsurvey.cli import main; main()", "serve", "--port", str(self.port)]
        with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
            self.process = subprocess.Popen(command, cwd=folder, env=self.environment, stdout=out, stderr=err)
        _wait(self.port)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of the answer, as a browser that sends all it has before it reads."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=("127.0.0.9", 0))
        sent = {
            "X-Forwarded-For": ADDRESS,
            "User-Agent": AGENT,
            "Referer": f"https://{REFERRER}/",
            "Cookie": COOKIE,
            "Accept-Language": "en",
            "Connection": "close",  # else the server would read on for the next request, and nothing would be lost
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if answer.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        return answer.status, dict(answer.headers.items()), data.decode()

    def send(self, path: str, **fields: str) -> tuple[int, dict[str, str], str]:
        return self.ask("POST", path, urlencode(fields).encode(), Content_Type="application/x-www-form-urlencoded")

    def post(self, sent: object, *, survey: str = SURVEY, **headers: str) -> int:
        """As the page's script sends: the status."""
        body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        said = {"Content_Type": "application/json", "Idempotency_Key": KEY, **headers}
        return self.ask("POST", f"/api/v1/surveys/{survey}/responses", body, **said)[0]

    def mumble(self, raw: bytes) -> None:
        """Something that is no HTTP."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10, source_address=("127.0.0.9", 0)) as end:
            end.sendall(raw)
            end.settimeout(5)
            while end.recv(4096):
                pass

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def left_behind(self) -> dict[str, bytes]:
        """Every file in every folder that the server could write to."""
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


def _free_port() -> int:
    with socket.socket() as end:
        end.bind(("127.0.0.1", 0))
        return int(end.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not come up")


@pytest.fixture
def served(tmp_path: Path, settings: Settings, wave: WaveRow, sqlite: Engine) -> Iterator[Served]:
    sqlite.dispose()
    found = Served(tmp_path, settings)
    yield found
    found.stop()


def test_a_whole_session_leaves_nothing_of_the_person(served: Served, settings: Settings, sqlite: Engine) -> None:
    """Good and bad, refused and broken: at the most talkative level, in every file, there is none of it."""
    status, headers, page = served.ask("GET", f"{PATH}?{QUERY}={QUERY}")
    assert status == 200
    assert "Server" not in headers
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    ticket = page.partition('name="ticket" value="')[2].partition('"')[0]
    good = {"ticket": ticket, "area": "a1", "fp_respect": "1", "safe10": "7", "comment": COMMENT}
    assert served.send(PATH, **good)[0] == 303
    assert served.send(PATH, **good, area2=PLACE)[0] == 422
    assert served.send(PATH, **{**good, "area": PLACE})[0] == 422
    assert served.send(PATH, **{**good, "pass": PASS})[0] == 422
    assert served.send(f"/s/{SURVEY}/pass", code=CODE, blinded=PASS)[0] == 404
    assert served.send(f"{PATH}/language", **good, to="es")[0] == 200
    assert served.ask("GET", f"/s/{PLACE}/en?{QUERY}")[0] == 404
    assert served.send("/account/login", email=f"{CODE}@example.org", password=PASSWORD)[0] == 200
    for size in (100_000, 12_000_000):
        status, headers, page = served.send(PATH, **{**good, "comment": COMMENT * (size // len(COMMENT))})
        assert (status, "too much to send" in page) == (413, True), size
    by_script(served, ticket)
    what_a_page_asks_for(served)
    served.mumble(f"GET /{QUERY} HTTP/9.9\r\nX: {AGENT}\r\n\r\n".encode())
    served.mumble(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {AGENT}\r\n\r\n".encode())
    with sqlite.begin() as connection:
        connection.execute(text("ALTER TABLE response RENAME TO gone"))
    sqlite.dispose()
    status, _headers, page = served.send(PATH, **{**good, "comment": COMMENT + "!"})
    assert (status, "our side" in page) == (500, True)
    assert served.post(script_body(ticket), Idempotency_Key=KEY + "-2") == 500
    too_often(served, ticket, good)
    served.stop()
    files = served.left_behind()
    found = [
        (name, mark) for name, content in files.items() for mark in PERSON if mark.encode() in content and not name.endswith(".sqlite")
    ]
    assert found == []
    assert [mark for mark in PERSON[:-2] if mark.encode() in files["instance/trustsurvey.sqlite"]] == []
    assert {name.partition("/")[0] for name in files} == {"instance", "stdout", "stderr"}, "a file elsewhere"
    _only_events(files["stderr"].decode())


def script_body(ticket: str, **changed: object) -> dict[str, object]:
    answers = {"area": ["a1"], "fp_respect": ["1"], "safe10": ["7"], "comment": [COMMENT]}
    return {"locale": "en", "ticket": ticket, "answers": answers, **changed}


def by_script(served: Served, ticket: str) -> None:
    """Good, sent twice, malformed, refused, foreign, too large."""
    sent = script_body(ticket)
    assert [served.post(sent) for _ in "ab"] == [201, 200]
    assert served.post(script_body(ticket, answers={"area": [PLACE], "comment": [COMMENT]})) == 422
    assert served.post(script_body(CODE), Idempotency_Key=KEY + "-3") == 422
    assert served.post({**sent, "more": PASS}) == 400
    assert served.post(b'{"comment": "' + COMMENT.encode() + b"\xff") == 400
    assert served.post(sent, Idempotency_Key="zq4") == 400
    assert served.post(sent, Sec_Fetch_Site="cross-site", Origin=f"https://{REFERRER}") == 403
    assert served.post(sent, survey=PLACE) == 404
    assert served.ask("GET", f"/api/v1/surveys/{SURVEY}/responses?{QUERY}")[0] == 405
    assert served.post(sent, Content_Type="text/plain") == 415
    assert served.post(script_body(ticket, answers={"comment": [COMMENT * 10_000]})) == 413


def what_a_page_asks_for(served: Served) -> None:
    """Scripts, boundaries, recordings and the like, those that are there and those that aren't; methods that nothing answers."""
    script = re.search(r'data-more="([^"]+)"', served.ask("GET", PATH)[2])
    assert script
    for path, status in (
        (f"{script[1]}?{QUERY}", 200),
        (f"/s/script/en.{PLACE}.js", 404),
        (f"/s/font/am.{PLACE}.woff2", 404),
        (f"/s/worker.js?{QUERY}", 200),
        (f"/s/icon.svg?{QUERY}", 200),
        (f"/s/manifest.webmanifest?survey={SURVEY}&locale=en&{QUERY}", 200),
        (f"/s/manifest.webmanifest?survey={PLACE}&locale={QUERY}", 404),
        (f"/s/{SURVEY}/areas.json?{QUERY}", 200),
        (f"/s/{PLACE}/areas.json", 404),
        (f"/s/{SURVEY}/audio/en/{PLACE}.opus", 404),
        (f"/s/{SURVEY}/pass?{QUERY}", 404),
        (f"{PATH}/privacy?{QUERY}", 200),
        (f"{PATH}/thanks?{QUERY}", 200),
        (f"/?locale={QUERY}", 200),
    ):
        assert served.ask("GET", path)[0] == status, path
    assert served.ask("PUT", f"{PATH}?{QUERY}", COMMENT.encode())[0] == 405
    assert served.ask("POST", PATH, COMMENT.encode(), Content_Type="text/plain")[0] == 415


def too_often(served: Served, ticket: str, good: dict[str, str]) -> None:
    """More than one address may: the form comes back with its answers, and nothing is written down."""
    refused = script_body(ticket, answers={"area": [PLACE], "comment": [COMMENT]})
    for act in (
        lambda: served.ask("GET", f"{PATH}?{QUERY}")[0],
        lambda: served.send(PATH, **{**good, "area": PLACE})[0],
        lambda: served.post(refused),
    ):
        assert 429 in (act() for _ in range(2 * RATE)), "each of the two processes counts for itself"


def _only_events(written: str) -> None:
    """Four lines: two for what was no HTTP, two for the faults. None for a request."""
    lines = [json.loads(line) for line in written.splitlines()]
    assert [(line["level"], line["event"], line["logger"]) for line in lines] == [
        ("warning", logs.WITHHELD, "gunicorn.error"),
        ("warning", logs.WITHHELD, "gunicorn.error"),
        *[("error", "fault", "trustsurvey")] * 2,
    ]
    fault = lines[2]
    assert lines[3]["route"] == "sending.respond"
    assert (fault["route"], fault["method"], fault["code"]) == ("respond.answer", "POST", "SQLITE_ERROR")
    assert [stack["kind"] for stack in fault["error"]] == ["OperationalError", "OperationalError"]
    assert any(place.startswith("trustsurvey/services/collect.py:") for place in fault["error"][0]["places"])


# ---------------------------------------------------------------- one line


def written(logger: str, message: object, *args: object, error: BaseException | None = None) -> dict[str, object]:
    found = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(logger, logging.ERROR, "/site-packages/other/module.py", 12, message, args, found)
    line = logs.formatter().format(record)
    assert "\n" not in line
    found_line: dict[str, object] = json.loads(line)
    return found_line


def raised() -> ValueError:
    secret = "zq45"
    try:
        try:
            int(secret)
        except ValueError as error:
            error.add_note(secret)
            raise KeyError(secret) from error
    except KeyError as error:
        try:
            raise ExceptionGroup(secret, [error]) from error
        except ExceptionGroup:
            return_value = ValueError(secret)
            return_value.__cause__ = error
            return return_value


@pytest.mark.parametrize("logger", ["trustsurvey.services", "gunicorn.error", "root"])
def test_an_exception_is_its_kind_and_where_it_was(logger: str) -> None:
    line = written(logger, "it broke", error=raised())
    assert "zq45" not in json.dumps(line)
    assert [stack["kind"] for stack in line["error"]] == ["ValueError", "KeyError", "ValueError"]  # type: ignore[attr-defined]
    assert line["error"][2]["places"][0].startswith("tests/web/test_logging.py:")  # type: ignore[index]


def test_another_library_s_line_is_the_words_in_its_code() -> None:
    assert written("other", "took %s from %s", 3, "zq45") == {
        "event": "took %s from %s",
        "level": "error",
        "logger": "other",
        "where": "site-packages/other/module.py:12",
    }
    assert written("other", "from ip=zq45")["event"] == logs.WITHHELD
    assert written("other", ValueError("zq45"))["event"] == logs.WITHHELD


def test_our_own_line_is_whole() -> None:
    assert written("trustsurvey.services.retain", "wave %s destroyed", 3)["event"] == "wave 3 destroyed"


def test_a_level_that_does_not_exist_is_named() -> None:
    with pytest.raises(SettingsError, match="TRUSTSURVEY_LOG_LEVEL is 'loud'"):
        logs.configure("loud")


# ---------------------------------------------------------------- what nobody caught

UNCAUGHT = """
import sys, threading, logging, warnings
from trustsurvey import logs
logs.configure("debug")
def broken():
    secret = "zq45"
    raise RuntimeError(secret)
class Dropped:
    def __del__(self):
        broken()
thread = threading.Thread(target=broken); thread.start(); thread.join()
Dropped()
warnings.warn("zq45")
logging.getLogger("x").error("%d", "zq45")
logging.getLogger("x").info("request of %s", "zq45")
broken()
"""


def test_what_nobody_caught_is_written_the_same_way() -> None:
    done = subprocess.run([sys.executable, "-W", "default", "-c", UNCAUGHT], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "zq45" not in done.stderr
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert events == ["fault", "fault", logs.WITHHELD, "%d", "fault"]


# ---------------------------------------------------------------- what stands in front

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def test_the_web_server_s_example_writes_no_one_down() -> None:
    text = re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text())
    kept = dict(re.findall(r"log_format (\w+) '(.*)'", text))
    assert set(re.findall(r"\$\w+", " ".join(kept.values()))) == {"$request_method", "$uri", "$status", "$body_bytes_sent"}
    assert set(re.findall(r"error_log ([^;]+);", text)) == {"/dev/null emerg"}
    servers = text.split("server {")[1:]
    for server in servers:
        assert "access_log off;" in server.partition("location")[0]
    places = dict(re.findall(r"location ([^{]+?) \{([^}]+)\}", servers[1]))
    for place in ("= /", "/s/", "~ ^/api/v1/surveys/[^/]+/responses$"):
        assert re.findall(r"access_log ([^;]+);", places[place]) == ["off"]
    assert [place for place, said in places.items() if kept.keys() & set(said.split()) or "trustsurvey_public;" in said] == ["/results/"]
    assert not re.search(r"location[^{]*\{[^}]*proxy_set_header", servers[1]), "a header set in a location drops all others"


def test_the_service_s_example_keeps_memory_in_memory() -> None:
    said = dict(line.split("=", 1) for line in (DEPLOY / "trustsurvey.service").read_text().splitlines() if re.match(r"\w+=", line))
    assert (said["MemorySwapMax"], said["LimitCORE"], said["StandardError"], said["UMask"]) == ("0", "0", "journal", "0077")
    variables = re.findall(r"^#? ?(TRUSTSURVEY_\w+)=", (DEPLOY / "trustsurvey.env").read_text(), re.MULTILINE)
    assert set(variables) <= {field.metadata["name"] for field in fields(Settings)}
