"""DATABASE_URL."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from huanxin.web.database import from_url


def test_a_postgres_address_is_taken_apart() -> None:
    found = from_url("postgres://offi%40ce:se%2Fcret@db.example:5433/huanxin?sslmode=require")
    assert found["ENGINE"].endswith("postgresql")
    assert (found["USER"], found["PASSWORD"]) == ("offi@ce", "se/cret")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "huanxin")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_another_database_is_refused_with_what_to_write() -> None:
    with pytest.raises(ImproperlyConfigured, match="postgres://user:password@host"):
        from_url("mysql://root@db/huanxin")


@pytest.mark.django_db
def test_sqlite_waits_for_its_turn_and_holds_foreign_keys() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    with connection.cursor() as cursor:
        for pragma, value in (("foreign_keys", 1), ("busy_timeout", 30000)):
            cursor.execute(f"PRAGMA {pragma}")
            assert cursor.fetchone() == (value,)
