"""A subsidy for a car from the first page on a phone to the money in the bank, and what must not happen.

One office for the whole file; the tests are read, and run, from top to bottom.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

from huanxin.claims.models import Claim, ClaimPaper
from huanxin.web import cast
from tests.browser import around
from tests.browser.looking import look_at
from tests.browser.site import PHONE, Clock, People, lasting_site
from tests.claims import office as claims_office
from tests.claims.review_papers import drawn
from tests.tradein import office as shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SENT_ON = dt.date(2026, 6, 1)
NAME, NUMBER = "娜仁高娃", claims_office.resident_number("15250219880101002")
PASSWORD = "wide grass under high sky"


@dataclass
class Office:
    """A site with people in front of their screens, and the claim that they all meet."""

    people: People
    clock: Clock
    folder: Path
    number: str = ""
    answers: dict[str, object] = field(default_factory=claims_office.car_answers)

    @property
    def claim(self) -> Claim:
        return Claim.objects.get(number=self.number)


@pytest.fixture(scope="module")
def transactional_db(browser: Browser, django_db_setup, django_db_blocker) -> Iterator[str]:
    """The database of all tests of this file, served; under this name pytest-django sets it up."""
    yield from lasting_site(django_db_blocker)


@pytest.fixture(scope="module")
def office(
    browser: Browser, transactional_db: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    clock = Clock()
    people = People(browser, transactional_db)
    try:
        clock.set(SENT_ON)
        cast.enter_all()
        claims_office.programme(sampled_percent=100, notice_days=5)
        yield Office(people, clock, tmp_path_factory.mktemp("walk"))
    finally:
        people.close()
        clock.stop()


@pytest.fixture(autouse=True)
def nothing_breaks(office: Office, settings, tmp_path_factory) -> Iterator[None]:
    """Papers of one test are there in the next, and no browser has anything to complain of."""
    settings.VAR = office.folder
    yield
    office.people.come_to_rest()
    assert not office.people.complaints, office.people.complaints


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def answer(page: Page, answers: dict[str, object]) -> str:
    """Answer the question that the page asks; the question's name."""
    look_at(page, is_citizens=True)
    name = page.url.rstrip("/").split("?")[0].rsplit("/", 1)[1]
    fields = page.locator("main form input:not([type=hidden]), main form select")
    if name == "account":
        page.fill("[name=account]", str(answers["account"]))
        page.fill("[name=bank]", str(answers["bank"]))
    elif page.locator("fieldset").count():
        value = answers[name]
        assert len({e.get_attribute("name") for e in fields.all()}) == 1
        page.check(f"input[name={name}][value={str(value).lower()}]")
    else:
        assert fields.count() == 1
        page.fill(f"[name={name}]", str(answers[name]))
    press(page, "Continue")
    page.wait_for_url(lambda url: f"/{name}/" not in url)
    return name


