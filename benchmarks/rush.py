"""The rush at 8:30: vouchers per second of the full service call against a bare insert per transaction.

PostgreSQL on loopback, the same driver, pool, processes and threads for both, in alternating rounds. Then the
last vouchers of a budget are taken by four processes of which one is killed with -9 in the middle: nobody may
have two, there may not be one too many, and whoever was told yes must have it.

    .venv/bin/python benchmarks/rush.py
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))

import offices
from sidebyside import Report

N_EACH = int(os.environ.get("N_EACH", "6000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
TAKERS = tuple(map(int, os.environ.get("TAKERS", "32,256").split(",")))
N_PROCESSES = 2
HELD = 1_500
PLACE = "152502"


class Worker:
    """A process of its own that takes vouchers, or inserts bare rows, with many threads."""

    def __init__(self, url: str, told: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "worker", str(told)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"DATABASE_URL": url},
        )  # fmt: skip
        self.answer()

    def ask(self, **order: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        return json.loads(line) if line else {}

    def end(self) -> None:
        if self.process.poll() is None:
            assert self.process.stdin
            self.process.stdin.close()
            self.process.wait(timeout=30)


def work(told: Path) -> None:
    """What a worker does until its orders end: each order is one round, answered with what came of it."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "huanxin.web.settings", "HUANXIN_DEV": "1"}
    import django

    django.setup()
    print("{}", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        deed = _bare_insert() if order["what"] == "bare" else _take(order["round"], told)
        print(json.dumps(_with_threads(deed, order["parties"], order["threads"])), flush=True)


def _take(round_id: int, told: Path) -> Any:
    from huanxin.foundation.access.models import User
    from huanxin.registry.models import Party
    from huanxin.tradein import services
    from huanxin.tradein.models import Round

    found, by = Round.objects.get(pk=round_id), User.objects.get(username="li-jing")
    out = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if str(told) != "-" else None

    def deed(party: int) -> str:
        try:
            voucher = services.take_voucher(found, Party(pk=party), "fridge", by=by, place_code=PLACE)
        except services.UsedUp:
            return "used_up"
        except services.TryAgain:
            return "again"
        if out is not None:
            os.write(out, f"{party} {voucher.code}\n".encode())
        return "yes"

    return deed


def _bare_insert() -> Any:
    from django.db import connection

    def deed(party: int) -> str:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bench_bare (code, party_id, held, at) VALUES (%s, %s, %s, now())",
                [f"bare-{party}", party, HELD],
            )
        return "yes"

    return deed


