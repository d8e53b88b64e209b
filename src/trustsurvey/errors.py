"""Everything that trustsurvey raises on purpose.

The tree::

    TrustsurveyError              a sentence for a person: what, where, what to do
    ├── SettingsError             a setting is missing or has a value that can't be used
    ├── QuestionnaireError        faults in a questionnaire file, all at once (``faults``)
    ├── PlanError                 faults in an analysis plan or its microdata, all at once (``faults``)
    ├── AreasError                faults in a boundary file, all at once (``faults``)
    ├── CatalogError              faults in a translation catalogue, all at once (``faults``)
    ├── AnswersError              what a resident sent can't be kept (``faults``: one an item)
    ├── StatisticsError           the numbers asked for don't exist
    │   └── RakingError           a margin can't be met: which margin, which category, by how much
    ├── ReleaseError              a release can't be made, read or shown
    └── StateError                the thing asked for isn't allowed now (a closed wave, a taken name)
        ├── NotFound              there is no such survey, wave, area, release …
        └── Conflict              somebody else changed it meanwhile (``current``: what it is now)

The command line prints the message and exits with 2; the web shows a page with it. Nothing else catches them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file: where it is and what to do about it.

    ``line`` and ``column`` count from 1; 0 means that the place isn't known.
    ``place`` names the thing when a line number can't (``feature 12``, ``row 7``, an item's code).
    """

    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    place: str = ""

    def __str__(self) -> str:
        where = self.file
        if self.line:
            where += f":{self.line}"
            if self.column:
                where += f":{self.column}"
        parts = [part for part in (where, self.place) if part]
        return ": ".join([*parts, self.message])


class TrustsurveyError(Exception):
    """A sentence for a person. Subclasses say which kind of thing went wrong."""


class FaultsError(TrustsurveyError):
    """Several faults found in one reading; ``str()`` lists them all, one a line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class SettingsError(TrustsurveyError): ...


class QuestionnaireError(FaultsError): ...


class PlanError(FaultsError): ...


class AreasError(FaultsError): ...


class CatalogError(FaultsError): ...


class AnswersError(FaultsError): ...


class StatisticsError(TrustsurveyError): ...


class RakingError(StatisticsError): ...


class ReleaseError(TrustsurveyError): ...


class StateError(TrustsurveyError): ...


class NotFound(StateError): ...


class Conflict(StateError):
    """Somebody else changed the same thing meanwhile. ``current`` is what it says now."""

    def __init__(self, message: str, current: Sequence[str]) -> None:
        super().__init__(message)
        self.current = tuple(current)
