"""Buyers hear of what happens with their voucher, and shops of their money and their place on the list."""

from __future__ import annotations

import pytest

from huanxin.foundation.outbox import services as outbox
from huanxin.foundation.outbox import texts
from huanxin.foundation.outbox.models import Delivery, Message
from huanxin.tradein import services
from huanxin.web import cast
from tests.tradein import office as world
from tests.tradein.test_return_and_settle import bank
from tests.tradein.test_sell_at_the_till import redeem


@pytest.fixture
def office(db) -> world.Office:
    return world.open_office()


def sell(office: world.Office):
    naren = world.person("娜仁", cast.enter(cast.NAREN))
    voucher = services.take_voucher(office.round, naren, "fridge", by=office.officer, place_code=world.PLACE)
    return redeem(office, voucher, price="9000")


def told(login: str) -> list[tuple[str, str]]:
    found = Message.objects.filter(to_user__username=login, kind__startswith="tradein/").order_by("pk")
    return [(message.kind, texts.render(message, "zh-hans").body) for message in found]


def test_the_buyer_hears_of_the_sale_and_of_its_return(office):
    sale = sell(office)
    services.give_back(sale, by=office.clerk, reason="尺寸不合")
    (sold, said), (back, _said) = told("naren")
    assert (sold, back) == ("tradein/redeemed", "tradein/returned")
    assert all(word in said for word in ("苏和家电", "冰箱 BCD-500", "1,350.00", f"/{sale.voucher.code}/"))


def test_nobody_hears_of_a_sale_that_was_refused(office):
    naren = world.person("娜仁", cast.enter(cast.NAREN))
    voucher = services.take_voucher(office.round, naren, "fridge", by=office.officer, place_code=world.PLACE)
    with pytest.raises(services.SaleRefused):
        redeem(office, voucher, price="99999")
    assert not told("naren")


@pytest.mark.parametrize(("state", "why"), [("paid", ""), ("failed", "户名不符")])
def test_the_clerks_hear_what_the_bank_did(office, state, why):
    sell(office)
    made = services.settle(office.merchant, office.programme, by=office.officer)
    bank(office, made, state, why)
    services.follow_bank()
    ((kind, said),) = told("suhe")
    assert kind == ("tradein/paid" if state == "paid" else "tradein/rejected")
    assert "1,350.00" in said
    assert why in said
    services.follow_bank()
    assert len(told("suhe")) == 1


def test_the_clerks_and_their_programs_hear_that_the_shop_is_suspended(office):
    outbox.add_hook(office.clerk, "https://127.0.0.1/", ["tradein/*"])
    services.decide(office.merchant, "suspended", reason="价格虚高", by=office.officer)
    services.decide(office.merchant, "listed", reason="已整改", by=office.officer)
    assert [kind for kind, _said in told("suhe")] == ["tradein/suspended", "tradein/listed"]
    assert "价格虚高" in told("suhe")[0][1]
    assert Delivery.objects.filter(hook__isnull=False).count() == 2
