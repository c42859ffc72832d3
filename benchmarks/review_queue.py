"""The reviewer's queue at 1,000,000 claims against itself at 10,000, on PostgreSQL, in one run.

The whole answer is timed as a reviewer gets it: login, filters, counts, list, template. Claims are written by
SQL, over all states as a year leaves them: one in five is still to be decided, of these one in four is late;
one in seven has a finding that somebody must see. Half of them lie in the banner that is looked at, the rest
in all others, so that every page is full at both sizes.
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

PEOPLE = {"a banner": "batu", "a league": "qiqige", "the region": "wulan"}
ASKED = {
    "nothing asked": "",
    "late ones": "clock=late",
    "green ones": "light=green",
    "red ones": "light=red",
    "a programme": "programme=bench-2",
}

PARTIES = """
INSERT INTO registry_party (kind, name, identity_shown, sample)
SELECT 'person', '试验人' || i, '1525**********00' || i, true FROM generate_series(1, 500) AS t(i)"""
FILL = """
INSERT INTO claims_claim (number, programme_id, applicant_id, entered_by_id, place_id, state, desk, due_on,
  facts, things, phone_shown, account_shown, account_name, bank, merchant, verdict, amount, shares, decision,
  pack_digest, is_sampled, all_green, state_before, started_at, saved_at, submitted_at, state_at, n_steps,
  sample)
SELECT 'bench-' || i, p.ids[1 + i %% 3], party.first + i %% 500, %(user)s,
  CASE WHEN i %% 2 = 0 THEN '152502'
    ELSE pl.codes[1 + abs(hashint8(i)::bigint) %% array_length(pl.codes, 1)] END,
  s.state, CASE s.state WHEN 'banner_reviewed' THEN 'league' WHEN 'sampled' THEN 'region'
    WHEN 'submitted' THEN 'banner' WHEN 'accepted' THEN 'banner' WHEN 'committed' THEN 'finance' ELSE '' END,
  current_date - 5 + (abs(hashint8(i + 7)::bigint) %% 20)::int, '{}', '{}', '', '', '', '', '',
  CASE WHEN i %% 11 = 0 THEN 'ineligible' WHEN i %% 5 = 0 THEN 'undecided' ELSE 'eligible' END, 1800000, '{}',
  '{}', '', false, i %% 11 <> 0 AND i %% 5 <> 0, '', now(), now(), now(), now(), 3, true
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS t(i)
CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM claims_programme) AS p
CROSS JOIN (SELECT array_agg(code ORDER BY code) AS codes FROM registry_place WHERE level = 'banner') AS pl
CROSS JOIN (SELECT min(id) AS first FROM registry_party) AS party
CROSS JOIN LATERAL (SELECT (array['submitted', 'accepted', 'banner_reviewed', 'sampled', 'returned', 'notice',
  'committed', 'paid', 'paid', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed',
  'refused', 'withdrawn', 'draft'])[1 + abs(hashint8(i + 3)::bigint) %% 20] AS state) AS s"""
FINDINGS = """
INSERT INTO claims_finding (check_id, claim_id, subject, severity, strength, says, others, digest, found_at,
  judgement, judged_why)
SELECT 'C14', id, '', CASE WHEN id % 3 = 0 THEN 'block' ELSE 'review' END, 60, '{}', '[]', 'bench-' || id,
  now(), 'open', '' FROM claims_claim WHERE id % 7 = 0 ON CONFLICT DO NOTHING"""


def prepare() -> int:
    """Programmes, people, and whoever entered all the claims."""
    from django.db import connection

    from huanxin.claims.models import Programme
    from huanxin.web import cast

    cast.enter_all()
    naren = cast.enter(cast.NAREN)
    for n in (1, 2, 3):
        Programme.objects.create(
            slug=f"bench-{n}", pack_id=f"bench-{n}", place_code="15", from_on="2026-01-01", state="open",
            opened_by=naren, chain=["banner", "league", "region"], sample=True,
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(PARTIES)
    return naren.pk


def fill(first: int, last: int, user: int) -> None:
    """Claims numbered `first` to `last`, and statistics as the database keeps them by itself."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(FILL, {"first": first, "last": last, "user": user})
        cursor.execute(FINDINGS)
        cursor.execute("VACUUM ANALYZE" if connection.get_autocommit() else "ANALYZE")


def readers() -> dict[str, Client]:
    """A reviewer of each desk, logged in."""
    from django.test import Client

    from huanxin.foundation.access.models import User

    found = {}
    for who, login in PEOPLE.items():
        found[who] = Client(headers={"host": "127.0.0.1"})
        found[who].force_login(User.objects.get(username=login))
    return found


def timed(clients: dict[str, Client], rounds: int) -> dict[tuple[str, str], float]:
    """Median seconds of the page for each desk and each thing that may be asked."""
    from django.urls import reverse

    address = reverse("claims:queue")
    taken: dict[tuple[str, str], list[float]] = {(who, what): [] for who in clients for what in ASKED}
    for number in range(2 + rounds):
        for (who, what), times in taken.items():
            began = time.perf_counter()
            answer = clients[who].get(f"{address}?{ASKED[what]}")
            seconds = time.perf_counter() - began
            assert answer.status_code == 200, f"{who}, {what}: {answer.status_code}"
            if number >= 2:
                times.append(seconds)
    return {asked: statistics.median(times) for asked, times in taken.items()}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--few", type=int, default=10_000)
    options.add_argument("--many", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=9)
    asked = options.parse_args()
    if not has_postgres():
        raise SystemExit("This needs a PostgreSQL at 127.0.0.1:5432 that lets the user postgres in.")
    with postgres_database() as url, office(url):
        user, clients = prepare(), readers()
        fill(1, asked.few, user)
        few = timed(clients, asked.rounds)
        fill(asked.few + 1, asked.many, user)
        many = timed(clients, asked.rounds)
    report = Report(f"The reviewer's queue at {asked.many:,} claims, both measured in one run")
    for (who, what), seconds in many.items():
        before = few[who, what]
        against = f"at {asked.few:,}: {before * 1000:.0f} ms, now {seconds * 1000:.0f} ms"
        report.row(f"{who}: {what}", against, seconds / before, most=1.5)
    report.finish()


if __name__ == "__main__":
    main()
