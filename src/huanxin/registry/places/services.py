"""Places loaded from the region's file, and doubts about a thing's place settled by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..events import services as events
from ..models import Asset, LifeEvent, Place
from . import region
from .naming import read_places

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User


class UnknownPlace(Exception):
    """There is no place with this code."""


def load_places() -> int:
    """Bring the table of places up to the region's file; returns how many there are.

    Places are never deleted.
    """
    known = read_places(region.folder() / "places.csv")
    Place.objects.bulk_create(
        [
            Place(code=p.code, name_zh=p.zh, name_en=p.en, level=p.level, parent_id=p.parent or None)
            for p in known
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_zh", "name_en", "level", "parent"],
    )
    return len(known)


def settle_place(asset: Asset, place_code: str | None, *, by: User | None) -> LifeEvent:
    """Say where a thing is; `None`: it is outside the region. The doubt ends and the event says what it was.

    Raises `UnknownPlace`.
    """
    if place_code is not None and not Place.objects.filter(code=place_code).exists():
        raise UnknownPlace(_("There is no place with the code “%(code)s”.") % {"code": place_code})
    with transaction.atomic():
        changed = events.next_change(asset.kind)
        asset = Asset.objects.select_for_update().get(pk=asset.pk)
        details = {"from": asset.place_id, "to": place_code, "doubt": asset.place_doubt}
        asset.place_id, asset.place_doubt, asset.changed = place_code, None, changed
        asset.place_state = Asset.PlaceState.PLACED if place_code else Asset.PlaceState.OUTSIDE
        asset.save(update_fields=["place", "place_doubt", "place_state", "changed"])
        return events.add(asset, LifeEvent.What.PLACED, by=by, on=timezone.localdate(), details=details)
