"""Many things found or entered at once, and marked as claimed for: a few statements for any number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from huanxin.foundation.lib import manymodels, sealed

from . import kinds
from .events.services import state_after
from .importing import identities
from .models import Asset, KindTally, LifeEvent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from huanxin.foundation.access.models import User
    from huanxin.policy import Identity


@dataclass(frozen=True)
class Wanted:
    """A thing that a claim names: what it is, and what its life is to say."""

    kind: str
    identity: str
    place: str | None
    by: User | None
    source: str
    on: dt.date
    sample: bool = False
    details: dict[str, Any] = field(default_factory=dict)


@transaction.atomic(savepoint=False)
def claim_things(wanted: Sequence[Wanted]) -> list[Asset]:
    """The things by their identities, in order; whoever nobody knew is entered. Each was claimed for.

    `place` must be one that there is; it counts for new things only. Holds the tallies of the kinds until
    the transaction ends: do this late in it. Two statements for each kind, four for all things.

    Raises `UnknownKind`, `IdentityError`.
    """
    schemes = {kind: _identity_of(kind) for kind in {one.kind for one in wanted}}
    written = [identities.normalised(schemes[one.kind].scheme, one.identity) for one in wanted]
    hashes = [
        sealed.keyed_hash(f"{one.kind}:{text}") for one, text in zip(wanted, written, strict=True)
    ]  # fmt: skip
    keys = [(one.kind, h) for one, h in zip(wanted, hashes, strict=True)]
    numbers = _next_changes([one.kind for one in wanted])
    known = {
        (asset.kind, bytes(asset.identity_hash)): asset
        for asset in Asset.objects.filter(identity_hash__in=hashes, kind__in={one.kind for one in wanted})
    }
    new: dict[tuple[str, bytes], Asset] = {}
    met: dict[tuple[str, bytes], Asset] = {}
    for one, text, key, changed in zip(wanted, written, keys, numbers, strict=True):
        asset = known.get(key) or new.get(key)
        if asset is None:
            asset = new[key] = _entered(one, text, key[1], schemes[one.kind])
        else:
            met[key] = asset
        asset.changed, asset.state = changed, state_after(LifeEvent.What.CLAIMED, asset.state)
    manymodels.create(list(new.values()))
    Asset.objects.bulk_update([a for key, a in met.items() if key not in new], ["changed", "state"])
    _add_to_tallies([kind for kind, _hash in new])
    everything = known | new
    found = [everything[key] for key in keys]
    _write_lives(wanted, found, {id(asset) for asset in new.values()})
    return found


def _identity_of(kind: str) -> Identity:
    identity = kinds.kind(kind).identity
    assert identity is not None
    return identity


def _entered(one: Wanted, written: str, hashed: bytes, identity: Identity) -> Asset:
    is_public = identity.scheme == "public"
    return Asset(
        kind=one.kind, identity_hash=hashed, name="", source=one.source[:200], sample=one.sample,
        identity_sealed=None if is_public else sealed.seal(written),
        identity_shown=identities.shown(identity.scheme, written),
        place_id=one.place, place_state=Asset.PlaceState.PLACED if one.place else Asset.PlaceState.UNKNOWN,
        attributes={identity.fact: written} if is_public else {},
    )  # fmt: skip


def _write_lives(wanted: Sequence[Wanted], found: Sequence[Asset], new: set[int]) -> None:
    at, today, rows = timezone.now(), timezone.localdate(), []
    for one, asset in zip(wanted, found, strict=True):
        common = {"asset": asset, "at": at, "by": one.by, "place_id": asset.place_id}
        if id(asset) in new:
            new.discard(id(asset))
            details = {"source": one.source}
            rows.append(LifeEvent(what=LifeEvent.What.REGISTERED, on=today, details=details, **common))
        rows.append(LifeEvent(what=LifeEvent.What.CLAIMED, on=one.on, details=one.details, **common))
    manymodels.create(rows)


def _next_changes(of_kinds: Sequence[str]) -> list[int]:
    """A number of a change for each, in order; kinds are held in the order of their names."""
    last: dict[str, int] = {}
    for kind in sorted(set(of_kinds)):
        n = of_kinds.count(kind)
        last[kind] = _moved_on(kind, n) - n
    numbers = []
    for kind in of_kinds:
        last[kind] += 1
        numbers.append(last[kind])
    return numbers


def _moved_on(kind: str, n: int) -> int:
    sql = "UPDATE registry_kindtally SET changed = changed + %s WHERE kind = %s RETURNING changed"
    with connection.cursor() as cursor:
        cursor.execute(sql, [n, kind])
        row = cursor.fetchone()
        if row is None:
            KindTally.objects.bulk_create([KindTally(kind=kind)], ignore_conflicts=True)
            cursor.execute(sql, [n, kind])
            row = cursor.fetchone()
    return int(row[0])


def _add_to_tallies(of_kinds: Sequence[str]) -> None:
    for kind in sorted(set(of_kinds)):
        sql = "UPDATE registry_kindtally SET n_assets = n_assets + %s WHERE kind = %s"
        with connection.cursor() as cursor:
            cursor.execute(sql, [of_kinds.count(kind), kind])
