"""A voucher is taken on a phone and redeemed at a till, and the thing is brought back."""

from __future__ import annotations

import pytest

from huanxin.tradein.models import Sale, Voucher
from huanxin.web import cast
from tests.browser.shop import act_as, fill, snap
from tests.tradein import office as world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(page) -> world.Office:
    # The round's page and the till need somebody who has a real name, and a shop.
    made = world.open_office()
    world.person("娜仁", cast.enter(cast.NAREN))
    cast.enter(cast.QIAN)
    return made


def test_from_the_voucher_to_the_till_and_back(page, live_server, office):
    act_as(page, live_server, "naren", "/tradein/vouchers/")
    snap(page, "vouchers")
    page.locator("form[action$='/take/'] button").first.click()
    page.wait_for_selector(".tradein-qr svg")
    snap(page, "voucher")
    voucher = Voucher.objects.get()
    act_as(page, live_server, "suhe", "/tradein/till/")
    snap(page, "till-empty")
    fill(page, voucher.code.lower(), "SN20260001")
    page.locator("button[value=quote]").click()
    page.wait_for_selector("button[value=redeem]")
    snap(page, "till-quote")
    page.locator("button[value=redeem]").click()
    page.wait_for_selector(".alert-success")
    sale = Sale.objects.get()
    assert sale.subsidy == 1350
    page.goto(f"{live_server.url}/tradein/sales/{sale.pk}/")
    page.fill("[name=reason]", "尺寸不合")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector(".alert-success")
    snap(page, "returned")
    sale.refresh_from_db()
    assert sale.state == "returned"


def test_the_shop_and_the_office_see_their_lists(page, live_server, office):
    for name, login, address in (
        ("prices", "suhe", "/tradein/prices/"),
        ("settlement", "suhe", "/tradein/settlement/"),
        ("rounds", "li-jing", "/tradein/rounds/"),
        ("shops", "li-jing", "/tradein/shops/"),
        ("shop", "li-jing", f"/tradein/shops/{office.merchant.code}/"),
        ("products", "li-jing", "/tradein/products/"),
        ("settling", "qian", "/tradein/settling/"),
    ):
        act_as(page, live_server, login, address)
        page.wait_for_selector("h1")
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, f"{address} is wider than the screen"
        snap(page, name)
