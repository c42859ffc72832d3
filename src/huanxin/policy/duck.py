"""Where a pack's query meets DuckDB: connections that can reach nothing, statements kept ready."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from . import typed
from .dialects import write
from .scope import ON

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from .compile import Compiled
    from .facts import Fact, Value

_KEPT_STATEMENTS = 256
# Which of some rows an answer belongs to.
ROW = "#row"
_thread = threading.local()
_numbers = itertools.count()


def connect(
    *, threads: int | None = None, memory: str | None = None, spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """An empty database for bulk work. `memory` such as '3GB'; beyond it DuckDB spills to `spill`."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    if memory:
        config["memory_limit"] = memory
    if threads:
        config["threads"] = threads
    if spill:
        config["temp_directory"] = str(spill)
    return duckdb.connect(config=config)


@dataclass
class _Single:
    """A connection for single cases, which can touch neither files nor the network, and its statements."""

    connection: duckdb.DuckDBPyConnection
    process: int
    statements: OrderedDict[object, str] = field(default_factory=OrderedDict)

    def prepared(self, key: object, make: Callable[[], exp.Expr]) -> str:
        """The name of the statement under `key`, prepared if it is new."""
        name = self.statements.get(key)
        if name is not None:
            self.statements.move_to_end(key)
            return name
        name = f"q{next(_numbers)}"
        self.connection.execute(f"PREPARE {name} AS {write(make(), 'duckdb')}")
        self.statements[key] = name
        if len(self.statements) > _KEPT_STATEMENTS:
            self.connection.execute(f"DEALLOCATE {self.statements.popitem(last=False)[1]}")
        return name


def _opened(found: _Single | None) -> _Single:
    """`found` if this process opened it, or a new one: a connection does not outlive a fork."""
    if found is not None and found.process == os.getpid():
        return found
    connection = connect(threads=1)
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return _Single(connection, os.getpid())


def _single() -> _Single:
    """The one of this thread."""
    _thread.single = _opened(getattr(_thread, "single", None))
    return _thread.single  # type: ignore[no-any-return]


class _Several:
    """The one of this process, for cases that are decided together: one thread at a time."""

    single: _Single | None = None
    door = threading.Lock()


def parameter_source(facts: Mapping[str, Fact]) -> tuple[exp.Expr, dict[str, str]]:
    """A relation of one row whose columns are parameters: the facts in order, then the day."""
    columns = [
        exp.alias_(typed.cast(exp.Parameter(this=exp.Literal.number(n)), fact.duck_type), name, quoted=True)
        for n, (name, fact) in enumerate(facts.items(), start=1)
    ]
    on = typed.cast(exp.Parameter(this=exp.Literal.number(len(columns) + 1)), "DATE")
    source = exp.select(*columns, exp.alias_(on, ON, quoted=True)).subquery("raw")
    return source, {name: fact.duck_type for name, fact in facts.items()}


def ask_once(
    key: object,
    make: Callable[[], exp.Expr],
    facts: Mapping[str, Fact],
    values: Sequence[Value | None],
    on: dt.date,
) -> tuple[list[str], tuple[object, ...]]:
    """Run a one-row query over the facts, prepared under `key`; `make` gives its tree when it is new.

    Returns the names of the columns and the row. DuckDB plans anew for every bound parameter but not for a
    prepared statement called with constants of the right type, which takes half the time: so the values,
    all typed by now, are written into the call.
    """
    single = _single()
    connection, name = single.connection, single.prepared(key, make)
    constants = [_constant(v, fact.duck_type) for v, fact in zip(values, facts.values(), strict=True)]
    connection.execute(f"EXECUTE {name}({', '.join([*constants, _constant(on, 'DATE')])})")
    row = connection.fetchone()
    assert row is not None
    return [column[0] for column in connection.description or []], row


def parameter_rows(facts: Mapping[str, Fact]) -> tuple[exp.Expr, dict[str, str]]:
    """Like `parameter_source`, of some rows: each parameter is a list, the last but one numbers the rows."""

    def unnested(n: int, duck_type: str) -> exp.Expr:
        return exp.func("unnest", typed.cast(exp.Parameter(this=exp.Literal.number(n)), f"{duck_type}[]"))

    columns = [
        exp.alias_(unnested(n, fact.duck_type), name, quoted=True)
        for n, (name, fact) in enumerate(facts.items(), start=1)
    ]
    columns.append(exp.alias_(unnested(len(facts) + 1, "BIGINT"), ROW, quoted=True))
    on = typed.cast(exp.Parameter(this=exp.Literal.number(len(facts) + 2)), "DATE")
    source = exp.select(*columns, exp.alias_(on, ON, quoted=True)).subquery("raw")
    return source, {name: fact.duck_type for name, fact in facts.items()}


def ask_several(
    key: object,
    make: Callable[[], exp.Expr],
    facts: Mapping[str, Fact],
    rows: Mapping[int, Sequence[Value | None]],
    on: dt.date,
) -> dict[int, dict[str, object]]:
    """Like `ask_once` for some rows by their numbers, over `parameter_rows`; the answers by number."""
    if not rows:
        return {}
    lists = [
        _list([row[at] for row in rows.values()], fact.duck_type) for at, fact in enumerate(facts.values())
    ]
    numbers = f"[{', '.join(map(str, rows))}]"
    with _Several.door:
        single = _Several.single = _opened(_Several.single)
        name = single.prepared(key, make)
        single.connection.execute(f"EXECUTE {name}({', '.join([*lists, numbers, _constant(on, 'DATE')])})")
        names = [column[0] for column in single.connection.description or []]
        found = single.connection.fetchall()
    answers = (dict(zip(names, row, strict=True)) for row in found)
    return {int(answer[ROW]): answer for answer in answers}


def _list(cells: Sequence[Value | None], duck_type: str) -> str:
    """A list as a constant. One that says nothing is empty: what is shorter than the others is filled up."""
    if all(cell is None for cell in cells):
        return f"CAST([] AS {duck_type}[])"
    return f"[{', '.join('NULL' if cell is None else _constant(cell, duck_type) for cell in cells)}]"


def _constant(value: Value | None, duck_type: str) -> str:
    """A typed value as a constant of SQL. Text is quoted; everything else has been parsed into its type."""
    if value is None:
        return f"CAST(NULL AS {duck_type})"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    return (
        f"CAST({value:f} AS {duck_type})" if isinstance(value, Decimal) else f"CAST({value} AS {duck_type})"
    )


def key_of(compiled: Compiled, purpose: str) -> tuple[str, str, dt.date]:
    return (purpose, compiled.pack.digest, compiled.known_on)
