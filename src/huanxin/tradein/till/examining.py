"""What a till asks before it redeems: voucher, product, price, serial number, and the pack's decision."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.claims import queries as claims
from huanxin.foundation.lib import reader
from huanxin.foundation.lib.money import Money, written, yuan
from huanxin.registry.models import Party
from huanxin.rulebook import queries as rulebook
from huanxin.tradein.merchants import queries as shops
from huanxin.tradein.merchants.models import FiledPrice, Merchant, Product
from huanxin.tradein.vouchers import queries as vouchers
from huanxin.tradein.vouchers.models import Voucher

from . import refusals, serials
from .models import Sale

# A till without network may report a sale so much later; what is older is no sale of that day any more.
LATEST = dt.timedelta(hours=72)
# A till's clock may be so much ahead of ours.
_AHEAD = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Offered:
    """What is to be sold for which voucher, as the till entered it."""

    voucher_code: str
    product_code: str
    serial_no: str
    price: Money
    sold_at: dt.datetime


@dataclass(frozen=True)
class Examined:
    """A sale that may be made: what is paid by whom."""

    voucher: Voucher
    product: Product
    filed: FiledPrice
    price: Money
    facts: dict[str, Any]
    decision: policy.Decision
    subsidy: Money

    @property
    def to_pay(self) -> Money:
        return Money(self.price - self.subsidy)


class Lapsed(refusals.VoucherExpired):
    """The voucher was good when the thing was sold, and has lapsed before the till could report it."""

    def __init__(self, voucher: Voucher) -> None:
        self.voucher = voucher
        super().__init__(_("The voucher has lapsed before this sale was reported."))


def examine(offered: Offered, merchant: Merchant, voucher: Voucher, now: dt.datetime) -> Examined:
    """Whether this may be sold for the voucher, and what the subsidy is. Raises `SaleRefused`."""
    _shop_is_listed(merchant)
    _clock_is_right(offered.sold_at, now)
    product = _product(offered.product_code, voucher)
    filed = _filed(merchant, product, offered)
    _serial_is_free(offered.serial_no)
    _voucher_is_good(voucher, merchant, offered.sold_at, now)
    on = timezone.localdate(offered.sold_at)
    facts = facts_of(voucher, product, merchant, offered.price, filed.price, on)
    decision = decide(voucher, facts, on)
    return Examined(
        voucher, product, filed, offered.price, facts, decision, yuan(decision.amount or Decimal(0))
    )


def facts_of(
    voucher: Voucher, product: Product, merchant: Merchant, price: Money, filed: Money, on: dt.date
) -> dict[str, Any]:
    """The facts of the pack, filled from what the system knows; nobody types them in. Two queries at most."""
    pack = rulebook.pack(voucher.programme.pack_id, on)
    facts: dict[str, Any] = {
        "bought_on": on,
        "product_class": product.product_class,
        "energy_grade": product.energy_grade,
        "price": price,
        "filed_price": filed,
        "buyer_is_person": voucher.party.kind == Party.Kind.PERSON,
        "seller_is_listed": merchant.state == Merchant.State.LISTED,
    }
    known = {name: value for name, value in facts.items() if name in pack.facts}
    return claims.counted(pack, known, voucher.party_id, on)


def decide(voucher: Voucher, facts: dict[str, Any], on: dt.date) -> policy.Decision:
    """The pack's decision on a sale. Raises `NotEntitled` with the check that failed, or the fact missing."""
    pack = rulebook.pack(voucher.programme.pack_id, on)
    decision = policy.decide(pack, facts, on)
    if decision.verdict == "eligible" and decision.amount:
        return decision
    failed = [reader.said(check.says) for check in decision.checks if check.value is False]
    lacking = [reader.said(pack.facts[name].ask) for name in decision.needs]
    if failed:
        raise refusals.NotEntitled(
            _("Not subsidised, since this does not hold: %(what)s") % {"what": "; ".join(failed)}
        )
    raise refusals.NotEntitled(
        _("It cannot be decided; not known: %(what)s") % {"what": ", ".join(lacking) or "–"}
    )


