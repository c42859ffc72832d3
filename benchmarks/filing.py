"""Filing a claim over HTTP: the POST that sends it, p95 at 50 clients, against a plain view with one insert.

Both are answered by the same gunicorn with the same settings on PostgreSQL on loopback, in alternating
rounds; session and CSRF as a browser sends them. The plain view (filing_urls.py) is what Django's own
tutorial would write: `@login_required`, one `objects.create`, a redirect. Every claim is really filed:
decided, held, checked against cheating by every pack in force, entered in the lives of both cars, told, its
money set aside. Afterwards the claims are counted and the ledger is verified.

    .venv/bin/python benchmarks/filing.py
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offices import SERVER, has_postgres, office, postgres_database
from sidebyside import Report

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User
    from huanxin.registry.models import Party

HERE = Path(__file__).resolve().parent
PLACE, PROGRAMME = "152502", "car-scrappage-2026"
ON = dt.date(2026, 6, 1)
ANSWERS = {
    "invoiced_on": "2026-05-10", "new_registered_on": "2026-05-12", "recycled_on": "2026-05-19",
    "deregistered_on": "2026-05-20", "same_province": True, "claimed_this_year": False,
    "same_person": True, "old_is_passenger": True,
    "old_fuel": "petrol", "old_registered_on": "2011-06-01", "old_owned_since": "2011-06-01",
    "new_fuel": "nev", "price": "150000", "bank": "中国工商银行",
}  # fmt: skip
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)],
        strict=True)
)  # fmt: skip


def vin(stem: str, n: int) -> str:
    """A vehicle's number with its check character."""
    text = f"{stem[:8]}0{stem[8:10]}{n:06d}"
    rest = sum(w * _VALUES[c] for w, c in zip(_WEIGHTS, text, strict=True)) % 11
    return f"{text[:8]}{'X' if rest == 10 else rest}{text[9:]}"


def open_programme() -> None:
    """Every pack in force, one programme with money for everybody."""
    from huanxin.claims import services as claims
    from huanxin.ledger import services as ledger
    from huanxin.rulebook import services as rulebook
    from huanxin.web import cast

    li_jing, zhao = cast.enter(cast.LI_JING), cast.enter(cast.ZHAO)
    rulebook.release_all(by=li_jing, second=zhao)
    opened = claims.open_programme(PROGRAMME, PROGRAMME, from_on=dt.date(2026, 1, 1), by=li_jing, sample=True)
    for source in ("centre", "region"):
        budget = ledger.open_budget(opened.slug, "15", source, by=zhao, n_lanes=16)
        ledger.grant(budget, "900000000.00", key=f"bench-{source}", by=zhao)


def make_people(n_people: int) -> list[tuple[User, Party]]:
    """People with logins and real names."""
    from huanxin.foundation.access.models import Mandate, User
    from huanxin.foundation.lib import sealed
    from huanxin.registry.models import Party

    users = User.objects.bulk_create(User(username=f"bench-{n}", name=f"试验{n}") for n in range(n_people))
    Mandate.objects.bulk_create(Mandate(user=u, role="applicant", place_code=PLACE) for u in users)
    parties = Party.objects.bulk_create(
        Party(
            kind="person", name=user.name, login=user, place_id=PLACE, sample=True,
            identity_sealed=sealed.seal(f"bench {user.pk}"),
            identity_hash=sealed.keyed_hash(f"bench {user.pk}"),
            identity_shown="1525**********0000",
        )
        for user in users
    )  # fmt: skip
    return list(zip(users, parties, strict=True))


def draft(n: int, user: User, party: Party) -> Any:
    """A claim with every answer and paper, not sent."""
    from huanxin.claims import services as claims
    from huanxin.claims.models import Programme

    programme = Programme.objects.get(slug=PROGRAMME)
    claim = claims.start(programme, party, by=user, place_code=PLACE)
    own = {"phone": f"139{n:08d}", "account": f"6222{n:015d}"}
    cars = {"old_asset": vin("LSVAU033B2", n), "new_asset": vin("LGXCE4CBR0", n)}
    return claims.save_answers(claim, ANSWERS | own | cars, by=user)


