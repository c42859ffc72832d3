"""Writing transfers: lanes are locked in one order, hashes chained, and the database moves the balances."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from huanxin.foundation.lib import manyrows
from huanxin.foundation.lib.money import Money, yuan

from .chain import Link, digest
from .models import Account, Lane, Transfer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from huanxin.foundation.access.models import User

_LONGEST_REASON = 300
_COLUMNS = {
    "key": "varchar", "deed": "varchar", "purpose": "varchar", "debit_id": "bigint", "credit_id": "bigint",
    "lane_id": "bigint", "cents": "bigint", "seq": "bigint", "previous": "bytea", "hash": "bytea",
    "by_id": "bigint", "at": "timestamptz", "reason": "varchar",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    """Cents that are to move within a lane. Without a key it gets one from its place in the lane."""

    lane_id: int
    deed: str
    debit: str
    credit: str
    cents: int
    purpose: str
    key: str = ""
    by_id: int | None = None


def cents(amount: Decimal | int | str) -> int:
    """An amount in yuan as whole cents. Raises NotMoney."""
    return int(yuan(amount).scaleb(2))


def money(whole: int) -> Money:
    """Whole cents as an amount in yuan."""
    return Money(Decimal(whole).scaleb(-2))


def split(whole: int, weights: Sequence[int]) -> list[int]:
    """Divide cents in proportion to weights; the parts add up to the cent.

    The cents that remain after rounding down go to the largest remainders, earlier ones first. No part is
    larger than its weight while `whole` is not larger than their sum. Weights may not all be zero.
    """
    total = sum(weights)
    parts = [whole * weight // total for weight in weights]
    left = whole - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(whole * weights[n] % total), n))
    for n in by_remainder[:left]:
        parts[n] += 1
    return parts


def lock(lane_ids: Collection[int]) -> dict[int, Lane]:
    """Hold these lanes until the transaction ends; always in the order of ids: nobody waits in a ring.

    On SQLite the transaction itself holds all.
    """
    if not lane_ids:
        return {}
    rows = Lane.objects.filter(pk__in=lane_ids).order_by("pk").select_related("budget")
    return {lane.pk: lane for lane in rows.select_for_update(of=("self",), no_key=True)}


def post(
    moves: Iterable[Move], lanes: dict[int, Lane], *, by: User | None, reason: str = ""
) -> list[Transfer]:
    """Write transfers in their order, in lanes that this transaction holds: two statements for any number.

    The lanes passed in are as stale as before afterwards: lock them again before posting once more.
    """
    wanted = list(moves)
    if not wanted:
        return []
    budgets = {lanes[move.lane_id].budget_id for move in wanted}
    accounts = {(a.budget_id, a.stage): a for a in Account.objects.filter(budget_id__in=budgets)}
    ends = {pk: (lane.seq, bytes(lane.head)) for pk, lane in lanes.items()}
    at = timezone.now()
    rows = []
    for move in wanted:
        seq, previous = ends[move.lane_id]
        row = _transfer(move, lanes[move.lane_id], accounts, seq + 1, previous)
        row.by_id = move.by_id or (by.pk if by else None)
        row.at, row.reason = at, reason.strip()[:_LONGEST_REASON]
        row.hash = digest(link_of(row))
        ends[move.lane_id] = (row.seq, row.hash)
        rows.append(row)
    return _insert(rows)


def link_of(row: Transfer) -> Link:
    """What the hash of a transfer covers; its lane, budget and accounts must be loaded."""
    budget = row.lane.budget
    return Link(
        budget.programme, budget.place_code, budget.source, row.lane.number, row.seq, row.key, row.deed,
        row.purpose, row.debit.stage, row.credit.stage, cents(row.cents), row.by_id, row.at, row.reason,
        bytes(row.previous),
    )  # fmt: skip


def keyed(moves: Sequence[Move], key: str) -> list[Move]:
    """The moves of one deed under its key: key#1, key#2 …"""
    return [replace(move, key=f"{key}#{n}") for n, move in enumerate(moves, 1)]


def _insert(rows: list[Transfer]) -> list[Transfer]:
    """Write new rows. On PostgreSQL as arrays: a placeholder for each of their values would cost more."""
    if connection.vendor != "postgresql" or len(rows) == 1:
        return Transfer.objects.bulk_create(rows)
    cells = [[_value(row, name) for name in _COLUMNS] for row in rows]
    ids = manyrows.insert("ledger_transfer", _COLUMNS, cells, after="RETURNING id")
    for row, (pk,) in zip(rows, ids, strict=True):
        row.pk, row._state.adding, row._state.db = pk, False, connection.alias
    return rows


def _value(row: Transfer, column: str) -> object:
    return cents(row.cents) if column == "cents" else getattr(row, column)


def _transfer(
    move: Move, lane: Lane, accounts: dict[tuple[int, str], Account], seq: int, previous: bytes
) -> Transfer:
    return Transfer(
        key=move.key or f"{move.purpose}:{move.deed}:{lane.pk}.{seq}",
        deed=move.deed,
        purpose=move.purpose,
        debit=accounts[lane.budget_id, move.debit],
        credit=accounts[lane.budget_id, move.credit],
        lane=lane,
        cents=money(move.cents),
        seq=seq,
        previous=previous,
    )
