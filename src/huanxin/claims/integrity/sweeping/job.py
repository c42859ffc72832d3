"""One DuckDB job over a snapshot of all claims: no claim goes through Python, only what was found."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from .. import ports as offices
from . import behaviour, doubles, people, pictures, prices, registers, rings, sharing
from .hits import TABLES, Hit, strongest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from huanxin.foundation.lib.progress import Progress

_TYPES = {
    "date": "DATE", "boolean": "BOOLEAN", "decimal": "DECIMAL(18,4)", "integer": "BIGINT", "text": "VARCHAR",
}  # fmt: skip
# Claims that live, with the shop's key, the yard that took the old car and the officer who first let it pass.
_CLAIMS = """
CREATE TABLE c AS
SELECT c.* REPLACE (coalesce(c.merchant, '') AS merchant), s.key AS merchant_key, y.recycler, o.officer,
  coalesce(c.sold_at, c.submitted_at) AS happened_at
FROM claims c LEFT JOIN shops s ON s.merchant = c.merchant
  LEFT JOIN (SELECT t.claim, any_value(r.recycler) AS recycler FROM traces t JOIN port_recycling r ON r.key
    = t.key
    WHERE t.kind = 'old' GROUP BY t.claim) y ON y.claim = c.id
  LEFT JOIN (SELECT claim, arg_min(who, n) AS officer FROM steps
    WHERE deed IN ('accept', 'approve', 'pass') AND who IS NOT NULL GROUP BY claim) o ON o.claim = c.id
WHERE c.is_alive"""
# Lists are made of the few keys that two claims have; counting first takes a third of the time of listing
# all.
_SHARED = "\nUNION ALL ".join(
    f"SELECT '{kind}' AS kind, {kind} AS key, id AS claim, applicant, cents, merchant FROM c"
    f" WHERE {kind} IN (SELECT {kind} FROM c WHERE {kind} IS NOT NULL GROUP BY {kind}"
    f" HAVING min(applicant) < max(applicant))"
    for kind in sharing.FEWEST
)


@dataclass(frozen=True)
class Swept:
    """What one run found, how many claims it looked at, and how long each part took, in seconds."""

    n_claims: int
    hits: list[Hit]
    seconds: dict[str, float] = field(default_factory=dict)


def sweep(
    snapshot: Path, ports: frozenset[str], *, progress: Progress | None = None, memory: str = ""
) -> Swept:
    """Run every check over a folder of Parquet files, one for each table of `hits.TABLES`.

    `ports` are those for which a file came in; a check that needs another is left out. Cost: linear in the
      claims.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        if memory:
            connection.execute("SET memory_limit = ?", [memory])
        connection.execute(f"SET temp_directory = '{_quoted(snapshot)}'")
        return _swept(connection, snapshot, ports, progress)


def _swept(
    connection: duckdb.DuckDBPyConnection, snapshot: Path, ports: frozenset[str], progress: Progress | None
) -> Swept:
    seconds: dict[str, float] = {}
    hits: list[Hit] = []
    began = time.perf_counter()
    _open(connection, snapshot)
    seconds["open"] = time.perf_counter() - began
    parts = list(_parts(connection, ports))
    for done, (name, find) in enumerate(parts):
        if progress is not None:
            progress(done, len(parts), name)
        began = time.perf_counter()
        hits += find()
        seconds[name] = time.perf_counter() - began
    ((n,),) = connection.execute("SELECT count(*) FROM claims").fetchall()
    return Swept(int(n), strongest(hits), seconds)


def _parts(
    connection: duckdb.DuckDBPyConnection, ports: frozenset[str]
) -> Iterator[tuple[str, Callable[[], list[Hit]]]]:
    for module in (doubles, prices, sharing, behaviour):
        for name, statement in module.STATEMENTS.items():
            yield name, lambda statement=statement: _ask(connection, statement)  # type: ignore[misc]
    for name, statement in registers.STATEMENTS.items():
        if ports.issuperset(registers.NEEDS[name]):
            yield name, lambda statement=statement: _ask(connection, statement)  # type: ignore[misc]
    yield "pictures", lambda: pictures.find(connection)
    yield "rings", lambda: rings.find(connection)
    yield "people", lambda: people.find(connection)


def _ask(connection: duckdb.DuckDBPyConnection, statement: str) -> list[Hit]:
    rows = connection.execute(
        f"SELECT check_id, key, strength, claims, subject, why FROM ({statement})"
    ).fetchall()
    return [
        Hit(check, key, min(100, max(0, int(strength))), json.loads(why), tuple(claims or ()), subject or "")
        for check, key, strength, claims, subject, why in rows
    ]


def _open(connection: duckdb.DuckDBPyConnection, snapshot: Path) -> None:
    for name in TABLES:
        connection.execute(
            f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{_quoted(snapshot / f'{name}.parquet')}')"
        )
    for port in offices.PORTS.values():
        columns = "".join(f', {_column(f.name, f.type)} AS "{f.name}"' for f in port.fields)
        key = f", says->>'$.{port.key.name}' AS \"{port.key.name}\"" if port.key.type == "text" else ""
        connection.execute(
            f"CREATE TABLE port_{port.id} AS SELECT key{key}{columns} FROM entries WHERE port = '{port.id}'"
        )
    connection.execute(_CLAIMS)
    connection.execute(f"CREATE TABLE shared AS {_SHARED}")


def _column(name: str, type_: str) -> str:
    told = f"says->>'$.{name}'"
    # Numbers of people and accounts stand as hexadecimal hashes: the first eight bytes, as everywhere in a
    # snapshot.
    return (
        f"CAST('0x' || left({told}, 16) AS UBIGINT)"
        if type_ in ("person", "account", "name")
        else f"TRY_CAST({told} AS {_TYPES[type_]})"
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