def _shop_is_listed(merchant: Merchant) -> None:
    if merchant.state != Merchant.State.LISTED:
        raise refusals.ShopNotListed(
            _("“%(shop)s” may not redeem now (%(state)s): %(why)s")
            % {"shop": merchant.name, "state": merchant.get_state_display(), "why": merchant.state_why}
        )


def _clock_is_right(sold_at: dt.datetime, now: dt.datetime) -> None:
    if sold_at > now + _AHEAD:
        raise refusals.ClockWrong(
            _("The clock of this till is ahead. Set it right and enter the sale again.")
        )
    if sold_at < now - LATEST:
        raise refusals.ClockWrong(
            _("This sale was reported more than %(n)s hours late.")
            % {"n": int(LATEST.total_seconds() // 3600)}
        )


def _product(code: str, voucher: Voucher) -> Product:
    product = shops.product(code)
    if product is None:
        raise refusals.UnknownProduct(
            _("No product has the code “%(code)s”. Scan the bar code on the box again.") % {"code": code}
        )
    if product.product_class != voucher.product_class:
        names = vouchers.class_names(voucher.programme, voucher.valid_on)
        raise refusals.WrongClass(
            _("The voucher is for: %(wanted)s. “%(name)s” is: %(found)s.")
            % {
                "wanted": _said(names, voucher.product_class),
                "name": product.name,
                "found": _said(names, product.product_class),
            }
        )
    return product


def _said(names: dict[str, policy.Text], code: str) -> str:
    text = names.get(code)
    return reader.said(text) if text else code


def _filed(merchant: Merchant, product: Product, offered: Offered) -> FiledPrice:
    filed = shops.filed_price(merchant, product, offered.sold_at)
    if filed is None:
        raise refusals.NoFiledPrice(
            _("Your shop has filed no price for “%(name)s”. File it first.") % {"name": product.name}
        )
    if offered.price > filed.price:
        raise refusals.PriceAboveFiled(
            _("%(price)s is above the filed price of %(filed)s yuan. Sell for that or less.")
            % {"price": written(offered.price), "filed": written(filed.price)}
        )
    return filed


def _serial_is_free(serial_no: str) -> None:
    if len(serials.plain(serial_no)) < 4:
        raise refusals.SerialMissing(_("Enter the serial number on the nameplate, at least 4 signs."))
    if Sale.objects.filter(serial_hash=serials.hashed(serial_no)).exclude(state=Sale.State.RETURNED).exists():
        raise refusals.SerialSold(
            _(
                "A thing with this serial number was sold with a subsidy before. "
                "Compare it with the nameplate."
            )
        )


def _voucher_is_good(voucher: Voucher, merchant: Merchant, sold_at: dt.datetime, now: dt.datetime) -> None:
    at = formats.date_format(timezone.localtime(voucher.state_at), "SHORT_DATETIME_FORMAT")
    if voucher.state == Voucher.State.REDEEMED:
        here = Sale.objects.filter(voucher=voucher, merchant=merchant).exists()
        where = _("in your shop") if here else _("in another shop")
        raise refusals.VoucherUsed(
            _("This voucher was redeemed on %(at)s, %(where)s.") % {"at": at, "where": where}
        )
    if voucher.state == Voucher.State.GIVEN_BACK:
        raise refusals.VoucherUsed(
            _("This voucher was given back on %(at)s. Ask for the new one.") % {"at": at}
        )
    if voucher.valid_on != timezone.localdate(sold_at):
        raise refusals.VoucherExpired(
            _("This voucher is valid on %(day)s only.")
            % {"day": formats.date_format(voucher.valid_on, "DATE_FORMAT")}
        )
    if voucher.state == Voucher.State.LAPSED:
        raise Lapsed(voucher)
