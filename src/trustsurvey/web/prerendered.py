"""The resident's page, made and compressed once an hour and served from memory: the same bytes for everyone, at the cost of a look-up."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped,unused-ignore]
from flask import Response, g, make_response, request

from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.services.open_wave import WaveRow
from trustsurvey.web import security

Policy = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Source:
    """All that a page is made of. One that differs in anything is another page; a catalogue read anew is another catalogue."""

    wave: WaveRow
    catalog: Catalog
    window: int

    def is_of(self, other: Source) -> bool:
        return self.catalog is other.catalog and self.window == other.window and self.wave == other.wave


@dataclass(frozen=True, slots=True)
class _Page:
    source: Source
    bodies: Mapping[str, bytes]
    allowed: Policy


class Pages:
    """The page of every survey in every language: one of each, the newest. Safe to share between threads."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str], _Page] = {}
        self._lock = threading.Lock()

    def serve(self, source: Source, make: Callable[[], Response]) -> Response:
        """The page made of ``source``, in the coding that the browser takes. ``make`` renders it, when the one that is kept was made of
        something else; who asks in the meantime waits, so that it is made once.
        """
        place = source.wave.survey.code, source.catalog.locale.code
        page = self._pages.get(place)
        if page is None or not page.source.is_of(source):
            with self._lock:
                page = self._pages.get(place)
                if page is None or not page.source.is_of(source):
                    page = self._pages[place] = _made(source, make)
        return _answer(page)


def _made(source: Source, make: Callable[[], Response]) -> _Page:
    """``mtime=0`` and no name in gzip's header: the bytes don't tell when they were made."""
    g.pop("allowed", None)
    plain = make().get_data()
    allowed = {kind: tuple(sources) for kind, sources in g.pop("allowed", {}).items()}
    squeezed = brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11)
    return _Page(source, {"br": squeezed, "gzip": gzip.compress(plain, 9, mtime=0), "": plain}, allowed)


def _answer(page: _Page) -> Response:
    for kind, sources in page.allowed.items():
        for one in sources:
            security.allow(kind, one)
    wanted = {coding: request.accept_encodings.quality(coding) for coding in ("br", "gzip")}
    coding = max(wanted, key=lambda name: wanted[name])
    if not wanted[coding]:
        coding = ""
    response = make_response(page.bodies[coding])
    if coding:
        response.headers["Content-Encoding"] = coding
    response.vary.add("Accept-Encoding")
    return response
