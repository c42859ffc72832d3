"""From committed claims to a batch, and from the bank's answers back to the claims."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse

from huanxin.claims import services as claims
from huanxin.claims.filing.services import mend_account
from huanxin.claims.models import Claim, Finding, State
from huanxin.claims.payment import queries, services
from huanxin.foundation.outbox.models import Message
from huanxin.ledger import queries as money
from huanxin.ledger import services as ledger
from huanxin.ledger.models import Batch, Line
from tests.claims import office

if TYPE_CHECKING:
    from pathlib import Path

    from huanxin.foundation.access.models import User

pytestmark = pytest.mark.django_db


def committed(naren, batu, qiqige, n: int = 1) -> list[Claim]:
    programme = office.programme(sampled_percent=0, notice_days=0)
    found = []
    for number in range(n):
        claim = office.sent(naren, programme, number)
        claim.holds.filter(kind__startswith="applicant").delete()
        for user, deed in ((batu, "accept"), (batu, "approve"), (qiqige, "approve")):
            claims.take_step(claim, deed, by=user)
        assert claim.state == State.COMMITTED
        found.append(claim)
    return found


def with_the_bank(batch: Batch, qian: User, folder: Path) -> None:
    ledger.sign_batch(batch, by=qian)
    batch.refresh_from_db()
    ledger.bank_file(batch, folder, by=qian)


def answers(path: Path, *rows: tuple[str, str, str, str]) -> Path:
    """The bank's file: number, amount, state, reason."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate((("用途", "金额", "状态", "失败原因"), *rows)):
            sheet.write_row(n, 0, row)
    return path


def test_a_batch_is_made_of_what_can_be_paid_and_names_the_rest(naren, batu, qiqige, zhao) -> None:
    good, blocked, other_name, bankless = committed(naren, batu, qiqige, 4)
    Finding.objects.create(
        check_id="C01", claim=blocked, severity="block", strength=95, digest="d", says={"zh": "…", "en": "…"}
    )
    Claim.objects.filter(pk=other_name.pk).update(account_name="特木尔")
    Claim.objects.filter(pk=bankless.pk).update(account_sealed=None, bank="")

    made = services.make_batch(good.programme, by=zhao)

    lines = list(made.batch.lines.all())
    assert [(line.purpose, line.amount, line.payee, line.state) for line in lines] == [
        (good.number, Decimal("18000.00"), good.applicant.name, "waiting")
    ]
    assert {held.claim.number for held in made.held} == {blocked.number, other_name.number, bankless.number}
    assert all(held.why for held in made.held)
    with pytest.raises(services.NothingToPay, match=blocked.number):
        services.make_batch(good.programme, by=zhao)


def test_only_finance_makes_a_batch(naren, batu, qiqige) -> None:
    (claim,) = committed(naren, batu, qiqige)
    with pytest.raises(claims.NotYours):
        services.make_batch(claim.programme, by=batu)


def test_what_the_bank_paid_is_paid_and_what_failed_goes_back_with_the_reason(
    naren, batu, qiqige, zhao, qian, tmp_path
) -> None:
    paid, failed = committed(naren, batu, qiqige, 2)
    made = services.make_batch(paid.programme, by=zhao)
    with_the_bank(made.batch, qian, tmp_path)
    file = answers(
        tmp_path / "answers.xlsx",
        (paid.number, "18000.00", "成功", ""),
        (failed.number, "18000.00", "失败", "账号已销户"),
    )

    results, moved = services.book_results(file, by=zhao)

    assert (len(results.matched), len(results.failed), results.difference) == (1, 1, Decimal("0.00"))
    assert (moved.paid, moved.failed, moved.left) == ([paid.number], [failed.number], [])
    paid.refresh_from_db()
    failed.refresh_from_db()
    assert (paid.state, failed.state) == (State.PAID, State.COMMITTED)
    assert money.balance_of(paid.number)["paid"] == Decimal("18000.00")
    assert money.balance_of(failed.number)["committed"] == Decimal("18000.00")
    assert failed.steps.get(deed="fail").reason == "账号已销户"
    assert {"claims/paid", "claims/failed"} <= set(
        Message.objects.filter(to_user=naren).values_list("kind", flat=True)
    )
    _again, moved = services.book_results(file, by=zhao)
    assert (moved.paid, moved.failed, moved.left) == ([], [], [])
    assert paid.steps.filter(deed="pay").count() == 1
    assert ledger.verify().ok


