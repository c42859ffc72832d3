"""Many rows in one statement with few parameters, where the ORM would cost more than the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# SQLite takes 32,766 parameters in a statement.
_MOST_PARAMETERS = 32_000


def insert(
    table: str,
    types: Mapping[str, str],
    rows: Sequence[Sequence[Any]],
    *,
    same: Mapping[str, Any] | None = None,
    joined: str = "",
    after: str = "",
    first: str = "",
) -> list[tuple[Any, ...]]:
    """Insert rows, and return what `after` (ON CONFLICT …, RETURNING …) says.

    `types` are the columns with their PostgreSQL types, in the order of a row's cells; `same` are columns
    that are equal in all rows. `joined` goes behind `FROM … AS c` and may leave rows out, or order them.
    `first` are statements that go to PostgreSQL with it, and are done before it. Cells are as the database
    takes them. All SQL comes from our code, never from outside.
    PostgreSQL gets one array for each column, however many rows there are; SQLite gets VALUES.
    """
    if not rows:
        return []
    shared = dict(same or {})
    names = ", ".join([*types, *shared])
    picked = ", ".join(f"c.{name}" for name in types) + ", %s" * len(shared)
    tail = f"{joined} {after}"
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in types.values())
        columns = [list(column) for column in zip(*rows, strict=True)]
        source = f"unnest({arrays}) AS c ({', '.join(types)})"
        sql = f"INSERT INTO {table} ({names}) SELECT {picked} FROM {source} {tail}"
        return said(sql, [*shared.values(), *columns], first=first, has_rows="RETURNING" in after)
    found: list[tuple[Any, ...]] = []
    most = _MOST_PARAMETERS // (len(types) + len(shared))
    for at in range(0, len(rows), most):
        some = rows[at : at + most]
        values = ", ".join([f"({', '.join(['%s'] * len(types))})"] * len(some))
        sql = f"WITH c ({', '.join(types)}) AS (VALUES {values}) INSERT INTO {table} ({names}) "
        # SQLite takes an ON of a conflict for one of a join, unless something stands between.
        sql += f"SELECT {picked} FROM c {joined or 'WHERE true'} {after}"
        cells = [cell for row in some for cell in row]
        found += said(sql, [*cells, *shared.values()], has_rows="RETURNING" in after)
    return found


def said(sql: str, cells: Sequence[Any], *, first: str = "", has_rows: bool = True) -> list[Any]:
    """The rows that a statement answers. `first` goes to PostgreSQL with it, and is done before it."""
    with connection.cursor() as cursor:
        cursor.execute(f"{first}; {sql}" if first else sql, cells)
        for _n in range(first.count(";") + 1 if first else 0):
            cursor.nextset()
        return list(cursor.fetchall()) if has_rows else []
