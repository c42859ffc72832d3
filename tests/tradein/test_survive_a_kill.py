"""A process is killed with -9 in the rush: whoever was told yes has it, and the ledger agrees."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection, connections

from huanxin.ledger import queries as ledger
from huanxin.tradein import services
from huanxin.tradein.models import Voucher
from tests.tradein import office as world

ROOT = Path(__file__).resolve().parents[2]


def database_url() -> str:
    """The address of the test's own database, for another process."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_nobody_who_was_told_yes_loses_it_and_nobody_gets_two(tmp_path):
    office = world.open_office(money=600_000)
    people = [party.pk for party in world.people(600)]
    told = [tmp_path / "victim", tmp_path / "other"]
    environment = os.environ | {"DATABASE_URL": database_url(), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    connections.close_all()
    # Both ask for everybody: whoever the victim served is asked for again by the other.
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.tradein.taker", str(office.round.pk), str(path), *map(str, some)],
            cwd=ROOT, env=environment,
        )
        for path, some in zip(told, (people, people[::-1]), strict=True)
    ]  # fmt: skip
    victim, other = processes
    until = time.monotonic() + 60
    while not (told[0].exists() and told[0].read_bytes().count(b"\n") >= 40) and time.monotonic() < until:
        time.sleep(0.002)
    victim.send_signal(signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL
    assert other.wait(timeout=120) == 0
    yes = {tuple(line.split()) for path in told for line in path.read_text().splitlines()}
    have = {(str(party), code) for party, code in Voucher.objects.values_list("party_id", "code")}
    assert len(told[0].read_text().splitlines()) >= 40
    assert yes <= have
    assert len({party for party, _code in have}) == len(have) == 400
    standing = ledger.standing(office.programme.slug)
    assert sum(row.reserved for row in standing) == 1500 * len(have) == 600_000
    assert sum(row.available for row in standing) == 0
    # Who was not told yes may have it all the same: he is given that one when he asks again.
    untold = next(iter(have - yes), None) or next(iter(have))
    voucher = Voucher.objects.get(code=untold[1])
    again = services.take_voucher(
        office.round, voucher.party, "fridge", by=office.officer, place_code=world.PLACE
    )
    assert again.code == voucher.code
