"""What is left, where money stands, and what was moved for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum

from huanxin.foundation.lib.money import Money, yuan

from . import holdings, posting, reserving
from .models import Batch, Budget, Lane, Line, Statement, Transfer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

STAGES = ("available", "reserved", "committed", "paid", "recovered")


@dataclass(frozen=True)
class Standing:
    """A budget and where its money stands; `granted` is all that was ever entered."""

    budget: Budget
    granted: Money
    available: Money
    reserved: Money
    committed: Money
    paid: Money
    recovered: Money


def available(programme: str, place_code: str) -> dict[str, Money]:
    """What the nearest budget of each source has left for a place. Two queries."""
    there = Budget.objects.filter(programme=programme, place_code__in=reserving.covering(place_code))
    near = reserving.nearest(there, place_code)
    till = reserving.Till.of(reserving.left_in_lanes(b.pk for b in near.values()))
    return {source: posting.money(till.total(budget.pk)) for source, budget in near.items()}


def standing(programme: str | None = None, where: Q | None = None) -> list[Standing]:
    """Every budget (of a programme) with its sums over all lanes, by programme, place, source. Two queries.

    `where` is a filter on budgets, such as the places of a mandate.
    """
    return standing_of(budgets(where, programme or ""))


def budgets(where: Q | None = None, programme: str = "", source: str = "") -> QuerySet[Budget]:
    """Budgets by programme, place and source; `where` is a filter such as the places of a mandate."""
    found = Budget.objects.filter(where or Q()).order_by("programme", "place_code", "source")
    if programme:
        found = found.filter(programme=programme)
    return found.filter(source=source) if source else found


def standing_of(some: Iterable[Budget]) -> list[Standing]:
    """The sums of these budgets over all lanes, in their order. One query, and theirs."""
    wanted = list(some)
    lanes = Lane.objects.filter(budget__in=wanted).order_by("budget_id").values_list("budget_id")
    sums = lanes.annotate(*(Sum(stage) for stage in STAGES))
    found = {budget_id: dict(zip(STAGES, parts, strict=True)) for budget_id, *parts in sums}
    rows = []
    for budget in wanted:
        parts = found[budget.pk]
        rows.append(Standing(budget, Money(sum(parts.values(), yuan(0))), **parts))
    return rows


def totals(some: QuerySet[Budget]) -> dict[str, Money]:
    """What all of these budgets hold at each stage, and `granted` in all. One query."""
    found = Lane.objects.filter(budget__in=some.order_by()).aggregate(
        **{stage: Sum(stage) for stage in STAGES}
    )
    parts = {stage: Money(found[stage] or yuan(0)) for stage in STAGES}
    return {"granted": Money(sum(parts.values(), yuan(0))), **parts}


def programmes(where: Q | None = None) -> list[str]:
    """The programmes that have a budget. One query."""
    return list(budgets(where).order_by("programme").values_list("programme", flat=True).distinct())


def of_budget(budget: Budget) -> QuerySet[Transfer]:
    """All that was moved in a budget, with lane, accounts and person."""
    return Transfer.objects.filter(lane__budget=budget).select_related("lane", "debit", "credit", "by")


def transfers(purpose: str) -> QuerySet[Transfer]:
    """All that was moved for a purpose, in its order, with lane, budget, accounts and person."""
    related = ("lane__budget", "debit", "credit", "by")
    return Transfer.objects.filter(purpose=purpose).select_related(*related).order_by("pk")


def balance_of(purpose: str) -> dict[str, Money]:
    """What stands for a purpose as reserved, committed, paid, recovered; 0.00 where nothing. One query."""
    held = holdings.of([purpose])[purpose]
    return {
        stage: posting.money(holdings.total(held, stage))
        for stage in ("reserved", "committed", "paid", "recovered")
    }


def drawn_in(purpose: str) -> set[str]:
    """The places of the budgets in which money stands for a purpose. Two queries."""
    lanes = {holding.lane_id for holding in holdings.of([purpose])[purpose]}
    return set(Lane.objects.filter(pk__in=lanes).values_list("budget__place_code", flat=True))


def batches(programme: str = "", state: str = "", where: Q | None = None) -> QuerySet[Batch]:
    """Payment batches with the people who made and signed them; `where` is a filter on batches."""
    found = Batch.objects.filter(where or Q()).select_related("made_by", "signed_by")
    if programme:
        found = found.filter(programme=programme)
    return found.filter(state=state) if state else found


def sums_of(some: Iterable[Batch]) -> dict[int, dict[str, tuple[int, Money]]]:
    """How many payments of each state batches have, and how much: {batch: {state: (n, sum)}}. One query."""
    found: dict[int, dict[str, tuple[int, Money]]] = {batch.pk: {} for batch in some}
    rows = Line.objects.filter(batch_id__in=list(found)).order_by().values_list("batch_id", "state")
    for batch_id, state, n, amount in rows.annotate(Count("pk"), Sum("amount")):
        found[batch_id][state] = (n, amount)
    return found


def lines(batch: Batch, state: str = "") -> QuerySet[Line]:
    """The payments of a batch (in a state)."""
    found = Line.objects.filter(batch=batch)
    return found.filter(state=state) if state else found


def payments_for(purpose: str) -> QuerySet[Line]:
    """The payments that were meant to pay for a purpose, newest first, with their batches."""
    return Line.objects.filter(parts__purpose=purpose).select_related("batch").distinct().order_by("-pk")


def statements(where: Q | None = None) -> QuerySet[Statement]:
    """The bank's files as they were read, with batch and person; `where` is a filter on them."""
    return Statement.objects.filter(where or Q()).select_related("batch", "read_by")


def answerable(where: Q | None = None) -> QuerySet[Batch]:
    """Batches that the bank may answer: signed, and some payment waits; `where` is a filter on batches."""
    open_states = [Batch.State.SIGNED, Batch.State.SENT]
    return Batch.objects.filter(where or Q(), state__in=open_states).order_by("-pk")


def n_transfers() -> int:
    """About how many transfers there are: the latest number, which costs nothing to find."""
    newest = Transfer.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0
