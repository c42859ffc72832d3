"""A banner sees its own files and no others; its league sees them, another banner and league do not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from huanxin.claims.models import Claim
from huanxin.foundation.access import services as access
from huanxin.foundation.access.models import User
from tests.claims import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(naren: User) -> Claim:
    """Naren's claim, in the banner 152502."""
    return office.sent(naren, office.programme())


def _reviewer(place: str) -> Client:
    user = access.add_person(f"reviewer-{place}")
    access.give_mandate(user, "reviewer", place, by=None)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("place", "sees"),
    [("152502", True), ("1525", True), ("15", True), ("150102", False), ("1501", False), ("152501", False)],
)
def test_a_file_opens_to_the_desks_of_its_place_alone(claim: Claim, place: str, sees: bool) -> None:
    browser = _reviewer(place)
    status = 200 if sees else 404
    for page in ("claims:file", "claims:conditions"):
        assert browser.get(reverse(page, args=[claim.number])).status_code == status, page
    for page in ("claims:decide", "claims:reveal"):
        said = browser.post(reverse(page, args=[claim.number]), {"deed": "", "what": "phone", "reason": ""})
        assert (said.status_code != 404) == sees, page
    listed = claim.number in browser.get(reverse("claims:queue"), {"desk": "all"}).content.decode()
    assert not (listed and not sees)


def test_a_claim_of_another_banner_is_not_opened_by_number(
    claim: Claim, wang_qiang: User, batu: User
) -> None:
    elsewhere = office.draft(wang_qiang, claim.programme, 7)
    Claim.objects.filter(pk=elsewhere.pk).update(place_id="150102", state="submitted", desk="banner")
    browser = Client()
    browser.force_login(batu)
    assert browser.get(reverse("claims:file", args=[claim.number])).status_code == 200
    assert browser.get(reverse("claims:file", args=[elsewhere.number])).status_code == 404


def test_a_citizen_opens_only_their_own(claim: Claim, naren: User, temur: User) -> None:
    for who, status in ((naren, 200), (temur, 403)):
        browser = Client()
        browser.force_login(who)
        assert browser.get(reverse("claims:claim", args=[claim.number])).status_code == status
