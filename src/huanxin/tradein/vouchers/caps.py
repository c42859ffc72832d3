"""The most that a pack can pay for a thing of a class: what a voucher reserves."""

from __future__ import annotations

import itertools
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from huanxin import policy
from huanxin.foundation.lib.money import Money, yuan

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

_HIGH = Decimal(1_000_000)


@lru_cache(maxsize=1024)
def cap(pack: policy.Pack, product_class: str, on: dt.date) -> Money:
    """The most the pack pays for one thing of the class on a day; zero where it pays nothing for it.

    The pack itself says so: it decides on the best grade and on the prices at which its own bounds lie.
    """
    best = Decimal(0)
    for facts in _cases(pack, product_class, on):
        decision = policy.decide(pack, facts, on)
        if decision.verdict == "eligible" and decision.amount is not None:
            best = max(best, decision.amount)
    return yuan(best)


def _cases(pack: policy.Pack, product_class: str, on: dt.date) -> Iterator[dict[str, Any]]:
    grade = pack.facts.get("energy_grade")
    grades = range(int(str(grade.lowest or 1)), int(str(grade.highest or 5)) + 1) if grade else [None]
    for price, energy_grade in itertools.product(_prices(pack, on), grades):
        facts = {
            "bought_on": on,
            "product_class": product_class,
            "energy_grade": energy_grade,
            "price": price,
            "filed_price": price,
            "buyer_is_person": True,
            "seller_is_listed": True,
            "already_claimed": 0,
        }
        yield {name: value for name, value in facts.items() if name in pack.facts}


def _prices(pack: policy.Pack, on: dt.date) -> list[Decimal]:
    """Prices between which the amount only rises: every bound in yuan that the pack names, and a high one."""
    bounds = {_HIGH}
    for parameter in pack.parameters.values():
        dated = parameter.value_at(on, on) if parameter.unit == "CNY" else None
        if dated is not None:
            bounds.add(Decimal(str(dated.value)))
    return sorted(bounds)
