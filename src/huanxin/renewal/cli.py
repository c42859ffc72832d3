"""`huanxin screen`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command()
def screen(
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the verdict.")],
    kind: Annotated[
        list[str] | None, typer.Option(help="A kind of thing; may be given several times.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every kind on which a pack is in force.")] = False,
    known_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="With the figures known on this day.")
    ] = None,
    place: Annotated[str, typer.Option(help="Code of a league or banner; without it the whole region.")] = "",
    pack: Annotated[
        list[str] | None, typer.Option(help="Only by this pack; may be given several times.")
    ] = None,
    by: Annotated[str, typer.Option(envvar="HUANXIN_USER", help="Who asks (a login).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Judge every thing of some kinds by the packs in force, and keep the verdicts as a run."""
    from django.utils.translation import gettext as _
    from rich.console import Console

    from huanxin.foundation.access import queries as access
    from huanxin.foundation.lib import progress
    from huanxin.foundation.ui import places
    from huanxin.renewal import services
    from huanxin.renewal.screening import printing, queries

    kinds = sorted(queries.screenable(on.date())) if every else list(kind or [])
    with progress.terminal(_("Screening")) as tell:
        try:
            run = services.screen(
                kinds,
                place=place,
                packs=pack or None,
                on=on.date(),
                known_on=known_on.date() if known_on else None,
                by=access.acting(by),
                progress=tell,
            )
        except (services.NothingToScreen, services.EveryPackFailed) as problem:
            Console(stderr=True).print(str(problem), style="red")
            raise typer.Exit(1) from problem
    if as_json:
        typer.echo(json.dumps(printing.as_json(run), ensure_ascii=False, indent=2))
    else:
        printing.show(run, Console(), places=places.names())
    if run.problems:
        raise typer.Exit(1)
