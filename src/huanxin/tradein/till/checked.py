"""What the till knows and the checks against cheating need, handed down to claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huanxin.claims.integrity import services as integrity
from huanxin.tradein.merchants.models import FiledPrice, Merchant

from .models import Sale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

_AT_ONCE = 20_000


def hand_down() -> None:
    """Say where the checks find sales, filed prices and shops. Called once, when the program starts."""
    integrity.supply("sales", _sales)
    integrity.supply("prices", _prices)
    integrity.supply("shops", _shops)


def _sales() -> Iterator[tuple[Any, ...]]:
    fields = (
        "claim_id", "merchant__code", "product__code", "product__product_class", "price", "sold_at",
        "received_at",
    )  # fmt: skip
    yield from _by_key(Sale.objects.all(), *fields)


def _prices() -> Iterator[tuple[Any, ...]]:
    yield from _by_key(FiledPrice.objects.all(), "merchant__code", "product__code", "price", "at")


def _shops() -> Iterator[tuple[Any, ...]]:
    yield from _by_key(Merchant.objects.all(), "code", "account_hash", "party_id")


def _by_key(rows: QuerySet[Any], *fields: str) -> Iterator[tuple[Any, ...]]:
    """Rows in order of their ids, a page at a time."""
    after = 0
    while some := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", *fields)[:_AT_ONCE]):
        yield from (row[1:] for row in some)
        after = some[-1][0]
