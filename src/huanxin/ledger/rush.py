"""Many new reservations at once out of one lane of each budget: two statements, however many there are.

The way of a rush, while there is plenty. Where a lane has not enough for all of them nothing is done, and
`reserve_many` lays them out over the lanes one by one.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from huanxin.foundation.lib import manyrows

from .chain import Link, digest
from .models import Account
from .reserving import covering

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

_AVAILABLE, _RESERVED = Account.Stage.AVAILABLE.value, Account.Stage.RESERVED.value

# A request: purpose, place, key, cents by source, who.
New = tuple[str, str, str, "Mapping[str, int]", "int | None"]


@dataclass(slots=True)
class _Lane:
    """A lane that this transaction holds, with the accounts that money moves between."""

    pk: int
    number: int
    seq: int
    head: bytes
    available: int
    programme: str
    place_code: str
    source: str
    debit_id: int
    credit_id: int


_COLUMNS = {
    "key": "text", "purpose": "text", "debit_id": "bigint", "credit_id": "bigint", "lane_id": "bigint",
    "cents": "bigint", "seq": "bigint", "previous": "bytea", "hash": "bytea", "by_id": "bigint",
}  # fmt: skip

_BEFORE = "ledger_before_the_rush"

_LOOK = """
SELECT b.id, b.place_code, b.source, l.id, l.available
  FROM ledger_budget b JOIN ledger_lane l ON l.budget_id = b.id
 WHERE b.programme = %s AND b.place_code IN ({codes})
 ORDER BY b.id, l.number
"""

_HOLD = """
SELECT l.id, l.number, l.seq, l.head, l.available, b.programme, b.place_code, b.source, d.id, c.id
  FROM ledger_lane l
  JOIN ledger_budget b ON b.id = l.budget_id
  JOIN ledger_account d ON d.budget_id = b.id AND d.stage = %s
  JOIN ledger_account c ON c.budget_id = b.id AND c.stage = %s
 WHERE l.id IN ({lanes})
 ORDER BY l.id
"""


# A lane for each place and source.
Chosen = dict[tuple[str, str], int]


@dataclass
class Choice:
    """The lanes that a process draws on, which it may keep for a second or so between calls.

    What is kept is only where to look first: what a lane holds is seen when it is locked.
    """

    lanes: Chosen = field(default_factory=dict)


def reserve_new(programme: str, requests: Sequence[New], choice: Choice) -> bool:
    """Reserve for all of them and say True; or do nothing and say False, where one lane is not enough.

    Within the caller's transaction.
    """
    wanted = {(place, source) for _p, place, _k, cents, _by in requests for source in cents}
    if wanted <= set(choice.lanes) and _reserved(requests, choice.lanes, wanted):
        return True
    choice.lanes = _chosen(programme, requests)
    if wanted <= set(choice.lanes) and _reserved(requests, choice.lanes, wanted):
        return True
    choice.lanes = {}
    return False


def _reserved(requests: Sequence[New], chosen: Chosen, wanted: set[tuple[str, str]]) -> bool:
    """Reserve out of these lanes; False, with nothing done and no lane held, where they have not enough."""
    held = _hold(sorted({chosen[of] for of in wanted}))
    rows, at = _rows(requests, chosen, held)
    if any(lane.available < 0 for lane in held.values()):
        _let_go()
        return False
    same = {"deed": "reserve", "at": connection.ops.adapt_datetimefield_value(at), "reason": ""}
    manyrows.insert("ledger_transfer", _COLUMNS, rows, same=same)
    return True


def _chosen(programme: str, requests: Sequence[New]) -> Chosen:
    """Lanes with enough for all that will draw on them; none if there are none. One statement, no locks."""
    places = {place for _purpose, place, _key, _cents, _by in requests}
    budgets, lanes = _look(programme, {code for place in places for code in covering(place)})
    nearest = {(p, source): pk for p in places for (pk, source) in _nearest(budgets, p)}
    wanted: dict[int, int] = defaultdict(int)
    for _purpose, place, _key, cents, _by in requests:
        for source, some in cents.items():
            if (place, source) not in nearest:
                return {}
            wanted[nearest[place, source]] += some
    # Groups begin at lanes that a hash points to, so that processes spread over them.
    start = int.from_bytes(hashlib.sha256(requests[0][0].encode()).digest()[:8], "big")
    found: dict[int, int] = {}
    for budget, cents_in_all in wanted.items():
        there = lanes[budget]
        at = start % len(there)
        lane = next((pk for pk, left in there[at:] + there[:at] if left >= cents_in_all), None)
        if lane is None:
            return {}
        found[budget] = lane
    return {of: found[budget] for of, budget in nearest.items() if budget in found}


def _look(
    programme: str, codes: set[str]
) -> tuple[list[tuple[int, str, str]], dict[int, list[tuple[int, int]]]]:
    budgets: dict[int, tuple[int, str, str]] = {}
    lanes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_LOOK.format(codes=", ".join(["%s"] * len(codes))), [programme, *sorted(codes)])
        for pk, place_code, source, lane, left in cursor.fetchall():
            budgets[pk] = (pk, place_code, source)
            lanes[pk].append((lane, left))
    return list(budgets.values()), lanes


def _nearest(budgets: Iterable[tuple[int, str, str]], place: str) -> list[tuple[int, str]]:
    """For each source the budget of the place itself, else of its league, else of the region."""
    near: dict[str, int] = {}
    for pk, place_code, source in sorted(budgets, key=lambda b: len(b[1])):
        if place.startswith(place_code):
            near[source] = pk
    return [(pk, source) for source, pk in near.items()]


def _rows(
    requests: Sequence[New], chosen: Mapping[tuple[str, str], int], held: Mapping[int, _Lane]
) -> tuple[list[tuple[object, ...]], dt.datetime]:
    """The transfers, chained in their lanes; the lanes are left as they will be."""
    at = timezone.now()
    rows: list[tuple[object, ...]] = []
    for purpose, place, key, cents, by in requests:
        for source, some in cents.items():
            lane = held[chosen[place, source]]
            link = Link(
                lane.programme, lane.place_code, lane.source, lane.number, lane.seq + 1, f"{key}:{source}",
                "reserve", purpose, _AVAILABLE, _RESERVED, some, by, at, "", lane.head,
            )  # fmt: skip
            new_head = digest(link)
            rows.append(
                (
                    link.key, purpose, lane.debit_id, lane.credit_id, lane.pk, some, link.seq, lane.head,
                    new_head, by,
                )
            )  # fmt: skip
            lane.seq, lane.head, lane.available = link.seq, new_head, lane.available - some
    return rows, at


def _hold(lanes: Sequence[int]) -> dict[int, _Lane]:
    """Lock lanes in the order of their ids, as everybody does; SQLite's transaction holds all of them."""
    sql = _HOLD.format(lanes=", ".join(["%s"] * len(lanes)))
    cells = [_AVAILABLE, _RESERVED, *lanes]
    if connection.vendor == "postgresql":
        found = manyrows.said(f"{sql} FOR NO KEY UPDATE OF l", cells, first=f"SAVEPOINT {_BEFORE}")
    else:
        found = manyrows.said(sql, cells)
    return {pk: _Lane(pk, n, seq, bytes(head), *rest) for pk, n, seq, head, *rest in found}


def _let_go() -> None:
    """Give the locks back, so that the other way may lock lanes in its own order."""
    if connection.vendor == "postgresql":
        manyrows.said(f"ROLLBACK TO SAVEPOINT {_BEFORE}", [], has_rows=False)
