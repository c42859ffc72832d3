"""Deeds on money: a budget is opened and granted; money is reserved, committed, paid, recovered.

Each is one transaction and idempotent. Lanes are locked late and always in the same order: in a longer
transaction of yours, call at most one of these, and call it last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huanxin.foundation.lib.money import written
from huanxin.ledger import holdings, posting, refusals
from huanxin.ledger.holdings import AVAILABLE, COMMITTED, GRANTED, PAID, RECOVERED, RESERVED
from huanxin.ledger.models import Account, Batch, Budget, Lane, Line, Part, Transfer
from huanxin.ledger.posting import Move

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from huanxin.foundation.access.models import User
    from huanxin.ledger.holdings import Holding

_MOST_LANES = 256
_MOST_PIECES = 16


def open_budget(
    programme: str, place_code: str, source: str, *, by: User, n_lanes: int = 1, sample: bool = False
) -> Budget:
    """The budget of a programme in a place (2, 4 or 6 digits) from a source; opened if it is not there yet.

    `n_lanes`: in how many rows it is counted; 64 for a rush, 1 where claims come one by one.
    """
    if source not in Budget.Source.values:
        raise refusals.Refused(_("“%(source)s” is no source of money.") % {"source": source})
    if not place_code.isdigit() or len(place_code) not in (2, 4, 6):
        raise refusals.Refused(_("Write 2, 4 or 6 digits of the place's code, e.g. 1525."))
    if not 1 <= n_lanes <= _MOST_LANES:
        raise refusals.Refused(_("A budget is counted in 1 to %(n)s lanes.") % {"n": _MOST_LANES})
    known = {"programme": programme, "place_code": place_code, "source": source}
    with transaction.atomic():
        budget, is_new = Budget.objects.get_or_create(
            **known, defaults={"by": by, "n_lanes": n_lanes, "sample": sample}
        )
        if is_new:
            Account.objects.bulk_create(Account(budget=budget, stage=s) for s in Account.Stage.values)
            Lane.objects.bulk_create(Lane(budget=budget, number=n) for n in range(n_lanes))
    return budget


def grant(
    budget: Budget, amount: Decimal | int | str, *, key: str, by: User, reason: str = ""
) -> list[Transfer]:
    """Enter money into a budget, spread over its lanes to the cent. Once for each key.

    Raises OtherAmount if the key was used for another amount or budget.
    """
    cents = _positive(amount)
    with transaction.atomic():
        # Held before the key is looked up: whoever enters the same at this moment waits, and then finds it.
        lanes = posting.lock(set(Lane.objects.filter(budget=budget).values_list("pk", flat=True)))
        if found := _booked(key, budget.n_lanes):
            if _sum(found) != cents or {row.lane.budget_id for row in found} != {budget.pk}:
                raise refusals.OtherAmount(key)
            return found
        in_order = sorted(lanes.values(), key=lambda lane: lane.number)
        parts = zip(in_order, posting.split(cents, [1] * len(in_order)), strict=True)
        moves = [Move(lane.pk, "grant", GRANTED, AVAILABLE, part, "") for lane, part in parts if part]
        return posting.post(posting.keyed(moves, key), lanes, by=by, reason=reason)


def release(
    purpose: str,
    *,
    by: User | None,
    reason: str = "",
    amount: Decimal | int | str | None = None,
    key: str = "",
) -> list[Transfer]:
    """Give money back that was reserved or committed: all of it, or `amount` split as it is held.

    Nothing left to release changes nothing. Raises NotThere if `amount` is more than is left, WithTheBank if
    a signed batch pays it just now. A part is released again on each call, unless a `key` says that it is
    the same one.
    """

    def plan(held: list[Holding]) -> list[Move]:
        there = holdings.at(held, RESERVED, COMMITTED)
        if holdings.at(held, COMMITTED):
            _refuse_if_with_the_bank(purpose)
        return (
            _all_of(there, "release", AVAILABLE, purpose)
            if amount is None
            else _part_of(there, _positive(amount), "release", AVAILABLE, purpose)
        )

    return _do(_Deed(purpose, "release", key, _cents_or_none(amount)), plan, by=by, reason=reason)


def commit(
    purpose: str, *, by: User | None, shares: Mapping[str, Decimal] | None = None, reason: str = ""
) -> list[Transfer]:
    """Bind what is reserved to this purpose; with `shares` (by source) less of it, and the rest is released.

    Committed before: changes nothing. Raises NotThere if nothing is reserved or less than `shares`, and
    OtherAmount if it was committed before with other shares.
    """
    wanted = None if shares is None else {s: c for s, a in shares.items() if (c := posting.cents(a))}

    def plan(held: list[Holding]) -> list[Move]:
        there = holdings.at(held, RESERVED)
        if not there:
            return _as_committed_before(purpose, held, wanted)
        if wanted is None:
            return _all_of(there, "commit", COMMITTED, purpose)
        return _shares_of(there, wanted, purpose)

    return _do(_Deed(purpose, "commit"), plan, by=by, reason=reason)


def pay(purpose: str, *, by: User | None, reason: str = "") -> list[Transfer]:
    """What is committed is paid, once; again changes nothing. Raises NotThere if nothing is committed."""

    def plan(held: list[Holding]) -> list[Move]:
        there = holdings.at(held, COMMITTED)
        if not there and not holdings.at(held, PAID, RECOVERED):
            raise refusals.NotThere(_("Nothing is committed for “%(purpose)s”.") % {"purpose": purpose})
        return _all_of(there, "pay", PAID, purpose)

    return _do(_Deed(purpose, "pay"), plan, by=by, reason=reason)


def bounce(purpose: str, *, by: User | None, reason: str) -> list[Transfer]:
    """The bank sent the money back: what was paid is committed again. Back already: changes nothing."""
    _reasoned(reason)

    def plan(held: list[Holding]) -> list[Move]:
        there = holdings.at(held, PAID)
        if not there and not holdings.at(held, COMMITTED):
            raise refusals.NotThere(_("Nothing was paid for “%(purpose)s”.") % {"purpose": purpose})
        return _all_of(there, "bounce", COMMITTED, purpose)

    return _do(_Deed(purpose, "bounce"), plan, by=by, reason=reason)


def recover(
    purpose: str, amount: Decimal | int | str, *, by: User | None, reason: str, key: str = ""
) -> list[Transfer]:
    """Money that was paid came back from the payee, split over the sources as it was paid.

    Each call is another recovery, unless a `key` says that it is the same. Raises NotThere for more than is
    paid.
    """
    _reasoned(reason)
    cents = _positive(amount)

    def plan(held: list[Holding]) -> list[Move]:
        return _part_of(holdings.at(held, PAID), cents, "recover", RECOVERED, purpose)

    return _do(_Deed(purpose, "recover", key, cents), plan, by=by, reason=reason)


def put_back(
    purpose: str,
    amount: Decimal | int | str | None = None,
    *,
    by: User | None,
    reason: str = "",
    key: str = "",
) -> list[Transfer]:
    """Recovered money may be spent again: all of the purpose's, or `amount`."""

    def plan(held: list[Holding]) -> list[Move]:
        there = holdings.at(held, RECOVERED)
        return (
            _all_of(there, "put_back", AVAILABLE, purpose)
            if amount is None
            else _part_of(there, _positive(amount), "put_back", AVAILABLE, purpose)
        )

    return _do(_Deed(purpose, "put_back", key, _cents_or_none(amount)), plan, by=by, reason=reason)


