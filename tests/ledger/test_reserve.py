"""Money is set aside, bound, paid, recovered; and the last cent can be spent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from huanxin.ledger import queries
from huanxin.ledger import services as ledger
from huanxin.ledger.models import Lane, Transfer
from tests.ledger.conftest import CAR, SHARES

pytestmark = pytest.mark.django_db


def test_a_grant_is_spread_over_the_lanes_and_no_cent_is_lost(zhao) -> None:
    budget = ledger.open_budget(CAR, "15", "centre", by=zhao, n_lanes=3)
    ledger.grant(budget, "100.00", key="g", by=zhao)
    assert list(Lane.objects.order_by("number").values_list("available", flat=True)) == [
        Decimal("33.34"), Decimal("33.33"), Decimal("33.33"),
    ]  # fmt: skip


def test_money_goes_from_available_to_paid(budgets, zhao) -> None:
    ledger.reserve(CAR, "152502", SHARES, purpose="C1", by=zhao)
    assert queries.available(CAR, "152502") == {"centre": Decimal("82900.00"), "region": Decimal("4100.00")}
    ledger.commit("C1", by=zhao)
    ledger.pay("C1", by=zhao)
    assert queries.balance_of("C1")["paid"] == Decimal("18000.00")
    ledger.recover("C1", "1000.00", by=zhao, reason="The car was sold within a year.")
    assert queries.balance_of("C1") == {
        "reserved": 0, "committed": 0, "paid": Decimal("17000.00"), "recovered": Decimal("1000.00"),
    }  # fmt: skip
    ledger.put_back("C1", by=zhao)
    assert queries.available(CAR, "152502") == {"centre": Decimal("83850.00"), "region": Decimal("4150.00")}


def test_the_same_key_again_changes_nothing_and_returns_the_same(budgets, zhao) -> None:
    first = ledger.reserve(CAR, "152502", SHARES, purpose="C1", by=zhao)
    n_rows = Transfer.objects.count()
    assert ledger.reserve(CAR, "152502", SHARES, purpose="C1", by=zhao) == first
    assert ledger.grant(budgets["centre"], "100000.00", key="grant-1", by=zhao)
    for deed in (ledger.commit, ledger.pay):
        assert deed("C1", by=zhao) == deed("C1", by=zhao)
    assert Transfer.objects.count() == n_rows + 4


def test_the_same_key_with_another_amount_is_refused(budgets, zhao) -> None:
    ledger.reserve(CAR, "152502", SHARES, purpose="C1", by=zhao)
    with pytest.raises(ledger.OtherAmount):
        ledger.reserve(CAR, "152502", {"centre": Decimal(1)}, purpose="C1", by=zhao)
    with pytest.raises(ledger.OtherAmount):
        ledger.grant(budgets["centre"], "7.00", key="grant-1", by=zhao)


def test_more_than_is_left_is_refused_and_says_what_is_left(budgets, zhao) -> None:
    with pytest.raises(ledger.BudgetExhausted) as refused:
        ledger.reserve(CAR, "152502", {"centre": Decimal(1), "region": Decimal(5001)}, purpose="C1", by=zhao)
    assert refused.value.left == Decimal("5000.00")
    assert refused.value.source == "region"
    assert not Transfer.objects.filter(purpose="C1").exists()


def test_the_last_yuan_is_spent_although_no_lane_has_enough(budgets, zhao) -> None:
    ledger.reserve(CAR, "150102", {"centre": Decimal("99999.99")}, purpose="C1", by=zhao)
    ledger.reserve(CAR, "150102", {"centre": Decimal("0.01")}, purpose="C2", by=zhao)
    assert queries.available(CAR, "150102")["centre"] == 0
    with pytest.raises(ledger.BudgetExhausted):
        ledger.reserve(CAR, "150102", {"centre": Decimal("0.01")}, purpose="C3", by=zhao)


def test_a_source_without_a_budget_is_named(budgets, zhao) -> None:
    with pytest.raises(ledger.NoBudget) as refused:
        ledger.reserve(CAR, "150102", SHARES, purpose="C1", by=zhao)
    assert refused.value.source == "region"


def test_a_part_is_released_as_it_was_reserved(budgets, zhao) -> None:
    ledger.reserve(CAR, "152502", SHARES, purpose="C1", by=zhao)
    ledger.release("C1", by=zhao, amount="100.01")
    assert queries.balance_of("C1")["reserved"] == Decimal("17899.99")
    ledger.release("C1", by=zhao)
    ledger.release("C1", by=zhao)
    assert queries.available(CAR, "152502") == {"centre": Decimal("100000.00"), "region": Decimal("5000.00")}


def test_less_than_reserved_is_committed_and_the_rest_released(budgets, zhao) -> None:
    ledger.reserve(CAR, "152502", SHARES, purpose="C1", by=zhao)
    less = {"centre": Decimal("9500.00"), "region": Decimal("500.00")}
    ledger.commit("C1", by=zhao, shares=less)
    assert queries.balance_of("C1") == {
        "reserved": 0, "committed": Decimal("10000.00"), "paid": 0, "recovered": 0,
    }  # fmt: skip
    ledger.commit("C1", by=zhao, shares=less)
    with pytest.raises(ledger.OtherAmount):
        ledger.commit("C1", by=zhao, shares=SHARES)


def test_the_bank_sends_it_back_and_it_is_paid_again(budgets, zhao) -> None:
    ledger.reserve(CAR, "152502", SHARES, purpose="C1", by=zhao)
    with pytest.raises(ledger.NotThere):
        ledger.pay("C1", by=zhao)
    ledger.commit("C1", by=zhao)
    ledger.pay("C1", by=zhao)
    ledger.bounce("C1", by=zhao, reason="account closed")
    assert queries.balance_of("C1")["committed"] == Decimal("18000.00")
    ledger.pay("C1", by=zhao)
    assert queries.balance_of("C1")["paid"] == Decimal("18000.00")


def test_many_are_served_in_their_order_until_the_money_ends(budgets, zhao) -> None:
    asked = [
        ledger.Request(f"V{n}", "152502", {"region": Decimal(amount)})
        for n, amount in enumerate(["2000", "2500", "1000", "500", "0.01"])
    ]
    assert ledger.reserve_many(CAR, asked, by=zhao) == [True, True, False, True, False]
    assert ledger.reserve_many(CAR, asked, by=zhao) == [True, True, False, True, False]
    assert queries.available(CAR, "152502")["region"] == 0


def test_hundreds_are_reserved_in_a_few_statements(budgets, zhao, django_assert_max_num_queries) -> None:
    asked = [ledger.Request(f"V{n}", "152502", {"centre": Decimal("10.00")}) for n in range(300)]
    with django_assert_max_num_queries(60), transaction.atomic():
        assert all(ledger.reserve_many(CAR, asked, by=zhao))
