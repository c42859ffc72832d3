"""The inbox: one's own messages, new ones counted, and where else one is told."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from huanxin.foundation.access.models import User
from huanxin.foundation.outbox import queries, services
from huanxin.foundation.outbox.models import Channel, Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client, naren: User) -> Client:
    client.force_login(naren)
    return client


def test_new_messages_are_counted_on_every_page_until_they_are_read(browser: Client, naren: User) -> None:
    message = services.tell(naren, "no/such-kind", {}, about="car-1", address="/")
    assert 'class="ui-count"' in browser.get("/").content.decode()
    assert "car-1" in browser.get(reverse("outbox:inbox")).content.decode()
    assert browser.post(reverse("outbox:read", args=[message.pk])).headers["Location"] == "/"
    assert queries.n_unread(naren) == 0
    assert 'class="ui-count"' not in browser.get("/").content.decode()


def test_nobody_reads_anothers_messages(browser: Client, temur: User) -> None:
    message = services.tell(temur, "no/such-kind", {}, about="car-1")
    assert "car-1" not in browser.get(reverse("outbox:inbox")).content.decode()
    assert browser.post(reverse("outbox:read", args=[message.pk])).status_code == 404
    assert queries.n_unread(temur) == 1


def test_a_message_leads_nowhere_outside(browser: Client, naren: User) -> None:
    message = services.tell(naren, "no/such-kind", {}, address="https://evil.example/")
    said = browser.post(reverse("outbox:read", args=[message.pk]))
    assert said.headers["Location"] == reverse("outbox:inbox")


def test_earlier_messages_are_a_page_further(browser: Client, naren: User) -> None:
    services.tell_many([services.Telling(naren, "no/such-kind", {}, f"car-{n}") for n in range(31)])
    first = browser.get(reverse("outbox:inbox"))
    assert "car-30" in first.content.decode()
    assert "car-0<" not in first.content.decode()
    second = browser.get(reverse("outbox:inbox"), {"after": first.context["next"]})
    assert [message.about for message, _text in second.context["told"]] == ["car-0"]


def test_a_person_says_where_else_they_are_told(browser: Client, naren: User) -> None:
    address = reverse("outbox:reach")
    assert browser.post(address, {"way": "sms", "address": "13800000000"}).status_code == 302
    channel = Channel.objects.get()
    assert (channel.user, channel.address_shown) == (naren, "13*******00")
    assert "13800000000" not in browser.get(reverse("outbox:inbox")).content.decode()
    browser.post(address, {"way": "sms", "address": ""})
    assert not Channel.objects.get().is_on
    services.tell(naren, "no/such-kind", {})
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(("way", "address"), [("sms", "123"), ("mail", "naren"), ("pigeon", "roof")])
def test_an_address_that_cannot_be_one_is_refused(browser: Client, way: str, address: str) -> None:
    assert browser.post(reverse("outbox:reach"), {"way": way, "address": address}).status_code == 422
    assert not Channel.objects.exists()
