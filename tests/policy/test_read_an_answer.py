"""Numbers and days as people write them: understood exactly, or refused with an example."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from huanxin.policy.facts import Fact, FactError, Text

PRICE = Fact(
    name="price", type="decimal", unit="CNY", places=2, lowest=0, ask=Text(zh="价格", en="Price"),
    example=Decimal(150000),
)  # fmt: skip
INVOICED = Fact(name="invoiced_on", type="date", highest="today", ask=Text(zh="发票日期", en="Invoiced on"))
TODAY = dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("15万", 150000), ("15 万元", 150000), ("十五万", 150000), ("十五万元", 150000),
        ("150,000元", 150000),
        ("￥150000", 150000), ("人民币150000元整", 150000), ("1.5万", 15000), ("一百二十万", 1_200_000),
        ("两千零五十", 2050), ("十", 10), ("1亿", 100_000_000), ("150000", 150000), ("15万块钱", 150000),
    ],
)  # fmt: skip
def test_sums_as_people_write_them(written: str, meant: int) -> None:
    assert PRICE.parse(written) == meant


@pytest.mark.parametrize(
    "written", ["十五六万", "一百五", "15万5千", "万", "二十二十", "十五点五万", "15,5万"]
)
def test_what_can_be_read_in_two_ways_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(FactError) as refused:
        PRICE.parse(written)
    assert refused.value.say("zh-hans").endswith("请只写数字，单位是元，例如 150000")
    assert "in yuan, such as 150000" in refused.value.say("en")


def test_no_answer_speaks_of_a_currency_code() -> None:
    with pytest.raises(FactError) as refused:
        PRICE.parse("-1")
    assert "CNY" not in refused.value.say("zh-hans") + refused.value.say("en")


def test_a_day_to_come_is_refused_for_what_has_happened() -> None:
    assert INVOICED.parse("2026-11-25", TODAY) == TODAY
    with pytest.raises(FactError) as refused:
        INVOICED.parse("2026-12-20", TODAY)
    assert "最晚是今天（2026-11-25）" in refused.value.say("zh-hans")
    # A decision that was made is read as it was, whatever day it is.
    assert INVOICED.parse("2026-12-20") == dt.date(2026, 12, 20)
