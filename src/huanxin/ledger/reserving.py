"""Which lanes reservations draw on, so that many draw at once and the last yuan is still given."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .models import Account, Lane
from .posting import Move

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .models import Budget

_S = Account.Stage


@dataclass(frozen=True, slots=True)
class Need:
    """Cents that one request takes from each of some budgets (by id)."""

    purpose: str
    key: str
    from_budgets: Mapping[int, int]
    sources: Mapping[int, str]
    by_id: int | None = None


@dataclass
class Till:
    """What the lanes of some budgets have left, while a group of needs is laid out over them."""

    left: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, int]]) -> Till:
        """From rows of (budget id, lane id, cents available)."""
        till = cls()
        for budget_id, lane_id, available in rows:
            till.left[budget_id][lane_id] = available
        return till

    def total(self, budget_id: int) -> int:
        return sum(self.left[budget_id].values())

    def take(self, need: Need, *, may_level: bool) -> list[Move] | None:
        """The transfers that serve a need, or None where it does not fit; takes all of it or nothing."""
        if any(self._best(b, cents) is None for b, cents in need.from_budgets.items()) and (
            not may_level or any(self.total(b) < cents for b, cents in need.from_budgets.items())
        ):
            return None
        moves: list[Move] = []
        for budget_id, cents in need.from_budgets.items():
            key = f"{need.key}:{need.sources[budget_id]}"
            lane_id = self._best(budget_id, cents)
            if lane_id is None:
                levelling, lane_id = self._level(budget_id, cents, key, need.by_id)
                moves += levelling
            self.left[budget_id][lane_id] -= cents
            moves.append(
                Move(lane_id, "reserve", _S.AVAILABLE, _S.RESERVED, cents, need.purpose, key, need.by_id)
            )
        return moves

    def _best(self, budget_id: int, cents: int) -> int | None:
        return next((lane for lane, left in self.left[budget_id].items() if left >= cents), None)

    def _level(self, budget_id: int, cents: int, key: str, by_id: int | None) -> tuple[list[Move], int]:
        """Bring money of other lanes into the fullest one, until it has as much as is asked."""
        lanes = self.left[budget_id]
        fullest = max(lanes, key=lambda lane: lanes[lane])
        moves = []
        others = sorted((lane for lane in lanes if lane != fullest), key=lambda lane: -lanes[lane])
        for n, lane in enumerate(others, 1):
            some = min(cents - lanes[fullest], lanes[lane])
            if some <= 0:
                break
            pair = f"{key}:level{n}"
            moves += [
                Move(lane, "level", _S.AVAILABLE, _S.GRANTED, some, "", f"{pair}:out", by_id),
                Move(fullest, "level", _S.GRANTED, _S.AVAILABLE, some, "", f"{pair}:in", by_id),
            ]
            lanes[lane] -= some
            lanes[fullest] += some
        return moves, fullest


def left_in_lanes(budgets: Iterable[int]) -> list[tuple[int, int, int]]:
    """(budget id, lane id, cents available) of all lanes of some budgets, as they are at this moment."""
    rows = Lane.objects.filter(budget_id__in=list(budgets)).order_by("budget_id", "number")
    return [
        (b, lane, int(left.scaleb(2))) for b, lane, left in rows.values_list("budget_id", "pk", "available")
    ]


def likely_lanes(till: Till, needs: Sequence[Need]) -> set[int] | None:
    """One lane of each budget that has enough for the whole group; None where there is no such lane.

    The search begins where the first purpose's hash points, so that groups spread over the lanes.
    """
    wanted: dict[int, int] = defaultdict(int)
    for need in needs:
        for budget_id, cents in need.from_budgets.items():
            wanted[budget_id] += cents
    start = int.from_bytes(hashlib.sha256(needs[0].purpose.encode()).digest()[:8], "big")
    chosen = set()
    for budget_id, cents in wanted.items():
        lanes = list(till.left[budget_id])
        at = start % len(lanes) if lanes else 0
        turned = lanes[at:] + lanes[:at]
        lane = next((lane for lane in turned if till.left[budget_id][lane] >= cents), None)
        if lane is None:
            return None
        chosen.add(lane)
    return chosen


def nearest(budgets: Iterable[Budget], place_code: str) -> dict[str, Budget]:
    """For each source the budget of the place itself, else of its league, else of the region."""
    found: dict[str, Budget] = {}
    for budget in sorted(budgets, key=lambda b: len(b.place_code)):
        if place_code.startswith(budget.place_code):
            found[budget.source] = budget
    return found


def covering(place_code: str) -> list[str]:
    """The codes of a place and of all above it: 152502, 1525, 15."""
    return [place_code[:n] for n in range(2, len(place_code) + 1, 2)]
