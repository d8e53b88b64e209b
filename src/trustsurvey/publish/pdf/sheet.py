"""The report's pages: A4 with margins, a running head and foot. Places are in points from the upper edge."""

from __future__ import annotations

from contextlib import nullcontext

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from trustsurvey.publish.edition import Edition
from trustsurvey.publish.pdf.looks import INK, RUNNING, Style
from trustsurvey.publish.pdf.page import WIDTH, Page
from trustsurvey.publish.phrases import confidence

__all__ = ["BOTTOM", "TOP", "WIDTH", "Sheet"]

TOP: float = 32 * mm  # where a page's own text begins
BOTTOM: float = A4[1] - 22 * mm  # where it ends


class Sheet(Page):
    """One report being drawn."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(edition.locale)
        self.edition = edition

    # ------------------------------------------------------------------ pages
    def begin(self, *, outline: str = "", under: str = "", level: int = 0, cover: bool = False) -> None:
        """A new page with its running head and foot.

        ``outline`` names it in the reader's bookmarks, at ``level``; ``under`` is a bookmark to put above it first.
        """
        if self.page:
            self.canvas.showPage()
        self.page += 1
        if outline:
            self.canvas.bookmarkPage(f"p{self.page}")
            if under:
                self.canvas.bookmarkPage(f"u{self.page}")  # reportlab keeps one title a key
                self.canvas.addOutlineEntry(under, f"u{self.page}", level - 1, closed=True)
            self.canvas.addOutlineEntry(outline, f"p{self.page}", level)
        if cover:
            self._head(cover)  # the first page's head is read; on the others it is furniture
            return
        with self.tags.artifact():
            self._head(cover)
            self._foot()

    def _head(self, cover: bool) -> None:
        edition, t = self.edition, self.edition.catalog
        label = edition.wave_label(edition.release.wave.label) if edition.release.wave else ""
        parts = [edition.heading()] if cover else [edition.heading(), edition.named(label)]
        read = "P" if cover else ""
        self._line(" · ".join(part for part in parts if part), 17 * mm, RUNNING, role=read)
        if edition.release.synthetic:
            words = t.gettext("Synthetic data: this city is made up") if cover else t.gettext("Synthetic data")
            self._line(words, 17 * mm, Style(7.5, 10, 600, INK), end=True, role=read)
        with self.tags.artifact():
            self.rule(23 * mm, kind="rule")

    def _foot(self) -> None:
        edition, t, release = self.edition, self.edition.catalog, self.edition.release
        precision = t.gettext("Intervals: precision under the weighting model, %(confidence)s.", confidence=confidence(edition))
        parts = [precision]
        if release.number is not None and release.released is not None:
            which = t.gettext(
                "Release %(number)s, %(date)s.", number=edition.number(release.number), date=edition.locale.date(release.released)
            )
            parts.insert(0, which)
        self._line(" ".join(parts), A4[1] - 14 * mm, RUNNING)
        self._line(edition.number(self.page), A4[1] - 14 * mm, RUNNING, end=True)

    def _line(self, words: str, top: float, style: Style, *, end: bool = False, role: str = "") -> None:
        with self.tags.content(role) if role else nullcontext():
            self.draw(words, 0, top, WIDTH, style, align="end" if end else "start")
