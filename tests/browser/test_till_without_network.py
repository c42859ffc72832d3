"""The network is away while customers stand at the till: nothing is lost, and nothing is sold by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

from huanxin.foundation.access import services as access
from huanxin.tradein import services
from huanxin.tradein.models import Merchant, Sale, TillPost
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
    page.wait_for_selector("form[action*='/till/refused/']")
    snap(page, "till-refused")
    assert Sale.objects.count() == 1
    page.reload()
    page.wait_for_selector("form[action*='/till/refused/']")
    assert Sale.objects.count() == 1


def is_kept(page: Page) -> None:
    """Wait until the browser has put by what the till needs, and its worker has taken over the page."""
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.wait_for_function(
        "caches.open('huanxin-till').then((c) => c.keys()).then((keys) => keys.length > 5"
        " && keys.some((k) => k.url.endsWith('/till/kept/')) && keys.some((k) => k.url.endsWith('/till.js')))"
    )


def test_the_next_customer_comes_without_network(page: Page, voucher: Voucher) -> None:
    fill(page, voucher.code, "SN20260001")
    page.context.set_offline(True)
    before = page.input_value("[name=key]")
    page.locator("[data-next]").click()
    expect(page.locator("[name=serial_no]")).to_have_value("")
    assert page.input_value("[name=key]") != before
    expect(page.locator("h1")).to_be_visible()


def test_a_reload_without_network_brings_the_till_back(page: Page, voucher: Voucher) -> None:
    is_kept(page)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("form[data-till-kept]")).to_have_count(1)
    expect(page.locator("[data-no-network]")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.tradein-posts')).listStyleType") == "none"
    fill(page, voucher.code, "SN20260001")
    page.locator("button[data-keep]").click()
    expect(page.locator("[data-n-kept]")).to_have_text("1")
    page.reload()
    expect(page.locator("[data-n-kept]")).to_have_text("1")
    snap(page, "till-reloaded")
    look_at(page)
    # What is being entered when the network returns is not lost either.
    fill(page, "half a code", "SN2")
    page.context.set_offline(False)
    expect(page.locator("[data-no-network]")).to_be_hidden()
    expect(page.locator("[data-kept]")).to_be_hidden()
    assert page.input_value("[name=code]") == "half a code"
    assert Sale.objects.count() == 1


def test_a_network_that_breaks_off_under_a_press_loses_nothing(page: Page, voucher: Voucher) -> None:
    # The browser believes in its network still: it is the office that does not answer.
    page.add_init_script("Object.defineProperty(navigator, 'onLine', { get: () => true })")
    page.reload()
    is_kept(page)
    fill(page, voucher.code, "SN20260001")
    key = page.input_value("[name=key]")
    page.context.set_offline(True)
    page.locator("button[value=quote]").click()
    expect(page.locator("form[data-till-kept]")).to_have_count(1)
    assert page.input_value("[name=serial_no]") == "SN20260001"
    assert page.input_value("[name=key]") == key
    expect(page.locator("button[data-keep]")).to_be_visible()
    snap(page, "till-broken-off")
    page.context.set_offline(False)
    assert not Sale.objects.exists()


def test_what_is_kept_goes_with_the_login_and_sales_wait_for_it(page: Page, voucher: Voucher) -> None:
    is_kept(page)
    page.context.set_offline(True)
    fill(page, voucher.code, "SN20260001")
    page.locator("button[data-keep]").click()
    # The office's answers to sales are held up, so that the sale still waits when its clerk leaves.
    page.route("**/till/sync/", lambda route: route.fulfill(status=204))
    page.context.set_offline(False)
    page.locator("[data-ui-menu] summary").click()
    page.locator("form[action$='/leave/'] button").click()
    page.wait_for_function("caches.keys().then((names) => names.length === 0)")
    page.unroute("**/till/sync/")

    other = cast.enter(cast.LI_JING)
    access.give_mandate(other, "merchant", "15", by=None)
    services.enter_clerk(Merchant.objects.get(), other, by=other)
    act_as(page, page.url.rstrip("/"), "li-jing", "/tradein/till/")
    expect(page.locator("[data-n-others]")).to_have_text("1")
    assert not Sale.objects.exists()
    act_as(page, page.url.split("/tradein")[0], "suhe", "/tradein/till/")
    expect(page.locator("[data-kept]")).to_be_hidden()
    assert Sale.objects.get().by.username == "suhe"


def test_an_emptied_form_keeps_no_quote(page: Page, voucher: Voucher) -> None:
    fill(page, voucher.code, "SN20260001")
    page.locator("button[value=quote]").click()
    expect(page.locator(".tradein-sum")).to_be_visible()
    page.fill("[name=price]", "8000")
    expect(page.locator(".tradein-sum")).to_have_count(0)
    expect(page.locator("button[value=redeem]")).to_have_count(0)
    page.locator("button[value=quote]").click()
    expect(page.locator(".tradein-sum")).to_contain_text("6,800.00")
    page.context.set_offline(True)
    page.locator("button[data-keep]").click()
    expect(page.locator("[data-n-kept]")).to_have_text("1")
    expect(page.locator(".tradein-sum")).to_have_count(0)
    page.context.set_offline(False)
    expect(page.locator("[data-kept]")).to_be_hidden()


def test_a_sale_that_was_kept_and_refused_stands_once(page: Page, voucher: Voucher) -> None:
    page.context.set_offline(True)
    fill(page, voucher.code, "SN20260001", price="99999")
    page.locator("button[data-keep]").click()
    expect(page.locator("[data-n-kept]")).to_have_text("1")
    page.context.set_offline(False)
    said = page.locator("main").get_by_text("99,999.00")
    expect(said).not_to_have_count(0)
    snap(page, "till-refused-once")
    assert page.locator("main").get_by_text("SN**").count() + page.locator("[data-kept-list] li").count() <= 1
    expect(page.get_by_role("button", name="已处理")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("button", name="已处理")).to_have_count(1)


def test_a_sale_that_came_back_is_marked_at_the_till(page: Page, voucher: Voucher) -> None:
    fill(page, voucher.code, "SN20260001")
    page.locator("button[value=quote]").click()
    page.locator("button[value=redeem]").click()
    expect(page.locator("main")).to_contain_text("− 1,350.00")
    expect(page.locator("main li .ui-mark")).to_have_count(0)
    sale = Sale.objects.get()
    services.give_back(sale, by=sale.by, reason="尺寸不合")
    page.reload()
    expect(page.locator("main li .ui-mark")).to_have_text("已退货")
