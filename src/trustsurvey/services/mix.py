"""Bring what came to rest in an order that tells nothing (``anonymity.mixing`` says why and when).

Unlike other services these take the engine: each table is mixed in a transaction of its own, and SQLite rewrites its file outside of any.
Killed at any point, nothing is lost and nothing stored twice: a record is either where it came or where it rests.
"""

from __future__ import annotations

import atexit
import threading
from dataclasses import dataclass

from sqlalchemy import Engine

from trustsurvey.anonymity import mixing
from trustsurvey.store import engine as engines
from trustsurvey.store import resting

SOON = 60.0
"""Seconds after which SQLite's pages and log are set right at the latest while answers come, however few."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """What was done: waves mixed; waves that wait for a fuller pool; whether someone's long reading or writing kept it from being done."""

    waves: tuple[int, ...]
    waiting: tuple[int, ...]
    busy: bool


def mix(engine: Engine, *, thorough: bool = True, patience: float = 30.0) -> Mixed:
    """Mix every wave that has enough to mix (all of a closed one). ``thorough`` rewrites large tables too, for the night and the close.

    ``patience`` is how many seconds to wait for readers to finish.
    """
    if engine.dialect.name == "sqlite":
        return Mixed((), (), busy=not resting.settle_file(engine, patience=patience))
    with engine.connect() as connection:
        found = resting.waiting(connection)
    moves = {w.wave_id: mixing.decide(w.waiting, w.resting, is_open=w.is_open, thorough=thorough) for w in found}
    todo = [(key, move) for key, move in moves.items() if move.take or move.rewrite]
    done = tuple(key for key, move in todo if resting.settle_wave(engine, key, rewrite=move.rewrite, patience=patience))
    busy = len(done) < len(todo) or (thorough and not resting.forget_what_was(engine))
    waits = tuple(w.wave_id for w in found if w.waiting and not moves[w.wave_id].take)
    return Mixed(done, waits, busy)


def mix_closed(engine: Engine, wave_id: int, *, patience: float = 30.0) -> bool:
    """Mix all of a wave that was closed. False when someone kept it from being done; `trustsurvey mix` does it then."""
    if engine.dialect.name == "sqlite":
        return resting.settle_file(engine, patience=patience)
    mixed = resting.settle_wave(engine, wave_id, rewrite=True, patience=patience)
    return resting.forget_what_was(engine) and mixed


class Settling:
    """Sets the order right while a server takes answers. One an application; its methods may be called from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_file = engine.dialect.name == "sqlite"
        self._came = 0
        self._counting = threading.Lock()
        self._settling = threading.Lock()
        self._timer: threading.Timer | None = None

    def after_response(self) -> None:
        """To be called when a response is committed."""
        if not self._is_file:
            self._mix_if_full()
            return
        with self._counting:
            self._came += 1
        with self._settling:
            if self._came >= mixing.BATCH or (self._came and resting.file_size(self._engine) <= mixing.SMALL_FILE):
                self._settle()
            elif self._came:  # else another thread has just rewritten the file, with this response in it
                engines.forget_write_order(self._engine)
            if self._came and self._timer is None:
                self._start()

    def now(self) -> None:
        """Set right what is left to be: on SQLite all that came since."""
        with self._settling:
            self._timer = None
            if self._came:
                self._settle()
            if self._came:
                self._start()

    def _mix_if_full(self) -> None:
        with self._engine.connect() as connection:
            full = resting.fullest(connection) >= mixing.BATCH
        if full:
            mix(self._engine, thorough=False, patience=1.0)

    def _settle(self) -> None:
        came = self._came
        if resting.settle_file(self._engine, patience=1.0):
            with self._counting:
                self._came -= came

    def _start(self) -> None:
        self._timer = threading.Timer(SOON, self.now)
        self._timer.daemon = True
        self._timer.start()
        atexit.unregister(self.now)
        atexit.register(self.now)
