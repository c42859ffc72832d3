"""Rows into the database by the thousand: new things, corrections, and the events of their lives."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from django.db import connection
from django.db.models import F
from django.utils import timezone

from huanxin.foundation.lib import sealed

from .. import names
from ..events.services import next_change
from ..models import Asset, KindTally, LifeEvent, Party
from . import identities

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .parsing import Row

_ASSET = (
    "id", "kind", "identity_sealed", "identity_hash", "identity_shown", "name", "name_pairs", "holder_id",
    "place_id", "place_state", "place_doubt", "in_service_year", "measure", "attributes", "state", "sample",
    "source", "row_digest", "changed",
)  # fmt: skip
_EVENT = ("asset_id", "what", "on", "at", "by_id", "place_id", "mass_kg", "details")
_UPDATED = (
    "name", "name_pairs", "holder_id", "place_id", "place_state", "place_doubt", "in_service_year", "measure",
    "attributes", "source", "row_digest", "changed",
)  # fmt: skip
# SQLite takes some 32,000 values in a statement; this many also keep its plan small.
_AT_ONCE = 900


# Why a row is none of this person's: what it says of its place, or where its thing is registered.
Elsewhere = Literal["registered", "said", "doubt", "unsaid"]


@dataclass
class Written:
    """What became of some rows."""

    n_new: int = 0
    n_changed: int = 0
    n_unchanged: int = 0
    n_place_doubt: int = 0
    elsewhere: list[tuple[Row, Elsewhere]] = field(default_factory=list)


@dataclass
class Writer:
    """Writes the rows of one import. Each `write` belongs into a transaction of its caller.

    `within`: beginnings of the place codes in which things may be corrected; None where that is everywhere.
    """

    kind: str
    scheme: str
    import_id: int
    by_id: int | None
    source: str
    sample: bool
    within: tuple[str, ...] | None = None
    _parties: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def write(self, rows: Sequence[Row]) -> Written:
        """Write rows whose identities differ from each other; what is already so is left alone.

        Rows on things that lie outside `within` come back in `elsewhere`, with the reason. Raises
        `ValueError` for two rows of one identity: one of them would silently win.
        """
        _refuse_twins(rows)
        done = Written()
        known = self._known(rows)
        if self.within is not None:
            done.elsewhere = self._elsewhere(rows, known)
            not_ours = {r.identity_hash for r, _why in done.elsewhere}
            rows = [r for r in rows if r.identity_hash not in not_ours]
        fresh = [r for r in rows if r.identity_hash not in known]
        other = [r for r in rows if r.identity_hash in known and known[r.identity_hash][1] != r.digest]
        done.n_unchanged = len(rows) - len(fresh) - len(other)
        if fresh or other:
            # Whoever holds the tally's row is the only writer of this kind: look again, now that nobody
            # else writes.
            changed = next_change(self.kind)
            known = self._known([*fresh, *other])
            other = [r for r in (*fresh, *other) if r.identity_hash in known]
            fresh = [r for r in fresh if r.identity_hash not in known]
            holders = self._holders([*fresh, *other])
            self._add(fresh, holders, changed)
            n_other = self._change({known[r.identity_hash][0]: r for r in other}, holders, changed)
            done.n_new, done.n_changed = len(fresh), n_other
            done.n_unchanged += len(other) - n_other
            if fresh:
                KindTally.objects.filter(kind=self.kind).update(n_assets=F("n_assets") + len(fresh))
            done.n_place_doubt = (
                sum(1 for r in fresh if r.doubt)
                + Asset.objects.filter(
                    pk__in=[known[r.identity_hash][0] for r in other if r.doubt],
                    place_state=Asset.PlaceState.DOUBT,
                ).count()
            )
        return done

    def _known(self, rows: Sequence[Row]) -> dict[bytes, tuple[int, bytes]]:
        """`{identity hash: (id, digest of the row it came in with)}` of things already registered."""
        found: dict[bytes, tuple[int, bytes]] = {}
        for part in _parts([r.identity_hash for r in rows]):
            # The hash is of kind and identity together. Asked by kind as well, PostgreSQL reads the whole
            # kind as long as its statistics are older than the import.
            query = Asset.objects.filter(identity_hash__in=part)
            for pk, identity, digest in query.values_list("id", "identity_hash", "row_digest"):
                found[bytes(identity)] = (pk, bytes(digest or b""))
        return found

    def _elsewhere(
        self, rows: Sequence[Row], known: Mapping[bytes, tuple[int, bytes]]
    ) -> list[tuple[Row, Elsewhere]]:
        """Rows on things that lie, or are registered, where this person's mandate does not reach."""
        registered: dict[int, tuple[str | None, Any]] = {}
        for part in _parts([pk for pk, _digest in known.values()]):
            found = Asset.objects.filter(pk__in=part).values_list("id", "place_id", "place_doubt")
            registered.update((pk, (place, doubt)) for pk, place, doubt in found)
        judged = []
        for row in rows:
            there = known.get(row.identity_hash)
            judged.append((row, self._why_elsewhere(row, registered[there[0]] if there else None)))
        return [(row, why) for row, why in judged if why is not None]

    def _why_elsewhere(self, row: Row, registered: tuple[str | None, Any] | None) -> Elsewhere | None:
        assert self.within is not None
        if registered is not None and not reaches(self.within, *registered):
            return "registered"
        if row.place is not None:
            return None if row.place.startswith(self.within) else "said"
        if registered is not None and registered[0]:
            return None
        if row.doubt:
            return None if reaches(self.within, None, json.loads(row.doubt)) else "doubt"
        return None if registered is not None else "unsaid"

    def _add(self, rows: Sequence[Row], holders: Mapping[tuple[str, str, str], int], changed: int) -> None:
        if not rows:
            return
        now, first = timezone.now(), _first_ids("registry_asset", len(rows))
        today = timezone.localdate(now)
        assets, events = [], []
        for pk, r in zip(first, rows, strict=True):
            assets.append((
                pk, self.kind, None if self.scheme == "public" else sealed.seal(r.identity), r.identity_hash,
                identities.shown(self.scheme, r.identity), r.name,
                names.pairs(r.name), holders.get(r.holder) if r.holder else None, r.place, r.place_state,
                r.doubt, r.year, r.measure, r.attributes, Asset.State.IN_USE, self.sample, self.source,
                r.digest, changed,
            ))  # fmt: skip
            details = f'{{"import":{self.import_id},"line":{r.line}}}'
            events.append((pk, LifeEvent.What.REGISTERED, today, now, self.by_id, r.place, None, details))
        insert("registry_asset", _ASSET, assets)
        insert("registry_lifeevent", _EVENT, events)

    def _change(
        self, rows: Mapping[int, Row], holders: Mapping[tuple[str, str, str], int], changed: int
    ) -> int:
        """Correct what differs.

        An empty cell leaves what is known, and what a person settled stays settled.
        """
        now = timezone.now()
        today = timezone.localdate(now)
        updates, events, digests = [], [], []
        for part in _parts(list(rows)):
            settled = _settled_outside(part)
            for asset in Asset.objects.filter(pk__in=part):
                row = rows[asset.pk]
                holder = holders[row.holder] if row.holder else asset.holder_id
                after = corrected(asset, row, holder, is_settled=asset.pk in settled)
                if not after["differences"]:
                    digests.append((row.digest, asset.pk))
                    continue
                updates.append((*after["values"], self.source or asset.source, row.digest, changed, asset.pk))
                details = {"import": self.import_id, "line": row.line, "changed": after["differences"]}
                events.append((
                    asset.pk, LifeEvent.What.CORRECTED, today, now, self.by_id, after["place"], None,
                    json.dumps(details, ensure_ascii=False),
                ))  # fmt: skip
        if updates:
            columns = ", ".join(f'"{c}" = %s' for c in _UPDATED)
            with connection.cursor() as cursor:
                cursor.executemany(f"UPDATE registry_asset SET {columns} WHERE id = %s", _adapted(updates))
            insert("registry_lifeevent", _EVENT, events)
        if digests:
            with connection.cursor() as cursor:
                cursor.executemany("UPDATE registry_asset SET row_digest = %s WHERE id = %s", digests)
        return len(updates)

    def _holders(self, rows: Sequence[Row]) -> dict[tuple[str, str, str], int]:
        wanted = {r.holder for r in rows if r.holder}
        if len(self._parties) > 200_000:
            self._parties.clear()
        missing = [h for h in wanted if h not in self._parties]
        self._parties.update(parties(missing))
        return {h: self._parties[h] for h in wanted}


