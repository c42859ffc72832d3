"""What was paid is recomputed by the rules of its day; what was tampered with by hand is found."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client

from huanxin.claims import services as claims
from huanxin.claims.integrity import services
from huanxin.claims.models import Claim, Finding
from tests.claims import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(naren, temur, batu, zhao) -> list[Claim]:
    """Two claims of 2026, reviewed by one banner and paid."""
    programme = office.programme(chain=["banner"], sampled_percent=0, notice_days=0)
    made = []
    for n, person in enumerate((naren, temur)):
        own = {"phone": f"1380013800{n}", "account": f"622202120801000001{n}"}
        claim = office.sent(person, programme, n, **own)
        for deed, by in (("accept", batu), ("approve", batu), ("pay", zhao)):
            claims.take_step(claim, deed, by=by)
        assert claim.state == "paid"
        made.append(claim)
    return made


def _by_hand(statement: str, *values: object) -> None:
    """As somebody with the database's password would."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_what_was_paid_rightly_is_equal_to_the_cent(paid, sun) -> None:
    found = services.replay(by=sun)

    assert (found.n, found.n_equal, found.differences) == (2, 2, [])
    assert found.is_equal


def test_a_row_whose_amount_was_changed_by_hand_is_found(paid, sun) -> None:
    _by_hand("UPDATE claims_claim SET amount = 2500000 WHERE id = %s", paid[0].pk)

    found = services.replay(by=sun)

    (one,) = found.differences
    assert (one.number, one.kind, one.stored, one.due) == (
        paid[0].number, "claim_altered", Decimal("25000.00"), Decimal("18000.00"),
    )  # fmt: skip
    finding = Finding.objects.get(check_id="C40")
    assert finding.claim_id == paid[0].pk
    assert finding.severity == "block"


def test_facts_that_were_changed_by_hand_show_an_overpayment_with_the_clause(paid, sun) -> None:
    facts = {**paid[1].facts, "old_is_passenger": False}
    _by_hand("UPDATE claims_claim SET facts = %s WHERE id = %s", json.dumps(facts), paid[1].pk)

    (one,) = services.replay(by=sun).differences

    assert (one.kind, one.paid, one.due) == ("overpaid", Decimal("18000.00"), Decimal("0.00"))
    assert "旧车为小型、微型载客汽车" in one.why
    assert "old_is_passenger" in one.why
    assert "1745" in one.document


def test_a_changed_price_shows_what_was_paid_too_much(paid, sun) -> None:
    facts = {**paid[0].facts, "price": "100000.00"}
    _by_hand("UPDATE claims_claim SET facts = %s WHERE id = %s", json.dumps(facts), paid[0].pk)

    found = services.replay(by=sun)

    assert (found.n_over, found.over, found.n_under) == (1, Decimal("6000.00"), 0)
    assert found.by_rule()[0]["over"] == "6000.00"


def test_only_the_programme_and_year_asked_for_are_recomputed(paid, sun) -> None:
    assert services.replay("car-scrappage-2026", 2026, by=sun).n == 2
    assert services.replay("", 2025, by=sun).n == 0


def test_a_mended_payment_is_no_longer_found(paid, sun) -> None:
    _by_hand("UPDATE claims_claim SET amount = 2500000 WHERE id = %s", paid[0].pk)
    services.replay(by=sun)
    _by_hand("UPDATE claims_claim SET amount = 1800000 WHERE id = %s", paid[0].pk)

    services.replay(by=sun)

    assert Finding.objects.get(check_id="C40").gone_at is not None


def test_the_page_says_all_equal_or_lists_what_is_not(paid, sun) -> None:
    browser = Client()
    browser.force_login(sun)
    browser.cookies["django_language"] = "en"

    browser.post("/claims/replay/run/", {"programme": "", "year": ""})
    page = browser.get("/claims/replay/").content.decode()
    assert "All equal to the cent." in page
    assert "The 2 payments recomputed, as a sheet" in page
    sheet = b"".join(browser.get("/claims/replay/payments.csv").streaming_content).decode("utf-8-sig")
    assert [line.split(",")[:4] for line in sheet.splitlines()[1:]] == [
        [number, "18000.00", "18000.00", "0.00"] for number in sorted(claim.number for claim in paid)
    ]

    _by_hand("UPDATE claims_claim SET amount = 2500000 WHERE id = %s", paid[0].pk)
    browser.post("/claims/replay/run/", {"programme": "", "year": ""})
    assert paid[0].number in browser.get("/claims/replay/").content.decode()
