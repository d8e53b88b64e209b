"""In which languages residents are offered a survey: those in which nothing is missing, and which a person has reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.questionnaire import catalog as strings
from trustsurvey.questionnaire.schema import Questionnaire
from trustsurvey.services.open_wave import WaveRow


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands between a language and residents: strings without a translation, and those whose translation nobody has reviewed."""

    locale: str
    interface: int
    questionnaire: int
    unreviewed: int
    asked: int

    @property
    def reviewed(self) -> bool:
        return self.unreviewed == 0

    @property
    def complete(self) -> bool:
        return self.interface == self.questionnaire == 0

    @property
    def reason(self) -> str:
        """Why it isn't offered, for whoever runs the survey; empty when nothing is in the way."""
        if not self.complete:
            return f"translations are missing: {self.questionnaire} in the questionnaire, {self.interface} in the resident's pages"
        if self.unreviewed == self.asked > 0:
            return "nobody has reviewed it yet"
        return f"nobody has reviewed {self.unreviewed} of its {self.asked} texts yet" if self.unreviewed else ""


class Offers:
    """Which languages are offered, remembered until a catalogue changes."""

    def __init__(self, catalogs: Catalogs, *, require_reviewed: bool) -> None:
        self.catalogs = catalogs
        self.require_reviewed = require_reviewed
        self._known: dict[tuple[int, str, str], Gate] = {}

    def gate(self, locale: str, questionnaire: Questionnaire | None = None) -> Gate:
        """What is in the way of ``locale``: for a survey with ``questionnaire``, or for the pages around one."""
        key = self.catalogs.version, locale, questionnaire.hash if questionnaire else ""
        known = self._known  # read once: another thread may put another in its place
        found = known.get(key)
        if found is None:
            found = self._gate(locale, questionnaire)
            self._known = {**{one: gate for one, gate in known.items() if one[0] == key[0]}, key: found}
        return found

    def _gate(self, locale: str, questionnaire: Questionnaire | None) -> Gate:
        if locale == "en":
            return Gate(locale, 0, 0, 0, 0)
        known, interface = self.catalogs[locale].known, self.catalogs.for_residents()
        asked = {(one.context, one.text) for one in strings.messages(questionnaire)} if questionnaire else set()
        unread = len((interface | asked) & self.catalogs.unreviewed(locale))
        return Gate(locale, len(interface - known), len(asked - known), unread, len(interface | asked))

    def complete(self) -> tuple[str, ...]:
        """Languages in which the pages around a survey lack nothing: those that public pages are offered in."""
        return tuple(code for code in self.catalogs.locales() if self.gate(code).complete)

    def offered(self, wave: WaveRow) -> tuple[str, ...]:
        """Those of the wave's languages that residents are offered: complete and, unless the data are made up, reviewed."""
        return tuple(code for code in wave.locales if self.passes(self.gate(code, wave.questionnaire), synthetic=wave.survey.synthetic))

    def passes(self, gate: Gate, *, synthetic: bool) -> bool:
        return gate.complete and (gate.reviewed or synthetic or not self.require_reviewed)

    def as_offered(self, wave: WaveRow) -> WaveRow:
        """The wave as residents see it: with the languages they are offered."""
        offered = self.offered(wave)
        return wave if offered == wave.locales else replace(wave, locales=offered)

    def refused(self, questionnaire: Questionnaire, locales: Sequence[str]) -> tuple[Gate, ...]:
        """Those of ``locales`` that are not complete for ``questionnaire``."""
        return tuple(gate for code in locales if not (gate := self.gate(code, questionnaire)).complete)
