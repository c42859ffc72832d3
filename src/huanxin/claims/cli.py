"""`huanxin claims …`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from huanxin.claims.models import Claim
    from huanxin.foundation.access.models import User

app = typer.Typer(no_args_is_help=True)

# What the commands of the room share.
By = Annotated[str, typer.Option(envvar="HUANXIN_USER", help="Login of who does it.")]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]
DAY = ["%Y-%m-%d"]


@app.command(name="list")
def list_(
    programme: Annotated[str, typer.Option(help="Only of this programme.")] = "",
    state: Annotated[str, typer.Option(help="Only in this state, e.g. submitted.")] = "",
    place: Annotated[str, typer.Option(help="Only in this place: 2, 4 or 6 digits.")] = "",
    most: Annotated[int, typer.Option("-n", "--most", help="At most so many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Claims, newest first."""
    from huanxin.claims import queries

    found = list(queries.newest(programme=programme, state=state, place=place)[:most])
    if as_json:
        typer.echo(json.dumps([_told(claim) for claim in found], ensure_ascii=False, indent=2))
        return
    from huanxin.claims import telling
    from huanxin.foundation.lib import terminal

    terminal.show(*telling.claims_as_rows(found), right=(5,))


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="The claim's number.")],
    as_json: AsJson = False,
) -> None:
    """One claim: its answers, its decision, its money, every step. Personal data is masked."""
    from huanxin.claims import queries
    from huanxin.ledger import queries as ledger

    claim = queries.claim(number)
    steps = [
        {
            "n": s.n, "deed": s.deed, "from": s.state_from, "to": s.state_to, "by": s.by and s.by.username,
            "at": s.at.isoformat(), "reason": s.reason, "before": s.before, "after": s.after,
        }
        for s in queries.history(claim)
    ]  # fmt: skip
    told = _told(claim) | {
        "facts": claim.facts,
        "things": {name: kept["shown"] for name, kept in claim.things.items()},
        "decision": claim.decision,
        "money": {stage: f"{amount:.2f}" for stage, amount in ledger.balance_of(number).items()},
        "steps": steps,
        "objections": [
            {"kind": o.kind, "at": o.at.isoformat(), "text": o.text, "outcome": o.outcome, "answer": o.answer}
            for o in claim.objections.order_by("pk")
        ],
    }
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    from huanxin.claims import telling

    for line in telling.claim_as_text(claim):
        typer.echo(line)


@app.command()
def step(
    number: Annotated[str, typer.Argument(help="The claim's number.")],
    deed: Annotated[str, typer.Argument(help="accept, approve, return, refuse, suspend, resume …")],
    reason: Annotated[str, typer.Option(help="Why; kept, and told to the applicant.")] = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Take a step with a claim, as on the reviewer's page."""
    from huanxin.claims import queries, services

    claim = queries.claim(number)
    try:
        taken = services.take_step(claim, deed, by=who(by), reason=reason, from_where="command line")
    except services.Refused as refused:
        refuse(str(refused))
    told = {"number": number, "n": taken.n, "deed": deed, "from": taken.state_from, "to": claim.state}
    put_out([told], as_json, lambda row: f"{row['number']}: {row['from']} → {row['to']}", single=True)


@app.command(name="top-ups")
def top_ups(
    programme: Annotated[str, typer.Argument(help="The programme's short name.")],
    known_on: Annotated[datetime, typer.Option(formats=DAY, help="With the figures known on this day.")],
    file: Annotated[bool, typer.Option("--file", help="File all of them.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Find every claim to which a later notice owes more, and file all of them."""
    from django.utils.translation import gettext as _

    from huanxin.claims import queries, services
    from huanxin.foundation.lib import progress

    found = queries.programme(programme)
    with progress.terminal(_("Deciding again")) as bar:
        if not file:
            owed = services.find_top_ups(found, known_on.date(), progress=bar)
            rows = [
                {"claim": one.claim.number, "granted": f"{one.granted:.2f}", "owed": f"{one.owed:.2f}"}
                for one in owed
            ]
        else:
            try:
                filed = services.file_top_ups(found, known_on.date(), by=who(by), progress=bar)
            except services.Refused as refused:
                refuse(str(refused))
            rows = [
                {"claim": c.tops_up.number if c.tops_up else c.number, "filed": c.number, "state": c.state,
                 "amount": f"{c.amount:.2f}"}
                for c in filed
            ]  # fmt: skip
    put_out(rows, as_json, lambda row: "  ".join(row.values()))


@app.command(name="release-queue")
def release_queue(
    programme: Annotated[str, typer.Argument(help="The programme's short name.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Let claims that wait for money go on, in the order in which they were sent, as far as it reaches."""
    from huanxin.claims import queries, services

    found = queries.programme(programme)
    try:
        # Without a name it is the job that follows on a grant.
        released = services.release_queue(found, by=who(by) if by else None)
    except services.Refused as refused:
        refuse(str(refused))
    rows = [
        {"number": claim.number, "state": claim.state, "amount": f"{claim.amount:.2f}"} for claim in released
    ]
    put_out(rows, as_json, lambda row: "  ".join(row.values()))


def _told(claim: Claim) -> dict[str, Any]:
    return {
        "number": claim.number,
        "programme": claim.programme.slug,
        "state": claim.state,
        "desk": claim.desk,
        "due_on": claim.due_on.isoformat() if claim.due_on else None,
        "place": claim.place_id,
        "applicant": claim.applicant.identity_shown,
        "amount": f"{claim.amount:.2f}" if claim.amount is not None else None,
        "verdict": claim.verdict,
        "submitted_at": claim.submitted_at.isoformat() if claim.submitted_at else None,
        "tops_up": claim.tops_up.number if claim.tops_up else None,
        "made_up": claim.sample,
    }


def who(login: str) -> User:
    from huanxin.foundation.access import queries

    return queries.person(login)


def put_out(rows: list[dict[str, Any]], as_json: bool, line: Any, *, single: bool = False) -> None:
    if as_json:
        typer.echo(json.dumps(rows[0] if single else rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        typer.echo(line(row))


def refuse(sentence: str) -> NoReturn:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(1)
