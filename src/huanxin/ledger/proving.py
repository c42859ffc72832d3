"""The proof of the ledger: every hash, every number, every balance worked out again from the transfers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Sum,
    Value,
    When,
)
from django.utils.translation import gettext as _

from huanxin.foundation.lib.money import written

from .chain import FIRST, Link, digest
from .models import Account, Lane, Line, Part, Transfer
from .moves import HELD, is_move
from .posting import cents, money

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

STAGES = ("granted", "available", "reserved", "committed", "paid", "recovered")
# More breaks than this tell nobody more; the first is what matters.
_MOST_BREAKS = 100
_REPORT_EVERY = 5_000


@dataclass(frozen=True)
class Break:
    """Where the ledger does not hold: the place in words, what is wrong, and the row if it is one."""

    where: str
    what: str
    transfer: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What a proof found. `heads` are the ends of the chains: kept elsewhere, they prove the past."""

    n_transfers: int
    n_lanes: int
    breaks: tuple[Break, ...]
    heads: dict[str, str]

    @property
    def ok(self) -> bool:
        return not self.breaks

    @property
    def first(self) -> Break | None:
        return self.breaks[0] if self.breaks else None


class _Row(NamedTuple):
    pk: int
    lane_id: int
    seq: int
    key: str
    deed: str
    purpose: str
    debit: str
    debit_budget: int
    credit: str
    credit_budget: int
    cents: int
    by: int | None
    at: dt.datetime
    reason: str
    previous: bytes
    hash: bytes


@dataclass
class _Walk:
    """A lane while its transfers are walked through."""

    lane: Lane
    seq: int = 0
    head: bytes = FIRST
    balances: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    n_beyond: int = 0

    @property
    def name(self) -> str:
        return f"{self.lane.budget} #{self.lane.number}"


def prove(
    programme: str | None = None, progress: Callable[[int, int | None, str], None] | None = None
) -> Verdict:
    """Check the whole ledger, or the budgets of a programme, while others work on.

    Some 30,000 transfers a second; lanes are read first and each walked up to where it then was.
    """
    chosen = Lane.objects.select_related("budget").order_by("pk")
    if programme is not None:
        chosen = chosen.filter(budget__programme=programme)
    walks = {lane.pk: _Walk(lane) for lane in chosen}
    breaks: list[Break] = []
    levelled: dict[int, int] = defaultdict(int)
    n_transfers = 0
    for row in _rows(programme):
        n_transfers += 1
        walk = walks.get(row.lane_id)
        if walk is not None and len(breaks) < _MOST_BREAKS:
            _step(walk, row, levelled, breaks)
        if progress is not None and n_transfers % _REPORT_EVERY == 0:
            progress(n_transfers, None, "")
    for walk in walks.values():
        breaks += _end(walk)
    breaks += _unpaired(walks, levelled)
    breaks += _overdrawn(programme)
    breaks += _paid_without_transfer(programme)
    heads = {walk.name: bytes(walk.lane.head).hex() for walk in walks.values()}
    return Verdict(n_transfers, len(walks), tuple(breaks[:_MOST_BREAKS]), heads)


def _rows(programme: str | None) -> Iterator[_Row]:
    found = Transfer.objects.order_by("lane_id", "seq")
    if programme is not None:
        found = found.filter(lane__budget__programme=programme)
    whole = ExpressionWrapper(F("cents"), output_field=BigIntegerField())
    columns = found.annotate(whole=whole).values_list(
        "pk", "lane_id", "seq", "key", "deed", "purpose", "debit__stage", "debit__budget_id",
        "credit__stage", "credit__budget_id", "whole", "by_id", "at", "reason", "previous", "hash",
    )  # fmt: skip
    for row in columns.iterator(chunk_size=2_000):
        yield _Row(*row)  # type: ignore[arg-type]


