"""The page of the inventory at 1,000,000 things against itself at 10,000, on PostgreSQL, in one run.

The whole answer is timed as a reader of the region gets it: login, filters, list, count, template. Things
are written by SQL, with the pairs of letters by which names are searched; their life events, which the page
does not read, are left out.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING

from offices import has_postgres, office, postgres_database
from sidebyside import Report

if TYPE_CHECKING:
    from django.test import Client

KINDS = ("electric-motor", "industrial-boiler", "distribution-transformer", "lift")
USES = ("循环水泵电机", "热力站锅炉", "箱式变压器", "乘客电梯", "引风机电机", "皮带输送机", "空气压缩机")
# A name in a list of 10,000: common words beside a number that few share.
N_NAMES = 10_000
# One name in so many names an anniversary that nothing else does.
RARE = 2_500

ASKED = {
    "nothing asked": "",
    "a kind": "kind=electric-motor",
    "a kind in a league": "kind=electric-motor&place=1525",
    "a banner": "place=152502",
    "a kind, dated 2005 to 2010": "kind=electric-motor&from_year=2005&to_year=2010",
    "a kind, newest first": "kind=electric-motor&order=-year",
    "latest entered first": "order=-id",
    "a kind, year not known": "kind=lift&undated=1",
    "without a place": "place=none",
    "a frequent word in names": "text=水泵",
    "a rare word in names": "text=纪念碑",
    "a kind and a frequent word": "kind=electric-motor&text=水泵",
    "a word that no name has": "text=骆驼",
}

FILL = """
INSERT INTO registry_asset (kind, identity_hash, identity_shown, name, name_pairs, place_id, place_state,
  in_service_year, measure, attributes, state, sample, source, changed)
SELECT kinds.kind, sha256(i::text::bytea), 'B' || i, names.name, names.name_pairs, places.code,
  CASE WHEN places.code IS NULL THEN 'unknown' ELSE 'placed' END,
  CASE WHEN hashint8(i + 3) %% 20 <> 0 THEN 1990 + abs(hashint8(i + 4)::bigint) %% 35 END,
  abs(hashint8(i + 5)::bigint) %% 300, jsonb_build_object('serial_no', 'B' || i, 'poles', 4), 'in_use', false,
  'benchmark', i
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS t(i)
JOIN bench_kinds AS kinds ON kinds.n = abs(hashint8(i + 1)::bigint) %% %(n_kinds)s
JOIN bench_names AS names ON names.n = abs(hashint8(i + 2)::bigint) %% %(n_names)s
JOIN bench_places AS places ON places.n = abs(hashint8(i + 6)::bigint) %% %(n_places)s
ORDER BY i"""
TALLY = """
INSERT INTO registry_kindtally (kind, n_assets, changed)
SELECT kind, count(*), max(changed) FROM registry_asset GROUP BY kind
ON CONFLICT (kind) DO UPDATE SET n_assets = excluded.n_assets, changed = excluded.changed"""


def prepare() -> dict[str, int]:
    """Kinds, names and places to draw from, as tables; one place in a hundred and more is none."""
    from django.db import connection

    from huanxin.registry import names, queries

    said = [f"{n % 997 + 1}号{USES[n % len(USES)]}" + "纪念碑" * (n % RARE == 0) for n in range(N_NAMES)]
    codes = [place.code for place in queries.places() if place.level == "banner"]
    drawn = {
        "bench_kinds (n int, kind text)": list(enumerate(KINDS)),
        "bench_names (n int, name text, name_pairs text)": [
            (n, name, names.pairs(name)) for n, name in enumerate(said)
        ],
        "bench_places (n int, code text)": list(enumerate([*codes, None])),
    }
    with connection.cursor() as cursor:
        for table, rows in drawn.items():
            cursor.execute(f"CREATE TABLE {table}")
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table.split()[0]} VALUES ({marks})", rows)
            cursor.execute(f"ANALYZE {table.split()[0]}")
    return {"n_kinds": len(KINDS), "n_names": N_NAMES, "n_places": len(codes) + 1}


def fill(first: int, last: int, drawn: dict[str, int]) -> None:
    """Things numbered `first` to `last`, and statistics as an import leaves them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(FILL, {"first": first, "last": last, **drawn})
        cursor.execute(TALLY)
        cursor.execute("ANALYZE")


def reader() -> Client:
    """Somebody who may read the whole region, logged in."""
    from django.test import Client

    from huanxin.web import cast

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(cast.enter(cast.LI_JING))
    return client


def timed(client: Client, rounds: int) -> dict[str, float]:
    """Median seconds of the page for each thing that may be asked."""
    taken: dict[str, list[float]] = {what: [] for what in ASKED}
    for number in range(2 + rounds):
        for what, query in ASKED.items():
            began = time.perf_counter()
            answer = client.get(f"/registry/?{query}")
            seconds = time.perf_counter() - began
            assert answer.status_code == 200, f"{what}: {answer.status_code}"
            if number >= 2:
                taken[what].append(seconds)
    return {what: statistics.median(times) for what, times in taken.items()}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--few", type=int, default=10_000)
    options.add_argument("--many", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=15)
    asked = options.parse_args()
    if not has_postgres():
        raise SystemExit("This needs a PostgreSQL at 127.0.0.1:5432 that lets the user postgres in.")
    with postgres_database() as url, office(url):
        drawn, client = prepare(), reader()
        fill(1, asked.few, drawn)
        few = timed(client, asked.rounds)
        fill(asked.few + 1, asked.many, drawn)
        many = timed(client, asked.rounds)
    report = Report(f"The inventory page at {asked.many:,} things, both measured in one run")
    for what in ASKED:
        against = f"at {asked.few:,}: {few[what] * 1000:.0f} ms, now {many[what] * 1000:.0f} ms"
        report.row(what, against, many[what] / few[what], most=1.5)
    report.finish()


if __name__ == "__main__":
    main()
