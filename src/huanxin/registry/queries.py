"""The registry's door for whoever reads what exists."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from huanxin.foundation.access import queries as access

from . import kinds as _kinds
from .importing import columns, identities, mapping
from .inventory import Count, Filters, count, find, inventory, narrowed, tallies_within
from .kinds import UnknownKind
from .models import Asset, Import, KindTally, LifeEvent, Place
from .papers.content import PaperRefused
from .papers.queries import (
    PaperAltered,
    PaperLost,
    paper_bytes,
    paper_picture,
    same_looks_of,
)
from .papers.reading import Read, ReaderMissing, can_read, field_of, read_paper
from .parties.queries import party_of
from .places import region
from .snapshots import Snapshot, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from huanxin.foundation.access.models import User
    from huanxin.policy import Pack

__all__ = [
    "Count", "Filters", "PaperAltered", "PaperLost", "PaperRefused", "Read", "ReaderMissing",
    "Snapshot", "UnknownKind", "boundaries", "can_read", "children", "count",
    "doubts", "events", "field_of", "find", "guess_mapping", "imports", "imports_for", "inventory", "kind",
    "kinds", "made_up_kinds", "mapping_targets", "narrowed", "normalised",
    "normalised_as", "paper_bytes", "paper_picture", "party_of", "place",
    "places", "read_paper", "same_looks_of", "snapshot", "tallies", "tallies_within",
]  # fmt: skip


def kinds() -> dict[str, Pack]:
    """Every kind of thing there is, by id."""
    return _kinds.all_kinds()


def kind(name: str) -> Pack:
    """One kind of thing. Raises `UnknownKind`."""
    return _kinds.kind(name)


def places() -> list[Place]:
    """All 121 places, parents before what lies in them. One query."""
    return list(Place.objects.order_by("code"))


def place(code: str) -> Place | None:
    return Place.objects.filter(code=code).first()


def children(code: str) -> list[Place]:
    """The places directly under a place. One query."""
    return list(Place.objects.filter(parent_id=code).order_by("code"))


def boundaries() -> Path:
    """The leagues' outlines as GeoJSON.

    For computing, not an approved map: say so wherever they are drawn.
    """
    return region.outlines_path()


def identities_shown(ids: Iterable[int]) -> dict[int, str]:
    """How lists tell things apart: a public number in full, any other masked. One query."""
    return dict(Asset.objects.filter(pk__in=list(ids)).values_list("pk", "identity_shown"))


def events(thing: Asset) -> list[LifeEvent]:
    """A thing's life, oldest first. One query."""
    return list(LifeEvent.objects.filter(asset=thing).select_related("by", "place").order_by("id"))


def tallies() -> dict[str, int]:
    """How many things of each kind there are: one small table, not a count."""
    return dict(KindTally.objects.values_list("kind", "n_assets"))


def made_up_kinds() -> dict[str, bool]:
    """Kinds of which made-up things were brought in, and whether real ones were too.

    Told from the imports, which are few.
    """
    brought = set(Import.objects.filter(n_new__gt=0).values_list("kind", "sample").distinct())
    return {kind: (kind, False) in brought for kind, is_made_up in brought if is_made_up}


def doubts(kind: str | None = None, within: Sequence[str] | None = None) -> QuerySet[Asset]:
    """Things whose place a person must settle, in order of id. Served by an index of these alone.

    `within`: beginnings of place codes; only things that may lie in one of them. None is everywhere.
    """
    found = Asset.objects.filter(place_state=Asset.PlaceState.DOUBT).order_by("id")
    if within is not None:
        # The candidates as their JSON is written: every code begins behind a quotation mark.
        may_lie = (Q(place_doubt__candidates__icontains=f'"{area}') for area in within)
        found = found.filter(functools.reduce(operator.or_, may_lie, Q(pk__in=[])))
    return found.filter(kind=kind) if kind else found


def imports(kind: str | None = None) -> QuerySet[Import]:
    """Imports, latest first."""
    found = Import.objects.select_related("by").order_by("-id")
    return found.filter(kind=kind) if kind else found


def imports_for(user: User | AnonymousUser, verb: str) -> QuerySet[Import]:
    """The imports that this person may see, latest first: their own, and with a mandate for the region all.

    A sheet is of no one place: whoever answers for a part of the region may not see what others brought in.
    """
    found = imports()
    return found if access.may(user, verb) else found.filter(by_id=user.pk or 0)


def guess_mapping(headers: Sequence[str], kind: str) -> columns.Guess:
    """What the columns of a sheet are taken for, remembered or guessed, with what is missing or odd.

    Raises `SheetError` where no column holds the identity.
    """
    return mapping.mapped(_kinds.kind(kind), tuple(headers))


def why_unused(record: Import) -> dict[str, str]:
    """Headings of a sheet that were not used; for those that look like a fact, the reason, else `""`."""
    notes = guess_mapping(list(record.mapping), record.kind).notes
    unused = (heading for heading, target in record.mapping.items() if heading and not target)
    return {heading: notes.get(heading, "") for heading in unused}


def mapping_targets(kind: str) -> dict[str, Any]:
    """Everything a column may hold: target → its name as a `Text`."""
    return dict(columns.targets(_kinds.kind(kind)))


def normalised(kind: str, identity: str) -> str:
    """An identity as it is compared. Raises `identities.IdentityError`."""
    pack = _kinds.kind(kind)
    assert pack.identity is not None
    return identities.normalised(pack.identity.scheme, identity)


def normalised_as(scheme: str, identity: str) -> str:
    """An identity of a scheme (vin, serial, registration, public) as it is compared, or `IdentityError`."""
    return identities.normalised(scheme, identity)
