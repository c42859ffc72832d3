"""Money in the office: a budget that many draw on, a batch at the bank, one that waits for its signature."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from huanxin.foundation.lib import spreadsheets
from huanxin.ledger import services as ledger
from huanxin.ledger.models import Batch, Budget, Line, Statement
from huanxin.web import cast

PROGRAMME = "house-programme"


@dataclass(frozen=True)
class Money:
    """What stands in the ledger."""

    budget: Budget
    batch: Batch
    failed: Line
    statement: Statement


def build(folder: Path, n_things: int) -> Money:
    """A budget with `n_things` reservations, and a batch of as many payments, most held back."""
    zhao, qian = cast.enter(cast.ZHAO), cast.enter(cast.QIAN)
    budget = ledger.open_budget(PROGRAMME, "15", "centre", by=zhao, n_lanes=2)
    ledger.grant(budget, "1000000.00", key="house", by=zhao)
    for n in range(n_things // 100):
        ledger.open_budget(f"{PROGRAMME}-{n}", "1525", "region", by=zhao)
    asked = [ledger.Request(f"H{n}", "152502", {"centre": Decimal("10.00")}) for n in range(n_things)]
    ledger.reserve_many(PROGRAMME, asked, by=zhao)
    for n in range(4):
        ledger.commit(f"H{n}", by=zhao)
    lines = [_line(n) for n in range(n_things)]
    sent = ledger.sign_batch(ledger.make_batch(PROGRAMME, lines[:2], by=zhao), by=qian)
    ledger.bank_file(sent, folder, by=zhao)
    answers = folder / "answers.xlsx"
    rows = [["H0", 10, "成功", ""], ["H1", 10, "失败", "账号不符"]]
    rows += [[f"X{n}", 1, "成功", ""] for n in range(n_things // 10)]
    spreadsheets.write_xlsx(answers, ["用途", "金额", "处理结果", "失败原因"], rows)
    statement = ledger.read_results(answers, by=zhao).statement
    assert statement is not None
    waiting = ledger.make_batch(PROGRAMME, lines[2:], by=zhao)
    for _n in range(n_things // 50):
        ledger.make_batch(PROGRAMME, lines[-1:], by=zhao)
    return Money(budget, waiting, sent.lines.get(number=2), statement)


def _line(n: int) -> ledger.PaymentLine:
    return ledger.PaymentLine(f"H{n}", f"Payee {n}", "6222000012345678", "农业银行", Decimal("10.00"))


ARGUMENTS: dict[str, dict[str, object]] = {
    "ledger:budget": {"number": lambda w: w.money.budget.pk},
    "ledger:grant": {"number": lambda w: w.money.budget.pk},
    "ledger:purpose": {"purpose": "H0"},
    **{
        f"ledger:{page}": {"number": lambda w: w.money.batch.number}
        for page in ("batch", "sign", "file", "cancel")
    },
    **{
        f"ledger:{page}": {"number": lambda w: w.money.failed.pk}
        for page in ("payment", "retry", "send_back", "confirm")
    },
    "ledger:statement": {"number": lambda w: w.money.statement.pk},
}
