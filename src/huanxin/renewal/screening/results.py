"""Verdicts as Parquet: what was judged once is kept and used again; a run's file is put together from it.

One row of facts judged by one version of a pack for one day always gets the same verdict. So verdicts are
kept per pack, day and content of the row, and a new run judges only rows that no earlier one has judged.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from huanxin import policy
from huanxin.foundation.lib.whole import written_whole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from huanxin.policy import Pack, Progress

ROW = "#row"
GRAVEST = ("must", "undecided", "should", "examine", "fine", "outside")


@dataclass(frozen=True)
class Evaluated:
    """What one pack says of the rows of a file: where it is kept, and how many rows had to be judged."""

    pack: Pack
    files: tuple[Path, ...]
    row_key: str
    n_judged: int


def connect(spill: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that may spill to disk and loads nothing from the network."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(spill),
    }
    return duckdb.connect(config=config)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def read(files: Sequence[Path] | Path) -> str:
    """A relation over Parquet files, as SQL."""
    paths = [files] if not isinstance(files, (list, tuple)) else list(files)
    return f"read_parquet([{', '.join(text(p) for p in paths)}])"


def columns_of(connection: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {read(file)}").fetchall()]


def keep_facts(snapshot: Path, digest: str, root: Path) -> Path:
    """The snapshot in order of asset, kept once per digest, so that every run on it can show its facts."""
    kept = root / "facts" / f"{digest[:32]}.parquet"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        connection = connect(root)
        try:
            with written_whole(kept) as rough:
                connection.execute(
                    f"COPY (SELECT * FROM {read(snapshot)} ORDER BY asset) TO {text(rough)}"
                    " (FORMAT parquet, COMPRESSION zstd)"
                )
        finally:
            connection.close()
    return kept


def link(kept: Path, name: Path) -> None:
    """Give a kept file a second name in a run's folder; a copy where the disk knows no links."""
    name.parent.mkdir(parents=True, exist_ok=True)
    name.unlink(missing_ok=True)
    try:
        os.link(kept, name)
    except OSError:
        name.write_bytes(kept.read_bytes())


def evaluate(
    pack: Pack,
    facts: Path,
    root: Path,
    *,
    on: dt.date,
    known_on: dt.date,
    progress: Progress | None = None,
) -> Evaluated:
    """What `pack` says of every row of `facts`; only rows that it has not judged for that day are judged."""
    root.mkdir(parents=True, exist_ok=True)
    connection = connect(root)
    try:
        present = columns_of(connection, facts)
        names = [name for name in pack.facts if name in present]
        row_key = f"hash({', '.join(quoted(n) for n in names)})" if names else "0::UBIGINT"
        folder = root / "parts" / _part_name(pack, names, on, known_on)
        with _only_one(folder):
            n_judged = _judge_new_rows(connection, pack, facts, folder, row_key, on, known_on, progress)
            return Evaluated(pack, tuple(sorted(folder.glob("*.parquet"))), row_key, n_judged)
    finally:
        connection.close()


def _part_name(pack: Pack, names: Sequence[str], on: dt.date, known_on: dt.date) -> str:
    # DuckDB's hash may change with its version, hence the version in the name.
    shape = hashlib.sha256(repr((duckdb.__version__, list(names))).encode()).hexdigest()[:12]
    return f"{pack.id}-{pack.digest[:32]}-{on:%Y%m%d}-{known_on:%Y%m%d}-{shape}"


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two runs at once would both judge the same rows and keep them twice."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _judge_new_rows(
    connection: duckdb.DuckDBPyConnection,
    pack: Pack,
    facts: Path,
    folder: Path,
    row_key: str,
    on: dt.date,
    known_on: dt.date,
    progress: Progress | None,
) -> int:
    kept = sorted(folder.glob("*.parquet"))
    known = f" ANTI JOIN {read(kept)} AS kept USING (asset, {quoted(ROW)})" if kept else ""
    with written_whole(folder / "todo.rows") as todo, written_whole(folder / "done.rows") as judged:
        connection.execute(
            f"COPY (SELECT cases.* FROM"
            f" (SELECT *, {row_key} AS {quoted(ROW)} FROM {read(facts)}) AS cases{known})"
            f" TO {text(todo)} (FORMAT parquet)"
        )
        row = connection.execute(f"SELECT count(*) FROM {read(todo)}").fetchone()
        n_new = int(row[0]) if row else 0
        if n_new or not kept:
            policy.screen([pack], todo, judged, on=on, known_on=known_on, group_by=(), progress=progress)
            with written_whole(folder / f"{len(kept):05}-{uuid.uuid4().hex[:8]}.parquet") as rough:
                connection.execute(
                    f"COPY (SELECT todo.{quoted(ROW)}, judged.* EXCLUDE (verdict)"
                    f" FROM {read(judged)} AS judged JOIN {read(todo)} AS todo USING (asset))"
                    f" TO {text(rough)} (FORMAT parquet, COMPRESSION zstd)"
                )
        else:
            judged.touch()
    (folder / "todo.rows").unlink()
    (folder / "done.rows").unlink()
    return n_new


