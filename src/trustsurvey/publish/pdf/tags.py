"""Tagged PDF: what is drawn is marked with its place in a tree of headings, paragraphs, tables and figures, for screen readers and reflow.

reportlab draws; marks are written between its operators while it does, and ``finish`` hangs the tree into the file with pikepdf
(ISO 14289-1, PDF/UA). What isn't marked as content is an artifact: rules, bands, page furniture.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfgen.canvas import Canvas


@dataclass(slots=True)
class Mark:
    """A piece of marked content: its page (from 0) and its number on that page."""

    page: int
    number: int


@dataclass(slots=True)
class Element:
    """A node of the tree. ``role`` is a standard structure type (H1, P, Table, TR, TH, TD, Figure, L, LI, LBody)."""

    role: str
    alternative: str = ""
    scope: str = ""
    columns: int = 1  # that a cell spans
    children: list[Element | Mark] = field(default_factory=list)


class Tags:
    """Marks content while a canvas is drawn on."""

    def __init__(self, canvas: Canvas) -> None:
        self.root = Element("Document")
        self._canvas = canvas
        self._path = [self.root]
        self._counts: dict[int, int] = {}
        self._marking = False

    @contextmanager
    def element(self, role: str, *, alternative: str = "", scope: str = "", columns: int = 1) -> Iterator[None]:
        """An element that holds what is marked inside the block."""
        made = Element(role, alternative, scope, columns)
        self._path[-1].children.append(made)
        self._path.append(made)
        try:
            yield
        finally:
            self._path.pop()

    @contextmanager
    def resumed(self, element: Element) -> Iterator[None]:
        """Go on inside an element that was begun on an earlier page."""
        self._path.append(element)
        try:
            yield
        finally:
            self._path.pop()

    @property
    def current(self) -> Element:
        return self._path[-1]

    @contextmanager
    def content(self, role: str = "", *, alternative: str = "", scope: str = "", columns: int = 1) -> Iterator[None]:
        """Mark what is drawn inside the block, as an element of its own when it has a ``role``."""
        if not role:
            with self._marked(self._path[-1]):
                yield
            return
        with self.element(role, alternative=alternative, scope=scope, columns=columns), self._marked(self._path[-1]):
            yield

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside the block says nothing. Inside marked content it changes nothing: there it is part of the figure."""
        if self._marking:
            yield
            return
        self._marking = True
        self._canvas._code.append("/Artifact BMC")
        try:
            yield
        finally:
            self._canvas._code.append("EMC")
            self._marking = False

    @contextmanager
    def _marked(self, element: Element) -> Iterator[None]:
        if self._marking:
            raise RuntimeError(f"marked content can't hold marked content (a {element.role} was begun inside another)")
        page = self._canvas.getPageNumber() - 1
        number = self._counts.get(page, 0)
        self._counts[page] = number + 1
        element.children.append(Mark(page, number))
        self._marking = True
        self._canvas._code.append(f"/{element.role} <</MCID {number}>> BDC")
        try:
            yield
        finally:
            self._canvas._code.append("EMC")
            self._marking = False


def finish(data: bytes, tags: Tags, *, title: str, language: str, rtl: bool) -> bytes:
    """The drawn PDF with its structure tree, language, title and PDF/UA identifier."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        _hang(pdf, tags.root)
        root = pdf.Root
        root.MarkInfo = Dictionary(Marked=True)
        root.Lang = String(language)
        root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        if rtl:
            root.ViewerPreferences.Direction = Name.R2L
        _drop_unused_fonts(pdf)
        with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
            metadata["dc:title"] = title
            metadata["dc:language"] = [language]
            metadata["pdfuaid:part"] = "1"
        pdf.docinfo["/Title"] = String(title)
        out = io.BytesIO()
        pdf.save(out, min_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
        return out.getvalue()


def _hang(pdf: pikepdf.Pdf, document: Element) -> None:
    """Write the tree and the parent tree that leads from marks back to elements."""
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    pages = [page.obj for page in pdf.pages]
    owners: dict[int, dict[int, Any]] = {}

    def hang(element: Element, parent: Any) -> Any:
        node = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{element.role}"), P=parent))
        if element.alternative:
            node.Alt = String(element.alternative)
        if element.scope:
            node.A = Dictionary(O=Name.Table, Scope=Name(f"/{element.scope}"))
        if element.columns > 1:
            node.A = Dictionary(O=Name.Table, ColSpan=element.columns)
        children = []
        for child in element.children:
            if isinstance(child, Mark):
                children.append(Dictionary(Type=Name.MCR, Pg=pages[child.page], MCID=child.number))
                owners.setdefault(child.page, {})[child.number] = node
            else:
                children.append(hang(child, node))
        node.K = Array(children)
        return node

    tree.K = hang(document, tree)
    numbers: list[Any] = []
    for key, page in enumerate(sorted(owners)):
        pages[page].StructParents = key
        pages[page].Tabs = Name.S
        numbers += [key, pdf.make_indirect(Array([owners[page][n] for n in range(len(owners[page]))]))]
    tree.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(numbers)))
    tree.ParentTreeNextKey = len(owners)
    pdf.Root.StructTreeRoot = tree


def _drop_unused_fonts(pdf: pikepdf.Pdf) -> None:
    """reportlab names an unembedded Helvetica on every page; where it isn't used it goes, since all fonts must be embedded."""
    for page in pdf.pages:
        fonts = page.obj.Resources.get("/Font")
        if fonts is None:
            continue
        contents = page.obj.Contents
        drawn = b"".join(part.read_bytes() for part in (contents if isinstance(contents, Array) else [contents]))
        standard = [key for key in dict(fonts) if fonts[key].get("/Subtype") == Name.Type1]
        for name in [key for key in standard if key.encode() + b" " not in drawn]:
            del fonts[name]
