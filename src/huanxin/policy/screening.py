"""Ten million cases at once: Parquet in, a verdict and every check out, counts and sums beside them."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import duck
from .compile import Compiled, compile_pack
from .judging import Progress, columns_of, quoted, write_verdicts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from .pack import Pack


@dataclass(frozen=True)
class Tally:
    """How many, and the sum of the kind's measure (kW, MW …) over them; None where nothing is measured."""

    n: int
    measure: Decimal | None


@dataclass(frozen=True)
class CheckTally:
    """One check over all things in its pack's scope."""

    pack: str
    check: str
    if_not: str | None
    yes: Tally
    no: Tally
    cannot_tell: Tally


@dataclass(frozen=True)
class Missing:
    """A fact whose absence keeps a pack's verdict open, and for how many."""

    pack: str
    fact: str
    n: int


@dataclass(frozen=True)
class Summary:
    """What a screening found. `rows` has a tally for each combination of groups and verdict."""

    n: int
    by_verdict: dict[str, Tally]
    by_pack: dict[str, dict[str, Tally]]
    rows: tuple[dict[str, Any], ...]
    by_check: tuple[CheckTally, ...]
    missing: tuple[Missing, ...]
    unverified: dict[str, list[str]]
    digests: dict[str, str]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return json.loads(json.dumps(asdict(self), default=str, ensure_ascii=False))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Summary:
        """The summary that `as_json` wrote out."""
        return cls(
            n=plain["n"],
            by_verdict={v: _tally(t) for v, t in plain["by_verdict"].items()},
            by_pack={p: {v: _tally(t) for v, t in found.items()} for p, found in plain["by_pack"].items()},
            rows=tuple({**row, "measure": _decimal(row.get("measure"))} for row in plain["rows"]),
            by_check=tuple(
                CheckTally(
                    **{
                        **c,
                        "yes": _tally(c["yes"]),
                        "no": _tally(c["no"]),
                        "cannot_tell": _tally(c["cannot_tell"]),
                    }
                )
                for c in plain["by_check"]
            ),
            missing=tuple(Missing(**m) for m in plain["missing"]),
            unverified=plain["unverified"],
            digests=plain["digests"],
            seconds=plain["seconds"],
        )


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _tally(plain: dict[str, Any]) -> Tally:
    return Tally(plain["n"], _decimal(plain["measure"]))


def screen(
    packs: Sequence[Pack],
    parquet: Path,
    out: Path,
    *,
    on: dt.date,
    known_on: dt.date | None = None,
    group_by: Sequence[str] = ("place",),
    measure: str | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
    memory: str | None = None,
) -> Summary:
    """Judge every row of a Parquet file by every pack; write verdicts and checks, return counts and sums.

    In: `asset` (each once), `place`, a column for every fact (a missing one is unknown for all). Out:
    `asset`, the grouping columns, the measure, `verdict` (over all packs), then for each pack its verdict
    under its id, each check under `<pack>.<check>` and a benefit's amount under `<pack>.amount`.
    Cost: one pass, linear; no row goes through Python.
    """
    began = time.perf_counter()
    compiled = [compile_pack(pack, known_on or on) for pack in packs]
    connection = duck.connect(threads=threads, memory=memory, spill=out.parent)
    try:
        write_verdicts(
            connection, compiled, parquet, out, on=on, group_by=group_by, measure=measure, progress=progress
        )
        return summarise(connection, compiled, parquet, out, group_by=group_by, measure=measure, began=began)
    finally:
        connection.close()


def summarise(
    connection: duckdb.DuckDBPyConnection,
    compiled: Sequence[Compiled],
    parquet: Path,
    out: Path,
    *,
    group_by: Sequence[str] = ("place",),
    measure: str | None = None,
    began: float | None = None,
) -> Summary:
    """Counts and sums over a Parquet file of verdicts; `parquet` is what was judged."""
    began = time.perf_counter() if began is None else began
    patterns = _patterns(connection, compiled, out, group_by, measure)
    rows = patterns.tallies([*patterns.groups, "verdict"])
    by_pack = {
        pack.pack.id: {str(key[0]): tally for key, tally in patterns.tallies([pack.pack.id]).items()}
        for pack in compiled
    }
    return Summary(
        n=sum(tally.n for tally in rows.values()),
        by_verdict={str(key[0]): tally for key, tally in patterns.tallies(["verdict"]).items()},
        by_pack=by_pack,
        rows=tuple(
            {
                **dict(zip([*patterns.groups, "verdict"], key, strict=True)),
                "n": tally.n,
                "measure": tally.measure,
            }
            for key, tally in rows.items()
        ),
        by_check=tuple(tally for pack in compiled for tally in _check_tallies(patterns, pack)),
        missing=tuple(m for pack in compiled for m in _missing(connection, pack, out, parquet, by_pack)),
        unverified={pack.pack.id: unverified_figures(pack) for pack in compiled},
        digests={pack.pack.id: pack.pack.digest for pack in compiled},
        seconds=round(time.perf_counter() - began, 3),
    )


