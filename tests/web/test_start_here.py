"""The start page says what there is for whoever opens it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from huanxin.claims.models import Claim
from tests.claims import office

pytestmark = pytest.mark.django_db


def start(user=None) -> str:
    client = Client(headers={"accept-language": "en"})
    if user is not None:
        client.force_login(user)
    said = client.get("/")
    assert said.status_code == 200
    return said.content.decode()


def test_a_stranger_finds_what_can_be_claimed_and_where_to_sign_up() -> None:
    page = start()

    assert page.count('href="/claims/what-can-i-get/"') == 2
    assert 'href="/account/sign-up/"' in page
    assert 'href="/claims/public/"' in page
    assert 'action="/search/"' not in page


def test_a_citizen_finds_claims_and_messages_and_no_screening(naren) -> None:
    page = start(naren)

    for address in ("/claims/what-can-i-get/", "/claims/mine/", "/messages/"):
        assert f'class="list-group-item" href="{address}"' in page
    assert "screened" not in page
    assert 'action="/search/"' not in page


def test_staff_find_the_search_and_finance_what_is_to_be_paid(zhao) -> None:
    page = start(zhao)

    assert 'action="/search/"' in page
    assert 'href="/claims/payment/"' in page


def test_a_reviewer_finds_what_is_late_and_a_league_what_is_its_own(naren, batu, qiqige) -> None:
    claim = office.sent(naren, office.programme(), 1)
    Claim.objects.filter(pk=claim.pk).update(due_on=timezone.localdate() - dt.timedelta(days=3))

    page = start(batu)
    assert "Decide 1 file" in page
    assert "1 late, 0 due today" in page
    assert 'href="/claims/review/?desk=152502&amp;clock=late"' in page
    assert "Decide 1 file" not in start(qiqige)
