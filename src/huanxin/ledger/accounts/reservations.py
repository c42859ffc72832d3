"""Reserving, one by one or many at once: available money is set aside for a purpose."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from huanxin.ledger import posting, refusals, reserving, rush
from huanxin.ledger.models import Budget, Transfer
from huanxin.ledger.reserving import Need, Till

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from huanxin.foundation.access.models import User
    from huanxin.ledger.models import Lane

# Before all lanes are locked at once, which makes everybody wait for this one.
_TRIES = 2


@dataclass(frozen=True)
class Request:
    """Money wanted for a purpose in a place: how much from each source. `by` is who asks."""

    purpose: str
    place_code: str
    shares: Mapping[str, Decimal]
    by: User | None = None
    key: str = ""

    def booking_key(self) -> str:
        return self.key or f"{self.purpose}:reserve"

    def new(self, by: User | None) -> rush.New:
        person = self.by or by
        person_id = person.pk if person else None
        return self.purpose, self.place_code, self.booking_key(), self.cents(), person_id

    def cents(self) -> dict[str, int]:
        return {source: c for source, a in self.shares.items() if (c := posting.cents(a))}


@dataclass
class _Group:
    """Requests of one programme on their way: what is needed, done, and refused."""

    requests: Sequence[Request]
    needs: list[Need | None] = field(default_factory=list)
    done: dict[int, list[Transfer]] = field(default_factory=dict)
    refused: dict[int, refusals.Refused] = field(default_factory=dict)

    def open(self) -> dict[int, Need]:
        return {
            n: need
            for n, need in enumerate(self.needs)
            if need is not None and n not in self.done and n not in self.refused
        }


def reserve(
    programme: str,
    place_code: str,
    shares: Mapping[str, Decimal],
    *,
    purpose: str,
    by: User | None,
    key: str | None = None,
) -> list[Transfer]:
    """Set money aside for a purpose: so much from each source, from the nearest budget that covers the place.

    Once for each key (without one: once for the purpose). Raises BudgetExhausted, which changes nothing and
    says what is left; NoBudget; OtherAmount for the same key with other shares.
    """
    request = Request(purpose, place_code, shares, by, key or "")
    group = _reserve_all(programme, [request], by=by)
    if 0 in group.refused:
        raise group.refused[0]
    return group.done[0]


def reserve_many(
    programme: str, requests: Sequence[Request], *, by: User | None = None, fresh: rush.Choice | None = None
) -> list[bool]:
    """`reserve` for many in a few statements: which of the requests fitted, in their order.

    A request takes all its sources or nothing; those before it come first. Keys make it safe to ask again:
    a request that was served before is served. `fresh`: their purposes were made up just now in the caller's
    transaction, so that nothing can have been booked for them; then two statements serve them all while one
    lane has enough. Raises NoBudget, OtherAmount.
    """
    if fresh is not None and rush.reserve_new(programme, [r.new(by) for r in requests], fresh):
        return [True] * len(requests)
    group = _reserve_all(programme, requests, by=by)
    for refused in group.refused.values():
        if not isinstance(refused, refusals.BudgetExhausted):
            raise refused
    return [n in group.done for n in range(len(requests))]


def _reserve_all(programme: str, requests: Sequence[Request], *, by: User | None) -> _Group:
    with transaction.atomic():
        group = _Group(requests)
        _find_done(group)
        budgets = _find_needs(programme, group)
        for _n in range(_TRIES):
            till = _refuse_hopeless(programme, group, budgets)
            needs = list(group.open().values())
            if not needs:
                return group
            lanes = reserving.likely_lanes(till, needs)
            if lanes is None:
                break
            if _serve(group, lanes, by=by):
                return group
        _serve_from_all(programme, group, budgets, by=by)
        return group


def _find_done(group: _Group) -> None:
    """Requests that were served before under their keys are done; with another amount they are refused."""
    keys = {
        f"{request.booking_key()}:{source}": n
        for n, request in enumerate(group.requests)
        for source in Budget.Source.values
    }
    found: dict[int, list[Transfer]] = defaultdict(list)
    rows = Transfer.objects.filter(key__in=list(keys)).select_related("lane__budget").order_by("pk")
    for row in rows:
        found[keys[row.key]].append(row)
    for n, transfers in found.items():
        booked = {row.lane.budget.source: posting.cents(row.cents) for row in transfers}
        is_same = {row.purpose for row in transfers} == {group.requests[n].purpose}
        if not is_same or booked != group.requests[n].cents():
            group.refused[n] = refusals.OtherAmount(group.requests[n].booking_key())
        else:
            group.done[n] = transfers


def _find_needs(programme: str, group: _Group) -> dict[int, Budget]:
    """Which budgets each request draws on; those without a budget are refused. Returns the budgets by id."""
    codes = {code for request in group.requests for code in reserving.covering(request.place_code)}
    there = list(Budget.objects.filter(programme=programme, place_code__in=codes))
    near = {code: reserving.nearest(there, code) for code in {r.place_code for r in group.requests}}
    for n, request in enumerate(group.requests):
        wanted, budgets = request.cents(), near[request.place_code]
        if lacking := sorted(set(wanted) - set(budgets)):
            group.needs.append(None)
            group.refused.setdefault(
                n,
                refusals.NoBudget(programme=programme, place_code=request.place_code, source=lacking[0]),
            )
            continue
        group.needs.append(
            Need(
                request.purpose,
                request.booking_key(),
                {budgets[s].pk: c for s, c in sorted(wanted.items())},
                {budgets[s].pk: s for s in wanted},
                request.by.pk if request.by else None,
            )
        )
        if not wanted and n not in group.refused:
            group.done.setdefault(n, [])
    return {budget.pk: budget for budget in there}


def _refuse_hopeless(programme: str, group: _Group, budgets: Mapping[int, Budget]) -> Till:
    """Refuse what all lanes together do not have at this moment, without locking any of them."""
    wanted = {b for need in group.open().values() for b in need.from_budgets}
    till = Till.of(reserving.left_in_lanes(wanted))
    for n, need in group.open().items():
        for budget_id, cents in need.from_budgets.items():
            if till.total(budget_id) < cents:
                group.refused[n] = _exhausted(programme, budgets[budget_id], cents, till.total(budget_id))
    return till


def _serve(group: _Group, lane_ids: set[int], *, by: User | None) -> bool:
    """Serve all open requests from these lanes; False, with nothing locked, if one does not fit."""
    try:
        # Leaving the inner transaction by an error gives its locks back, so that the next try locks in order.
        with transaction.atomic():
            lanes = posting.lock(lane_ids)
            rows = ((lane.budget_id, pk, posting.cents(lane.available)) for pk, lane in lanes.items())
            till = Till.of(rows)
            moves = {}
            for n, need in group.open().items():
                taken = till.take(need, may_level=False)
                if taken is None:
                    raise _DoesNotFit
                moves[n] = taken
            _write(group, moves, lanes, by=by)
    except _DoesNotFit:
        return False
    except IntegrityError:
        # The same key was booked by somebody else since we looked.
        _find_done(group)
        return not group.open()
    return True


def _serve_from_all(programme: str, group: _Group, budgets: Mapping[int, Budget], *, by: User | None) -> None:
    """Lock every lane, serve in order what fits, level between lanes: the last yuan is given."""
    wanted = {b for need in group.open().values() for b in need.from_budgets}
    lane_ids = {lane for _b, lane, _left in reserving.left_in_lanes(wanted)}
    lanes = posting.lock(lane_ids)
    _find_done(group)
    till = Till.of((lane.budget_id, pk, posting.cents(lane.available)) for pk, lane in lanes.items())
    moves = {}
    for n, need in group.open().items():
        taken = till.take(need, may_level=True)
        if taken is not None:
            moves[n] = taken
            continue
        short = next(b for b, cents in need.from_budgets.items() if till.total(b) < cents)
        group.refused[n] = _exhausted(programme, budgets[short], need.from_budgets[short], till.total(short))
    _write(group, moves, lanes, by=by)


def _write(
    group: _Group, moves: dict[int, list[posting.Move]], lanes: dict[int, Lane], *, by: User | None
) -> None:
    rows = iter(posting.post([m for some in moves.values() for m in some], lanes, by=by))
    for n, some in moves.items():
        written = [next(rows) for _m in some]
        group.done[n] = [row for row in written if row.deed == "reserve"]


def _exhausted(programme: str, budget: Budget, asked: int, left: int) -> refusals.BudgetExhausted:
    return refusals.BudgetExhausted(
        programme=programme,
        place_code=budget.place_code,
        source=budget.source,
        asked=posting.money(asked),
        left=posting.money(left),
    )


class _DoesNotFit(Exception):
    """A lane has less than it had when it was chosen."""
