"""Prices: far from what others pay, raised before the start, moved to where the cap is just reached."""

from __future__ import annotations

# A product needs this many sales at this many shops before its median says anything.
OFF_MEDIAN = """
WITH m AS (
  SELECT product, median(price) AS usual, count(*) AS n_all, count(DISTINCT merchant) AS n_shops
  FROM c WHERE product IS NOT NULL AND price > 0 AND merchant <> ''
  GROUP BY product HAVING count(*) >= 8 AND count(DISTINCT merchant) >= 3
), g AS (
  SELECT c.merchant, c.product, m.usual, count(*) AS n, median(c.price) AS price, sum(c.cents) AS cents,
    list(c.id ORDER BY c.id) AS ids, median(c.price) / m.usual AS ratio
  FROM c JOIN m USING (product) WHERE c.merchant <> '' AND c.price > 0
  GROUP BY c.merchant, c.product, m.usual
)
SELECT 'C10' AS check_id, concat_ws('|', merchant, product) AS key,
  CAST(least(100, 35 + least(n, 10) * 2 + 60 * abs(ln(ratio))) AS INTEGER) AS strength,
  ids[:200] AS claims, merchant AS subject,
  json_object('kind', CASE WHEN ratio > 1 THEN 'above_median' ELSE 'below_median' END, 'n', n,
    'product', product, 'price', CAST(price AS BIGINT), 'usual', CAST(usual AS BIGINT), 'cents', cents) AS why
FROM g WHERE ratio >= 1.3 OR ratio <= 0.6"""

# The price a shop asked in the ninety days before the start, against what it asks when the money begins.
RAISED = """
WITH starts AS (
  SELECT programme, min(from_on) AS from_on FROM c WHERE merchant <> '' GROUP BY programme
), around AS (
  SELECT s.programme, p.merchant, p.product,
    min(p.price) FILTER (p.filed_at < s.from_on AND p.filed_at >= s.from_on - INTERVAL 180 DAY) AS low,
    max_by(p.price, p.filed_at) FILTER (p.filed_at < s.from_on + INTERVAL 8 DAY) AS at_start,
    max(p.filed_at) FILTER (p.filed_at < s.from_on + INTERVAL 8 DAY) AS raised_at,
    min(p.filed_at) AS first_at
  FROM prices p CROSS JOIN starts s GROUP BY s.programme, p.merchant, p.product
), raised AS (
  SELECT a.* FROM around a JOIN starts s USING (programme)
  WHERE low IS NOT NULL AND at_start >= low * 1.08 AND raised_at >= s.from_on - INTERVAL 90 DAY
), sold AS (
  SELECT r.programme, r.merchant, r.product, r.low, r.at_start, count(c.id) AS n, sum(c.cents) AS cents,
    list(c.id ORDER BY c.id) AS ids
  FROM raised r LEFT JOIN c ON c.programme = r.programme AND c.merchant = r.merchant AND c.product = r.product
  GROUP BY ALL
)
SELECT 'C11' AS check_id, concat_ws('|', merchant, programme) AS key,
  CAST(least(100, 45 + 100 * (max(at_start / low) - 1) + 3 * count(*)) AS INTEGER) AS strength,
  list_filter(flatten(list(ids)), lambda x: x IS NOT NULL)[:200] AS claims, merchant AS subject,
  json_object('kind', 'raised_before_start', 'n', coalesce(sum(n), 0)::BIGINT, 'products', count(*),
    'percent', CAST(100 * (max(at_start / low) - 1) AS INTEGER), 'programme', programme,
    'cents', coalesce(sum(cents), 0)::BIGINT) AS why
FROM sold GROUP BY merchant, programme"""

# The price at which the whole subsidy is reached is seen in the claims themselves: the lowest that got the
# most.
AT_CAP = """
WITH tops AS (
  SELECT programme, product_class, max(cents) AS top FROM c WHERE price > 0 AND cents > 0
  GROUP BY programme, product_class
), caps AS (
  SELECT c.programme, c.product_class, min(c.price) AS cap_price FROM c JOIN tops t
    ON t.programme = c.programme AND t.product_class IS NOT DISTINCT FROM c.product_class AND c.cents = t.top
  GROUP BY c.programme, c.product_class HAVING count(*) >= 3
), s AS (
  SELECT c.*, k.cap_price, c.price BETWEEN k.cap_price AND k.cap_price * 1.02 AS at_cap
  FROM c JOIN caps k ON k.programme = c.programme AND k.product_class IS NOT DISTINCT FROM c.product_class
  WHERE c.merchant <> '' AND c.product IS NOT NULL
), g AS (
  SELECT merchant, product, cap_price, count(*) AS n, count(*) FILTER (at_cap) AS n_cap,
    sum(cents) FILTER (at_cap) AS cents, list(id ORDER BY id) FILTER (at_cap) AS ids
  FROM s GROUP BY merchant, product, cap_price
), o AS (
  SELECT product, median(price) AS usual, count(DISTINCT merchant) AS n_shops FROM s GROUP BY product
)
SELECT 'C12' AS check_id, concat_ws('|', g.merchant, g.product) AS key,
  CAST(least(100, 40 + 3 * n_cap + 100 * (cap_price / usual - 1)) AS INTEGER) AS strength,
  ids[:200] AS claims, g.merchant AS subject,
  json_object('kind', 'at_the_cap', 'n', n_cap, 'of', n, 'product', g.product, 'price', cap_price,
    'usual', CAST(usual AS BIGINT), 'cents', cents) AS why
FROM g JOIN o USING (product)
WHERE n_cap >= 5 AND n_cap >= 0.6 * n AND usual < 0.95 * cap_price AND n_shops >= 3"""

STATEMENTS = {"off_median": OFF_MEDIAN, "raised": RAISED, "at_cap": AT_CAP}
