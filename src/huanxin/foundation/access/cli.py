"""`huanxin people …`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def add(
    login: Annotated[str, typer.Argument(help="The login name.")],
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    password: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, envvar="HUANXIN_PASSWORD", help="At least 10 characters."),
    ] = "",
) -> None:
    """Make a login. What the person may do is said with `huanxin people grant`."""
    from huanxin.foundation.access import services

    services.add_person(login, name=name, password=password)
    typer.echo(login)


@app.command()
def grant(
    login: Annotated[str, typer.Argument(help="The login name.")],
    role: Annotated[str, typer.Argument(help="Such as reviewer or finance; docs/settings.md has them all.")],
    place: Annotated[str, typer.Argument(help="15 the region, 1525 a league, 152502 a banner.")] = "15",
    department: Annotated[str, typer.Option(help="The department.")] = "",
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day of the mandate.")
    ] = None,
) -> None:
    """Let a person act in a role in a place and all below it."""
    from huanxin.foundation.access import queries, services

    last_day = until.date() if until else None
    typer.echo(
        services.give_mandate(
            queries.person(login), role, place, by=None, department=department, until=last_day
        )
    )


@app.command()
def end(
    login: Annotated[str, typer.Argument(help="The login name.")],
    role: Annotated[str, typer.Argument(help="Such as reviewer or finance; docs/settings.md has them all.")],
    place: Annotated[str, typer.Argument(help="The place of the mandate.")] = "15",
) -> None:
    """End a mandate; it stays on record."""
    from huanxin.foundation.access import queries, services

    services.end_mandate(queries.mandate(queries.person(login), role, place), by=None)


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False) -> None:
    """Who may do what, where, until when."""
    from huanxin.foundation.access import queries

    mandates = list(queries.mandates_in_force().select_related("user").order_by("user__username", "role"))
    rows = [
        {
            "login": mandate.user.username,
            "name": mandate.user.name,
            "role": mandate.role,
            "place": mandate.place_code,
            "until": mandate.until.isoformat() if mandate.until else None,
            "last_login": mandate.user.last_login.isoformat() if mandate.user.last_login else None,
        }
        for mandate in mandates
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    from django.utils.translation import gettext as _

    from huanxin.foundation.lib import terminal

    headings = [_("Login"), _("Name"), _("Role"), _("Place"), _("Until"), _("Last login")]
    lines = [
        (
            mandate.user.username,
            mandate.user.name,
            f"{mandate.get_role_display()} ({mandate.role})",
            mandate.place_code,
            mandate.until,
            mandate.user.last_login and mandate.user.last_login.date(),
        )
        for mandate in mandates
    ]
    terminal.show(headings, lines)


@app.command()
def token(
    login: Annotated[str, typer.Argument(help="In whose name the program reads or acts.")],
    purpose: Annotated[str, typer.Argument(help="What it is for, e.g. “nightly export”.")],
    days: Annotated[int, typer.Option(help="How long it is good for.", min=1, max=3650)] = 365,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do, e.g. claims:write; docs/api.md has them all. Repeatable."),
    ] = None,
    most: Annotated[int, typer.Option(help="Most calls in a minute.", min=1)] = 600,
) -> None:
    """Make a token for a program that reads, or acts within scopes; it is shown this once."""
    from huanxin.foundation.access import queries, services

    person = queries.person(login)
    typer.echo(
        services.issue_token(person, purpose, days=days, scopes=scope or (), most_per_minute=most, by=None)
    )


@app.command()
def link(login: Annotated[str, typer.Argument(help="The login name.")]) -> None:
    """Print a link with which a person sets a password, within a day, once."""
    from django.conf import settings
    from django.urls import reverse

    from huanxin.foundation.access import queries, services

    words = services.password_link(queries.person(login), by=None)
    typer.echo(f"{settings.SITE_ADDRESS}{reverse('access:set_password', args=words)}")
