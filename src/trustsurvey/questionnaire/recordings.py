"""Questions read aloud by a person: ``<folder>/<questionnaire>/audio/<locale>/<item>.opus``, beside an installation's questionnaires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trustsurvey.questionnaire.schema import Questionnaire

SUFFIX = ".opus"
"""Ogg Opus: small, free, and played by every browser of the last ten years (Safari since 17; older ones use the phone's own voice)."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which items of a questionnaire have a recording in ``locale``, which lack one, and files that belong to no item."""

    locale: str
    recorded: tuple[str, ...]
    missing: tuple[str, ...]
    strangers: tuple[str, ...]


def find(folders: Sequence[Path], questionnaire: Questionnaire, locale: str) -> Mapping[str, Path]:
    """Recordings of the items by item code, in the order asked; the first folder that has one wins."""
    found = {}
    for item in questionnaire.items():
        for folder in folders:
            path = _place(folder, questionnaire.code, locale) / f"{item.code}{SUFFIX}"
            if path.is_file():
                found[item.code] = path
                break
    return found


def coverage(folders: Sequence[Path], questionnaire: Questionnaire) -> tuple[Coverage, ...]:
    """What there is and what lacks, for every language that has any recording, by code."""
    roots = [folder / questionnaire.code / "audio" for folder in folders]
    locales = sorted({path.name for root in roots if root.is_dir() for path in root.iterdir() if path.is_dir()})
    return tuple(_coverage(folders, questionnaire, locale) for locale in locales)


def _coverage(folders: Sequence[Path], questionnaire: Questionnaire, locale: str) -> Coverage:
    recorded = tuple(find(folders, questionnaire, locale))
    items = [item.code for item in questionnaire.items()]
    files = {path.name for folder in folders for path in _place(folder, questionnaire.code, locale).glob("*") if path.is_file()}
    strangers = sorted(files - {f"{code}{SUFFIX}" for code in items})
    return Coverage(locale, recorded, tuple(code for code in items if code not in recorded), tuple(strangers))


def _place(folder: Path, code: str, locale: str) -> Path:
    return folder / code / "audio" / locale
