"""Rounds are opened, vouchers are taken and lapse."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.claims.models import Programme
from huanxin.ledger import services as ledger
from huanxin.rulebook import queries as rulebook

from . import queries, taking
from .caps import cap
from .lapsing import lapse
from .models import Round, RoundClass, RoundLane, Voucher, VoucherEvent
from .refusals import NotForYou, NotOpen, NotTaken, RoundRefused, TryAgain, UsedUp, VoucherUsed
from .rush import PerProcess, Rush

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from huanxin.foundation.access.models import User
    from huanxin.registry.models import Party

__all__ = [
    "NotForYou",
    "NotOpen",
    "NotTaken",
    "RoundRefused",
    "TryAgain",
    "UsedUp",
    "VoucherUsed",
    "lapse",
    "n_waiting",
    "open_round",
    "reissue",
    "take_voucher",
]

# How long a process goes on giving vouchers of a round that was paused or changed in the meantime.
_STALE_S = 1.0


def _rush() -> Rush[taking.Request, Voucher]:
    together = partial(taking.take_all, offers=taking.Offers(_STALE_S))
    return Rush(together, alone=taking.take_all)


_RUSH = PerProcess(_rush)


@transaction.atomic
def open_round(
    programme: Programme,
    *,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    by: User,
    classes: Sequence[str] | None = None,
    most: int | None = None,
) -> Round:
    """A time in which vouchers of a programme can be taken; each reserves the cap of its class in the pack.

    `classes` default to all that the pack subsidises; `most` bounds their number besides the money. Raises
    `RoundRefused`, and `rulebook.NotInForce` where the pack is not in force on that day.
    """
    if programme.settles != Programme.Settles.TILL:
        raise RoundRefused(
            _("“%(slug)s” is paid after review; vouchers are for the till.") % {"slug": programme}
        )
    if closes_at <= opens_at or timezone.localdate(opens_at) != timezone.localdate(closes_at):
        raise RoundRefused(
            _("A round closes after it opens, on the same day: vouchers are valid that day only.")
        )
    if most is not None and most < 1:
        raise RoundRefused(_("Say how many vouchers there are at most, or leave it empty."))
    day = timezone.localdate(opens_at)
    pack = rulebook.pack(programme.pack_id, day)
    offered = queries.class_names(programme, day) if classes is None else classes
    caps = {name: cap(pack, name, day) for name in offered}
    paid = {name: money for name, money in caps.items() if money > 0}
    if (classes is not None and len(paid) < len(caps)) or not paid:
        unpaid = ", ".join(name for name in caps if name not in paid)
        raise RoundRefused(_("The pack pays nothing for: %(classes)s.") % {"classes": unpaid or "–"})
    found = Round.objects.create(
        programme=programme, opens_at=opens_at, closes_at=closes_at, most=most, by=by
    )
    RoundClass.objects.bulk_create(
        RoundClass(round=found, product_class=name, held=money) for name, money in paid.items()
    )
    if most is not None:
        each, more = divmod(most, queries.N_LANES)
        RoundLane.objects.bulk_create(
            RoundLane(round=found, number=n, left=each + (n < more)) for n in range(queries.N_LANES)
        )
    return found


def take_voucher(round: Round, party: Party, product_class: str, *, by: User, place_code: str) -> Voucher:
    """The person's voucher of this class, with its money reserved under its code. The yes is committed.

    Whoever has one already is given that one again, so pressing twice does no harm. At most one person is
    ahead of the batch that this request joins (see `rush`). Raises `NotTaken`: `NotOpen`, `UsedUp`,
    `NotForYou`, `VoucherUsed`, or `TryAgain` where the database failed and nothing was taken.
    """
    request = taking.Request(round.pk, party.pk, product_class, place_code, by.pk)
    return _RUSH.here().ask(request)


def n_waiting() -> int:
    """How many are in line in this process."""
    return _RUSH.here().n_waiting


def reissue(old: Voucher, *, by: User | None, reason: str, revived: bool = False) -> Voucher | None:
    """A new voucher of the same person, class and day in the place of one that was used up or lapsed.

    It has a code of its own, so that each code stands for one way of the money through the ledger. None
    where the budget has nothing left, or the person has taken another one since. In the caller's transaction.
    """
    if queries.live_voucher(old.programme, old.party, old.product_class) is not None:
        return None
    now = timezone.now()
    shares = taking.shares_of(old.programme, old.held, old.valid_on)
    code = taking.new_code()
    try:
        with transaction.atomic():
            new = Voucher.objects.create(
                code=code, round=old.round, programme=old.programme, party=old.party,
                product_class=old.product_class, place=old.place, valid_on=old.valid_on, held=old.held,
                taken_at=now, state_at=now, sample=old.sample, replaces=old,
            )  # fmt: skip
            ledger.reserve(old.programme.slug, old.place_id, shares, purpose=code, by=by)
    except ledger.BudgetExhausted:
        return None
    what = VoucherEvent.What.REVIVED if revived else VoucherEvent.What.FREED
    VoucherEvent.objects.create(voucher=new, what=what, by=by, at=now, reason=reason)
    return new
