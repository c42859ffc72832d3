"""The inventory, page by page.

Whatever is asked, a page costs what a page costs, not what the table holds.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import BigIntegerField, BooleanField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from huanxin.foundation.lib import pages

from . import kinds, names
from .models import Asset, KindTally
from .wanted import identity_hashes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huanxin.foundation.lib.pages import Page

# Beyond this many a list says “more than”; counting a million would cost more than showing a page.
COUNTED = 1_000
_COUNTED_BY_NAME = 200
# A fragment found in fewer names than this is answered from the index of names alone.
_FEW = 5_000
# What the columns of an order hold in a mark; the others are numbers.
_KINDS = {"place_id": str}
_PAIRS = "string_to_array(registry_asset.name_pairs, ' ')"


@dataclass(frozen=True)
class Filters:
    """What is asked of the inventory; `None` and `""` ask nothing.

    `place` is a code, with all below it; `"none"` asks for things without a place. `years` are inclusive;
    `undated` asks for things whose year is not known. `sample` true: made-up things only, false: real ones
    only. `order` is "" for the one that serves best, "year" or "-year" for dated things by their year, "-id"
    for the latest entered first.
    """

    kind: str | None = None
    place: str = ""
    from_year: int | None = None
    to_year: int | None = None
    undated: bool = False
    state: str = ""
    place_state: str = ""
    sample: bool | None = None
    text: str = ""
    order: str = ""


@dataclass(frozen=True)
class Count:
    """A number of rows, or, if `is_more`, the number beyond which nobody counted."""

    n: int
    is_more: bool


def narrowed(filters: Filters, rows: QuerySet[Asset] | None = None) -> QuerySet[Asset]:
    """The things that are asked for, in no order.

    `rows` keeps to some, for instance those a person may see.
    """
    rows = Asset.objects.all() if rows is None else rows
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.place == "none":
        rows = rows.filter(place=None)
    elif filters.place and filters.place != "15":
        rows = rows.filter(place_id__gte=filters.place, place_id__lt=str(int(filters.place) + 1))
    if filters.undated:
        rows = rows.filter(in_service_year=None)
    elif filters.order in ("year", "-year"):
        rows = rows.exclude(in_service_year=None)
    if filters.from_year is not None:
        rows = rows.filter(in_service_year__gte=filters.from_year)
    if filters.to_year is not None:
        rows = rows.filter(in_service_year__lte=filters.to_year)
    for column in ("state", "place_state"):
        if getattr(filters, column):
            rows = rows.filter(**{column: getattr(filters, column)})
    if filters.sample is not None:
        rows = rows.filter(sample=filters.sample)
    return _named(rows, filters) if filters.text.strip() else rows


def inventory(
    filters: Filters, after: str | None = None, limit: int = 50, *, found: QuerySet[Asset] | None = None
) -> Page[Asset]:
    """A page of the inventory; `after` is the `next` or `previous` of another page with the same filters.

    `found` is what `narrowed` gave for these filters, where somebody has asked it: a word is looked up once.

    In the order of the index that serves the question best: by place if a place is asked for, else by year
    (oldest first) if years are, else by entry. Two queries at most; each reads about `limit` rows of an
    index, whatever the table holds, unless two narrow conditions without a common index must be met at
    once.
    """
    order = _order(filters)
    back, key = pages.read(after, *(_KINDS.get(column, int) for column in order))
    is_down = back != filters.order.startswith("-")
    wanted = (narrowed(filters) if found is None else found).select_related("place")
    if key is not None:
        wanted = wanted.filter(pages.beyond([f"registry_asset.{c}" for c in order], key, down=is_down))
    some = list(wanted.order_by(*(f"-{c}" if is_down else c for c in order))[: limit + 1])
    return pages.cut(
        some,
        limit,
        lambda row, back: pages.written([getattr(row, c) for c in order], back=back),
        back=back,
        is_first=key is None,
    )


def count(filters: Filters, found: QuerySet[Asset] | None = None) -> Count:
    """How many things are asked for, counted up to 1,000, or 200 by name; `found` as in `inventory`.

    Reads at most so many entries.
    """
    most = _COUNTED_BY_NAME if filters.text.strip() else COUNTED
    ids = (narrowed(filters) if found is None else found).order_by().values("id")[: most + 1]
    n = ids.count()
    return Count(min(n, most), n > most)


class _HowMany(Subquery):
    """How many rows a sliced subquery finds; it stops counting where the slice ends."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = BigIntegerField()


