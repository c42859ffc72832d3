"""`huanxin serve`, `migrate`, `daily`, `demo` and `django`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="The port to listen at.")] = 8000,
    workers: Annotated[int, typer.Option(envvar="HUANXIN_WORKERS", help="Processes that answer.")] = 2,
) -> None:
    """Serve the site."""
    from huanxin.web import serving

    serving.serve(host, port, workers)


@app.command()
def migrate() -> None:
    """Set the database up with the region's places, or bring it up to this program."""
    from django.core.management import call_command

    from huanxin.registry import services as registry

    call_command("migrate", interactive=False, verbosity=1)
    call_command("createcachetable", verbosity=1)
    registry.load_places()


@app.command()
def daily(
    no_checks: Annotated[
        bool, typer.Option("--no-checks", help="Without the checks over all claims, for every hour.")
    ] = False,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="As if it were this day; in an office on trial only."),
    ] = None,
) -> None:
    """Do what is due: vouchers lapse, notices end, claims follow the bank, checks run, messages go out."""
    from huanxin.web import daily as clock

    is_whole = True
    for done in clock.tell(with_checks=not no_checks, on=on.date() if on else None):
        typer.secho(done.sentence, fg="red" if done.has_failed else None, err=done.has_failed)
        for what, why in done.left:
            typer.echo(f"{what}: {why}", err=True)
        is_whole = is_whole and not done.has_failed and not done.left
    if not is_whole:
        raise typer.Exit(1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def django(context: typer.Context) -> None:
    """Any of Django's own commands, e.g. `huanxin django collectstatic`."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["huanxin django", *context.args])


@app.command()
def demo(
    quick: Annotated[
        bool, typer.Option("--quick", help="Only places, people and packs; no inventory.")
    ] = False,
) -> None:
    """Fill an empty office: places, people, packs in force, real units and a made-up sample, screened."""
    from huanxin.foundation.lib import progress
    from huanxin.web import demo as story

    for line in story.tell(quick=quick, progress=progress.terminal):
        typer.echo(line)


@app.command()
def score() -> None:
    """How well the checks find the cheats that are planted in the made-up sample."""
    from django.utils.translation import gettext as _
    from rich.console import Console
    from rich.table import Table

    from huanxin.web.made_up import scoring

    found = scoring.score()
    table = Table(_("Pattern"), _("What was done"), _("Checks"), _("Planted"), _("Found"), _("Missed"))
    for row in found.rows:
        counts = (str(row.planted), str(row.found), str(len(row.missed)))
        table.add_row(row.pattern, _(row.name), " ".join(row.checks), *counts)
    Console().print(table)
    n_alarms = sum(len(some) for some in found.alarms.values())
    typer.echo(
        _(
            "%(found)s of %(planted)s planted cases found; "
            "%(alarms)s false alarms among %(honest)s honest claims"
        )
        % {"found": found.n_found, "planted": found.n_planted, "alarms": n_alarms, "honest": found.n_honest}
    )
    typer.echo(_("%(n)s honest claims stand in a finding about a cheat") % {"n": found.touched})
    for check, said in sorted(found.alarms.items()):
        for one in said:
            typer.echo(f"{check}: {one}")
