"""What stands at each stage for a purpose, added up from its transfers."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from .models import Account, Transfer
from .moves import HELD

if TYPE_CHECKING:
    from collections.abc import Collection


class Holding(NamedTuple):
    """Cents of a purpose at one stage of one lane, and the source of the money."""

    lane_id: int
    source: str
    stage: str
    cents: int


def of(purposes: Collection[str]) -> dict[str, list[Holding]]:
    """What each purpose holds, in the order of lanes and stages; one query. Unknown purposes hold nothing."""
    sums: dict[str, dict[tuple[int, str, str], int]] = {purpose: defaultdict(int) for purpose in purposes}
    rows = Transfer.objects.filter(purpose__in=list(purposes)).values_list(
        "purpose", "lane_id", "lane__budget__source", "debit__stage", "credit__stage", "cents"
    )
    for purpose, lane_id, source, debit, credit, amount in rows.order_by("lane_id", "id"):
        cents = int(amount.scaleb(2))
        sums[purpose][lane_id, source, debit] -= cents
        sums[purpose][lane_id, source, credit] += cents
    return {
        purpose: [
            Holding(lane_id, source, stage, cents)
            for (lane_id, source, stage), cents in sorted(found.items(), key=lambda entry: entry[0][0])
            if stage in HELD and cents > 0
        ]
        for purpose, found in sums.items()
    }


def at(held: list[Holding], *stages: str) -> list[Holding]:
    """The holdings at some stages."""
    return [holding for holding in held if holding.stage in stages]


def total(held: list[Holding], *stages: str) -> int:
    """Cents at some stages."""
    return sum(holding.cents for holding in at(held, *stages))


def by_source(held: list[Holding], *stages: str) -> dict[str, int]:
    """Cents of each source at some stages."""
    found: dict[str, int] = defaultdict(int)
    for holding in at(held, *stages):
        found[holding.source] += holding.cents
    return dict(found)


RESERVED, COMMITTED = Account.Stage.RESERVED, Account.Stage.COMMITTED
PAID, RECOVERED = Account.Stage.PAID, Account.Stage.RECOVERED
AVAILABLE, GRANTED = Account.Stage.AVAILABLE, Account.Stage.GRANTED
