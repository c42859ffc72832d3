"""Packs over 1 M and 10 M rows: against SQL written by hand, and against openfisca-core with the same rules.

Parquet in, a verdict and every check as Parquet out. `gas-pipe-ageing` has four checks and no table;
`motor-efficiency-2020` joins a table of 124 rows.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

import duckdb
from sidebyside import Report, alternate

from huanxin import policy
from huanxin.policy import duck, judging
from huanxin.policy.compile import compile_pack

HERE = Path(__file__).parent
BUILD = HERE.parent / "build" / "bench"
OPENFISCA = HERE.parent / "build" / "openfisca"
ON = dt.date(2026, 3, 1)

PIPES = """
SELECT i::BIGINT AS asset, '15' || lpad((1 + hash(i) % 12)::VARCHAR, 2, '0') AS place,
  CASE hash(i, 1) % 10 WHEN 0 THEN 'grey_iron' WHEN 1 THEN 'ductile_iron' WHEN 9 THEN NULL
    ELSE CASE hash(i, 2) % 2 WHEN 0 THEN 'steel' ELSE 'pe' END END AS material,
  CASE WHEN hash(i, 3) % 20 > 0 THEN DATE '1985-01-01' + (hash(i, 4) % 15000)::INT END AS laid_on,
  CASE hash(i, 5) % 4 WHEN 0 THEN 'none' WHEN 1 THEN 'safe' WHEN 2 THEN 'unsafe' END AS assessment,
  (hash(i, 6) % 50000 / 100.0)::DECIMAL(18,2) AS length_m
FROM range({n}) t(i)"""
MOTORS = """
SELECT i::BIGINT AS asset, '15' || lpad((1 + hash(i) % 12)::VARCHAR, 2, '0') AS place,
  3::BIGINT AS phases, 380::DECIMAL(18,1) AS voltage_v,
  [0.75, 1.1, 1.5, 2.2, 3, 4, 5.5, 7.5, 11, 15, 18.5, 22, 30, 37, 45, 55, 75, 90, 110, 132, 160, 200, 250,
   315, 26][(1 + hash(i, 1) % 25)::BIGINT]::DECIMAL(18,3) AS rated_power_kw,
  (2 + 2 * (hash(i, 2) % 4))::BIGINT AS poles,
  CASE WHEN hash(i, 3) % 20 > 0 THEN (80 + hash(i, 4) % 1800 / 100.0)::DECIMAL(18,2) END AS efficiency
FROM range({n}) t(i)"""

PIPES_BY_HAND = """
COPY (WITH aged AS (SELECT asset, place, length_m, material, assessment, material IN ('steel', 'pe')
    AND year(DATE '{on}') - year(laid_on)
      - CASE WHEN month(laid_on) * 100 + day(laid_on) > month(DATE '{on}') * 100 + day(DATE '{on}')
        THEN 1 ELSE 0 END >= 20 AS is_old
  FROM read_parquet('{cases}')),
 judged AS (SELECT asset, place, length_m, material <> 'grey_iron' AS grey_iron,
    NOT (material = 'ductile_iron' AND assessment = 'unsafe') AS ductile_iron,
    NOT (is_old AND assessment = 'unsafe') AS old_and_unsafe,
    NOT ((is_old OR material = 'ductile_iron') AND assessment = 'none') AS assessed FROM aged)
 SELECT asset, place, length_m, CASE WHEN NOT (grey_iron AND ductile_iron AND old_and_unsafe) THEN 'must'
    WHEN (grey_iron AND ductile_iron AND old_and_unsafe) IS NULL THEN 'undecided'
    WHEN NOT assessed THEN 'examine' WHEN assessed IS NULL THEN 'undecided' ELSE 'fine' END AS verdict,
    verdict AS pack, grey_iron, ductile_iron, old_and_unsafe, assessed FROM judged)
TO '{out}' ({written})"""
MOTORS_BY_HAND = """
COPY (WITH grades AS (SELECT poles, power_from, power_to, grade_3::DECIMAL(4,1) AS grade_3,
    grade_2::DECIMAL(4,1) AS grade_2 FROM read_csv('{table}')),
 judged AS (SELECT asset, place, rated_power_kw, phases = 3 AND voltage_v <= 1000 AS applies,
    efficiency >= grade_3 AS access_level, efficiency >= grade_2 AS saving_level
  FROM read_parquet('{cases}') m LEFT JOIN grades g ON m.poles = g.poles
    AND rated_power_kw >= power_from AND rated_power_kw <= power_to)
 SELECT asset, place, rated_power_kw,
    CASE WHEN NOT applies THEN 'outside' WHEN applies IS NULL THEN 'undecided'
    WHEN NOT access_level THEN 'must' WHEN access_level IS NULL THEN 'undecided'
    WHEN NOT saving_level THEN 'should' WHEN saving_level IS NULL THEN 'undecided' ELSE 'fine' END AS verdict,
    verdict AS pack, access_level, saving_level FROM judged)
