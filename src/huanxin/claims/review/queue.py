"""What lies at a desk, by the clock.

Whatever the table holds, a page reads about a page of an index; the counts look at the first five hundred.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case, CharField, Count, Q, Value, When
from django.utils import timezone

from huanxin.foundation.lib import pages
from huanxin.registry import queries as registry

from ..models import Claim, Desk, State
from .seats import GREEN, here, light

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from huanxin.foundation.lib.pages import Page

    from .seats import Seat

# Beyond this many a count says “and more”: nobody plans a day by a larger number.
COUNTED = 500
# A colour is told from findings, which no index orders by the clock: so many files are looked at in one go,
# and so often.
_LOOK, _MOST_LOOKS = 200, 50
LATE, TODAY, LATER = "late", "today", "later"
_ELSEWHERE = (
    ("applicant", (State.RETURNED,)),
    ("money", (State.QUEUED,)),
    (Desk.BANNER, (State.SUBMITTED, State.ACCEPTED)),
    (Desk.LEAGUE, (State.BANNER_REVIEWED,)),
    (Desk.REGION, (State.SAMPLED,)),
    ("to_publish", (State.REVIEWED,)),
    ("notice", (State.NOTICE,)),
    (Desk.FINANCE, (State.COMMITTED,)),
)


@dataclass(frozen=True)
class Asked:
    """What is asked of a desk; "" asks nothing. `light` red, open or green; `clock` late, today or later."""

    seat: Seat
    programme: str = ""
    light: str = ""
    clock: str = ""
    number: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.programme or self.light or self.clock or self.number)


@dataclass(frozen=True)
class Counts:
    """How many of the files first by the clock are late, due today, red …; `is_more`: there are others."""

    n: int = 0
    is_more: bool = False
    by_clock: dict[str, int] = field(default_factory=dict)
    by_light: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Elsewhere:
    """How many claims of my area wait for something else, up to five hundred; `name` is who has them."""

    name: str
    n: int
    is_more: bool


def page(asked: Asked, mark: str | None = None, limit: int = 50) -> Page[Claim]:
    """A page of the queue, the most urgent first; `mark` is another page's `next` or `previous`.

    Each place is read from its own index from where the page begins, so nothing is sorted that is not shown.
    Of a colour that few files have, the next 10,000 by the clock are looked through.
    """
    back, key = _read_mark(mark)
    ids = _ids(asked, limit + 1, key, back=back)
    found = Claim.objects.filter(pk__in=ids).annotate(light=light())
    by_pk = {claim.pk: claim for claim in found.select_related("applicant", "programme", "place")}
    some = [by_pk[pk] for pk in ids if pk in by_pk]
    return pages.cut(some, limit, _mark, back=back, is_first=key is None)


def counts(asked: Asked) -> Counts:
    """Of the first five hundred by the clock: how many are late, due today, red, open, green. Two queries."""
    ids = _ids(asked, COUNTED + 1, None, back=False)
    today = timezone.localdate()
    clock = Case(
        When(due_on__lt=today, then=Value(LATE)),
        When(due_on=today, then=Value(TODAY)),
        default=Value(LATER),
        output_field=CharField(),
    )
    grouped = (
        Claim.objects.filter(pk__in=ids[:COUNTED])
        .annotate(light=light(), clock=clock)
        .values_list("light", "clock")
        .annotate(n=Count("pk"))
        .order_by()
    )
    by_clock, by_light = dict.fromkeys((LATE, TODAY, LATER), 0), dict.fromkeys(("red", "open", "green"), 0)
    for colour, when, n in grouped:
        by_light[colour] += n
        by_clock[when] += n
    return Counts(min(len(ids), COUNTED), len(ids) > COUNTED, by_clock, by_light)


def count(asked: Asked, everything: Counts) -> Counts:
    """How many files are asked for, up to five hundred; `everything` are the counts of the whole desk."""
    if not asked.is_narrowed:
        return everything
    if asked.light and not (asked.programme or asked.clock or asked.number):
        return Counts(everything.by_light[asked.light], everything.is_more)
    n = len(_ids(asked, COUNTED + 1, None, back=False))
    return Counts(min(n, COUNTED), n > COUNTED)


def elsewhere(seat: Seat) -> list[Elsewhere]:
    """Who else has claims of my area. A query of at most five hundred entries of an index for each."""
    found = []
    for name, states in _ELSEWHERE:
        if name == seat.desk:
            continue
        there = here(seat.place_code).filter(state__in=states)
        n = there.order_by().values("pk")[: COUNTED + 1].count()
        found.append(Elsewhere(name, min(n, COUNTED), n > COUNTED))
    return found


def after(claim: Claim, asked: Asked) -> Claim | None:
    """The file that comes behind this one in the queue; the first where it was the last. Two queries."""
    ids = _ids(asked, 1, [_day(claim), claim.pk], back=False) or _ids(asked, 1, None, back=False)
    return Claim.objects.filter(pk__in=ids).exclude(pk=claim.pk).first()


def _ids(asked: Asked, limit: int, key: list[Any] | None, *, back: bool) -> list[int]:
    """The numbers of some files in the order of the clock, from behind `key` on."""
    if not asked.light:
        return [pk for pk, _due_on in _some(asked, limit, key, back=back)]
    found: list[int] = []
    for _n in range(_MOST_LOOKS):
        some = _some(asked, _LOOK, key, back=back)
        alike = Claim.objects.filter(pk__in=[pk for pk, _due_on in some]).annotate(light=light())
        of_colour = set(alike.filter(light=asked.light).values_list("pk", flat=True))
        found += [pk for pk, _due_on in some if pk in of_colour]
        if len(found) >= limit or len(some) < _LOOK:
            break
        key = [(some[-1][1] or dt.date.max).isoformat(), some[-1][0]]
    return found[:limit]


def _some(asked: Asked, limit: int, key: list[Any] | None, *, back: bool) -> list[tuple[int, dt.date | None]]:
    """Files of any colour in the order of the clock, from behind `key` on."""
    wanted = _narrowed(asked.seat.claims(), asked)
    if key is not None:
        columns = ("claims_claim.due_on", "claims_claim.id")
        wanted = wanted.filter(pages.beyond(columns, key, down=back))
    order = ("-due_on", "-pk") if back else ("due_on", "pk")
    code = asked.seat.place_code
    if connection.vendor == "postgresql" and len(code) == 4:
        return _merged(wanted, code, order, limit)
    return list(wanted.order_by(*order).values_list("pk", "due_on")[:limit])


def _merged(
    wanted: QuerySet[Claim], code: str, order: tuple[str, ...], limit: int
) -> list[tuple[int, dt.date | None]]:
    """The first files of each banner of a league, merged: an index holds one place in order, not several."""
    places = [code, *(place.code for place in registry.children(code))]
    some = [
        wanted.filter(place_id=place).order_by(*order).values_list("pk", "due_on")[:limit] for place in places
    ]
    merged = some[0].union(*some[1:], all=True) if len(some) > 1 else some[0]
    return list(merged.order_by(*order)[:limit])


def _narrowed(claims: QuerySet[Claim], asked: Asked) -> QuerySet[Claim]:
    if asked.programme:
        claims = claims.filter(programme__slug=asked.programme)
    if asked.number:
        claims = claims.filter(number=asked.number.strip())
    today = timezone.localdate()
    if asked.clock:
        claims = claims.filter(
            {LATE: Q(due_on__lt=today), TODAY: Q(due_on=today), LATER: Q(due_on__gt=today)}[asked.clock]
        )
    if asked.light == GREEN:
        claims = claims.filter(all_green=True)
    return claims


def _day(claim: Claim) -> str:
    return (claim.due_on or dt.date.max).isoformat()


def _mark(row: Claim, back: bool) -> str:
    return pages.written([_day(row), row.pk], back=back)


def _read_mark(mark: str | None) -> tuple[bool, list[Any] | None]:
    """A mark that was altered leads to the first page."""
    back, key = pages.read(mark, str, int)
    try:
        return back, key and [dt.date.fromisoformat(key[0]).isoformat(), key[1]]
    except ValueError:
        return False, None


__all__ = ["COUNTED", "Asked", "Counts", "Elsewhere", "after", "count", "counts", "elsewhere", "page"]
