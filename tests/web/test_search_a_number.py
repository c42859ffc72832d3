"""The search leads to a claim, a voucher's money or a batch by its number, for who may see them."""

from __future__ import annotations

import pytest
from django.test import Client

from huanxin.claims import services as claims
from huanxin.claims.payment import services as payment
from huanxin.foundation.access import services as access
from huanxin.tradein import services as tradein
from tests.claims import office as cars
from tests.claims.test_pay_a_batch import committed
from tests.tradein import office as shops

pytestmark = pytest.mark.django_db


def search(user, text: str):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client.get("/search/", {"q": text})


def addresses(said) -> list[str]:
    return [lead.address for lead in said.context["leads"]]


def test_a_claims_number_leads_each_to_their_own_page_of_it(naren, batu, qiqige, zhao, sun, chen_lan) -> None:
    (claim,) = committed(naren, batu, qiqige)
    pages = ("claims/review", "claims/audit", "ledger/purposes")
    file, audit, money = (f"/{page}/{claim.number}/" for page in pages)

    assert search(batu, claim.number).headers["Location"] == file
    assert search(zhao, claim.number.upper()).headers["Location"] == money
    assert addresses(search(sun, f" {claim.number} ")) == [audit, money]
    hohhot = access.add_person("hohhot")
    access.give_mandate(hohhot, "reviewer", "150102", by=chen_lan)
    assert addresses(search(hohhot, claim.number)) == []


def test_a_batch_and_a_voucher_are_found_by_their_numbers(naren, batu, qiqige, zhao, sun) -> None:
    (claim,) = committed(naren, batu, qiqige)
    batch = payment.make_batch(claim.programme, by=zhao).batch
    assert search(zhao, batch.number.lower()).headers["Location"] == f"/ledger/payments/{batch.number}/"
    assert addresses(search(batu, batch.number)) == []

    office = shops.open_office()
    person = shops.person("娜仁")
    voucher = tradein.take_voucher(office.round, person, "fridge", by=naren, place_code="152502")
    assert search(zhao, voucher.code).headers["Location"] == f"/ledger/purposes/{voucher.code}/"


def test_a_draft_is_no_reviewers_business(naren, batu) -> None:
    claim = claims.start(cars.programme(), cars.party(naren), by=naren, place_code="152502")
    assert addresses(search(batu, claim.number)) == []
