"""`huanxin vouchers …`, `huanxin shops …`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
_By = Annotated[str, typer.Option(envvar="HUANXIN_USER", help="Who does it (a login).")]


@app.command("open")
def open_(
    programme: Annotated[str, typer.Argument(help="The programme's short name.")],
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the round.")],
    opens: Annotated[str, typer.Option(help="When it opens, e.g. 08:30.")] = "08:30",
    closes: Annotated[str, typer.Option(help="When it closes, e.g. 22:00.")] = "22:00",
    most: Annotated[
        int | None, typer.Option(help="Most vouchers; without it as many as the money lasts.")
    ] = None,
    by: _By = "",
) -> None:
    """Announce a round in which vouchers of a programme can be taken."""
    from django.utils import timezone

    from huanxin.claims import queries as claims
    from huanxin.foundation.access import queries as access
    from huanxin.tradein import services

    times = [
        timezone.make_aware(datetime.combine(on.date(), datetime.strptime(text, "%H:%M").time()))  # noqa: DTZ007
        for text in (opens, closes)
    ]
    try:
        found = services.open_round(
            claims.programme(programme), opens_at=times[0], closes_at=times[1], most=most,
            by=access.person(by),
        )  # fmt: skip
    except services.RoundRefused as refused:
        raise typer.BadParameter(str(refused)) from refused
    for row in found.classes.order_by("pk"):
        typer.echo(f"{row.product_class}  {row.held}")


@app.command()
def lapse(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Those valid before this day, or today.")
    ] = None,
) -> None:
    """Let unused vouchers of past days lapse; their money goes back to the budget. For every night."""
    from huanxin.tradein import services

    typer.echo(services.lapse(on.date() if on else None))


@app.command()
def rounds(as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False) -> None:
    """The rounds, the latest first: when, how many were taken and redeemed."""
    from huanxin.tradein.vouchers import queries

    rows = [
        {
            "programme": row.programme.slug,
            "opens_at": row.opens_at.isoformat(),
            "closes_at": row.closes_at.isoformat(),
            "most": row.most,
            "taken": row.n_taken,  # type: ignore[attr-defined]
            "redeemed": row.n_redeemed,  # type: ignore[attr-defined]
        }
        for row in queries.counted_rounds().order_by("-opens_at")[:100]
    ]
    _say(rows, as_json)


@app.command()
def add(
    code: Annotated[str, typer.Argument(help="The number of the shop.")],
    name: Annotated[str, typer.Argument(help="The name on its licence.")],
    licence: Annotated[str, typer.Argument(help="Its unified social credit code.")],
    place: Annotated[str, typer.Argument(help="The code of the place where it lies, e.g. 152502.")],
    account: Annotated[str, typer.Option(help="The bank account that it is paid into.")] = "",
    bank: Annotated[str, typer.Option(help="The bank.")] = "",
    clerk: Annotated[list[str] | None, typer.Option(help="Login of who acts for it; repeatable.")] = None,
    by: _By = "",
) -> None:
    """Put a shop on the list. The same number again only adds clerks."""
    from huanxin.foundation.access import queries as access
    from huanxin.registry import services as registry
    from huanxin.tradein import services

    person = access.person(by)
    party = registry.enter_party(name, licence, kind="organisation", place=place)
    try:
        shop = services.enter_merchant(code, party, place_code=place, account=account, bank=bank, by=person)
    except services.ShopRefused as refused:
        raise typer.BadParameter(str(refused)) from refused
    for login in clerk or []:
        services.enter_clerk(shop, access.person(login), by=person)
    typer.echo(shop.code)


@app.command()
def products(
    file: Annotated[Path, typer.Argument(help="A sheet with product code, name, class, grade.")], by: _By = ""
) -> None:
    """Bring in a sheet of products; refused lines come back as a sheet with each cell marked."""
    from huanxin.foundation.access import queries as access
    from huanxin.tradein import services
    from huanxin.tradein.merchants import sheets

    reading = services.import_products(file, by=access.person(by))
    typer.echo(f"{reading.n_new} {reading.n_same} {reading.n_refused}")
    if reading.marked:
        typer.echo(sheets.marked_path(reading.marked))


@app.command()
def settle(
    programme: Annotated[str, typer.Argument(help="The programme's short name.")],
    shop: Annotated[str, typer.Option(help="Only this shop (its number).")] = "",
    by: _By = "",
) -> None:
    """Put the open sales of a programme into a payment batch, a payment for each shop."""
    from huanxin.claims import queries as claims
    from huanxin.foundation.access import queries as access
    from huanxin.tradein import queries, services

    one = queries.merchant(shop) if shop else None
    try:
        made = services.settle(one, claims.programme(programme), by=access.person(by))
    except services.NothingToSettle as nothing:
        typer.echo(str(nothing), err=True)
        raise typer.Exit(1) from nothing
    for settlement in made:
        typer.echo(f"{settlement.number}  {settlement.merchant.code}  {settlement.amount}")


@app.command()
def follow() -> None:
    """Let settlements and their claims follow what the bank has answered. For every hour."""
    from huanxin.tradein import services

    typer.echo(services.follow_bank())


def _say(rows: list[dict[str, object]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        typer.echo("  ".join("–" if value is None else str(value) for value in row.values()))
