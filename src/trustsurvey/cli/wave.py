"""`trustsurvey wave`: opening and closing a wave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from trustsurvey.cli import keys, terminal
from trustsurvey.cli.margins import read_file
from trustsurvey.errors import StateError, TrustsurveyError
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.questionnaire import loader, notice
from trustsurvey.questionnaire.schema import Questionnaire
from trustsurvey.services import close_wave, keep_wording, open_wave
from trustsurvey.services.issue_passes import ask_for_passes
from trustsurvey.services.merge_areas import FLOOR, check_floor
from trustsurvey.services.mix import mix_closed
from trustsurvey.services.offer_locales import Offers
from trustsurvey.services.publish_release import check_key, publish_release
from trustsurvey.settings import read
from trustsurvey.store import engine as engines
from trustsurvey.store import queries

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def wave() -> None:
    """Waves: one round of asking."""


@wave.command("open")
@click.argument("survey")
@click.option("--label", required=True, help='What reports call it, like "October 2026".')
@click.option(
    "--notice",
    "notices",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML, by locale: operator, contact, who_sees, consent, results, help_lines.",
)
@click.option(
    "--questionnaire", default="community-trust", show_default=True, help="A file, or the code of one that ships or is installed."
)
@click.option("--locales", default="en", show_default=True, help="Languages to offer, separated by commas.")
@click.option(
    "--margins",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Control totals for weighting (YAML); see `margins import`.",
)
@click.option(
    "--comment-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public key from `comments keygen`; without it no comment is asked for.",
)
@click.option(
    "--sealed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public key from `wave keygen`: answers are sealed to it as they come, and only its private key opens them.",
)
@click.option("--passes", is_flag=True, help="Each response needs an invitation (`passes issue`); such a wave is sealed.")
@click.option("--unsealed", is_flag=True, help="With --passes: don't seal it.")
@click.option(
    "--floor", type=click.IntRange(min=0), default=FLOOR, show_default=True, help="Adult residents that each neighborhood must have."
)
@click.option("--opened", type=DAY, help="Day of opening (YYYY-MM-DD); today when left out.")
@terminal.as_json
def open_(
    survey: str,
    label: str,
    notices: Path,
    questionnaire: str,
    locales: str,
    margins: Path | None,
    comment_key: Path | None,
    sealed: Path | None,
    passes: bool,
    unsealed: bool,
    floor: int,
    opened: datetime | None,
    machine: bool,
) -> None:
    """Open the next wave of SURVEY: its page takes answers from now on.

    \b
    Example: trustsurvey wave open seattle-trust --label "October 2026" --notice notice.yaml --locales en,es,ar
    """
    settings = read()
    codes = [code.strip() for code in locales.split(",") if code.strip()]
    catalogs = Catalogs(settings.translations, pseudo_locales=settings.pseudo_locales)
    for code in codes:
        if code not in catalogs.locales():
            raise StateError(f"there is no catalogue for {code!r}; there are: {', '.join(catalogs.locales())}")
    if questionnaire.endswith((".yaml", ".yml")):
        text, file = terminal.read_text(Path(questionnaire)), questionnaire
    else:
        text, file = loader.source(questionnaire, settings.questionnaires)
    words = notice.load(terminal.read_text(notices), locales=codes, file=str(notices))
    offers = Offers(catalogs, require_reviewed=settings.require_reviewed_locales)
    _refuse_incomplete(offers, loader.load(text, file=file), codes)
    with terminal.transaction() as connection:
        made = open_wave.open_wave(
            connection,
            survey,
            questionnaire=text,
            file=file,
            label=label,
            notices=words,
            opened=terminal.day(opened),
            comment_key=keys.read(comment_key, "public key") if comment_key else None,
            sealing_key=_sealing_key(sealed, passes=passes, unsealed=unsealed),
            floor=floor,
        )
        waiting = _waiting(offers, made)
        keep_wording.keep(connection, made, catalogs, day=made.opened)
        if passes:
            ask_for_passes(connection, made)
        if margins is not None:
            found = read_file(margins, connection, made)
            survey_areas = queries.areas(connection, made.survey.area_set_id)
            check_floor(survey_areas, floor, area_set=made.survey.area_set, margins=found.get("area"))
            queries.set_margins(connection, made.id, found)
    data = {
        "survey": survey,
        "wave": made.number,
        "questionnaire": made.questionnaire.hash,
        "locales": codes,
        "waiting": waiting,
        "sealed": made.is_sealed,
        "passes": passes,
    }
    kinds = " and ".join(word for word, on in (("sealed", made.is_sealed), ("by invitation", passes)) if on)
    now = [code for code in codes if code not in waiting]
    text = f"Wave {made.number} of {survey} is open{kinds and f' ({kinds})'} in {', '.join(now)}: /s/{survey}"
    if waiting:
        text += (
            f"\nNobody has reviewed {', '.join(waiting)} yet, so residents are not offered it. When a person who speaks it has, run\n"
            f'  trustsurvey translations review {" ".join(waiting)} --by "native speaker"\n'
            "or offer drafts too: TRUSTSURVEY_REQUIRE_REVIEWED_LOCALES=0."
        )
    terminal.answer(machine, data, text)


def _refuse_incomplete(offers: Offers, asked: Questionnaire, codes: Sequence[str]) -> None:
    """Raise StateError naming what is missing: a survey never goes out half translated."""
    refused = offers.refused(asked, codes)
    if refused:
        lines = [f"{gate.locale}: {gate.reason}" for gate in refused]
        fix = "See `trustsurvey translations status`; translate what is missing, or leave the language out of --locales."
        raise StateError("\n".join([*lines, fix]))


def _waiting(offers: Offers, made: open_wave.WaveRow) -> list[str]:
    """The wave's languages that wait for a review. Raises StateError when residents would be offered none at all."""
    offered = offers.offered(made)
    if not offered:
        raise StateError(
            f"nobody has reviewed {', '.join(made.locales)} yet, so residents would be offered no language: offer English too, "
            "have one reviewed (trustsurvey translations review), or set TRUSTSURVEY_REQUIRE_REVIEWED_LOCALES=0"
        )
    return [code for code in made.locales if code not in offered]


