"""A sheet of 100,000 motors into an empty office, against openpyxl merely reading every cell of it.

Every round is a process of its own with an office of its own; start, migrations and places are not counted.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import random
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import xlsxwriter
from offices import has_postgres, office, postgres_database
from sidebyside import Report

from huanxin import policy

BUILD = Path(__file__).parent.parent / "build" / "bench"
KIND = "electric-motor"
# Name in the sheet, latitude and longitude of its seat: the two agree, as they do in a sheet kept with care.
SEATS = (
    ("锡林浩特市", 43.93, 116.08),
    ("东胜区", 39.82, 109.99),
    ("新城区", 40.86, 111.67),
    ("集宁区", 41.03, 113.11),
    ("海拉尔区", 49.21, 119.74),
)
USES = ("循环水泵", "引风机", "送风机", "皮带输送机", "空气压缩机", "球磨机", "给水泵", "搅拌机")
POWERS = (0.75, 1.5, 3, 5.5, 7.5, 11, 15, 22, 30, 37, 45, 55, 75, 90, 110, 132, 160, 200, 250, 315)


def made(n: int) -> Path:
    """The sheet of `n` rows with every fact of the kind's pack and the place, made once."""
    BUILD.mkdir(parents=True, exist_ok=True)
    path = BUILD / f"motors-{n}.xlsx"
    if path.exists():
        return path
    pack = policy.Library([policy.pack_folders()[0]]).asset_kinds()[KIND]
    chance = random.Random(2024)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, [*(fact.ask.say("zh-hans") for fact in pack.facts.values()), "所在地"])
        for line in range(1, n + 1):
            row = motor(line, chance)
            for at, name in enumerate([*pack.facts, "place"]):
                cell = row[name]
                if isinstance(cell, dt.date):
                    page.write_datetime(line, at, dt.datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                else:
                    page.write(line, at, cell)
    return path


def motor(number: int, chance: random.Random) -> dict[str, object]:
    """One motor, every fact known."""
    place, latitude, longitude = chance.choice(SEATS)
    power, poles = chance.choice(POWERS), chance.choice((2, 4, 6, 8))
    return {
        "serial_no": f"M{number:07d}",
        "name": f"{number % 400 + 1}号{chance.choice(USES)}电机",
        "model": f"YE{chance.choice('234')}-{chance.choice((132, 160, 200, 280, 315))}L-{poles}",
        "rated_power_kw": power,
        "poles": poles,
        "phases": 3,
        "voltage_v": 380,
        "efficiency": round(chance.uniform(80, 97), 1),
        "in_service_on": dt.date(1998, 1, 1) + dt.timedelta(days=chance.randrange(10_000)),
        "annual_hours": chance.randrange(1000, 8700),
        "latitude": round(latitude + chance.uniform(-0.02, 0.02), 6),
        "longitude": round(longitude + chance.uniform(-0.02, 0.02), 6),
        "place": place,
    }


def read(path: Path) -> float:
    """Seconds that openpyxl takes to give out every cell."""
    began = time.perf_counter()
    book = openpyxl.load_workbook(path, read_only=True)
    n_cells = 0
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            n_cells += cell.value is not None
    book.close()
    assert n_cells > 0
    return time.perf_counter() - began


def carried_in(path: Path, url: str, n: int) -> float:
    """Seconds of an import into an empty office; every row must be new, and its place settled."""
    with office(url):
        from huanxin.registry import services

        began = time.perf_counter()
        done = services.import_assets(path, KIND, by=None)
        seconds = time.perf_counter() - began
        assert (done.n_new, done.n_refused, done.n_place_doubt) == (n, 0, 0), (
            f"new {done.n_new}, refused {done.n_refused}, places in doubt {done.n_place_doubt}"
        )
    return seconds


def apart(who: str, n: int) -> tuple[float, float]:
    """One round in a process of its own: its seconds, and its peak memory in MiB."""
    with postgres_database() if who == "postgres" else contextlib.nullcontext("") as url:
        command = [sys.executable, __file__, "--rows", str(n), "--once", who, "--url", url]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), float(peak)


def once(who: str, path: Path, url: str, n: int) -> None:
    seconds = read(path) if who == "openpyxl" else carried_in(path, url, n)
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--once", choices=("openpyxl", "sqlite", "postgres"), help=argparse.SUPPRESS)
    options.add_argument("--url", default="", help=argparse.SUPPRESS)
    asked = options.parse_args()
    path = made(asked.rows)
    if asked.once:
        return once(asked.once, path, asked.url, asked.rows)
    contenders = ["openpyxl", "sqlite", *(["postgres"] if has_postgres() else [])]
    taken: dict[str, list[tuple[float, float]]] = {who: [] for who in contenders}
    for _round in range(asked.rounds):
        for who in contenders:
            taken[who].append(apart(who, asked.rows))
    seconds = {who: statistics.median(s for s, _peak in rounds) for who, rounds in taken.items()}
    report = Report(f"Import of {asked.rows:,} rows, {path.stat().st_size / 1024**2:.1f} MiB of xlsx")
    for who in contenders[1:]:
        name = {"sqlite": "into SQLite", "postgres": "into PostgreSQL"}[who]
        report.row(name, "openpyxl merely reading it", seconds[who] / seconds["openpyxl"], most=3)
    for who in contenders:
        peak = max(p for _s, p in taken[who])
        report.note(f"{who}: median, peak memory", f"{seconds[who]:.1f} s, {peak:.0f} MiB")
    return report.finish()


if __name__ == "__main__":
    main()