def _with_threads(deed: Any, parties: list[int], n_threads: int) -> dict[str, int]:
    from django.db import connection

    waiting = iter(parties)
    door = threading.Lock()
    came: dict[str, int] = {}

    def run() -> None:
        while True:
            with door:
                party = next(waiting, None)
            if party is None:
                return
            answer = deed(party)
            # As at the end of a request of the site: the connection goes back to the pool.
            connection.close()
            with door:
                came[answer] = came.get(answer, 0) + 1

    threads = [threading.Thread(target=run) for _n in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def fill(n_people: int) -> None:
    """People with real names, a programme, and the table for bare rows."""
    from django.db import connection

    from huanxin.claims.models import Programme
    from huanxin.web import cast
    from tests.tradein import ever_pack

    by, second = cast.enter(cast.LI_JING), cast.enter(cast.ZHAO)
    pack_id = ever_pack.release(by, second)
    for slug in ("ample", "scarce"):
        Programme.objects.create(
            slug=slug, pack_id=pack_id, place_code="15", settles="till",
            from_on=dt.date(2020, 1, 1), state="open", opened_by=by, sample=True,
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_bare (id bigserial PRIMARY KEY, code text, party_id bigint, held bigint, "
            "at timestamptz)"
        )
        cursor.execute(
            "INSERT INTO registry_party (kind, name, identity_sealed, identity_hash, identity_shown, sample) "
            "SELECT 'person', 'bench ' || n, 'x'::bytea, sha256(n::text::bytea), '****', true "
            "FROM generate_series(1, %s) n",
            [n_people],
        )
        cursor.execute("ANALYZE")


def open_round(slug: str, n_vouchers: int) -> int:
    """A round that is open now, over one budget for so many vouchers, paid by centre and region."""
    from django.utils import timezone

    from huanxin.claims.models import Programme
    from huanxin.ledger import services as ledger
    from huanxin.tradein import services
    from huanxin.web import cast

    by, programme = cast.enter(cast.LI_JING), Programme.objects.get(slug=slug)
    for source, percent in (("centre", 95), ("region", 5)):
        budget = ledger.open_budget(slug, "15", source, by=by, n_lanes=64)
        ledger.grant(budget, n_vouchers * HELD * percent // 100, key=f"{slug}-{source}", by=by)
    begin = timezone.localtime().replace(hour=0, minute=0, second=0)
    end = begin.replace(hour=23, minute=59, second=59)
    return services.open_round(programme, opens_at=begin, closes_at=end, by=by, classes=["fridge"]).pk


def timed(workers: list[Worker], what: str, round_id: int, parties: list[int], takers: int) -> float:
    """Deeds per second when all workers together serve so many takers at once."""
    share = len(parties) // len(workers)
    began = time.perf_counter()
    for n, worker in enumerate(workers):
        worker.ask(
            what=what, round=round_id, parties=parties[n * share : (n + 1) * share],
            threads=takers // len(workers),
        )  # fmt: skip
    came = [worker.answer() for worker in workers]
    n_done = sum(answer.get("yes", 0) for answer in came)
    assert n_done == share * len(workers), came
    return n_done / (time.perf_counter() - began)


def compare(report: Report, url: str, round_id: int, people: list[int]) -> None:
    """Alternating rounds of bare inserts and of vouchers, for each number of takers."""
    workers = [Worker(url, Path("-")) for _n in range(N_PROCESSES)]
    at = 0
    for takers in TAKERS:
        rates: dict[str, list[float]] = {"bare": [], "take": []}
        for number in range(1 + ROUNDS):
            for what in rates:
                rate = timed(workers, what, round_id, people[at : at + N_EACH], takers)
                at += N_EACH if what == "take" else 0
                if number:
                    rates[what].append(rate)
        bare, take = (statistics.median(rates[what]) for what in ("bare", "take"))
        report.row(f"take_voucher, {takers} takers", "bare insert", take / bare, least=0.5)
        report.note(f"  vouchers per second, {takers} takers", _spread(rates["take"]))
        report.note(f"  bare inserts per second, {takers} takers", _spread(rates["bare"]))
    for worker in workers:
        worker.end()


def _spread(rates: list[float]) -> str:
    return f"{statistics.median(rates):,.0f} ({min(rates):,.0f}–{max(rates):,.0f})"


def killed(report: Report, url: str, round_id: int, people: list[int], n_vouchers: int) -> None:
    """More people than vouchers; one of four processes is killed in the middle of its work."""
    with tempfile.TemporaryDirectory() as folder:
        told = [Path(folder) / f"told-{n}" for n in range(4)]
        workers = [Worker(url, path) for path in told]
        for n, worker in enumerate(workers):
            worker.ask(what="take", round=round_id, parties=people[n::4], threads=64)
        victim = workers[0].process
        while not told[0].exists() or told[0].read_bytes().count(b"\n") < n_vouchers // 12:
            time.sleep(0.002)
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        for worker in workers[1:]:
            worker.answer()
            worker.end()
        lines = [line.split() for path in told for line in path.read_text().splitlines() if line]
        n_victim = told[0].read_text().count("\n")
    report.note("killed with -9 after it had said yes to", f"{n_victim:,}")
    settle_accounts(report, "scarce", n_vouchers, {(int(p), c) for p, c in lines})


def settle_accounts(report: Report, slug: str, n_vouchers: int, told: set[tuple[int, str]]) -> None:
    """Count what stands in the database, and hold it against the budget and against what people were told."""
    from django.db.models import Count

    from huanxin.ledger import queries as ledger
    from huanxin.tradein.models import Voucher

    rows = Voucher.objects.filter(programme__slug=slug)
    have = set(rows.values_list("party_id", "code"))
    standing = ledger.standing(slug)
    granted, reserved, available = (
        sum(getattr(row, name) for row in standing) for name in ("granted", "reserved", "available")
    )
    doubles = rows.values("party_id").annotate(n=Count("pk")).filter(n__gt=1).count()
    name = f"{slug}: "
    if told:
        report.note(name + "told yes / in the database", f"{len(told):,} / {len(have):,}")
        report.row(name + "told yes and lost", "0", len(told - have), most=0)
    report.row(name + "people with two", "0", doubles, most=0)
    report.row(name + "vouchers over the budget", "0", max(0, len(have) - n_vouchers), most=0)
    # Either way is wrong: the distance from nothing is bounded.
    off = float(abs(reserved - HELD * len(have))), float(abs(granted - reserved - available))
    report.row(name + "ledger: reserved against vouchers", "0", off[0], most=0)
    report.row(name + "ledger: granted against where it stands", "0", off[1], most=0)


def main() -> None:
    if not offices.has_postgres():
        sys.exit(f"No PostgreSQL at {offices.SERVER}.")
    report = Report(f"The rush: {N_PROCESSES} processes, {N_EACH:,} in a round, {ROUNDS} alternating rounds")
    n_ample, n_scarce = N_EACH * (ROUNDS + 1) * len(TAKERS), 6_000
    with offices.postgres_database() as url, offices.office(url):
        from huanxin.registry.models import Party

        fill(max(n_ample, 10_000))
        people = list(Party.objects.order_by("pk").values_list("pk", flat=True))
        pooled = f"{url}?pool=16"
        compare(report, pooled, open_round("ample", n_ample + 10), people)
        settle_accounts(report, "ample", n_ample + 10, set())
        killed(report, pooled, open_round("scarce", n_scarce), people[:10_000], n_scarce)
    report.finish()


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        work(Path(sys.argv[2]))
    else:
        main()
