"""How shops report and how officers decide."""

from __future__ import annotations

REPORTED_LATE = """
WITH b AS (
  SELECT merchant, date_trunc('hour', received_at) AS batch, count(*) AS n, sum(cents) AS cents,
    median(epoch(received_at - sold_at) / 3600) AS hours, list(id ORDER BY id) AS ids
  FROM c WHERE merchant <> '' AND received_at IS NOT NULL AND sold_at IS NOT NULL
  GROUP BY merchant, date_trunc('hour', received_at) HAVING count(*) >= 5
)
SELECT 'C37' AS check_id, merchant AS key, CAST(least(100, 40 + 4 * max(n)) AS INTEGER) AS strength,
  flatten(list(ids ORDER BY batch))[:200] AS claims, merchant AS subject,
  json_object('kind', 'back_filled', 'n', sum(n)::BIGINT, 'batches', count(*), 'hours', CAST(max(hours) AS
    BIGINT),
    'at', strftime(min(batch), '%Y-%m-%d %H:00'), 'cents', sum(cents)::BIGINT) AS why
FROM b WHERE hours >= 24 GROUP BY merchant"""

# The deeds with which an officer lets a claim go on; a machine's steps have nobody.
_DECIDED = """
WITH s AS (
  SELECT s.who, s.done_at, s.claim, c.merchant, c.recycler, c.cents,
    epoch(s.done_at - lag(s.done_at) OVER (PARTITION BY s.who ORDER BY s.done_at)) AS gap
  FROM steps s JOIN c ON c.id = s.claim
  WHERE s.who IS NOT NULL AND s.deed IN ('accept', 'approve', 'pass')
)"""
HASTY = f"""{_DECIDED}, g AS (
  SELECT who, count(*) AS n, median(gap) AS usual, list(claim ORDER BY claim) AS ids, sum(cents) AS cents,
    count(*) FILTER (hour(done_at) < 7 OR hour(done_at) >= 20 OR isodow(done_at) > 5) AS n_after
  FROM s GROUP BY who HAVING count(*) >= 20
)
SELECT 'C38' AS check_id, 'speed|' || who AS key, CAST(least(100, 90 - usual * 2) AS INTEGER) AS strength,
  ids[:200] AS claims, CAST(who AS VARCHAR) AS subject,
  json_object('kind', 'hasty', 'n', n, 'seconds', CAST(usual AS BIGINT), 'officer', who, 'cents', cents) AS
    why
FROM g WHERE usual < 15
UNION ALL
SELECT 'C38', 'hours|' || who, CAST(least(100, 30 + 60 * n_after / n) AS INTEGER), ids[:200], CAST(who AS
  VARCHAR),
  json_object('kind', 'after_hours', 'n', n_after, 'of', n, 'officer', who, 'cents', cents)
FROM g WHERE n_after >= 0.5 * n"""

# One officer lets through most of what one shop or recycler brings, and the others see little of it.
ALWAYS_THE_SAME = f"""{_DECIDED}, w AS (
  SELECT who, claim, cents, coalesce(nullif(merchant, ''), recycler) AS whose FROM s
), g AS (
  SELECT who, whose, count(*) AS n, sum(cents) AS cents, list(claim ORDER BY claim) AS ids FROM w
  WHERE whose IS NOT NULL GROUP BY who, whose
), o AS (SELECT who, count(*) AS n_by FROM w GROUP BY who), m AS (
  SELECT whose, count(*) AS n_whose, count(DISTINCT who) AS n_officers FROM w WHERE whose IS NOT NULL GROUP
    BY whose
), a AS (SELECT count(*) AS n_all FROM w)
SELECT 'C38' AS check_id, concat_ws('|', 'same', who, whose) AS key,
  CAST(least(100, 20 + 60.0 * n / n_by + 20.0 * n / n_whose) AS INTEGER) AS strength, ids[:200] AS claims,
  CAST(who AS VARCHAR) AS subject,
  json_object('kind', 'always_the_same', 'n', n, 'of', n_by, 'whose', whose, 'officer', who, 'cents', cents)
    AS why
FROM g JOIN o USING (who) JOIN m USING (whose), a
WHERE n >= 12 AND n >= 0.5 * n_by AND n * n_all >= 3.0 * n_by * n_whose"""

EDITED = """
WITH e AS (
  SELECT s.claim, s.who, count(*) AS n FROM steps s JOIN steps a ON a.claim = s.claim AND a.n < s.n
  WHERE s.deed IN ('edit', 'correct', 'change') AND a.deed IN ('accept', 'approve', 'pass') AND s.who IS NOT
  NULL
  GROUP BY s.claim, s.who
)
SELECT 'C38' AS check_id, 'edit|' || who AS key, CAST(least(100, 50 + 10 * count(*)) AS INTEGER) AS strength,
  list(claim ORDER BY claim)[:200] AS claims, CAST(who AS VARCHAR) AS subject,
  json_object('kind', 'edited_after', 'n', count(*), 'officer', who, 'cents', sum(c.cents)) AS why
FROM e JOIN c ON c.id = e.claim GROUP BY who"""

SITE_PHOTOS = """
SELECT 'C32' AS check_id, CAST(c.id AS VARCHAR) AS key, 65 AS strength, [c.id] AS claims, '' AS subject,
  json_object('kind', 'photo_out_of_time', 'n', count(*), 'on', min(p.taken_on), 'cents',
    any_value(c.cents)) AS why
FROM papers p JOIN c ON c.id = p.claim
WHERE c.is_project AND p.taken_on IS NOT NULL
  AND (p.taken_on < c.from_on - 365 OR p.taken_on > CAST(c.submitted_at AS DATE)) GROUP BY c.id"""

STATEMENTS = {
    "reported_late": REPORTED_LATE, "hasty": HASTY, "always_the_same": ALWAYS_THE_SAME, "edited": EDITED,
    "site_photos": SITE_PHOTOS,
}  # fmt: skip
