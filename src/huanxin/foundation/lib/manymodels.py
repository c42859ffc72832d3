"""Rows of models written many at a time: on PostgreSQL as one JSON document, elsewhere Django's own way.

Django's `bulk_create` gives every cell a placeholder where a column holds JSON or bytes, which costs more
than the database does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

M = TypeVar("M", bound=models.Model)
Field = Any


def create(rows: Sequence[M]) -> list[M]:
    """Insert rows of one model, each without an id yet; they get theirs. One statement."""
    if connection.vendor != "postgresql" or not rows:
        return type(rows[0])._default_manager.bulk_create(rows) if rows else []
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    cells = [(f"c{n}", field.attname, _plain(field)) for n, field in enumerate(fields)]
    said = [{key: plain(getattr(row, name)) for key, name, plain in cells} for row in rows]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_read(field, f"c{n}") for n, field in enumerate(fields))
    sql = f'INSERT INTO "{meta.db_table}" ({columns}) SELECT {values} FROM {_rows(fields)}'
    with connection.cursor() as cursor:
        cursor.execute(f'{sql} RETURNING "{meta.pk.column}"', [_written(said)])
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk, row._state.adding, row._state.db = pk, False, connection.alias
    return list(rows)


def update(rows: Sequence[M], names: Sequence[str], seen: Sequence[dict[str, Any]]) -> int:
    """Write these columns of rows of one model, each only if the database has what was `seen` of it before.

    Returns how many were written. One statement on PostgreSQL, one for each row elsewhere.
    """
    if not rows:
        return 0
    model = type(rows[0])
    if connection.vendor != "postgresql":
        return sum(
            model._default_manager.filter(pk=row.pk, **before).update(**{n: getattr(row, n) for n in names})
            for row, before in zip(rows, seen, strict=True)
        )
    meta = model._meta
    new: list[Field] = [meta.get_field(name) for name in names]
    old: list[Field] = [meta.get_field(name) for name in seen[0]]
    cells = [(f"c{n}", field.attname, _plain(field)) for n, field in enumerate([*new, meta.pk])]
    before = [(f"c{n}", field.name, _plain(field)) for n, field in enumerate(old, len(cells))]
    said = [
        {key: plain(getattr(row, name)) for key, name, plain in cells}
        | {key: plain(had[name]) for key, name, plain in before}
        for row, had in zip(rows, seen, strict=True)
    ]
    sets = ", ".join(f'"{field.column}" = {_read(field, f"c{n}")}' for n, field in enumerate(new))
    keys = enumerate([meta.pk, *old], len(new))
    where = " AND ".join(f't."{field.column}" = {_read(field, f"c{n}")}' for n, field in keys)
    sql = f'UPDATE "{meta.db_table}" AS t SET {sets} FROM {_rows([*new, meta.pk, *old])} WHERE {where}'
    with connection.cursor() as cursor:
        cursor.execute(sql, [_written(said)])
        return int(cursor.rowcount)


def _rows(fields: Sequence[Field]) -> str:
    """The document as rows. Texts have no length there: one that is too long is refused, not cut."""
    types = ", ".join(f"c{n} {_type(field)}" for n, field in enumerate(fields))
    return f"jsonb_to_recordset(%s::jsonb) AS v({types})"


def _type(field: Field) -> str:
    found = str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
    return "text" if found.startswith("varchar") or found == "bytea" else found


def _read(field: Field, name: str) -> str:
    return f"decode(v.{name}, 'hex')" if field.db_type(connection) == "bytea" else f"v.{name}"


def _written(said: Sequence[dict[str, Any]]) -> str:
    return json.dumps(said, ensure_ascii=False)


def _plain(field: Field) -> Callable[[Any], Any]:
    """How a cell stands in the document."""
    if isinstance(field, models.JSONField):
        encoder = field.encoder
        return (lambda value: json.loads(json.dumps(value, cls=encoder))) if encoder else _same
    if isinstance(field, models.BinaryField):
        return lambda value: None if value is None else bytes(value).hex()
    if isinstance(field, models.DateField):  # and of an instant
        return lambda value: None if value is None else value.isoformat()
    if isinstance(field, models.ForeignKey):
        return _plain(field.target_field)
    if isinstance(field, models.CharField | models.TextField | models.BooleanField | models.AutoField):
        return _same
    return lambda value: _number(field.get_prep_value(value))


def _same(value: Any) -> Any:
    return value


def _number(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else str(value)
