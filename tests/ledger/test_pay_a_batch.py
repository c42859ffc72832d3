"""A batch is made by one and signed by another, goes to the bank, and its answers come back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from huanxin.foundation.access.models import Disclosure
from huanxin.foundation.lib import spreadsheets
from huanxin.ledger import bankfiles, queries, showing
from huanxin.ledger import services as ledger
from huanxin.ledger.models import Batch, Line
from tests.ledger.conftest import CAR, by_hand
from tests.ledger.test_any_order import Crash, crash_at

pytestmark = pytest.mark.django_db

HEADINGS = ["用途", "金额", "处理结果", "失败原因", "流水号"]


@pytest.fixture
def owed(budgets, zhao):
    """Claims C0 to C4, each with 1,000.01 yuan committed."""
    for n in range(5):
        shares = {"centre": Decimal("950.01"), "region": Decimal("50.00")}
        ledger.reserve(CAR, "152502", shares, purpose=f"C{n}", by=zhao)
        ledger.commit(f"C{n}", by=zhao)


def payment(
    n: int, amount: str = "1000.01", account: str = "6222 0000 1234 5678", **other
) -> ledger.PaymentLine:
    return ledger.PaymentLine(f"C{n}", f"娜仁{n}", account, "农业银行", Decimal(amount), **other)


@pytest.fixture
def sent(owed, zhao, qian, tmp_path) -> Batch:
    batch = ledger.make_batch(CAR, [payment(n) for n in range(3)], by=zhao)
    ledger.sign_batch(batch, by=qian)
    ledger.bank_file(batch, tmp_path, by=zhao)
    batch.refresh_from_db()
    return batch


def answers(path: Path, *rows: list, headings: list[str] = HEADINGS) -> Path:
    spreadsheets.write_xlsx(path, headings, rows)
    return path


def states(batch: Batch) -> list[str]:
    return [line.state for line in batch.lines.order_by("number")]


def test_who_made_a_batch_cannot_sign_it(owed, zhao, qian) -> None:
    batch = ledger.make_batch(CAR, [payment(0)], by=zhao)
    with pytest.raises(ledger.SamePerson):
        ledger.sign_batch(batch, by=zhao)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(signed_by=zhao)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(state="signed")
    signed = ledger.sign_batch(batch, by=qian)
    assert (signed.state, signed.signed_by) == ("signed", qian)
    with pytest.raises(ledger.WrongState):
        ledger.sign_batch(batch, by=qian)
    with pytest.raises(IntegrityError, match="who made"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(made_by=qian, signed_by=zhao)


def test_what_was_signed_stays_as_it_was_signed(sent) -> None:
    for change in ({"amount": "5.00"}, {"account_sealed": b"x"}, {"payee": "Other"}):
        with pytest.raises(IntegrityError, match="as they were signed"), transaction.atomic():
            sent.lines.filter(number=1).update(**change)
    with pytest.raises(IntegrityError, match="as they were signed"), transaction.atomic():
        connection.cursor().execute("DELETE FROM ledger_line WHERE batch_id = %s", [sent.pk])


def test_what_cannot_be_paid_is_held_back_and_says_why(owed, zhao) -> None:
    lines = [payment(0), payment(1, "999.00"), payment(2, account=""), payment(3, account="62x"), payment(9)]
    batch = ledger.make_batch(CAR, lines, by=zhao)
    assert states(batch) == ["waiting", "held", "held", "held", "held"]
    assert "999.00" in batch.lines.get(number=2).why and "1,000.01" in batch.lines.get(number=2).why
    again = ledger.make_batch(CAR, [payment(0), payment(1)], by=zhao)
    assert states(again) == ["held", "waiting"]
    assert batch.number in again.lines.get(number=1).why


def test_a_purpose_is_live_in_one_payment_only(owed, zhao) -> None:
    batch = ledger.make_batch(CAR, [payment(0)], by=zhao)
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.create(
            batch=batch,
            number=2,
            purpose="C0",
            payee="x",
            account_sealed=b"",
            account_shown="",
            amount="1.00",
        )


def test_the_bank_file_has_the_accounts_and_is_logged(sent, zhao, sun, tmp_path) -> None:
    rows = list(openpyxl.load_workbook(tmp_path / f"{sent.number}.xlsx").active.values)
    assert rows[0] == ("序号", "收款人", "账号", "开户行", "金额", "用途", "批次号")
    assert rows[1] == (1, "娜仁0", "6222000012345678", "农业银行", 1000.01, "C0", sent.number)
    assert sent.state == "sent"
    entry = Disclosure.objects.get()
    assert (entry.by, "3" in entry.what, sent.number in entry.what) == (zhao, True, True)
    assert all("6222000012345678" not in line.account_shown for line in sent.lines.all())
    with pytest.raises(PermissionDenied):
        ledger.bank_file(sent, tmp_path, by=sun)


def test_a_name_that_is_a_formula_stays_a_text(owed, zhao, qian, tmp_path) -> None:
    line = ledger.PaymentLine("C0", "=HYPERLINK(1)", "6222000012345678", "", Decimal("1000.01"))
    batch = ledger.sign_batch(ledger.make_batch(CAR, [line], by=zhao), by=qian)
    cell = openpyxl.load_workbook(ledger.bank_file(batch, tmp_path, by=zhao)).active["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_an_office_has_columns_of_its_own(sent, zhao, tmp_path) -> None:
    path = tmp_path / "layout.yaml"
    path.write_text(
        "sheet: 代发\ncolumns:\n- {heading: 收款账号, field: account}\n- {heading: 币种, text: 人民币}\n"
        "- {heading: 金额, field: amount}\n- {heading: 附言, field: purpose}\n",
        encoding="utf-8",
    )
    page = openpyxl.load_workbook(
        ledger.bank_file(sent, tmp_path, by=zhao, layout=bankfiles.read(path))
    ).active
    assert page.title == "代发"
    assert list(page.values)[1] == ("6222000012345678", "人民币", 1000.01, "C0")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("columns: []", "columns"),
        ("columns:\n- {heading: 金额, field: amount}", "account"),
        ("columns:\n- {heading: 金额, field: amuont}", "amuont"),
        ("columns:\n- {field: amount}", "1"),
        (": :", "layout.yaml"),
    ],
)
def test_a_wrong_layout_says_where(tmp_path, text, says) -> None:
    path = tmp_path / "layout.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ledger.LayoutWrong, match=says):
        bankfiles.read(path)


def test_paid_is_paid_and_failed_stays_committed(sent, zhao, tmp_path) -> None:
    file = answers(
        tmp_path / "r.xlsx",
        ["C0", 1000.01, "成功", "", "T1"],
        ["C1", "1,000.01", "交易失败", "账号户名不符", ""],
        ["C2", 1000.01, "支付成功", "", "T3"],
    )
    found = ledger.read_results(file, by=zhao)
    assert ([x.purpose for x in found.matched], [x.purpose for x in found.failed]) == (["C0", "C2"], ["C1"])
    assert (found.differences, found.difference) == ([], 0)
    assert (found.paid, found.refused, found.sent) == (
        Decimal("2000.02"), Decimal("1000.01"), Decimal("3000.03"),
    )  # fmt: skip
    assert queries.balance_of("C0")["paid"] == queries.balance_of("C1")["committed"] == Decimal("1000.01")
    line = sent.lines.get(number=2)
    assert (line.state, line.why) == ("failed", "账号户名不符")
    sent.refresh_from_db()
    assert sent.state == "booked"


def test_the_same_file_twice_changes_nothing(sent, zhao, tmp_path) -> None:
    file = answers(
        tmp_path / "r.xlsx", ["C0", 1000.01, "成功", "", "T1"], ["C1", 1000.01, "失败", "销户", ""]
    )
    first = ledger.read_results(file, by=zhao)
    before = (states(sent), ledger.verify().heads)
    again = ledger.read_results(file, by=zhao)
    assert (states(sent), ledger.verify().heads) == before
    assert again.statement == first.statement
    assert [d.kind for d in again.differences] == ["unanswered"]


def test_every_difference_is_listed_with_its_cell(sent, zhao, tmp_path) -> None:
    file = answers(
        tmp_path / "r.xlsx",
        ["T1", "成功", "1000.01", "C0"],
        ["T1", "成功", "1000.01", "C0"],
        ["T2", "成功", "999.01", "C1"],
        ["T9", "成功", "5.00", "X7"],
        ["T3", "处理中", "1000.01", "C2"],
        headings=["Bank reference", "Status", "Amount", "Purpose"],
    )
    found = ledger.read_results(file, by=zhao)
    assert {(d.kind, d.cell) for d in found.differences} == {
        ("doubled", "D3"), ("amount", "C4"), ("unknown", "D5"), ("unclear", "B6"),
    }  # fmt: skip
    assert states(sent) == ["paid", "waiting", "waiting"]
    in_file = Decimal("2000.02") + Decimal("999.01") + 5 + Decimal("1000.01")
    assert found.difference == in_file - Decimal("3000.03")


def test_what_is_neither_paid_nor_failed_is_called_that(sent, zhao, tmp_path) -> None:
    file = answers(tmp_path / "r.xlsx", ["C0", 1000.01, "成功", "", "T1"], ["C1", 1000.01, "处理中", "", ""])
    found = ledger.read_results(file, by=zhao)
    assert (found.paid, found.refused) == (Decimal("1000.01"), 0)
    words = {str(word): (n, amount) for word, n, amount in showing.statement_sums(found.statement)}
    assert list(words.values())[:3] == [(1, "1,000.01"), (0, "0.00"), (1, "1,000.01")]


def test_a_csv_with_other_columns_is_read_by_line_number(sent, zhao, tmp_path) -> None:
    file = tmp_path / "r.csv"
    rows = f"代发结果,,,\n批次号,序号,金额（元）,状态\n{sent.number},1,1000.01,成功\n合计,,1000.01,\n"
    file.write_bytes(rows.encode("gb18030"))
    assert [x.purpose for x in ledger.read_results(file, by=zhao).matched] == ["C0"]


def test_a_file_without_a_needed_column_says_which(sent, zhao, tmp_path) -> None:
    file = answers(tmp_path / "r.xlsx", ["C0", "成功"], headings=["用途", "处理结果"])
    with pytest.raises(spreadsheets.SheetError, match="金额"):
        ledger.read_results(file, by=zhao)
    file = answers(tmp_path / "r2.xlsx", ["C0", "1000.01"], headings=["用途", "金额"])
    with pytest.raises(spreadsheets.SheetError, match="处理结果"):
        ledger.read_results(file, by=zhao)


def test_what_failed_is_corrected_and_paid_in_a_later_batch(sent, zhao, qian, tmp_path) -> None:
    failing = answers(tmp_path / "1.xlsx", *([f"C{n}", 1000.01, "失败", "账号不符", ""] for n in range(3)))
    ledger.read_results(failing, by=zhao)
    new = ledger.retry(sent.lines.get(number=1), by=zhao, account="6222000099998888")
    assert ledger.retry(sent.lines.get(number=1), by=zhao) == new
    assert ledger.retry(sent.lines.get(number=2), by=zhao).batch == new.batch
    ledger.sign_batch(new.batch, by=qian)
    page = openpyxl.load_workbook(ledger.bank_file(new.batch, tmp_path, by=zhao)).active
    assert page["C2"].value == "6222000099998888"
    # The old file, read once more, must not touch the new payment.
    assert ledger.read_results(failing, by=zhao).differences == []
    assert states(new.batch) == ["waiting", "waiting"]
    paid = answers(tmp_path / "2.xlsx", ["C0", 1000.01, "成功", "", "T"], ["C1", 1000.01, "成功", "", "T"])
    assert {d.kind for d in ledger.read_results(paid, by=zhao).differences} == {"which_batch"}
    assert len(ledger.read_results(paid, by=zhao, batch=new.batch).matched) == 2
    assert queries.balance_of("C0")["paid"] == Decimal("1000.01")
    assert ledger.verify().ok


def test_a_booked_payment_is_never_turned_round_by_a_file(sent, zhao, tmp_path) -> None:
    ledger.read_results(answers(tmp_path / "1.xlsx", ["C0", 1000.01, "成功", "", "T"]), by=zhao)
    late = ledger.read_results(answers(tmp_path / "2.xlsx", ["C0", 1000.01, "退汇", "", "T"]), by=zhao)
    assert "contradicts" in {d.kind for d in late.differences}
    assert states(sent)[0] == "paid"
    back = ledger.send_back(sent.lines.get(number=1), by=zhao, reason="退汇：账户已销户")
    assert (back.state, queries.balance_of("C0")["committed"]) == ("failed", Decimal("1000.01"))
    ledger.confirm_late(back, by=zhao, reason="bank's letter of today")
    assert queries.balance_of("C0")["paid"] == Decimal("1000.01")


def test_a_payment_without_a_right_account_is_not_retried_as_it_is(owed, zhao) -> None:
    batch = ledger.make_batch(CAR, [payment(0, account=""), payment(1, account="62x")], by=zhao)
    sealed_wrong = payment(2, account=bytes(batch.lines.get(number=2).account_sealed))  # type: ignore[arg-type]
    assert states(ledger.make_batch(CAR, [sealed_wrong], by=zhao)) == ["held"]
    for line in batch.lines.all():
        with pytest.raises(ledger.Refused):
            ledger.retry(line, by=zhao)
    assert ledger.retry(batch.lines.get(number=1), by=zhao, account="6222000099998888").state == "waiting"


def test_what_is_held_back_is_not_retried_while_what_holds_it_stands(owed, zhao) -> None:
    unpaid = payment(0, "900.00", parts={"C0": Decimal("1000.01")}, less={"C1": Decimal("100.01")})
    uneven = payment(2, "500.00", parts={"C2": Decimal("1000.01")})
    batch = ledger.make_batch(CAR, [unpaid, uneven], by=zhao)
    assert states(batch) == ["held", "held"]

    for line in batch.lines.all():
        with pytest.raises(ledger.Refused):
            ledger.retry(line, by=zhao)
    assert not Line.objects.filter(state="waiting").exists()

    ledger.pay("C1", by=zhao)
    assert ledger.retry(batch.lines.get(number=1), by=zhao).state == "waiting"


def test_what_is_being_paid_again_cannot_be_confirmed_as_well(sent, zhao, tmp_path) -> None:
    ledger.read_results(answers(tmp_path / "1.xlsx", ["C0", 1000.01, "失败", "x", "T"]), by=zhao)
    ledger.retry(sent.lines.get(number=1), by=zhao)
    with pytest.raises(ledger.LiveAlready):
        ledger.confirm_late(sent.lines.get(number=1), by=zhao, reason="letter")


def test_money_that_is_with_the_bank_cannot_be_given_back(sent, zhao) -> None:
    with pytest.raises(ledger.WithTheBank):
        ledger.release("C0", by=zhao, reason="withdrawn")
    ledger.release("C4", by=zhao, reason="withdrawn")


def test_what_was_given_back_before_the_signature_is_held_back(owed, zhao, qian) -> None:
    batch = ledger.make_batch(CAR, [payment(0), payment(1)], by=zhao)
    ledger.release("C0", by=zhao, reason="withdrawn")
    ledger.sign_batch(batch, by=qian)
    assert states(batch) == ["held", "waiting"]


def test_a_cancelled_batch_frees_its_payments(owed, zhao, qian, tmp_path) -> None:
    batch = ledger.make_batch(CAR, [payment(0)], by=zhao)
    with pytest.raises(ledger.ReasonNeeded):
        ledger.cancel_batch(batch, by=zhao, reason=" ")
    ledger.cancel_batch(batch, by=zhao, reason="wrong day")
    again = ledger.make_batch(CAR, [payment(0)], by=zhao)
    assert states(again) == ["waiting"]
    ledger.sign_batch(again, by=qian)
    ledger.bank_file(again, tmp_path, by=zhao)
    with pytest.raises(ledger.WrongState):
        ledger.cancel_batch(again, by=zhao, reason="too late")


def test_nothing_is_paid_while_the_chain_is_broken(owed, zhao, qian) -> None:
    batch = ledger.make_batch(CAR, [payment(0)], by=zhao)
    with by_hand() as cursor:
        cursor.execute(
            "UPDATE ledger_transfer SET cents = cents + 1 WHERE purpose = 'C3' AND deed = 'commit'"
        )
    with pytest.raises(ledger.ChainBroken, match="C3"):
        ledger.sign_batch(batch, by=qian)


def test_a_settlement_pays_many_purposes_less_what_is_owed_back(owed, zhao, qian, tmp_path) -> None:
    ledger.pay("C4", by=zhao)
    some = {f"C{n}": Decimal("1000.01") for n in range(3)}
    line = ledger.PaymentLine(
        "S1", "苏和家电", "6222000012345678", "", Decimal("2500.03"),
        parts=some, less={"C4": Decimal("500.00")},
    )  # fmt: skip
    batch = ledger.sign_batch(ledger.make_batch(CAR, [line], by=zhao), by=qian)
    assert states(batch) == ["waiting"]
    file = answers(tmp_path / "r.xlsx", ["S1", 2500.03, "成功", "", "T"])
    ledger.read_results(file, by=zhao)
    assert queries.balance_of("C1")["paid"] == Decimal("1000.01")
    assert queries.balance_of("C4") == {
        "reserved": 0, "committed": 0, "paid": Decimal("500.01"), "recovered": Decimal("500.00"),
    }  # fmt: skip


def test_reading_that_breaks_off_anywhere_pays_each_once(sent, zhao, tmp_path) -> None:
    file = answers(
        tmp_path / "r.xlsx",
        ["C0", 1000.01, "成功", "", "T1"],
        ["C1", 1000.01, "失败", "销户", "T2"],
        ["C2", 1000.01, "成功", "", "T3"],
    )
    for n in range(0, 40, 2):
        with transaction.atomic():
            with pytest.raises(Crash), connection.execute_wrapper(crash_at(n)):
                ledger.read_results(file, by=zhao)
                raise Crash
            assert ledger.read_results(file, by=zhao).difference == 0
            assert states(sent) == ["paid", "failed", "paid"]
            paid = [queries.balance_of(f"C{m}")["paid"] for m in range(3)]
            assert paid == [Decimal("1000.01"), 0, Decimal("1000.01")]
            assert ledger.verify().ok
            transaction.set_rollback(True)
