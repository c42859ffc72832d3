"""Who is on the list of shops, and what was filed when."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from .models import Clerk, FiledPrice, Merchant, MerchantDecision, Product

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from huanxin.foundation.access.models import User
    from huanxin.foundation.lib.money import Money

# A price that rose so shortly before a round is flagged (facts sheet, check C11: 30 to 90 days).
WATCHED = dt.timedelta(days=90)


class NoShop(LookupError):
    """The person acts for no shop, or there is none of that number."""


@dataclass(frozen=True)
class Rise:
    """A filed price that went up within 90 days before a round opened."""

    price: FiledPrice
    before: Money
    round_opens_at: dt.datetime


def merchants() -> QuerySet[Merchant]:
    """The register, with places."""
    return Merchant.objects.select_related("place", "party")


def merchant(code: str) -> Merchant:
    """A shop by its number. Raises `NoShop`."""
    found = merchants().filter(code=code).first()
    if found is None:
        raise NoShop(_("No shop has the number “%(code)s”.") % {"code": code})
    return found


def decisions(shop: Merchant) -> list[MerchantDecision]:
    """What was decided on a shop, latest first. One query."""
    return list(MerchantDecision.objects.filter(merchant=shop).select_related("by").order_by("-id"))


def narrowed(wanted: dict[str, str]) -> QuerySet[Merchant]:
    """The register, only with this part of the name or number, and this state."""
    rows = merchants()
    if words := wanted.get("q", "").strip():
        rows = rows.filter(Q(name__icontains=words) | Q(code__icontains=words))
    return rows.filter(state=wanted["state"]) if wanted.get("state") else rows


def listed(place: str = "") -> QuerySet[Merchant]:
    """Shops at which a voucher can be used now, of a league or banner."""
    rows = merchants().filter(state=Merchant.State.LISTED)
    return rows.filter(place_id__gte=place, place_id__lt=str(int(place) + 1)) if place else rows


def clerks(shop: Merchant) -> list[Clerk]:
    """Who acts for a shop. One query."""
    return list(Clerk.objects.filter(merchant=shop).select_related("user").order_by("pk"))


def rises_of(shop: Merchant, limit: int = 50) -> list[Rise]:
    """Prices of a shop that rose within 90 days before a round, latest first. Two queries.

    Only products whose price was filed more than once are read.
    """
    filed = FiledPrice.objects.filter(merchant=shop)
    changed = filed.order_by().values("product").annotate(n=Count("pk")).filter(n__gt=1).values("product")
    rows = filed.filter(product__in=changed).select_related("product").order_by("at", "id")
    return rises(list(rows))[::-1][:limit]


def shops_of(user: User | AnonymousUser) -> list[Merchant]:
    """The shops a person acts for. One query."""
    if not user.is_authenticated:
        return []
    rows = Clerk.objects.filter(user_id=user.pk).select_related("merchant__place").order_by("merchant_id")
    return [clerk.merchant for clerk in rows]


def products() -> QuerySet[Product]:
    """Every product that is known by its code."""
    return Product.objects.all()


def product(code: str) -> Product | None:
    return Product.objects.filter(code=code.strip()).first()


def filed_price(shop: Merchant, item: Product, at: dt.datetime) -> FiledPrice | None:
    """The price in force at an instant: the latest filed until then. One index look-up."""
    rows = FiledPrice.objects.filter(merchant=shop, product=item, at__lte=at)
    return rows.order_by("-at", "-id").first()


def latest_prices(shop: Merchant) -> dict[int, Money]:
    """The price now in force of every product of a shop, by the product's id. One query."""
    rows = FiledPrice.objects.filter(merchant=shop).order_by("at", "id").values_list("product_id", "price")
    return dict(rows)


def price_list(shop: Merchant) -> QuerySet[Product]:
    """The products a shop filed prices for; each has `filed`, `filed_at` and `n_sold`."""
    latest = FiledPrice.objects.filter(merchant=shop, product=OuterRef("pk")).order_by("-at", "-id")
    filed = FiledPrice.objects.filter(merchant=shop).values("product")
    return Product.objects.filter(pk__in=filed).annotate(
        filed=Subquery(latest.values("price")[:1]), filed_at=Subquery(latest.values("at")[:1])
    )


def sold_counts(shop: Merchant, items: Iterable[Product]) -> dict[int, int]:
    """How often a shop sold each of some products, returns left out. One query."""
    from huanxin.tradein.till.models import Sale

    rows = Sale.objects.filter(~Q(state="returned"), merchant=shop, product__in=[p.pk for p in items])
    return dict(rows.values_list("product").annotate(n=Count("pk")))


def history(shop: Merchant, items: Sequence[Product]) -> list[FiledPrice]:
    """Every price a shop filed for some products, oldest first. One query."""
    rows = FiledPrice.objects.filter(merchant=shop, product__in=[p.pk for p in items])
    return list(rows.select_related("product", "by").order_by("at", "id"))


def rises(prices: Sequence[FiledPrice]) -> list[Rise]:
    """Those prices, of histories oldest first, that rose within 90 days before a round. One query."""
    from huanxin.tradein.vouchers.models import Round

    if not prices:
        return []
    opened = list(
        Round.objects.filter(opens_at__gte=prices[0].at)
        .order_by("opens_at")
        .values_list("opens_at", flat=True)
    )
    found, last = [], dict[tuple[int, int], "Money"]()
    for price in prices:
        of = (price.merchant_id, price.product_id)
        before, last[of] = last.get(of), price.price
        at = bisect_left(opened, price.at)
        if (
            before is not None
            and price.price > before
            and at < len(opened)
            and opened[at] - price.at <= WATCHED
        ):
            found.append(Rise(price, before, opened[at]))
    return found