TO '{out}' ({written})"""


def made(name: str, query: str, n: int) -> Path:
    """The file of `n` rows, made once."""
    BUILD.mkdir(parents=True, exist_ok=True)
    path = BUILD / f"{name}-{n}.parquet"
    if not path.exists():
        duckdb.connect().execute(f"COPY ({query.format(n=n)}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    return path


def by_pack(pack: policy.Pack, cases: Path, out: Path, measure: str) -> None:
    """Verdicts and checks written; the counts that `policy.screen` adds are measured apart."""
    connection = duck.connect()
    judging.write_verdicts(connection, [compile_pack(pack, ON)], cases, out, on=ON, measure=measure)
    connection.close()


def by_hand(query: str, cases: Path, out: Path, table: Path | None = None) -> None:
    """The query on a connection set as ours is, its file written in the same way."""
    connection = duck.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(query.format(cases=cases, out=out, on=ON, table=table, written=judging.WRITTEN))
    connection.close()


def openfisca_python() -> Path:
    """An environment of its own for openfisca-core, made once."""
    python = OPENFISCA / "bin" / "python"
    if not python.exists():
        venv.create(OPENFISCA, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", "openfisca-core==46.0.1", "pyarrow"], check=True
        )
    return python


def by_openfisca(cases: Path, out: Path, given_as: str) -> float:
    """Seconds from reading to written file, without Python's start and imports."""
    done = subprocess.run(
        [openfisca_python(), HERE / "openfisca_pipes.py", cases, out, given_as],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


def agree(first: Path, second: Path, columns: list[str]) -> int:
    """How many rows two files of verdicts judge differently; what cannot be told is ours alone to say."""
    ours, theirs = (f"read_parquet('{p}')" for p in (first, second))
    differ = " OR ".join(f'(a."{o}" IS NOT NULL AND a."{o}" IS DISTINCT FROM b."{t}")' for o, t in columns)
    row = (
        duckdb.connect()
        .execute(f"SELECT count(*) FROM {ours} a JOIN {theirs} b USING (asset) WHERE {differ}")
        .fetchone()
    )
    assert row is not None
    return int(row[0])


def report_pipes(report: Report, pipes: policy.Pack, n: int, *, rounds: int) -> float:
    """Gas pipes against SQL by hand and against openfisca-core; returns the seconds that the pack took."""
    out = [BUILD / f"out-{k}.parquet" for k in range(3)]
    cases = made("pipes", PIPES, n)
    timed = alternate(
        {
            "pack": lambda: by_pack(pipes, cases, out[0], "length_m"),
            "hand": lambda: by_hand(PIPES_BY_HAND, cases, out[1]),
            "screen": lambda: policy.screen([pipes], cases, out[2], on=ON, measure="length_m"),
        },
        rounds=rounds,
    )
    same = [(f"gas-pipe-ageing.{c}", c) for c in ("grey_iron", "ductile_iron", "old_and_unsafe", "assessed")]
    assert agree(out[0], out[1], [*same, ("verdict", "verdict")]) == 0
    ours, by_hand_s = timed["pack"].seconds, timed["hand"].seconds
    report.row(f"gas pipes, {n:,} rows", "SQL by hand", by_hand_s / ours, **bounds(n, least=0.9))
    report.row("  with counts and sums", "SQL by hand without", by_hand_s / timed["screen"].seconds)
    for given_as, least in (("words", 4.0), ("codes", None)):
        ratio = against_openfisca(pipes, cases, out, given_as, rounds=rounds)
        assert agree(out[0], out[1], same) == 0
        report.row(
            f"gas pipes, {n:,} rows", f"openfisca-core 46, given {given_as}", ratio, **bounds(n, least=least)
        )
    return ours


def against_openfisca(
    pack: policy.Pack, cases: Path, out: list[Path], given_as: str, *, rounds: int
) -> float:
    """The median of openfisca's seconds over the median of ours, in alternating rounds after a warm one."""
    ours, theirs = [], []
    for _round in range(rounds + 1):
        began = time.perf_counter()
        by_pack(pack, cases, out[0], "length_m")
        ours.append(time.perf_counter() - began)
        theirs.append(by_openfisca(cases, out[1], given_as))
    return statistics.median(theirs[1:]) / statistics.median(ours[1:])


def report_motors(report: Report, motors: policy.Pack, table: Path, n: int, *, rounds: int) -> None:
    """Motors, which look up a table, against SQL by hand."""
    out = [BUILD / f"out-{k}.parquet" for k in range(2)]
    cases = made("motors", MOTORS, n)
    timed = alternate(
        {
            "pack": lambda: by_pack(motors, cases, out[0], "rated_power_kw"),
            "hand": lambda: by_hand(MOTORS_BY_HAND, cases, out[1], table),
        },
        rounds=rounds,
    )
    same = [(f"motor-efficiency-2020.{c}", c) for c in ("access_level", "saving_level")]
    assert agree(out[0], out[1], [*same, ("verdict", "verdict")]) == 0
    ratio = timed["hand"].seconds / timed["pack"].seconds
    report.row(f"motors, {n:,} rows", "SQL by hand", ratio, **bounds(n, least=0.9))


def bounds(n: int, *, least: float | None) -> dict[str, float]:
    """The bound of a row. 100,000 rows have none: what a connection costs is most of their time."""
    return {"least": least} if least is not None and n >= 1_000_000 else {}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000, 100_000])
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    library = policy.Library([policy.pack_folders()[0]])
    pipes, motors = library.pack("gas-pipe-ageing"), library.pack("motor-efficiency-2020")
    table = library.path("motor-efficiency-2020") / "tables" / "efficiency.csv"
    report = Report("Screening: rows a second, as ratios within one run")
    spent: dict[int, float] = {}
    for n in asked.rows:
        spent[n] = report_pipes(report, pipes, n, rounds=asked.rounds)
        report_motors(report, motors, table, n, rounds=asked.rounds)
    first, last = min(spent), max(spent)
    if last > first:
        report.row(
            f"time for {last:,} rows",
            f"time for {first:,} × {last // first}",
            spent[last] / (spent[first] * last / first),
            most=1.2,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    report.row("peak memory, GiB", "4 GiB", peak / 4, most=1)
    report.note("peak memory", f"{peak:.2f} GiB")
    report.finish()


if __name__ == "__main__":
    sys.exit(main())
