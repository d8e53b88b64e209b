"""What must be true of every page, whoever fetches it and in whichever language."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from typing import Any

import html5lib
from bs4 import BeautifulSoup, Tag

RESIDENT = re.compile(r"^/(s/.*)?$")
"""Paths on which nothing may tell one person from another."""


def audit(response: Any) -> None:
    """Raise AssertionError naming the path and every fault of an HTML response; other types pass."""
    path = response.request.path
    faults = list(_headers(response, path))
    if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 307, 308):
        faults += _page(response.get_data(as_text=True))
    assert not faults, f"{path} ({response.status_code}): " + "; ".join(faults)


def _headers(response: Any, path: str) -> list[str]:
    faults = []
    if not path.startswith(("/department", "/account", "/translate", "/admin")) and response.headers.getlist("Set-Cookie"):
        faults.append("sets a cookie")
    if response.mimetype == "text/html":
        policy = response.headers.get("Content-Security-Policy", "")
        if "default-src 'none'" not in policy or "unsafe-inline" in policy:
            faults.append(f"content security policy {policy!r}")
        if response.headers.get("Referrer-Policy") != "no-referrer":
            faults.append("no Referrer-Policy: no-referrer")
        if response.headers.get("X-Content-Type-Options") != "nosniff":
            faults.append("no X-Content-Type-Options: nosniff")
    return faults


def _page(text: str) -> list[str]:
    parser = html5lib.HTMLParser(strict=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        parser.parse(text)
    faults = [f"HTML: {code} at line {place[0] if place else '?'}" for place, code, _ in parser.errors]
    page = BeautifulSoup(text, "html5lib")
    root = page.html
    if root is None or not root.get("lang") or root.get("dir") not in ("ltr", "rtl"):
        faults.append("html without lang and dir")
    if len(page.find_all("h1")) != 1:
        faults.append(f"{len(page.find_all('h1'))} h1")
    if page.title is None or not page.title.get_text(strip=True):
        faults.append("no title")
    ids = Counter(tag["id"] for tag in page.find_all(id=True))
    faults += [f"id {name!r} {count} times" for name, count in ids.items() if count > 1]
    faults += _references(page, set(ids))
    faults += _labels(page)
    faults += ["style attribute" for _ in page.find_all(style=True)]
    faults += ["image without alt" for image in page.find_all("img") if image.get("alt") is None]
    for tag in page.find_all(["script", "link", "img", "iframe"]):
        source = str(tag.get("src") or tag.get("href") or "")
        if source.startswith(("http:", "https:", "//")):
            faults.append(f"third party: {source}")
    return faults


def _references(page: BeautifulSoup, ids: set[str]) -> list[str]:
    faults = []
    for tag in page.find_all(True):
        for name in ("for", "aria-labelledby", "aria-describedby", "form", "list"):
            value = tag.get(name)
            for target in str(value).split() if value and not isinstance(value, list) else value or []:
                if target not in ids:
                    faults.append(f"{tag.name}[{name}] points at {target!r}, which isn't there")
        href = tag.get("href") if tag.name == "a" else None
        if isinstance(href, str) and href.startswith("#") and len(href) > 1 and href[1:] not in ids:
            faults.append(f"link to {href}, which isn't there")
    return faults


def _labels(page: BeautifulSoup) -> list[str]:
    faults = []
    for control in page.find_all(["input", "select", "textarea"]):
        if control.get("type") in ("hidden", "submit", "button"):
            continue
        named = control.get("aria-label") or control.get("aria-labelledby") or control.find_parent("label")
        if not named and not (control.get("id") and page.find("label", attrs={"for": control["id"]})):
            faults.append(f"{control.name}[name={control.get('name')}] has no label")
    for group in page.find_all("fieldset"):
        first = next((child for child in group.children if isinstance(child, Tag)), None)
        if first is None or first.name != "legend":
            faults.append("fieldset without legend")
    return faults
