"""A voucher is taken on a phone and redeemed at a till; without network the till keeps its sales."""

from __future__ import annotations

import os

import pytest

from huanxin.tradein import services
from huanxin.tradein.models import Sale, Voucher
from huanxin.web import cast
from tests.tradein import office as world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(page) -> world.Office:
    # The round's page and the till need somebody who has a real name, and a shop.
    made = world.open_office()
    world.person("娜仁", cast.enter(cast.NAREN))
    cast.enter(cast.QIAN)
    return made


def act_as(page, live_server, login: str, address: str) -> None:
    page.goto(f"{live_server.url}/account/login/?next={address}")
    page.locator(f"form[action*='/account/login/as/{login}/'] button").first.click()


def snap(page, name: str) -> None:
    if folder := os.environ.get("HUANXIN_PICTURES"):
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)


def fill(page, code: str, serial: str, price: str = "9000") -> None:
    page.fill("[name=code]", code)
    page.fill("[name=product_code]", world.FRIDGE)
    page.fill("[name=serial_no]", serial)
    page.fill("[name=price]", price)


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


def test_without_network_sales_are_kept_and_sent_once(page, live_server, office):
    voucher = services.take_voucher(
        office.round, world.person("特木尔"), "fridge", by=office.officer, place_code=world.PLACE
    )
    act_as(page, live_server, "suhe", "/tradein/till/")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    for serial in ("SN20260001", "SN20260002"):
        fill(page, voucher.code, serial)
        page.locator("button[value=quote]").click()
    page.wait_for_selector("[data-kept]:not([hidden])")
    assert page.locator("[data-n-kept]").inner_text() == "2"
    snap(page, "till-offline")
    page.context.set_offline(False)
    page.wait_for_selector("[data-kept-list] .tradein-refused")
    snap(page, "till-refused")
    assert Sale.objects.count() == 1
    assert page.locator("[data-n-kept]").inner_text() == "0"
    page.reload()
    page.wait_for_selector("[data-kept-list] .tradein-refused")
    assert Sale.objects.count() == 1


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
