"""Vouchers for many people at once, within one transaction: who may, one row each, the money, the history."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin import policy
from huanxin.claims.models import Programme
from huanxin.foundation.access.models import User
from huanxin.foundation.lib import manyrows
from huanxin.ledger import services as ledger
from huanxin.registry.models import Party
from huanxin.rulebook import queries as rulebook

from . import lapsing, queries
from .models import Round, RoundClass, RoundLane, Voucher, VoucherEvent
from .refusals import NotForYou, NotOpen, NotTaken, TryAgain, UsedUp, VoucherUsed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence
    from decimal import Decimal

    from huanxin.foundation.lib.money import Money

# Without I, L, O, U and 0, 1: a code is read out over a counter.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody who asks for a voucher of a class in a round."""

    round_id: int
    party_id: int
    product_class: str
    place_code: str
    by_id: int | None

    @property
    def of(self) -> tuple[int, str]:
        """What there is one of: a person's voucher of a class."""
        return self.party_id, self.product_class


Outcome = Voucher | Exception


@dataclass(frozen=True)
class Offer:
    """What a round gives: its classes, the money that each reserves, and who bears it."""

    round: Round
    held: dict[str, Money]
    shares: dict[Money, dict[str, Decimal]]
    lanes: ledger.Choice = field(default_factory=ledger.Choice)

    @classmethod
    def read(cls, round_id: int) -> Offer:
        """As it stands now. Three statements."""
        found = Round.objects.select_related("programme").get(pk=round_id)
        held = dict(RoundClass.objects.filter(round=found).values_list("product_class", "held"))
        on = timezone.localdate(found.opens_at)
        shares = {money: shares_of(found.programme, money, on) for money in set(held.values())}
        return cls(found, held, shares)


class Offers:
    """Rounds as they were read, for at most `keeps_s`: one that is paused gives nothing after that."""

    def __init__(self, keeps_s: float = 0) -> None:
        self._keeps_s = keeps_s
        self._read: dict[int, tuple[float, Offer]] = {}

    def of(self, round_id: int) -> Offer:
        now = time.monotonic()
        at, offer = self._read.get(round_id, (0.0, None))
        if offer is None or now >= at + self._keeps_s:
            offer = Offer.read(round_id)
            self._read = {round_id: (now, offer)}
        return offer


def take_all(requests: Sequence[Request], *, offers: Offers | None = None) -> list[Outcome]:
    """A voucher or a refusal for each request, in their order, in the caller's transaction.

    Four statements for any number of requests of one round, if all is well. Rows are locked in one order
    everywhere (persons, lanes of the round, lanes of the budget), so that no processes wait in a ring.
    """
    outcomes: dict[int, Outcome] = {}
    by_round = sorted(range(len(requests)), key=lambda n: (requests[n].round_id, n))
    for round_id, some in groupby(by_round, key=lambda n: requests[n].round_id):
        numbers = list(some)
        offer = (offers or Offers()).of(round_id)
        outcomes |= zip(numbers, _take_of(offer, [requests[n] for n in numbers]), strict=True)
    return [outcomes[n] for n in range(len(requests))]


def _take_of(offer: Offer, requests: list[Request]) -> list[Outcome]:
    now = timezone.now()
    if (closed := _closed(offer.round, now)) is not None:
        return [closed for _request in requests]
    not_offered = NotForYou(_("There are no vouchers of this class in this round."))
    refused: dict[tuple[int, str], Outcome] = {
        request.of: not_offered for request in requests if request.product_class not in offer.held
    }
    wanted = {request.of: request for request in reversed(requests) if request.of not in refused}
    # In the order in which people came: who is late goes without when little is left.
    order = [of for of in dict.fromkeys(request.of for request in requests) if of in wanted]
    taken = _taken(offer, [wanted[of] for of in order], now)
    results = refused | taken
    return [results[request.of] for request in requests]


