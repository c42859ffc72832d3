"""Sales and posts of tills, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huanxin.tradein.vouchers.models import Voucher

from .models import Sale, TillPost

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from huanxin.tradein.merchants.models import Merchant


def sales(merchant: Merchant | None = None) -> QuerySet[Sale]:
    """Sales with what they are about; of one shop, or of all."""
    found = Sale.objects.select_related("product", "voucher", "merchant", "settlement", "claim")
    return found.filter(merchant=merchant) if merchant else found


def sale(pk: int) -> Sale | None:
    return sales().filter(pk=pk).first()


def sale_by_key(key: str) -> Sale | None:
    """The sale that a till reported under its key."""
    return sales().filter(key=key).first()


def post(key: str) -> TillPost | None:
    """What was answered to a till under a key."""
    return TillPost.objects.select_related("sale").filter(key=key).first()


def refused(merchant: Merchant, limit: int = 20) -> list[TillPost]:
    """Posts of a shop that were refused and not seen to yet, latest first. An index of these alone."""
    rows = TillPost.objects.filter(
        merchant=merchant, outcome=TillPost.Outcome.REFUSED, settled_at__isnull=True
    )
    return list(rows.order_by("-pk")[:limit])


def replacement(found: Sale) -> Voucher | None:
    """The voucher that the person has in the place of the one that a returned sale used up."""
    return Voucher.objects.filter(replaces_id=found.voucher_id).first()
