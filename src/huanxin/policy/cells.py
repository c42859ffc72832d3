"""Cells of a person's file, read as `decide` reads a fact: labels become codes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from .dialects import write
from .duck import ROW
from .facts import Fact, FactError
from .rows import BadRows, rows_of
from .scope import column
from .wording import Message as _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import duckdb

_SHOWN = 20
_BATCH = 20_000
_BINARY = ("FLOAT", "DOUBLE")


@dataclass(frozen=True)
class _Cells:
    """The different cells of a column, each with its value, in a table of their own."""

    fact: Fact
    kind: str
    table: str

    def met(self) -> exp.Expr:
        """The condition under which a numbered row holds a cell of the table."""
        return exp.EQ(this=_text(_of_row(self.fact.name)), expression=exp.column("cell", table=self.table))

    def parse(self, cell: str, on: dt.date) -> str | None:
        """The value as text that the database casts without loss. Raises `FactError`."""
        # As a number the noise of 0.1 + 0.2 is known for what it is.
        value = self.fact.parse(float(cell) if self.kind in _BINARY else cell, on)
        if value is None:
            return None
        return f"{value:f}" if isinstance(value, Decimal) else str(value)


def read_cells(
    connection: duckdb.DuckDBPyConnection,
    cases: Path,
    facts: Mapping[str, Fact],
    given: Mapping[str, str],
    on: dt.date,
) -> tuple[exp.Select, dict[str, str]]:
    """A SELECT of numbered rows whose columns are the facts that the file gives, and the types of those.

    Columns that have their fact's type and are no text stay as they are; of others each different cell is
    read once. A day after `on` is none of something past. Raises `BadRows`, naming the first 20 bad cells.
    """
    present = {name: kind for name, kind in given.items() if name in facts}
    number = exp.alias_(exp.Window(this=exp.RowNumber()), ROW, quoted=True)
    numbered = exp.select(*(column(name) for name in present), number).from_(rows_of(cases).subquery("given"))
    unread = [
        _Cells(facts[name], kind, f"cells_{n}")
        for n, (name, kind) in enumerate(present.items())
        if not _is_typed(facts[name], kind)
    ]
    bad = [(cells, n) for cells in unread if (n := _fill(connection, cells, cases, on))]
    if bad:
        raise BadRows(*_refusals(connection, bad, numbered, cases, on))
    read = {cells.fact.name: cells for cells in unread}
    source = exp.select(_of_row(ROW)).from_(numbered.subquery("numbered"))
    for name in present:
        value = exp.column("value", table=read[name].table) if name in read else _of_row(name)
        source.select(exp.alias_(value, name, quoted=True), copy=False)
    for cells in unread:
        source.join(exp.to_table(cells.table), on=cells.met(), join_type="left", copy=False)
    return source, present | {name: facts[name].duck_type for name in read}


def _of_row(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table="numbered")


def _text(cell: exp.Expr) -> exp.Expr:
    return exp.cast(cell, "VARCHAR")


def _is_typed(fact: Fact, kind: str) -> bool:
    if fact.type == "date" and kind.startswith("TIMESTAMP"):
        return True
    return kind.replace(" ", "") == fact.duck_type != "VARCHAR"


def _fill(connection: duckdb.DuckDBPyConnection, cells: _Cells, cases: Path, on: dt.date) -> int:
    """Read the different cells of a column into their table; how many of them are bad."""
    connection.execute(
        f"CREATE TEMP TABLE {cells.table} (cell VARCHAR, value {cells.fact.duck_type}, is_bad BOOLEAN)"
    )
    cell = column(cells.fact.name)
    different = exp.select(exp.alias_(_text(cell), "cell")).distinct().from_(rows_of(cases).subquery("given"))
    different = different.where(exp.Not(this=exp.Is(this=cell.copy(), expression=exp.null())))
    # A result is read batch by batch on a connection of its own: to fill the table would end it.
    reader = connection.cursor()
    n_bad = 0
    try:
        reader.execute(write(different, "duckdb"))
        while batch := reader.fetchmany(_BATCH):
            n_bad += _insert(connection, cells, (cell for (cell,) in batch), on)
    finally:
        reader.close()
    return n_bad


def _insert(connection: duckdb.DuckDBPyConnection, cells: _Cells, batch: Iterable[str], on: dt.date) -> int:
    rows: dict[str, list[str | bool | None]] = {"cell": [], "value": [], "is_bad": []}
    for cell in batch:
        value, is_bad = None, False
        try:
            value = cells.parse(cell, on)
        except FactError:
            is_bad = True
        for name, item in zip(rows, (cell, value, is_bad), strict=True):
            rows[name].append(item)
    schema = pa.schema({"cell": pa.string(), "value": pa.string(), "is_bad": pa.bool_()})
    connection.register("batch", pa.table(rows, schema=schema))
    connection.execute(
        f"INSERT INTO {cells.table} SELECT cell, value::{cells.fact.duck_type}, is_bad FROM batch"
    )
    connection.unregister("batch")
    return sum(map(bool, rows["is_bad"]))


def _refusals(
    connection: duckdb.DuckDBPyConnection,
    bad: Sequence[tuple[_Cells, int]],
    numbered: exp.Select,
    cases: Path,
    on: dt.date,
) -> list[_]:
    """A sentence for each of the first bad cells, the same cell in one column said once."""
    found = []
    for cells, _n in bad:
        table, met = cells.table, cells.met().sql("duckdb")
        rows = numbered.subquery("numbered").sql("duckdb")
        first = connection.execute(
            f'SELECT min("{ROW}"), count(*), {table}.cell FROM {rows} JOIN {table} ON {met}'
            f" WHERE {table}.is_bad GROUP BY ALL ORDER BY 1 LIMIT {_SHOWN}"
        ).fetchall()
        found += [(n, times, cells, cell) for n, times, cell in first]
    found.sort(key=lambda one: one[0])
    said = [_refusal(cases, *one, on) for one in found[:_SHOWN]]
    more = sum(n for _cells, n in bad) - len(said)
    if more > 0:
        said.append(_("… and {n} more", n=f"{more:,}"))
    return said


def _refusal(cases: Path, row: int, times: int, cells: _Cells, cell: str, on: dt.date) -> _:
    try:
        cells.parse(cell, on)
    except FactError as error:
        what = error.of_file()
    # The line of headings is the first of a CSV file.
    row = row if cases.suffix == ".parquet" else row + 1
    words = {"file": cases, "n": row, "name": cells.fact.name, "what": what}
    if times == 1:
        return _("{file}, row {n}, column “{name}”: {what}", **words)
    more = f"{times - 1:,}"
    return _("{file}, row {n} and {more} more, column “{name}”: {what}", **words, more=more)