def _taken(offer: Offer, wanted: list[Request], now: dt.datetime) -> dict[tuple[int, str], Outcome]:
    """New vouchers with their money reserved, those that people have already, or why there is none."""
    found, held = offer.round, offer.held
    new = {v.of: v for v in _inserted(found, wanted, held, now)}
    results: dict[tuple[int, str], Outcome] = {}
    if others := [request for request in wanted if request.of not in new]:
        results |= _had_already(found, others)
        again = [r for r in others if isinstance(results.get(r.of), _Expired)]
        new |= {v.of: v for v in _inserted(found, again, held, now)}
    in_order = [new[request.of] for request in wanted if request.of in new]
    n_slots = _slots(found, len(in_order))
    kept = _with_money(offer, in_order[:n_slots])
    if len(kept) < n_slots:
        _put_back_slots(found, n_slots - len(kept))
    if len(kept) < len(in_order):
        gone = [row for row in in_order if row.code not in kept]
        Voucher.objects.filter(pk__in=[row.pk for row in gone]).delete()
        none_left = UsedUp(queries.next_opening(found.programme, after=now))
        results |= {row.of: none_left for row in gone}
    given = [row for row in in_order if row.code in kept]
    _write_history(given, {request.of: request.by_id for request in wanted}, now)
    return results | {row.of: _voucher(found, row, now) for row in given}


def _closed(found: Round, now: dt.datetime) -> NotTaken | None:
    if found.programme.state != Programme.State.OPEN:
        return NotOpen(found.programme.paused_why or _("This programme is not open now."))
    if now < found.opens_at:
        return NotOpen(_("This round opens at %(at)s."), at=found.opens_at)
    if now >= found.closes_at:
        return NotOpen(_("This round is over since %(at)s."), at=found.closes_at)
    return None


