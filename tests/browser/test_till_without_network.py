"""The network is away while customers stand at the till: nothing is lost, and nothing is sold by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

from huanxin.tradein import services
from huanxin.tradein.models import Sale, TillPost
from huanxin.web import cast
from tests.browser.looking import look_at
from tests.browser.shop import act_as, fill, snap
from tests.tradein import office as world

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from huanxin.tradein.models import Voucher

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def voucher(page: Page, live_server) -> Voucher:
    """The shop's till is open, and a customer has a voucher."""
    office = world.open_office()
    cast.enter(cast.NAREN)
    taken = services.take_voucher(
        office.round, world.person("特木尔"), "fridge", by=office.officer, place_code=world.PLACE
    )
    act_as(page, live_server.url, "suhe", "/tradein/till/")
    page.wait_for_load_state("networkidle")
    return taken


def test_working_out_without_network_sells_nothing(page: Page, voucher: Voucher) -> None:
    page.context.set_offline(True)
    fill(page, voucher.code, "SN20260001")
    page.locator("button[value=quote]").click()
    expect(page.locator("[data-not-worked-out]")).to_be_visible()
    expect(page.locator("[data-kept]")).to_be_hidden()
    assert page.input_value("[name=serial_no]") == "SN20260001"
    # A scanner ends what it reads with Enter.
    page.locator("[name=serial_no]").press("Enter")
    expect(page.locator("[data-kept]")).to_be_hidden()
    snap(page, "till-not-worked-out")
    look_at(page)
    page.context.set_offline(False)
    expect(page.locator("[data-no-network]")).to_be_hidden()
    expect(page.locator("button[data-keep]")).to_be_hidden()
    assert not Sale.objects.exists()
    assert not TillPost.objects.exists()


def test_without_network_sales_are_kept_and_sent_once(page: Page, voucher: Voucher) -> None:
    page.context.set_offline(True)
    for serial in ("SN20260001", "SN20260002"):
        fill(page, voucher.code, serial)
        page.locator("button[data-keep]").click()
    expect(page.locator("[data-n-kept]")).to_have_text("2")
    expect(page.locator("[data-kept-list] .ui-mark-waiting")).to_have_count(2)
    snap(page, "till-kept")
    look_at(page)
    page.context.set_offline(False)
    page.wait_for_selector(".tradein-refused")
    snap(page, "till-refused")
    assert Sale.objects.count() == 1
    page.reload()
    page.wait_for_selector(".tradein-refused")
    assert Sale.objects.count() == 1
