"""Which packs are in force here, and the exact text of any that ever was."""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from huanxin.policy import Pack

from .document import SECTORS, Reason, in_words, part_in_words, reasons_of
from .models import Release

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet


__all__ = [
    "SECTORS",
    "NotInForce",
    "Reason",
    "UnknownDigest",
    "by_digest",
    "current",
    "history",
    "in_force",
    "in_words",
    "newest",
    "newest_of_each",
    "pack",
    "packs_for",
    "packs_of",
    "part_in_words",
    "reasons_of",
    "thaw",
    "waiting",
    "without_superseded",
]


class NotInForce(LookupError):
    """No release of this pack covers that day; the message says what to do."""


class UnknownDigest(LookupError):
    """No release has this digest, or its archived text is no longer what was signed."""


def packs_for(
    kind: str, on: dt.date, known_on: dt.date | None = None, *, as_of: dt.datetime | None = None
) -> list[Pack]:
    """The limits and duties on a kind of thing that are in force on `on`, in order of id.

    The newest release of each pack counts, so that a corrected mistake is corrected for every day; `as_of`
    asks for the releases as they stood at an instant. `known_on` chooses among the dated figures inside a
    pack and so leaves the choice of packs alone: an office that starts today still screens for last year.
    """
    del known_on
    rows = current(on, as_of=as_of).filter(asset=kind, kind__in=("limit", "duty"))
    return without_superseded(thaw(release) for release in _newest(rows))


def pack(
    pack_id: str, on: dt.date, known_on: dt.date | None = None, *, as_of: dt.datetime | None = None
) -> Pack:
    """The release of one pack that is in force on `on`. Raises `NotInForce`."""
    del known_on
    rows = current(on, as_of=as_of).filter(pack_id=pack_id).order_by("-countersigned_at", "-id")
    digest = rows.values_list("digest", flat=True).first()
    if digest is not None:
        return _by_digest_once(digest)
    waiting = Release.objects.filter(
        pack_id=pack_id, countersigned_at__isnull=True, withdrawn_at__isnull=True
    )
    if waiting.exists():
        raise NotInForce(
            _(
                "The pack “{id}” waits for its second signature. Have somebody else countersign it first."
            ).format(id=pack_id)
        )
    raise NotInForce(
        _("The pack “{id}” is not in force here on {on}. Release it, or choose another day.").format(
            id=pack_id, on=on
        )
    )


def packs_of(kind: str, on: dt.date) -> list[Pack]:
    """The packs of a kind (integrity, benefit …) that count on `on`, in order of id.

    One query; a text is read once.
    """
    rows = current(on).filter(kind=kind).order_by("pack_id", "-countersigned_at", "-id")
    digests: dict[str, str] = {}
    for pack_id, digest in rows.values_list("pack_id", "digest"):
        digests.setdefault(pack_id, digest)
    return [_by_digest_once(digest) for digest in digests.values()]


@functools.lru_cache(maxsize=512)
def _by_digest_once(digest: str) -> Pack:
    return by_digest(digest)


def by_digest(digest: str) -> Pack:
    """The pack exactly as it was released, for repeating an old answer. Raises `UnknownDigest`."""
    release = Release.objects.filter(digest=digest).only("digest", "canonical").first()
    if release is None:
        raise UnknownDigest(_("No release here has the digest {digest}.").format(digest=digest))
    return thaw(release)


def history(pack_id: str) -> QuerySet[Release]:
    """Every release of a pack, newest first, with the people who signed."""
    people = ("proposed_by", "countersigned_by", "withdrawn_by")
    return Release.objects.filter(pack_id=pack_id).select_related(*people).order_by("-id").defer("canonical")


def current(on: dt.date, *, as_of: dt.datetime | None = None) -> QuerySet[Release]:
    """Releases signed by two, not withdrawn, whose days include `on`; may hold several of one pack."""
    days = (Q(in_force_from__isnull=True) | Q(in_force_from__lte=on)) & (
        Q(in_force_to__isnull=True) | Q(in_force_to__gte=on)
    )
    if as_of is None:
        return Release.objects.filter(days, countersigned_at__isnull=False, withdrawn_at__isnull=True)
    still = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=as_of)
    return Release.objects.filter(days, still, countersigned_at__lte=as_of)


def in_force(on: dt.date) -> list[Release]:
    """The release of each pack that counts on `on`, in order of id, with the people who signed."""
    return _newest(current(on).select_related("proposed_by", "countersigned_by"))


def waiting() -> QuerySet[Release]:
    """Proposals that lack their second signature, oldest first."""
    return (
        Release.objects.filter(countersigned_at__isnull=True, withdrawn_at__isnull=True)
        .select_related("proposed_by")
        .defer("canonical")
        .order_by("id")
    )


def newest(pack_id: str) -> Release | None:
    """The newest valid release of a pack, whatever its days."""
    return newest_of_each(pack_id).get(pack_id)


def newest_of_each(*pack_ids: str) -> dict[str, Release]:
    """The newest valid release of these packs, or of all, whatever their days. One query."""
    rows = Release.objects.filter(countersigned_at__isnull=False, withdrawn_at__isnull=True)
    if pack_ids:
        rows = rows.filter(pack_id__in=pack_ids)
    return {release.pack_id: release for release in _newest(rows)}


def without_superseded(packs: Iterable[Pack]) -> list[Pack]:
    """The packs of a set that no other of the set supersedes, in order of id."""
    found = sorted(packs, key=lambda p: p.id)
    gone = {old for p in found for old in p.supersedes}
    return [p for p in found if p.id not in gone]


def thaw(release: Release) -> Pack:
    """The pack of a release, read once per digest. Raises `UnknownDigest` if the archive was altered."""
    return _thaw(release.digest, bytes(release.canonical))


@functools.lru_cache(maxsize=512)
def _thaw(digest: str, canonical: bytes) -> Pack:
    if hashlib.sha256(canonical).hexdigest() != digest:
        raise UnknownDigest(
            _("The archived text of {digest} is not what was signed. Restore it from a backup.").format(
                digest=digest
            )
        )
    return Pack.from_canonical(canonical)


def _newest(rows: QuerySet[Release]) -> list[Release]:
    found: dict[str, Release] = {}
    for release in rows.order_by("pack_id", "-countersigned_at", "-id"):
        found.setdefault(release.pack_id, release)
    return list(found.values())
