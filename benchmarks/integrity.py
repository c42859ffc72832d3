"""The checks over all claims, at 100,000, 300,000 and 1 M made-up ones: the whole job, and how its time
grows.

The job is timed from the snapshot's Parquet files to the list of what was found: doubles, prices, sharing,
behaviour,
registers, pictures, rings, and people written differently where splink is installed. Bounds: under 60 s at
  1 M, and
time for each claim at most 1.3 times that at 100,000.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import made_claims
from sidebyside import Report

BUILD = Path(__file__).parent.parent / "build" / "bench"


def swept(n: int, rounds: int) -> tuple[float, int, dict[str, float]]:
    """The median time of the job over `n` claims, the number of findings, and the seconds of each part."""
    from huanxin.claims.integrity.sweeping import job

    folder = made_claims.write(BUILD / f"claims-{n}", n)
    taken = []
    found = None
    for _round in range(rounds):
        began = time.perf_counter()
        found = job.sweep(folder, made_claims.PORTS)
        taken.append(time.perf_counter() - began)
    assert found is not None
    return sorted(taken)[len(taken) // 2], len(found.hits), found.seconds


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, nargs="+", default=[100_000, 300_000, 1_000_000])
    options.add_argument("--rounds", type=int, default=3)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as var:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "huanxin.web.settings",
            "HUANXIN_DEV": "1",
            "HUANXIN_VAR": var,
        }
        import django

        django.setup()
        report = Report("Integrity: the checks over all claims, seconds")
        spent: dict[int, float] = {}
        for n in asked.rows:
            spent[n], n_hits, parts = swept(n, asked.rounds)
            slowest = sorted(parts.items(), key=lambda part: -part[1])[:3]
            told = ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest)
            report.note(f"{n:,} claims", f"{spent[n]:.1f} s, {n_hits} findings ({told})")
        first, last = min(spent), max(spent)
        if last >= 1_000_000:
            report.row(f"time for {last:,} claims", "60 s", spent[last] / 60, most=1)
        if last > first:
            each = (spent[last] / last) / (spent[first] / first)
            report.row(f"time for each of {last:,}", f"for each of {first:,}", each, most=1.3)
        report.finish()


if __name__ == "__main__":
    sys.exit(main())
