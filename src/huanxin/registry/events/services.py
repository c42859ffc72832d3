"""Events of lives: the only way in which what is known of a thing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ..models import Asset, KindTally, LifeEvent

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from huanxin.foundation.access.models import User

_STATE_AFTER = {
    LifeEvent.What.CLAIMED: Asset.State.CLAIMED,
    LifeEvent.What.RELEASED: Asset.State.IN_USE,
    LifeEvent.What.HANDED_OVER: Asset.State.HANDED_OVER,
    LifeEvent.What.RECEIVED: Asset.State.RECEIVED,
    LifeEvent.What.DISMANTLED: Asset.State.DISMANTLED,
    LifeEvent.What.REUSED: Asset.State.IN_USE,
    LifeEvent.What.RESOLD: Asset.State.IN_USE,
}


def state_after(what: str, state: str) -> str:
    """The state of a thing after an event.

    A claim marks a thing in use, and gives that back; what was handed over or dismantled stays so.
    """
    if what == LifeEvent.What.CLAIMED and state != Asset.State.IN_USE:
        return state
    if what == LifeEvent.What.RELEASED and state != Asset.State.CLAIMED:
        return state
    return _STATE_AFTER.get(LifeEvent.What(what), Asset.State(state))


def record(
    asset: Asset,
    what: str,
    *,
    by: User | None,
    on: dt.date | None = None,
    place: str | None = None,
    mass_kg: Decimal | None = None,
    details: dict[str, Any] | None = None,
) -> LifeEvent:
    """Enter what happened to a thing on a day (default: today), and bring its state along. One transaction.

    `place` is where it happened (default: the thing's own), `mass_kg` what the scales said.
    """
    what = LifeEvent.What(what)
    with transaction.atomic():
        changed = next_change(asset.kind)
        asset.refresh_from_db(fields=["state"])
        state = state_after(what, asset.state)
        Asset.objects.filter(pk=asset.pk).update(changed=changed, state=state)
        asset.refresh_from_db()
        return add(
            asset,
            what,
            by=by,
            on=on or timezone.localdate(),
            place=place,
            mass_kg=mass_kg,
            details=details or {},
        )


def add(
    asset: Asset, what: str, *, by: User | None, on: dt.date, place: str | None = None,
    mass_kg: Decimal | None = None, details: dict[str, Any],
) -> LifeEvent:  # fmt: skip
    """Add the event alone; for services of this room that have changed the thing themselves."""
    return LifeEvent.objects.create(
        asset=asset, what=what, on=on, at=timezone.now(), by=by, place_id=place or asset.place_id,
        mass_kg=mass_kg, details=details,
    )  # fmt: skip


def next_change(kind: str) -> int:
    """The number of the next change to things of a kind.

    Holds the kind for this transaction until it ends.
    """
    if not KindTally.objects.filter(kind=kind).update(changed=F("changed") + 1):
        KindTally.objects.bulk_create([KindTally(kind=kind)], ignore_conflicts=True)
        KindTally.objects.filter(kind=kind).update(changed=F("changed") + 1)
    return KindTally.objects.values_list("changed", flat=True).get(kind=kind)
