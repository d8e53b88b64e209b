"""Invitations on paper: sheets of slips to tear off, each with a code of its own as a QR code and as words.

Every slip of a wave is the same but for its code. The code stands in the fragment of the address, which a browser keeps to itself, so that
no server ever logs it; the fingerprint of the wave's key stands beside it, for the page's script, and on the paper, for people.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

import segno
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from trustsurvey.errors import StateError
from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.publish.pdf import fonts
from trustsurvey.publish.pdf.looks import ACCENT, INK, INK2, MID, Style
from trustsurvey.publish.pdf.paper_pen import color, write
from trustsurvey.publish.pdf.shaping import Text

PAPERS = {"letter": LETTER, "a4": A4}
EDGE = 11 * mm  # what no printer draws on
ABOVE = 9.5  # between a cut and what is drawn
QR, GAP = 31 * mm, 9 * mm
TITLE = Style(10.5, 14.5, 600)
SAY = Style(9, 12)
SMALL = Style(7, 9.5, 400, INK2)
CODE = Style(14, 17, 600, ACCENT)
ADDRESS = Style(9, 12)
BETWEEN, BEFORE_CODE, UNDER_SQUARE = 4.0, 5.0, 5.0


@dataclass(frozen=True, slots=True)
class Words:
    """What a slip says in one language: the survey's title, who asks, and whom to call."""

    catalog: Catalog
    title: str
    operator: str
    contact: str


@dataclass(frozen=True, slots=True)
class Invitations:
    """What a wave's slips say. ``survey`` is its code, ``base`` the site's address without a slash at the end (``site_address``)."""

    survey: str
    place: str
    base: str
    fingerprint: str
    words: Sequence[Words]
    synthetic: bool = False

    @property
    def address(self) -> str:
        """What a person types."""
        return f"{self.base.partition('://')[2]}/s/{self.survey}"

    def link(self, code: str) -> str:
        """What a phone's camera reads."""
        return f"{self.base}/s/{self.survey}#{code}.{self.fingerprint}"

    @property
    def key(self) -> str:
        """The fingerprint in groups of four, for people to compare."""
        return grouped(self.fingerprint)


def grouped(fingerprint: str) -> str:
    """``4f2a91c0…`` as ``4f2a 91c0 …``."""
    return " ".join(fingerprint[n : n + 4] for n in range(0, len(fingerprint), 4))


def site_address(text: str) -> str:
    """The address that invitations lead to, checked. Raises StateError for one that a phone couldn't open, or not safely."""
    parts = urlsplit(text.strip())
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.scheme not in ("https", "http") or parts.query or parts.fragment or parts.username:
        raise StateError(f"{text!r} can't be the site's address; write it like https://trust.example.org")
    if parts.scheme == "http" and not local:
        raise StateError(f"{text!r} is not https: a phone keeps no code secret on the way, and makes no pass")
    return parts._replace(path=parts.path.rstrip("/")).geturl()


def write_csv(sheet: Invitations, codes: Sequence[str]) -> bytes:
    """One line an invitation, for a printer or a mail merge of one's own: ``code,link,key``."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("code", "link", "key"))
    writer.writerows((code, sheet.link(code), sheet.key) for code in codes)
    return buffer.getvalue().encode()


def write_pdf(
    sheet: Invitations, codes: Sequence[str], *, paper: str = "letter", step: Callable[[int], object] = lambda _done: None
) -> bytes:
    """Sheets of slips; ``step`` is told of each. Raises StateError for letters that no face has, and when the languages don't fit."""
    return _Press(sheet, PAPERS[paper]).printed(codes, step)


