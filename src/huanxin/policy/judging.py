"""Verdicts of many rows: one query over a Parquet file, its answer another Parquet file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from .dialects import write
from .pack import ASSET_VERDICTS, CLAIM_VERDICTS
from .query import amount_column, judge, overall
from .scope import column

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from .compile import Compiled

Progress = Callable[[int, int | None, str], None]

# Numbers written as differences (version 2 of the format) take two thirds of the time and room of plain ones;
# a column of more than a few thousand values is not worth trying as a dictionary first.
WRITTEN = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 2000"


def write_verdicts(
    connection: duckdb.DuckDBPyConnection,
    compiled: Sequence[Compiled],
    parquet: Path,
    out: Path,
    *,
    on: dt.date,
    group_by: Sequence[str] = ("place",),
    measure: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Judge the rows of a Parquet file into another, in no order, as `screen` says; nothing is counted.

    `connection` keeps no order of rows afterwards.
    """
    connection.execute("SET preserve_insertion_order = false")
    text = verdict_query(connection, compiled, parquet, on=on, group_by=group_by, measure=measure)
    _Watch(connection, progress).run(f"COPY ({text}) TO '{quoted(out)}' ({WRITTEN})", "screening")


def verdict_query(
    connection: duckdb.DuckDBPyConnection,
    compiled: Sequence[Compiled],
    parquet: Path,
    *,
    on: dt.date,
    group_by: Sequence[str] = ("place",),
    measure: str | None = None,
) -> str:
    """The SELECT that judges the rows of a Parquet file, as text."""
    present = columns_of(connection, parquet)
    keys = [
        name
        for name in dict.fromkeys(["asset", *group_by, *([measure] if measure else [])])
        if name in present
    ]
    source = exp.select("*").from_(exp.func("read_parquet", exp.Literal.string(str(parquet)))).subquery("raw")
    query = judge(compiled, source, present, keys, on=on, verdict_type=_ONE_OF_FEW)
    verdict = exp.alias_(overall(compiled, _ONE_OF_FEW), "verdict", quoted=True)
    final = exp.select(*(column(k) for k in keys), verdict).from_("found")
    for pack in compiled:
        final.select(column(pack.pack.id), copy=False)
        final.select(*(column(pack.column(c.check.id)) for c in pack.checks), copy=False)
        if pack.amount is not None:
            paid = column(amount_column(pack))
            final.select(exp.alias_(paid, f"{pack.pack.id}.amount", quoted=True), copy=False)
    return write(final.with_("found", as_=query, copy=False), "duckdb")


# Text comes back from the file as text; made and written as one of few words it costs a third.
_ONE_OF_FEW = exp.DataType(
    this=exp.DType.ENUM,
    expressions=[exp.Literal.string(v) for v in dict.fromkeys((*ASSET_VERDICTS, *CLAIM_VERDICTS))],
    nested=False,
)


def columns_of(connection: duckdb.DuckDBPyConnection, parquet: Path) -> dict[str, str]:
    """The columns of a Parquet file and their DuckDB types."""
    rows = connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{quoted(parquet)}')").fetchall()
    return {row[0]: row[1] for row in rows}


def quoted(path: Path) -> str:
    """A path as it stands between quotes in SQL."""
    return str(path).replace("'", "''")


class _Watch:
    """Runs a statement and tells how far it is; without a listener it only runs it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, progress: Progress | None) -> None:
        self.connection, self.progress = connection, progress

    def run(self, statement: str, what: str) -> None:
        if self.progress is None:
            self.connection.execute(statement)
            return
        done = threading.Event()
        self.connection.execute("SET enable_progress_bar = true")
        self.connection.execute("SET enable_progress_bar_print = false")

        def tell() -> None:
            while not done.wait(0.3):
                percent = self.connection.query_progress()
                if percent >= 0 and self.progress is not None:
                    self.progress(int(percent), 100, what)

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        try:
            self.connection.execute(statement)
        finally:
            done.set()
            teller.join()
        self.progress(100, 100, what)
