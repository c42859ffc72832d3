"""Any deeds in any order, repeated at will, broken off at any statement: the sums hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from huanxin.ledger import posting, queries
from huanxin.ledger import services as ledger
from huanxin.ledger.models import Lane, Transfer
from huanxin.web import cast

P = "appliances-2026"
PURPOSES = st.sampled_from(["A", "B", "C", "D"])
CENTS = st.integers(1, 900)
FLOW = ("reserved", "committed", "paid", "recovered")


class Crash(BaseException):
    """The machine loses its power in the middle of a statement; no program catches it."""


def crash_at(n: int) -> Callable:
    """Raises at the n-th statement that follows."""
    left = [n]

    def wrapper(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        left[0] -= 1
        if left[0] < 0:
            raise Crash
        return execute(sql, params, many, context)

    return wrapper


def yuan(cents: int) -> Decimal:
    return posting.money(cents)


class Money(RuleBasedStateMachine):
    """A model of plain sums beside the ledger; after each deed both say the same."""

    @initialize(n_lanes=st.integers(1, 3))
    def open(self, n_lanes: int) -> None:
        self.zhao = cast.enter(cast.ZHAO)
        self.budgets = {
            "centre": ledger.open_budget(P, "15", "centre", by=self.zhao, n_lanes=n_lanes),
            "region": ledger.open_budget(P, "15", "region", by=self.zhao),
        }
        self.available = {"centre": 0, "region": 0}
        self.granted = {"centre": 0, "region": 0}
        self.at: dict[tuple[str, str, str], int] = defaultdict(int)
        self.keys: dict[str, object] = {}
        self.n = 0

    def attempt(self, deed: Callable[[], object], crash: int | None) -> bool:
        """Do a deed; with `crash` let it die at that statement first, when it must have changed nothing."""
        if crash is not None:
            before = (Transfer.objects.count(), list(Lane.objects.order_by("pk").values()))
            try:
                with transaction.atomic(), connection.execute_wrapper(crash_at(crash)):
                    deed()
                    raise Crash
            except (Crash, ledger.Refused):
                assert before == (Transfer.objects.count(), list(Lane.objects.order_by("pk").values()))
        try:
            deed()
        except ledger.Refused:
            return False
        return True

    def total(self, purpose: str, stage: str) -> int:
        return sum(self.at[purpose, s, stage] for s in self.budgets)

    def shift(self, purpose: str, start: str, end: str, parts: dict[str, int] | None = None) -> None:
        for source in self.budgets:
            cents = self.at[purpose, source, start] if parts is None else parts[source]
            self.at[purpose, source, start] -= cents
            if end == "available":
                self.available[source] += cents
            else:
                self.at[purpose, source, end] += cents

    @rule(source=st.sampled_from(["centre", "region"]), cents=CENTS, crash=st.none() | st.integers(0, 12))
    def grant(self, source: str, cents: int, crash: int | None) -> None:
        self.n += 1
        key = f"grant-{self.n}"
        for _again in range(2):
            assert self.attempt(
                lambda: ledger.grant(self.budgets[source], yuan(cents), key=key, by=self.zhao), crash
            )
        with pytest.raises(ledger.OtherAmount):
            ledger.grant(self.budgets[source], yuan(cents + 1), key=key, by=self.zhao)
        self.available[source] += cents
        self.granted[source] += cents

    @rule(purpose=PURPOSES, centre=CENTS, region=CENTS, crash=st.none() | st.integers(0, 20))
    def reserve(self, purpose: str, centre: int, region: int, crash: int | None) -> None:
        self.n += 1
        shares = {"centre": yuan(centre), "region": yuan(region)}
        fits = centre <= self.available["centre"] and region <= self.available["region"]
        key = f"reserve-{self.n}"
        for _again in range(2):
            done = self.attempt(
                lambda: ledger.reserve(P, "152502", shares, purpose=purpose, by=self.zhao, key=key), crash
            )
            assert done == fits
        if fits:
            for source, cents in (("centre", centre), ("region", region)):
                self.available[source] -= cents
                self.at[purpose, source, "reserved"] += cents

    @rule(cents=st.lists(CENTS, min_size=1, max_size=6), crash=st.none() | st.integers(0, 20))
    def reserve_many(self, cents: list[int], crash: int | None) -> None:
        self.n += 1
        asked = [
            ledger.Request("ABCD"[n % 4], "152502", {"centre": yuan(c)}, key=f"many-{self.n}-{n}")
            for n, c in enumerate(cents)
        ]
        got: list[list[bool]] = []
        self.attempt(lambda: got.append(ledger.reserve_many(P, asked, by=self.zhao)), crash)
        for n, (c, fitted) in enumerate(zip(cents, got[-1], strict=True)):
            assert fitted == (c <= self.available["centre"])
            if fitted:
                self.available["centre"] -= c
                self.at["ABCD"[n % 4], "centre", "reserved"] += c

    @rule(purpose=PURPOSES, crash=st.none() | st.integers(0, 12))
    def commit(self, purpose: str, crash: int | None) -> None:
        before = self.total(purpose, "reserved")
        later = sum(self.total(purpose, s) for s in FLOW[1:])
        assert self.attempt(lambda: ledger.commit(purpose, by=self.zhao), crash) == bool(before or later)
        self.shift(purpose, "reserved", "committed")

    @rule(purpose=PURPOSES, crash=st.none() | st.integers(0, 12))
    def pay(self, purpose: str, crash: int | None) -> None:
        able = sum(self.total(purpose, s) for s in FLOW[1:])
        for _again in range(2):
            assert self.attempt(lambda: ledger.pay(purpose, by=self.zhao), crash) == bool(able)
        self.shift(purpose, "committed", "paid")

    @rule(purpose=PURPOSES, crash=st.none() | st.integers(0, 12))
    def bounce(self, purpose: str, crash: int | None) -> None:
        able = self.total(purpose, "paid") + self.total(purpose, "committed")
        done = self.attempt(lambda: ledger.bounce(purpose, by=self.zhao, reason="account closed"), crash)
        assert done == bool(able)
        self.shift(purpose, "paid", "committed")

    @rule(purpose=PURPOSES, crash=st.none() | st.integers(0, 12))
    def release(self, purpose: str, crash: int | None) -> None:
        for _again in range(2):
            assert self.attempt(lambda: ledger.release(purpose, by=self.zhao, reason="withdrawn"), crash)
        self.shift(purpose, "reserved", "available")
        self.shift(purpose, "committed", "available")

    @rule(purpose=PURPOSES, cents=CENTS, crash=st.none() | st.integers(0, 12))
    def recover(self, purpose: str, cents: int, crash: int | None) -> None:
        self.n += 1
        key, there = f"recover-{self.n}", self.total(purpose, "paid")
        for _again in range(2):
            done = self.attempt(
                lambda: ledger.recover(purpose, yuan(cents), by=self.zhao, reason="resold", key=key), crash
            )
            assert done == (cents <= there)
        if cents <= there:
            found = Transfer.objects.filter(key__startswith=f"{key}#")
            parts = dict.fromkeys(self.budgets, 0)
            for row in found.select_related("lane__budget"):
                parts[row.lane.budget.source] += posting.cents(row.cents)
            assert sum(parts.values()) == cents
            self.shift(purpose, "paid", "recovered", parts)

    @rule(purpose=PURPOSES)
    def put_back(self, purpose: str) -> None:
        self.attempt(lambda: ledger.put_back(purpose, by=self.zhao), None)
        self.shift(purpose, "recovered", "available")

    @invariant()
    def both_say_the_same(self) -> None:
        if not hasattr(self, "budgets"):
            return
        assert queries.available(P, "152502") == {s: yuan(c) for s, c in self.available.items()}
        for purpose in "ABCD":
            expected = {stage: yuan(self.total(purpose, stage)) for stage in FLOW}
            assert queries.balance_of(purpose) == expected
        for row in queries.standing(P):
            assert row.granted == yuan(self.granted[row.budget.source])
            assert min(row.available, row.reserved, row.committed, row.paid, row.recovered) >= 0
        assert ledger.verify().ok


@pytest.mark.django_db
def test_any_order_of_deeds_and_any_crash_keep_the_sums() -> None:
    class OnRolledBackTables(Money):
        def __init__(self) -> None:
            super().__init__()
            self.inside = transaction.atomic()
            self.inside.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.inside.__exit__(None, None, None)

    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        OnRolledBackTables,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**12), min_size=1, max_size=9).filter(any))
def test_splitting_never_loses_a_cent(whole: int, weights: list[int]) -> None:
    parts = posting.split(whole, weights)
    assert sum(parts) == whole
    total = sum(weights)
    assert all(abs(part * total - whole * w) < total for part, w in zip(parts, weights, strict=True))
    if whole <= sum(weights):
        assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))
