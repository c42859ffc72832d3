"""Who may do what, where, until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from huanxin.foundation.access import queries, services
from huanxin.foundation.access.models import Disclosure, Role, User
from huanxin.foundation.lib import sealed

pytestmark = pytest.mark.django_db


def test_a_reviewer_of_a_league_may_screen_in_it_and_below_and_nowhere_else(qiqige: User) -> None:
    assert queries.may(qiqige, "screen", "1525")
    assert queries.may(qiqige, "screen", "152502")
    assert not queries.may(qiqige, "screen", "1504")
    assert not queries.may(qiqige, "screen")
    assert not queries.may(qiqige, "release", "1525")


def test_nobody_may_do_anything_without_a_mandate(db: None) -> None:
    stranger = services.add_person("stranger")
    assert not queries.may_somewhere(stranger, "read")
    assert queries.areas(stranger, "read") == []


def test_a_mandate_ends_with_its_last_day(chen_lan: User, batu: User) -> None:
    today = timezone.localdate()
    services.give_mandate(batu, Role.OFFICER, "15", by=chen_lan, until=today)
    assert queries.may(batu, "release")
    services.give_mandate(batu, Role.OFFICER, "15", by=chen_lan, until=today - timedelta(days=1))
    assert not queries.may(batu, "release")


def test_an_ended_mandate_stays_on_record(chen_lan: User, batu: User) -> None:
    mandate = queries.mandate(batu, Role.REVIEWER, "152502")
    services.end_mandate(mandate, by=chen_lan)
    assert not queries.may_somewhere(batu, "read")
    assert batu.mandates.count() == 1


def test_only_an_administrator_of_the_place_gives_mandates(qiqige: User, batu: User) -> None:
    with pytest.raises(PermissionDenied):
        services.give_mandate(batu, Role.REVIEWER, "1525", by=qiqige)


@pytest.mark.parametrize(("role", "place"), [("king", "15"), (Role.READER, "152"), (Role.READER, "Xilinhot")])
def test_a_role_or_place_that_does_not_exist_is_refused(
    chen_lan: User, batu: User, role: str, place: str
) -> None:
    with pytest.raises((ValidationError, PermissionDenied)):
        services.give_mandate(batu, role, place, by=chen_lan)


def test_areas_do_not_lie_within_one_another(chen_lan: User, qiqige: User) -> None:
    services.give_mandate(qiqige, Role.REVIEWER, "152502", by=chen_lan)
    services.give_mandate(qiqige, Role.READER, "1504", by=chen_lan)
    assert queries.areas(qiqige, "read") == ["1504", "1525"]
    assert queries.areas(qiqige, "screen") == ["1525"]


def test_personal_data_is_shown_with_a_reason_that_is_kept(batu: User) -> None:
    number = sealed.seal("152502198503071234")
    shown = services.disclose("lift 7: holder", number, reason="case 12", by=batu, place_code="152502")
    assert shown == "152502198503071234"
    kept = Disclosure.objects.get()
    assert (kept.what, kept.reason, kept.by) == ("lift 7: holder", "case 12", batu)


def test_personal_data_is_not_shown_without_a_reason_or_outside_the_area(batu: User) -> None:
    number = sealed.seal("152502198503071234")
    with pytest.raises(services.NoReason):
        services.disclose("lift 7: holder", number, reason="  ", by=batu, place_code="152502")
    with pytest.raises(PermissionDenied):
        services.disclose("lift 7: holder", number, reason="case 12", by=batu, place_code="150102")
    assert not Disclosure.objects.exists()


def test_a_weak_password_is_refused(db: None) -> None:
    with pytest.raises(ValidationError):
        services.add_person("weak", password="1234567890")
