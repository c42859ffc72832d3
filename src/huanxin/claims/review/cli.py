"""`huanxin claims end-notices`, `follow-bank` and `read-papers`: what a clock does every day."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def end_notices() -> None:
    """End public notices whose days are over: claims are committed, those objected to suspended."""
    from django.utils.translation import gettext as _

    from huanxin.claims.notices import services

    done = services.end_notices()
    typer.echo(
        _("%(notices)d notices ended: %(committed)d claims committed, %(suspended)d suspended.")
        % {
            "notices": len(done.notices),
            "committed": len(done.committed),
            "suspended": len(done.suspended),
        }
    )
    _say_left(done.left)


@app.command()
def follow_bank() -> None:
    """Let claims follow what was booked of their payments: paid, failed, sent back by the bank."""
    from django.utils.translation import gettext as _

    from huanxin.claims.payment import services

    moved = services.follow_bank()
    typer.echo(
        _("%(paid)d claims paid, %(failed)d not paid.")
        % {"paid": len(moved.paid), "failed": len(moved.failed)}
    )
    _say_left(moved.left)


@app.command()
def read_papers(
    limit: Annotated[int, typer.Option(help="Read at most so many papers.")] = 100,
) -> None:
    """Read papers of claims under review by machine; what is found stands beside the facts."""
    from django.utils.translation import gettext as _

    from huanxin.claims.review import services
    from huanxin.foundation.lib import progress

    with progress.terminal("papers") as tell:
        n_read, trouble = services.read_papers(limit, progress=tell)
    typer.echo(_("%(n)d papers read.") % {"n": n_read})
    _say_left(trouble)


def _say_left(left: list[tuple[str, str]]) -> None:
    for number, why in left:
        typer.echo(f"{number}: {why}", err=True)
    if left:
        raise typer.Exit(1)