def tallies_within(areas: Sequence[str]) -> dict[str, Count]:
    """How many things of each kind lie in places whose codes begin so, each counted up to 1,000.

    One query; it reads at most so many entries of an index for each kind.
    """
    here = Q(pk__in=[])
    for area in areas:
        here |= Q(place_id__gte=area, place_id__lt=str(int(area) + 1))
    some = Asset.objects.filter(here, kind=OuterRef("kind")).order_by().values("id")[: COUNTED + 1]
    found = KindTally.objects.filter(n_assets__gt=0).annotate(n=_HowMany(some))
    return {kind: Count(min(n, COUNTED), n > COUNTED) for kind, n in found.values_list("kind", "n")}


def _order(filters: Filters) -> tuple[str, ...]:
    if filters.order == "-id":
        return ("id",)
    if filters.order in ("year", "-year") and not filters.undated:
        return ("in_service_year", "id")
    if filters.place and filters.place not in ("15", "none"):
        return ("place_id", "id")
    if filters.from_year is not None or filters.to_year is not None:
        return ("in_service_year", "id")
    return ("id",)


def _named(rows: QuerySet[Asset], filters: Filters) -> QuerySet[Asset]:
    """Things whose name holds the text, found by its pairs of letters, or whose identity it is."""
    pairs = names.wanted(filters.text)
    kinds_asked = [filters.kind] if filters.kind else list(kinds.all_kinds())
    hashes = identity_hashes(filters.text, filters.kind)
    exact = list(
        rows.filter(kind__in=kinds_asked, identity_hash__in=hashes).values_list("id", flat=True)[:20]
    )
    if not pairs:
        return rows.filter(pk__in=exact)
    # The pairs of 9 and 99 are the same: the name itself has the last word.
    fragment = unicodedata.normalize("NFKC", filters.text).strip()
    if connection.vendor == "postgresql":
        # Not by LIKE: PostgreSQL takes it for far rarer than it is, and would rather read a whole index.
        inside = RawSQL("strpos(lower(registry_asset.name), lower(%s)) > 0", [fragment], BooleanField())
        held = Q(inside) if len(fragment) > 1 else Q()
        few = _matches_of_pairs(pairs, _FEW + 1)
        # Left to itself, PostgreSQL walks a whole index in search of fifty names that nothing has.
        found_by, given = (
            ("registry_asset.id = ANY(%s)", few) if len(few) <= _FEW else (f"{_PAIRS} @> %s::text[]", pairs)
        )
        named = Q(RawSQL(found_by, [given], BooleanField())) & held
        return rows.filter(Q(pk__in=exact) | named) if exact else rows.filter(named)
    held = Q(name__icontains=fragment) if len(fragment) > 1 else Q()
    match = " AND ".join(f'"{p}"' for p in pairs)
    few = _matches(match, _FEW + 1)
    if len(few) <= _FEW:
        return rows.filter(Q(pk__in=exact) | Q(pk__in=few) & held)
    # So many names hold it that the page is soon filled by walking the index of the other conditions.
    has_pairs = "EXISTS (SELECT 1 FROM registry_asset_names(%s) AS n WHERE n.rowid = registry_asset.id)"
    return rows.filter(Q(RawSQL(has_pairs, [match], BooleanField())) & held)


def _matches_of_pairs(pairs: list[str], limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM registry_asset WHERE {_PAIRS} @> %s::text[] LIMIT %s", [pairs, limit])
        return [pk for (pk,) in cursor.fetchall()]


def _matches(match: str, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM registry_asset_names WHERE registry_asset_names MATCH %s LIMIT %s",
            [match, limit],
        )
        return [pk for (pk,) in cursor.fetchall()]


def find(text: str, kind: str | None = None, limit: int = 20) -> list[Asset]:
    """Things with this identity, then things whose name holds this fragment.

    Cost does not grow with the table.
    """
    kinds_asked = [kind] if kind else list(kinds.all_kinds())
    exact = Asset.objects.filter(kind__in=kinds_asked, identity_hash__in=identity_hashes(text, kind))
    found = list(exact.select_related("place")[:limit])
    if len(found) < limit:
        known = {a.pk for a in found}
        named = inventory(Filters(kind=kind, text=text), limit=limit).rows
        found += [a for a in named if a.pk not in known][: limit - len(found)]
    return found
