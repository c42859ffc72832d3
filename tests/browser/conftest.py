"""Debian's Chromium against a live site; skipped, with the reason, where there is none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all walks."""
    if not Path(CHROMIUM).exists():
        pytest.skip("there is no Chromium: `apt-get install chromium`, or name it in CHROMIUM")
    if not (project.VENDOR / "tabler.min.css").exists():
        pytest.skip("the parts of pages are not there: `make vendor`")
    # Playwright keeps an event loop in this thread; Django would refuse to reach its database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    playwright = pytest.importorskip("playwright.sync_api")
    # A busy machine may take longer than the usual five seconds to show what a test waits for.
    playwright.expect.set_options(timeout=20_000)
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desk", "phone"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page as wide as a desk's screen, and as a phone; whatever the console complains of fails."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    found = context.new_page()
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    yield found
    context.close()
    # Where a test took the network away, the browser says so.
    complaints = [said for said in complaints if "net::ERR_INTERNET_DISCONNECTED" not in said]
    assert not complaints, complaints