def pay_all(amounts: Mapping[str, Decimal], *, by: User | None, reason: str = "") -> None:
    """`pay` for many purposes in one transaction and a fixed number of statements, each exactly its amount.

    Raises NotThere, naming the first purpose that has another amount committed; then none is paid.
    """
    with transaction.atomic():
        locked, held = _hold(list(amounts))
        moves = []
        for purpose, amount in amounts.items():
            there = holdings.total(held[purpose], COMMITTED)
            if not there and holdings.total(held[purpose], PAID, RECOVERED) == posting.cents(amount):
                continue
            if there != posting.cents(amount):
                raise _not_committed(purpose, amount, there)
            moves += _all_of(holdings.at(held[purpose], COMMITTED), "pay", PAID, purpose)
        posting.post(moves, locked, by=by, reason=reason)


def hold(purposes: Sequence[str]) -> None:
    """Lock the money of some purposes until the transaction ends, before several deeds on them."""
    _hold(purposes)


def hold_committed(amounts: Mapping[str, Decimal]) -> dict[str, refusals.NotThere]:
    """Like `hold`, and says which of the purposes have not that much committed."""
    _locked, held = _hold(list(amounts))
    found = {purpose: holdings.total(held[purpose], COMMITTED) for purpose in amounts}
    return {
        purpose: _not_committed(purpose, amount, found[purpose])
        for purpose, amount in amounts.items()
        if found[purpose] != posting.cents(amount)
    }


def _not_committed(purpose: str, amount: Decimal, there: int) -> refusals.NotThere:
    return refusals.NotThere(
        _("“%(purpose)s”: %(asked)s yuan are to be paid, %(there)s are committed.")
        % {"purpose": purpose, "asked": written(amount), "there": written(posting.money(there))}
    )


@dataclass(frozen=True)
class _Deed:
    purpose: str
    name: str
    key: str = ""
    cents: int | None = None


