"""Facts at the edge of what can be read: units with their signs, thousands' commas, halves of characters."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from huanxin import policy
from huanxin.policy import Fact
from tests.policy.writing import pack

if TYPE_CHECKING:
    from pathlib import Path

ON = dt.date(2024, 6, 1)
POWER = Fact(name="power", type="decimal", unit="kW", places=2, ask="功率")
ROOM = Fact(name="room", type="decimal", unit="m³", places=1, ask="容积")
HEADS = Fact(name="heads", type="integer", unit="头", ask="头数")
SHARE = Fact(name="share", type="decimal", unit="%", places=1, ask="比例")


@pytest.mark.parametrize(
    ("fact", "written", "read"),
    [
        (POWER, "1,234 kW", Decimal(1234)),
        (POWER, "-1,234,567.5kw", Decimal("-1234567.5")),
        (POWER, "\uff11\uff0c\uff12\uff13\uff14\u3000\uff2b\uff37", Decimal(1234)),
        (ROOM, "5 m³", Decimal(5)),
        (ROOM, "5m3", Decimal(5)),
        (ROOM, "5 ㎥", Decimal(5)),
        (ROOM, "1,005 M3", Decimal(1005)),
        (HEADS, "1,200 头", 1200),
        (SHARE, "12.5%", Decimal("12.5")),
    ],
)
def test_a_number_may_carry_commas_and_its_unit_in_any_spelling(
    fact: Fact, written: str, read: object
) -> None:
    assert fact.parse(written) == read


@pytest.mark.parametrize(
    ("fact", "written"),
    [(POWER, "1,23 kW"), (POWER, "1,234 MW"), (ROOM, "5 m²"), (ROOM, "m³"), (POWER, "12,34,567 kW")],
)
def test_a_misplaced_comma_or_another_unit_is_still_refused(fact: Fact, written: str) -> None:
    with pytest.raises(policy.FactError, match="not a number"):
        fact.parse(written)


ONE_TEXT = """
facts:
  name_: {type: text, ask: {zh: 名称, en: Name}}
  fuel: {type: choice, of: [coal, gas], ask: {zh: 燃料, en: Fuel}}
checks:
  - {id: named, says: it, clause: '1', holds: "name_ <> 'x'"}
"""


@pytest.mark.parametrize("name", ["name_", "fuel"])
def test_half_a_character_is_refused_with_what_to_write_instead(tmp_path: Path, name: str) -> None:
    given = {name: json.loads(r'"\ud800 A"')}
    with pytest.raises(policy.BadFacts) as refused:
        policy.decide(pack(tmp_path, ONE_TEXT), given, ON)
    said = str(refused.value)
    said.encode()
    assert "half a character" in said
    assert "again" in said


def test_a_whole_character_beyond_the_basic_plane_is_read(tmp_path: Path) -> None:
    given = json.loads('{"name_": "\\ud840\\udc00"}')
    decision = policy.decide(pack(tmp_path, ONE_TEXT), given, ON)
    assert next(c for c in decision.checks if c.id == "named").value is True
