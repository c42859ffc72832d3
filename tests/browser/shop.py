"""What walks at the till share: somebody logs in, a sale is entered, a picture is taken."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.tradein import office as world

if TYPE_CHECKING:
    from playwright.sync_api import Page


def act_as(page: Page, site: str, login: str, address: str) -> None:
    """Log in as one of the cast, and open a page."""
    page.goto(f"{site}/account/login/?next={address}")
    page.locator(f"form[action*='/account/login/as/{login}/'] button").first.click()


def snap(page: Page, name: str) -> None:
    """A picture of the page, where somebody named a folder for them."""
    if folder := os.environ.get("HUANXIN_PICTURES"):
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)


def fill(page: Page, code: str, serial: str, price: str = "9000") -> None:
    """Enter a sale of a fridge."""
    page.fill("[name=code]", code)
    page.fill("[name=product_code]", world.FRIDGE)
    page.fill("[name=serial_no]", serial)
    page.fill("[name=price]", price)
