"""`huanxin programmes …`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ..cli import DAY, AsJson, By, put_out, refuse, who

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from .models import Programme

app = typer.Typer(no_args_is_help=True)


@app.command(name="open")
def open_(
    slug: Annotated[str, typer.Argument(help="Its short name, e.g. trucks-2025.")],
    pack: Annotated[str, typer.Option(help="A released benefit pack.")],
    from_on: Annotated[datetime, typer.Option("--from", formats=DAY, help="The first day.")],
    to_on: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="The last day.")] = None,
    place: Annotated[str, typer.Option(help="Where it is open: 2, 4 or 6 digits.")] = "15",
    settles: Annotated[str, typer.Option(help="claim or till.")] = "claim",
    chain: Annotated[str, typer.Option(help="Desks in order, parted by commas.")] = "banner,league,region",
    accept_days: Annotated[int, typer.Option(help="Working days to accept.")] = 3,
    review_days: Annotated[int, typer.Option(help="Working days to review.")] = 15,
    pay_days: Annotated[int, typer.Option(help="Working days to pay.")] = 30,
    notice_days: Annotated[int, typer.Option(help="Working days of public notice.")] = 5,
    sampled_percent: Annotated[int, typer.Option(help="Percent sampled by the region.")] = 5,
    papers_first: Annotated[bool, typer.Option(help="A claim is sent with all its papers only.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Open a programme from a released benefit pack; its money is entered with `huanxin ledger`."""
    from huanxin.claims import services

    try:
        opened = services.open_programme(
            slug, pack, place_code=place, from_on=from_on.date(), to_on=to_on.date() if to_on else None,
            settles=settles, chain=tuple(desk for desk in chain.split(",") if desk), by=who(by),
            papers_first=papers_first, accept_days=accept_days, review_days=review_days, pay_days=pay_days,
            notice_days=notice_days, sampled_percent=sampled_percent,
        )  # fmt: skip
    except services.Refused as refused:
        refuse(str(refused))
    told = {"slug": opened.slug, "pack": opened.pack_id, "state": opened.state}
    put_out([told], as_json, lambda row: "  ".join(row.values()), single=True)


@app.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """Programmes with their state and what money is left."""
    from huanxin.claims import queries

    found = list(queries.programmes())
    left = queries.money_left(found, "15")
    if not as_json:
        _show(found, left)
        return
    rows = [
        {
            "slug": p.slug, "pack": p.pack_id, "state": p.state, "place": p.place_code,
            "from": p.from_on.isoformat(), "to": p.to_on.isoformat() if p.to_on else None,
            "left": f"{left[p.slug]:.2f}" if p.slug in left else None, "paused_why": p.paused_why,
        }
        for p in found
    ]  # fmt: skip
    typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))


def _show(programmes: list[Programme], left: Mapping[str, Decimal]) -> None:
    from django.utils.translation import gettext as _

    from huanxin.claims import queries
    from huanxin.foundation.lib import reader, terminal
    from huanxin.foundation.lib.money import written

    headings = [_("Short name"), _("Programme"), _("State"), _("From"), _("To"), _("Money left (yuan)")]
    rows = [
        (
            p.slug,
            reader.said(queries.pack_of(p).title),
            p.get_state_display(),
            p.from_on,
            p.to_on,
            written(left[p.slug]) if p.slug in left else "",
        )
        for p in programmes
    ]
    terminal.show(headings, rows, right=(5,))


@app.command()
def pause(
    slug: Annotated[str, typer.Argument(help="The programme's short name.")],
    reason: Annotated[str, typer.Option(help="Why; shown to everybody.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Take no more claims until somebody resumes."""
    from huanxin.claims import queries, services

    try:
        paused = services.pause(queries.programme(slug), by=who(by), reason=reason)
    except services.Refused as refused:
        refuse(str(refused))
    put_out(
        [{"slug": slug, "state": paused.state}], as_json, lambda row: "  ".join(row.values()), single=True
    )


@app.command()
def resume(
    slug: Annotated[str, typer.Argument(help="The programme's short name.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Take claims again."""
    from huanxin.claims import queries, services

    try:
        resumed = services.resume(queries.programme(slug), by=who(by))
    except services.Refused as refused:
        refuse(str(refused))
    put_out(
        [{"slug": slug, "state": resumed.state}], as_json, lambda row: "  ".join(row.values()), single=True
    )