def _sealing_key(sealed: Path | None, *, passes: bool, unsealed: bool) -> bytes | None:
    """Sealing is the rule for a wave with passes: each response then is one known household's, and worth more to whoever takes it."""
    if sealed is not None and unsealed:
        raise StateError("--sealed and --unsealed exclude each other")
    if passes and sealed is None and not unsealed:
        raise StateError(
            "a wave with passes is sealed: make a pair of keys elsewhere (trustsurvey wave keygen) and bring the public one with "
            "--sealed KEY.pub; or say --unsealed"
        )
    return keys.read(sealed, "public key") if sealed else None


@wave.command()
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the private key; the public key goes beside it as FILE.pub.",
)
@terminal.as_json
def keygen(output: Path, machine: bool) -> None:
    """Make a pair of keys for a sealed wave, on a computer that is not the server and not online. It needs no database.

    Only the .pub file goes to the server, for `wave open --sealed`. The private key comes to close the wave, and leaves again. Without it
    nobody can ever read the answers: keep two copies, with two people.

    \b
    Example: trustsurvey wave keygen --output october.key
    """
    public = keys.make_pair(output)
    text = (
        f"Private key: {output} (two copies, with two people; it comes to `wave close --key` and leaves again).\n"
        f"Public key: {public} (for `wave open --sealed`)."
    )
    terminal.answer(machine, {"private": str(output), "public": str(public)}, text)


@wave.command()
@click.argument("survey")
@click.option("--closed", type=DAY, help="Day of closing (YYYY-MM-DD); today when left out.")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Private key of a sealed wave: its answers are read through memory into a release, and stay sealed.",
)
@click.option("--released", type=DAY, help="With --key: day of the release (YYYY-MM-DD); today when left out.")
@terminal.as_json
def close(survey: str, closed: datetime | None, key: Path | None, released: datetime | None, machine: bool) -> None:
    """Close the open wave of SURVEY: no answer is taken any more, and `release create` may follow.

    A sealed wave can be closed without its key; `release create --key` brings it later.

    \b
    Example: trustsurvey wave close seattle-trust --key october.key
    """
    engine = terminal.database()
    private = keys.read(key, "private key") if key else None
    with engines.writing(engine).begin() as connection:
        if (wave := open_wave.current_wave(connection, survey)) is not None and wave.is_open:
            keep_wording.keep(connection, wave, Catalogs(read().translations), day=terminal.day(closed))
        found = close_wave.close_wave(connection, survey, closed=terminal.day(closed))
        if private is not None:
            check_key(found, private)
        n = queries.count_responses(connection, found.id)
    mixed = mix_closed(engine, found.id)
    text = f"Wave {found.number} of {survey} is closed with {n:,} answers."
    if not mixed:
        text += " Someone is reading the database, so they are not mixed yet: run `trustsurvey mix` soon."
    data = {"survey": survey, "wave": found.number, "n": n, "mixed": mixed, "release": None}
    if private is not None:
        try:
            with engines.writing(engine).begin() as connection, terminal.progress("Opening the sealed answers"):
                day = terminal.day(released)
                made = publish_release(connection, survey, wave=found.number, released=day, private_key=private)
        except TrustsurveyError as error:
            raise StateError(f"{text} Its release can't be made yet: {error}\nThen run `release create --key FILE`.") from error
        data["release"] = made.number
        text += f" Release {made.number} is made; the answers stay sealed."
    elif found.is_sealed:
        text += " It is sealed: make its release with `release create --key FILE`."
    terminal.answer(machine, data, text)
