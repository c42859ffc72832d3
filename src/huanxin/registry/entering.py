"""One thing found by its identity, or entered as a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from huanxin.foundation.lib import sealed

from . import kinds, names
from .events.services import add, next_change
from .importing import identities
from .models import Asset, KindTally, LifeEvent, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huanxin.foundation.access.models import User


def asset_for(
    kind: str,
    identity: str,
    *,
    by: User | None,
    place: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    source: str,
    sample: bool = False,
) -> Asset:
    """The thing of that kind and identity; entered with its first event if nobody knew it.

    What is registered stays as it is: `place` and `attributes` (as JSON has them) count for a new thing only.
    A new one holds the kind's tally until the transaction ends. Raises `UnknownKind`, `IdentityError`.
    """
    pack = kinds.kind(kind)
    assert pack.identity is not None
    written = identities.normalised(pack.identity.scheme, identity)
    hashed = sealed.keyed_hash(f"{kind}:{written}")
    with transaction.atomic():
        found = Asset.objects.filter(identity_hash=hashed, kind=kind).first()
        if found is not None:
            return found
        changed = next_change(kind)
        # Now that nobody else writes this kind, it may have come in.
        found = Asset.objects.filter(identity_hash=hashed, kind=kind).first()
        if found is not None:
            return found
        known = dict(attributes or {})
        name = str(known.get(pack.name) or "") if pack.name else ""
        is_public = pack.identity.scheme == "public"
        lies = place if place and Place.objects.filter(code=place).exists() else None
        asset = Asset.objects.create(
            kind=kind,
            identity_sealed=None if is_public else sealed.seal(written),
            identity_hash=hashed,
            identity_shown=identities.shown(pack.identity.scheme, written),
            name=name[:500],
            name_pairs=names.pairs(name),
            place_id=lies,
            place_state=Asset.PlaceState.PLACED if lies else Asset.PlaceState.UNKNOWN,
            attributes=known | ({pack.identity.fact: written} if is_public else {}),
            source=source[:200],
            sample=sample,
            changed=changed,
        )
        KindTally.objects.filter(kind=kind).update(n_assets=F("n_assets") + 1)
        add(asset, LifeEvent.What.REGISTERED, by=by, on=timezone.localdate(), details={"source": source})
        return asset
