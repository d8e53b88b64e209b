"""Everything that a seizure would get, of a server that runs: files, rows with their system columns, logs, processes, temporary files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import numpy as np
from benchmarks.anonymity.chance import Mark
from benchmarks.anonymity.place import Place, Wave, data_folder
from sqlalchemy import Connection, text

WAL_PAGE, WAL_HEADER = 8192, 24
PAGES = {"sqlite": 4096, "postgresql": 8192}
RELATION = re.compile(r"\d+(\.\d+)?")
"""How PostgreSQL names the files of tables and indexes."""

TABLES = ("response", "sealed_response", "comment", "invitation", "spent_pass", "sent")
POOLED = ("response", "sealed_response", "comment")
CHUNK = 16_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it lies: its random key or hash, what it holds, and the transaction that wrote it (0 on SQLite)."""

    key: bytes
    value: bytes
    transaction: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken. ``tables`` are the bytes of tables and indexes, ``wal`` those of the write-ahead log in the order they were written;
    ``rows`` are a wave's, table by table, in the order they lie; ``page`` is the size of the database's pages."""

    tables: bytes
    wal: bytes
    logs: bytes
    other: bytes
    rows: Mapping[str, Sequence[Row]]
    page: int

    @property
    def everything(self) -> bytes:
        return b"\n".join((self.tables, self.wal, self.logs, self.other))


def seize(place: Place, wave: Wave) -> Taken:
    """Take it all. The server goes on; PostgreSQL is made to write what it has in memory."""
    with place.engine.connect() as connection:
        rows = {table: _rows(connection, table, wave.row.id) for table in TABLES}
    logs = b"\n".join(path.read_bytes() for path in (place.log, place.log.with_name("said")) if path.exists())
    other = [*_contents(place.temporary.rglob("*")), *_processes(place.process.pid)]
    if place.is_file:
        file = place.settings.instance / "trustsurvey.sqlite"
        beside = {path.name: path for path in place.settings.instance.rglob("*") if path.is_file()}
        log = beside.pop(file.name + "-wal", None)
        beside.pop(file.name)
        other += _contents(beside.values())
        return Taken(file.read_bytes(), log.read_bytes() if log else b"", logs, b"\n".join(other), rows, PAGES["sqlite"])
    with place.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
    folder = data_folder(place.engine)
    written = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_mtime >= wave.since]
    tables = [path for path in written if "base" in path.parts and RELATION.fullmatch(path.name)]
    logged = sorted((folder / "pg_wal").glob("[0-9A-F]" * 24))
    other += _contents([*(path for path in written if path not in tables and path not in logged), *place.settings.instance.rglob("*")])
    return Taken(b"".join(_contents(tables)), _in_order(logged), logs, b"\n".join(other), rows, PAGES["postgresql"])


def memory(place: Place) -> bytes:
    """What the server's processes may write to in memory. Raises PermissionError where the system forbids to look."""
    found = []
    for process in _family(place.process.pid):
        spans = [line.split() for line in (process / "maps").read_text().splitlines()]
        with (process / "mem").open("rb", buffering=0) as whole:
            for span, rights, *_ in spans:
                start, end = (int(edge, 16) for edge in span.split("-"))
                if rights.startswith("rw") and end < 2**63:
                    whole.seek(start)
                    found.append(_used(_some(whole, end - start)))
    return b"".join(found)


def places(data: bytes, tokens: Sequence[bytes]) -> tuple[list[Mark], list[Mark]]:
    """The first and the last offset in ``data`` of each token (8 bytes or longer); None for one that isn't there."""
    first: list[Mark] = [None] * len(tokens)
    last: list[Mark] = [None] * len(tokens)
    heads: dict[bytes, list[int]] = {}
    for k, token in enumerate(tokens):
        heads.setdefault(token[:8], []).append(k)
    for offset in _candidates(data, list(heads)):
        for k in heads.get(data[offset : offset + 8], ()):
            if data.startswith(tokens[k], offset):
                last[k] = offset
                first[k] = offset if first[k] is None else first[k]
    return first, last


