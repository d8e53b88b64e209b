"""The `trustsurvey` command, one file a group of commands."""

from __future__ import annotations

from typing import Any

import click

from trustsurvey import __version__
from trustsurvey.cli import (
    analyse,
    areas,
    bench,
    codebook,
    comments,
    database,
    demo,
    doctor,
    margins,
    mix,
    passes,
    policies,
    questionnaire,
    release,
    retain,
    serve,
    survey,
    translations,
    users,
    wave,
)
from trustsurvey.errors import TrustsurveyError


class _Commands(click.Group):
    """Prints what was raised on purpose as a message and exits with 2; anything else is a defect and shows its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TrustsurveyError as error:
            click.secho("Error: ", fg="red", bold=True, nl=False, err=True)
            click.echo(str(error), err=True)
            ctx.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="trustsurvey")
def main() -> None:
    """Anonymous community-trust surveys: from a resident's phone to a report a department can hold.

    \b
    Begin with:
      trustsurvey demo                 a made-up city, on http://127.0.0.1:8000
      trustsurvey areas import …       your own neighborhoods
      trustsurvey survey create …      a survey; then `wave open`, `wave close`, `release create`, `release export`

    Without settings every command uses ./instance/trustsurvey.sqlite (TRUSTSURVEY_DATABASE_URL and TRUSTSURVEY_INSTANCE change that).
    """


for command in (
    demo.demo,
    serve.serve,
    database.db,
    questionnaire.questionnaire,
    areas.areas,
    survey.survey,
    margins.margins,
    policies.policies,
    wave.wave,
    mix.mix,
    retain.retain,
    passes.passes,
    doctor.doctor,
    release.release,
    analyse.analyse,
    translations.translations,
    comments.comments,
    users.users,
    bench.bench,
):
    main.add_command(command)
questionnaire.questionnaire.add_command(codebook.codebook)
