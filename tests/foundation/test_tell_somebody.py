"""Telling somebody something: written with what it tells of, in the reader's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from huanxin.foundation.access.models import User
from huanxin.foundation.lib import sealed
from huanxin.foundation.outbox import services, texts
from huanxin.foundation.outbox.models import Channel, Delivery, Hook, Message

pytestmark = pytest.mark.django_db


def test_a_message_is_written_with_what_it_tells_of_or_not_at_all(naren: User) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        services.tell(naren, "claims/returned", {"amount": Decimal("18000.00")}, about="car-1")
        raise RuntimeError("the deed failed")
    assert not Message.objects.exists()
    services.tell(naren, "claims/returned", {"amount": Decimal("18000.00"), "on": date(2026, 3, 1)})
    assert Message.objects.get().context == {"amount": "18000.00", "on": "2026-03-01"}


def test_a_person_is_told_on_every_way_they_gave(naren: User, suhe: User) -> None:
    for way in ("mail", "sms"):
        Channel.objects.create(user=naren, way=way, address_sealed=sealed.seal("x"), address_shown="x")
    Channel.objects.create(user=suhe, way="sms", address_sealed=sealed.seal("x"), address_shown="x")
    services.tell(naren, "claims/paid", {})
    assert sorted(Delivery.objects.values_list("channel__way", flat=True)) == ["mail", "sms"]


def test_a_program_hears_what_it_asked_for_of_those_it_acts_for(naren: User, suhe: User) -> None:
    hook = Hook.objects.create(
        user=suhe, url="https://till.example/", kinds=["tradein/*"], secret_sealed=sealed.seal("s")
    )
    services.tell(naren, "tradein/redeemed", {})
    services.tell(naren, "claims/paid", {}, also=[suhe])
    assert not Delivery.objects.exists()
    services.tell(naren, "tradein/redeemed", {}, also=[suhe])
    assert Delivery.objects.get().hook == hook


def test_telling_many_costs_as_much_as_telling_one(
    naren: User, temur: User, django_assert_max_num_queries
) -> None:
    Channel.objects.create(user=naren, way="sms", address_sealed=sealed.seal("x"), address_shown="x")
    Hook.objects.create(user=temur, url="https://x.example/", kinds=["*"], secret_sealed=sealed.seal("s"))
    tellings = [services.Telling(who, "claims/paid") for who in (naren, temur) for _n in range(40)]
    with django_assert_max_num_queries(6):  # with the savepoint around them
        services.tell_many(tellings)
    assert Delivery.objects.count() == 80


def test_a_kind_without_a_text_of_its_own_is_still_told(naren: User) -> None:
    message = services.tell(naren, "no/such-kind", {}, about="car-1", address="/claims/car-1/")
    text = texts.render(message, "en")
    assert text.subject == "News about car-1"
    assert "/claims/car-1/" in text.body
    assert "http" not in text.short
