"""DATABASE_URL: SQLite for one machine, PostgreSQL for an office and a region."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_SQLITE_START = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA busy_timeout = 30000;
PRAGMA foreign_keys = ON;
PRAGMA cache_size = -65536;
PRAGMA temp_store = MEMORY;
"""


def from_url(url: str) -> dict[str, Any]:
    """Django's database settings for `sqlite:///path` or `postgres://user:password@host:port/name?option=value`.

    An absolute path has a fourth slash: `sqlite:////srv/huanxin.sqlite3`.
    `pool=16` of PostgreSQL lets the threads of a process share at most so many connections.
    Raises ImproperlyConfigured for any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path[1:]))
    if parts.scheme in ("postgres", "postgresql"):
        options: dict[str, Any] = dict(parse_qsl(parts.query))
        if most := options.pop("pool", ""):
            options["pool"] = {"min_size": 1, "max_size": int(most), "timeout": 30}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 0 if most else 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    raise ImproperlyConfigured(
        f"DATABASE_URL begins with {parts.scheme!r}: write sqlite:///path/to/huanxin.sqlite3 "
        f"or postgres://user:password@host:5432/name"
    )


def _sqlite(path: str) -> dict[str, Any]:
    """One file, many readers beside one writer.

    IMMEDIATE takes the write lock when a transaction begins: two writers wait for each other, and neither is
    thrown out in the middle, as happens when a reader turns writer.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": _SQLITE_START},
        # A file for tests too: their browser and their second processes read it beside them.
        "TEST": {"NAME": f"{path}-test"},
    }
