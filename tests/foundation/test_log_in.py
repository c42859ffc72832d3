"""Logging in, being turned away, and programs that read with a token."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from huanxin.foundation.access import guards, queries, services
from huanxin.foundation.access.middleware import bearer_tokens
from huanxin.foundation.access.models import AccessEvent, Token, User

pytestmark = pytest.mark.django_db
PASSWORD = "a long horse on the steppe"


def test_a_person_logs_in_and_goes_where_they_wanted(client: Client) -> None:
    services.add_person("naren", password=PASSWORD)
    address = reverse("access:login")
    said = client.post(address, {"login": "naren", "password": PASSWORD, "next": "/account/login/?x=1"})
    assert said.headers["Location"] == "/account/login/?x=1"


def test_nobody_is_sent_to_another_site_after_logging_in(client: Client) -> None:
    services.add_person("naren", password=PASSWORD)
    address = reverse("access:login")
    said = client.post(address, {"login": "naren", "password": PASSWORD, "next": "//evil.example/"})
    assert said.headers["Location"] == "/"


def test_acting_as_somebody_exists_only_on_trial(client: Client, batu: User, settings) -> None:
    address = reverse("access:act_as", args=["batu"])
    settings.TRIAL = False
    assert client.post(address).status_code == 404
    settings.TRIAL = True
    assert client.post(address).status_code == 302
    assert client.session["_auth_user_id"] == str(batu.pk)


def test_the_people_of_the_sample_stand_at_the_entrance_of_a_trial_only(
    client: Client, batu: User, settings
) -> None:
    assert "巴图" in client.get(reverse("access:login")).content.decode()
    settings.TRIAL = False
    said = client.get(reverse("access:login"), secure=True)
    assert said.status_code == 200
    assert "巴图" not in said.content.decode()


def _try(client: Client, password: str, login: str = "naren", **more: str) -> HttpResponse:
    return client.post(reverse("access:login"), {"login": login, "password": password}, **more)


def test_after_five_wrong_passwords_the_right_one_waits_too(client: Client) -> None:
    services.add_person("naren", password=PASSWORD)
    for _n in range(5):
        assert _try(client, "wrong").status_code == 200
    assert "_auth_user_id" not in _try(client, PASSWORD).wsgi_request.session
    other = _try(client, PASSWORD, REMOTE_ADDR="203.0.113.9")
    assert "_auth_user_id" not in other.wsgi_request.session, "from another network as well"


def test_a_network_that_tries_many_logins_waits(client: Client) -> None:
    services.add_person("naren", password=PASSWORD)
    for n in range(50):
        _try(client, "wrong", login=f"nobody-{n}")
    assert _try(client, PASSWORD).status_code in (200, 429), "not let in"
    assert _try(client, PASSWORD, REMOTE_ADDR="203.0.113.9").status_code == 302


def test_lock_out_is_known_to_all_processes_of_an_office(client: Client, settings) -> None:
    table = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}
    settings.CACHES = {"default": table}
    test_after_five_wrong_passwords_the_right_one_waits_too(client)


def test_a_failed_login_is_written_down_without_what_was_typed(client: Client) -> None:
    naren = services.add_person("naren", password=PASSWORD)
    _try(client, "wrong")
    _try(client, "wrong", login="my password by mistake")
    found = AccessEvent.objects.filter(kind="failed").order_by("pk")
    assert [(event.user, event.what, event.from_where) for event in found] == [
        (naren, "", "127.0.0.1"),
        (None, "", "127.0.0.1"),
    ]


def test_a_closed_login_opens_nothing(client: Client, chen_lan: User) -> None:
    naren = services.add_person("naren", password=PASSWORD)
    services.shut_out(naren, by=chen_lan)
    assert _try(client, PASSWORD).headers["Location"] == reverse("account_inactive")
    assert client.get(reverse("account_inactive")).status_code == 200


def test_a_citizen_signs_up_and_may_apply(client: Client) -> None:
    said = client.post(
        reverse("account_signup"),
        {"username": "13800000000", "password1": PASSWORD, "password2": PASSWORD},
        headers={"Accept-Language": "en"},
    )
    assert said.status_code == 302
    citizen = User.objects.get(username="13800000000")
    assert queries.verbs_of(citizen) == {"apply"}
    assert client.session["_auth_user_id"] == str(citizen.pk)


@pytest.mark.parametrize("name", ["operator", "Operator", "a b", "naren", "NAREN"])
def test_a_login_name_that_is_taken_or_reserved_is_refused(client: Client, naren: User, name: str) -> None:
    said = client.post(
        reverse("account_signup"), {"username": name, "password1": PASSWORD, "password2": PASSWORD}
    )
    assert said.status_code == 200
    assert User.objects.filter(username__iexact=name).count() <= 1
    assert "_auth_user_id" not in client.session


def test_an_office_can_make_the_logins_itself(client: Client, settings) -> None:
    settings.SIGN_UP = False
    said = client.get(reverse("account_signup"))
    assert "password1" not in said.content.decode()


def test_signing_up_again_and_again_waits(client: Client) -> None:
    said = [client.post(reverse("account_signup"), {}).status_code for _n in range(21)]
    assert said[0] == 200
    assert said[-1] == 429


def test_a_person_ends_their_other_sessions(client: Client) -> None:
    naren = services.add_person("naren", password=PASSWORD)
    elsewhere = Client()
    for browser in (elsewhere, client):
        _try(browser, PASSWORD)
    assert elsewhere.get(reverse("access:me")).status_code == 200
    listed = client.get(reverse("usersessions_list"))
    assert listed.context["session_count"] == 2
    client.post(reverse("usersessions_list"))
    assert "/account/login/" in elsewhere.get(reverse("access:me")).headers["Location"]
    assert client.get(reverse("access:me")).status_code == 200
    assert naren.access_events.filter(kind="logged_in").count() == 2


def test_a_person_changes_the_password(client: Client) -> None:
    services.add_person("naren", password=PASSWORD)
    _try(client, PASSWORD)
    new = "another horse on the steppe"
    said = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert said.headers["Location"] == reverse("access:me")
    assert client.get(reverse("access:me")).status_code == 200, "this session goes on"
    assert _try(Client(), new).status_code == 302


def _released(request: HttpRequest) -> HttpResponse:
    return HttpResponse("released")


def test_a_page_without_a_mandate_for_it_says_which_right_is_missing(batu: User, rf: RequestFactory) -> None:
    request = rf.get("/rulebook/")
    request.user = batu
    said = guards.requires("release")(_released)(request)
    assert said.status_code == 403
    assert "batu" not in said.content.decode()


def test_a_misspelt_verb_is_noticed_when_the_page_is_written() -> None:
    with pytest.raises(ValueError, match="relese"):
        guards.requires("relese")


def _whoami(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(getattr(request, "user", "nobody")))


def test_a_program_reads_in_a_persons_name(batu: User, rf: RequestFactory) -> None:
    token = services.issue_token(batu, "nightly export")
    request = rf.get("/", headers={"Authorization": f"Bearer {token}"})
    assert bearer_tokens(_whoami)(request).content.decode() == "巴图 Batu"
    assert token not in str(Token.objects.values().get())
    assert Token.objects.get().last_used_on is not None


def test_a_program_cannot_act(batu: User, rf: RequestFactory) -> None:
    token = services.issue_token(batu, "nightly export")
    request = rf.post("/", headers={"Authorization": f"Bearer {token}"})
    assert bearer_tokens(_whoami)(request).status_code == 403


def test_a_revoked_token_opens_nothing(batu: User, rf: RequestFactory) -> None:
    token = services.issue_token(batu, "nightly export")
    services.revoke_token(Token.objects.get())
    assert queries.token_with(token) is None
    request = rf.get("/", headers={"Authorization": f"Bearer {token}"})
    assert bearer_tokens(_whoami)(request).status_code == 401
