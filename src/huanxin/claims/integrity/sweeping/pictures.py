"""Pictures that stand in several claims: the same bytes, or almost the same looks."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING

import rustworkx as rx

from .hits import Hit

if TYPE_CHECKING:
    import duckdb

# Two looks of 64 bits that differ in at most three are one picture, saved twice or cut a little.
MOST_BITS = 3
# A looks-hash that more papers share is that of an empty form or a blank page.
_MOST_ALIKE = 200

_SAME = """
SELECT p.paper, list(DISTINCT c.id ORDER BY c.id)[:200], count(DISTINCT c.id), count(DISTINCT c.applicant),
  min(p.proves), min(p.proves_en), sum(c.cents)
FROM papers p SEMI JOIN (SELECT paper FROM papers GROUP BY paper HAVING count(*) > 1) t ON t.paper = p.paper
  JOIN c ON c.id = p.claim WHERE NOT c.is_top_up
GROUP BY p.paper HAVING count(DISTINCT c.id) > 1 AND count(DISTINCT c.applicant) > 1"""


def _pairs() -> str:
    """Pairs of different looks at most three bits apart, without comparing each with each.

    Sixty-four bits in five parts: where three differ at most, two parts at least are equal. So papers meet
    only in
    the buckets of each two parts, some 26 bits, and the work grows with the number of papers, not its square.
    """
    widths = (13, 13, 13, 13, 12)
    starts = [sum(widths[:n]) for n in range(5)]
    part = [f"((l >> {at}) & {(1 << width) - 1})" for at, width in zip(starts, widths, strict=True)]
    buckets = ", ".join(
        f"({n}::UBIGINT << 32) | ({part[a]} << 13) | {part[b]}"
        for n, (a, b) in enumerate(combinations(range(5), 2))
    )
    return f"""
WITH looks AS (
  SELECT looks, CAST(looks & 9223372036854775807 AS UBIGINT)
    | CASE WHEN looks < 0 THEN 9223372036854775808::UBIGINT ELSE 0::UBIGINT END AS l
  FROM papers WHERE looks IS NOT NULL AND looks <> 0
  GROUP BY looks HAVING count(DISTINCT paper) <= {_MOST_ALIKE}
), buckets AS (SELECT looks, l, unnest([{buckets}]) AS bucket FROM looks), full_ones AS (SELECT bucket FROM
  buckets GROUP BY bucket HAVING count(*) > 1),
few AS (SELECT * FROM buckets SEMI JOIN full_ones USING (bucket))
SELECT DISTINCT a.looks, b.looks FROM few a JOIN few b ON a.bucket = b.bucket AND a.looks < b.looks
WHERE bit_count(xor(a.l, b.l)) <= {MOST_BITS}"""


def find(connection: duckdb.DuckDBPyConnection) -> list[Hit]:
    """Claims of different people with one picture, exactly or nearly. Cost: linear in the papers."""
    hits = []
    for paper, claims, n, people, *proves, cents in connection.execute(_SAME).fetchall():
        hits.append(
            _hit(f"same|{paper}", claims, proves, 85, kind="same_picture", n=n, people=people, cents=cents)
        )
    return hits + _near(connection)


def _near(connection: duckdb.DuckDBPyConnection) -> list[Hit]:
    """Papers of other bytes: alike to the bit (a copy saved anew) or nearly."""
    pairs = connection.execute(_pairs()).fetchall()
    graph: rx.PyGraph = rx.PyGraph(multigraph=False)
    at: dict[int, int] = {}
    for looks in {looks for pair in pairs for looks in pair}:
        at[looks] = graph.add_node(looks)
    graph.extend_from_edge_list([(at[a], at[b]) for a, b in pairs])
    group_of = {
        graph[node]: min(graph[other] for other in group)
        for group in rx.connected_components(graph)
        for node in group
    }
    connection.execute("CREATE OR REPLACE TEMP TABLE looks_of (looks BIGINT, picture BIGINT)")
    if group_of:
        connection.executemany("INSERT INTO looks_of VALUES (?, ?)", list(group_of.items()))
    rows = connection.execute(
        f"""
        SELECT coalesce(g.picture, p.looks) AS picture, list(DISTINCT c.id ORDER BY c.id)[:200],
          count(DISTINCT c.id), count(DISTINCT c.applicant), min(p.proves), min(p.proves_en), sum(c.cents)
        FROM papers p LEFT JOIN looks_of g ON g.looks = p.looks JOIN c ON c.id = p.claim
        WHERE p.looks IN (SELECT looks FROM looks_of UNION ALL SELECT looks FROM papers
            WHERE looks <> 0 GROUP BY looks HAVING count(*) > 1) AND NOT c.is_top_up
        GROUP BY 1 HAVING count(DISTINCT c.id) > 1 AND count(DISTINCT c.applicant) > 1
          AND count(DISTINCT p.paper) BETWEEN 2 AND {_MOST_ALIKE}"""
    ).fetchall()
    return [
        _hit(f"near|{picture}", claims, proves, 70, kind="like_picture", n=n, people=people, cents=cents)
        for picture, claims, n, people, *proves, cents in rows
    ]


def _hit(key: str, claims: list[int], proves: list[str], strength: int, **why: object) -> Hit:
    zh, en = proves
    is_delivery = "送货" in zh or "delivery" in en.lower()
    more = 5 * (len(claims) - 2)
    told = json.loads(json.dumps({**why, "proves": zh, "proves_en": en}, default=str))
    return Hit("C15" if is_delivery else "C39", key, min(100, strength + more), told, tuple(claims))
