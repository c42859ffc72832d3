"""Paying claims: batches of the ledger made of them, and the bank's answers carried back to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from huanxin.foundation.access import queries as access
from huanxin.ledger import services as ledger
from huanxin.ledger.models import Line

from ..life import services as life
from ..models import Claim, Programme, State, Step
from ..refusals import NotYours, Refused
from . import queries

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from django.db.models import Q

    from huanxin.foundation.access.models import User
    from huanxin.ledger.models import Batch

    from .queries import Held

__all__ = ["Made", "Moved", "NothingToPay", "book_results", "follow_bank", "make_batch"]

# A bank's file of more lines is split; the rest comes into the next batch.
MOST = 5_000


class NothingToPay(Refused):
    """No committed claim of the programme can be paid now; the message names what is held back."""


@dataclass
class Made:
    """A batch and what was held back from it."""

    batch: Batch
    n: int
    held: list[Held] = field(default_factory=list)


@dataclass
class Moved:
    """Claims that followed the bank's answers."""

    paid: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


def make_batch(programme: Programme, *, by: User) -> Made:
    """A batch of the ledger with every claim of the programme that can be paid; others are named with why.

    Raises NotYours without the right to pay there, NothingToPay, `ledger.LiveAlready` where somebody put the
    same claims into a batch at this moment.
    """
    if not access.may(by, "pay", programme.place_code):
        raise NotYours(_("Your mandate does not let you pay in this place."))
    if programme.settles != Programme.Settles.CLAIM:
        raise NothingToPay(_("This programme is settled with the shops, not paid to applicants."))
    good, held = queries.sorted_out(list(queries.to_pay(programme)[:MOST]))
    if not good:
        names = "; ".join(f"{one.claim.number}: {one.why}" for one in held[:5])
        raise NothingToPay(_("No claim can be paid now. %(held)s") % {"held": names})
    lines = [_line(claim) for claim in good]
    is_sample = all(claim.sample for claim in good)
    batch = ledger.make_batch(programme.slug, lines, by=by, place_code=programme.place_code, sample=is_sample)
    return Made(batch, len(good), held)


def _line(claim: Claim) -> ledger.PaymentLine:
    assert claim.amount is not None
    return ledger.PaymentLine(
        purpose=claim.number,
        payee=claim.account_name,
        account=bytes(claim.account_sealed or b""),
        bank=claim.bank,
        amount=claim.amount,
        shown=claim.account_shown,
    )


def book_results(
    file: Path, *, by: User, batch: Batch | None = None, name: str = "", where: Q | None = None
) -> tuple[ledger.Results, Moved]:
    """Read the bank's answers and carry them to the claims: paid, or failed with the bank's reason.
    `where` is a filter on batches, such as the places of a mandate.

    The same file again changes nothing. Raises SheetError for a file that cannot be read.
    """
    results = ledger.read_results(file, by=by, batch=batch, name=name, where=where)
    numbers = [line.purpose for line in (*results.matched, *results.failed)]
    moved = follow_bank(numbers, by=by)
    # A file may answer for shops too: their settlements follow as from any other page.
    ledger.let_follow(numbers, by=by)
    return results, moved


def follow_bank(numbers: Iterable[str] | None = None, *, by: User | None = None) -> Moved:
    """Let claims follow what the ledger knows of their payments; all of them, or those of these numbers.

    Also what was booked on the ledger's own pages: paid, failed, sent back by the bank after it was paid.
    Each claim is one transaction; again it changes nothing.
    """
    moved = Moved()
    for deed, claim, why in list(_behind(numbers)):
        try:
            life.take_step(claim, deed, by=by, reason=why)
        except Refused as refused:
            moved.left.append((claim.number, str(refused)))
            continue
        (moved.paid if deed == "pay" else moved.failed).append(claim.number)
    return moved


def followed(numbers: Iterable[str], by: User | None) -> list[tuple[str, str]]:
    """`follow_bank` as the ledger calls it: the claims that could not follow, each with why."""
    return follow_bank(numbers, by=by).left


def _behind(numbers: Iterable[str] | None) -> Iterable[tuple[str, Claim, str]]:
    """Claims that stand elsewhere than their payment."""
    rows = Claim.objects.select_related("programme", "applicant__login", "entered_by", "place", "notice")
    if numbers is not None:
        rows = rows.filter(number__in=list(numbers))
    lines = Line.objects.filter(purpose=OuterRef("number"))
    paid, failed = lines.filter(state=Line.State.PAID), lines.filter(state=Line.State.FAILED)
    waiting = rows.filter(state__in=(State.COMMITTED, State.SUSPENDED))
    for claim in waiting.filter(Exists(paid)).order_by("pk"):
        yield "pay", claim, ""
    told = Step.objects.filter(
        claim=OuterRef(OuterRef("pk")), deed__in=("fail", "bounce"), at__gte=OuterRef("booked_at")
    )
    untold = failed.filter(~Exists(told))
    for claim in rows.filter(state=State.COMMITTED).filter(~Exists(paid), Exists(untold)).order_by("pk"):
        yield "fail", claim, _why(claim)
    for claim in rows.filter(state=State.PAID).filter(~Exists(paid), Exists(failed)).order_by("pk"):
        yield "bounce", claim, _why(claim)


def _why(claim: Claim) -> str:
    line = (
        Line.objects.filter(purpose=claim.number, state=Line.State.FAILED)
        .order_by("-booked_at", "-pk")
        .first()
    )
    return (line.why if line else "") or _("The bank gave no reason.")
