"""`huanxin packs release` and `huanxin packs released`."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

app = typer.Typer(no_args_is_help=True)


def _releaser(login: str) -> User:
    """The person of that login, who must have a mandate to release."""
    from huanxin.foundation.access import queries as access

    found = access.acting(login)
    if found is None or not access.may(found, "release"):
        raise typer.BadParameter(
            _("“{login}” has no mandate to release packs. An administrator gives one.").format(login=login)
        )
    return found


def _nothing_new(pack_id: str) -> str:
    if pack_id:
        return _("“{id}” is already released in exactly this form; nothing was done.").format(id=pack_id)
    return _("Every pack is already released in exactly its form; nothing was done.")


@app.command()
def release(
    by: Annotated[str, typer.Option(help="Who releases (a login).")],
    second: Annotated[str, typer.Option(help="Who countersigns; somebody else.")],
    pack_id: Annotated[str, typer.Argument(metavar="ID", help="The pack's id.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every pack that is new or changed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Put a pack in force, signed by two people. A pack with a mistake stays out and is named."""
    from rich.console import Console

    from huanxin import policy
    from huanxin.foundation.lib import progress
    from huanxin.rulebook import services

    if bool(pack_id) == every:
        raise typer.BadParameter(_("Give one pack's ID, or --all."))
    first_person, second_person = _releaser(by), _releaser(second)
    console = Console(stderr=True)
    try:
        with progress.terminal("releasing") as tell:
            if every:
                done, refused = services.release_all(by=first_person, second=second_person, progress=tell)
            else:
                one = services.release_one(pack_id, by=first_person, second=second_person)
                done, refused = ([one] if one else []), {}
    except (policy.PackError, ValueError, LookupError) as problem:
        console.print(str(problem), style="red", markup=False)
        raise typer.Exit(1) from problem
    if not as_json and not done and not refused:
        console.print(_nothing_new(pack_id), markup=False, highlight=False)
    if as_json:
        found = {
            "released": {r.pack_id: r.digest for r in done},
            "refused": {p: str(w) for p, w in refused.items()},
        }
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for r in done:
            typer.echo(f"{r.pack_id}  {r.digest[:12]}")
        for name, why in refused.items():
            console.print(f"{name}: {why}", style="red", markup=False)
    raise typer.Exit(1 if refused else 0)


@app.command()
def released(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="In force on this day; today.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """List the packs in force here, with who signed and when."""
    from rich.console import Console
    from rich.table import Table

    from huanxin.rulebook import queries

    rows = queries.in_force(on.date() if on else date.today())  # noqa: DTZ011 - a person's day, here
    if as_json:
        found = [
            {
                "pack": r.pack_id,
                "digest": r.digest,
                "from": r.in_force_from.isoformat() if r.in_force_from else None,
                "to": r.in_force_to.isoformat() if r.in_force_to else None,
                "by": r.proposed_by.get_username(),
                "second": r.countersigned_by.get_username() if r.countersigned_by else None,
                "at": r.countersigned_at.isoformat() if r.countersigned_at else None,
            }
            for r in rows
        ]
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    table = Table("Pack", "Digest", "From", "To", "By", "Second", "At")
    for r in rows:
        table.add_row(
            r.pack_id,
            r.digest[:12],
            str(r.in_force_from or ""),
            str(r.in_force_to or ""),
            r.proposed_by.get_username(),
            r.countersigned_by.get_username() if r.countersigned_by else "",
            f"{r.countersigned_at:%Y-%m-%d %H:%M}" if r.countersigned_at else "",
        )
    Console().print(table)
