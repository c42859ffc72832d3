"""`huanxin ledger verify`, `show`, `open` and `grant`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User
    from huanxin.ledger.proving import Verdict

app = typer.Typer(no_args_is_help=True)


@app.command()
def verify(
    programme: Annotated[str, typer.Argument(help="Only the budgets of this programme.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: one JSON object.")] = False,
) -> None:
    """Work every hash and every balance out again; leaves with 1 if the ledger was altered."""
    from django.utils.translation import gettext as _

    from huanxin.foundation.lib import progress
    from huanxin.ledger import services

    with progress.terminal(_("Proving")) as bar:
        verdict = services.verify(programme or None, progress=bar)
    if as_json:
        typer.echo(json.dumps(_told(verdict), ensure_ascii=False, indent=2))
    elif verdict.ok:
        typer.echo(
            _("The ledger holds: %(n)s transfers in %(lanes)s lanes.")
            % {"n": verdict.n_transfers, "lanes": verdict.n_lanes}
        )
    else:
        typer.secho(_("The ledger was altered:"), fg="red", err=True)
        for found in verdict.breaks:
            typer.secho(f"{found.where}: {found.what}", fg="red", err=True)
    raise typer.Exit(0 if verdict.ok else 1)


@app.command()
def show(
    programme: Annotated[str, typer.Argument(help="Only the budgets of this programme.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: one JSON array.")] = False,
) -> None:
    """Show how much each budget has, and where its money stands."""
    from django.utils.translation import gettext as _

    from huanxin.foundation.lib.money import written
    from huanxin.foundation.ui import places
    from huanxin.ledger import naming, queries
    from huanxin.ledger.models import Account

    stages = ("granted", *queries.STAGES)
    rows = queries.standing(programme or None)
    if as_json:
        told = [
            {
                "programme": row.budget.programme, "place": row.budget.place_code,
                "source": row.budget.source,
                **{stage: str(getattr(row, stage)) for stage in stages},
            }
            for row in rows
        ]  # fmt: skip
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    words: dict[str, Any] = dict(Account.Stage.choices)
    titles, names = naming.titles(), places.names()
    for row in rows:
        budget = row.budget
        place = names.get(budget.place_code, budget.place_code)
        typer.secho(f"{budget.programme} · {place} · {budget.get_source_display()}", bold=True)
        if budget.programme in titles:
            typer.echo(f"  {titles[budget.programme]}")
        # A figure a line: the largest fits on the narrowest terminal, and none is cut.
        for stage in stages:
            typer.echo(f"  {written(getattr(row, stage)):>20} {_('yuan')}  {words[stage]}")


@app.command(name="open")
def open_(
    programme: Annotated[str, typer.Argument(help="The programme's short name.")],
    place: Annotated[str, typer.Argument(help="The place's code: 2, 4 or 6 digits.")],
    source: Annotated[str, typer.Argument(help="centre, region or league.")],
    lanes: Annotated[int, typer.Option(help="In how many rows it is counted; 64 for a voucher round.")] = 1,
    by: Annotated[str, typer.Option(help="Login of who opens it.", envvar="HUANXIN_USER")] = "",
) -> None:
    """Open the budget of a programme in a place from a source; the same one again changes nothing."""
    from django.utils.translation import gettext as _

    from huanxin.ledger import naming, services

    person = _payer(by, place)
    try:
        budget = services.open_budget(programme, place, source, by=person, n_lanes=lanes)
    except services.Refused as refused:
        _refuse(str(refused))
    typer.echo(str(budget))
    if programme not in naming.titles():
        said = _("No programme is called “%(name)s”: no claim can draw on this budget.")
        typer.secho(said % {"name": programme}, fg="yellow", err=True)


@app.command()
def grant(
    programme: Annotated[str, typer.Argument(help="The programme's short name.")],
    place: Annotated[str, typer.Argument(help="The place's code: 2, 4 or 6 digits.")],
    source: Annotated[str, typer.Argument(help="centre, region or league.")],
    amount: Annotated[str, typer.Argument(help="Yuan, e.g. 1000000.00.")],
    document: Annotated[
        str, typer.Option(help="Number of the document that grants it; the same again changes nothing.")
    ],
    reason: Annotated[str, typer.Option(help="Kept with the entry.")] = "",
    by: Annotated[str, typer.Option(help="Login of who enters it.", envvar="HUANXIN_USER")] = "",
) -> None:
    """Enter money into a budget that is open."""
    from django.utils.translation import gettext as _

    from huanxin.foundation.lib.money import NotMoney, written, yuan
    from huanxin.ledger import queries, services

    person = _payer(by, place)
    budget = queries.budgets(None, programme, source).filter(place_code=place).first()
    if budget is None:
        _refuse(_("This budget is not open: `huanxin ledger open` opens it."))
    try:
        services.grant(budget, yuan(amount), key=f"{budget.pk}:{document}", by=person, reason=reason)
    except (services.Refused, NotMoney) as refused:
        _refuse(str(refused))
    left = queries.standing_of([budget])[0]
    typer.echo(
        _("%(budget)s: %(left)s yuan available.") % {"budget": budget, "left": written(left.available)}
    )


def _payer(login: str, place_code: str) -> User:
    """Who acts: the operator of the machine, or somebody with a mandate to pay in this place."""
    from django.utils.translation import gettext as _

    from huanxin.foundation.access import queries as access

    person = access.person(login)
    if login and not access.may(person, "pay", place_code):
        _refuse(_("%(person)s has no mandate to pay in %(place)s.") % {"person": person, "place": place_code})
    return person


def _refuse(sentence: str) -> NoReturn:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(1)


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        "ok": verdict.ok,
        "transfers": verdict.n_transfers,
        "lanes": verdict.n_lanes,
        "breaks": [vars(found) for found in verdict.breaks],
        "heads": verdict.heads,
    }
