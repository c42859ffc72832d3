"""The things of a kind as Parquet, for screening: read again only where something changed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast

from huanxin.foundation.lib.whole import written_whole

from . import kinds
from .models import Asset, KindTally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from huanxin.policy import Pack

_ROWS_AT_ONCE = 50_000
_RAW = pa.schema(
    [
        ("asset", pa.int64()),
        ("place", pa.string()),
        ("sample", pa.bool_()),
        ("gone", pa.bool_()),
        ("facts", pa.string()),
    ]
)


@dataclass(frozen=True)
class Snapshot:
    """Things of a kind as they stood after change number `up_to`; `digest` is the file's sha256.

    Columns: `asset`, `place`, `sample`, then one for each fact of the kind, typed by its `duck_type`.
    Dismantled things are not in it. Identities that are kept encrypted are not in it either: their column
    is empty.
    """

    path: Path
    up_to: int
    n: int
    digest: str


def snapshot(kind: str, place: str | None = None) -> Snapshot:
    """The present snapshot of a kind, for a place and all below it or for everything.

    Made anew from the database the first time; then only the changed rows are read and merged with the last
    file; if nothing changed, the file is there already. Files are never altered, so a run can be repeated
    on its own.
    """
    pack = kinds.kind(kind)
    up_to = KindTally.objects.filter(kind=kind).values_list("changed", flat=True).first() or 0
    folder = settings.VAR / "snapshots" / kind
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / f"{_shape(pack)}-{up_to:012}.parquet"
    if not whole.exists():
        _make(pack, whole, _latest(folder, _shape(pack), up_to))
    if not place or place == "15":
        return _told(whole, up_to)
    part = folder / f"{_shape(pack)}-{up_to:012}-{int(place)}.parquet"
    if not part.exists():
        _copy(
            f"SELECT * FROM read_parquet({_quoted(whole)})"
            f" WHERE starts_with(place, '{int(place)}') ORDER BY asset",
            part,
        )
    return _told(part, up_to)


def rows_of(pack: Pack, changed_after: int = -1) -> Iterator[pa.Table]:
    """The things of a kind in order of id, typed, some thousand at a time; `gone` marks the dismantled."""
    found = Asset.objects.filter(kind=pack.id)
    if changed_after >= 0:
        found = found.filter(changed__gt=changed_after)
    found = found.order_by("id").annotate(facts=Cast("attributes", TextField()))
    rows = found.values_list("id", "place_id", "sample", "state", "facts").iterator(chunk_size=10_000)
    con = duckdb.connect()
    query = _typed(pack)
    batch: list[tuple[Any, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _ROWS_AT_ONCE:
            yield _table(con, query, batch)
            batch = []
    yield _table(con, query, batch)


def _table(con: duckdb.DuckDBPyConnection, query: str, batch: list[tuple[Any, ...]]) -> pa.Table:
    ids, places, samples, states, facts = zip(*batch, strict=True) if batch else ((), (), (), (), ())
    gone = [state == Asset.State.DISMANTLED for state in states]
    columns = [list(ids), list(places), list(samples), gone, list(facts)]
    raw = pa.table([pa.array(c, f.type) for c, f in zip(columns, _RAW, strict=True)], schema=_RAW)
    con.register("raw", raw)
    return con.sql(query).to_arrow_table()


def _typed(pack: Pack) -> str:
    """Read the facts out of JSON by one pass over each text.

    What no longer fits its fact's type becomes empty.
    """
    names = list(pack.facts)
    shape = "{" + ", ".join(f'"{n}": "VARCHAR"' for n in names) + "}"
    typed = ", ".join(f'TRY_CAST(f."{n}" AS {pack.facts[n].duck_type}) AS "{n}"' for n in names)
    return (
        f"SELECT asset, place, sample, gone, {typed} FROM "
        f"(SELECT asset, place, sample, gone, from_json(facts, '{shape}') AS f FROM raw)"
    )


def _shape(pack: Pack) -> str:
    """Changes when the kind's facts do; a file of another shape is not merged with."""
    told = ";".join(f"{n} {f.duck_type}" for n, f in pack.facts.items())
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def _latest(folder: Path, shape: str, up_to: int) -> tuple[Path, int] | None:
    found = []
    for path in folder.glob(f"{shape}-{'[0-9]' * 12}.parquet"):
        number = int(path.stem.split("-")[1])
        if number < up_to:
            found.append((path, number))
    return max(found, key=lambda f: f[1], default=None)


def _make(pack: Pack, path: Path, base: tuple[Path, int] | None) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.rows")
    try:
        after = base[1] if base else -1
        writer = None
        for table in rows_of(pack, after):
            writer = writer or pq.ParquetWriter(fresh, table.schema, compression="zstd")
            writer.write_table(table)
        assert writer is not None
        writer.close()
        rows = f"SELECT * EXCLUDE (gone) FROM read_parquet({_quoted(fresh)}) WHERE NOT gone"
        if base is not None:
            changed = f"SELECT asset FROM read_parquet({_quoted(fresh)})"
            kept = f"SELECT * FROM read_parquet({_quoted(base[0])}) WHERE asset NOT IN ({changed})"
            rows = f"SELECT * FROM ({kept} UNION ALL {rows})"
        _copy(f"{rows} ORDER BY asset", path)
    finally:
        fresh.unlink(missing_ok=True)


def _copy(query: str, path: Path) -> None:
    """Write a query's rows, in their order."""
    with written_whole(path) as made, duckdb.connect() as con:
        con.execute("SET preserve_insertion_order = true")
        con.execute(f"COPY ({query}) TO {_quoted(made)} (FORMAT parquet, COMPRESSION zstd)")


def _told(path: Path, up_to: int) -> Snapshot:
    beside = path.with_suffix(".sha256")
    if not beside.exists():
        with path.open("rb") as stream:
            beside.write_text(hashlib.file_digest(stream, "sha256").hexdigest())
    return Snapshot(path, up_to, pq.read_metadata(path).num_rows, beside.read_text())


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
