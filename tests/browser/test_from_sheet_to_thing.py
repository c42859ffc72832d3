"""The first walk of an official: a sheet in, the list, one thing; by mouse, by keyboard, on a phone."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

from huanxin.registry import services as registering
from huanxin.registry.models import Asset, Import
from tests import small_packs

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADINGS = ["出厂编号", "名称", "功率", "投运日期", "能效等级", "盟市"]
ROWS = [
    ["SN-0001", "一号泵", "5", "2010-05-01", "二级", "呼和浩特市"],
    ["SN-0002", "二号泵", "20", "2000-05-01", "三级", "包头市"],
    ["SN-0003", "三号泵", "很大", "2000-05-01", "一级", "包头市"],
    ["SN-0004", "四号泵", "20", "", "二级", "呼和浩持市"],
]


@pytest.fixture
def office(tmp_path, monkeypatch, li_jing) -> None:
    monkeypatch.setenv("HUANXIN_PACKS", str(small_packs.write_all(tmp_path / "packs")))
    registering.load_places()


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "pumps.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *ROWS])
    return path


def log_in(page: Page, site: str) -> None:
    page.goto(f"{site}/account/login/")
    page.click("form[action$='/as/li-jing/'] button")
    page.wait_for_url(f"{site}/")


def test_a_sheet_goes_in_and_its_things_can_be_read(office, sheet, live_server, page: Page) -> None:
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/registry/imports/new/?kind=test-pump")
    page.set_input_files("input[type=file]", sheet)
    page.click("main form button[type=submit]")
    assert page.locator("select[name=target]").count() == len(HEADINGS)
    assert page.locator("select[name=target]").nth(0).input_value() == "serial_no"
    assert "一号泵" in page.inner_text("main")

    page.click("main form button[type=submit]")
    page.wait_for_url("**/registry/imports/*/")
    record = Import.objects.get()
    assert (record.n_new, record.n_refused) == (3, 1)
    with page.expect_download() as download:
        page.click("a[href$='refused.xlsx']")
    assert download.value.suggested_filename == f"refused-{record.pk}.xlsx"

    page.goto(f"{live_server.url}/registry/?kind=test-pump&text=二号")
    page.click("main table a:has-text('二号泵')")
    assert page.inner_text("h1") == "二号泵"
    assert page.locator(".ui-life li").count() == 1
    # The verdicts come by themselves, after the page.
    page.wait_for_selector("main a[href*='/renewal/screenings/new/']")


def test_filters_are_kept_in_the_address(office, sheet, live_server, page: Page, li_jing) -> None:
    registering.import_assets(sheet, "test-pump", by=li_jing)
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/registry/?kind=test-pump")
    assert page.locator("tbody tr").count() == 3
    fold = page.locator("[data-ui-fold] summary")
    if fold.is_visible():
        fold.click()
    page.select_option("select[name=place]", "1502")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("place=1502"))
    page.reload()
    assert page.locator("tbody tr").count() == 1


def test_a_place_in_doubt_is_settled_in_one_press(office, sheet, live_server, page: Page, li_jing) -> None:
    registering.import_assets(sheet, "test-pump", by=li_jing)
    Asset.objects.filter(name="一号泵").update(
        place=None, place_state="doubt", place_doubt={"why": "name-ambiguous", "candidates": ["1501", "1502"]}
    )
    log_in(page, live_server.url)
    thing = Asset.objects.get(name="一号泵")
    page.goto(f"{live_server.url}/registry/doubts/?thing={thing.pk}")
    page.click("button[value='1502']")
    page.wait_for_load_state()
    thing.refresh_from_db()
    assert (thing.place_id, thing.place_state) == ("1502", "placed")


def test_nothing_is_wider_than_the_screen_and_the_keyboard_reaches_the_search(
    office, sheet, live_server, page: Page, li_jing
) -> None:
    registering.import_assets(sheet, "test-pump", by=li_jing)
    log_in(page, live_server.url)
    for address in (
        "/",
        "/registry/",
        "/registry/imports/",
        "/registry/imports/new/",
        "/ui/",
        "/rulebook/packs/",
    ):
        page.goto(f"{live_server.url}{address}")
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, f"{address} is {too_wide} px wider than the screen"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "ui-skip", address
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_language_and_text_size_change_and_the_page_stays(office, live_server, page: Page) -> None:
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/registry/imports/?after=7")
    page.click("button[name=language]")
    page.wait_for_load_state()
    assert page.url.endswith("/registry/imports/?after=7")
    assert page.get_attribute("html", "lang") == "en"
    page.click("form[action$='/text-size/'] button")
    page.wait_for_load_state()
    assert page.url.endswith("/registry/imports/?after=7")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
