"""Lists out: a sheet of exactly what was asked for, or the whole registry as Parquet."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
from collections.abc import Generator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
from django.utils.translation import gettext as _
from xlsxwriter.exceptions import XlsxFileError

from huanxin.foundation.lib import reader, spreadsheets
from huanxin.foundation.lib.progress import Progress, silent
from huanxin.foundation.lib.whole import written_whole

from . import inventory, kinds, snapshots
from .blank_sheet import heading
from .models import Asset, Place
from .places.services import UnknownPlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import QuerySet

    from huanxin.policy import Fact


class UnknownFormat(Exception):
    """A file ending that nothing is written for."""


def export_rows(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write any list as `.xlsx` or `.csv`, by the path's ending; streamed. Returns the number of rows.

    Cells that a spreadsheet would run as a formula are made harmless. Raises `UnknownFormat`, and `OSError`
    with the path where it cannot be written.
    """
    write = {".xlsx": spreadsheets.write_xlsx, ".csv": spreadsheets.write_csv}.get(path.suffix)
    if write is None:
        raise UnknownFormat(
            _("“%(name)s”: write a name that ends in .xlsx, .csv or .parquet.") % {"name": path.name}
        )
    # Closed here, not whenever the interpreter comes to it: PostgreSQL's cursor would end in some later
    # transaction, and break it.
    ended = contextlib.closing(rows) if isinstance(rows, Generator) else contextlib.nullcontext()
    with ended, _written(path) as made:
        return write(made, headers, rows)


@contextlib.contextmanager
def _written(path: Path) -> Iterator[Path]:
    """A name to write a list to; where that fails, nothing new stays, and the error says so of `path`."""
    try:
        with written_whole(path) as made:
            yield made
    except (OSError, XlsxFileError, duckdb.IOException) as error:
        cause = error.args[0] if isinstance(error, XlsxFileError) and error.args else error
        number = getattr(cause, "errno", None) or errno.EIO
        raise OSError(number, os.strerror(number), str(path)) from error


def export_assets(
    path: Path, kind: str, filters: inventory.Filters | None = None, *, rows: QuerySet[Asset] | None = None,
    progress: Progress = silent,
) -> int:  # fmt: skip
    """The things of a kind that a filter leaves, with all their facts, as `.xlsx`, `.csv` or `.parquet`.

    Streamed in bounded memory. Identities are masked. Headings are those that an import recognises. Raises
    `UnknownFormat`, also for a filter on Parquet, which is the whole of a kind, and `UnknownPlace`.
    """
    path, pack = Path(path), kinds.kind(kind)
    filters = filters or inventory.Filters(kind=kind)
    if filters.place not in ("", "none") and not Place.objects.filter(code=filters.place).exists():
        raise UnknownPlace(_("There is no place with the code “%(code)s”.") % {"code": filters.place})
    if path.suffix == ".parquet":
        if filters != inventory.Filters(kind=kind):
            raise UnknownFormat(
                _("A .parquet file holds the whole of a kind. Ask for all of it, or choose .xlsx or .csv.")
            )
        return write_parquet(path, kind)
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
    asked = inventory.narrowed(filters, rows).filter(kind=kind)
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
    found = asked.select_related("holder").order_by("id")
    for n, asset in enumerate(found.iterator(chunk_size=2_000), 1):
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

    Returns the rows. Raises `OSError` with the path where it cannot be written.
    """
    if kind is not None:
        with (
            _written(path) as made,
            pq.ParquetFile((snapshot := snapshots.snapshot(kind)).path) as source,
            pq.ParquetWriter(made, source.schema_arrow, compression="zstd") as out,
        ):
            for batch in source.iter_batches():
                out.write_batch(batch)
        return snapshot.n
    path.mkdir(parents=True, exist_ok=True)
    return sum(write_parquet(path / f"{name}.parquet", name) for name in kinds.all_kinds())
