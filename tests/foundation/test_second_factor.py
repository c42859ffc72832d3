"""The second factor: offered on trial, needed by staff in service; and when the phone is lost."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from huanxin.foundation.access import queries, services
from huanxin.foundation.access.models import AccessEvent, User

pytestmark = pytest.mark.django_db
PASSWORD = "a long horse on the steppe"
START = reverse("outbox:inbox")


@pytest.fixture
def staff(batu: User) -> User:
    services.set_password(batu, PASSWORD)
    return batu


def _code(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def _log_in(client: Client, user: User) -> str:
    said = client.post(reverse("access:login"), {"login": user.username, "password": PASSWORD}, secure=True)
    return said.headers.get("Location", "")


def _set_up(client: Client) -> str:
    page = client.get(reverse("mfa_activate_totp"), secure=True)
    secret: str = page.context["form"].secret
    said = client.post(reverse("mfa_activate_totp"), {"code": _code(secret)}, secure=True)
    assert said.headers["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def test_on_trial_it_is_offered_and_not_needed(client: Client, staff: User) -> None:
    _log_in(client, staff)
    assert client.get(START).status_code == 200
    assert client.get(reverse("mfa_index")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_in_service_staff_sets_it_up_before_anything_else(client: Client, staff: User, settings) -> None:
    settings.TRIAL = False
    _log_in(client, staff)
    assert client.get(START, secure=True).headers["Location"] == reverse("mfa_activate_totp")
    _set_up(client)
    codes = client.get(reverse("mfa_view_recovery_codes"), secure=True)
    assert len(codes.context["unused_codes"]) == 10
    assert client.get(START, secure=True).status_code == 200


def test_in_service_a_citizen_needs_none(client: Client, naren: User, settings) -> None:
    services.set_password(naren, PASSWORD)
    settings.TRIAL = False
    _log_in(client, naren)
    assert client.get(START, secure=True).status_code == 200


def test_the_password_alone_no_longer_opens_the_login(client: Client, staff: User) -> None:
    _log_in(client, staff)
    secret = _set_up(client)
    another = Client()
    assert _log_in(another, staff) == reverse("mfa_authenticate")
    assert "/account/login/" in another.get(START).headers["Location"]
    assert another.post(reverse("mfa_authenticate"), {"code": "000000"}, secure=True).status_code == 200
    assert "/account/login/" in another.get(START).headers["Location"]
    another.post(reverse("mfa_authenticate"), {"code": _code(secret)}, secure=True)
    assert another.get(START).status_code == 200


def test_a_code_opens_once(client: Client, staff: User) -> None:
    _log_in(client, staff)
    secret = _set_up(client)
    code = _code(secret)
    first, second = Client(), Client()
    for browser in (first, second):
        _log_in(browser, staff)
        browser.post(reverse("mfa_authenticate"), {"code": code}, secure=True)
    assert first.get(START).status_code == 200
    assert second.get(START).status_code == 302


def test_a_session_from_before_gives_a_code_first(client: Client, staff: User, settings) -> None:
    settings.TRIAL = False
    before = Client()
    for browser in (before, client):
        _log_in(browser, staff)
    _set_up(client)
    assert reverse("mfa_reauthenticate") in before.get(START, secure=True).headers["Location"]


def test_the_secret_is_kept_sealed(client: Client, staff: User) -> None:
    _log_in(client, staff)
    secret = _set_up(client)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept


def test_staff_cannot_switch_it_off_in_service(client: Client, staff: User, settings) -> None:
    settings.TRIAL = False
    _log_in(client, staff)
    _set_up(client)
    client.post(reverse("mfa_deactivate_totp"), secure=True)
    assert queries.has_second_factor(staff)


def test_a_recovery_code_opens_once_when_the_phone_is_lost(client: Client, staff: User) -> None:
    _log_in(client, staff)
    _set_up(client)
    code = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    for browser, status in ((Client(), 200), (Client(), 302)):
        _log_in(browser, staff)
        browser.post(reverse("mfa_authenticate"), {"code": code}, secure=True)
        assert browser.get(START).status_code == status


def test_an_administrator_of_the_place_drops_it_and_that_is_written_down(
    client: Client, staff: User, chen_lan: User, qiqige: User
) -> None:
    _log_in(client, staff)
    _set_up(client)
    with pytest.raises(PermissionDenied):
        services.drop_second_factor(staff, by=qiqige)
    services.drop_second_factor(staff, by=chen_lan)
    assert not queries.has_second_factor(staff)
    assert AccessEvent.objects.filter(kind="factor_off", user=staff, by=chen_lan).exists()


def test_codes_cannot_be_guessed_forever(client: Client, staff: User) -> None:
    _log_in(client, staff)
    secret = _set_up(client)
    guesser = Client()
    _log_in(guesser, staff)
    for n in range(5):
        guesser.post(reverse("mfa_authenticate"), {"code": f"00000{n}"}, secure=True)
    guesser.post(reverse("mfa_authenticate"), {"code": _code(secret)}, secure=True)
    assert guesser.get(START).status_code == 302