def _candidates(data: bytes, heads: Sequence[bytes]) -> Iterator[int]:
    """Offsets at which one of ``heads`` (8 bytes each) may stand, ascending: each pair of bytes is one that some head has there."""
    tables = np.zeros((4, 65_536), dtype=np.bool_)
    for head in heads:
        for part in range(4):
            tables[part, int.from_bytes(head[2 * part : 2 * part + 2], "little")] = True
    for start in range(0, len(data), CHUNK):
        raw = np.frombuffer(data[start : start + CHUNK + 7], dtype=np.uint8)
        if len(raw) < 8:
            return
        twos = raw[:-1].astype(np.uint16) | (raw[1:].astype(np.uint16) << 8)
        here = np.flatnonzero(tables[0][twos[: len(raw) - 7]])
        for part in range(1, 4):
            here = here[tables[part][twos[here + 2 * part]]]
        yield from (here + start).tolist()


def _rows(connection: Connection, table: str, wave_id: int) -> Sequence[Row]:
    key, value = {
        "response": ("id", "answers"),
        "invitation": ("code_hash", "blinded_hash"),
        "spent_pass": ("pass_hash", "pass_hash"),
        "sent": ("key_hash", "key_hash"),
    }.get(table, ("id", "sealed"))
    if connection.dialect.name == "sqlite":
        found = connection.execute(text(f"SELECT {key}, {value}, 0 FROM {table} NOT INDEXED WHERE wave_id = {wave_id:d}"))
        return [_row(*row) for row in found]
    read = f"SELECT {key}, {value}, xmin::text::bigint FROM {{}}_w{wave_id:d} ORDER BY ctid"
    parts = [table, f"{table}_pool"] if table in POOLED else [table]
    return [_row(*row) for part in parts for row in connection.execute(text(read.format(part)))]


def _row(key: bytes, value: str | bytes | None, transaction: int) -> Row:
    return Row(bytes(key), value.encode() if isinstance(value, str) else bytes(value or b""), transaction)


def _in_order(segments: Iterable[Path]) -> bytes:
    """The log's pages by the address that each begins with: segments are used again under later names."""
    pages: list[bytes] = []
    for path in segments:
        data = path.read_bytes()
        pages += [data[at : at + WAL_PAGE] for at in range(0, len(data), WAL_PAGE)]
    pages.sort(key=lambda page: int.from_bytes(page[8:16], "little"))
    return b"".join(page[WAL_HEADER:] for page in pages)


def _contents(paths: Iterable[Path]) -> list[bytes]:
    """What is in the files; one that goes away meanwhile is gone for a thief too."""
    found = []
    for path in paths:
        try:
            if path.is_file():
                found.append(path.read_bytes())
        except FileNotFoundError:
            continue
    return found


def _family(pid: int) -> list[Path]:
    """A process and its workers, in ``/proc``."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path(f"/proc/{pid}"), *(process for child in children for process in _family(int(child)))]


def _processes(pid: int) -> list[bytes]:
    """Environment, command line and files that were deleted while they are open."""
    found = []
    for process in _family(pid):
        found += [(process / name).read_bytes() for name in ("environ", "cmdline")]
        deleted = [link for link in (process / "fd").iterdir() if str(_target(link)).endswith("(deleted)")]
        found += _contents(deleted)
    return found


def _target(link: Path) -> Path | None:
    try:
        return link.readlink()
    except FileNotFoundError:
        return None


def _some(whole: FileIO, size: int) -> bytes:
    try:
        return whole.read(size) or b""
    except OSError:  # the kernel's own pages
        return b""


def _used(span: bytes) -> bytes:
    """Without the pages that nothing was ever written to."""
    pages = np.frombuffer(span[: len(span) // 4096 * 4096], dtype=np.uint64).reshape(-1, 512)
    return pages[pages.any(axis=1)].tobytes()
