"""Which claims can be paid, which are held back, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.translation import gettext as _

from huanxin.foundation.access import queries as access
from huanxin.ledger.models import Batch, Line, Part

from ..integrity import queries as integrity
from ..models import Claim, Finding, Programme, Severity, State, Step

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from huanxin.foundation.access.models import User
    from huanxin.foundation.lib.money import Money


@dataclass(frozen=True)
class Held:
    """A committed claim that is not paid now, and why."""

    claim: Claim
    why: str


@dataclass(frozen=True)
class Due:
    """What a programme has to pay: how many committed claims are in no batch, and their sum."""

    programme: Programme
    n: int
    amount: Money | None


def due(user: User | AnonymousUser) -> list[Due]:
    """The programmes paid after review where this person sees money, with what each has to pay."""
    areas = access.areas(user, "account")
    seen = Q(pk__in=[])
    for area in areas:
        seen |= Q(place_code__startswith=area)
    programmes = list(Programme.objects.filter(seen, settles=Programme.Settles.CLAIM).order_by("slug"))
    rows = (
        to_pay()
        .filter(programme__in=programmes)
        .values_list("programme_id")
        .annotate(n=Count("pk"), sum=Sum("amount"))
    )
    sums = {pk: (n, amount) for pk, n, amount in rows.order_by()}
    return [Due(programme, *sums.get(programme.pk, (0, None))) for programme in programmes]


def with_the_bank(user: User | AnonymousUser) -> QuerySet[Batch]:
    """Batches of these programmes that wait for the bank's answers, the newest first."""
    slugs = [row.programme.slug for row in due(user)]
    here = access.in_areas(user, "account", "place_code")
    return Batch.objects.filter(
        here, programme__in=slugs, state__in=(Batch.State.SIGNED, Batch.State.SENT)
    ).order_by("-pk")


def to_pay(programme: Programme | None = None) -> QuerySet[Claim]:
    """Committed claims whose money is in no batch that lives, the first due first."""
    live = Part.objects.filter(purpose=OuterRef("number"), is_live=True, deducts=False)
    rows = Claim.objects.filter(~Exists(live), state=State.COMMITTED)
    if programme is not None:
        rows = rows.filter(programme=programme)
    return rows.select_related("applicant", "programme", "place").order_by("due_on", "pk")


def sorted_out(claims: list[Claim]) -> tuple[list[Claim], list[Held]]:
    """Those that can be paid, and those that are held back with why. Three queries for any number."""
    blocked = set(
        Finding.objects.filter(claim__in=claims, severity=Severity.BLOCK, gone_at=None)
        .exclude(judgement=Finding.Judgement.CLEARED)
        .values_list("claim_id", flat=True)
    )
    failed = _failed(claims)
    good, held = [], []
    for claim in claims:
        if why := _why_held(claim, claim.pk in blocked, failed.get(claim.number, "")):
            held.append(Held(claim, why))
        else:
            good.append(claim)
    return good, held


def objections(purposes: Collection[str]) -> dict[str, str]:
    """Of these claims and sales those that may not be paid now, each with why. One query."""
    rows = Claim.objects.filter(number__in=purposes).annotate(is_blocked=integrity.is_blocked())
    return {
        number: _("Something was found that blocks it; it is to be judged first.")
        if is_blocked
        else _("It is suspended.")
        for number, state, is_blocked in rows.values_list("number", "state", "is_blocked")
        if is_blocked or state == State.SUSPENDED
    }


def _failed(claims: list[Claim]) -> dict[str, str]:
    """Why the bank did not pay a claim, where the account was not corrected since."""
    lines = Line.objects.filter(purpose__in=[claim.number for claim in claims], state=Line.State.FAILED)
    failed = {line.purpose: line for line in lines.order_by("booked_at", "pk")}
    mended = Step.objects.filter(claim__in=claims, deed="mend_account").values_list("claim__number", "at")
    for number, at in mended:
        line = failed.get(number)
        if line is not None and line.booked_at is not None and at > line.booked_at:
            del failed[number]
    return {number: line.why for number, line in failed.items()}


def _why_held(claim: Claim, is_blocked: bool, failed: str) -> str:
    if is_blocked:
        return _("Something was found that blocks it; it is to be judged first.")
    if claim.account_sealed is None:
        return _("There is no bank account.")
    if not claim.bank.strip():
        return _("The bank is not named.")
    if claim.account_name.strip() != claim.applicant.name.strip():
        return _("The bank account is not in the applicant's own name.")
    if not claim.amount or claim.amount <= 0:
        return _("There is no amount to pay.")
    if failed:
        return _("The bank did not pay: %(why)s. The applicant has not corrected the account yet.") % {
            "why": failed
        }
    return ""
