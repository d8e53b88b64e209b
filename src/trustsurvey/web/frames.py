"""Where the pages of a release lie: the public's, of the latest one, and the staff's, of any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from trustsurvey.web import site


@dataclass(frozen=True, slots=True)
class Frame:
    """The addresses that the pages of one release link to. ``number`` None: the public's pages of the latest release."""

    survey: str
    number: int | None = None

    @property
    def staff(self) -> bool:
        return self.number is not None

    def overview(self) -> str:
        return self._to("overview")

    def area(self, code: str) -> str:
        return self._to("neighborhood", area=code)

    def compare(self, **chosen: str) -> str:
        return self._to("compare", **chosen)

    def waves(self, **chosen: str | int) -> str:
        return self._to("waves", **chosen)

    def file(self, kind: str, locale: str) -> str:
        """The release as a file; of the latest one where this is the public's page."""
        if self.number is not None:
            return url_for("department.download", survey=self.survey, number=self.number, kind=kind, locale=locale)
        if kind == "json":
            return url_for("api.latest", survey=self.survey)
        return url_for("api.latest_as", survey=self.survey, kind=kind, locale=locale)

    def _to(self, page: str, **values: Any) -> str:
        if self.number is None:
            return url_for(f"results.{page}", survey=self.survey, **values, **site.kept())
        ends = {"overview": "release"}
        return url_for(f"department.{ends.get(page, page)}", survey=self.survey, number=self.number, **values, **site.kept())