def test_a_citizen_signs_up_and_is_told_the_amount_before_giving_any_paper(office: Office) -> None:
    page = office.people.page("citizen")
    page.goto("/")
    look_at(page, is_citizens=True)
    follow(page, "Sign up")
    look_at(page, is_citizens=True)
    page.fill("[name=username]", "13900139000")
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    press(page, "Sign up")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your real name")
    look_at(page, is_citizens=True)
    page.fill("[name=name]", NAME)
    page.fill("[name=number]", NUMBER)
    page.select_option("[name=place]", "152502")
    press(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("My claims")
    look_at(page, is_citizens=True)
    page.goto("/")
    look_at(page, is_citizens=True)

    page.get_by_role("main").get_by_role("link", name="What can I get").click()
    look_at(page, is_citizens=True)
    follow(page, "Car scrappage renewal 2026")
    look_at(page, is_citizens=True)
    follow(page, "Begin the claim")
    expect(page.get_by_role("heading", level=1)).to_have_text("Where do you apply?")
    look_at(page, is_citizens=True)
    press(page, "Continue")

    asked = []
    while "price" not in asked:
        asked.append(answer(page, office.answers))

    expect(page.get_by_role("main")).to_contain_text("You would get 18,000.00 yuan")
    assert not ClaimPaper.objects.exists()
    while "/questions/paper-" not in page.url:
        asked.append(answer(page, office.answers))
    assert {"old_asset", "new_asset", "phone", "account"} < set(asked)


def test_papers_are_photographed_answers_checked_and_a_number_given(office: Office) -> None:
    page = office.people.page("citizen")
    page.goto("/claims/mine/")
    look_at(page, is_citizens=True)
    page.locator("main article a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    look_at(page, is_citizens=True)
    tasks = page.locator(".claims-task a")
    n_papers = tasks.count()
    tasks.first.click()
    for n in range(n_papers):
        assert "/questions/paper-" in page.url
        look_at(page, is_citizens=True)
        at = page.url
        photo = {"name": f"photo-{n}.jpg", "mimeType": "image/jpeg", "buffer": drawn(f"photo {n}")}
        page.set_input_files("input[type=file]", photo)  # type: ignore[arg-type]
        press(page, "Continue")
        page.wait_for_url(lambda url, at=at: url != at)

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(page.locator(".claims-task")).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("150,000")
    look_at(page, is_citizens=True)
    for picture in page.locator(".claims-thumbs img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("e => e.naturalWidth") > 0
    press(page, "Send the claim")
    page.wait_for_url("**/received/")
    look_at(page, is_citizens=True)
    office.number = page.locator(".ui-reference").inner_text()
    expect(page.get_by_role("main")).to_contain_text("18,000.00 yuan")
    follow(page, "See this claim")
    expect(page.get_by_role("main")).to_contain_text("You sent the claim")
    look_at(page, is_citizens=True)
    assert office.claim.state == "submitted"


def look_through(office: Office, login: str, deeds: str, state: str) -> None:
    """A reviewer finds the file in the queue and decides with keys."""
    page = office.people.act_as(login)
    for key in deeds:
        page.goto("/claims/review/")
        look_at(page)
        page.get_by_role("main").get_by_role("link", name=office.number).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(office.number)
        look_at(page)
        paper = page.locator("img.claims-paper").first
        paper.scroll_into_view_if_needed()
        expect(paper).to_have_js_property("complete", True)
        assert paper.evaluate("e => e.naturalWidth") > 0
        page.keyboard.press(key)
        expect(page.get_by_role("status").first).to_contain_text(f"{office.number}:")
    assert office.claim.state == state


def test_banner_league_and_region_review_with_keys(office: Office) -> None:
    look_through(office, "batu", "aa", "banner_reviewed")
    look_through(office, "qiqige", "a", "sampled")
    look_through(office, "wulan", "a", "reviewed")


def test_it_stands_in_public_notice_for_everybody_with_half_a_name(office: Office) -> None:
    batu = office.people.act_as("batu")
    batu.goto("/claims/notices/")
    look_at(batu)
    press(batu, "Publish for 5 working days")
    expect(batu.get_by_role("status").first).to_contain_text("1 claim stands in public notice now.")

    stranger = office.people.page("stranger")
    stranger.goto("/claims/public/")
    look_at(stranger, is_citizens=True)
    stranger.locator("main li a").click()
    main = stranger.get_by_role("main")
    expect(main).to_contain_text(office.number)
    expect(main).to_contain_text("娜***")
    expect(main).to_contain_text("18,000.00")
    assert NAME not in stranger.content()
    look_at(stranger, is_citizens=True)
    follow(stranger, "Object")
    look_at(stranger, is_citizens=True)


def test_the_same_car_claimed_by_the_cousin_is_refused_with_the_reason(office: Office) -> None:
    claims_office.party(cast.enter(cast.TEMUR))
    page = office.people.act_as("temur", size=PHONE)
    page.goto("/claims/what-can-i-get/")
    follow(page, "Car scrappage renewal 2026")
    follow(page, "Begin the claim")
    press(page, "Continue")
    answers = claims_office.car_answers(1, old_asset=office.answers["old_asset"], phone="13700137000")
    while "/questions/" in page.url and "/questions/paper-" not in page.url:
        answer(page, answers)
    follow(page, "All answers")
    press(page, "Send the claim")

    said = page.get_by_role("alert")
    expect(said).to_contain_text("another claim has already been made for this thing")
    expect(said).to_contain_text("VIN of the old car")
    look_at(page, is_citizens=True)
    assert NAME not in page.content()
    assert Claim.objects.get(applicant__login__username="temur").state == "draft"


def test_the_notice_ends_and_the_money_is_paid_by_two_and_the_bank(office: Office) -> None:
    office.clock.set(dt.date(2026, 6, 10))
    around.end_of_day()
    assert office.claim.state == "committed"

    zhao = office.people.act_as("zhao")
    zhao.goto("/claims/payment/")
    look_at(zhao)
    press(zhao, "Make a batch")
    expect(zhao.get_by_role("status").first).to_contain_text("Somebody else signs it.")
    qian = office.people.act_as("qian")
    qian.goto("/ledger/payments/")
    look_at(qian)
    qian.locator("main tbody a").first.click()
    press(qian, "Sign as the second person")
    look_at(qian)
    with qian.expect_download() as download:
        press(qian, "File for the bank")
    sent = office.folder / download.value.suggested_filename
    download.value.save_as(sent)
    answers = around.answered_by_the_bank(sent, office.folder / "answers.xlsx", name=NAME)

    zhao.goto("/claims/payment/")
    zhao.set_input_files("input[type=file]", answers)
    press(zhao, "Read the answers")
    expect(zhao.get_by_role("status").first).to_contain_text("1 paid, 0 failed, 0 unknown; difference 0.00.")
    assert office.claim.state == "paid"


def test_the_citizen_sees_that_it_is_paid(office: Office) -> None:
    page = office.people.page("citizen")
    page.context.clear_cookies()
    page.goto("/account/login/?next=/claims/mine/")
    look_at(page, is_citizens=True)
    page.fill("[name=login]", "13900139000")
    page.fill("[name=password]", PASSWORD)
    press(page, "Log in")
    page.wait_for_url("**/claims/mine/")
    expect(page.locator("main article")).to_contain_text("Paid")
    expect(page.locator("main article")).to_contain_text("18,000.00 yuan")
    look_at(page, is_citizens=True)
    page.goto("/messages/")
    look_at(page, is_citizens=True)
    expect(page.get_by_role("main")).to_contain_text(re.compile("paid", re.I))


def test_a_voucher_is_redeemed_at_the_till_and_the_appliance_brought_back(office: Office) -> None:
    shop.open_office()
    page = office.people.page("citizen")
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Vouchers").click()
    look_at(page, is_citizens=True)
    page.get_by_role("button", name="Take", exact=True).first.click()
    code = page.locator(".tradein-code.ui-reference").inner_text()
    look_at(page, is_citizens=True)

    till = office.people.act_as("suhe", size=PHONE)
    till.goto("/tradein/till/")
    look_at(till, is_citizens=True)
    for name, value in (
        ("code", code),
        ("product_code", shop.FRIDGE),
        ("serial_no", "SN20260610"),
        ("price", "5000"),
    ):
        till.fill(f"[name={name}]", value)
    press(till, "Work out")
    expect(till.locator(".tradein-sum")).to_contain_text("750.00")
    look_at(till, is_citizens=True)
    press(till, "Redeem")
    expect(till.get_by_role("status").first).to_contain_text("750.00")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Redeemed")

    till.get_by_role("main").get_by_role("link", name="冰箱").first.click()
    till.fill("[name=reason]", "It is too wide for the kitchen.")
    look_at(till, is_citizens=True)
    press(till, "Take back")
    expect(till.get_by_role("main")).to_contain_text("The subsidy is back in the budget.")
    look_at(till, is_citizens=True)


def test_an_auditor_finds_the_one_payment_that_was_tampered_with(office: Office) -> None:
    around.others_are_paid(3)
    sun = office.people.act_as("sun")
    sun.goto("/claims/replay/")
    press(sun, "Recompute what was paid")
    expect(sun.get_by_role("main")).to_contain_text("All equal to the cent.")
    look_at(sun)

    around.tamper(office.claim)
    press(sun, "Recompute what was paid")
    main = sun.get_by_role("main")
    expect(main).to_contain_text("The chain of the ledger is broken. Stop payments.")
    different = main.locator("a[href*='/claims/audit/']")
    expect(different).to_have_text([office.number])
    expect(main).to_contain_text("23,000.00")
    look_at(sun)
    different.click()
    expect(sun.get_by_role("heading", level=1)).to_contain_text(office.number)
    look_at(sun)
