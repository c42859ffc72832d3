"""What a policy officer may write and nobody foresaw: it is refused by name, or comes out exactly."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from huanxin import policy

from . import writing

if TYPE_CHECKING:
    from pathlib import Path

ON = dt.date(2024, 6, 1)
FACTS = """
facts:
  price: {type: decimal, unit: CNY, places: 2, ask: {zh: 价格, en: Price}}
  kind_: {type: choice, of: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}, ask: {zh: 种类, en: Kind}}
  p1: {type: decimal, ask: {zh: 数一, en: One}}
  p2: {type: decimal, ask: {zh: 数二, en: Two}}
"""
CHECK = """
checks:
  - {id: c, says: {zh: 有价格, en: Has a price}, clause: 第一条, holds: price >= 0}
"""


def pays(value: str) -> str:
    return f"amount: [{{otherwise: true, pay: {value}}}]\n"


def table(match: str) -> str:
    return f"tables:\n  t: {{file: t.csv, match: {match}, gives: v}}\n"


def paid(pack: policy.Pack, facts: dict[str, object]) -> Decimal | None:
    return policy.decide(pack, facts, ON).amount


def test_a_table_that_answers_twice_for_one_case_does_not_load(tmp_path: Path) -> None:
    body = f"{FACTS}{table('{kind_: k}')}{CHECK}{pays('t.v')}"
    with pytest.raises(policy.PackError, match=r"t\.csv"):
        writing.pack(tmp_path, body, {"t.csv": "k,v\na,100\na,200\n"})


def test_no_fact_can_stand_in_for_the_day_of_the_decision(tmp_path: Path) -> None:
    body = """
    facts:
      on_day: {type: date, ask: {zh: 某日, en: Some day}}
    checks:
      - {id: past, says: {zh: 已过, en: Past}, clause: 第一条, holds: on_day <= on}
    amount: [{otherwise: true, pay: 10}]
    """
    pack = writing.pack(tmp_path, body)
    assert policy.decide(pack, {"on_day": "2024-12-01"}, ON).verdict == "ineligible"


def test_the_rule_of_rounding_holds_for_the_common_cap_too(tmp_path: Path) -> None:
    body = (
        f"{FACTS}{CHECK}amount: {{parts: {{one: [{{otherwise: true, pay: price}}]}}, cap: price * 0.3333}}\n"
        "rounding: {places: 0, mode: down}\n"
    )
    assert paid(writing.pack(tmp_path, body), {"price": "1000.55"}) == Decimal("333.00")


@pytest.mark.parametrize("exact", [False, True], ids=["ranges alone", "with a key"])
def test_an_open_end_is_beyond_whatever_a_fact_can_hold(tmp_path: Path, exact: bool) -> None:
    match = "{kind_: k, price: {from: lo, below: hi}}" if exact else "{price: {from: lo, below: hi}}"
    rows = "k,lo,hi,v\na,,1000000,10\na,1000000,,20\n" if exact else "lo,hi,v\n,1000000,10\n1000000,,20\n"
    body = f"{FACTS}{table(match)}{CHECK}{pays('t.v')}"
    pack = writing.pack(tmp_path, body, {"t.csv": rows})
    assert paid(pack, {"kind_": "a", "price": "100000000"}) == 20
    assert paid(pack, {"kind_": "a", "price": "9999999999999999.99"}) == 20


def test_a_cap_and_a_condition_that_nobody_verified_are_named(tmp_path: Path) -> None:
    def figure(name: str, value: int) -> str:
        dated = f"{{from: 2024-01-01, value: {value}, source: t, confidence: unverified}}"
        return f"  {name}: {{unit: CNY, values: [{dated}]}}\n"

    cap = "amount: {parts: {one: [{otherwise: true, pay: price}]}, cap: most}\n"
    capped = f"{FACTS}parameters:\n{figure('most', 100)}{CHECK}{cap}"
    found = policy.decide(writing.pack(tmp_path, capped), {"price": 500}, ON)
    assert (found.amount, found.unverified) == (100, ("most",))
    cases = f"{FACTS}parameters:\n{figure('lim', 10)}{CHECK}amount:\n"
    cases += "  - {when: price > lim, pay: 50}\n  - {otherwise: true, pay: 5}\n"
    for price, amount in ((500, 50), (5, 5)):
        found = policy.decide(writing.pack(tmp_path, cases), {"price": price}, ON)
        assert (found.amount, found.unverified) == (amount, ("lim",))


def test_nothing_less_than_nothing_is_paid(tmp_path: Path) -> None:
    body = f"{FACTS}{CHECK}{pays('price - 100')}shares: {{centre: 0.95, region: 0.05}}\n"
    found = policy.decide(writing.pack(tmp_path, body), {"price": 1}, ON)
    assert (found.amount, set(found.shares.values())) == (0, {0})


def test_between_is_read_in_one_order_only(tmp_path: Path) -> None:
    body = CHECK.replace("price >= 0", "p1 between symmetric 10 and 1")
    with pytest.raises(policy.PackError, match="symmetric"):
        writing.pack(tmp_path, f"{FACTS}{body}{pays('1')}")


@pytest.mark.parametrize(
    ("mode", "pay", "amount"),
    [
        ("up", "price + 0.0000001 * 0.0000001", "1.01"),
        ("down", "price - 0.0000001 * 0.0000001", "0.99"),
        ("half_even", "price + 0.005 + 0.0000001 * 0.0000001", "1.01"),
        ("half_even", "price + 0.005", "1.00"),
        ("half_even", "price + 0.015", "1.02"),
    ],
)
def test_the_last_place_decides_the_rounding(tmp_path: Path, mode: str, pay: str, amount: str) -> None:
    body = f"{FACTS}{CHECK}{pays(pay)}rounding: {{places: 2, mode: {mode}}}\n"
    assert paid(writing.pack(tmp_path, body), {"price": 1}) == Decimal(amount)


def test_what_if_holds_on_every_day_it_is_asked_for(tmp_path: Path) -> None:
    values = "{from: 2024-04-01, known: 2024-01-01, value: 100, source: t, confidence: seen}"
    head = writing.HEAD.replace("2024-01-01", "2024-04-01")
    body = f"{FACTS}parameters:\n  most: {{unit: CNY, values: [{values}]}}\n{CHECK}{pays('most')}"
    pack = policy.load(writing.write(tmp_path, body, head=head))
    claims = tmp_path / "claims.parquet"
    duckdb.connect().execute(f"COPY (SELECT 5::DECIMAL(18,2) AS price FROM range(2)) TO '{claims}'")
    found = policy.whatif(pack, {"most": 200}, claims, on=ON, known_on=dt.date(2024, 3, 1))
    assert found.cost == 200


def test_a_long_sum_is_refused_before_it_fails_and_a_long_list_of_conditions_works(tmp_path: Path) -> None:
    def body(holds: str) -> str:
        check = f"  - {{id: c, says: {{zh: 和, en: Sum}}, clause: 一, holds: '{holds}'}}\n"
        return f"{FACTS}checks:\n{check}{pays('1')}"

    with pytest.raises(policy.PackError, match="derived:"):
        writing.pack(tmp_path, body("+".join(["p1"] * 160) + " > 1"))
    pack = writing.pack(tmp_path, body(" or ".join(f"p1 = {n}" for n in range(80))))
    assert policy.decide(pack, {"p1": 79}, ON).verdict == "eligible"


def test_a_column_wider_than_a_decimal_is_refused_where_it_is_widest(tmp_path: Path) -> None:
    body = f"{FACTS}{table('{kind_: k}')}{CHECK}{pays('t.v')}"
    with pytest.raises(policy.PackError, match=r"99999999999999"):
        writing.pack(tmp_path, body, {"t.csv": "k,v\na,0.00000001\nb,99999999999999\n"})
