"""A room writes its own tables, and nobody else's."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.owners import WrongOwner, owner_of, owner_who_writes

pytestmark = pytest.mark.django_db


def test_a_write_is_known_by_its_table() -> None:
    assert owner_of('INSERT INTO "registry_asset" ("kind") VALUES (%s)') == "registry"
    assert owner_of('update access_mandate set "until" = %s') == "access"
    assert owner_of('SELECT * FROM "registry_asset"') is None
    assert owner_of('DELETE FROM "django_session"') is None


def test_another_rooms_write_is_refused_while_tests_run() -> None:
    # As if code of renewal wrote a table of registry, past its services.
    code = compile("cursor.execute('UPDATE registry_place SET name_zh = name_zh')", "reach.py", "exec")
    with connection.cursor() as cursor, pytest.raises(WrongOwner, match=r"huanxin\.registry\.services"):
        exec(code, {"__name__": "huanxin.renewal.screening.reach", "cursor": cursor})


def test_the_wrapper_watches_every_connection() -> None:
    assert owner_who_writes in connection.execute_wrappers
