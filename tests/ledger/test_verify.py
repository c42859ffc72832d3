"""The proof of the ledger names what was altered behind the program."""

from __future__ import annotations

from decimal import Decimal

import pytest

from huanxin.ledger import services as ledger
from huanxin.ledger.models import Lane, Transfer
from tests.ledger.conftest import CAR, SHARES, by_hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(budgets, zhao):
    for n in range(5):
        ledger.reserve(CAR, "152502", {s: a / 5 for s, a in SHARES.items()}, purpose=f"C{n}", by=zhao)
    ledger.commit("C1", by=zhao)
    ledger.pay("C1", by=zhao)
    ledger.release("C2", by=zhao, reason="withdrawn")
    # More than any lane has: money is levelled.
    ledger.reserve(CAR, "152502", {"centre": Decimal("70000.00")}, purpose="BIG", by=zhao)
    return budgets


def altered(sql: str, *params: object) -> None:
    with by_hand() as cursor:
        cursor.execute(sql, params)


def test_an_untouched_ledger_is_ok(busy) -> None:
    verdict = ledger.verify()
    assert verdict.ok
    assert verdict.n_transfers == Transfer.objects.count() > 20
    assert verdict.n_lanes == 5
    assert Transfer.objects.filter(deed="level").exists()


def test_an_empty_ledger_is_ok(db) -> None:
    assert ledger.verify().ok


@pytest.mark.parametrize(
    "change",
    [
        "cents = cents + 1", "key = 'another'", "purpose = 'C9'", "reason = 'made up later'", "by_id = NULL",
        "deed = 'release'",
    ],
)  # fmt: skip
def test_an_altered_row_is_named(busy, change) -> None:
    row = Transfer.objects.get(purpose="C1", deed="pay", lane__budget=busy["centre"])
    altered(f"UPDATE ledger_transfer SET {change} WHERE id = %s", row.pk)
    found = ledger.verify()
    assert not found.ok
    assert row.pk in {b.transfer for b in found.breaks}
    assert f"transfer {row.seq}" in found.first.where or f"{row.seq}" in found.first.where


def test_an_altered_budget_breaks_its_chain(busy) -> None:
    altered("UPDATE ledger_budget SET source = 'league' WHERE id = %s", busy["region"].pk)
    assert not ledger.verify().ok


def test_a_missing_row_is_noticed(busy) -> None:
    row = Transfer.objects.filter(lane__budget=busy["region"]).order_by("seq")[2]
    altered("DELETE FROM ledger_transfer WHERE id = %s", row.pk)
    found = ledger.verify()
    assert "1" in found.first.what and str(row.seq + 1) in found.first.where


def test_a_missing_last_row_is_noticed(busy) -> None:
    row = Transfer.objects.filter(lane__budget=busy["region"]).order_by("-seq")[0]
    altered("DELETE FROM ledger_transfer WHERE id = %s", row.pk)
    assert not ledger.verify().ok


def test_a_balance_written_by_hand_is_noticed(busy) -> None:
    lane = Lane.objects.get(budget=busy["region"])
    altered(
        "UPDATE ledger_lane SET available = available + 100, granted = granted - 100 WHERE id = %s", lane.pk
    )
    found = ledger.verify()
    assert [b.where for b in found.breaks] == [str(lane)] * 2


def test_a_row_that_never_reached_its_lane_is_noticed(busy) -> None:
    row = Transfer.objects.filter(lane__budget=busy["region"]).order_by("-seq")[0]
    with by_hand() as cursor:
        columns = "deed, purpose, debit_id, credit_id, lane_id, cents, previous, hash, by_id, at, reason"
        cursor.execute(
            f"INSERT INTO ledger_transfer (key, seq, {columns}) "
            f"SELECT 'stray', seq + 1, {columns} FROM ledger_transfer WHERE id = %s",
            [row.pk],
        )
    assert "stray" not in {b.where for b in ledger.verify().breaks}
    assert not ledger.verify().ok


def test_one_programme_can_be_proved_alone(busy, zhao) -> None:
    other = ledger.open_budget("appliances-2026", "15", "region", by=zhao)
    ledger.grant(other, "10.00", key="other", by=zhao)
    altered("UPDATE ledger_transfer SET cents = 5 WHERE key = 'other#1'")
    assert ledger.verify(CAR).ok
    assert not ledger.verify("appliances-2026").ok
