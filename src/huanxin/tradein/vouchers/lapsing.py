"""Vouchers whose day is over: they lapse, and their money goes back to the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone

from huanxin.ledger import services as ledger

from .models import Voucher, VoucherEvent

if TYPE_CHECKING:
    import datetime as dt

    from huanxin.foundation.access.models import User


def lapse_one(pk: int, *, on: dt.date, by: User | None) -> bool:
    """Let a voucher lapse that was valid before `on` and was not used; its money is available again.

    False where it was used or has lapsed meanwhile; one that a till is just redeeming is left to it. In the
    caller's transaction.
    """
    rows = Voucher.objects.filter(pk=pk, state=Voucher.State.TAKEN, valid_on__lt=on).select_for_update(
        skip_locked=connection.features.has_select_for_update_skip_locked
    )
    voucher = rows.first()
    if voucher is None:
        return False
    move(voucher, Voucher.State.LAPSED, VoucherEvent.What.LAPSED, by=by)
    ledger.release(voucher.code, by=by)
    return True


def lapse(on: dt.date | None = None, *, by: User | None = None) -> int:
    """Let every voucher lapse that was valid before `on` (default: today) and was not used; their number.

    Runs every night, and again at any time: a voucher lapses once. One that a till is just redeeming is left
    to it.
    """
    on = on or timezone.localdate()
    n_lapsed = 0
    late = Voucher.objects.filter(state=Voucher.State.TAKEN, valid_on__lt=on)
    for pk in list(late.order_by("pk").values_list("pk", flat=True)):
        # Each in its own transaction: lanes of the budget are then held one deed at a time.
        with transaction.atomic():
            n_lapsed += lapse_one(pk, on=on, by=by)
    return n_lapsed


def move(voucher: Voucher, state: str, what: str, *, by: User | None, reason: str = "") -> None:
    """Bring a voucher into a state and write that into its history."""
    voucher.state, voucher.state_at = state, timezone.now()
    voucher.save(update_fields=["state", "state_at"])
    VoucherEvent.objects.create(voucher=voucher, what=what, by=by, at=voucher.state_at, reason=reason)
