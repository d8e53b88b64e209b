"""What a signed-in account may translate: every language, or those its roles name (``translator:am``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

TRANSLATOR = "translator"


def translator(code: str) -> str:
    """The role of someone who translates into the language ``code`` and no other."""
    return f"{TRANSLATOR}:{code}"


def translates(user: Any, code: str) -> bool:
    """Whether ``user`` may edit and review the words of the language ``code``."""
    return any(user.has_role(name) for name in ("admin", TRANSLATOR, translator(code)))


def languages(user: Any, known: Iterable[str]) -> tuple[str, ...]:
    """Those of the ``known`` languages that ``user`` may translate."""
    return tuple(code for code in known if translates(user, code))
