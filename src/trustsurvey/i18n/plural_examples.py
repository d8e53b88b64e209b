"""Which numbers each plural form of a language is for: “1, 21, 31…” and “2–4, 22–24…”."""

from __future__ import annotations

import gettext
import re
from functools import lru_cache
from itertools import groupby

from trustsurvey.i18n.locales import PLURALS, Locale

LIMIT = 330
"""Numbers from 0 below this are looked at: every rule of ``PLURALS`` repeats within a hundred."""

RUNS = 3


@lru_cache
def plural_examples(code: str) -> tuple[str, ...]:
    """Examples for each form of the language ``code``, in its digits: one text a form, empty where the language has only one."""
    rule = PLURALS.get(code, PLURALS["en"])
    form_of = gettext.c2py(re.search(r"plural=(.+);$", rule)[1])  # type: ignore[index]
    forms: dict[int, list[int]] = {}
    for number in range(LIMIT):
        forms.setdefault(form_of(number), []).append(number)
    if len(forms) == 1:
        return ("",)
    return tuple(_said(forms[form], Locale(code)) for form in sorted(forms))


def _said(numbers: list[int], locale: Locale) -> str:
    runs = [[n for _, n in group] for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    said = [_run(run, locale) for run in runs[:RUNS]]
    return ", ".join(said) + ("…" if len(runs) >= RUNS or runs[-1][-1] == LIMIT - 1 else "")


def _run(run: list[int], locale: Locale) -> str:
    if run[-1] == LIMIT - 1 or len(run) == 2:
        return ", ".join(locale.number(n) for n in run[:3])
    return locale.number(run[0]) if len(run) == 1 else f"{locale.number(run[0])}–{locale.number(run[-1])}"
