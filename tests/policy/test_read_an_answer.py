"""What people write in cells and forms, read as a fact or refused in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanxin.policy import Fact, FactError, Library, pack_folders

KINDS = Library([pack_folders()[0]]).asset_kinds()
DAY = Fact(name="day", type="date", ask="日期", lowest=dt.date(1990, 1, 1))
POWER = Fact(name="power", type="decimal", unit="kW", places=2, ask="功率", lowest=Decimal(0))
COUNT = Fact(name="count", type="integer", ask="数")
ANSWER = Fact(name="answer", type="boolean", ask="是否")


@pytest.mark.parametrize(
    ("fact", "written", "read"),
    [
        (DAY, "2024-3-1", dt.date(2024, 3, 1)),
        (DAY, "2024/03/01", dt.date(2024, 3, 1)),
        (DAY, "2024年3月1日", dt.date(2024, 3, 1)),
        (DAY, "２０２４．０３．０１", dt.date(2024, 3, 1)),
        (DAY, "20240301", dt.date(2024, 3, 1)),
        (DAY, "2024-03-01 00:00:00", dt.date(2024, 3, 1)),
        (DAY, dt.datetime(2024, 3, 1, 8, tzinfo=dt.UTC), dt.date(2024, 3, 1)),
        (POWER, "1,234.50", Decimal("1234.50")),
        (POWER, "30kW", Decimal(30)),
        (POWER, " 30 ", Decimal(30)),
        (POWER, 0.1 + 0.2, Decimal("0.30")),
        (COUNT, "15.0", 15),
        (COUNT, 15.0, 15),
        (ANSWER, "是", True),
        (ANSWER, "否", False),
        (ANSWER, 1, True),
        (KINDS["motor-vehicle"].facts["vehicle_class"], "小型轿车", "passenger_small"),
        (KINDS["motor-vehicle"].facts["vehicle_class"], "重型半挂牵引车", "truck_heavy"),
        (KINDS["motor-vehicle"].facts["fuel"], "Diesel", "diesel"),
        (KINDS["coal-power-unit"].facts["technology"], "unknown", None),
        (DAY, "  ", None),
        (POWER, None, None),
    ],
)
def test_the_ways_people_write_it_are_read(fact: Fact, written: object, read: object) -> None:
    assert fact.parse(written) == read


@pytest.mark.parametrize(
    ("fact", "written", "said"),
    [
        (DAY, "2013.13", "不是完整的日期"),
        (DAY, "2013.13.01", "没有第 13 月"),
        (DAY, "2023-02-29", "没有 29 日"),
        (DAY, "1989-12-31", "小于最小值"),
        (DAY, 45000, "不是完整的日期"),
        (POWER, "abc", "不是数字"),
        (POWER, "30MW", "不是数字"),
        (POWER, "1.234", "小数位太多"),
        (POWER, "-1", "小于最小值"),
        (POWER, "1" * 17, "太大"),
        (POWER, "NaN", "不是数字"),
        (POWER, "1e400", "不是数字"),
        (COUNT, "1.5", "不是整数"),
        (ANSWER, "也许", "不是“是”或“否”"),
        (KINDS["motor-vehicle"].facts["fuel"], "煤", "不在可选项里"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(fact: Fact, written: object, said: str) -> None:
    with pytest.raises(FactError) as refused:
        fact.parse(written)
    assert said in refused.value.say("zh-hans")
    assert refused.value.say("en").isascii() or str(written) in refused.value.say("en")


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.none()))
def test_anything_is_either_read_or_refused(written: object) -> None:
    for fact in (
        DAY,
        POWER,
        COUNT,
        ANSWER,
        KINDS["lift"].facts["device_type"],
        KINDS["lift"].facts["address"],
    ):
        try:
            value = fact.parse(written)
        except FactError:
            continue
        assert value is None or fact.parse(value) == value
