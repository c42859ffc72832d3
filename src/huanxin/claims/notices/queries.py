"""What is to be published, what stands in public notice, and what was objected."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.utils import timezone

from huanxin.foundation.access import queries as access
from huanxin.foundation.lib import pages, sealed, workdays

from ..models import Claim, Objection, Programme, PublicNotice, State

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from huanxin.foundation.access.models import User
    from huanxin.foundation.lib.money import Money
    from huanxin.foundation.lib.pages import Page
    from huanxin.registry.models import Place


@dataclass(frozen=True)
class ToPublish:
    """Reviewed claims of one programme in one place that wait for their notice."""

    programme: Programme
    place_code: str
    n: int
    amount: Money | None


def to_publish(user: User | AnonymousUser) -> list[ToPublish]:
    """What this person may publish, by programme and place. Two queries."""
    rows = (
        Claim.objects.filter(access.in_areas(user, "review"), state=State.REVIEWED)
        .values_list("programme_id", "place_id")
        .annotate(n=Count("pk"), sum=Sum("amount"))
        .order_by("place_id", "programme_id")
    )
    found = list(rows)
    programmes = Programme.objects.in_bulk({row[0] for row in found})
    return [ToPublish(programmes[pk], code, n, amount) for pk, code, n, amount in found]


def notices(user: User | AnonymousUser) -> QuerySet[PublicNotice]:
    """The notices of places where this person reviews, with how many claims and open objections they have."""
    return with_counts(PublicNotice.objects.filter(access.in_areas(user, "review")))


def running(on: dt.date | None = None) -> QuerySet[PublicNotice]:
    """The notices that everybody may read now, the newest first."""
    day = on or timezone.localdate()
    standing = PublicNotice.objects.filter(ended_at=None, from_on__lte=day, to_on__gte=day)
    return with_counts(standing).order_by("-pk")


def with_counts(rows: QuerySet[PublicNotice]) -> QuerySet[PublicNotice]:
    is_open = Q(claims__objections__kind=Objection.Kind.NOTICE, claims__objections__outcome="open")
    return rows.select_related("programme", "place", "by").annotate(
        n_claims=Count("claims", distinct=True),
        n_open=Count("claims__objections", filter=is_open, distinct=True),
    )


def claims_in(notice: PublicNotice, after: str | None, limit: int = 100) -> Page[Claim]:
    """A page of a notice's claims in the order of their ids. One query.

    A claim that was withdrawn or refused meanwhile is shown no more.
    """
    rows = Claim.objects.filter(notice=notice, state__in=(State.NOTICE, State.COMMITTED, State.SUSPENDED))
    return pages.by_key(rows.select_related("applicant", "place"), after, limit, newest_first=False)


def open_objections(user: User | AnonymousUser) -> QuerySet[Objection]:
    """Objections to claims in public notice that wait for an answer where this person reviews."""
    rows = Objection.objects.filter(
        access.in_areas(user, "review", "claim__place_id"), kind=Objection.Kind.NOTICE, outcome="open"
    )
    return rows.select_related("claim__applicant", "claim__place", "claim__notice").order_by("pk")


def days_left(notice: PublicNotice, on: dt.date | None = None) -> int:
    """Working days that a notice still stands after today; 0 on its last day."""
    return max(0, workdays.workdays_between(on or timezone.localdate(), notice.to_on))


def masked(name: str, *, is_person: bool) -> str:
    """A name as everybody may read it: of a person the first sign, of an organisation all."""
    if not is_person or not name:
        return name
    first = name.split()[0]
    return first[0] + "*" * max(1, len(first) - 1)


def places_of(rows: list[ToPublish]) -> dict[str, Place]:
    from huanxin.registry.models import Place

    return Place.objects.in_bulk({row.place_code for row in rows})


def receipt_of(objection: Objection) -> str:
    """The number under which whoever objected reads the answer; nobody can tell it from another's."""
    mark = base64.b32encode(sealed.keyed_hash(str(objection.pk), "objection")[:10]).decode()
    return f"{objection.pk}-{mark}"


def by_receipt(receipt: str) -> Objection | None:
    """The objection to a notice that has this number. One query."""
    pk = receipt.partition("-")[0]
    if not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        return None
    found = Objection.objects.filter(pk=int(pk), kind=Objection.Kind.NOTICE).select_related("claim").first()
    return found if found is not None and receipt_of(found) == receipt.upper() else None