def hand_in_papers(drafts: list[Any]) -> None:
    """Every paper that the claims ask for, each another picture."""
    from huanxin.claims.filing import queries
    from huanxin.claims.models import ClaimPaper
    from huanxin.registry.models import Paper

    slots = [q.name for q in queries.draft(drafts[0], ON).open if q.sort == "paper"]
    wanted = [(claim, slot) for claim in drafts for slot in slots]
    papers = Paper.objects.bulk_create(
        Paper(
            digest=secrets.token_hex(32), media_type="image/jpeg", n_bytes=200_000, stored_as=f"bench/{n}",
            looks_hash=secrets.randbits(63), by_id=claim.entered_by_id,
        )
        for n, (claim, _slot) in enumerate(wanted)
    )  # fmt: skip
    ClaimPaper.objects.bulk_create(
        ClaimPaper(claim=claim, paper=paper, proves=slot, file_name="photo.jpg", by_id=claim.entered_by_id)
        for (claim, slot), paper in zip(wanted, papers, strict=True)
    )


def request_of(port: int, user: User, address: str, body: dict[str, str]) -> bytes:
    """A form as a browser posts it, with the session of a person who is logged in."""
    from urllib.parse import urlencode

    from django.middleware.csrf import _get_new_csrf_string
    from django.test import Client

    client = Client()
    client.force_login(user)
    csrf = _get_new_csrf_string()
    form = urlencode(body | {"csrfmiddlewaretoken": csrf}).encode()
    session = client.cookies["sessionid"].value
    head = (
        f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Accept: text/html\r\nAccept-Language: zh-CN,zh;q=0.9\r\nUser-Agent: Mozilla/5.0 (bench)\r\n"
        f"Cookie: sessionid={session}; csrftoken={csrf}\r\nConnection: keep-alive\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    return head.encode() + form


class Client:
    """One browser: a connection that is kept, opened again where the server closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, request: bytes) -> bytes:
        """The head of the answer; its body is read and dropped."""
        try:
            return await self._post(request)
        except (ConnectionError, asyncio.IncompleteReadError):
            # A kept connection may have been closed before anything was sent on it.
            self.close()
            return await self._post(request)

    async def _post(self, request: bytes) -> bytes:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        assert self._reader is not None
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n") if b": " in line)
        await self._reader.readexactly(int(lines.get(b"content-length", b"0")))
        if lines.get(b"connection") == b"close":
            self.close()
        return head

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def timed(clients: list[Client], requests: list[bytes], wanted: bytes) -> list[float]:
    """All requests by all clients at once, each as soon as one is free; seconds that each took."""
    waiting, taken = iter(requests), []

    async def walk(client: Client) -> None:
        for request in waiting:
            began = time.perf_counter()
            head = await client.post(request)
            taken.append(time.perf_counter() - began)
            assert head.startswith(b"HTTP/1.1 302") and wanted in head, head.decode(errors="replace")

    await asyncio.gather(*(walk(client) for client in clients))
    return taken


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


async def rounds(
    port: int, plan: dict[str, list[list[bytes]]], n_clients: int
) -> dict[str, list[list[float]]]:
    """Alternating rounds; the first of each warms the processes up and is not counted."""
    clients = [Client(port) for _n in range(n_clients)]
    taken: dict[str, list[list[float]]] = {what: [] for what in plan}
    landing = {"insert": b"Location: /\r\n", "file": b"/received/\r\n"}
    for number in range(len(plan["file"])):
        for what, requests in plan.items():
            seconds = await timed(clients, requests[number], landing[what])
            if number:
                taken[what].append(seconds)
    for client in clients:
        client.close()
    return taken


def serve(url: str, port: int, n_workers: int) -> subprocess.Popen[bytes]:
    """The site in processes of its own, once it answers."""
    site = subprocess.Popen(
        [sys.executable, str(HERE / "filing_site.py"), str(port), str(n_workers)], stdout=subprocess.PIPE,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "filing_site",
                          "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])},
    )  # fmt: skip
    assert site.stdout
    if not site.stdout.readline():
        raise SystemExit("the site did not start")
    # The other processes come a moment later.
    time.sleep(3)
    return site


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def look_at_books(report: Report, n_filed: int) -> None:
    """Every claim is there with all that belongs to it, and the ledger agrees to the cent."""
    from decimal import Decimal

    from huanxin.claims.models import Claim, Hold, Step
    from huanxin.foundation.outbox.models import Message
    from huanxin.ledger import queries, services
    from huanxin.registry.models import LifeEvent

    claims = Claim.objects.filter(state="submitted", amount=Decimal("18000.00"), all_green=True)
    report.row(
        "claims filed, of those sent", str(n_filed), float(claims.count()), least=n_filed, most=n_filed
    )
    claimed = LifeEvent.objects.filter(what="claimed").count()
    rests = {"steps": Step.objects.count(), "holds": Hold.objects.count() / 3,
             "messages": Message.objects.count(), "events of cars": claimed / 2}  # fmt: skip
    for what, n in rests.items():
        report.row(f"{what}, of each claim its own", str(n_filed), float(n), least=n_filed, most=n_filed)
    reserved = sum(standing.reserved for standing in queries.standing(PROGRAMME))
    report.row("money set aside less the claims'", "0", float(reserved - 18_000 * n_filed), least=0, most=0)
    report.row("ledger verified", "1", float(services.verify().ok), least=1)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--each", type=int, default=300, help="requests in a round")
    options.add_argument("--workers", type=int, default=2)
    asked = options.parse_args()
    if not has_postgres():
        raise SystemExit(f"No PostgreSQL at {SERVER}.")
    n_people = asked.each * (asked.rounds + 1)
    with postgres_database() as url, office(url):
        from django.core.management import call_command
        from django.db import connection

        call_command("createcachetable", verbosity=0)
        open_programme()
        people = make_people(n_people)
        drafts = [draft(n, *one) for n, one in enumerate(people)]
        hand_in_papers(drafts)
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE bench_bare (id bigserial PRIMARY KEY, "
                "by_id bigint REFERENCES access_user, words varchar(200), at timestamptz)"
            )
            cursor.execute("ANALYZE")
        port = free_port()
        filing = [
            request_of(port, u, f"/claims/mine/{c.number}/send/", {})
            for c, (u, _p) in zip(drafts, people, strict=True)
        ]
        plain = [request_of(port, u, "/bench/insert/", {"words": "x" * 100}) for u, _p in people]
        parts = [slice(n, n + asked.each) for n in range(0, n_people, asked.each)]
        plan = {"insert": [plain[part] for part in parts], "file": [filing[part] for part in parts]}
        site = serve(url, port, asked.workers)
        try:
            taken = asyncio.run(rounds(port, plan, asked.clients))
        finally:
            site.terminate()
            site.wait(timeout=30)
        report = Report(f"Filing over HTTP: {asked.clients} clients, {asked.workers} processes, "
                        f"{asked.rounds} rounds of {asked.each}")  # fmt: skip
        tell(report, taken, asked.clients)
        look_at_books(report, n_people)
    report.finish()


def tell(report: Report, taken: dict[str, list[list[float]]], n_clients: int) -> None:
    """p95 of all rounds, and what each contender's rounds were like."""
    whole = {what: [s for seconds in found for s in seconds] for what, found in taken.items()}
    report.row(
        f"p95 of filing, {n_clients} clients",
        "a view that inserts one row",
        p95(whole["file"]) / p95(whole["insert"]),
        most=4,
    )
    for what, seconds in whole.items():
        spread = ", ".join(f"{p95(one) * 1000:,.0f}" for one in taken[what])
        rate = n_clients / statistics.mean(seconds)
        median = statistics.median(seconds) * 1000
        report.note(f"{what}: median {median:,.0f} ms, {rate:,.0f} a second, p95 of rounds (ms)", spread)


if __name__ == "__main__":
    main()
