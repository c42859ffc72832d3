"""When a figure applies and since when it was known: the uplift of July 2024 reaches back to April."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from huanxin import policy

CAR = policy.Library([policy.pack_folders()[0]]).pack("car-scrappage-2024")
NAREN = {
    "invoiced_on": "2024-05-02",
    "new_registered_on": "2024-05-02",
    "recycled_on": "2024-05-02",
    "deregistered_on": "2024-05-02",
    "same_person": True,
    "old_is_passenger": True,
    "old_fuel": "petrol",
    "old_registered_on": "2011-06-30",
    "old_owned_since": "2012-01-01",
    "new_fuel": "nev",
}


@pytest.mark.parametrize(
    ("known_on", "amount"),
    [
        (dt.date(2024, 5, 10), Decimal("10000.00")),
        (dt.date(2024, 7, 24), Decimal("10000.00")),
        (dt.date(2024, 7, 25), Decimal("20000.00")),
        (dt.date(2026, 1, 1), Decimal("20000.00")),
    ],
)
def test_the_amount_is_the_one_known_on_that_day(known_on: dt.date, amount: Decimal) -> None:
    decision = policy.decide(CAR, NAREN, dt.date(2024, 5, 10), known_on)
    assert (decision.verdict, decision.amount) == ("eligible", amount)


def test_deciding_an_old_case_again_shows_what_is_owed() -> None:
    on = dt.date(2024, 5, 10)
    then, now = policy.decide(CAR, NAREN, on), policy.decide(CAR, NAREN, on, dt.date(2024, 8, 1))
    assert now.amount is not None and then.amount is not None
    assert now.amount - then.amount == Decimal("10000.00")


def test_the_shares_of_the_centre_and_the_region_lose_no_cent() -> None:
    decision = policy.decide(CAR, NAREN, dt.date(2024, 8, 1))
    assert decision.shares == {"centre": Decimal("19000.00"), "region": Decimal("1000.00")}


def test_the_reasons_name_clause_and_facts() -> None:
    decision = policy.decide(CAR, {**NAREN, "old_registered_on": "2011-07-01"}, dt.date(2024, 8, 1))
    check = next(c for c in decision.checks if c.id == "old_car")
    assert decision.verdict == "ineligible" and decision.amount is None
    assert check.value is False and check.clause is not None
    assert check.facts == {"old_fuel": "petrol", "old_registered_on": dt.date(2011, 7, 1)}


def test_only_figures_that_were_used_are_called_unverified() -> None:
    """A petrol figure that nobody verified does not spoil a decision on a new-energy car."""
    before = policy.decide(CAR, NAREN, dt.date(2024, 5, 10))
    assert "has_owning_day" in before.unverified and "amount_petrol" not in before.unverified


def test_the_json_for_scripts_keeps_its_shape() -> None:
    plain = policy.decide(CAR, NAREN, dt.date(2024, 8, 1)).as_json()
    assert plain["verdict"] == "eligible"
    assert plain["amount"] == "20000.00"
    assert plain["needs"] == []
    assert {"id", "value", "clause", "facts"} <= plain["checks"][0].keys()


def test_a_day_that_was_not_known_yet_is_unknown_and_no_number() -> None:
    pack = policy.Library([policy.pack_folders()[0]]).pack("car-scrappage-2026")
    decision = policy.decide(pack, {"old_owned_since": "2011-01-01"}, dt.date(2000, 1, 1))
    assert decision.verdict in ("ineligible", "undecided")
