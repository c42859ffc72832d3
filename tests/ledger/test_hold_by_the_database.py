"""What the database refuses, whoever asks: the program is not needed for it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from huanxin.ledger import services as ledger
from huanxin.ledger.models import Account, Lane, Transfer
from huanxin.ledger.triggers import trigger_names
from tests.ledger.conftest import CAR, SHARES

pytestmark = pytest.mark.django_db


@pytest.fixture
def reserved(budgets, zhao):
    ledger.reserve(CAR, "152502", SHARES, purpose="C1", by=zhao)
    return budgets["region"]


def _account(budget, stage):
    return Account.objects.get(budget=budget, stage=stage)


def transfer(budget, debit="available", credit="reserved", credit_account=None, **other):
    """A transfer as a script would insert it, right in everything that `other` does not change."""
    lane = Lane.objects.get(budget=budget, number=0)
    right = {
        "key": "by-script", "deed": "reserve", "purpose": "X", "debit": _account(budget, debit),
        "credit": credit_account or _account(budget, credit), "lane": lane, "cents": "1.00",
        "seq": lane.seq + 1, "previous": lane.head, "hash": b"h" * 32, "at": lane.budget.at,
    }  # fmt: skip
    return Transfer(**{**right, **other})


def refused(*rows: Transfer, match: str | None = None) -> None:
    before = list(Lane.objects.order_by("pk").values())
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        Transfer.objects.bulk_create(rows)
    assert list(Lane.objects.order_by("pk").values()) == before


def test_a_right_transfer_moves_its_lane(reserved) -> None:
    transfer(reserved).save()
    lane = Lane.objects.get(budget=reserved)
    assert (lane.available, lane.reserved, bytes(lane.head)) == (4099, 901, b"h" * 32)


def test_accounts_of_another_budget_are_refused(budgets, reserved) -> None:
    other = budgets["centre"]
    refused(transfer(reserved, credit_account=_account(other, "reserved")), match="not of the budget")


@pytest.mark.parametrize(
    ("deed", "debit", "credit"),
    [
        ("reserve", "reserved", "available"), ("pay", "reserved", "paid"), ("pay", "available", "paid"),
        ("grant", "available", "granted"), ("invent", "available", "reserved"),
        ("recover", "committed", "recovered"),
    ],
)  # fmt: skip
def test_a_move_that_is_none_of_its_deed_is_refused(reserved, deed, debit, credit) -> None:
    refused(transfer(reserved, debit, credit, deed=deed), match="between these stages")


def test_a_number_or_hash_that_does_not_follow_is_refused(reserved) -> None:
    lane = Lane.objects.get(budget=reserved)
    refused(transfer(reserved, seq=lane.seq + 2), match="does not follow")
    refused(transfer(reserved, seq=lane.seq))
    refused(transfer(reserved, previous=b"x" * 32), match="does not follow")
    refused(
        transfer(reserved),
        transfer(reserved, key="second", seq=lane.seq + 2, previous=b"x" * 32),
        match="does not follow",
    )


def test_nothing_goes_below_zero(reserved) -> None:
    refused(transfer(reserved, cents="4100.01"))
    refused(transfer(reserved, "paid", "committed", deed="bounce"))
    refused(transfer(reserved, cents="-1.00"))
    refused(transfer(reserved, cents="0"))


def test_levelled_money_comes_in_only_after_it_left(reserved) -> None:
    alone = {"deed": "level", "debit": "granted", "credit": "available"}
    refused(transfer(reserved, **alone, key="made-up:in"), match="levelled")
    refused(transfer(reserved, **alone, key="made-up"), match="levelled")


def test_transfers_budgets_and_accounts_can_neither_be_changed_nor_removed(reserved) -> None:
    for table in ("ledger_transfer", "ledger_account", "ledger_budget"):
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                connection.cursor().execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_lane SET available = available + 100, granted = granted - 100",
        "UPDATE ledger_lane SET seq = seq + 1",
        "UPDATE ledger_lane SET number = number + 1",
        "UPDATE ledger_lane SET seq = 0",
        "UPDATE ledger_lane SET available = available",
        "DELETE FROM ledger_lane",
    ],
)
def test_a_lane_is_moved_by_transfers_alone(reserved, statement) -> None:
    with pytest.raises(IntegrityError, match="by transfers alone"), transaction.atomic():
        connection.cursor().execute(statement)


def test_a_lane_begins_empty(reserved) -> None:
    for rich in ({"available": 5, "granted": -5}, {"seq": 3}, {"head": b"x" * 32}):
        with pytest.raises(IntegrityError, match="begins empty"), transaction.atomic():
            Lane.objects.create(budget=reserved, number=7, **rich)


def test_a_transfer_is_not_replaced(reserved) -> None:
    """SQLite's INSERT OR REPLACE would take the old row away without asking its triggers."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite knows INSERT OR REPLACE")
    row = Transfer.objects.filter(lane__budget=reserved).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(
            "INSERT OR REPLACE INTO ledger_transfer SELECT * FROM ledger_transfer WHERE id = %s", [row.pk]
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute("INSERT OR REPLACE INTO ledger_lane SELECT * FROM ledger_lane")


def test_the_triggers_are_there(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgenabled = 'O'"
            if connection.vendor == "postgresql"
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        assert set(trigger_names(connection.vendor)) <= {name for (name,) in cursor.fetchall()}
