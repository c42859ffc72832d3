"""The same thing, the same person's turn or the same order twice: over all schemes, places and years."""

from __future__ import annotations

# A trace is one number, read loosely; `old` and `new` are the two ends of a renewal, `invoice` a paper.
THINGS = """
WITH twice AS (SELECT key FROM traces GROUP BY key HAVING min(claim) < max(claim)), t AS (
  SELECT DISTINCT t.key, t.kind, c.id, c.applicant, c.cents, c.programme, c.year
  FROM traces t SEMI JOIN twice USING (key) JOIN c ON c.id = t.claim WHERE NOT c.is_top_up
), d AS (
  SELECT key, list(DISTINCT id ORDER BY id) AS ids, count(DISTINCT id) AS n,
    count(DISTINCT applicant) AS n_people, count(DISTINCT programme) AS n_programmes,
    bool_and(kind = 'old') AS only_old, bool_or(kind = 'old') AND bool_or(kind = 'new') AS both_ends,
    bool_or(kind = 'invoice') AS is_invoice, sum(cents) AS cents
  FROM t GROUP BY key HAVING count(DISTINCT id) > 1
)
SELECT CASE WHEN is_invoice THEN 'C27' WHEN only_old THEN 'C02' ELSE 'C01' END AS check_id,
  to_hex(key) AS key, CASE WHEN both_ends AND n_people > 1 THEN 80 ELSE 95 END AS strength,
  ids[:200] AS claims, '' AS subject,
  json_object('kind', CASE WHEN is_invoice THEN 'same_invoice' WHEN both_ends THEN 'new_and_old'
    WHEN only_old THEN 'same_old_thing' ELSE 'same_new_thing' END,
    'n', n, 'people', n_people, 'programmes', n_programmes, 'cents', cents) AS why
FROM d"""

TURNS = """
SELECT 'C03' AS check_id, concat_ws('|', applicant, family, product_class, year) AS key, 90 AS strength,
  list(id ORDER BY id)[:200] AS claims, '' AS subject,
  json_object('kind', 'too_many_turns', 'n', count(*), 'most', max(most), 'places', count(DISTINCT place),
    'cents', sum(cents)) AS why
FROM c WHERE most IS NOT NULL AND NOT is_top_up
GROUP BY applicant, family, product_class, year HAVING count(*) > max(most)"""

# One order cut in two: the same shop, day and product, by one person or by people with one telephone or
# account.
SPLIT = """
WITH days AS (
  SELECT merchant, product, CAST(happened_at AS DATE) AS day FROM c WHERE merchant <> '' AND product IS NOT
    NULL
  GROUP BY ALL HAVING count(*) > 1
), b AS (
  SELECT merchant, product, price, id, applicant, cents, day,
    unnest([hash('a', applicant), hash('p', phone), hash('b', account), hash('h', address)]) AS who,
    unnest([true, phone IS NOT NULL, account IS NOT NULL, address IS NOT NULL]) AS is_known
  FROM c JOIN days USING (merchant, product) WHERE CAST(happened_at AS DATE) = day
), g AS (
  SELECT merchant, product, day, who, list(DISTINCT id ORDER BY id) AS ids, count(DISTINCT id) AS n,
    count(DISTINCT applicant) AS n_people, sum(cents) AS cents, sum(price) AS price
  FROM b WHERE is_known GROUP BY merchant, product, day, who HAVING count(DISTINCT id) > 1
)
SELECT 'C26' AS check_id, concat_ws('|', merchant, product, day, ids[1]) AS key,
  least(100, 55 + 10 * max(n)) AS strength, max_by(ids, n)[:200] AS claims, merchant AS subject,
  json_object('kind', 'split', 'n', max(n), 'people', max(n_people), 'product', product, 'day', day,
    'cents', max_by(cents, n), 'price', max_by(price, n)) AS why
FROM g GROUP BY merchant, product, day, ids[1]"""

# Money that went to a later claim while an earlier one of the same place waits; claims after the stop.
ORDER = """
WITH q AS (
  SELECT programme, place, min(submitted_at) AS first_at, min(id) AS first_id FROM c
  WHERE state = 'queued' GROUP BY programme, place
), late AS (
  SELECT c.programme, c.place, c.id, c.cents, q.first_id FROM c JOIN q USING (programme, place)
  WHERE c.state <> 'queued' AND c.submitted_at > q.first_at AND NOT c.is_top_up
)
SELECT 'C36' AS check_id, concat_ws('|', programme, place, first_id) AS key, 85 AS strength,
  list_prepend(first_id, list(id ORDER BY id)[:199]) AS claims, programme AS subject,
  json_object('kind', 'out_of_order', 'n', count(*), 'place', place, 'cents', sum(cents)) AS why
FROM late GROUP BY programme, place, first_id
UNION ALL
SELECT 'C36', programme, 85, list(id ORDER BY id)[:200], programme,
  json_object('kind', 'after_stop', 'n', count(*), 'cents', sum(cents))
FROM c WHERE submitted_at > stopped_at AND NOT is_top_up AND state <> 'queued' GROUP BY programme"""

STATEMENTS = {"things": THINGS, "turns": TURNS, "split": SPLIT, "order": ORDER}