def test_a_refused_account_is_corrected_by_the_applicant_and_paid_in_the_next_batch(
    naren, batu, qiqige, zhao, qian, tmp_path
) -> None:
    (claim,) = committed(naren, batu, qiqige)
    made = services.make_batch(claim.programme, by=zhao)
    with_the_bank(made.batch, qian, tmp_path)
    file = answers(tmp_path / "1.xlsx", (claim.number, "18000.00", "失败", "户名不符"))
    services.book_results(file, by=zhao)
    with pytest.raises(services.NothingToPay, match="户名不符"):
        services.make_batch(claim.programme, by=zhao)

    claim.refresh_from_db()
    mend_account(claim, account="6222021208010000033", bank="中国农业银行", by=naren)

    again = services.make_batch(claim.programme, by=zhao)
    with_the_bank(again.batch, qian, tmp_path)
    line = again.batch.lines.get()
    assert line.account_shown == claim.account_shown and line.bank == "中国农业银行"
    file = answers(tmp_path / "2.xlsx", (claim.number, "18000.00", "成功", ""))
    _results, moved = services.book_results(file, by=zhao, batch=again.batch)
    assert moved.paid == [claim.number]


def test_only_the_applicant_corrects_the_account(naren, batu, qiqige, temur) -> None:
    (claim,) = committed(naren, batu, qiqige)
    for stranger in (temur, batu):
        with pytest.raises(claims.NotYours):
            mend_account(claim, account="6222021208010000033", bank="中国农业银行", by=stranger)
    with pytest.raises(claims.BadAnswers):
        mend_account(claim, account="12", bank="", by=naren)


def test_claims_follow_what_was_booked_on_the_ledgers_own_pages(
    naren, batu, qiqige, zhao, qian, tmp_path
) -> None:
    (claim,) = committed(naren, batu, qiqige)
    made = services.make_batch(claim.programme, by=zhao)
    with_the_bank(made.batch, qian, tmp_path)
    ledger.read_results(answers(tmp_path / "1.xlsx", (claim.number, "18000.00", "成功", "")), by=qian)
    claim.refresh_from_db()
    assert claim.state == State.COMMITTED

    assert services.follow_bank().paid == [claim.number]
    claim.refresh_from_db()
    assert claim.state == State.PAID

    ledger.send_back(Line.objects.get(purpose=claim.number), by=qian, reason="账户被冻结")
    assert services.follow_bank().failed == [claim.number]
    claim.refresh_from_db()
    assert claim.state == State.COMMITTED
    assert money.balance_of(claim.number) == {
        "reserved": 0, "committed": Decimal("18000.00"), "paid": 0, "recovered": 0,
    }  # fmt: skip
    assert services.follow_bank().failed == [], "told once"
    assert ledger.verify().ok


def test_an_answer_read_on_the_ledgers_page_lets_the_claim_follow_at_once(
    naren, batu, qiqige, zhao, qian, tmp_path, client
) -> None:
    (claim,) = committed(naren, batu, qiqige)
    made = services.make_batch(claim.programme, by=zhao)
    with_the_bank(made.batch, qian, tmp_path)
    client.force_login(qian)
    with answers(tmp_path / "1.xlsx", (claim.number, "18000.00", "成功", "")).open("rb") as sent:
        client.post(reverse("ledger:results"), {"file": sent})
    claim.refresh_from_db()
    assert claim.state == State.PAID
    assert Message.objects.filter(kind="claims/paid", about=claim.number).exists()
    line = Line.objects.get(purpose=claim.number)
    for page, state in (("send_back", State.COMMITTED), ("confirm", State.PAID)):
        client.post(reverse(f"ledger:{page}", args=[line.pk]), {"reason": "银行来函"})
        claim.refresh_from_db()
        assert claim.state == state, page


def test_claims_settled_at_tills_are_not_paid_to_applicants(zhao) -> None:
    programme = office.programme(settles="till")
    with pytest.raises(services.NothingToPay):
        services.make_batch(programme, by=zhao)


