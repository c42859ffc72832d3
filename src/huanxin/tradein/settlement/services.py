"""Shops are paid what they took off at the till.

How the money goes, to the cent: each sale's subsidy stands committed under its voucher's code. A settlement
is one payment of the ledger to one shop; its purpose is the settlement's number, its parts are the codes of
the sales, and `less` are the codes of sales that came back after they had been paid. When the bank has
paid, the ledger moves every part from committed to paid and every deduction from paid to recovered, in one
transaction: so the sum of parts less deductions is what the bank paid out. Then recovered money is put back
and may be spent.

A sale that comes back before it is in a settlement is released at once. One that is in a settlement is paid
with it and deducted from the next one; until then it stands against the shop as owed. A shop is never paid
nothing or less: as many returns are deducted as its sales exceed, the others wait for the settlement after.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.claims import services as claims
from huanxin.foundation.lib.money import Money, yuan
from huanxin.ledger import services as ledger
from huanxin.tradein import telling
from huanxin.tradein.merchants.models import Merchant
from huanxin.tradein.till.models import Sale

from . import queries
from .models import Settlement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huanxin.claims.models import Programme
    from huanxin.foundation.access.models import User
    from huanxin.ledger.models import Line

__all__ = ["NothingToSettle", "follow_bank", "reopen", "settle"]

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class NothingToSettle(ValueError):
    """No sale is open for these shops in this programme, or all of it is owed back."""


@transaction.atomic
def settle(
    merchant: Merchant | None, programme: Programme, *, by: User, places: Sequence[str] = ()
) -> list[Settlement]:
    """Put the open sales of a shop, or of all, into one batch of the ledger: a payment for each shop.

    The batch waits for its second signature, and is paid like any other. Sales whose claims are suspended or
    blocked stay open. `places` narrows all shops to those of some areas. Raises `NothingToSettle`.
    """
    shops = [merchant] if merchant else queries.shops_to_settle(programme, places)
    # In the order of their ids: whoever settles at the same time waits, and then finds nothing open.
    held = Merchant.objects.filter(pk__in=[shop.pk for shop in shops]).order_by("pk").select_for_update()
    made = [found for shop in held if (found := _drawn_up(shop, programme, by=by))]
    if not made:
        raise NothingToSettle(_("There is nothing to settle: no sale is open, or the shop owes as much."))
    lines = [_payment(settlement) for settlement in made]
    batch = ledger.make_batch(
        programme.slug, lines, by=by, place_code=_common([m.merchant.place_id for m in made]),
        sample=all(m.sample for m in made),
    )  # fmt: skip
    Settlement.objects.filter(pk__in=[m.pk for m in made]).update(batch=batch)
    for settlement in made:
        settlement.batch = batch
    return made


def follow_bank(merchant: Merchant | None = None, *, by: User | None = None) -> int:
    """Let settlements, their claims and returns follow what the bank has done; how many changed.

    Each settlement is one transaction. Again it changes nothing.
    """
    n_changed = 0
    for pk, state in queries.behind(merchant):
        with transaction.atomic():
            found = Settlement.objects.select_for_update(of=("self",)).get(pk=pk)
            line = queries.line_of(found)
            if line is None or found.state not in queries.FOLLOWING:
                continue
            n_changed += 1
            _follow(found, line, state, by=by)
    for sale in queries.recovered_not_put_back():
        _put_back(sale, by=by)
    return n_changed


def reopen(settlement: Settlement, *, by: User, reason: str) -> Settlement:
    """Drop a settlement whose payment is held back: its sales are open again, its payment is given up.

    What came back of it meanwhile was never paid, and is released. Raises `NothingToSettle` for a payment
    that waits, is with the bank, or was paid.
    """
    with transaction.atomic():
        found = Settlement.objects.select_for_update(of=("self",)).get(pk=settlement.pk)
        try:
            ledger.abandon(found.number)
        except ledger.WrongState as waits_or_paid:
            raise NothingToSettle(str(waits_or_paid)) from waits_or_paid
        found.state, found.why = Settlement.State.DROPPED, reason.strip()[:300]
        found.save(update_fields=["state", "why"])
        returned = list(found.sales.filter(state=Sale.State.RETURNED).select_related("voucher"))
        found.sales.update(settlement=None)
        found.returns.update(netted_in=None)
        # All lanes at once, in their order: several deeds on them follow.
        ledger.hold([sale.voucher.code for sale in returned])
        for sale in returned:
            ledger.release(sale.voucher.code, by=by, reason=sale.returned_why)
    return found


def _drawn_up(shop: Merchant, programme: Programme, *, by: User) -> Settlement | None:
    """A settlement of a shop's open sales, less what it owes; None where nothing would be left to pay."""
    # Held: one that comes back at this moment is either given back before, or finds itself in a settlement.
    sales = list(queries.to_settle(shop, programme).select_for_update(of=("self",)))
    sold = yuan(sum(sale.subsidy for sale in sales))
    returns, owed = [], yuan(0)
    for sale in queries.owed_by(shop, programme):
        if owed + sale.subsidy < sold:
            returns.append(sale)
            owed = Money(owed + sale.subsidy)
    if not sales or sold <= owed:
        return None
    settlement = Settlement.objects.create(
        number=_new_number(), merchant=shop, programme=programme, sold=sold, returned=owed,
        amount=Money(sold - owed), by=by, sample=shop.sample,
    )  # fmt: skip
    Sale.objects.filter(pk__in=[sale.pk for sale in sales]).update(settlement=settlement)
    Sale.objects.filter(pk__in=[sale.pk for sale in returns]).update(netted_in=settlement)
    return settlement


