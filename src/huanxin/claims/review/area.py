"""An area at a glance: which place lags, what is late, what money is left; and how second looks came out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from huanxin.foundation.lib import sealed
from huanxin.foundation.lib.money import Money, yuan
from huanxin.ledger import queries as ledger
from huanxin.registry import queries as registry

from ..models import TO_DECIDE, Desk, State, Step
from .seats import here

if TYPE_CHECKING:
    from huanxin.registry.models import Place

    from ..models import Claim
    from .seats import Seat

# A place of which nobody decided anything for so long is silent.
PACE_DAYS, SILENT_DAYS, LOOK_DAYS = 7, 30, 90
_DECIDES = ("accept", "approve", "return", "refuse")


@dataclass
class Line:
    """One place: what waits at its desk, what of it is late, how fast it decides, since when it is silent."""

    place: Place
    n: int = 0
    n_late: int = 0
    oldest_on: dt.date | None = None
    n_decided: int = 0
    last_at: dt.datetime | None = None
    n_to_pay: int = 0

    @property
    def is_silent(self) -> bool:
        """Files wait, and nobody has touched any of them for a month."""
        return bool(self.n) and self.last_at is None


@dataclass(frozen=True)
class Left:
    """What a programme has left where the area draws on."""

    programme: str
    place_code: str
    granted: Money
    available: Money


@dataclass
class Looked:
    """How the second looks at one place's files came out in ninety days."""

    place: Place
    n: int = 0
    by_deed: dict[str, int] = field(default_factory=dict)

    @property
    def n_returned(self) -> int:
        return self.by_deed.get("return", 0)

    @property
    def n_refused(self) -> int:
        return self.by_deed.get("refuse", 0)

    @property
    def n_otherwise(self) -> int:
        return self.n_returned + self.n_refused


def lines(seat: Seat) -> list[Line]:
    """The places below a seat (a banner itself), the most late ones first.

    Three queries; they read what is to be decided there and the steps of a month.
    """
    places = {place.code: place for place in _below(seat)}
    found = {code: Line(place) for code, place in places.items()}
    width = len(next(iter(places), seat.place_code))
    today = timezone.localdate()
    waiting = here(seat.place_code).filter(state__in=TO_DECIDE, desk=Desk.BANNER)
    for code, n, late, oldest in (
        waiting.values_list("place_id")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)), oldest=Min("due_on"))
        .order_by()
    ):
        if line := found.get(code[:width]):
            line.n += n
            line.n_late += late
            line.oldest_on = min(filter(None, (line.oldest_on, oldest)), default=None)
    to_pay = (
        here(seat.place_code).filter(state=State.COMMITTED).values_list("place_id").annotate(n=Count("pk"))
    )
    for code, n in to_pay.order_by():
        if line := found.get(code[:width]):
            line.n_to_pay += n
    for code, last, n in _pace(seat):
        if line := found.get(code[:width]):
            line.last_at = max(filter(None, (line.last_at, last)), default=None)
            line.n_decided += n
    return sorted(found.values(), key=lambda line: (-line.n_late, -line.n, line.place.code))


def _below(seat: Seat) -> list[Place]:
    if seat.desk == Desk.BANNER:
        place = registry.place(seat.place_code)
        return [place] if place else []
    return registry.children(seat.place_code)


def _pace(seat: Seat) -> list[tuple[str, dt.datetime, int]]:
    """By place: when somebody decided last within a month, and how often in the last week."""
    now = timezone.now()
    steps = Step.objects.filter(
        desk=Desk.BANNER, at__gte=now - dt.timedelta(days=SILENT_DAYS), deed__in=_DECIDES,
        claim__in=here(seat.place_code),
    )  # fmt: skip
    week = Q(at__gte=now - dt.timedelta(days=PACE_DAYS))
    rows = steps.values_list("claim__place_id").annotate(last=Max("at"), n=Count("pk", filter=week))
    return list(rows.order_by())


def money_left(seat: Seat) -> list[Left]:
    """What is left in the budgets of the area and in those above it that it draws on. Two queries."""
    code = seat.place_code
    inside = Q(place_code__startswith=code) | Q(place_code__in=[code[:n] for n in range(2, len(code), 2)])
    sums: dict[tuple[str, str], list[Money]] = {}
    for row in ledger.standing(where=inside):
        both = sums.setdefault((row.budget.programme, row.budget.place_code), [yuan(0), yuan(0)])
        both[0], both[1] = Money(both[0] + row.granted), Money(both[1] + row.available)
    return [Left(*key, *both) for key, both in sorted(sums.items())]


def second_looks(seat: Seat) -> list[Looked]:
    """By place, what this desk made of the files that desks below had approved; the most overturned first.

    One query over the desk's steps of ninety days.
    """
    since = timezone.now() - dt.timedelta(days=LOOK_DAYS)
    rows = (
        Step.objects.filter(desk=seat.desk, at__gte=since, deed__in=("approve", "return", "refuse"))
        .filter(claim__in=here(seat.place_code))
        .values_list("claim__place_id", "deed")
        .annotate(n=Count("pk"))
        .order_by()
    )
    places = {place.code: place for place in registry.places()}
    found: dict[str, Looked] = {}
    for code, deed, n in rows:
        looked = found.setdefault(code, Looked(places[code]))
        looked.n += n
        looked.by_deed[deed] = looked.by_deed.get(deed, 0) + n
    return sorted(found.values(), key=lambda looked: (-looked.n_otherwise / looked.n, -looked.n))


def first_decisions(claims: list[Claim]) -> dict[int, list[Step]]:
    """By claim, what the desks before this one decided: approvals, with who and when. One query."""
    steps = Step.objects.filter(claim__in=claims, deed="approve").select_related("by")
    found: dict[int, list[Step]] = {}
    for step in steps.order_by("claim_id", "n"):
        found.setdefault(step.claim_id, []).append(step)
    return found


def draw_of(number: str) -> float:
    """Where a claim's draw lies between 0 and 100; below the programme's percentage it is in the sample.

    Told from its number by a keyed hash, so that nobody can choose it; `life.services.drawn` decides by it.
    """
    return int.from_bytes(sealed.keyed_hash(number, "sample")[:8], "big") / 2**64 * 100
