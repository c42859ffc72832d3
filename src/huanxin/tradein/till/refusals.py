"""Why a till may not redeem, each with what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _


class SaleRefused(ValueError):
    """Nothing was redeemed; the message says why and what to do. `kind` is kept with the post."""

    kind = "refused"


class UnknownVoucher(SaleRefused):
    kind = "unknown_voucher"


class VoucherUsed(SaleRefused):
    kind = "used"


class VoucherExpired(SaleRefused):
    kind = "expired"


class UnknownProduct(SaleRefused):
    kind = "unknown_product"


class WrongClass(SaleRefused):
    kind = "wrong_class"


class NoFiledPrice(SaleRefused):
    kind = "no_filed_price"


class PriceAboveFiled(SaleRefused):
    kind = "price_above_filed"


class ShopNotListed(SaleRefused):
    kind = "shop_not_listed"


class SerialSold(SaleRefused):
    kind = "serial_sold"


class SerialMissing(SaleRefused):
    kind = "serial_missing"


class NotEntitled(SaleRefused):
    kind = "not_entitled"


class ClockWrong(SaleRefused):
    kind = "clock"


class MoneyGone(SaleRefused):
    kind = "money_gone"


class OtherPost(SaleRefused):
    """The same key came with something else: a mistake of the till, of which nothing is kept."""

    kind = "other_post"

    def __init__(self) -> None:
        super().__init__(
            _("This till sent something else under the same key before. Enter the sale once more.")
        )


class ReturnRefused(ValueError):
    """A sale cannot be undone as asked; the message says why."""


BY_KIND = {kind.kind: kind for kind in SaleRefused.__subclasses__()}


def again(kind: str, why: str) -> SaleRefused:
    """The refusal that was kept with a post, as it was said."""
    refusal = SaleRefused(why)
    if kind in BY_KIND:
        refusal.__class__ = BY_KIND[kind]
    return refusal
