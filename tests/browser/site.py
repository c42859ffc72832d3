"""A site that lasts for a whole module of walks: its database, its clock, and a browser for each person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


class Clock:
    """Django's clock, put to another day; it goes on from there."""

    def __init__(self) -> None:
        self._real = timezone.datetime
        self._ahead = dt.timedelta()
        clock = self

        class Every(type):
            """Values of the database are of the real class; Django asks whether they are of this one."""

            def __instancecheck__(cls, value: object) -> bool:
                return isinstance(value, clock._real)

        class Moved(dt.datetime, metaclass=Every):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
                return clock._real.now(tz) + clock._ahead

        timezone.datetime = Moved  # type: ignore[misc]

    def set(self, day: dt.date, hour: int = 10) -> None:
        """Let it be this hour of a day at the office."""
        wanted = timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
        self._ahead = wanted - self._real.now(dt.UTC)

    def stop(self) -> None:
        """Back to the real time."""
        timezone.datetime = self._real  # type: ignore[misc]


class People:
    """A browser of their own for each person, of the size they have; the console's complaints are kept."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self.address = browser, address
        self._pages: dict[str, Page] = {}
        self.complaints: list[str] = []

    def page(self, who: str, *, size: dict[str, int] = PHONE) -> Page:
        """The page that somebody has open."""
        if who not in self._pages:
            context = self._browser.new_context(
                viewport=size, locale="en-GB", base_url=self.address, accept_downloads=True
            )  # type: ignore[arg-type]
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.on("pageerror", lambda error: self.complaints.append(f"{who}: {error}"))
            page.on("console", lambda said: self._note(who, said.type, said.text))
            self._pages[who] = page
        return self._pages[who]

    def _note(self, who: str, sort: str, text: str) -> None:
        # A refusal is answered with 422 and a page that says why; a browser notes every such answer.
        if sort == "error" and "status of 422" not in text:
            self.complaints.append(f"{who}: {text}")

    def act_as(self, login: str, *, size: dict[str, int] = DESK) -> Page:
        """One of the cast, logged in anew."""
        page = self.page(login, size=size)
        page.context.clear_cookies()
        page.goto("/account/login/")
        page.locator(f"form[action$='/as/{login}/'] button").click()
        page.wait_for_url(f"{self.address}/")
        return page

    def come_to_rest(self) -> None:
        """Wait until no browser waits for anything: a picture may still be on its way."""
        for page in self._pages.values():
            page.wait_for_load_state("networkidle")

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()


def lasting_site(django_db_blocker: object) -> Iterator[str]:
    """Serve the test's database for as long as a module lasts, and empty it afterwards."""
    from django.core.management import call_command
    from pytest_django.live_server_helper import LiveServer

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        server = LiveServer("127.0.0.1")
        server._live_server_modified_settings.enable()
        try:
            yield server.url
        finally:
            server.stop()
            server._live_server_modified_settings.disable()
            call_command("flush", verbosity=0, interactive=False)
