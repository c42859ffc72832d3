"""What finance and audit see and do on the pages of the ledger."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from huanxin.claims import queries as claims
from huanxin.claims.models import Programme
from huanxin.foundation.access import services as access
from huanxin.foundation.lib import reader
from huanxin.ledger import queries
from huanxin.ledger import services as ledger
from huanxin.ledger.models import Batch, Budget, Statement
from huanxin.registry import services as registry
from tests.claims import office as cars
from tests.ledger.conftest import CAR, SHARES, by_hand

pytestmark = pytest.mark.django_db


def browser(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def batch(budgets, zhao) -> Batch:
    for n in range(3):
        ledger.reserve(CAR, "152502", SHARES, purpose=f"C{n}", by=zhao)
        ledger.commit(f"C{n}", by=zhao)
    lines = [
        ledger.PaymentLine(f"C{n}", f"Payee {n}", "6222000012345678" if n else "", "", Decimal("18000.00"))
        for n in range(3)
    ]
    with translation.override(
        "en"
    ):  # what is held back is written down in the language of who made the batch
        return ledger.make_batch(CAR, lines, by=zhao)


def page(person, name: str, *args: object, **asked: str) -> str:
    said = browser(person).get(reverse(f"ledger:{name}", args=args), asked)
    assert said.status_code == 200
    return said.content.decode()


def deed(person, name: str, *args: object, **said: object) -> tuple[int, str]:
    response = browser(person).post(reverse(f"ledger:{name}", args=args), said, follow=True)
    return response.status_code, response.content.decode()


@pytest.fixture
def programme(zhao) -> Programme:
    return Programme.objects.create(
        slug="new-2026", pack_id="new-2026", place_code="15", from_on=dt.date(2026, 1, 1),
        state=Programme.State.OPEN, opened_by=zhao,
    )  # fmt: skip


def test_a_budget_is_opened_for_a_programme_that_exists(programme, zhao) -> None:
    registry.load_places()
    said = {"programme": "new-2062", "place_code": "1525", "source": "league", "n_lanes": "1"}
    assert deed(zhao, "open", **said)[0] == 422
    assert not Budget.objects.exists()
    assert '<option value="new-2026"' in page(zhao, "open")


def test_a_budget_of_no_programme_and_an_unused_one_say_so(programme, budgets, zhao) -> None:
    text = page(zhao, "budget", budgets["region"].pk)
    assert "No programme is called “car-scrappage-2026”" in text
    assert "opened by mistake" not in text, "it has money"
    unused = ledger.open_budget("new-2026", "15", "region", by=zhao)
    text = page(zhao, "budget", unused.pk)
    assert "No programme is called" not in text
    assert "opened by mistake" in text


def test_money_and_batches_are_named_by_the_title_of_the_programme(zhao, qian) -> None:
    car = cars.programme()
    ledger.reserve(car.slug, "152502", SHARES, purpose="C1", by=zhao)
    ledger.commit("C1", by=zhao)
    line = ledger.PaymentLine("C1", "Naren", "6222000012345678", "", Decimal("18000.00"))
    batch = ledger.make_batch(car.slug, [line], by=zhao)
    with translation.override("en"):
        title = reader.said(claims.pack_of(car).title)
    for name, args in (
        ("budgets", ()), ("batches", ()), ("batch", (batch.number,)), ("purpose", ("C1",)),
        ("budget", (Budget.objects.first().pk,)),
    ):  # fmt: skip
        assert title in page(zhao, name, *args), name


def test_a_budget_is_opened_and_granted_once(programme, zhao) -> None:
    registry.load_places()
    said = {"programme": "new-2026", "place_code": "1525", "source": "league", "n_lanes": "1"}
    assert deed(zhao, "open", **said)[0] == 200
    budget = Budget.objects.get(programme="new-2026")
    money = {"amount": "1200000.50", "document": "内财建〔2026〕12号", "reason": "first part"}
    for _again in range(2):
        assert "1,200,000.50" in deed(zhao, "grant", budget.pk, **money)[1]
    status, text = deed(zhao, "grant", budget.pk, **money | {"amount": "7"})
    assert (status, "another amount" in text) == (422, True)
    assert queries.available("new-2026", "1525")["league"] == Decimal("1200000.50")


def test_a_grant_needs_amount_document_and_reason(budgets, zhao) -> None:
    status, text = deed(zhao, "grant", budgets["region"].pk, amount="12.345")
    assert status == 422
    assert text.count("text-danger") == 3


def test_without_a_budget_the_page_says_what_one_is(zhao) -> None:
    assert "No budget has been entered yet." in page(zhao, "budgets")


def test_budgets_show_how_far_their_money_is(batch, zhao) -> None:
    text = page(zhao, "budgets")
    assert ("51,300.00" in text and "54.0 %" in text) or "51.4 %" in text
    assert "region" not in page(zhao, "budgets", source="centre").split("<tbody>")[1].split("</tbody>")[0]


def test_finance_of_a_league_sees_its_own_budgets(budgets, zhao) -> None:
    person = access.add_person("league-finance")
    access.give_mandate(person, "finance", "1525", by=None)
    text = page(person, "budgets")
    assert "5,000.00" in text and "100,000.00" not in text
    assert browser(person).get(reverse("ledger:budget", args=[budgets["centre"].pk])).status_code == 404
    assert deed(person, "grant", budgets["centre"].pk, amount="1", document="x", reason="x")[0] == 404


def test_the_proof_says_whether_the_ledger_holds(batch, sun) -> None:
    assert "every hash and every balance agrees" in page(sun, "proof")
    with by_hand() as cursor:
        cursor.execute("UPDATE ledger_transfer SET reason = 'x' WHERE purpose = 'C1' AND deed = 'commit'")
    text = page(sun, "proof")
    assert "stop payments" in text and "C1:commit" in text


def test_the_proof_opened_by_itself_is_a_whole_page(batch, sun) -> None:
    assert "<html" in page(sun, "proof")
    part = browser(sun).get(reverse("ledger:proof"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "The ledger holds" in part


def test_all_that_was_moved_for_a_claim_is_on_one_page(batch, sun) -> None:
    text = page(sun, "purpose", "C1")
    assert "18,000.00" in text and batch.number in text and "17,100.00" in text
    assert browser(sun).get(reverse("ledger:purpose", args=["C9"])).status_code == 404


def test_a_batch_goes_from_two_signatures_to_the_banks_answer(batch, zhao, qian, tmp_path) -> None:
    assert batch.lines.get(number=1).why in page(zhao, "batch", batch.number)
    assert "Somebody else of finance signs it" in page(zhao, "batch", batch.number)
    assert "You made this batch yourself" in deed(zhao, "sign", batch.number)[1]
    assert "Signed. Now send its file" in deed(qian, "sign", batch.number)[1]
    file = browser(qian).post(reverse("ledger:file", args=[batch.number]))
    assert (file["Content-Type"].split(".")[-1], file.content[:2]) == ("sheet", b"PK")
    answer = "用途,金额,处理结果,失败原因\nC1,18000.00,成功,\nC2,18000.00,失败,账号不符\n".encode()
    _status, text = deed(zhao, "results", file=SimpleUploadedFile("bank.csv", answer), batch=batch.number)
    assert "No difference" in text and "0.00" in text
    failed = batch.lines.get(purpose="C2")
    assert "账号不符" in page(zhao, "payment", failed.pk)
    assert "6 to 40 digits" in deed(zhao, "retry", failed.pk, account="12")[1]
    assert "waits for its second signature" in deed(zhao, "retry", failed.pk, account="6222000099998888")[1]
    assert "Say why" in deed(zhao, "send_back", batch.lines.get(purpose="C1").pk, reason="")[1]
    assert "committed again" in deed(zhao, "send_back", batch.lines.get(purpose="C1").pk, reason="closed")[1]


def test_a_cancelled_batch_says_why(batch, zhao) -> None:
    assert "wrong month" in deed(zhao, "cancel", batch.number, reason="wrong month")[1]


def test_a_file_that_is_no_sheet_is_refused_with_a_sentence(batch, zhao) -> None:
    status, text = deed(zhao, "results", file=SimpleUploadedFile("a.xlsx", b"%PDF-1.7"))
    assert status == 422 and "not a sheet" in text
    assert not Statement.objects.exists()


@pytest.fixture
def elsewhere():
    """Who pays in another league, and nowhere else."""
    person = access.add_person("finance-of-hohhot")
    access.give_mandate(person, "finance", "1501", by=None)
    return person


def test_who_pays_in_another_league_neither_sees_nor_signs_nor_sends_a_batch(batch, elsewhere, qian) -> None:
    line = batch.lines.order_by("number").last()
    browse = browser(elsewhere)
    for name, args in (("batch", [batch.number]), ("payment", [line.pk])):
        assert browse.get(reverse(f"ledger:{name}", args=args)).status_code == 404
    assert batch.number not in browse.get(reverse("ledger:batches")).content.decode()
    for name in ("sign", "file", "cancel"):
        said = browse.post(reverse(f"ledger:{name}", args=[batch.number]), {"reason": "x"})
        assert said.status_code == 404
    for name in ("retry", "send_back", "confirm"):
        said = browse.post(reverse(f"ledger:{name}", args=[line.pk]), {"reason": "x"})
        assert said.status_code == 404
    batch.refresh_from_db()
    assert (batch.state, batch.signed_by) == ("draft", None)


def test_who_pays_in_another_league_books_no_answers_of_a_batch(batch, elsewhere, qian, tmp_path) -> None:
    ledger.sign_batch(batch, by=qian)
    ledger.bank_file(batch, tmp_path, by=qian)
    text = "用途,金额,处理结果\nC1,18000.00,成功\n".encode()
    deed(elsewhere, "results", file=SimpleUploadedFile("answers.csv", text))
    assert not batch.lines.filter(state="paid").exists()
    assert queries.balance_of("C1")["paid"] == 0
    statement = Statement.objects.get()
    assert statement.n_unknown == 1
    assert browser(qian).get(reverse("ledger:statement", args=[statement.pk])).status_code == 200
