"""Money: exact decimals, caps, floors, parts, every way of rounding, shares without a lost cent."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huanxin import policy
from tests.policy.writing import pack

if TYPE_CHECKING:
    from pathlib import Path

ON = dt.date(2024, 6, 1)
CENT = Decimal("0.01")
BODY = """
facts:
  price: {{type: decimal, unit: CNY, places: 2, lowest: 0, highest: 1000000000000, ask: 价}}
  days: {{type: integer, ask: 天}}
checks:
  - {{id: it, says: it, clause: '1', holds: price >= 0 and days >= 0}}
amount:
  {amount}
rounding: {{places: 2, mode: {mode}}}
"""
MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_FLOOR, "up": ROUND_CEILING}
prices = st.decimals(min_value=0, max_value=10**12, places=2)
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def amount(trial: policy.Pack, **facts: object) -> Decimal | None:
    return policy.decide(trial, facts, ON).amount


@pytest.mark.parametrize("mode", MODES)
@SLOW
@given(price=prices, rate=st.decimals(min_value=0, max_value=1, places=4))
def test_a_rate_of_a_price_is_rounded_as_the_pack_says(
    tmp_path: Path, mode: str, price: Decimal, rate: Decimal
) -> None:
    trial = pack(
        tmp_path, BODY.format(amount=f"- {{otherwise: true, rate: '{rate}', base: price}}", mode=mode)
    )
    assert amount(trial, price=price, days=0) == (price * rate).quantize(CENT, MODES[mode])


@SLOW
@given(price=prices, cap=st.integers(0, 10**6), floor=st.integers(0, 10**3))
def test_caps_and_floors_hold(tmp_path: Path, price: Decimal, cap: int, floor: int) -> None:
    line = f"- {{otherwise: true, rate: '0.15', base: price, cap: {cap}, floor: {floor}}}"
    trial = pack(tmp_path, BODY.format(amount=line, mode="half_up"))
    wanted = max(min(price * Decimal("0.15"), Decimal(cap)), Decimal(floor)).quantize(CENT, ROUND_HALF_UP)
    assert amount(trial, price=price, days=0) == wanted


@SLOW
@given(price=prices, days=st.integers(0, 1000))
def test_a_division_is_exact_to_eight_places_and_rounds_half_up(
    tmp_path: Path, price: Decimal, days: int
) -> None:
    trial = pack(
        tmp_path, BODY.format(amount="- {otherwise: true, pay: 'price * days / 365'}", mode="half_up")
    )
    exact = (price * days / 365).quantize(Decimal("1e-8"), ROUND_HALF_UP).quantize(CENT, ROUND_HALF_UP)
    assert amount(trial, price=price, days=days) == exact


def test_a_division_by_nothing_cannot_be_told(tmp_path: Path) -> None:
    trial = pack(tmp_path, BODY.format(amount="- {otherwise: true, pay: price / days}", mode="half_up"))
    assert policy.decide(trial, {"price": 5, "days": 0}, ON).verdict == "undecided"


def test_a_figure_that_does_not_fit_stops_nobody_else(tmp_path: Path) -> None:
    """A product beyond all bounds once ended the query with an error; now that one case cannot be told."""
    line = "- {otherwise: true, pay: 'price * days * days * days'}"
    trial = pack(tmp_path, BODY.format(amount=line, mode="half_up"))
    assert policy.decide(trial, {"price": 10**12, "days": 10**9}, ON).verdict == "undecided"
    assert amount(trial, price=10, days=2) == Decimal("80.00")


def test_a_function_inside_another_reaches_the_database(tmp_path: Path) -> None:
    """`round` around a division once left an inner function unwritten."""
    line = "- {otherwise: true, pay: 'round(price / 3, 2) + round(days / 7, 0) * price'}"
    trial = pack(tmp_path, BODY.format(amount=line, mode="half_up"))
    assert amount(trial, price=10, days=7) == Decimal("13.33")


def test_parts_add_up_under_a_common_cap(tmp_path: Path) -> None:
    parts = """parts:
    first: [{when: days > 10, pay: 100}, {otherwise: true, pay: 0}]
    second: [{otherwise: true, rate: '0.5', base: price}]
  cap: 120"""
    trial = pack(tmp_path, BODY.format(amount=parts, mode="half_up"))
    assert amount(trial, price="39.99", days=11) == Decimal("120.00")
    decision = policy.decide(trial, {"price": "39.99", "days": 10}, ON)
    assert decision.amount == Decimal("20.00")
    assert decision.parts == {"first": Decimal("0.00"), "second": Decimal("20.00")}


@given(
    money=st.decimals(min_value=0, max_value=10**9, places=2),
    cuts=st.lists(st.integers(1, 100), min_size=1, max_size=4),
)
def test_shares_add_up_to_the_amount(money: Decimal, cuts: list[int]) -> None:
    total = sum(cuts)
    shares = {f"s{n}": Decimal(cut) / total for n, cut in enumerate(cuts)}
    found = policy.split(money, shares)
    assert sum(found.values()) == money
    assert all(part == part.quantize(CENT) and part >= 0 for part in found.values())


def test_an_amount_is_never_a_float(tmp_path: Path) -> None:
    trial = pack(
        tmp_path, BODY.format(amount="- {otherwise: true, rate: '0.1', base: price}", mode="half_up")
    )
    found = amount(trial, price=0.3, days=0)
    assert isinstance(found, Decimal) and found == Decimal("0.03")


@pytest.mark.parametrize(
    "more", ["", ", cap: 100", ", floor: 5"], ids=["alone", "with a cap", "with a floor"]
)
def test_an_unknown_that_rests_on_the_day_or_on_constants_is_not_passed_over(
    tmp_path: Path, more: str
) -> None:
    for pay in ("1000 / days_between(DATE ''2024-06-01'', on)", "1000 / (1 - 1)"):
        line = f"- {{otherwise: true, pay: '{pay}'{more}}}"
        decision = policy.decide(
            pack(tmp_path, BODY.format(amount=line, mode="half_up")), {"price": 1, "days": 1}, ON
        )
        assert (decision.verdict, decision.amount) == ("undecided", None)