def tally(
    packs: Sequence[Pack],
    parquet: Path,
    verdicts: Path,
    *,
    on: dt.date,
    known_on: dt.date | None = None,
    group_by: Sequence[str] = ("place",),
    measure: str | None = None,
) -> Summary:
    """The summary of verdicts that `screen` wrote, or that were put together from several of its files.

    `parquet` holds what was judged; the two are matched by `asset`.
    """
    connection = duck.connect(spill=verdicts.parent)
    try:
        compiled = [compile_pack(pack, known_on or on) for pack in packs]
        return summarise(connection, compiled, parquet, verdicts, group_by=group_by, measure=measure)
    finally:
        connection.close()


@dataclass(frozen=True)
class _Patterns:
    """Every combination of groups, verdicts and checks that occurs, with its number and sum."""

    groups: list[str]
    columns: dict[str, int]
    rows: list[tuple[Any, ...]]

    def tallies(
        self, names: Sequence[str], *, but_not: tuple[str, str] | None = None
    ) -> dict[tuple[Any, ...], Tally]:
        """Tallies by the named columns, in order; `but_not` leaves out rows where a column has a value."""
        at = [self.columns[name] for name in names]
        n: Counter[tuple[Any, ...]] = Counter()
        sums: dict[tuple[Any, ...], Decimal] = {}
        for row in self.rows:
            if but_not is not None and row[self.columns[but_not[0]]] == but_not[1]:
                continue
            key = tuple(row[i] for i in at)
            n[key] += row[-2]
            if row[-1] is not None:
                sums[key] = sums.get(key, Decimal(0)) + Decimal(str(row[-1]))
        order = sorted(n, key=lambda key: tuple((part is None, str(part)) for part in key))
        return {key: Tally(n[key], sums.get(key)) for key in order}


def _patterns(
    connection: duckdb.DuckDBPyConnection,
    compiled: Sequence[Compiled],
    out: Path,
    group_by: Sequence[str],
    measure: str | None,
) -> _Patterns:
    present = columns_of(connection, out)
    groups = [name for name in group_by if name in present]
    names = [*groups, "verdict"]
    for pack in compiled:
        names += [pack.pack.id, *(pack.column(c.check.id) for c in pack.checks)]
    total = f'sum("{measure}")' if measure and measure in present else "NULL"
    by = ", ".join(f'"{name}"' for name in names)
    found = connection.execute(
        f"SELECT {by}, count(*), {total} FROM read_parquet('{quoted(out)}') GROUP BY {by}"
    ).fetchall()
    return _Patterns(groups, {name: n for n, name in enumerate(names)}, found)


def _check_tallies(patterns: _Patterns, compiled: Compiled) -> list[CheckTally]:
    nothing = Tally(0, None)
    found = []
    for check in compiled.checks:
        tallies = patterns.tallies([compiled.column(check.check.id)], but_not=(compiled.pack.id, "outside"))
        by_value = [tallies.get((value,), nothing) for value in (True, False, None)]
        found.append(CheckTally(compiled.pack.id, check.check.id, check.check.if_not, *by_value))
    return found


def _missing(
    connection: duckdb.DuckDBPyConnection,
    compiled: Compiled,
    out: Path,
    parquet: Path,
    by_pack: dict[str, dict[str, Tally]],
) -> list[Missing]:
    """Facts that are absent where a check that rests on them, and with it the verdict, is open."""
    pack = compiled.pack
    if by_pack[pack.id].get("undecided") is None:
        return []
    present = columns_of(connection, parquet)
    wanted: dict[str, str] = {}
    for name in pack.facts:
        open_checks = [c for c in compiled.checks if name in c.holds.facts]
        conditions = [f'verdicts."{compiled.column(c.check.id)}" IS NULL' for c in open_checks]
        if compiled.applies is not None and name in compiled.applies.facts:
            conditions.append("true")
        if conditions:
            absent = f'cases."{name}" IS NULL' if name in present else "true"
            wanted[name] = f"count(*) FILTER (WHERE {absent} AND ({' OR '.join(conditions)}))"
    if not wanted:
        return []
    checks = ", ".join(f'"{compiled.column(c.check.id)}"' for c in compiled.checks)
    # Joined by asset: a query that looks up tables does not keep the order of its rows.
    row = connection.execute(
        f"SELECT {', '.join(wanted.values())} FROM"
        f" (SELECT asset, {checks} FROM read_parquet('{quoted(out)}') WHERE \"{pack.id}\" = 'undecided')"
        f" AS verdicts JOIN read_parquet('{quoted(parquet)}') AS cases USING (asset)"
    ).fetchone()
    assert row is not None
    found = [Missing(pack.id, name, n) for name, n in zip(wanted, row, strict=True) if n]
    return sorted(found, key=lambda m: -m.n)


def unverified_figures(compiled: Compiled) -> list[str]:
    """The checks, parameters and tables of a pack that nobody has shown a source for."""
    pack = compiled.pack
    found = [c.check.id for c in compiled.checks if (c.check.confidence or pack.confidence) == "unverified"]
    for name, parameter in pack.parameters.items():
        if any(v.confidence == "unverified" for v in parameter.values):
            found.append(name)
    for name, table in pack.tables.items():
        marks = (
            table.column("confidence")
            if "confidence" in table.columns
            else (table.confidence or pack.confidence,)
        )
        if "unverified" in marks:
            found.append(name)
    return found
