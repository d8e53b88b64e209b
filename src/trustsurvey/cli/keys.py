"""Files with keys: made on a computer that isn't the server, named on the command line."""

from __future__ import annotations

import os
from pathlib import Path

from trustsurvey.anonymity import sealing
from trustsurvey.cli import terminal
from trustsurvey.errors import StateError


def make_pair(output: Path) -> Path:
    """Write a new private key to ``output``, for its owner only, and the public key beside it as ``.pub``; returns the latter's path.

    Raises StateError when either is there.
    """
    public = output.with_name(output.name + ".pub")
    for path in (output, public):
        if path.exists():
            raise StateError(f"{path} exists; a key that is overwritten opens nothing any more. Choose another name")
    keys = sealing.make_keys()
    output.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(keys.private.hex() + "\n")
    public.write_text(keys.public.hex() + "\n")
    return public


def read(path: Path, what: str) -> bytes:
    """The key in a file; ``what`` names it ("public key"). Raises StateError when it holds anything but 64 hexadecimal digits."""
    try:
        key = bytes.fromhex(terminal.read_text(path).strip())
    except ValueError as error:
        raise StateError(f"{path} is not a {what}: it should hold 64 hexadecimal digits, as `keygen` writes them") from error
    if len(key) != 32:
        raise StateError(f"{path} holds {len(key)} bytes; a {what} has 32")
    return key
