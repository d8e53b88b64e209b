"""A catalogue out to a file (.po or XLIFF 2.0) and back in, without losing what anybody else did meanwhile.

A file that goes out says in its header which change was the last it knows (``X-Revision``). When it comes back, only the strings that
somebody edited in it are taken; one that was changed here since is a conflict, and stays as it is here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from trustsurvey.errors import CatalogError, Fault
from trustsurvey.i18n import checks, pofiles, xliff
from trustsurvey.i18n.catalogs import fault
from trustsurvey.i18n.locales import match
from trustsurvey.i18n.pofiles import Entry, PoFile
from trustsurvey.services import edit_wording
from trustsurvey.services.edit_wording import Folders, Shown
from trustsurvey.services.translate import path_of, terms_of
from trustsurvey.store import wordings

REVISION = "X-Revision"


@dataclass(frozen=True, slots=True)
class Clash:
    """A string that was edited in the file and meanwhile here: ``theirs`` is the file's, ``ours`` what stands here."""

    entry: Entry
    theirs: tuple[str, ...]
    ours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file. ``unsure`` are entries marked fuzzy, ``unknown`` those that the program doesn't have; neither was taken."""

    changed: tuple[Shown, ...]
    conflicts: tuple[Clash, ...]
    unknown: int
    unsure: int


@dataclass(frozen=True, slots=True)
class _Sent:
    """An edited string in a file that came in; ``note`` is None where the format has none."""

    forms: tuple[str, ...]
    note: str | None
    fuzzy: bool
    line: int


def export_po(connection: Connection, folders: Folders, locale: str, domain: str) -> bytes:
    """The whole catalogue, as it stands over all folders, in the order of the program."""
    shown = edit_wording.entries(connection, folders, locale, domain)
    bases = [file for folder in folders if (file := edit_wording.legible(path_of(folder, locale, domain))).headers]
    base = bases[0] if bases else pofiles.new(path_of(folders[-1], locale, domain), locale)
    headers = {
        **base.headers,
        "X-Review": edit_wording.review_state(folders, locale, domain) or pofiles.DRAFT,
        REVISION: str(_last(connection, locale, domain)),
    }
    return pofiles.dump(replace(base, headers=headers, entries=tuple(one.entry for one in shown)))


def export_xliff(connection: Connection, folders: Folders, locale: str, domain: str) -> bytes:
    """The same as XLIFF 2.0."""
    shown = edit_wording.entries(connection, folders, locale, domain)
    reviewed = edit_wording.review_state(folders, locale, domain).startswith("reviewed")
    revision = _last(connection, locale, domain)
    return xliff.dump([one.entry for one in shown], locale=locale, domain=domain, revision=revision, reviewed=reviewed)


def _last(connection: Connection, locale: str, domain: str) -> int:
    return next((one.id for one in wordings.revisions(connection, locale=locale, domain=domain, limit=1)), 0)


def import_file(
    connection: Connection,
    folders: Folders,
    *,
    locale: str,
    domain: str,
    data: bytes,
    name: str,
    account: int,
    day: date,
    reason: str = "",
    accepted: Collection[str] = (),
    apply: bool = True,
) -> Imported:
    """Take the edited strings of ``data``, a .po or XLIFF 2 file of this catalogue; ``accepted`` kinds of findings may stay.

    A string that is empty in the file, or marked fuzzy, changes nothing. Without ``apply`` nothing is written, and ``changed`` shows the
    strings as the file would have them. Raises CatalogError with every fault, and then nothing is written.
    """
    sent, base = _sent(data, name, locale)
    with pofiles.locked(folders[-1]):
        here = {one.entry.id: one.entry for one in edit_wording.entries(connection, folders, locale, domain)}
        since: dict[tuple[str, str], tuple[str, ...]] = {}
        for change in wordings.revisions(connection, locale=locale, domain=domain, after=base):  # newest first: the oldest stays
            since[change.context, change.msgid] = change.old
        made, clashes = _edited(sent, here, since)
        _refuse_faults(made, folders, locale, name, accepted)
        edit_wording.check_entries(folders, locale, domain, [one for one, _ in made], accepted)
        for new, old in made if apply else ():
            wordings.add_revision(
                connection,
                locale=locale,
                domain=domain,
                key=new.key,
                old=old.forms if any(old.forms) else (),
                new=new.forms,
                day=day,
                source="workbench",
                reason=reason.strip(),
                account=account,
            )
        if made and apply:
            edit_wording.write(connection, folders, locale, domain, [one for one, _ in made])
        shown = {one.entry.id: one for one in edit_wording.entries(connection, folders, locale, domain)}
    return Imported(
        changed=tuple(shown[one.id] if apply else replace(shown[one.id], entry=one) for one, _ in made),
        conflicts=tuple(clashes),
        unknown=sum(key not in here for key in sent),
        unsure=sum(one.fuzzy and key in here for key, one in sent.items()),
    )


def _sent(data: bytes, name: str, locale: str) -> tuple[Mapping[str, _Sent], int]:
    if xliff.is_xliff(data):
        found = xliff.parse(data, name)
        if match(found.locale, [locale]) is None:  # a tool may say es-US for es
            raise CatalogError([Fault(f"the file is in {found.locale!r}, not in {locale!r}", file=name, line=1)])
        return {key: _Sent(forms, None, False, 0) for key, forms in found.forms.items()}, found.revision
    file: PoFile = pofiles.parse(data, name)
    faults = [one for one in checks.file_faults(file, locale) if one.kind != "review"]
    if faults:
        raise CatalogError([fault(one, name) for one in faults])
    sent = {one.id: _Sent(one.forms, one.note, one.fuzzy, one.line) for one in file.entries}
    return sent, pofiles.whole(file.headers.get(REVISION, ""))


def _edited(
    sent: Mapping[str, _Sent], here: Mapping[str, Entry], since: Mapping[tuple[str, str], tuple[str, ...]]
) -> tuple[list[tuple[Entry, Entry]], list[Clash]]:
    """(new, old) of each string to take, and the conflicts."""
    made: list[tuple[Entry, Entry]] = []
    clashes: list[Clash] = []
    for key, one in sent.items():
        now = here.get(key)
        if now is None or one.fuzzy or not any(one.forms):
            continue
        note = now.note if one.note is None else one.note
        if (one.forms, note) == (now.forms, now.note):
            continue
        if now.key in since:
            before = since[now.key]
            if one.forms not in (before, now.forms) and any(one.forms):
                clashes.append(Clash(now, one.forms, now.forms))
            continue  # not edited in the file: what was done here since stays
        flags = tuple(flag for flag in now.flags if flag != "fuzzy")
        made.append((replace(now, forms=one.forms, note=note, flags=flags, previous="", line=one.line), now))
    return made, clashes


def _refuse_faults(made: Sequence[tuple[Entry, Entry]], folders: Folders, locale: str, name: str, accepted: Collection[str]) -> None:
    """Raise CatalogError with the faults of every edited string, by its line in the file that came in."""
    terms = terms_of(folders[0]).get(locale, checks.NO_TERMS)
    passed = checks.INCOMPLETE | (set(accepted) - checks.UNUSABLE)
    found = [one for new, _ in made for one in checks.entry_faults(new, locale, terms) if one.kind not in passed]
    if found:
        raise CatalogError([fault(one, name) for one in found])