class _Press:
    """Draws slips. All places are in points, ``top`` counted from the page's upper edge."""

    def __init__(self, sheet: Invitations, paper: tuple[float, float]) -> None:
        self.sheet, (self.wide, self.high) = sheet, paper
        self.width = self.wide - 2 * EDGE
        self.column = self.width - QR - GAP
        self.paragraphs = [self._set(words, first=n == 0) for n, words in enumerate(sheet.words)]
        text = sum(len(lines) * style.leading for part in self.paragraphs for _, lines, style in part)
        text += BETWEEN * (len(self.paragraphs) - 1) + BEFORE_CODE + CODE.leading + ADDRESS.leading
        self.key = self._key()
        self.slip = max(text, QR + UNDER_SQUARE + len(self.key) * SMALL.leading) + 2 * ABOVE
        self.each = int((self.high - 2 * EDGE) // self.slip)
        if not self.each:
            raise StateError(f"{len(sheet.words)} languages don't fit on a slip; print fewer, or two kinds of sheet")
        self.slip = (self.high - 2 * EDGE) / self.each

    def printed(self, codes: Sequence[str], step: Callable[[int], object]) -> bytes:
        buffer = io.BytesIO()
        self.canvas = Canvas(buffer, pagesize=(self.wide, self.high), pageCompression=1, lang=self.sheet.words[0].catalog.locale.tag)
        self.canvas.setTitle(" · ".join((self.sheet.words[0].title, self.sheet.place)))
        for n, code in enumerate(codes):
            at = n % self.each
            if n and not at:
                self.canvas.showPage()
            self._slip(code, EDGE + at * self.slip)
            if at < self.each - 1:
                self._cut(EDGE + (at + 1) * self.slip)
            step(1)
        self.canvas.save()
        return buffer.getvalue()

    def _set(self, words: Words, *, first: bool) -> list[tuple[Text, list[tuple[int, int]], Style]]:
        """The paragraphs of one language, broken into lines."""
        t, rtl = words.catalog, words.catalog.locale.direction == "rtl"
        asks, contact = _apart(words.operator), _apart(words.contact)
        said = [
            (f"{t.pgettext('place', self.sheet.place)} · {words.title}" if first else words.title, TITLE),
            (
                t.gettext("Your household is invited to answer, once. Nobody can tell which answers are yours.")
                + t.locale.gap
                + t.gettext("Scan the square with a phone. Or open the address below and type the five words."),
                SAY,
            ),
            (t.gettext("If the page shows another key than this paper, do not answer, and tell us."), SMALL),
            (t.locale.gap.join((t.gettext("Who is asking?"), asks, t.gettext("Questions about this survey?"), contact)), SMALL),
        ]
        if self.sheet.synthetic:
            said.insert(1, (t.gettext("Synthetic data: this is a demonstration, not a real survey."), Style(9, 12, 600)))
        found = []
        for sentence, style in said:
            if missing := fonts.missing(sentence):
                raise StateError(f"no typeface here has {' '.join(sorted(missing))}, which {t.locale.code} needs; print other languages")
            text = Text(sentence, weight=style.weight, rtl=rtl, language=t.locale.tag)
            limit = self.column / style.size
            found.append((text, text.lines(limit) if style is SMALL else text.balanced(limit), style))
        return found

    @property
    def rtl(self) -> bool:
        return self.paragraphs[0][0][0].rtl

    def _slip(self, code: str, top: float) -> None:
        left = EDGE + (QR + GAP if self.rtl else 0)
        y = top + ABOVE
        for n, part in enumerate(self.paragraphs):
            y += BETWEEN if n else 0
            for text, lines, style in part:
                y = self._lines(text, lines, style, left, y)
        y = max(y + BEFORE_CODE, top + self.slip - ABOVE - CODE.leading - ADDRESS.leading)
        for line, style in ((code.replace("-", " "), CODE), (self.sheet.address, ADDRESS)):
            text = Text(line, weight=style.weight, rtl=self.rtl)
            y = self._lines(text, [(0, len(text.text))], style, left, y)
        self._square(code, EDGE if self.rtl else EDGE + self.width - QR, top + ABOVE)
        y = top + ABOVE + QR + UNDER_SQUARE
        for text in self.key:
            middle = (EDGE if self.rtl else EDGE + self.width - QR) + (QR - text.width() * SMALL.size) / 2
            y = self._lines(text, [(0, len(text.text))], SMALL, middle, y, width=0)

    def _key(self) -> list[Text]:
        """The key's fingerprint in lines that fit under the square, with its name above."""
        catalog, groups = self.sheet.words[0].catalog, self.sheet.key.split(" ")
        lines = [Text(" ".join(groups[n : n + 4])) for n in range(0, len(groups), 4)]
        return [Text(catalog.gettext("Key of the survey"), rtl=self.rtl, language=catalog.locale.tag), *lines]

    def _lines(
        self, text: Text, lines: Sequence[tuple[int, int]], style: Style, left: float, top: float, *, width: float | None = None
    ) -> float:
        """Draw a paragraph from the reading side of a box ``width`` wide (the column's; 0: from the left); the y below it."""
        for span in lines:
            slack = (self.column if width is None else width) - text.width(*span) * style.size if text.rtl and width != 0 else 0
            write(self.canvas, text, left + slack, self.high - top - style.leading / 2 - 0.36 * style.size, style.size, style.color, span)
            top += style.leading
        return top

    def _square(self, code: str, left: float, top: float) -> None:
        """The QR code with its quiet zone inside ``QR``, one rectangle a run of dark modules."""
        rows = segno.make_qr(self.sheet.link(code), error="m").matrix
        unit = QR / (len(rows) + 2)  # the paper around it is white: a module on each side keeps the rest of the quiet zone clear
        self.canvas.saveState()
        self.canvas.translate(left + unit, self.high - top - unit)
        self.canvas.scale(unit, -unit)
        path = self.canvas.beginPath()
        for y, row in enumerate(rows):
            x = 0
            for dark, run in groupby(row):
                modules = len(list(run))
                if dark:
                    path.rect(x, y, modules, 1)
                x += modules
        self.canvas.setFillColor(color(INK))
        self.canvas.drawPath(path, stroke=0, fill=1)
        self.canvas.restoreState()

    def _cut(self, top: float) -> None:
        self.canvas.setStrokeColor(color(MID))
        self.canvas.setLineWidth(0.5)
        self.canvas.setDash([3, 3])
        self.canvas.line(0, self.high - top, self.wide, self.high - top)
        self.canvas.setDash([])


def _apart(text: str) -> str:
    """``text`` kept in its own direction inside a sentence of any script."""
    return f"\u2068{text}\u2069"
