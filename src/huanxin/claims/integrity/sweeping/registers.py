"""Claims against what other offices know; each statement names the files without which it cannot be told."""

from __future__ import annotations

ACTIVATED = """
SELECT 'C16' AS check_id, to_hex(t.key) AS key,
  CASE WHEN a.activated_on < CAST(c.happened_at AS DATE) THEN 85 ELSE 65 END AS strength,
  [c.id] AS claims, c.merchant AS subject,
  json_object('kind', CASE WHEN a.activated_on < CAST(c.happened_at AS DATE) THEN 'activated_before'
    ELSE 'activated_elsewhere' END, 'on', a.activated_on, 'place', a.place_code, 'cents', c.cents) AS why
FROM traces t JOIN c ON c.id = t.claim JOIN port_activation a ON a.key = t.key
WHERE t.kind = 'new' AND (a.activated_on < CAST(c.happened_at AS DATE) OR NOT starts_with(a.place_code,
c.place[:2]))"""

SOLD_MORE = """
WITH bought AS (SELECT key, product, sum(units) AS units FROM port_stock GROUP BY key, product),
known AS (SELECT DISTINCT key FROM bought), g AS (
  SELECT c.merchant, any_value(c.merchant_key) AS key, c.product, count(*) AS n, sum(c.cents) AS cents,
    list(c.id ORDER BY c.id) AS ids
  FROM c WHERE c.merchant <> '' AND c.product IS NOT NULL GROUP BY c.merchant, c.product
)
SELECT 'C17' AS check_id, concat_ws('|', g.merchant, g.product) AS key,
  CAST(least(100, 60 + 40.0 * (n - coalesce(units, 0)) / n) AS INTEGER) AS strength,
  ids[:200] AS claims, g.merchant AS subject,
  json_object('kind', 'sold_more_than_bought', 'n', n, 'bought', coalesce(units, 0)::BIGINT,
    'product', g.product, 'cents', cents) AS why
FROM g JOIN known USING (key) LEFT JOIN bought b ON b.key = g.key AND b.product = g.product
WHERE n > coalesce(units, 0)"""

RECYCLERS = """
WITH r AS (
  SELECT t.claim, t.key, r.recycler, r.certified_on, r.mass_kg, r.steel_kg, r.has_video, c.cents
  FROM traces t JOIN c ON c.id = t.claim JOIN port_recycling r ON r.key = t.key WHERE t.kind = 'old'
), d AS (
  SELECT recycler, certified_on, count(*) AS n, list(claim ORDER BY claim) AS ids, sum(cents) AS cents
  FROM r GROUP BY recycler, certified_on
)
SELECT 'C18' AS check_id, concat_ws('|', d.recycler, d.certified_on) AS key,
  CAST(least(100, 55 + 30.0 * (n - k.per_day) / k.per_day) AS INTEGER) AS strength,
  ids[:200] AS claims, d.recycler AS subject,
  json_object('kind', 'over_capacity', 'n', n, 'capacity', k.per_day, 'on', certified_on, 'cents', cents) AS
    why
FROM d JOIN port_recyclers k ON k.recycler = d.recycler WHERE n > k.per_day
UNION ALL
SELECT 'C18', recycler, CAST(least(100, 55 + 5 * count(*)) AS INTEGER), list(claim ORDER BY claim)[:200],
  recycler,
  json_object('kind', 'mass_missing', 'n', count(*), 'no_video', count(*) FILTER (NOT has_video),
    'in_kg', sum(mass_kg)::BIGINT, 'out_kg', sum(steel_kg)::BIGINT, 'cents', sum(cents))
FROM r WHERE NOT has_video OR steel_kg < 0.4 * mass_kg GROUP BY recycler"""

# The old car went through many hands before its claim, came back to the applicant, or had hardly run.
PASSED_ON = """
WITH p AS (
  SELECT t.claim, t.key, count(*) FILTER (x."on" BETWEEN CAST(c.submitted_at AS DATE) - 365
      AND CAST(c.submitted_at AS DATE)) AS n_before,
    min(x.mileage_km) AS mileage, bool_or(x.to_person = a.person AND x."on" > c.dated_on) AS came_back,
    any_value(c.cents) AS cents
  FROM traces t JOIN c ON c.id = t.claim JOIN port_transfers x ON x.key = t.key
    LEFT JOIN people a ON a.party = c.applicant
  WHERE t.kind = 'old' GROUP BY t.claim, t.key
)
SELECT 'C23' AS check_id, to_hex(key) || '|' || claim AS key,
  CAST(least(100, CASE WHEN came_back THEN 85 WHEN mileage < 500 THEN 75 ELSE 40 + 12 * n_before END) AS
  INTEGER)
    AS strength,
  [claim] AS claims, '' AS subject,
  json_object('kind', CASE WHEN came_back THEN 'came_back' WHEN mileage < 500 THEN 'hardly_run'
    ELSE 'many_hands' END, 'n', n_before, 'mileage', mileage, 'cents', cents) AS why
FROM p WHERE n_before >= 3 OR came_back OR mileage < 500"""