def _refuse_twins(rows: Sequence[Row]) -> None:
    first: dict[bytes, Row] = {}
    for row in rows:
        if first.setdefault(row.identity_hash, row) is not row:
            lines = f"{first[row.identity_hash].line} and {row.line}"
            raise ValueError(f"lines {lines} name one thing and were to be written at once")


def parties(holders: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
    """The ids of holders `(kind, name, number)`, found by number, or by name where there is none.

    New ones are made.
    """
    hashes = {h: sealed.keyed_hash(h[2], purpose="party") if h[2] else None for h in holders}
    found = _known_parties(hashes)
    new: dict[object, Party] = {}
    for holder in holders:
        if holder not in found:
            kind, name, number = holder
            new[hashes[holder] or name] = Party(
                kind=kind, name=name, identity_hash=hashes[holder],
                identity_sealed=sealed.seal(number) if number else None,
                identity_shown=sealed.masked(number) if number else "",
            )  # fmt: skip
    if new:
        Party.objects.bulk_create(new.values(), ignore_conflicts=True)
        found = _known_parties(hashes)
    return found


def _known_parties(hashes: Mapping[tuple[str, str, str], bytes | None]) -> dict[tuple[str, str, str], int]:
    by_hash: dict[bytes, int] = {}
    by_name: dict[str, int] = {}
    for part in _parts([h for h in hashes.values() if h]):
        found = Party.objects.filter(identity_hash__in=part).values_list("identity_hash", "id")
        by_hash.update((bytes(h), pk) for h, pk in found if h)
    for part in _parts([name for (_kind, name, number) in hashes if not number]):
        by_name.update(Party.objects.filter(identity_hash=None, name__in=part).values_list("name", "id"))
    ids = {h: by_hash.get(hashed) if hashed else by_name.get(h[1]) for h, hashed in hashes.items()}
    return {h: pk for h, pk in ids.items() if pk is not None}


def reaches(within: tuple[str, ...], place: str | None, doubt: Mapping[str, Any] | None) -> bool:
    """Whether a mandate covers a thing: it lies in its area, or may lie there and waits for a person."""
    there = [place] if place else (doubt or {}).get("candidates", [])
    return any(code.startswith(within) for code in there)


def corrected(asset: Asset, row: Row, holder: int | None, *, is_settled: bool = False) -> dict[str, Any]:
    """A registered thing as a new row of a sheet would have it, and what differs.

    `is_settled`: a person has said that it lies outside the region.
    """
    facts = json.loads(row.attributes)
    differences = {k: [asset.attributes.get(k), v] for k, v in facts.items() if asset.attributes.get(k) != v}
    name = row.name or asset.name
    place = (row.place, row.place_state, row.doubt)
    if _says_less(asset, row, is_settled=is_settled):
        place = (asset.place_id, asset.place_state, _as_text(asset.place_doubt))
    if place[0] != asset.place_id or place[1] != asset.place_state:
        differences["place"] = [asset.place_id, place[0] or place[1]]
    if holder != asset.holder_id:
        differences["holder"] = [asset.holder_id, holder]
    values = (
        name, names.pairs(name), holder, *place, row.year if row.year is not None else asset.in_service_year,
        row.measure if row.measure is not None else _plain(asset.measure),
        json.dumps(asset.attributes | facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )  # fmt: skip
    return {"values": values, "differences": differences, "place": place[0]}


def _says_less(asset: Asset, row: Row, *, is_settled: bool) -> bool:
    """Whether a row knows no more of the place than is known: what is known then stays."""
    if row.is_place_supposed:
        return asset.place_state != Asset.PlaceState.UNKNOWN
    if row.place is None and asset.place_id is None:
        is_unsaid = row.place_state == Asset.PlaceState.UNKNOWN
        return is_unsaid or (is_settled and row.place_state == Asset.PlaceState.DOUBT)
    return row.place is None or (asset.place_id or "").startswith(row.place)


def _settled_outside(ids: Sequence[int]) -> frozenset[int]:
    """Things of which a person has said that they lie outside the region."""
    found = LifeEvent.objects.filter(
        asset_id__in=ids, asset__place_state=Asset.PlaceState.OUTSIDE, what=LifeEvent.What.PLACED
    )
    return frozenset(found.values_list("asset_id", flat=True))


def refresh_statistics() -> None:
    """Have PostgreSQL look at what came in, before the next page is asked for; half a second at a million."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE registry_asset, registry_lifeevent")


def insert(table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Add rows: by COPY on PostgreSQL (five times as fast as INSERT), by one prepared INSERT elsewhere."""
    quoted = ", ".join(f'"{c}"' for c in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", _adapted(rows))


def _adapted(rows: Iterable[Sequence[object]]) -> list[tuple[Any, ...]]:
    if connection.vendor == "postgresql":
        return [tuple(r) for r in rows]
    # By columns: few of them hold days or instants, and the others are passed on as they are.
    return list(zip(*map(_column, zip(*rows, strict=True)), strict=True))


def _column(values: tuple[object, ...]) -> Sequence[object]:
    if not any(isinstance(v, dt.date) for v in values):
        return values
    adapt = connection.ops.adapt_datetimefield_value
    return [
        adapt(v) if isinstance(v, dt.datetime) else v.isoformat() if isinstance(v, dt.date) else v
        for v in values
    ]


def _first_ids(table: str, n: int) -> Sequence[int]:
    """Ids for rows that are about to be added; nobody else is given them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, n]
            )
            return [pk for (pk,) in cursor.fetchall()]
        # The tally's row is held, so this connection is SQLite's only writer.
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        first = cursor.fetchone()[0] + 1
        return range(first, first + n)


def _parts(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[i : i + _AT_ONCE] for i in range(0, len(items), _AT_ONCE))


def _as_text(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _plain(value: object) -> str | None:
    return None if value is None else str(value)