def _payment(settlement: Settlement) -> ledger.PaymentLine:
    shop = settlement.merchant
    amounts = {name: dict(rows.values_list("voucher__code", "subsidy")) for name, rows in (
        ("parts", settlement.sales.order_by("pk")), ("less", settlement.returns.order_by("pk")),
    )}  # fmt: skip
    return ledger.PaymentLine(
        purpose=settlement.number,
        payee=shop.party.name,
        account=bytes(shop.account_sealed or b""),
        bank=shop.bank,
        amount=settlement.amount,
        shown=shop.account_shown,
        parts=amounts["parts"],
        less=amounts["less"],
    )


def _follow(found: Settlement, line: Line, state: str, *, by: User | None) -> None:
    was_paid = found.state == Settlement.State.PAID
    found.state, found.why = state, line.why[:300]
    found.booked_at = line.booked_at if state == Settlement.State.PAID else None
    found.batch = line.batch
    found.save(update_fields=["state", "why", "booked_at", "batch"])
    if state in (Settlement.State.PAID, Settlement.State.REJECTED):
        telling.of_money(found)
    if state == Settlement.State.PAID:
        for sale in found.sales.select_related("claim"):
            claims.settle_sale(sale.claim, by=by, reason=found.number)
    elif was_paid:
        for sale in found.sales.select_related("claim"):
            claims.unsettle_sale(sale.claim, by=by, reason=line.why or found.number)


@transaction.atomic
def _put_back(sale: Sale, *, by: User | None) -> None:
    ledger.put_back(sale.voucher.code, sale.subsidy, by=by, key=f"{sale.voucher.code}:put-back")
    Sale.objects.filter(pk=sale.pk).update(recovered_at=timezone.now())


def _common(codes: Sequence[str]) -> str:
    """The smallest place in which all of these lie: 152502, 1525, 15."""
    return next(codes[0][:n] for n in (6, 4, 2) if len({code[:n] for code in codes}) == 1)


def _new_number() -> str:
    tail = "".join(secrets.choice(_LETTERS) for _n in range(8))
    return f"S{timezone.localdate():%y%m%d}-{tail}"
