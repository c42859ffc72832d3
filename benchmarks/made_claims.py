"""Snapshots of made-up claims of any size, written by DuckDB: shops, people, papers, steps, and some
cheats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

# One claim in a thousand shares a telephone, a picture, a number with another; shops and officers grow with
# claims.
_BASE = """
CREATE TABLE base AS
SELECT i, i < {n} * 0.3 AS is_car, hash(i, 'h') AS h, greatest({n} / 400, 10)::BIGINT AS n_shops,
  greatest({n} / 4000, 4)::BIGINT AS n_officers,
  TIMESTAMP '2026-01-05 09:00:00' + INTERVAL 1 SECOND * (hash(i, 'd') % (300 * 86400))::BIGINT AS day
FROM range({n}) t(i)"""
_TIMED = """
CREATE TABLE timed AS SELECT *, date_trunc('day', day) + INTERVAL 8 HOUR
  + INTERVAL 1 SECOND * (hash(i, 't') % 43200)::BIGINT AS moment FROM base"""
_FILES = {
    "claims": """
SELECT i::BIGINT AS id, CASE WHEN is_car THEN 'car-scrappage-2026' ELSE 'appliance-2026' END AS programme,
  CASE WHEN is_car THEN 'car' ELSE 'appliance' END AS family, 1::INTEGER AS most, 2026::INTEGER AS year,
  DATE '2026-01-01' AS from_on, NULL::TIMESTAMP AS stopped_at,
  '15' || lpad((1 + h % 12)::VARCHAR, 2, '0') || '02' AS place, 'paid' AS state, true AS is_alive,
  false AS is_top_up, false AS is_project, i::BIGINT + 10000000 AS applicant,
  i::BIGINT + 10000000 AS entered_by, moment AS submitted_at, CAST(moment AS DATE) AS dated_on,
  least(price * 0.15, 150000)::BIGINT AS cents,
  CASE WHEN hash(i, 'p') % 1000 = 0 THEN hash(i // 5000, 'ph') ELSE hash(i, 'phone') END AS phone,
  CASE WHEN hash(i, 'p') % 1000 = 0 THEN hash(i // 5000, 'ac') ELSE hash(i, 'account') END AS account,
  hash(i // 2, 'address') AS address, hash(i, 'device') AS device, hash(i // 12, 'network') AS network,
  CASE WHEN is_car THEN '' ELSE 'M' || (h % n_shops) END AS merchant,
  CASE WHEN is_car THEN NULL ELSE 'P' || (h % 400) END AS product,
  CASE WHEN is_car THEN NULL ELSE 'class' || (h % 400 % 6) END AS product_class, 1::INTEGER AS grade, price,
  CASE WHEN is_car THEN NULL ELSE moment END AS sold_at,
  CASE WHEN is_car THEN NULL ELSE moment + INTERVAL 2 MINUTE END AS received_at
FROM (SELECT *, ((2000 + h % 400 * 20) * (95 + hash(i, 'pr') % 11))::BIGINT AS price FROM timed)""",
    "traces": """
SELECT i::BIGINT AS claim, 'new' AS kind, hash(CASE WHEN hash(i, 'dup') % 2000 = 0 THEN i - 1 ELSE i END,
  'new') AS key
FROM timed UNION ALL SELECT i, 'old', hash(i, 'old') FROM timed WHERE is_car""",
    "steps": """
SELECT i::BIGINT AS claim, n::INTEGER AS n, ['submit', 'accept', 'pass', 'pass'][n] AS deed,
  CASE WHEN n = 1 THEN NULL ELSE (hash(i, n, 'o') % n_officers)::BIGINT END AS who,
  moment + INTERVAL 1 DAY * n + INTERVAL 1 SECOND * (hash(i, n) % 20000)::BIGINT AS done_at
FROM timed, range(1, 5) r(n) WHERE is_car""",
    "papers": """
SELECT i::BIGINT AS claim, (i * 2 + k)::BIGINT AS paper, 'invoice' AS proves, 'invoice' AS proves_en,
  CAST((CASE WHEN hash(i, 'pic') % 2000 = 0 THEN xor(hash(i - 1, k, 'looks'), 1::UBIGINT) ELSE hash(i, k,
  'looks') END
    & 9223372036854775807::UBIGINT) AS BIGINT) AS looks, NULL::DATE AS taken_on
FROM timed, range(2) r(k) WHERE hash(i, 'papers') % 2 = 0""",
    "prices": """
SELECT 'M' || s AS merchant, 'P' || p AS product, (2000 + p * 20) * 100::BIGINT AS price,
  TIMESTAMP '2025-10-01' + INTERVAL 60 DAY * k AS filed_at
FROM range((SELECT any_value(n_shops) FROM base)) a(s), range(0, 400, 20) b(p), range(2) r(k)""",
    "shops": """
SELECT 'M' || s AS merchant, hash(s, 'shopkey') AS key, hash(s, 'shopaccount') AS account, s::BIGINT AS party
FROM range((SELECT any_value(n_shops) FROM base)) a(s)""",
    "people": """
SELECT i::BIGINT + 10000000 AS party,
  chr((19968 + hash(i // 2, 'a') % 200)::INTEGER) || chr((20480 + hash(i // 2, 'b') % 2000)::INTEGER)
    || chr((24576 + hash(i // 2, 'c') % 2000)::INTEGER) AS name,
  DATE '1950-01-01' + (hash(i, 'born') % 19000)::INTEGER AS born_on, '150202' AS place, hash(i, 'id') AS
  person
FROM timed""",
    "entries": """
SELECT 'recycling' AS port, hash(i, 'old') AS key,
  '{"recycler":"R' || (h % (n_shops / 8 + 3)::BIGINT) || '","certified_on":"' || CAST(moment AS DATE)
    || '","mass_kg":"1400","steel_kg":"900","has_video":true}' AS says
FROM timed WHERE is_car
UNION ALL SELECT 'recyclers', hash(r), '{"recycler":"R' || r || '","per_day":60}'
FROM range((SELECT any_value(n_shops) // 8 + 4 FROM base)) a(r)
UNION ALL SELECT 'stock', hash(s, 'shopkey'), '{"product":"P' || p || '","units":10000}'
FROM range((SELECT any_value(n_shops) FROM base)) a(s), range(0, 400) b(p) WHERE hash(s, p) % 20 = 0""",
}  # fmt: skip
PORTS = frozenset({"recycling", "recyclers"})


def write(folder: Path, n: int) -> Path:
    """A snapshot of `n` claims in `folder`, made once."""
    if (folder / "entries.parquet").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(_BASE.format(n=n))
        connection.execute(_TIMED)
        for name, query in _FILES.items():
            connection.execute(
                f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )
    return folder
