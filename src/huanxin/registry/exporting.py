"""Lists out: a sheet of exactly what was asked for, or the whole registry as Parquet."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader, spreadsheets
from huanxin.foundation.lib.progress import Progress, silent

from . import inventory, kinds, snapshots
from .blank_sheet import heading
from .models import Asset, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import QuerySet

    from huanxin.policy import Fact


class UnknownFormat(Exception):
    """A file ending that nothing is written for."""


def export_rows(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write any list as `.xlsx` or `.csv`, by the path's ending; streamed. Returns the number of rows.

    Cells that a spreadsheet would run as a formula are made harmless. Raises `UnknownFormat`.
    """
    if path.suffix == ".xlsx":
        return spreadsheets.write_xlsx(path, headers, rows)
    if path.suffix == ".csv":
        return spreadsheets.write_csv(path, headers, rows)
    raise UnknownFormat(
        _("“%(name)s”: write a name that ends in .xlsx, .csv or .parquet.") % {"name": path.name}
    )


def export_assets(
    path: Path, kind: str, filters: inventory.Filters | None = None, *, rows: QuerySet[Asset] | None = None,
    progress: Progress = silent,
) -> int:  # fmt: skip
    """The things of a kind that a filter leaves, with all their facts, as `.xlsx`, `.csv` or `.parquet`.

    Streamed in bounded memory. Identities are masked. Headings are those that an import recognises.
    """
    path = Path(path)
    if path.suffix == ".parquet":
        return write_parquet(path, kind)
    pack = kinds.kind(kind)
    language = reader.language()
    assert pack.identity is not None
    facts = [f for n, f in pack.facts.items() if n != pack.identity.fact]
    identity = reader.said(pack.facts[pack.identity.fact].ask)
    headers = [
        identity,
        *(heading(f, language) for f in facts),
        _("Place code"),
        _("Place"),
        _("State of the place"),
        _("Holder"),
        _("Made up"),
        _("Source"),
    ]
    asked = inventory.narrowed(filters or inventory.Filters(kind=kind), rows).filter(kind=kind)
    return export_rows(path, headers, _cells(asked, facts, language, progress))


def export_every_kind(path: Path, filters: inventory.Filters, *, rows: QuerySet[Asset]) -> int:
    """What a filter leaves of all kinds, with what all things have, as `.xlsx` or `.csv`.

    Identities are masked.
    """
    titles = {name: reader.said(pack.title) for name, pack in kinds.all_kinds().items()}
    names = {p.code: reader.said(p) for p in Place.objects.all()}
    headers = [
        _("Name"),
        _("Kind of thing"),
        _("Identity"),
        _("Place code"),
        _("Place"),
        _("State of the place"),
        _("In service since"),
        _("State"),
        _("Holder"),
        _("Made up"),
        _("Source"),
    ]
    found = inventory.narrowed(filters, rows).select_related("holder").order_by("id")
    lines = (
        [
            a.name, titles.get(a.kind, a.kind), a.identity_shown, a.place_id, names.get(a.place_id or "", ""),
            a.get_place_state_display(), a.in_service_year, a.get_state_display(),
            a.holder.name if a.holder else "", _("Made up") if a.sample else "", a.source,
        ]
        for a in found.iterator(chunk_size=2_000)
    )  # fmt: skip
    return export_rows(path, headers, lines)


def _cells(
    asked: QuerySet[Asset], facts: list[Fact], language: str, progress: Progress
) -> Iterator[list[object]]:
    names = {p.code: p.say(language) for p in Place.objects.all()}
    found = asked.select_related("holder").order_by("id").iterator(chunk_size=2_000)
    for n, asset in enumerate(found, 1):
        known = asset.attributes
        yield [
            asset.identity_shown, *(export_cell(f, known.get(f.name), language) for f in facts),
            asset.place_id, names.get(asset.place_id or "", ""), asset.get_place_state_display(),
            asset.holder.name if asset.holder else "", _("Made up") if asset.sample else "", asset.source,
        ]  # fmt: skip
        if n % 5_000 == 0:
            progress(n, None, _("rows"))


def export_cell(fact: Fact, value: object, language: str) -> object:
    """What stands in a sheet for the value of a fact; nothing where it is not known."""
    if value is None:
        return None
    if fact.type == "decimal":
        return Decimal(str(value))
    if fact.type == "date":
        return dt.date.fromisoformat(str(value))
    if fact.type == "choice" and value in fact.of:
        return fact.of[str(value)].say(language)
    return (_("yes") if value else _("no")) if fact.type == "boolean" else value


def write_parquet(path: Path, kind: str | None = None) -> int:
    """The whole registry as Parquet: one file for a kind, or a folder with a file for each kind.

    Returns the rows.
    """
    if kind is not None:
        snapshot = snapshots.snapshot(kind)
        path.write_bytes(b"")
        with (
            pq.ParquetFile(snapshot.path) as source,
            pq.ParquetWriter(path, source.schema_arrow, compression="zstd") as out,
        ):
            for batch in source.iter_batches():
                out.write_batch(batch)
        return snapshot.n
    path.mkdir(parents=True, exist_ok=True)
    return sum(write_parquet(path / f"{name}.parquet", name) for name in kinds.all_kinds())
