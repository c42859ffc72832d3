"""Money is exact."""

from __future__ import annotations

from decimal import Decimal

import pytest

from huanxin.foundation.lib import money


@pytest.mark.parametrize("value", ["18000", 18000, Decimal("18000.0"), "18000.00"])
def test_an_amount_has_two_places(value: object) -> None:
    assert str(money.yuan(value)) == "18000.00"


@pytest.mark.parametrize("value", [0.1, "0.005", Decimal("1.001"), "many", True, "NaN"])
def test_what_is_not_exact_is_no_money(value: object) -> None:
    with pytest.raises(money.NotMoney):
        money.yuan(value)


def test_an_amount_is_written_with_its_thousands() -> None:
    assert money.written(money.yuan("1234567.8")) == "1,234,567.80"
