"""The officer's pages: open a programme without code, pause it, let claims out of the line, take the list."""

from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from huanxin.claims import services as claims
from huanxin.claims.models import Claim, Programme, State
from tests.claims import office

pytestmark = pytest.mark.django_db

NEW = {
    "pack_id": "truck-renewal-2025", "slug": "trucks-2025", "place_code": "15", "from_on": "2025-01-01",
    "to_on": "2025-12-31", "settles": "claim", "chain": ["league", "region"], "accept_days": 3,
    "review_days": 15, "pay_days": 30, "notice_days": 5, "sampled_percent": 10,
}  # fmt: skip


@pytest.fixture
def officer(li_jing) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(li_jing)
    return client


def test_any_released_benefit_pack_becomes_a_programme_without_code(officer) -> None:
    office.release("truck-renewal-2025")
    assert "truck-renewal-2025" in officer.get("/claims/programmes/new/").content.decode()

    said = officer.post("/claims/programmes/new/", NEW)

    assert said.headers["Location"] == "/claims/programmes/trucks-2025/"
    opened = Programme.objects.get()
    assert (opened.chain, opened.state) == (["league", "region"], "open")
    assert officer.get(said.headers["Location"]).status_code == 200
    assert "trucks-2025" in officer.get("/claims/programmes/").content.decode()
    again = officer.post("/claims/programmes/new/", NEW)
    assert again.status_code == 422
    assert "already" in again.content.decode()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"slug": "Big Trucks"}, "a to z, 0 to 9 and -"),
        ({"to_on": "2024-01-01"}, "before"),
        ({"pack_id": "nothing"}, ""),
    ],
)
def test_what_does_not_fit_is_said_on_the_form(officer, change, why) -> None:
    office.release("truck-renewal-2025")

    said = officer.post("/claims/programmes/new/", NEW | change)

    assert said.status_code == 422
    assert why in said.content.decode()
    assert not Programme.objects.exists()


def test_pause_resume_close_from_the_page(officer) -> None:
    programme = office.programme()
    officer.post(f"/claims/programmes/{programme.slug}/deeds/pause/", {"reason": "a new notice"})
    programme.refresh_from_db()
    assert (programme.state, programme.paused_why) == ("paused", "a new notice")
    officer.post(f"/claims/programmes/{programme.slug}/deeds/resume/")
    officer.post(f"/claims/programmes/{programme.slug}/deeds/close/")
    programme.refresh_from_db()
    assert programme.state == "closed"
    page = officer.post(f"/claims/programmes/{programme.slug}/deeds/resume/", follow=True)
    assert "does not follow" in page.content.decode()


def test_the_line_is_let_go_by_a_button(officer, naren) -> None:
    programme = office.programme(money="1.00")
    claim = office.sent(naren, programme)
    assert "waits for money" in officer.get(f"/claims/programmes/{programme.slug}/").content.decode()
    for source in ("centre", "region"):
        office.grant(programme, source, "90000.00", f"more-{source}")

    officer.post(f"/claims/programmes/{programme.slug}/deeds/release/")

    claim.refresh_from_db()
    assert claim.state == State.SUBMITTED


def test_a_quota_that_is_kept_says_so_and_is_of_the_programmes_area(officer) -> None:
    programme = office.programme(place_code="1525")
    address = f"/claims/programmes/{programme.slug}/quota/"
    said = officer.post(address, {"place_code": "152502", "most_claims": "5"}, follow=True).content.decode()
    assert "The quota of Xilinhot" in said
    assert 'value="150102"' not in said
    assert officer.post(address, {"place_code": "150102", "most_claims": "5"}).status_code == 422
    assert "50000" in officer.post(address, {"place_code": "1525", "most": "5万"}).content.decode()


def test_a_pack_that_ends_before_its_programme_says_so(officer) -> None:
    office.release("farm-machine-scrappage-2024")
    said = officer.post(
        "/claims/programmes/new/",
        NEW | {"pack_id": "farm-machine-scrappage-2024", "slug": "farm-2027", "to_on": "2027-12-31"},
        follow=True,
    ).content.decode()
    assert said.count("ends on Dec. 31, 2024") == 2


