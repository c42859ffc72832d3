"""What shops are owed, what they owe, and where their payments are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Sum

from huanxin.claims.integrity import queries as integrity
from huanxin.claims.models import Programme, State
from huanxin.foundation.lib.money import Money, yuan
from huanxin.ledger.models import Line
from huanxin.tradein.merchants.models import Merchant
from huanxin.tradein.till.models import Sale

from .models import Settlement

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

_S = Settlement.State
# States in which a settlement still follows its payment.
FOLLOWING = (_S.IN_BATCH, _S.PAID, _S.REJECTED)
_FOLLOWS = {
    Line.State.WAITING.value: _S.IN_BATCH.value,
    Line.State.PAID.value: _S.PAID.value,
    Line.State.FAILED.value: _S.REJECTED.value,
    Line.State.HELD.value: _S.REJECTED.value,
}


@dataclass(frozen=True)
class Account:
    """How a shop stands in a programme: sales that are not in a settlement yet, and what it owes."""

    merchant: Merchant
    programme: Programme
    n_open: int
    open: Money
    owed: Money


@dataclass(frozen=True)
class Debtor:
    """A shop that was paid for goods that came back since: how much it owes, and since when."""

    code: str
    name: str
    state: str
    n: int
    owed: Money
    since: dt.datetime


def open_sales(shop: Merchant, programme: Programme | None = None) -> QuerySet[Sale]:
    """Sales of a shop that are in no settlement, oldest first."""
    rows = Sale.objects.filter(merchant=shop, state=Sale.State.SOLD, settlement__isnull=True)
    if programme is not None:
        rows = rows.filter(voucher__programme=programme)
    return rows.select_related("voucher", "product").order_by("pk")


def to_settle(shop: Merchant, programme: Programme) -> QuerySet[Sale]:
    """The open sales of a shop that may be paid now: nobody suspended them, and nothing grave stands against
    them that was not cleared.
    """
    rows = open_sales(shop, programme).filter(claim__state=State.COMMITTED)
    return rows.filter(~integrity.is_blocked("claim_id"))


def owed_by(shop: Merchant, programme: Programme | None = None) -> QuerySet[Sale]:
    """Sales that came back after they had been paid to the shop, and are not deducted yet; oldest first."""
    rows = Sale.objects.filter(
        merchant=shop, state=Sale.State.RETURNED, settlement__state=_S.PAID, netted_in__isnull=True
    )
    if programme is not None:
        rows = rows.filter(voucher__programme=programme)
    return rows.select_related("voucher", "product").order_by("pk")


def shops_to_settle(programme: Programme, places: Sequence[str] = ()) -> list[Merchant]:
    """Shops with open sales in a programme, within some areas if any are given. One query."""
    rows = Merchant.objects.filter(
        sales__state=Sale.State.SOLD, sales__settlement__isnull=True, sales__voucher__programme=programme
    )
    if places:
        rows = rows.filter(_within(places, "place_id"))
    return list(rows.distinct().order_by("pk"))


def accounts(where: Q | None = None) -> list[Account]:
    """Every shop and programme with something open or owed. Three queries."""
    is_open = Q(state=Sale.State.SOLD, settlement__isnull=True)
    is_owed = Q(state=Sale.State.RETURNED, settlement__isnull=False, recovered_at__isnull=True)
    rows = Sale.objects.filter(is_open | is_owed).filter(where or Q())
    sums = rows.values_list("merchant", "voucher__programme").annotate(
        n=Count("pk", filter=is_open),
        sold=Sum("subsidy", filter=is_open),
        owed=Sum("subsidy", filter=is_owed),
    )
    found = list(sums.order_by("merchant", "voucher__programme"))
    shops = Merchant.objects.in_bulk([row[0] for row in found])
    programmes = Programme.objects.in_bulk([row[1] for row in found])
    return [
        Account(shops[shop], programmes[programme], n, sold or yuan(0), owed or yuan(0))
        for shop, programme, n, sold, owed in found
    ]


def debtors(where: Q | None = None) -> list[Debtor]:
    """Shops that owe for goods that came back after they were paid, also if they sell no more. One query."""
    rows = Sale.objects.filter(
        where or Q(), state=Sale.State.RETURNED, settlement__state=_S.PAID, netted_in__isnull=True
    )
    by_shop = rows.order_by().values_list("merchant__code", "merchant__name", "merchant__state")
    sums = by_shop.annotate(n=Count("pk"), owed=Sum("subsidy"), since=Min("returned_at"))
    return [
        Debtor(code, name, str(Merchant.State(state).label), n, owed, since)
        for code, name, state, n, owed, since in sums.order_by("since")
    ]


def of_shop(shop: Merchant) -> Q:
    """A filter on sales of one shop."""
    return Q(merchant=shop)


def sums(shop: Merchant) -> dict[str, Money]:
    """What stands in a shop's settlements: in a batch, paid, rejected. One query."""
    found = {state: yuan(0) for state in ("in_batch", "paid", "rejected")}
    for row in settlements(shop).exclude(state=_S.DROPPED):
        found[state_now(row)] = Money(found[state_now(row)] + row.amount)
    return found


def settlements(shop: Merchant | None = None) -> QuerySet[Settlement]:
    """Settlements, of a shop or of all, with `line_state`, `line_why` as the bank's answer stands now."""
    latest = Line.objects.filter(purpose=OuterRef("number")).order_by("-pk")
    rows = Settlement.objects.select_related("merchant", "programme", "batch").annotate(
        line_state=Subquery(latest.values("state")[:1]), line_why=Subquery(latest.values("why")[:1])
    )
    return rows.filter(merchant=shop) if shop else rows


def state_now(settlement: Settlement) -> str:
    """Where a settlement of `settlements` stands, by the payment itself."""
    if settlement.state == _S.DROPPED:
        return str(_S.DROPPED.value)
    return _FOLLOWS.get(getattr(settlement, "line_state", None) or "", settlement.state)


def settlement(number: str) -> Settlement | None:
    return settlements().filter(number=number).first()


def line_of(found: Settlement) -> Line | None:
    """The latest payment of a settlement: a payment that failed is tried again as another line."""
    return Line.objects.filter(purpose=found.number).select_related("batch").order_by("-pk").first()


def behind(shop: Merchant | None = None) -> Iterator[tuple[int, str]]:
    """Settlements whose payment stands elsewhere than they do: their ids and where they are to go."""
    for found in settlements(shop).filter(state__in=FOLLOWING).order_by("pk"):
        now = state_now(found)
        if now != found.state:
            yield found.pk, now


def recovered_not_put_back() -> list[Sale]:
    """Returns whose deduction the bank has paid out, so that their money may be spent again."""
    rows = Sale.objects.filter(state=Sale.State.RETURNED, netted_in__state=_S.PAID, recovered_at__isnull=True)
    return list(rows.select_related("voucher").order_by("pk"))


def _within(places: Sequence[str], field: str) -> Q:
    found = Q(pk__in=[])
    for code in places:
        found |= Q(**{f"{field}__gte": code, f"{field}__lt": str(int(code) + 1)})
    return found
