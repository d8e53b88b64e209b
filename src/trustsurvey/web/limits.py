"""How often one address may ask and send, and that a form pressed twice counts once, without anything that says who it was.

An address is known here only as its HMAC under a salt that is random, lives in memory alone and is replaced every hour; what the old one
made is forgotten with it. Nothing of this is ever written to a disk.
"""

from __future__ import annotations

import hmac
import ipaddress
import mmap
import multiprocessing
import secrets
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from limits import parse_many
from limits.errors import ConfigurationError
from werkzeug.middleware.proxy_fix import ProxyFix

from trustsurvey.errors import SettingsError
from trustsurvey.settings import Settings
from trustsurvey.web import language, site

HOUR = 3600
AGAIN = 600
"""Seconds within which the same form from the same address is the same sending."""

SIGN_IN = "security.login"
API = "api"

_HEAD = struct.Struct("<Q32s")
_SLOT = struct.Struct("<I16s")
_BUCKETS, _WAYS = 2048, 8
_PATIENCE = 1.0


# ---------------------------------------------------------------- the memory


class Memory:
    """The hour's salt, and what was sent within ten minutes, as HMACs: about 300 KB, shared by all processes forked after it was made.

    Its methods may be called from any thread or process. ``clock`` gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._map = mmap.mmap(-1, _HEAD.size + _SLOT.size * _BUCKETS * _WAYS)
        self._lock = multiprocessing.get_context("fork").Lock()

    def pseudonym(self, address: str) -> str:
        """What ``address`` is called this hour: 32 hexadecimal digits. A phone's whole IPv6 network has one name."""
        with self._held():
            return hmac.digest(self._salt(), network(address).encode(), "sha256")[:16].hex()

    def claim(self, address: str, content: str) -> bool:
        """Take note that ``address`` sends ``content``; False when it did so within ten minutes."""
        with self._held():
            digest, now = self._digest(address, content), int(self._clock())
            slots = self._slots(digest)
            for at in slots:
                when, known = _SLOT.unpack_from(self._map, at)
                if known == digest and now - when < AGAIN:
                    return False
            oldest = min(slots, key=lambda at: _SLOT.unpack_from(self._map, at)[0])
            _SLOT.pack_into(self._map, oldest, now, digest)
            return True

    def release(self, address: str, content: str) -> None:
        """Forget that ``address`` sent ``content``: it could not be stored."""
        with self._held():
            digest = self._digest(address, content)
            for at in self._slots(digest):
                if _SLOT.unpack_from(self._map, at)[1] == digest:
                    _SLOT.pack_into(self._map, at, 0, b"")

    def forget(self) -> None:
        """Forget what its time is over for, as it should be though nobody comes: the last hour's salt, what was sent ten minutes ago."""
        with self._held():
            self._salt()
            now = int(self._clock())
            for at in range(_HEAD.size, len(self._map), _SLOT.size):
                when, _known = _SLOT.unpack_from(self._map, at)
                if when and now - when >= AGAIN:
                    _SLOT.pack_into(self._map, at, 0, b"")

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Alone with the memory; a process that died while it had the lock holds nobody up for longer than a second."""
        held = self._lock.acquire(timeout=_PATIENCE)
        try:
            yield
        finally:
            if held:
                self._lock.release()

    def _salt(self) -> bytes:
        """What the map holds goes with it: names of the hour before could be tried out on addresses for as long as it is there."""
        hour, salt = _HEAD.unpack_from(self._map)
        now = int(self._clock() // HOUR)
        if hour != now:
            salt = secrets.token_bytes(32)
            self._map[:] = bytes(len(self._map))
            _HEAD.pack_into(self._map, 0, now, salt)
        return bytes(salt)

    def _digest(self, address: str, content: str) -> bytes:
        return hmac.digest(self._salt(), f"{network(address)}\n{content}".encode("utf-8", "surrogatepass"), "sha256")[:16]

    @staticmethod
    def _slots(digest: bytes) -> range:
        start = _HEAD.size + int.from_bytes(digest[:4]) % _BUCKETS * _WAYS * _SLOT.size
        return range(start, start + _WAYS * _SLOT.size, _SLOT.size)


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, the /64 network of an IPv6 address; empty for what is neither."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or ipaddress.IPv6Network((int(found) >> 64 << 64, 64)).network_address
    return str(found)


# ---------------------------------------------------------------- in the application


def init_app(app: Flask, settings: Settings, memory: Memory | None = None) -> None:
    """Limit the residents' pages, the sign-in and the public API.

    ``memory`` is what the server's processes share; without it the application has its own.

    Raises SettingsError for a rate that can't be read and for a place to count that can't be used.
    """
    memory = memory or Memory()
    app.extensions["trustsurvey.memory"] = memory
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    for name, written in (("RESIDENTS", settings.rate_residents), ("SIGN_IN", settings.rate_sign_in), ("API", settings.rate_api)):
        try:
            parse_many(written)
        except ValueError as error:
            raise SettingsError(
                f"TRUSTSURVEY_RATE_{name} is {written!r}; write it like “300 per minute” or “10 per minute; 60 per hour”"
            ) from error

    def rate() -> str:
        if request.endpoint == SIGN_IN:
            return settings.rate_sign_in
        return settings.rate_api if request.blueprint == API else settings.rate_residents

    limiter = Limiter(
        lambda: memory.pseudonym(request.remote_addr or ""),
        default_limits=[rate],
        default_limits_exempt_when=_is_free,
        storage_uri=settings.rate_storage,
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        key_prefix="trustsurvey",
    )
    try:
        limiter.init_app(app)
    except ConfigurationError as error:
        raise SettingsError(f"TRUSTSURVEY_RATE_STORAGE can't be used: {error}") from error
    app.register_error_handler(429, _too_many)


def _is_free() -> bool:
    if request.endpoint == SIGN_IN:
        return request.method != "POST"
    return request.blueprint not in ("respond", "sending", API)


def _too_many(_error: Exception) -> Response:
    said = language.catalog()
    return site.message(429, said.gettext("Too many attempts"), said.gettext("Please wait a few minutes, then try again."))


@contextmanager
def once() -> Iterator[bool]:
    """Whether this form is sent for the first time from where it comes within ten minutes. When the block raises, it was not sent."""
    memory: Memory = current_app.extensions["trustsurvey.memory"]
    what = request.remote_addr or "", repr((request.path, sorted(request.form.lists())))
    first = memory.claim(*what)
    try:
        yield first
    except BaseException:
        if first:
            memory.release(*what)
        raise