def _real_persons(party_ids: Collection[int]) -> set[int]:
    """Those of the parties that are persons with a checked number."""
    rows = Party.objects.filter(pk__in=party_ids, kind=Party.Kind.PERSON, identity_hash__isnull=False)
    return set(rows.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class _Row:
    """A voucher that was just written."""

    pk: int
    code: str
    request: Request
    held: Money

    @property
    def of(self) -> tuple[int, str]:
        return self.request.of


class _Expired(TryAgain):
    """The voucher of another day stood in the way, and has just lapsed."""


# PostgreSQL is to find rows by their keys only, until this transaction ends. A connection keeps its plans:
# those for foreign keys, made while a round's tables are still tiny, read the whole table, and are kept while
# thousands of rows come in. Measured: 520 vouchers a second at 16,000 rows instead of 2,650. And nothing of
# this is worth compiling.
_KEYS_ONLY = "SET LOCAL enable_seqscan = off; SET LOCAL jit = off"
# Checked here and not before, so that it costs no way there and back; in the order of the keys.
_REAL_PERSONS = """
JOIN registry_party p ON p.id = c.party_id
WHERE p.kind = 'person' AND p.identity_hash IS NOT NULL
ORDER BY c.party_id, c.product_class
"""
_COLUMNS = {
    "code": "text",
    "party_id": "bigint",
    "product_class": "text",
    "place_id": "text",
    "held": "bigint",
}


def _inserted(
    found: Round, wanted: Iterable[Request], held: dict[str, Money], now: dt.datetime
) -> list[_Row]:
    """One statement: rows for whoever has no live voucher of the class; the partial unique index decides."""
    # In order of their keys: two processes that insert the same people wait for each other in no ring.
    rows = [(new_code(), r, held[r.product_class]) for r in sorted(wanted, key=lambda r: r.of)]
    if not rows:
        return []
    instant = connection.ops.adapt_datetimefield_value(now)
    same = {
        "round_id": found.pk,
        "programme_id": found.programme_id,
        "state": Voucher.State.TAKEN.value,
        "valid_on": connection.ops.adapt_datefield_value(timezone.localdate(now)),
        "taken_at": instant,
        "state_at": instant,
        "sample": found.programme.sample,
    }
    cells = [
        (code, request.party_id, request.product_class, request.place_code, int(money.scaleb(2)))
        for code, request, money in rows
    ]
    ids = dict(
        manyrows.insert(
            "tradein_voucher",
            _COLUMNS,
            cells,
            same=same,
            joined=_REAL_PERSONS,
            after="ON CONFLICT DO NOTHING RETURNING code, id",
            first=_KEYS_ONLY,
        )
    )
    return [_Row(ids[code], code, request, money) for code, request, money in rows if code in ids]


def _had_already(found: Round, others: list[Request]) -> dict[tuple[int, str], Outcome]:
    """What stands in the way of those whose row was not written: mostly the voucher they have."""
    live = Voucher.objects.filter(
        programme_id=found.programme_id,
        party__in=[request.party_id for request in others],
        state__in=(Voucher.State.TAKEN, Voucher.State.REDEEMED),
    ).select_related("place", "round", "programme")
    have = {(voucher.party_id, voucher.product_class): voucher for voucher in live}
    persons = _real_persons({request.party_id for request in others})
    today = timezone.localdate()
    results: dict[tuple[int, str], Outcome] = {}
    for request in others:
        voucher = have.get(request.of)
        if request.party_id not in persons:
            results[request.of] = NotForYou(
                _("Vouchers are for persons with their real name: register it first.")
            )
        elif voucher is None:
            results[request.of] = TryAgain()
        elif voucher.state == Voucher.State.REDEEMED:
            results[request.of] = VoucherUsed()
        elif voucher.valid_on < today:
            has_lapsed = lapsing.lapse_one(voucher.pk, on=today, by=None)
            results[request.of] = _Expired() if has_lapsed else TryAgain()
        else:
            results[request.of] = voucher
    return results


def _slots(found: Round, n: int) -> int:
    """So many of `n` places that the round has left; they are taken from its lanes at once."""
    if found.most is None or n == 0:
        return n
    lanes = RoundLane.objects.filter(round=found)
    mine = os.getpid() % queries.N_LANES
    if lanes.filter(number=mine, left__gte=n).update(left=F("left") - n):
        return n
    left = n
    for lane in lanes.filter(left__gt=0).order_by("number").select_for_update():
        some = min(left, lane.left)
        lanes.filter(pk=lane.pk).update(left=F("left") - some)
        left -= some
        if not left:
            break
    return n - left


def _put_back_slots(found: Round, n: int) -> None:
    if found.most is not None:
        number = os.getpid() % queries.N_LANES
        RoundLane.objects.filter(round=found, number=number).update(left=F("left") + n)


def shares_of(programme: Programme, amount: Money | Decimal, on: dt.date) -> dict[str, Decimal]:
    """Who bears so much money of a programme, to the cent, by the pack in force on a day."""
    return policy.split(amount, rulebook.pack(programme.pack_id, on).shares)


def _with_money(offer: Offer, rows: list[_Row]) -> set[str]:
    """The codes for which money could be reserved, first come first served."""
    if not rows:
        return set()
    shares = offer.shares
    wanted = [
        ledger.Request(row.code, row.request.place_code, shares[row.held], _person(row.request.by_id))
        for row in rows
    ]
    fitted = ledger.reserve_many(offer.round.programme.slug, wanted, fresh=offer.lanes)
    return {row.code for row, fits in zip(rows, fitted, strict=True) if fits}


def _person(pk: int | None) -> User | None:
    """Who asks, without reading the row: the ledger writes down the id."""
    return None if pk is None else User(pk=pk)


def _write_history(rows: list[_Row], by: dict[tuple[int, str], int | None], now: dt.datetime) -> None:
    manyrows.insert(
        "tradein_voucherevent",
        {"voucher_id": "bigint", "by_id": "bigint"},
        [(row.pk, by[row.of]) for row in rows],
        same={
            "what": VoucherEvent.What.TAKEN.value,
            "at": connection.ops.adapt_datetimefield_value(now),
            "reason": "",
        },
    )


def _voucher(found: Round, row: _Row, now: dt.datetime) -> Voucher:
    """The voucher as it now stands in the database, without asking for it again."""
    voucher = Voucher(
        pk=row.pk,
        code=row.code,
        round=found,
        programme=found.programme,
        party_id=row.request.party_id,
        product_class=row.request.product_class,
        place_id=row.request.place_code,
        state=Voucher.State.TAKEN,
        valid_on=timezone.localdate(now),
        held=row.held,
        taken_at=now,
        state_at=now,
        sample=found.programme.sample,
    )
    voucher._state.adding, voucher._state.db = False, connection.alias
    return voucher


def new_code() -> str:
    """A code that nobody can guess, in letters that nobody can mistake."""
    # 256 is not a multiple of 30: bytes beyond the last whole one are thrown away, so that all are as likely.
    letters = [_LETTERS[byte % 30] for byte in secrets.token_bytes(2 * _LENGTH) if byte < 240]
    return "".join(letters[:_LENGTH]) if len(letters) >= _LENGTH else new_code()
