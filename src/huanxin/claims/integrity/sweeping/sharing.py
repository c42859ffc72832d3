"""What many claims share: a telephone, an account, an address, a device; and when they come."""

from __future__ import annotations

# From how many people on is it more than a family or an office: an address holds a dormitory, a network a
# village.
FEWEST = {"phone": 4, "account": 3, "device": 4, "address": 6, "network": 30}

_KINDS = ", ".join(f"('{kind}', {least})" for kind, least in FEWEST.items())
SHARED = f"""
WITH k(kind, least) AS (VALUES {_KINDS}), g AS (
  SELECT kind, key, count(DISTINCT applicant) AS n_people, list(claim ORDER BY claim) AS ids,
    sum(cents) AS cents, count(*) AS n, count(DISTINCT merchant) AS n_shops
  FROM shared GROUP BY kind, key HAVING count(DISTINCT applicant) > 2
)
SELECT 'C14' AS check_id, g.kind || '|' || to_hex(key) AS key,
  CAST(least(100, 40 + 8 * (n_people - least) + CASE g.kind WHEN 'account' THEN 30 WHEN 'phone' THEN 15
    WHEN 'device' THEN 15 ELSE 0 END) AS INTEGER) AS strength,
  ids[:200] AS claims, '' AS subject,
  json_object('kind', 'shared_' || g.kind, 'n', n, 'people', n_people, 'shops', n_shops, 'cents', cents) AS
    why
FROM g JOIN k USING (kind) WHERE n_people >= least"""

# A clerk rings up a sale in a minute or so; a shop that always does more is measured against itself.
BURSTS = """
WITH m AS (
  SELECT merchant, date_trunc('minute', happened_at) AS minute, count(*) AS n, sum(cents) AS cents,
    list(id ORDER BY id) AS ids
  FROM c WHERE merchant <> '' AND sold_at IS NOT NULL GROUP BY ALL
), usual AS (SELECT merchant, quantile_cont(n, 0.5) AS often FROM m GROUP BY merchant)
SELECT 'C14' AS check_id, merchant AS key, CAST(least(100, 40 + 5 * max(n)) AS INTEGER) AS strength,
  flatten(list(ids ORDER BY minute))[:200] AS claims, merchant AS subject,
  json_object('kind', 'burst', 'n', sum(n)::BIGINT, 'most', max(n), 'minutes', count(*),
    'at', strftime(min(minute), '%Y-%m-%d %H:%M'), 'cents', sum(cents)::BIGINT) AS why
FROM m JOIN usual USING (merchant) WHERE n >= 5 AND n >= 4 * often GROUP BY merchant"""

NIGHTS = """
WITH g AS (
  SELECT merchant, count(*) AS n, count(*) FILTER (hour(happened_at) < 5) AS n_night,
    sum(cents) FILTER (hour(happened_at) < 5) AS cents, list(id ORDER BY id) FILTER (hour(happened_at) < 5)
      AS ids
  FROM c WHERE merchant <> '' AND sold_at IS NOT NULL GROUP BY merchant
)
SELECT 'C14' AS check_id, merchant AS key, CAST(least(100, 30 + 100 * n_night / n) AS INTEGER) AS strength,
  ids[:200] AS claims, merchant AS subject,
  json_object('kind', 'nights', 'n', n_night, 'of', n, 'cents', cents) AS why
FROM g WHERE n_night >= 5 AND n_night >= 0.25 * n"""

# The applicant is paid on an account of the shop itself: seen without any bank.
SHOP_ACCOUNT = """
SELECT 'C30' AS check_id, s.merchant AS key, CAST(least(100, 75 + 5 * count(*)) AS INTEGER) AS strength,
  list(c.id ORDER BY c.id)[:200] AS claims, s.merchant AS subject,
  json_object('kind', 'shop_account', 'n', count(*), 'people', count(DISTINCT c.applicant),
    'cents', sum(c.cents)) AS why
FROM c JOIN shops s ON s.account = c.account GROUP BY s.merchant"""

STATEMENTS = {"shared": SHARED, "bursts": BURSTS, "nights": NIGHTS, "shop_account": SHOP_ACCOUNT}
