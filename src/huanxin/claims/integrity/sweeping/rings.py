"""Rings: people tied by accounts, telephones, devices and addresses, who also use one shop, yard and officer.

A shop, a recycler or an officer ties nobody by itself: everybody of a town would be one ring. They count as
colour:
how much of a ring's claims go to one of them, against what is usual. Keys that many people share (a
  network, the
telephone of a village's office) tie nobody either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import rustworkx as rx

from .hits import Hit

if TYPE_CHECKING:
    import duckdb

FEWEST_PEOPLE = 4
LEAST_STRENGTH = 50
_TIES = """
CREATE OR REPLACE TEMP TABLE ties AS
SELECT kind, key, min(applicant) AS first, unnest(list(DISTINCT applicant)) AS applicant
FROM shared WHERE kind <> 'network' GROUP BY kind, key HAVING count(DISTINCT applicant) BETWEEN 2 AND 50"""
_RINGS = """
WITH m AS (
  SELECT r.ring, c.id, c.applicant, c.cents, c.merchant, c.recycler, c.officer FROM rings r JOIN c USING
    (applicant)
),
n_all AS (SELECT count(*) AS n FROM c),
colours AS (
  SELECT ring, 'shop' AS colour, merchant AS whose, count(*) AS n FROM m WHERE merchant <> '' GROUP BY ALL
  UNION ALL SELECT ring, 'recycler', recycler, count(*) FROM m WHERE recycler IS NOT NULL GROUP BY ALL
  UNION ALL SELECT ring, 'officer', CAST(officer AS VARCHAR), count(*) FROM m WHERE officer IS NOT NULL
    GROUP BY ALL
), usual AS (
  SELECT 'shop' AS colour, merchant AS whose, count(*) AS n FROM c WHERE merchant <> '' GROUP BY ALL
  UNION ALL SELECT 'recycler', recycler, count(*) FROM c WHERE recycler IS NOT NULL GROUP BY ALL
  UNION ALL SELECT 'officer', CAST(officer AS VARCHAR), count(*) FROM c WHERE officer IS NOT NULL GROUP BY ALL
), size AS (
  SELECT ring, count(*) AS n, count(DISTINCT applicant) AS people, sum(cents) AS cents,
    list(id ORDER BY id)[:200] AS ids FROM m GROUP BY ring
), lifted AS (
  SELECT k.ring, k.colour, k.whose, k.n / s.n AS share, (k.n / s.n) / (u.n / a.n) AS lift
  FROM colours k JOIN size s USING (ring) JOIN usual u USING (colour, whose), n_all a
), best AS (
  SELECT ring, colour, max(share) FILTER (lift >= 3) AS share, arg_max(whose, share) FILTER (lift >= 3) AS
    whose
  FROM lifted GROUP BY ring, colour
), wide AS (
  SELECT ring, max(share) FILTER (colour = 'shop') AS shop, max(whose) FILTER (colour = 'shop') AS shop_whose,
    max(share) FILTER (colour = 'recycler') AS recycler,
    max(whose) FILTER (colour = 'recycler') AS recycler_whose,
    max(share) FILTER (colour = 'officer') AS officer, max(whose) FILTER (colour = 'officer') AS officer_whose
  FROM best GROUP BY ring
), tied AS (
  SELECT ring, count(DISTINCT kind) AS kinds, count(DISTINCT (kind, key)) AS keys FROM ties JOIN rings USING
    (applicant)
  GROUP BY ring
)
SELECT size.ring, ids, size.n, people, cents, kinds, keys, shop, shop_whose, recycler, recycler_whose,
  officer,
  officer_whose
FROM size JOIN tied USING (ring) LEFT JOIN wide USING (ring) WHERE people >= ?"""


def find(connection: duckdb.DuckDBPyConnection) -> list[Hit]:
    """Rings of four people and more. Cost: linear in the ties; a hub has none."""
    connection.execute(_TIES)
    ties = connection.execute("SELECT first, applicant FROM ties WHERE first <> applicant").fetchall()
    _number_rings(connection, ties)
    rows = connection.execute(_RINGS, [FEWEST_PEOPLE]).fetchall()
    found = (_hit(row) for row in rows)
    return [hit for hit in found if hit.strength >= LEAST_STRENGTH]


def _number_rings(connection: duckdb.DuckDBPyConnection, ties: list[tuple[int, int]]) -> None:
    import pyarrow as pa

    people = sorted({person for tie in ties for person in tie})
    at = {person: node for node, person in enumerate(people)}
    graph: rx.PyGraph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(people)
    graph.extend_from_edge_list([(at[a], at[b]) for a, b in ties])
    members: list[int] = []
    rings: list[int] = []
    for group in rx.connected_components(graph):
        if len(group) >= FEWEST_PEOPLE:
            ring = people[min(group)]
            for node in group:
                members.append(people[node])
                rings.append(ring)
    table = pa.table({"ring": pa.array(rings, pa.int64()), "applicant": pa.array(members, pa.int64())})
    connection.register("numbered", table)
    connection.execute("CREATE OR REPLACE TEMP TABLE rings AS SELECT * FROM numbered")
    connection.unregister("numbered")


def _hit(row: tuple) -> Hit:  # type: ignore[type-arg]
    """How strong: how many people and kinds of ties, and how much of it goes to one shop, yard, officer."""
    ring, ids, n, people, cents, kinds, keys, shop, shop_whose, yard, yard_whose, officer, officer_whose = row
    colours = 30 * (shop or 0) + 25 * (yard or 0) + 15 * (officer or 0)
    strength = 20 + min(30, 3 * people) + 15 * (kinds - 1) + colours
    why = {
        "kind": "ring",
        "n": n,
        "people": people,
        "kinds": kinds,
        "ties": keys,
        "shop": shop_whose if shop and shop >= 0.5 else None,
        "recycler": yard_whose if yard and yard >= 0.5 else None,
        "officer": int(officer_whose) if officer and officer >= 0.5 else None,
        "cents": cents,
    }
    return Hit(
        "C29", str(ring), int(min(100, strength)), why, tuple(ids), why["shop"] or why["recycler"] or ""
    )