def put_together(
    kind: Pack, parts: Sequence[Evaluated], facts: Path, out: Path, *, on: dt.date, known_on: dt.date
) -> None:
    """Write the run's file: a row per thing in order of asset, its gravest verdict, every pack and check."""
    out.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(out.parent)
    try:
        present = columns_of(connection, facts)
        keys = ", ".join(f"{part.row_key} AS {quoted(f'#row{n}')}" for n, part in enumerate(parts))
        joins = " ".join(
            f"JOIN {read(list(part.files))} AS p{n} ON p{n}.asset = cases.asset"
            f" AND p{n}.{quoted(ROW)} = cases.{quoted(f'#row{n}')}"
            for n, part in enumerate(parts)
        )
        wanted = [
            *_shown(kind, present),
            f"{_gravest(parts)} AS verdict",
            f"{_missing(parts, present, on, known_on)} AS missing",
        ]
        wanted += [f"p{n}.* EXCLUDE (asset, {quoted(ROW)})" for n in range(len(parts))]
        with written_whole(out) as rough:
            connection.execute(
                f"COPY (SELECT {', '.join(wanted)}"
                f" FROM (SELECT *, {keys} FROM {read(facts)}) AS cases {joins} ORDER BY cases.asset)"
                f" TO {text(rough)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 50000)"
            )
    finally:
        connection.close()


def _shown(kind: Pack, present: Sequence[str]) -> list[str]:
    """What lists, maps and bars need of a thing, under names that are the same for every kind."""
    year = "NULL"
    if kind.in_service in present:
        dated = kind.in_service and kind.facts[kind.in_service].type == "date"
        column = f"cases.{quoted(str(kind.in_service))}"
        year = f"year({column})" if dated else column
    measure = f"cases.{quoted(str(kind.measure))}" if kind.measure in present else "NULL"
    name = f"cases.{quoted(str(kind.name))}" if kind.name in present else "NULL"
    sample = "coalesce(cases.sample, false)" if "sample" in present else "false"
    return [
        "cases.asset",
        "cases.place",
        f"CAST({name} AS VARCHAR) AS name",
        f"CAST({measure} AS DECIMAL(18,4)) AS measure",
        f"CAST({year} AS INTEGER) AS in_service_year",
        f"{sample} AS sample",
    ]


def _gravest(parts: Sequence[Evaluated]) -> str:
    """Over several packs: must, else cannot tell, else should, examine, fine, outside."""
    verdicts = [f"p{n}.{quoted(part.pack.id)}" for n, part in enumerate(parts)]
    whens = " ".join(
        f"WHEN {' OR '.join(f'{v} = {text(verdict)}' for v in verdicts)} THEN {text(verdict)}"
        for verdict in GRAVEST[:-1]
    )
    return f"CASE {whens} ELSE 'outside' END"


def _missing(parts: Sequence[Evaluated], present: Sequence[str], on: dt.date, known_on: dt.date) -> str:
    """The facts whose absence keeps a verdict open, as a list of names."""
    open_if: dict[str, list[str]] = {}
    for n, part in enumerate(parts):
        undecided = f"p{n}.{quoted(part.pack.id)} = 'undecided'"
        for fact, checks in facts_of_checks(part.pack, on, known_on).items():
            unsettled = " OR ".join(f"p{n}.{quoted(f'{part.pack.id}.{c}')} IS NULL" for c in checks) or "true"
            open_if.setdefault(fact, []).append(f"({undecided} AND ({unsettled}))")
    cells = []
    for fact, conditions in open_if.items():
        absent = f"cases.{quoted(fact)} IS NULL AND " if fact in present else ""
        cells.append(f"CASE WHEN {absent}({' OR '.join(conditions)}) THEN {text(fact)} END")
    return f"list_filter([{', '.join(cells)}], lambda f: f IS NOT NULL)" if cells else "[]::VARCHAR[]"


def facts_of_checks(pack: Pack, on: dt.date, known_on: dt.date) -> dict[str, list[str]]:
    """For each fact the checks that rest on it; none where only the pack's scope does."""
    decision = policy.decide(pack, {}, on, known_on)
    found: dict[str, list[str]] = {name: [] for name in decision.needs}
    for check in decision.checks:
        for name in check.facts:
            found.setdefault(name, []).append(check.id)
    return found


def ages(file: Path, on: dt.date) -> list[dict[str, object]]:
    """Counts and sums by age in service, in steps of five years, and verdict; no age where undated."""
    connection = duckdb.connect()
    try:
        rows = connection.execute(
            f"SELECT ({on.year} - in_service_year) // 5 * 5 AS age, verdict, count(*),"
            f" CAST(sum(measure) AS VARCHAR) FROM {read(file)} GROUP BY ALL ORDER BY age NULLS LAST, verdict"
        ).fetchall()
    finally:
        connection.close()
    return [dict(zip(("age", "verdict", "n", "measure"), row, strict=True)) for row in rows]


def digest_of(files: Sequence[Path], rests_on: object) -> str:
    """A fingerprint of verdicts that depends on the rows and not on how the files were written."""
    digest = hashlib.sha256(repr(rests_on).encode())
    connection = duckdb.connect()
    try:
        for file in files:
            names = ", ".join(quoted(n) for n in columns_of(connection, file))
            row = connection.execute(
                f"SELECT count(*), sum(md5_number_lower(CAST(row({names}) AS VARCHAR))::HUGEINT)"
                f" FROM {read(file)}"
            ).fetchone()
            digest.update(repr((names, row)).encode())
    finally:
        connection.close()
    return digest.hexdigest()
