"""A till's program: what a voucher gives, redeeming it once, a return, and what the shop is paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from huanxin.foundation.access.models import User
from huanxin.ledger import queries as ledger
from huanxin.tradein.models import Sale, Voucher
from tests.api.conftest import Program
from tests.tradein import office

pytestmark = pytest.mark.django_db
ProgramOf = Callable[..., Program]


@pytest.fixture
def shop(till: office.Office, program_of: ProgramOf) -> Program:
    return program_of(till.clerk, "till:read", "till:write")


def _offer(**other: object) -> dict[str, object]:
    return {"product_code": office.FRIDGE, "serial_no": "SN-000001", "price": "5000.00"} | other


def test_a_quote_keeps_nothing(shop: Program, voucher: Voucher) -> None:
    said = shop.post(f"/vouchers/{voucher.code}/quote", _offer())
    assert said.status_code == 200, said.content.decode()
    assert said.json() | {"product": ""} == {
        "product": "",
        "filed_price": "9999.00",
        "price": "5000.00",
        "subsidy": "750.00",
        "to_pay": "4250.00",
    }
    voucher.refresh_from_db()
    assert voucher.state == Voucher.State.TAKEN


def test_a_voucher_is_redeemed_once_however_often_it_is_sent(shop: Program, voucher: Voucher) -> None:
    first = shop.post(f"/vouchers/{voucher.code}/redeem", _offer(), key="till-1-000001")
    again = shop.post(f"/vouchers/{voucher.code}/redeem", _offer(), key="till-1-000001")
    assert (first.status_code, again.status_code) == (201, 201), first.content.decode()
    assert first.json() == again.json()
    assert (first.json()["subsidy"], first.json()["to_pay"]) == ("750.00", "4250.00")
    assert Sale.objects.count() == 1
    assert shop.get("/sales/till-1-000001").json() == first.json()
    assert [row["key"] for row in shop.get("/sales").json()["rows"]] == ["till-1-000001"]
    other = shop.post(f"/vouchers/{voucher.code}/redeem", _offer(serial_no="SN-000002"), key="till-1-000002")
    assert (other.status_code, other.json()["type"]) == (409, "urn:huanxin:problem:used")


def test_a_sale_made_without_network_is_sent_later(shop: Program, voucher: Voucher) -> None:
    sold_at = (timezone.localtime() + dt.timedelta(seconds=1)).replace(microsecond=0).isoformat()
    said = shop.post(f"/vouchers/{voucher.code}/redeem", _offer(sold_at=sold_at))
    assert said.status_code == 201, said.content.decode()
    assert dt.datetime.fromisoformat(said.json()["sold_at"]) == dt.datetime.fromisoformat(sold_at)


@pytest.mark.parametrize(
    ("wrong", "status", "word"),
    [
        ({"price": "12000.00"}, 409, "price-above-filed"),
        ({"product_code": office.WASHER}, 409, "wrong-class"),
        ({"product_code": "0000000000000"}, 409, "unknown-product"),
        ({"serial_no": "1"}, 409, "serial-missing"),
        ({"price": "much"}, 422, "wrong-form"),
        ({"sold_at": "yesterday"}, 422, "wrong-form"),
    ],
)
def test_a_till_is_told_why_not(
    shop: Program, voucher: Voucher, wrong: dict[str, str], status: int, word: str
) -> None:
    said = shop.post(f"/vouchers/{voucher.code}/redeem", _offer(**wrong))
    assert (said.status_code, said.json()["type"]) == (status, f"urn:huanxin:problem:{word}")
    assert said.json()["title"]
    assert not Sale.objects.exists()


def test_an_unknown_voucher_and_a_token_without_a_shop(
    shop: Program, voucher: Voucher, temur: User, program_of: ProgramOf, chen_lan: User
) -> None:
    from huanxin.foundation.access import services as access

    assert shop.post("/vouchers/NOSUCH/quote", _offer()).status_code == 404
    access.give_mandate(temur, "merchant", "152502", by=chen_lan)
    stranger = program_of(temur, "till:read", "till:write")
    said = stranger.post(f"/vouchers/{voucher.code}/redeem", _offer())
    assert (said.status_code, said.json()["type"]) == (409, "urn:huanxin:problem:no-shop")


def test_a_return_undoes_a_sale_once(shop: Program, till: office.Office, voucher: Voucher) -> None:
    shop.post(f"/vouchers/{voucher.code}/redeem", _offer(), key="till-1-000001")
    returned = shop.post("/sales/till-1-000001/return", {"reason": "it was broken"}, key="return-0001")
    assert (returned.status_code, returned.json()["state"]) == (200, "returned"), returned.content.decode()
    assert shop.post(
        "/sales/till-1-000001/return", {"reason": "it was broken"}, key="return-0001"
    ).json() == (returned.json())
    twice = shop.post("/sales/till-1-000001/return", {"reason": "it was broken"})
    assert (twice.status_code, twice.json()["type"]) == (409, "urn:huanxin:problem:not-returned")
    assert ledger.balance_of(voucher.code)["committed"] == 0


def test_another_shop_sees_no_sale_of_this_one(
    shop: Program, till: office.Office, voucher: Voucher, temur: User, program_of: ProgramOf, chen_lan: User
) -> None:
    from huanxin.foundation.access import services as access
    from huanxin.tradein import services as tradein

    shop.post(f"/vouchers/{voucher.code}/redeem", _offer(), key="till-1-000001")
    access.give_mandate(temur, "merchant", "150102", by=chen_lan)
    other = tradein.enter_merchant(
        "SH-150102-009", office.organisation("别家", "911501020000000009"), place_code="150102",
        by=till.officer, account="6222020000000009999", bank="x", sample=True,
    )  # fmt: skip
    tradein.enter_clerk(other, temur, by=till.officer)
    stranger = program_of(temur, "till:read", "till:write")
    assert stranger.get("/sales").json()["rows"] == []
    assert stranger.get("/sales/till-1-000001").status_code == 404
    assert stranger.post("/sales/till-1-000001/return", {"reason": "mine"}).status_code == 404


def test_finance_draws_up_settlements_and_the_shop_sees_its_own(
    shop: Program, till: office.Office, voucher: Voucher, qian: User, program_of: ProgramOf
) -> None:
    shop.post(f"/vouchers/{voucher.code}/redeem", _offer(), key="till-1-000001")
    assert shop.post("/settlements", {"programme": till.programme.slug}).status_code == 403
    finance = program_of(qian, "payments:write")
    asked = {"programme": till.programme.slug}
    said = finance.post("/settlements", asked, key="settle-0001")
    assert said.status_code == 201, said.content.decode()
    assert [(row["merchant"], row["amount"]) for row in said.json()["rows"]] == [("SH-152502-001", "750.00")]
    assert (
        finance.post("/settlements", {"programme": till.programme.slug}, key="settle-0001").json()
        == said.json()
    )
    assert finance.post("/settlements", {"programme": till.programme.slug}).status_code == 409
    assert [row["amount"] for row in shop.get("/settlements").json()["rows"]] == ["750.00"]