def _step(walk: _Walk, row: _Row, levelled: dict[int, int], breaks: list[Break]) -> None:
    lane = walk.lane
    if row.seq > lane.seq:
        # Written since the lanes were read, unless the lane never heard of it; looked up at the end.
        walk.n_beyond += 1
        return
    where = _("%(lane)s, transfer %(seq)s (%(key)s)") % {
        "lane": walk.name,
        "seq": row.seq,
        "key": row.key,
    }
    if row.seq != walk.seq + 1:
        gap = _("%(n)s transfers before it are missing.") % {"n": row.seq - walk.seq - 1}
        breaks.append(Break(where, gap, row.pk))
    elif bytes(row.previous) != walk.head:
        breaks.append(Break(where, _("It does not follow the transfer before it."), row.pk))
    if digest(_link(lane, row)) != bytes(row.hash):
        breaks.append(Break(where, _("The row was altered: it no longer gives its hash."), row.pk))
    if {row.debit_budget, row.credit_budget} != {lane.budget_id} or not is_move(
        row.deed, row.debit, row.credit
    ):
        breaks.append(Break(where, _("Its deed does not move money between these accounts."), row.pk))
    walk.balances[row.debit] -= row.cents
    walk.balances[row.credit] += row.cents
    if row.deed == "level":
        levelled[lane.budget_id] += row.cents if row.credit == "granted" else -row.cents
    walk.seq, walk.head = row.seq, bytes(row.hash)


def _link(lane: Lane, row: _Row) -> Link:
    budget = lane.budget
    return Link(
        budget.programme, budget.place_code, budget.source, lane.number, row.seq, row.key, row.deed,
        row.purpose, row.debit, row.credit, row.cents, row.by, row.at, row.reason, bytes(row.previous),
    )  # fmt: skip


def _end(walk: _Walk) -> Iterator[Break]:
    """What does not fit between a lane and the last of its transfers."""
    lane = walk.lane
    if walk.seq != lane.seq or walk.head != bytes(lane.head):
        what = _("The lane ends at transfer %(lane)s, its last transfer is %(last)s.") % {
            "lane": lane.seq,
            "last": walk.seq,
        }
        if walk.seq == lane.seq:
            what = _("The lane's hash is not that of its last transfer.")
        yield Break(walk.name, what)
    for stage in STAGES:
        kept = cents(getattr(lane, stage))
        if kept != walk.balances[stage]:
            what = _("“%(stage)s” stands at %(kept)s, its transfers add up to %(sum)s.") % {
                "stage": Account.Stage(stage).label,
                "kept": written(money(kept)),
                "sum": written(money(walk.balances[stage])),
            }
            yield Break(walk.name, what)
    if walk.n_beyond:
        now = Lane.objects.get(pk=lane.pk)
        stray = Transfer.objects.filter(lane=lane, seq__gt=now.seq).order_by("seq").first()
        if stray is not None:
            yield Break(
                walk.name, _("Transfer %(seq)s never reached the lane.") % {"seq": stray.seq}, stray.pk
            )


def _unpaired(walks: dict[int, _Walk], levelled: dict[int, int]) -> Iterator[Break]:
    budgets = {walk.lane.budget_id: walk.lane.budget for walk in walks.values()}
    for budget_id, missing in levelled.items():
        if missing:
            what = _("%(sum)s yuan left one lane and did not come into another.") % {
                "sum": written(money(missing))
            }
            yield Break(str(budgets[budget_id]), what)


def _overdrawn(programme: str | None) -> Iterator[Break]:
    """Purposes for which more was moved on than stood there: the lane had it, but for somebody else."""
    found = Transfer.objects.exclude(purpose="")
    if programme is not None:
        found = found.filter(lane__budget__programme=programme)
    sums = {f"n_{stage}": _moved(stage) for stage in HELD}
    below = Q()
    for name in sums:
        below |= Q(**{f"{name}__lt": 0})
    overdrawn = found.values_list("purpose", "lane_id").annotate(**sums).filter(below).order_by("purpose")
    for purpose, *_sums in overdrawn[:_MOST_BREAKS]:
        yield Break(purpose, _("More was moved for this purpose than stood there for it."))


def _paid_without_transfer(programme: str | None) -> Iterator[Break]:
    """Payments that stand as paid, while the ledger never paid for them."""
    pays = Transfer.objects.filter(purpose=OuterRef("purpose"), deed="pay")
    parts = Part.objects.filter(deducts=False, line__state=Line.State.PAID).select_related("line__batch")
    if programme is not None:
        parts = parts.filter(line__batch__programme=programme)
    for part in parts.exclude(Exists(pays)).order_by("pk")[:_MOST_BREAKS]:
        where = _("%(batch)s, payment %(line)s") % {
            "batch": part.line.batch.number,
            "line": part.line.number,
        }
        yield Break(where, _("It stands as paid, and the ledger has no such payment."))


def _moved(stage: str) -> Sum:
    whole = ExpressionWrapper(F("cents"), output_field=BigIntegerField())
    signed = Case(
        When(credit__stage=stage, then=whole),
        When(debit__stage=stage, then=whole * Value(-1)),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    return Sum(signed)
