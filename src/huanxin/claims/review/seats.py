"""At which desks somebody sits, and what colour a file has there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Case, CharField, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact, IsNull

from huanxin.foundation.access import queries as access

from ..integrity.models import Finding, Severity
from ..models import TO_DECIDE, Claim, Desk

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from huanxin.foundation.access.models import User

_DESKS = {6: Desk.BANNER, 4: Desk.LEAGUE, 2: Desk.REGION}

RED, OPEN, GREEN = "red", "open", "green"


@dataclass(frozen=True)
class Seat:
    """A desk in a place: 152502 the banner's, 1525 the league's, 15 the region's."""

    desk: str
    place_code: str

    def claims(self) -> QuerySet[Claim]:
        """What is to be decided at this desk."""
        # Written out, not as parameters: SQLite takes the index only for the very condition it is made with.
        states = ", ".join(f"'{state.value}'" for state in TO_DECIDE)
        to_decide = RawSQL(f"claims_claim.state IN ({states})", [], BooleanField())
        return here(self.place_code).filter(Q(to_decide), desk=self.desk)


def seats(user: User | AnonymousUser) -> list[Seat]:
    """The desks at which this person reviews, the smallest place first. One query."""
    if not user.is_authenticated or not user.is_active:
        return []
    mandates = access.mandates_in_force().filter(user_id=user.pk, role__in=access.roles_with("review"))
    codes = set(mandates.values_list("place_code", flat=True))
    return [Seat(_DESKS[len(code)], code) for code in sorted(codes, key=lambda code: (-len(code), code))]


def here(place_code: str) -> QuerySet[Claim]:
    """The claims of a place and all below it."""
    if place_code == access.REGION:
        return Claim.objects.all()
    if len(place_code) == 6:
        return Claim.objects.filter(place_id=place_code)
    return Claim.objects.filter(place_id__gte=place_code, place_id__lt=str(int(place_code) + 1))


def light() -> Case:
    """Red: a check is not met, or a finding blocks. Green: every check is met and nobody found anything.

    Everything else is open: a fact or a paper is missing, or somebody must look at a finding.
    """
    found = Finding.objects.filter(
        claim=OuterRef("pk"), gone_at=None, severity__in=(Severity.BLOCK, Severity.REVIEW)
    ).exclude(judgement=Finding.Judgement.CLEARED)
    # One value for each row, not EXISTS: PostgreSQL would rather read all findings there are into a hash.
    worst = Subquery(found.order_by("severity").values("severity")[:1])
    return Case(
        When(verdict="ineligible", then=Value(RED)),
        When(Q(all_green=True) & IsNull(worst, True), then=Value(GREEN)),
        When(Exact(worst, Value(Severity.BLOCK.value)), then=Value(RED)),
        default=Value(OPEN),
        output_field=CharField(),
    )
