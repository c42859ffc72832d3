"""`huanxin outbox …`."""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def send(
    loop: Annotated[bool, typer.Option("--loop", help="Go on until stopped.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between two rounds of the loop.", min=0.1)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Send what people and programs are to be told: mail, text messages, WeChat, webhooks."""
    from huanxin.foundation.outbox import services

    while True:
        done = services.send_waiting()
        tried = done.n_sent + done.n_later + done.n_given_up
        if as_json:
            typer.echo(json.dumps({"sent": done.n_sent, "later": done.n_later, "given_up": done.n_given_up}))
        elif tried or not loop:
            typer.echo(_sentence(done.n_sent, done.n_later, done.n_given_up))
        if not loop:
            return
        if not tried:
            time.sleep(every)


def _sentence(sent: int, later: int, given_up: int) -> str:
    from django.utils.translation import gettext as _

    return _("%(sent)d sent, %(later)d to be tried again, %(given_up)d given up") % {
        "sent": sent,
        "later": later,
        "given_up": given_up,
    }
