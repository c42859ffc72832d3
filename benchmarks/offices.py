"""Offices made for one run: a folder and a database of their own, both gone afterwards."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = "postgres://postgres@127.0.0.1:5432"


def has_postgres() -> bool:
    """Whether the server on loopback lets us in."""
    try:
        psycopg.connect(f"{SERVER}/postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def postgres_database() -> Iterator[str]:
    """The address of a new database, dropped at the end."""
    name = f"huanxin_bench_{os.getpid()}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{SERVER}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def office(url: str = "") -> Iterator[None]:
    """Django on an empty, migrated office with its places; once in a process. SQLite without an address."""
    with tempfile.TemporaryDirectory(prefix="huanxin-bench-") as var:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "huanxin.web.settings", "HUANXIN_DEV": "1", "HUANXIN_VAR": var,
            "DATABASE_URL": url,
        }  # fmt: skip
        os.environ.pop("HUANXIN_PACKS", None)
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections

        from huanxin.registry import services

        call_command("migrate", verbosity=0)
        services.load_places()
        try:
            yield
        finally:
            connections.close_all()
