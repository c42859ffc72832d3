"""The administrator's pages: mandates, links for passwords, tokens; the auditor's: who saw what."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from huanxin.foundation.access import queries, services
from huanxin.foundation.access.models import AccessEvent, Token, User
from huanxin.foundation.lib import sealed

pytestmark = pytest.mark.django_db
PASSWORD = "a long horse on the steppe"
NEW = {"role": "reviewer", "place_code": "152502", "login": "new-one", "name": "新人"}


@pytest.fixture
def browser(client: Client, chen_lan: User) -> Client:
    client.force_login(chen_lan)
    return client


@pytest.fixture
def league(qiqige: User, chen_lan: User) -> Client:
    """The browser of somebody who administers one league."""
    services.give_mandate(qiqige, "administrator", "1525", by=chen_lan)
    client = Client()
    client.force_login(qiqige)
    return client


def test_a_mandate_makes_the_login_and_a_link_sets_its_password(browser: Client) -> None:
    said = browser.post(reverse("access:give_mandate"), NEW)
    person = User.objects.get(username="new-one")
    assert said.headers["Location"] == reverse("access:person", args=[person.pk])
    assert queries.may(person, "review", "152502")
    browser.post(reverse("access:change_person", args=[person.pk]), {"deed": "link"})
    link = browser.get(reverse("access:person", args=[person.pk])).context["link"]
    assert browser.get(reverse("access:person", args=[person.pk])).context["link"] == "", "shown this once"
    theirs = Client()
    assert theirs.get(link).status_code == 200
    assert theirs.post(link, {"password": "short", "again": "short"}).status_code == 422
    assert theirs.post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert theirs.get(link).status_code == 410, "good once"


def test_a_link_for_somebody_else_is_not_made_up(client: Client, chen_lan: User) -> None:
    said = client.get(reverse("access:set_password", args=[chen_lan.pk, "abc-def"]))
    assert said.status_code == 410


@pytest.mark.parametrize(
    "wrong", [{"role": "king"}, {"place_code": "152"}, {"login": "two words"}, {"until": "soon"}]
)
def test_a_mandate_that_cannot_be_is_refused_beside_its_field(browser: Client, wrong: dict[str, str]) -> None:
    said = browser.post(reverse("access:give_mandate"), NEW | wrong)
    assert said.status_code == 422
    assert set(said.context["form"].errors) == set(wrong)
    assert not User.objects.filter(username__in=["new-one", "two words"]).exists()


def test_an_administrator_of_a_league_sees_and_gives_only_there(league: Client, wang_qiang: User) -> None:
    page = league.get(reverse("access:people"), {"role": ""})
    assert {mandate.place_code[:4] for mandate in page.context["page"].rows} == {"1525"}
    said = league.post(reverse("access:give_mandate"), NEW | {"place_code": "15"})
    assert said.status_code == 422
    assert not User.objects.filter(username="new-one").exists()
    assert league.get(reverse("access:person", args=[wang_qiang.pk])).status_code == 404


def test_an_administrator_of_a_league_gives_no_password_to_the_region(league: Client, qiqige: User) -> None:
    both = services.add_person("both")
    for place in ("152502", "15"):
        services.give_mandate(both, "reader", place, by=None)
    league.post(reverse("access:change_person", args=[both.pk]), {"deed": "link"})
    assert "password_link" not in league.session
    with pytest.raises(PermissionDenied):
        services.shut_out(both, by=qiqige)
    with pytest.raises(PermissionDenied):
        services.issue_token(both, "x", by=qiqige)


def test_a_mandate_is_ended_on_the_page(browser: Client, batu: User) -> None:
    mandate = batu.mandates.get()
    browser.post(reverse("access:end_mandate", args=[mandate.pk]))
    assert not queries.may_somewhere(batu, "review")
    ended = browser.get(reverse("access:people"), {"role": "", "ended": "1"})
    assert [mandate.user for mandate in ended.context["page"].rows] == [batu]


def test_a_login_is_closed_at_once_and_opened_again(browser: Client, batu: User, chen_lan: User) -> None:
    theirs = Client()
    theirs.force_login(batu)
    change = reverse("access:change_person", args=[batu.pk])
    browser.post(change, {"deed": "shut_out"})
    assert theirs.get(reverse("access:me")).status_code == 302
    browser.post(change, {"deed": "let_in"})
    batu.refresh_from_db()
    assert batu.is_active
    with pytest.raises(PermissionDenied):
        services.shut_out(chen_lan, by=chen_lan)


def test_a_token_is_shown_once_and_revoked(browser: Client, suhe: User) -> None:
    said = browser.post(
        reverse("access:issue_token"),
        {"login": "suhe", "name": "till", "scopes": ["till:write"], "days": 30, "most_per_minute": 60},
    )
    text = said.context["text"]
    assert text in said.content.decode()
    assert text not in browser.get(reverse("access:tokens")).content.decode()
    token = Token.objects.get()
    assert (token.user, token.scopes) == (suhe, ["till:write"])
    browser.post(reverse("access:revoke_token", args=[token.pk]))
    assert queries.token_with(text) is None


def test_a_token_reaches_no_further_than_its_person(browser: Client, naren: User) -> None:
    said = browser.post(
        reverse("access:issue_token"),
        {"login": "naren", "name": "x", "scopes": ["till:write"], "days": 30, "most_per_minute": 60},
    )
    assert said.status_code == 422
    assert not Token.objects.exists()


def test_a_token_with_scopes_opens_no_page(client: Client, suhe: User) -> None:
    text = services.issue_token(suhe, "till", scopes=["till:write"])
    said = client.get(reverse("outbox:inbox"), headers={"Authorization": f"Bearer {text}"})
    assert said.status_code == 403


def test_calls_are_counted_by_the_minute(suhe: User) -> None:
    text = services.issue_token(suhe, "till", scopes=["till:write"], most_per_minute=2)
    token = queries.token_with(text)
    assert token is not None
    assert [services.count_call(token) for _n in range(3)] == [True, True, False]
    Token.objects.update(minute=1)
    assert services.count_call(token)


def test_an_auditor_reads_who_saw_what_and_why(client: Client, sun: User, batu: User) -> None:
    number = sealed.seal("152502198503071234")
    services.disclose("lift 7: holder", number, reason="case 12", by=batu, place_code="152502")
    client.force_login(sun)
    page = client.get(reverse("access:disclosures"), {"q": "case 12"}).content.decode()
    assert "lift 7: holder" in page
    assert "152502198503071234" not in page
    assert "lift 7" not in client.get(reverse("access:disclosures"), {"login": "sun"}).content.decode()
    assert client.get(reverse("access:events"), {"login": "batu"}).status_code == 200


def test_a_log_asks_only_for_what_narrows_it(client: Client, sun: User) -> None:
    client.force_login(sun)
    asked = {
        page: list(client.get(reverse(page)).context["form"].fields)
        for page in ("access:disclosures", "access:events")
    }
    assert asked == {"access:disclosures": ["login", "q"], "access:events": ["login", "kind"]}


def test_what_happened_to_a_login_stays_written_down(batu: User) -> None:
    assert batu.access_events.filter(kind="mandate_given").exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessEvent.objects.update(what="nothing")
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessEvent.objects.all().delete()
