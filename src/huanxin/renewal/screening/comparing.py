"""Two runs side by side: which verdicts changed, and what changed them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from .results import columns_of, quoted, read

if TYPE_CHECKING:
    from pathlib import Path

    from .models import Screening

SHOWN = frozenset({"asset", "place", "name", "measure", "in_service_year", "sample", "verdict", "missing"})


@dataclass(frozen=True)
class Moved:
    """So many things of a kind went from one verdict to another; `None` where they are in one run only."""

    kind: str
    before: str | None
    after: str | None
    n: int


@dataclass(frozen=True)
class Cause:
    """What changed verdicts: `rule` (a pack changed, came or went), `fact`, `day`, `arrived`, `gone`.

    `name` is the check or fact, `pack` the pack; `n` the things whose verdict changed and that it touches.
    """

    what: str
    kind: str
    pack: str
    name: str
    n: int


@dataclass
class Comparison:
    """The difference of two runs."""

    moved: list[Moved] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    changed_packs: list[str] = field(default_factory=list)
    other_day: bool = False

    @property
    def n_changed(self) -> int:
        return sum(m.n for m in self.moved if m.before != m.after)


def compare(run: Screening, earlier: Screening) -> Comparison:
    """One join on the asset for each kind that both runs have. Cost: linear in their rows.

    A change is laid to a rule where the pack's digest differs and the facts are the same, to a fact where it
    is the other way round, and to both where both changed.
    Raises `ValueError` for a run that has not finished.
    """
    if run.state != "done" or earlier.state != "done":
        raise ValueError("Both runs must have finished.")
    found = Comparison(other_day=(run.on, run.known_on) != (earlier.on, earlier.known_on))
    found.changed_packs = sorted(_changed_packs(run, earlier))
    connection = duckdb.connect()
    try:
        for kind in sorted(set(run.summary) & set(earlier.summary)):
            _compare_kind(connection, run, earlier, kind, found)
    finally:
        connection.close()
    found.causes.sort(key=lambda c: (-c.n, c.what, c.pack, c.name))
    return found


def _changed_packs(run: Screening, earlier: Screening) -> set[str]:
    """Packs on what both judged whose text differs, or that only one of them went by."""
    both = set(run.summary) & set(earlier.summary)
    now, then = ({p["id"]: p["digest"] for p in one.packs if p["for"] in both} for one in (run, earlier))
    return {pack for pack in now.keys() | then.keys() if now.get(pack) != then.get(pack)}


def _compare_kind(
    connection: duckdb.DuckDBPyConnection, run: Screening, earlier: Screening, kind: str, found: Comparison
) -> None:
    now, then = run.results(kind), earlier.results(kind)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE moved AS"
        " SELECT coalesce(a.asset, b.asset) AS asset, b.verdict AS before,"
        f" a.verdict AS after FROM {read(now)} AS a FULL JOIN {read(then)} AS b ON a.asset = b.asset"
    )
    for before, after, n in connection.execute(
        "SELECT before, after, count(*) FROM moved GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        found.moved.append(Moved(kind, before, after, n))
        if before is None or after is None:
            found.causes.append(Cause("gone" if after is None else "arrived", kind, "", "", n))
    connection.execute("DELETE FROM moved WHERE before IS NULL OR after IS NULL OR before = after")
    _rules(connection, kind, now, then, found)
    _facts(connection, kind, run.cases(kind), earlier.cases(kind), found)


def _rules(
    connection: duckdb.DuckDBPyConnection, kind: str, now: Path, then: Path, found: Comparison
) -> None:
    """Checks that answer differently for things whose verdict changed."""
    new, old = columns_of(connection, now), columns_of(connection, then)
    packs = {name for name in (*new, *old) if name not in SHOWN and "." not in name}
    checks = sorted({name for name in (*new, *old) if name.partition(".")[0] in packs and "." in name})
    wanted = [name for name in checks if name in new or name in old]
    if not wanted:
        return
    counts = []
    for name in wanted:
        a = f"a.{quoted(name)}" if name in new else "NULL"
        b = f"b.{quoted(name)}" if name in old else "NULL"
        counts.append(f"count(*) FILTER (WHERE {a} IS DISTINCT FROM {b})")
    row = connection.execute(
        f"SELECT {', '.join(counts)} FROM moved"
        f" JOIN {read(now)} AS a USING (asset) JOIN {read(then)} AS b USING (asset)"
    ).fetchone()
    for name, n in zip(wanted, row or (), strict=True):
        pack, _dot, check = name.partition(".")
        if n and pack in found.changed_packs:
            found.causes.append(Cause("rule", kind, pack, check, n))
        elif n and found.other_day:
            found.causes.append(Cause("day", kind, pack, check, n))


def _facts(
    connection: duckdb.DuckDBPyConnection, kind: str, now: Path, then: Path, found: Comparison
) -> None:
    """Facts that differ for things whose verdict changed."""
    shared = [n for n in columns_of(connection, now) if n in columns_of(connection, then)]
    wanted = [n for n in shared if n not in ("asset", "place", "sample", "changed")]
    if not wanted:
        return
    counts = [f"count(*) FILTER (WHERE a.{quoted(n)} IS DISTINCT FROM b.{quoted(n)})" for n in wanted]
    row = connection.execute(
        f"SELECT {', '.join(counts)} FROM moved"
        f" JOIN {read(now)} AS a USING (asset) JOIN {read(then)} AS b USING (asset)"
    ).fetchone()
    for name, n in zip(wanted, row or (), strict=True):
        if n:
            found.causes.append(Cause("fact", kind, "", name, n))


__all__ = ["Cause", "Comparison", "Moved", "compare"]
