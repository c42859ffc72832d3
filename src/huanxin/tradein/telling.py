"""Who is told what of trade-in: a buyer of what was sold or brought back, a shop of its money and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from huanxin.foundation.outbox import services as outbox

from .merchants import queries as shops

if TYPE_CHECKING:
    from huanxin.foundation.lib.money import Money

    from .merchants.models import Merchant, Product
    from .settlement.models import Settlement
    from .vouchers.models import Voucher


def buyer(what: str, voucher: Voucher, merchant: Merchant, product: Product, subsidy: Money) -> None:
    """Tell whose voucher it is, in the deed's transaction: who did not buy learns of it, and can object."""
    login = voucher.party.login
    if login is None:
        return
    context = {"shop": merchant.name, "product": product.name, "subsidy": str(subsidy), "code": voucher.code}
    address = reverse("tradein:voucher", args=[voucher.code])
    outbox.tell(login, f"tradein/{what}", context, about=voucher.code, address=address)


def of_money(settlement: Settlement) -> None:
    """Tell the clerks of a shop that the bank has paid a settlement, or has not."""
    context = {
        "shop": settlement.merchant.name,
        "number": settlement.number,
        "amount": str(settlement.amount),
        "reason": settlement.why,
    }
    kind = {"paid": "tradein/paid", "rejected": "tradein/rejected"}[settlement.state]
    _clerks(settlement.merchant, kind, context, about=settlement.number, page="tradein:settlement")


def of_its_place(merchant: Merchant) -> None:
    """Tell the clerks of a shop that it was suspended, removed from the list or listed again, and why."""
    context = {"shop": merchant.name, "reason": merchant.state_why}
    kind = {"listed": "tradein/listed", "suspended": "tradein/suspended", "removed": "tradein/removed"}
    _clerks(merchant, kind[merchant.state], context, about=merchant.code, page="tradein:till")


def _clerks(merchant: Merchant, kind: str, context: dict[str, str], *, about: str, page: str) -> None:
    address = f"{reverse(page)}?shop={merchant.code}"
    told = [
        outbox.Telling(clerk.user, kind, context, about, address)
        for clerk in shops.clerks(merchant)
        if clerk.user.is_active
    ]
    if told:
        outbox.tell_many(told)
