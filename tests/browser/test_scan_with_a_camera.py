"""A customer shows a voucher, the till's camera reads it: in a browser that cannot read codes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.sync_api")
import segno
from playwright.sync_api import expect

from huanxin.tradein import services
from huanxin.web import cast
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.shop import act_as, snap
from tests.tradein import office as world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTH, HEIGHT = 640, 480


def film(path: Path, text: str) -> None:
    """What the camera sees: a QR code on a desk, as an uncompressed film of a few frames."""
    code = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(scale=7, border=4)]
    top, left = (HEIGHT - len(code)) // 2, (WIDTH - len(code[0])) // 2
    grey = bytearray([170]) * (WIDTH * HEIGHT)
    for y, row in enumerate(code):
        at = (top + y) * WIDTH + left
        grey[at : at + len(row)] = bytes(30 if dark else 230 for dark in row)
    frame = b"FRAME\n" + bytes(grey) + bytes([128]) * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)


@pytest.fixture
def voucher(live_server):
    office = world.open_office()
    cast.enter(cast.NAREN)
    return services.take_voucher(
        office.round, world.person("特木尔"), "fridge", by=office.officer, place_code=world.PLACE
    )


@pytest.fixture
def phone(browser: Browser, voucher, tmp_path: Path) -> Iterator[Page]:
    """A phone whose camera looks at the voucher."""
    film(tmp_path / "desk.y4m", voucher.code)
    camera = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'desk.y4m'}",
    )
    chromium = browser.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *camera])
    page = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    yield page
    chromium.close()


def test_the_camera_reads_the_voucher_into_its_field(phone: Page, live_server, voucher) -> None:
    act_as(phone, live_server.url, "suhe", "/tradein/till/")
    assert "qr_code" not in phone.evaluate(
        "'BarcodeDetector' in window ? BarcodeDetector.getSupportedFormats() : []"
    ), "this browser reads codes itself, so that our scanner is not tried"

    phone.locator("[data-scan=code]").click()

    expect(phone.locator("[name=code]")).to_have_value(voucher.code)
    expect(phone.locator("[data-video]")).to_be_hidden()
    expect(phone.locator("[name=product_code]")).to_be_focused()
    snap(phone, "till-scanned")