SOLD_ON = """
SELECT 'C24' AS check_id, to_hex(t.key) AS key,
  CAST(greatest(50, 90 - date_diff('day', c.dated_on, min(x."on")) / 3) AS INTEGER) AS strength,
  [c.id] AS claims, '' AS subject,
  json_object('kind', 'sold_on', 'days', date_diff('day', c.dated_on, min(x."on")), 'on', min(x."on"),
    'cents', c.cents) AS why
FROM traces t JOIN c ON c.id = t.claim JOIN port_transfers x ON x.key = t.key
WHERE t.kind = 'new' AND x."on" > c.dated_on AND x."on" <= c.dated_on + 120
GROUP BY t.key, c.id, c.dated_on, c.cents"""

RETURNED = """
SELECT 'C25' AS check_id, to_hex(t.key) AS key, 95 AS strength, [c.id] AS claims, c.merchant AS subject,
  json_object('kind', 'returned_outside', 'state', o.state, 'on', o."on", 'cents', c.cents) AS why
FROM traces t JOIN c ON c.id = t.claim JOIN port_orders o ON o.key = t.key
WHERE t.kind = 'new' AND o."on" >= CAST(c.happened_at AS DATE)
  AND lower(o.state) IN ('returned', 'cancelled', '退货', '退款', '取消', '已退货', '已退款', '已取消')"""

# A buyer pays a shop; that a shop pays its buyer, around the subsidy, is the other way round.
FLOWS = """
SELECT 'C30' AS check_id, to_hex(c.account) AS key, 85 AS strength, list(DISTINCT c.id)[:200] AS claims,
  any_value(s.merchant) AS subject,
  json_object('kind', 'flows_back', 'n', count(*), 'flows', sum(b.amount * 100)::BIGINT,
    'cents', sum(c.cents)::BIGINT) AS why
FROM c JOIN port_bank b ON b.to_account = c.account JOIN shops s ON s.account = b.key
WHERE b."on" BETWEEN CAST(c.happened_at AS DATE) - 10 AND CAST(c.happened_at AS DATE) + 90 GROUP BY
c.account"""

INVOICES = """
WITH i AS (
  SELECT x.invoice_no, list(DISTINCT c.id ORDER BY c.id) AS ids, sum(c.cents) AS cents
  FROM traces t JOIN c ON c.id = t.claim JOIN port_tax x ON x.key = t.key
  WHERE x.invoice_no IS NOT NULL AND NOT c.is_top_up GROUP BY x.invoice_no HAVING count(DISTINCT c.id) > 1
)
SELECT 'C27' AS check_id, sha256(invoice_no)[:16] AS key, 80 AS strength, ids[:200] AS claims, '' AS subject,
  json_object('kind', 'same_invoice', 'n', len(ids), 'people', len(ids), 'cents', cents) AS why FROM i"""

OVERSTATED = """
SELECT 'C13' AS check_id, concat_ws('|', c.merchant, c.product) AS key, 80 AS strength,
  list(c.id ORDER BY c.id)[:200] AS claims, c.merchant AS subject,
  json_object('kind', CASE WHEN c.grade < any_value(l.grade) THEN 'grade_overstated' ELSE 'other_class' END,
    'n', count(*), 'product', c.product, 'grade', any_value(l.grade), 'cents', sum(c.cents)) AS why
FROM c JOIN port_labels l ON l.product = c.product
WHERE c.grade < l.grade OR l.class <> c.product_class GROUP BY c.merchant, c.product, c.grade"""

# The files that a statement reads.
NEEDS = {
    "activated": ("activation",), "sold_more": ("stock",), "recyclers": ("recycling", "recyclers"),
    "passed_on": ("transfers",), "sold_on": ("transfers",), "returned": ("orders",), "flows": ("bank",),
    "invoices": ("tax",), "overstated": ("labels",),
}  # fmt: skip
STATEMENTS = {
    "activated": ACTIVATED, "sold_more": SOLD_MORE, "recyclers": RECYCLERS, "passed_on": PASSED_ON,
    "sold_on": SOLD_ON, "returned": RETURNED, "flows": FLOWS, "invoices": INVOICES,
    "overstated": OVERSTATED,
}  # fmt: skip
