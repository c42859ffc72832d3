"""The same person written differently, by splink.

Two parties with different numbers whose name, birthday, place and contacts agree: an old and a new number,
a number with a slip, a name in other characters. Only pairs who meet in one of these are compared.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from .hits import Hit

if TYPE_CHECKING:
    import duckdb

LEAST_PROBABILITY = 0.95
_PEOPLE = """
CREATE OR REPLACE TABLE persons AS
WITH k AS (
  SELECT applicant, min(phone) AS phone, min(account) AS account, min(left(place, 4)) AS league FROM c GROUP
    BY applicant
), alone AS (
  SELECT 'phone' AS kind, phone AS key FROM k WHERE phone IS NOT NULL GROUP BY phone HAVING count(*) <= 10
  UNION ALL SELECT 'account', account FROM k WHERE account IS NOT NULL GROUP BY account HAVING count(*) <= 10
)
SELECT p.party AS unique_id, p.name, left(p.name, 1) AS family_name, p.born_on, k.league,
  CASE WHEN k.phone IN (SELECT key FROM alone WHERE kind = 'phone') THEN k.phone END AS phone,
  CASE WHEN k.account IN (SELECT key FROM alone WHERE kind = 'account') THEN k.account END AS account
FROM people p JOIN k ON k.applicant = p.party"""
_TWICE = """
WITH pairs AS (SELECT unique_id_l AS a, unique_id_r AS b, match_probability AS p FROM linked),
g AS (
  SELECT least(a, b) AS a, greatest(a, b) AS b, p, x.family, x.product_class, x.year,
    list(DISTINCT x.id ORDER BY x.id) AS ids, count(DISTINCT x.id) AS n, max(x.most) AS most, sum(x.cents)
      AS cents
  FROM pairs JOIN c x ON x.applicant IN (a, b) WHERE x.most IS NOT NULL AND NOT x.is_top_up
  GROUP BY ALL HAVING count(DISTINCT x.id) > max(x.most) AND count(DISTINCT x.applicant) > 1
)
SELECT a, b, p, family, ids, n, most, cents FROM g"""


def find(connection: duckdb.DuckDBPyConnection) -> list[Hit]:
    """People who took more turns than one person may under two numbers."""
    connection.execute(_PEOPLE)
    ((n,),) = connection.execute("SELECT count(*) FROM persons").fetchall()
    if n < 2:
        return []
    linked = _linker(connection).inference.predict(threshold_match_probability=LEAST_PROBABILITY)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE linked AS SELECT * FROM {linked.physical_name}")
    return [
        Hit(
            "C03", f"{a}|{b}|{family}",
            min(100, int(60 + 40 * (p - LEAST_PROBABILITY) / (1 - LEAST_PROBABILITY))),
            {"kind": "written_differently", "n": n, "most": most, "percent": int(100 * p), "cents": cents},
            tuple(ids[:200]),
        )
        for a, b, p, family, ids, n, most, cents in connection.execute(_TWICE).fetchall()
    ]  # fmt: skip


def _linker(connection: duckdb.DuckDBPyConnection) -> Any:
    """Weights are set and not learnt, so that a small office and a large one judge alike."""
    import splink
    import splink.comparison_library as compare
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    name = compare.JaroWinklerAtThresholds("name", [0.9, 0.6]).configure(
        m_probabilities=[0.7, 0.15, 0.149, 0.001], u_probabilities=[0.0005, 0.0005, 0.05, 0.949]
    )
    born = compare.ExactMatch("born_on").configure(
        m_probabilities=[0.98, 0.02], u_probabilities=[0.00005, 0.99995]
    )
    league = compare.ExactMatch("league").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.1, 0.9])
    phone = compare.ExactMatch("phone").configure(
        m_probabilities=[0.6, 0.4], u_probabilities=[0.00001, 0.99999]
    )
    account = compare.ExactMatch("account").configure(
        m_probabilities=[0.6, 0.4], u_probabilities=[0.00001, 0.99999]
    )
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=1e-6,
        comparisons=[name, born, league, phone, account],
        blocking_rules_to_generate_predictions=[
            splink.block_on("phone"), splink.block_on("account"),
            splink.block_on("born_on", "family_name", "league"),
        ],
    )  # fmt: skip
    persons = DuckDBAPI(connection).register("persons")
    return splink.Linker(persons, settings, log_level=None, validate_settings=False)
