"""Many reserve at the same time from a budget that is too small for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection

from huanxin.ledger import queries
from huanxin.ledger import services as ledger
from huanxin.ledger.models import Transfer

P = "appliances-2026"
N_THREADS = 16

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(deed: Callable[[int], object]) -> list[object]:
    """What each of the threads came back with, an exception included; all start together."""
    results: list[object] = [None] * N_THREADS
    gate = threading.Barrier(N_THREADS)

    def run(n: int) -> None:
        gate.wait()
        try:
            results[n] = deed(n)
        except Exception as error:
            results[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(N_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def small(zhao):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time; tried with PostgreSQL's many")
    for source, n_lanes in (("centre", 4), ("region", 3)):
        budget = ledger.open_budget(P, "15", source, by=zhao, n_lanes=n_lanes)
        ledger.grant(budget, "1000.00", key=f"grant-{source}", by=zhao)
    return budget


def test_exactly_as_many_succeed_as_fit(small, zhao) -> None:
    shares = {"centre": Decimal("70.00"), "region": Decimal("30.00")}

    def take(n: int) -> int:
        n_taken = 0
        for m in range(5):
            try:
                ledger.reserve(P, "152502", shares, purpose=f"V{n}-{m}", by=zhao)
                n_taken += 1
            except ledger.BudgetExhausted:
                pass
        return n_taken

    results = at_once(take)
    assert sum(results) == 14, results  # type: ignore[arg-type]
    assert queries.available(P, "15") == {"centre": Decimal("20.00"), "region": Decimal("580.00")}
    assert ledger.verify().ok


def test_groups_that_draw_at_once_take_the_last_cent_and_not_one_more(small, zhao) -> None:
    def take(n: int) -> int:
        asked = [
            ledger.Request(f"G{n}-{m}", "15", {"centre": Decimal("9.99"), "region": Decimal("0.01")})
            for m in range(12)
        ]
        return sum(ledger.reserve_many(P, asked, by=zhao))

    results = at_once(take)
    assert sum(results) == 100, results  # type: ignore[arg-type]
    assert queries.available(P, "15")["centre"] == Decimal("1.00")
    assert ledger.verify().ok


def test_the_same_deed_at_once_is_done_once(small, zhao) -> None:
    at_once(lambda _n: ledger.reserve(P, "15", {"centre": Decimal(100)}, purpose="V", by=zhao))
    at_once(lambda _n: ledger.commit("V", by=zhao))
    at_once(lambda _n: ledger.pay("V", by=zhao))
    at_once(lambda _n: ledger.recover("V", "40.00", by=zhao, reason="resold", key="recover-V"))
    assert queries.balance_of("V") == {
        "reserved": 0, "committed": 0, "paid": Decimal(60), "recovered": Decimal(40),
    }  # fmt: skip
    assert Transfer.objects.filter(purpose="V").count() == 4
    assert ledger.verify().ok


def test_taking_and_giving_back_at_once_never_waits_in_a_ring(small, zhao) -> None:
    shares = {"centre": Decimal("90.00"), "region": Decimal("90.00")}

    def back_and_forth(n: int) -> None:
        for m in range(6):
            try:
                ledger.reserve(P, "15", shares, purpose=f"B{n}-{m}", by=zhao)
            except ledger.BudgetExhausted:
                continue
            ledger.release(f"B{n}-{m}", by=zhao)

    assert at_once(back_and_forth) == [None] * N_THREADS
    assert queries.available(P, "15") == {"centre": Decimal(1000), "region": Decimal(1000)}
    assert ledger.verify().ok


def test_one_grant_that_is_entered_many_times_at_once_is_entered_once(small, zhao) -> None:
    before = queries.available(P, "15")["region"]
    results = at_once(lambda _n: [row.key for row in ledger.grant(small, "500.00", key="again", by=zhao)])
    assert [keys for keys in results if keys != ["again#1", "again#2", "again#3"]] == []
    assert queries.available(P, "15")["region"] == before + 500
