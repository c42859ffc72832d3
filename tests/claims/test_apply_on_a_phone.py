"""The applicant's pages as a browser without JavaScript walks them."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huanxin.claims import queries
from huanxin.claims import services as claims
from huanxin.claims.models import Claim, State
from huanxin.foundation.access import services as access
from huanxin.registry.models import Party
from tests.claims import office
from tests.claims.review_papers import drawn

pytestmark = pytest.mark.django_db


def browser(user=None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if user is not None:
        client.force_login(user)
    return client


def text(said) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", said.content.decode()))


def test_before_giving_anything_one_sees_who_how_much_and_which_papers(programme) -> None:
    client = browser()

    shelf = client.get("/claims/what-can-i-get/")
    assert "Car scrappage renewal 2026" in text(shelf)
    assert "2,000,000.00 yuan" in text(shelf)
    page = text(client.get(f"/claims/about/{programme.slug}/"))
    for words in (
        "One natural person owns both cars",
        "Unified invoice",
        "12",
        "20,000.00 yuan",
        "15 working days",
    ):
        assert words in page


def test_the_calculator_tells_the_amount_and_what_is_missing(programme) -> None:
    about = f"/claims/about/{programme.slug}/"
    answers = {
        f"f-{k}": v for k, v in office.car_answers().items() if k not in (*office.CONTACT, "old_asset")
    }
    del answers["f-new_asset"]
    asked = {k: str(v).lower() if isinstance(v, bool) else v for k, v in answers.items()} | {"reckon": "1"}

    assert "18,000.00 yuan" in text(browser().get(about, asked))
    asked["f-old_registered_on"] = ""
    assert "Day on which the old car was first registered" in text(browser().get(about, asked))
    asked["f-old_registered_on"] = "2014-01-01"
    assert "nothing is granted" in text(browser().get(about, asked))
    asked["f-price"] = "much"
    assert browser().get(about, asked).status_code == 422
    assert not Claim.objects.exists()


def walk(client: Client, programme, answers: dict) -> str:
    """Begin and answer question after question, as the pages ask; the address at which it ends."""
    said = client.post(f"/claims/begin/{programme.slug}/", {"place": "152502"})
    address = said.headers["Location"]
    for _n in range(40):
        name = address.rstrip("/").rsplit("/", 1)[1]
        if "/questions/" not in address or name.startswith("paper-"):
            return address
        value = answers[name]
        value = str(value).lower() if isinstance(value, bool) else value
        given = (
            {"account": answers["account"], "bank": answers["bank"]} if name == "account" else {name: value}
        )
        said = client.post(address, given)
        assert said.status_code == 302, text(said)
        address = said.headers["Location"]
    raise AssertionError(address)


def test_from_the_first_question_to_the_number(programme) -> None:
    person = access.add_person("a-citizen")
    client = browser(person)
    said = client.get(f"/claims/begin/{programme.slug}/")
    assert said.headers["Location"].startswith("/claims/register/")
    registered = client.post(
        said.headers["Location"],
        {"name": "萨仁", "number": office.resident_number("15250219880101002"), "place": "152502",
         "next": f"/claims/begin/{programme.slug}/"},
    )  # fmt: skip
    assert registered.headers["Location"] == f"/claims/begin/{programme.slug}/"
    assert Party.objects.get(login=person).identity_shown.startswith("1525")

    ended = walk(client, programme, office.car_answers())

    claim = Claim.objects.get()
    assert ended.startswith(f"/claims/mine/{claim.number}/questions/paper-")
    question = text(client.get(f"/claims/mine/{claim.number}/questions/price/"))
    assert "18,000.00 yuan" in question
    assert "Saved at" in question
    assert re.search(r"Step \d+ of \d+", question)
    checked = text(client.get(f"/claims/mine/{claim.number}/check/"))
    assert "paper missing" in checked
    assert "18,000.00 yuan" in checked
    sent = client.post(f"/claims/mine/{claim.number}/send/")
    assert sent.headers["Location"] == f"/claims/mine/{claim.number}/received/"
    received = text(client.get(sent.headers["Location"]))
    assert claim.number in received
    assert "June 4, 2026" in received
    assert client.post(f"/claims/mine/{claim.number}/send/").status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.n_steps) == (State.SUBMITTED, 1)
    assert claim.number in text(client.get("/claims/mine/"))
    shown = text(client.get(f"/claims/mine/{claim.number}/"))
    assert "You sent the claim" in shown


def test_a_wrong_answer_is_said_beside_its_field_and_kept_on_the_page(programme, naren) -> None:
    claim = office.draft(naren, programme)
    said = browser(naren).post(
        f"/claims/mine/{claim.number}/questions/old_asset/", {"old_asset": "LSVAU0330521801"}
    )

    assert said.status_code == 422
    assert "15 characters" in text(said)
    assert 'value="LSVAU0330521801"' in said.content.decode()


def test_what_the_rules_do_not_grant_leads_to_the_reason(programme, naren) -> None:
    claim = office.draft(naren, programme)
    client = browser(naren)

    said = client.post(
        f"/claims/mine/{claim.number}/questions/old_registered_on/", {"old_registered_on": "2014-01-01"}
    )

    assert said.headers["Location"].endswith("/check/")
    page = text(client.get(said.headers["Location"]))
    assert "The old car was registered by the given day" in page
    assert "Send the claim" not in page


def test_a_second_claim_on_the_same_car_says_why_and_not_whose(programme, naren, temur) -> None:
    office.sent(naren, programme)
    claim = office.draft(temur, programme, 1, old_asset=office.car_answers(0)["old_asset"])

    said = browser(temur).post(f"/claims/mine/{claim.number}/send/")

    assert said.status_code == 422
    assert "another claim has already been made for this thing" in text(said)
    assert "娜仁" not in said.content.decode()


def test_a_strangers_claim_stays_closed(programme, naren, temur, batu) -> None:
    claim = office.draft(naren, programme)
    for stranger in (temur, batu):
        for page in ("", "check/", "questions/price/", "received/"):
            assert browser(stranger).get(f"/claims/mine/{claim.number}/{page}").status_code == 403


def test_a_refused_applicant_reads_why_and_appeals(programme, naren, batu) -> None:
    claim = office.sent(naren, programme)
    claims.take_step(claim, "refuse", by=batu, reason="Article 3: the certificate names another owner.")
    client = browser(naren)

    page = text(client.get(f"/claims/mine/{claim.number}/"))
    assert "Article 3: the certificate names another owner." in page
    assert "within 60 days" in page
    client.post(f"/claims/mine/{claim.number}/deeds/appeal/", {"reason": "It is my maiden name."})

    claim.refresh_from_db()
    assert claim.state == State.APPEALED
    assert client.get(f"/claims/mine/{claim.number}/").status_code == 200


def test_a_returned_claim_is_mended_and_sent_again(programme, naren, batu) -> None:
    claim = office.sent(naren, programme)
    claims.take_step(claim, "return", by=batu, reason="The price is another one.")
    client = browser(naren)

    assert "The price is another one." in text(client.get(f"/claims/mine/{claim.number}/"))
    changed = client.post(f"/claims/mine/{claim.number}/questions/price/?change=1", {"price": "140000"})
    assert changed.headers["Location"].endswith("/check/")
    client.post(f"/claims/mine/{claim.number}/send/")

    claim.refresh_from_db()
    assert (claim.state, str(claim.amount)) == (State.SUBMITTED, "16800.00")


def test_a_clerk_enters_a_claim_for_somebody_at_the_window(programme, batu) -> None:
    client = browser(batu)
    said = client.post(
        f"/claims/begin/{programme.slug}/for/",
        {"name": "苏日娜", "number": office.resident_number("15250219710101002"), "place": "152502"},
    )
    assert said.status_code == 302
    claim = Claim.objects.get()
    assert (claim.applicant.name, claim.entered_by) == ("苏日娜", batu)
    assert client.get(said.headers["Location"]).status_code == 200


def test_a_paused_programme_says_so_on_its_page(programme, li_jing) -> None:
    claims.pause(programme, by=li_jing, reason="new rules on Monday")

    page = text(browser().get(f"/claims/about/{programme.slug}/"))

    assert "new rules on Monday" in page
    assert "Begin the claim" not in page


def test_papers_that_are_missing_are_listed_and_handed_in_until_the_claim_is_accepted(
    naren, batu, programme
) -> None:
    claim = office.sent(naren, programme, with_papers=False)
    client = browser(naren)
    missing = queries.missing_papers(claim)
    assert "Papers that are still missing" in text(client.get(f"/claims/mine/{claim.number}/received/"))
    page = client.get(f"/claims/mine/{claim.number}/")
    assert "Papers that are still missing" in text(page)

    for slot in missing:
        address = f"/claims/mine/{claim.number}/questions/{slot.key}/"
        assert address in client.get(f"/claims/mine/{claim.number}/").content.decode()
        assert "Back to the claim" in text(client.get(address))
        said = client.post(address, {"file": photograph(slot.name)}, follow=True)
        assert said.status_code == 200

    assert said.redirect_chain[-1][0] == f"/claims/mine/{claim.number}/"
    assert "Papers that are still missing" not in text(said)
    claims.take_step(Claim.objects.get(pk=claim.pk), "accept", by=batu)
    again = client.get(f"/claims/mine/{claim.number}/questions/{missing[0].key}/")
    assert again.headers["Location"] == f"/claims/mine/{claim.number}/"


def test_a_sent_claims_answers_are_not_asked_again(naren, programme) -> None:
    claim = office.sent(naren, programme, with_papers=False)
    said = browser(naren).get(f"/claims/mine/{claim.number}/questions/price/", follow=True)
    assert said.redirect_chain[-1][0] == f"/claims/mine/{claim.number}/"


def test_handing_a_paper_in_later_skips_only_this_paper(naren, programme) -> None:
    claim = office.draft(naren, programme)
    papers = [q.key for q in queries.draft(claim).questions if q.sort == "paper"]
    page = browser(naren).get(f"/claims/mine/{claim.number}/questions/{papers[0]}/").content.decode()
    assert f"/claims/mine/{claim.number}/questions/{papers[1]}/" in page
    page = browser(naren).get(f"/claims/mine/{claim.number}/questions/{papers[-1]}/").content.decode()
    assert f'href="/claims/mine/{claim.number}/check/">Later' in page


def photograph(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.jpg", drawn(name), "image/jpeg")


def test_an_invoice_of_a_day_to_come_is_refused_at_its_question(naren, programme) -> None:
    claim = office.draft(naren, programme)
    address = f"/claims/mine/{claim.number}/questions/invoiced_on/?change=1"
    said = browser(naren).post(address, {"invoiced_on": "2026-06-20"})
    assert said.status_code == 422
    assert "is still to come" in text(said)
    asked = {"f-invoiced_on": "2026-06-20", "reckon": "1"}
    assert "is still to come" in text(browser().get(f"/claims/about/{programme.slug}/", asked))


def test_another_account_is_asked_for_once(naren, batu, qiqige, zhao) -> None:
    claim = office.sent(naren, office.programme(sampled_percent=0, notice_days=0))
    for who, deed in ((batu, "accept"), (batu, "approve"), (qiqige, "approve")):
        claims.take_step(claim, deed, by=who)
    claims.take_step(claim, "fail", by=zhao, reason="The account is closed.")
    address = f"/claims/mine/{claim.number}/"
    assert "The bank could not pay" in text(browser(naren).get(address)).split("What has happened")[0]

    browser(naren).post(f"{address}account/", {"account": "6222021208010000025", "bank": "工商银行"})

    assert "The bank could not pay" not in text(browser(naren).get(address)).split("What has happened")[0]
