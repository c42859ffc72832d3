"""Deeds of the public notice: publish, object, answer, end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.access import queries as access
from huanxin.foundation.lib import sealed, workdays
from huanxin.registry import queries as registry

from ..life import queries as life_queries
from ..life import services as life
from ..models import Claim, Objection, Programme, PublicNotice, State
from ..refusals import Blocked, NotAllowed, NotYours, OwnClaim, ReasonNeeded, Refused, SecondStep

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from huanxin.foundation.access.models import User

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# So many claims of one notice are published in one transaction; the rest comes into the next notice.
MOST = 1_000
_WITH = ("programme", "applicant__login", "entered_by", "place", "notice")


class NothingToPublish(Refused):
    """No reviewed claim of this programme waits in this place."""


@dataclass
class Published:
    """A notice, its claims, and those that could not be published with why."""

    notice: PublicNotice
    numbers: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Ended:
    """What became of the claims whose notices ended."""

    notices: list[str] = field(default_factory=list)
    committed: list[str] = field(default_factory=list)
    suspended: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def publish(
    programme: Programme, place_code: str, *, by: User, numbers: Iterable[str] | None = None,
    from_where: str = "",
) -> Published:  # fmt: skip
    """Put the reviewed claims of a programme in a place, or some of them, into public notice from today.

    It stands for the programme's working days. Each claim is a step of its own, and its applicant is told.
    Raises NotYours, NothingToPublish.
    """
    if not access.may(by, "review", place_code):
        raise NotYours(_("Your mandate does not cover this place."))
    place = registry.place(place_code)
    waiting = Claim.objects.filter(programme=programme, state=State.REVIEWED)
    waiting = waiting.filter(place_id__gte=place_code, place_id__lt=str(int(place_code) + 1))
    if numbers is not None:
        waiting = waiting.filter(number__in=list(numbers))
    some = list(waiting.select_related(*_WITH).order_by("pk")[:MOST])
    if not some or place is None:
        raise NothingToPublish(_("No reviewed claim of this programme waits in this place."))
    today = timezone.localdate()
    notice = PublicNotice.objects.create(
        number=_number(programme), programme=programme, place=place, from_on=today, by=by,
        to_on=workdays.add_workdays(today, programme.notice_days),
    )  # fmt: skip
    done = Published(notice)
    for claim in some:
        try:
            life.take_step(claim, "publish", by=by, changes={"notice": notice}, from_where=from_where)
            done.numbers.append(claim.number)
        except Refused as refused:
            done.left.append((claim.number, str(refused)))
    if not done.numbers:
        raise NothingToPublish(done.left[0][1])
    return done


def _number(programme: Programme) -> str:
    tail = "".join(secrets.choice(_LETTERS) for _n in range(6))
    return f"{programme.slug}-N{timezone.localdate():%y%m%d}-{tail}"


@transaction.atomic
def object_to(
    claim: Claim, text: str, *, contact: str = "", by: User | AnonymousUser | None = None
) -> Objection:
    """Say something against a claim in public notice; anybody may, also without a name. Raises NotAllowed."""
    # Held, so that the end of its notice either sees the objection or comes first.
    rows = Claim.objects.select_for_update(of=("self",)).select_related("notice")
    claim = rows.get(pk=claim.pk)
    if claim.state != State.NOTICE or claim.notice is None or claim.notice.ended_at is not None:
        raise NotAllowed(_("This claim is not in public notice any more."))
    who = by if by is not None and by.is_authenticated else None
    return Objection.objects.create(
        claim=claim,
        kind=Objection.Kind.NOTICE,
        text=text.strip()[:2000],
        contact_sealed=sealed.seal(contact.strip()) if contact.strip() else None,
        by=who,
    )


@transaction.atomic
def answer(objection: Objection, outcome: str, text: str, *, by: User, from_where: str = "") -> Objection:
    """Answer an objection to a notice. Upheld, the claim is refused for that reason; rejected, it goes on as
    soon as no other objection is open, unless a reviewer suspended it for a reason of their own.

    Whoever approved the file does not answer. Raises NotYours, OwnClaim, SecondStep, ReasonNeeded, NotAllowed
    where it was answered already.
    """
    claim = Claim.objects.select_for_update(of=("self",)).select_related(*_WITH).get(pk=objection.claim_id)
    _may_answer(claim, by)
    if not text.strip():
        raise ReasonNeeded
    changed = Objection.objects.filter(pk=objection.pk, outcome=Objection.Outcome.OPEN).update(
        outcome=outcome, answer=text.strip()[:2000], answered_by=by, answered_at=timezone.now()
    )
    if not changed:
        raise NotAllowed(_("Somebody has answered this objection already. Reload the page."))
    if outcome == Objection.Outcome.UPHELD:
        if claim.state in (State.NOTICE, State.SUSPENDED):
            life.take_step(claim, "refuse", by=by, reason=text, from_where=from_where)
    elif _waits_for_answers(claim) and not _is_contested(claim):
        life.take_step(claim, "resume", by=by, reason=text, from_where=from_where)
        if claim.notice is not None and claim.notice.ended_at is not None:
            life.take_step(claim, "commit", by=None)
    objection.refresh_from_db()
    return objection


def _may_answer(claim: Claim, by: User) -> None:
    if life_queries.is_applicant(claim, by):
        raise OwnClaim(_("This claim is your own, or you entered it. Somebody else takes this step."))
    if not access.may(by, "review", claim.place_id):
        raise NotYours(_("Your mandate does not cover this place."))
    if claim.steps.filter(by=by, deed__in=("accept", "approve", "uphold")).exists():
        raise SecondStep(_("You approved this file yourself. Somebody else answers the objection."))


def _waits_for_answers(claim: Claim) -> bool:
    """Whether the end of its notice suspended the claim, and not a person."""
    if claim.state != State.SUSPENDED or claim.state_before != State.NOTICE:
        return False
    latest = claim.steps.filter(deed="suspend").order_by("-n").first()
    return latest is not None and latest.by_id is None


def _is_contested(claim: Claim) -> bool:
    return Objection.objects.filter(claim=claim, kind=Objection.Kind.NOTICE, outcome="open").exists()


def end_notices(on: dt.date | None = None) -> Ended:
    """End the notices whose last day is over: their claims are committed, those objected to are suspended.

    Each claim is one transaction; one that cannot move is named and left, and its notice stays open.
    """
    done = Ended()
    day = on or timezone.localdate()
    for notice in PublicNotice.objects.filter(ended_at=None, to_on__lt=day).order_by("pk"):
        n_left = len(done.left)
        for pk in (
            Claim.objects.filter(notice=notice, state=State.NOTICE)
            .order_by("pk")
            .values_list("pk", flat=True)
        ):
            _end_one(pk, done)
        if len(done.left) == n_left:
            PublicNotice.objects.filter(pk=notice.pk, ended_at=None).update(ended_at=timezone.now())
            done.notices.append(notice.number)
    return done


def _end_one(pk: int, done: Ended) -> None:
    try:
        with transaction.atomic():
            claim = Claim.objects.select_for_update(of=("self",)).select_related(*_WITH).get(pk=pk)
            if claim.state != State.NOTICE:
                return
            if _is_contested(claim):
                _suspend(
                    claim, _("Somebody objected in public notice; the objection is answered first."), done
                )
                return
            try:
                life.take_step(claim, "commit", by=None)
            except Blocked as found:
                _suspend(claim, str(found), done)
                return
            done.committed.append(claim.number)
    except Refused as refused:
        done.left.append((claim.number, str(refused)))


def _suspend(claim: Claim, why: str, done: Ended) -> None:
    life.take_step(claim, "suspend", by=None, reason=why)
    done.suspended.append(claim.number)