def test_the_page_names_what_is_due_and_makes_the_batch(naren, batu, qiqige, zhao, qian, tmp_path) -> None:
    (claim,) = committed(naren, batu, qiqige)
    client = Client()
    client.force_login(zhao)
    page = client.get(reverse("claims:payment"), {"programme": claim.programme.slug})
    assert [(row[0].n, row[2]) for row in page.context["due"]] == [(1, "18,000.00")]
    client.post(reverse("claims:make_batch"), {"programme": claim.programme.slug})
    batch = Batch.objects.get()
    assert [row.n for row in queries.due(zhao)] == [0]
    with_the_bank(batch, qian, tmp_path)
    file = answers(tmp_path / "1.xlsx", (claim.number, "18000.00", "成功", ""))
    with file.open("rb") as sent:
        said = client.post(reverse("claims:book_results"), {"file": sent}, follow=True).content.decode()
    assert "0.00" in said
    claim.refresh_from_db()
    assert claim.state == State.PAID
    (tmp_path / "wrong.xlsx").write_bytes(b"no sheet")
    with (tmp_path / "wrong.xlsx").open("rb") as sent:
        assert client.post(reverse("claims:book_results"), {"file": sent}).status_code == 422


def test_a_claim_that_is_suspended_after_its_batch_was_made_is_not_paid(
    naren, batu, qiqige, zhao, qian, tmp_path
) -> None:
    claim, other = committed(naren, batu, qiqige, 2)
    batch = services.make_batch(claim.programme, by=zhao).batch
    claims.take_step(claim, "suspend", by=qiqige, reason="疑似虚假交易")

    ledger.sign_batch(batch, by=qian)

    states = dict(batch.lines.values_list("purpose", "state"))
    assert states == {claim.number: "held", other.number: "waiting"}
    line = batch.lines.get(purpose=claim.number)
    assert "疑似虚假交易" in line.why
    with pytest.raises(ledger.WrongState):
        ledger.retry(line, by=zhao)
    claims.take_step(claim, "resume", by=qiqige, reason="已查清")
    assert [line.purpose for line in services.make_batch(claim.programme, by=zhao).batch.lines.all()] == [
        claim.number
    ]


def test_a_claim_that_is_suspended_while_it_is_with_the_bank_follows_the_bank(
    naren, batu, qiqige, zhao, qian, tmp_path
) -> None:
    (claim,) = committed(naren, batu, qiqige)
    batch = services.make_batch(claim.programme, by=zhao).batch
    with_the_bank(batch, qian, tmp_path)
    claims.take_step(claim, "suspend", by=qiqige, reason="疑似虚假交易")
    file = answers(tmp_path / "a.xlsx", (claim.number, "18000.00", "成功", ""))
    services.book_results(file, by=zhao)
    claim.refresh_from_db()
    assert claim.state == State.PAID


def test_a_failed_payment_is_not_tried_again_while_its_claim_is_suspended(
    naren, batu, qiqige, zhao, qian, tmp_path
) -> None:
    (claim,) = committed(naren, batu, qiqige)
    batch = services.make_batch(claim.programme, by=zhao).batch
    with_the_bank(batch, qian, tmp_path)
    services.book_results(
        answers(tmp_path / "a.xlsx", (claim.number, "18000.00", "失败", "账号不符")), by=zhao
    )
    claim.refresh_from_db()
    claims.take_step(claim, "suspend", by=qiqige, reason="疑似虚假交易")
    line = batch.lines.get()

    with pytest.raises(ledger.Refused, match=r"suspended|中止|暂停"):
        ledger.retry(line, by=zhao)

    claims.take_step(claim, "resume", by=qiqige, reason="已查清")
    assert ledger.retry(line, by=zhao).state == "waiting"


def test_what_blocks_a_claim_after_its_batch_was_made_holds_its_payment_back_at_the_second_signature(
    naren, batu, qiqige, zhao, qian
) -> None:
    claim, other = committed(naren, batu, qiqige, 2)
    batch = services.make_batch(claim.programme, by=zhao).batch
    Finding.objects.create(
        claim=claim,
        check_id="C01",
        severity="block",
        strength=100,
        digest="x",
        says={"zh": "重复", "en": "Twice"},
    )

    ledger.sign_batch(batch, by=qian)

    assert dict(batch.lines.values_list("purpose", "state")) == {
        claim.number: "held",
        other.number: "waiting",
    }
    assert batch.lines.get(purpose=claim.number).why
