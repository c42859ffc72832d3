"""Who writes which table, watched in every test: a room's tables are written by that room's code alone."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOMS = ("access", "outbox", "rulebook", "registry", "ledger", "claims", "renewal", "tradein")
_WRITE = re.compile(
    rf"""^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|COPY)\s+"?({"|".join(ROOMS)})_""",
    re.IGNORECASE,
)
_MODULE = re.compile(r"huanxin\.(?:foundation\.)?(\w+)")


class WrongOwner(AssertionError):
    """A room wrote a table that is another's."""


def owner_of(sql: str) -> str | None:
    """The room whose table a statement writes; None if it writes none of a room."""
    found = _WRITE.match(sql)
    return found.group(1).lower() if found else None


def owner_who_writes(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Refuse a write whose nearest frame of ours is of another room; a test may arrange what it likes."""
    if isinstance(sql, str) and (owner := owner_of(sql)) and (writer := _writer()) not in (None, owner):
        raise WrongOwner(
            f"{writer} writes a table of {owner}: call huanxin.{owner}.services instead, "
            f"and add the deed there if it is missing\n{sql[:200]}"
        )
    return execute(sql, params, many, context)


def _writer() -> str | None:
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith("tests."):
            return None
        if (found := _MODULE.match(name)) and ".migrations." not in name and found.group(1) != "lib":
            return found.group(1)
        frame = frame.f_back  # type: ignore[assignment]
    return None


def watch(sender: object = None, connection: Any = None, **_signal: object) -> None:
    """Put the wrapper on a connection when it opens."""
    if owner_who_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(owner_who_writes)