def test_applicants_see_the_amounts_that_stand_in_tables(officer) -> None:
    programme = office.programme("farm-machine-scrappage-2024")
    said = officer.get(f"/claims/about/{programme.slug}/").content.decode()
    assert "Tractors" in said
    assert "Power &gt; 19.99, ≤ 50 hp" in said
    assert "3,850.00" in said


def test_a_quota_is_set_and_taken_away(officer) -> None:
    programme = office.programme()
    officer.post(f"/claims/programmes/{programme.slug}/quota/", {"place_code": "1525", "most_claims": "5"})
    assert programme.quotas.get().most_claims == 5
    officer.post(f"/claims/programmes/{programme.slug}/quota/", {"place_code": "1525"})
    assert not programme.quotas.exists()


def test_the_list_has_the_packs_columns_and_runs_no_formula(officer, naren) -> None:
    programme = office.programme()
    claim = office.draft(naren, programme, bank="=HYPERLINK(1)")
    claims.submit(claim, by=naren, on=office.ON)

    sheet = officer.get(f"/claims/programmes/{programme.slug}/claims.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(sheet.streaming_content).decode("utf-8-sig"))))
    (row,) = rows
    assert row["Price of the new car (total on the invoice, tax included)"] == "150000.00"
    assert row["VIN of the old car"].count("*") > 5
    assert not row["Bank"].startswith("=")
    book = officer.get(f"/claims/programmes/{programme.slug}/claims.xlsx")
    cells = openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    assert cells.cell(2, 1).value == claim.number


def test_a_reviewer_does_not_run_programmes(batu) -> None:
    programme = office.programme()
    client = Client()
    client.force_login(batu)

    assert client.get(f"/claims/programmes/{programme.slug}/").status_code == 403
    with pytest.raises(claims.NotYours):
        claims.pause(programme, by=batu, reason="…")


def test_top_ups_are_found_and_filed_from_the_page(officer, naren) -> None:
    from tests.claims.test_owe_a_top_up import MAY, claimed

    programme = office.programme("car-scrappage-2024", from_on=MAY)
    claimed(naren, programme)

    page = officer.get(f"/claims/programmes/{programme.slug}/top-ups/", {"known_on": "2024-07-25"})
    assert "10,000.00" in page.content.decode()
    officer.post(f"/claims/programmes/{programme.slug}/top-ups/", {"known_on": "2024-07-25"})

    assert str(Claim.objects.get().amount) == "20000.00"


def test_a_pack_released_today_counts_at_the_next_question(officer, naren, li_jing, zhao, tmp_path) -> None:
    import shutil

    from huanxin.policy import Library
    from huanxin.rulebook import services as rulebook

    programme = office.programme()
    claim = office.draft(naren, programme)
    folder = shutil.copytree(Library().path(office.CAR), tmp_path / "packs" / "benefits" / office.CAR)
    text = (folder / "pack.yaml").read_text(encoding="utf-8")
    (folder / "pack.yaml").write_text(text.replace("value: 0.12,", "value: 0.13,"), encoding="utf-8")
    (folder / "cases.yaml").write_text(
        "- case: {zh: 空, en: Nothing}\n  on: 2026-06-01\n  facts: {}\n  expect: {verdict: undecided}\n"
    )
    rulebook.countersign(rulebook.propose(folder, by=li_jing), by=zhao)

    claims.submit(claim, by=naren, on=office.ON)

    assert str(claim.amount) == "19500.00"


def test_a_mended_claim_counts_in_the_week_in_which_it_was_first_sent(naren, temur, batu, li_jing) -> None:
    programme = office.programme()
    today, week = timezone.localdate(), dt.timedelta(days=7)
    this_week = today - dt.timedelta(days=today.weekday())
    for monday in (this_week - week, this_week):
        claims.set_quota(programme, "152502", by=li_jing, week_of=monday, most_claims=1)
    claim = office.sent(naren, programme, 1)
    Claim.objects.filter(pk=claim.pk).update(submitted_at=timezone.now() - week)
    claim.refresh_from_db()
    claims.take_step(claim, "return", by=batu, reason="发票不清楚")
    office.sent(temur, programme, 2, on=timezone.localdate())
    with pytest.raises(claims.QuotaReached):
        office.sent(temur, programme, 3, on=timezone.localdate())

    assert claims.submit(claim, by=naren, on=timezone.localdate()).state == State.SUBMITTED
