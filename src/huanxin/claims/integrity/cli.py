"""`huanxin integrity …` and `huanxin replay`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


def _console(*, errors: bool = False):  # type: ignore[no-untyped-def]
    from rich.console import Console

    return Console(stderr=errors)


@app.command()
def run(
    by: Annotated[str, typer.Option(envvar="HUANXIN_USER", help="Who asks (a login).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Run the checks against cheating over all claims, and keep what was found."""
    from huanxin.claims.integrity import services
    from huanxin.foundation.access import queries as access
    from huanxin.foundation.lib import progress

    with progress.terminal("integrity") as tell:
        done = services.run(by=access.person(by), progress=tell)
    if as_json:
        told = {"claims": done.n_claims, "found": done.n_found, "seconds": done.seconds, **done.told}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    from django.utils.translation import gettext as _

    figures = {"n": f"{done.n_claims:,}", "found": f"{done.n_found:,}", "seconds": f"{done.seconds:.1f}"}
    typer.echo(_("%(n)s claims checked, %(found)s findings, %(seconds)s s") % figures)
    if done.told["idle"]:
        idle = ", ".join(done.told["idle"])
        typer.echo(_("Cannot tell, for want of other offices' files: %(checks)s") % {"checks": idle})


@app.command()
def bring(
    port: Annotated[str, typer.Argument(help="What the file is: see `huanxin integrity ports`.")],
    file: Annotated[Path, typer.Argument(help="A CSV or xlsx file.", exists=True, dir_okay=False)],
    as_of: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which the file was right.")
    ],
    by: Annotated[str, typer.Option(envvar="HUANXIN_USER", help="Who brings it (a login).")] = "",
) -> None:
    """Take in a file of another office, and check again what it speaks of."""
    from django.utils.translation import gettext as _

    from huanxin.claims.integrity import services
    from huanxin.foundation.access import queries as access
    from huanxin.foundation.lib import progress

    with progress.terminal(port) as tell:
        brought = services.bring(port, file, as_of=as_of.date(), by=access.person(by), progress=tell)
    kept = {"n": f"{brought.n_kept:,}", "refused": f"{brought.n_refused:,}"}
    typer.echo(_("%(n)s lines taken in, %(refused)s refused") % kept)
    for line in brought.refused:
        typer.echo(line)


@app.command()
def ports() -> None:
    """Which files other offices can give, with their columns and the day of the newest one."""
    from django.utils.translation import gettext as _
    from rich.table import Table

    from huanxin.claims.integrity import queries
    from huanxin.foundation.lib import reader

    table = Table(_("Port"), _("File"), _("Columns read"), _("As of"))
    for port, source in queries.ports():
        columns = ", ".join(column.headings[0] for column in port.columns)
        table.add_row(port.id, reader.said(port.title), columns, str(source.as_of) if source else "–")
    _console().print(table)


@app.command()
def checks() -> None:
    """The forty checks: what each found, or which files it waits for."""
    from django.utils.translation import gettext as _
    from rich.table import Table

    from huanxin.claims.integrity import queries
    from huanxin.foundation.lib import reader

    table = Table(_("Check"), _("What it says"), _("Found"), _("Waits for"))
    for standing in queries.standings():
        missing = ", ".join(reader.said(port.title) for port in standing.missing)
        found = "?" if standing.is_idle else str(standing.n_open)
        table.add_row(standing.check.id, reader.said(standing.check.says), found, missing)
    _console().print(table)


@app.command()
def replay(
    programme: Annotated[str, typer.Option(help="Only this programme.")] = "",
    year: Annotated[int | None, typer.Option(help="Only what was decided in this year.")] = None,
    by: Annotated[str, typer.Option(envvar="HUANXIN_USER", help="Who asks (a login).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Recompute every paid claim by the rules of its day, and list what was paid too much or too little."""
    from huanxin.claims.integrity import services
    from huanxin.foundation.access import queries as access
    from huanxin.foundation.lib import progress

    with progress.terminal("replay") as tell:
        found = services.replay(programme, year, by=access.person(by), progress=tell)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        _show(found)
    if not found.is_equal:
        raise typer.Exit(1)


def _show(found) -> None:  # type: ignore[no-untyped-def]
    from django.utils.translation import gettext as _
    from rich.table import Table

    if found.is_equal:
        figures = {"n": f"{found.n:,}"}
        typer.echo(_("%(n)s payments recomputed: all equal to the cent.") % figures)
        return
    figures = {
        "n": f"{found.n:,}", "differ": f"{len(found.differences):,}", "over": f"{found.over:,.2f}",
        "under": f"{found.under:,.2f}",
    }  # fmt: skip
    sentence = _(
        "%(n)s payments recomputed, %(differ)s differ: %(over)s yuan too much, %(under)s too little."
    )
    typer.echo(sentence % figures)
    table = Table(_("Claim"), _("Paid"), _("By the rules"), _("Difference"), _("Why"), _("Rule"))
    for one in found.differences:
        paid, due = one.paid, one.due
        table.add_row(one.number, f"{paid:,.2f}", f"{due:,.2f}", f"{paid - due:+,.2f}", one.why, one.document)
    _console().print(table)
    if found.chain:
        typer.echo(_("The chain of the ledger is broken: %(where)s") % {"where": found.chain})
