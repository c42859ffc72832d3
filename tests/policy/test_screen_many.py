"""Many rows at once: the counts beside the verdicts are those of the rows."""

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

LIBRARY = policy.Library([policy.pack_folders()[0]])
ON = dt.date(2026, 3, 1)
N = 300_000


@pytest.fixture(scope="module")
def motors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough rows for several threads; one in nine lacks its efficiency, one in seven its poles."""
    path = tmp_path_factory.mktemp("motors") / "motors.parquet"
    duckdb.connect().execute(
        f"""COPY (SELECT i::BIGINT AS asset, CASE WHEN i % 3 > 0 THEN '1525' END AS place,
          3::BIGINT AS phases, 380::DECIMAL(18,1) AS voltage_v,
          [7.5, 30, 75][1 + i % 3]::DECIMAL(18,3) AS rated_power_kw,
          CASE WHEN i % 7 > 0 THEN (2 + 2 * (i % 4))::BIGINT END AS poles,
          CASE WHEN i % 9 > 0 THEN (85 + i % 12)::DECIMAL(18,2) END AS efficiency
        FROM range({N}) t(i)) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 20000)"""
    )
    return path


def test_missing_facts_are_counted_on_the_rows_that_lack_them(motors: Path, tmp_path: Path) -> None:
    """They were once counted on other rows, for a query with a table does not keep the order of its rows."""
    pack = LIBRARY.pack("motor-efficiency-2020")
    summary = policy.screen([pack], motors, tmp_path / "out.parquet", on=ON)
    missing = {m.fact: m.n for m in summary.missing}
    assert missing == {
        "efficiency": sum(i % 9 == 0 for i in range(N)),
        "poles": sum(i % 7 == 0 for i in range(N)),
    }


def test_counts_and_sums_are_those_of_the_rows(motors: Path, tmp_path: Path) -> None:
    pack = LIBRARY.pack("motor-efficiency-2020")
    summary = policy.screen([pack], motors, tmp_path / "out.parquet", on=ON, measure="rated_power_kw")
    assert summary.n == N == sum(row["n"] for row in summary.rows)
    assert {row["place"] for row in summary.rows} == {None, "1525"}
    total = sum((t.measure or Decimal(0) for t in summary.by_verdict.values()), Decimal(0))
    assert total == Decimal("37.5") * N
    access = next(t for t in summary.by_check if t.check == "access_level")
    assert access.yes.n + access.no.n + access.cannot_tell.n == N
    assert access.no.n == summary.by_verdict["must"].n
    assert policy.Summary.from_json(summary.as_json()) == summary


def test_several_packs_come_to_one_verdict(tmp_path: Path) -> None:
    """Must wins; what cannot be told yet stays open over should, examine and fine."""
    path = tmp_path / "boilers.parquet"
    duckdb.connect().execute(
        f"""COPY (SELECT * FROM (VALUES
          (1, '15', 'grate', 'bituminous_2', 10::DECIMAL(18,3), 85::DECIMAL(18,2)),
          (2, '15', 'grate', 'bituminous_2', 20, 81), (3, '15', 'grate', 'bituminous_2', 20, NULL),
          (4, '15', 'grate', 'bituminous_2', 20, 85), (5, '15', 'grate', 'bituminous_2', 5, NULL))
        t(asset, place, boiler_type, fuel, capacity_tph, efficiency)) TO '{path}' (FORMAT parquet)"""
    )
    packs = [LIBRARY.pack(i) for i in ("boiler-efficiency-2020", "boiler-phase-out-2024")]
    policy.screen(packs, path, tmp_path / "out.parquet", on=ON)
    found = (
        duckdb.connect().execute(f"SELECT verdict FROM '{tmp_path}/out.parquet' ORDER BY asset").fetchall()
    )
    assert [row[0] for row in found] == ["must", "should", "undecided", "fine", "must"]


def test_a_value_that_several_rules_share_is_the_same_for_a_row_and_for_a_file(tmp_path: Path) -> None:
    """Derived values used again are worked out once, whatever they are called and whatever is missing."""
    body = """
    facts:
      price: {type: decimal, unit: CNY, places: 2, ask: {zh: 价格, en: Price}}
      parts: {type: decimal, places: 3, ask: {zh: 份数, en: Parts}}
    derived:
      applies: price / parts
      c: applies > 10 and parts < 1000
    checks:
      - {id: c, says: {zh: 每份不少, en: Not little each}, clause: 第一条, holds: c or applies > 5}
      - {id: d, says: {zh: 每份不多, en: Not much each}, clause: 第一条, holds: not c or applies < 1000000}
    amount: [{when: c and applies < 500, pay: applies * 0.1}, {otherwise: true, pay: applies * 0.2}]
    """
    pack = writing.pack(tmp_path, body)
    # None; a division by nothing; the widest that a fact can hold; both sides of each bound.
    prices = ("NULL", "0", "55.55", "100", "6000", "9999999999999999.99", "-3")
    parts = ("NULL", "0", "0.001", "1", "9.999", "999999999999999.999")
    rows = ", ".join(
        f"({n}, '15', {price}, {part})"
        for n, (price, part) in enumerate((price, part) for price in prices for part in parts)
    )
    cases, out = tmp_path / "cases.parquet", tmp_path / "out.parquet"
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE cases (asset BIGINT, place VARCHAR, price DECIMAL(18,2), parts DECIMAL(18,3));"
        f" INSERT INTO cases VALUES {rows}; COPY cases TO '{cases}' (FORMAT parquet)"
    )
    policy.screen([pack], cases, out, on=dt.date(2024, 6, 1))
    found = connection.execute(
        f"SELECT price, parts, judged.* FROM '{cases}' JOIN '{out}' AS judged USING (asset)"
    ).fetchall()
    names = [column[0] for column in connection.description or []]
    assert len(found) == len(prices) * len(parts)
    for row in (dict(zip(names, cells, strict=True)) for cells in found):
        decision = policy.decide(pack, {name: row[name] for name in ("price", "parts")}, dt.date(2024, 6, 1))
        assert (row["verdict"], row[f"{pack.id}.amount"]) == (decision.verdict, decision.amount)
        assert [row[f"{pack.id}.{c.id}"] for c in decision.checks] == [c.value for c in decision.checks]
    assert {row[names.index("verdict")] for row in found} == {"eligible", "ineligible", "undecided"}
