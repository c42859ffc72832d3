"""Columns whose heading names a unit: taken where it is the fact's own, left with the reason where not."""

from __future__ import annotations

import pytest

from huanxin.policy import Fact
from huanxin.registry import queries, services
from huanxin.registry.importing import columns
from huanxin.registry.models import Asset

from .conftest import PUMP

pytestmark = pytest.mark.usefixtures("office")


@pytest.mark.parametrize(
    "unit",
    [
        "单位:MW",
        "单位：瓦",
        "单位MW",
        "MW,额定",
        "额定、MW",
        "额定MW",
        "PS",
        "匹",
        "W/台",
        "kW/MW",
        "百kW",
        "10^3kW",
        "kWh",
        "万千瓦",
    ],
)
def test_another_unit_is_seen_among_the_words_of_a_bracket(write, unit):
    heading = f"功率（{unit}）"
    guess = queries.guess_mapping(["出厂编号", heading], PUMP)
    assert guess.columns[heading] == ""
    assert "kept in kW" in guess.notes[heading]
    record = services.import_assets(write([["SN-1", "30"]], headers=["出厂编号", heading]), PUMP, by=None)
    assert (record.n_new, "power_kw" in Asset.objects.get().attributes) == (1, False)


@pytest.mark.parametrize(
    "inside",
    [
        "kW",
        "KW",
        "千瓦",
        "单位：kW",
        "单位:千瓦",
        "千瓦/kW",
        "kW/台",
        "额定",
        "必填",
        "kW,必填",
        "YYYY-MM-DD",
    ],
)
def test_a_bracket_with_the_same_unit_or_none_is_taken(write, inside):
    sheet = write([["SN-1", "30"]], headers=["出厂编号", f"功率（{inside}）"])
    services.import_assets(sheet, PUMP, by=None)
    assert Asset.objects.get().attributes["power_kw"] == "30"


@pytest.mark.parametrize(
    ("kept", "same", "other"),
    [
        ("km", "km 公里 千米 单位：公里", "万公里 万km 千公里 1000km 万 公里/年 英里 m"),
        ("m/s", "米/秒 米每秒 M/S", "米/分 m/min 公里/小时"),
        ("t/h", "吨/小时 吨/时 蒸吨", "吨 千克/小时 MW"),
        ("h", "小时 小时/年", "分钟"),
        ("kg", "千克 公斤 公斤/kg", "吨 t 磅 lb 克"),
        ("CNY", "元 元/台 含税", "万元 千元 亿元 单位：万元 美元"),
    ],
)
def test_units_are_known_in_chinese_and_in_multiples(kept, same, other):
    fact = Fact(name="x", type="decimal", unit=kept, ask={"zh": "某量", "en": "Amount"})
    refused = [u for u in f"{same} {other}".split() if columns.other_unit(f"某量（{u}）", fact)]
    assert refused == other.split()