def _do(
    deed: _Deed, plan: Callable[[list[Holding]], list[Move]], *, by: User | None, reason: str
) -> list[Transfer]:
    """Hold the purpose's lanes, see what is in them, write what `plan` says; or give its earlier deeds."""
    with transaction.atomic():
        locked, held = _hold([deed.purpose])
        if deed.key and (found := _booked(deed.key)):
            is_same = {(row.purpose, row.deed) for row in found} == {(deed.purpose, deed.name)}
            if not is_same or deed.cents not in (None, _sum(found)):
                raise refusals.OtherAmount(deed.key)
            return found
        moves = plan(held[deed.purpose])
        if deed.key:
            moves = posting.keyed(moves, deed.key)
        if moves:
            return posting.post(moves, locked, by=by, reason=reason)
        return list(Transfer.objects.filter(purpose=deed.purpose, deed=deed.name).order_by("pk"))


def _hold(purposes: Sequence[str]) -> tuple[dict[int, Lane], dict[str, list[Holding]]]:
    """The lanes of some purposes, locked, and what they hold now that nobody else can move it."""
    lanes = Transfer.objects.filter(purpose__in=list(purposes)).values_list("lane_id", flat=True).distinct()
    locked = posting.lock(set(lanes))
    held = holdings.of(purposes)
    # A reservation from another lane may have come between: leave it, as if this deed had come first.
    return locked, {p: [h for h in found if h.lane_id in locked] for p, found in held.items()}


def _booked(key: str, n_most: int = _MOST_PIECES) -> list[Transfer]:
    """The transfers written under a key."""
    keys = [f"{key}#{n}" for n in range(1, max(n_most, _MOST_PIECES) + 1)]
    return list(Transfer.objects.filter(key__in=keys).select_related("lane").order_by("pk"))


def _all_of(there: list[Holding], deed: str, to: str, purpose: str) -> list[Move]:
    return [Move(h.lane_id, deed, h.stage, to, h.cents, purpose) for h in there]


def _part_of(there: list[Holding], cents: int, deed: str, to: str, purpose: str) -> list[Move]:
    total = sum(h.cents for h in there)
    if cents > total:
        raise refusals.NotThere(
            _("“%(purpose)s” has %(there)s yuan there, %(asked)s were asked.")
            % {
                "purpose": purpose,
                "there": written(posting.money(total)),
                "asked": written(posting.money(cents)),
            }
        )
    parts = posting.split(cents, [h.cents for h in there])
    return [Move(h.lane_id, deed, h.stage, to, n, purpose) for h, n in zip(there, parts, strict=True) if n]


def _shares_of(there: list[Holding], wanted: dict[str, int], purpose: str) -> list[Move]:
    """Commit so much of each source, release what is left of it."""
    moves = []
    for source in sorted({h.source for h in there} | set(wanted)):
        of_source = [h for h in there if h.source == source]
        commits = (
            _part_of(of_source, wanted[source], "commit", COMMITTED, purpose) if wanted.get(source) else []
        )
        moves += commits
        bound = {m.lane_id: m.cents for m in commits}
        moves += [
            Move(h.lane_id, "release", h.stage, AVAILABLE, rest, purpose)
            for h in of_source
            if (rest := h.cents - bound.get(h.lane_id, 0))
        ]
    return moves


def _as_committed_before(purpose: str, held: list[Holding], wanted: dict[str, int] | None) -> list[Move]:
    if not holdings.at(held, COMMITTED, PAID, RECOVERED):
        raise refusals.NotThere(_("Nothing is reserved for “%(purpose)s”.") % {"purpose": purpose})
    if wanted is not None and wanted != holdings.by_source(held, COMMITTED, PAID, RECOVERED):
        raise refusals.OtherAmount(f"{purpose}:commit")
    return []


def _refuse_if_with_the_bank(purpose: str) -> None:
    under_way = Part.objects.filter(
        purpose=purpose,
        is_live=True,
        line__state=Line.State.WAITING,
        line__batch__state__in=[Batch.State.SIGNED, Batch.State.SENT],
    )
    part = under_way.select_related("line__batch").first()
    if part is not None:
        raise refusals.WithTheBank(purpose, part.line.batch.number)


def _sum(rows: Sequence[Transfer]) -> int:
    return sum(posting.cents(row.cents) for row in rows)


def _positive(amount: Decimal | int | str) -> int:
    cents = posting.cents(amount)
    if cents <= 0:
        raise refusals.Refused(_("An amount must be more than 0.00 yuan."))
    return cents


def _cents_or_none(amount: Decimal | int | str | None) -> int | None:
    return None if amount is None else _positive(amount)


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise refusals.ReasonNeeded
