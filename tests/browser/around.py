"""What happens around a claim that no page is for: a day ends, a bank answers, somebody tampers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
from django.db import connection
from typer.testing import CliRunner

from huanxin.claims import services as claims
from huanxin.cli import build as commands
from huanxin.foundation.access import services as access
from huanxin.registry import services as registry
from huanxin.web import cast
from tests.claims import office as claims_office
from tests.flushing import _without_triggers

if TYPE_CHECKING:
    from pathlib import Path

    from huanxin.claims.models import Claim


def end_of_day() -> None:
    """What an office lets run every day."""
    said = CliRunner().invoke(commands(), ["claims", "end-notices"])
    assert said.exit_code == 0, said.output


def answered_by_the_bank(sent: Path, answers: Path, *, name: str) -> Path:
    """What the bank sends back: its own sheet with a column more."""
    book = openpyxl.load_workbook(sent)
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[1][1:5] == (name, "6222021208010000017", "中国工商银行", 18000)
    back = openpyxl.Workbook()
    back.active.append([*rows[0], "处理结果"])
    back.active.append([*rows[1], "成功"])
    back.save(answers)
    return answers


def others_are_paid(n_others: int) -> None:
    """Other people were paid in the same year, and rightly."""
    programme = claims_office.programme(
        slug="cars-at-the-banner", chain=["banner"], sampled_percent=0, notice_days=0, money="100000"
    )
    batu, zhao = cast.enter(cast.BATU), cast.enter(cast.ZHAO)
    for n in range(n_others):
        user = access.add_person(f"neighbour-{n}", name=f"邻居{n}")
        number = claims_office.resident_number(f"1525021975010{n + 1}001")
        party = registry.enter_party(user.name, number, login=user, place="152502", sample=True)
        own = {"phone": f"1350013500{n}", "account": f"622202120801000010{n}"}
        claim = claims.start(programme, party, by=user, place_code="152502")
        claims.save_answers(claim, claims_office.car_answers(10 + n, **own), by=user)
        claims_office.hand_in(claim, by=user)
        claims.submit(claim, by=user)
        for deed, by in (("accept", batu), ("approve", batu), ("pay", zhao)):
            claims.take_step(claim, deed, by=by)


def tamper(claim: Claim) -> None:
    """Somebody with the database's password makes one payment 5,000 yuan larger, its triggers set aside."""
    with _without_triggers(connection), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_transfer SET cents = cents + 500000 WHERE id = "
            "(SELECT max(id) FROM ledger_transfer WHERE purpose = %s)",
            [claim.number],
        )
