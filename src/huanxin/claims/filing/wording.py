"""A claim in the words of the person who made it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huanxin.foundation.lib import reader, workdays
from huanxin.rulebook import queries as rulebook

from .. import steps
from ..models import Claim, Desk, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from huanxin.policy import Decision, Pack

    from ..models import Programme, Step

_DEEDS = {
    "submit": gettext_lazy("You sent the claim"),
    "resubmit": gettext_lazy("You sent the mended claim"),
    "queue": gettext_lazy("You sent the claim; it waits for money"),
    "release": gettext_lazy("Money is there; the claim goes on"),
    "discard": gettext_lazy("Thrown away before it was sent"),
    "withdraw": gettext_lazy("You withdrew the claim"),
    "accept": gettext_lazy("Accepted for review"),
    "approve": gettext_lazy("Approved at this desk"),
    "return": gettext_lazy("Returned to you for correction"),
    "refuse": gettext_lazy("Claim refused"),
    "draw": gettext_lazy("Drawn by the region for a closer look"),
    "pass": gettext_lazy("Review finished"),
    "publish": gettext_lazy("Put into public notice"),
    "commit": gettext_lazy("Granted: the money is bound for you"),
    "suspend": gettext_lazy("Suspended"),
    "resume": gettext_lazy("Goes on"),
    "appeal": gettext_lazy("You appealed"),
    "uphold": gettext_lazy("Your appeal was right: the claim goes on"),
    "reject_appeal": gettext_lazy("Your appeal was rejected"),
    "mend_account": gettext_lazy("You gave another bank account"),
    "pay": gettext_lazy("Paid"),
    "fail": gettext_lazy("The bank could not pay"),
    "bounce": gettext_lazy("The bank sent the money back"),
    "close": gettext_lazy("Closed"),
    "recover": gettext_lazy("The money was claimed back"),
    "recover_part": gettext_lazy("A part of the money was claimed back"),
    "proof": gettext_lazy("The old thing arrived at its recycler"),
    "raise": gettext_lazy("A later notice raised the amount"),
    "top_up": gettext_lazy("A later notice owes you more: paid without another claim"),
    "sell": gettext_lazy("Bought with the subsidy"),
    "give_back": gettext_lazy("Brought back to the shop"),
}
# How a state looks: a word and one of our marks.
_LOOKS = {
    State.PAID: "good", State.CLOSED: "good", State.COMMITTED: "good", State.RETURNED: "bad",
    State.REFUSED: "bad", State.RECOVERED: "bad", State.SUSPENDED: "waiting", State.QUEUED: "waiting",
    State.DRAFT: "plain", State.WITHDRAWN: "plain",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of a claim's history as the applicant reads it."""

    at: dt.datetime
    what: str
    desk: str
    reason: str


@dataclass(frozen=True)
class Card:
    """A claim in a list: what it is, where it lies, until when, and what its applicant does next."""

    claim: Claim
    title: str
    look: str
    days_left: int | None
    next_deed: str


def titles(programmes: Iterable[Programme]) -> dict[str, str]:
    """What each programme is called: its pack's title, by the pack's id. One query."""
    ids = {programme.pack_id for programme in programmes}
    newest = rulebook.newest_of_each(*sorted(ids)) if ids else {}
    return {
        pack_id: reader.said(newest[pack_id].title) or pack_id if pack_id in newest else pack_id
        for pack_id in ids
    }


def lines(found: Iterable[Step]) -> list[Line]:
    """A claim's history, newest first. Officials' names stay in the office."""
    told = [
        Line(s.at, str(_DEEDS.get(s.deed, s.deed)), str(Desk(s.desk).label) if s.desk else "", s.reason)
        for s in found
    ]
    return told[::-1]


def payment_to_mend(claim: Claim, found: Iterable[Step]) -> Step | None:
    """The failed payment for which the applicant has given no other account yet."""
    of_payment = [s for s in found if s.deed in ("fail", "bounce", "mend_account")]
    if claim.state != State.COMMITTED or not of_payment or of_payment[-1].deed == "mend_account":
        return None
    return of_payment[-1]


def look(claim: Claim) -> str:
    return _LOOKS.get(State(claim.state), "waiting")


def cards(claims: Iterable[Claim]) -> list[Card]:
    """Claims for a list, with the days that are left of the clock. One query for all titles."""
    some = list(claims)
    called = titles(claim.programme for claim in some)
    today = timezone.localdate()
    return [
        Card(
            claim,
            called[claim.programme.pack_id],
            look(claim),
            workdays.workdays_between(today, claim.due_on) if claim.due_on else None,
            _next_deed(claim),
        )
        for claim in some
    ]


def _next_deed(claim: Claim) -> str:
    return {
        State.DRAFT: _("Answer what is open and send it"),
        State.RETURNED: _("Mend it and send it again"),
        State.REFUSED: _("Read why, and how to appeal"),
    }.get(State(claim.state), "")


def failing(decision: Decision) -> list[tuple[str, str]]:
    """What the rules do not grant, each with its clause."""
    return [
        (reader.said(check.says), reader.said(check.clause))
        for check in decision.checks
        if check.value is False
    ]


def rests_on(claim: Claim) -> list[tuple[str, str, bool | None]]:
    """The checks of the decision that a claim was sent with: what each says, its clause, whether it held."""
    try:
        pack = rulebook.by_digest(claim.pack_digest)
    except rulebook.UnknownDigest:
        pack = None
    return [
        (reader.said(check["says"]), clause_said(check, pack), check["value"])
        for check in claim.decision.get("checks", ())
    ]


def clause_said(check: Mapping[str, Any], pack: Pack | None) -> str:
    """The clause of a check as it was kept, in the reader's words where the archived pack has them."""
    told = next((c.clause for c in pack.checks if c.id == check["id"]), None) if pack else None
    return reader.said(told) or check.get("clause") or ""


def appeals_to(claim: Claim) -> str:
    """The office that decides on an appeal against the refusal of this claim."""
    desk = claim.steps.filter(deed="refuse").order_by("-n").values_list("desk", flat=True).first()
    return str(steps.appeals_desk(desk or steps.first_desk(claim.programme.chain)).label)


def old_thing_next(pack: Pack) -> bool:
    """Whether the pack is about an old thing, so that the applicant is told what to do with it."""
    return any(thing.role == "old" for thing in pack.things.values())


def figures(pack: Pack, on: dt.date) -> list[tuple[str, object, str]]:
    """What the document sets as amounts, rates and bounds today: what, how much, in which unit."""
    found: list[tuple[str, object, str]] = []
    for parameter in pack.parameters.values():
        value = parameter.value_at(on, on)
        if value is not None and parameter.says is not None and not isinstance(value.value, bool | str):
            shown = value.value
            if not isinstance(shown, dt.date) and not parameter.unit and 0 < shown < 1:
                found.append((reader.said(parameter.says), format((shown * 100).normalize(), "f"), "%"))
                continue
            found.append((reader.said(parameter.says), shown, parameter.unit))
    return found
