"""How heavy the resident's page is and how soon it can be used: `trustsurvey bench page` prints what `run` returns.

The program serves the page as it ships (gunicorn, compressed), and Debian's Chromium opens it with an empty cache, its network and its
processor slowed through the DevTools protocol. That adds the round trip to every request and limits what arrives a second; it knows
nothing of setting up a connection, so over TLS add two round trips (300 ms, 800 ms) to any page of any program.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright
from tests.conftest import migrated, small_city

from trustsurvey.errors import StateError
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.settings import Settings

SURVEY = "measured"
CPU = 4
"""How many times slower than this computer's the processor is made: about a cheap phone of some years ago."""

PATIENCE = 30.0
"""Seconds for the server to come up, and to go."""


@dataclass(frozen=True, slots=True)
class Network:
    """What a phone has. ``kbit`` a second down (a third of it up), ``rtt`` in milliseconds, ``target`` in seconds until usable."""

    name: str
    kbit: int
    rtt: int
    target: float


NETWORKS = (Network("mobile", 1600, 150, 0.6), Network("slow_3g", 400, 400, 2.0))


def run(locales: Sequence[str] = (), *, rounds: int = 3, step: Callable[[int], object] = lambda _done: None) -> dict[str, Any]:
    """The page of `community-trust`, for 24 neighborhoods, in each of ``locales`` (all there are when empty).

    Returns ``locales``: for each ``bytes`` (the page as it arrives, headers included) and ``requests`` until it can be used, ``later``
    (bytes of what comes afterwards), and the median seconds until usable on each of ``NETWORKS``: first contentful paint or the end of
    parsing with its scripts, whichever is later. ``met``: whether every one of them is within its target. Raises StateError when
    Chromium isn't there.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise StateError("Chromium is not installed here (on Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory(prefix="page") as folder, served(Path(folder)) as (address, offered):
        chosen = [code for code in offered if not locales or code in locales]
        if missing := set(locales) - set(chosen):
            raise StateError(f"there is no page in {', '.join(sorted(missing))}; there are: {', '.join(offered)}")
        found: dict[str, dict[str, Any]] = {}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            for locale in chosen:
                found[locale] = _locale(browser, f"{address}/s/{SURVEY}/{locale}", rounds)
                step(1)
            browser.close()
    met = all(one[network.name] <= network.target for one in found.values() for network in NETWORKS)
    networks = {n.name: {"kbit": n.kbit, "rtt_ms": n.rtt, "target_s": n.target} for n in NETWORKS}
    return {"cpu_slowdown": CPU, "rounds": rounds, "networks": networks, "locales": found, "met": met}


def count() -> int:
    """How many languages there are."""
    return len(Catalogs(Settings().translations[:1]).locales())


def _locale(browser: Browser, address: str, rounds: int) -> dict[str, Any]:
    seconds: dict[str, float] = {}
    weight: Mapping[str, int] = {}
    with urlopen(address, timeout=PATIENCE):  # the page is made once an hour, by whoever comes first
        pass
    for network in NETWORKS:
        times = []
        for _ in range(rounds):
            took, weight = _visit(browser, address, network)
            times.append(took)
        seconds[network.name] = round(statistics.median(times), 3)
    return {**weight, **seconds}


def _visit(browser: Browser, address: str, network: Network) -> tuple[float, Mapping[str, int]]:
    """Seconds until the page can be used, and what was sent for it."""
    context = browser.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    arrived: list[tuple[float, int]] = []
    loaded: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: arrived.append((event["timestamp"], int(event["encodedDataLength"]))))
    devtools.on("Page.loadEventFired", lambda event: loaded.append(event["timestamp"]))
    devtools.send("Page.enable")
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    rate = network.kbit * 1000 / 8
    limits = {"offline": False, "latency": network.rtt, "downloadThroughput": rate, "uploadThroughput": rate / 3}
    devtools.send("Network.emulateNetworkConditions", limits)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    page.goto(address, wait_until="load")
    page.wait_for_load_state("networkidle")
    took = page.evaluate(
        "Math.max(performance.getEntriesByName('first-contentful-paint')[0].startTime,"
        " performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd)"
    )
    context.close()
    needed = [size for at, size in arrived if at <= loaded[0]]
    later = sum(size for at, size in arrived if at > loaded[0])
    return took / 1000, {"bytes": sum(needed), "requests": len(needed), "later": later}


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """The address of a server with one open wave, and the languages of its page."""
    settings = Settings(instance=folder / "instance")
    offered = Catalogs(settings.translations).locales()
    _city(settings, offered)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRUSTSURVEY_")}
    environment["TRUSTSURVEY_INSTANCE"] = str(settings.instance)
    command = [sys.executable, "-c", "from trustsurvey.cli import main; main()", "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address, offered
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(address, timeout=PATIENCE):
                return
        except URLError:
            time.sleep(0.1)
    raise StateError("the server did not come up")


def _city(settings: Settings, locales: Sequence[str]) -> None:
    settings.instance.mkdir(parents=True)
    engine = migrated(settings)
    small_city(engine, survey=SURVEY, synthetic=True, areas=(6, 4), locales=locales)
    engine.dispose()
