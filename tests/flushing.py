"""Emptying the tables between tests that commit: append-only tables refuse it, so their triggers step aside.

Only here, in tests: the product has no way round its own triggers.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db.backends.base.operations import BaseDatabaseOperations

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLUSH = BaseDatabaseOperations.execute_sql_flush


@contextmanager
def _without_triggers(connection: Any) -> Iterator[None]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


def _flush(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
    with _without_triggers(self.connection):
        _FLUSH(self, sql_list)


def let_tests_flush() -> None:
    """Called once by conftest."""
    BaseDatabaseOperations.execute_sql_flush = _flush  # type: ignore[method-assign]
