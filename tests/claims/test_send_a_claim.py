"""A claim is sent: decided, held, in the history, told, and its money set aside."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from huanxin.claims import services as claims
from huanxin.claims.models import Claim, Hold, State
from huanxin.foundation.outbox.models import Message
from huanxin.ledger import queries as ledger
from huanxin.registry.models import LifeEvent
from tests.claims import office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def test_a_citizen_is_granted_what_the_pack_says_and_the_money_is_set_aside(naren) -> None:
    programme = office.programme()

    claim = office.sent(naren, programme)

    assert claim.state == State.SUBMITTED
    assert claim.amount == Decimal("18000.00")
    assert claim.shares == {"centre": "17100.00", "region": "900.00"}
    assert claim.decision["verdict"] == "eligible"
    assert claim.due_on == dt.date(2026, 6, 4)
    assert ledger.balance_of(claim.number)["reserved"] == Decimal("18000.00")
    assert ledger.available(programme.slug, "152502")["centre"] == Decimal("982900.00")
    step = claim.steps.get()
    assert (step.n, step.deed, step.state_from, step.state_to) == (1, "submit", "draft", "submitted")
    assert step.after["facts"]["price"] == "150000.00"
    assert Message.objects.get(kind="claims/received", to_user=naren).about == claim.number
    assert claim.old_asset is not None
    assert claim.old_asset.state == "claimed"
    assert LifeEvent.objects.filter(asset=claim.old_asset, what="claimed").count() == 1
    assert Hold.objects.filter(claim=claim).count() == 3


def test_the_same_car_claimed_again_by_a_cousin_is_refused_with_the_reason(naren, temur) -> None:
    programme = office.programme()
    office.sent(naren, programme)
    again = office.draft(temur, programme, 1, old_asset=office.car_answers(0)["old_asset"])

    with pytest.raises(claims.AlreadyClaimed, match="VIN") as refused:
        claims.submit(again, by=temur, on=office.ON)

    assert refused.value.name == "old_asset"
    assert "naren" not in str(refused.value).lower()
    again = Claim.objects.get(pk=again.pk)
    assert (again.state, again.n_steps) == (State.DRAFT, 0)
    assert ledger.balance_of(again.number)["reserved"] == 0


def test_the_same_car_is_refused_in_another_programme_too(naren, temur) -> None:
    office.sent(naren, office.programme())
    replacement = office.programme("car-replacement-2026")
    claim = claims.start(replacement, office.party(temur), by=temur, place_code="152502")
    answers = office.car_answers(1, old_asset=office.car_answers(0)["old_asset"])
    for name in office.OF_SCRAPPING:
        del answers[name]
    answers["transferred_on"] = "2026-05-01"
    claims.save_answers(claim, answers, by=temur)

    with pytest.raises(claims.AlreadyClaimed, match="VIN"):
        claims.submit(claim, by=temur, on=office.ON)


def test_a_person_claims_once_a_year_for_scrapping_and_replacing_together(naren) -> None:
    office.sent(naren, office.programme())
    replacement = office.programme("car-replacement-2026")
    claim = claims.start(replacement, office.party(naren), by=naren, place_code="152502")
    answers = office.car_answers(5, transferred_on="2026-05-01")
    for name in office.OF_SCRAPPING:
        del answers[name]
    claims.save_answers(claim, answers, by=naren)

    with pytest.raises(claims.AlreadyClaimed, match="year"):
        claims.submit(claim, by=naren, on=office.ON)


def test_what_the_pack_refuses_is_not_sent_and_the_clause_is_said(naren) -> None:
    claim = office.draft(naren, office.programme(), old_registered_on="2014-01-01")

    with pytest.raises(claims.NotEntitled) as refused:
        claims.submit(claim, by=naren, on=office.ON)

    assert "补贴范围" in str(refused.value) or "Scope" in str(refused.value)
    assert Claim.objects.get(pk=claim.pk).state == State.DRAFT


def test_a_missing_answer_is_named(naren) -> None:
    claim = office.draft(naren, office.programme(), price="", phone="")

    with pytest.raises(claims.StillOpen) as open_:
        claims.submit(claim, by=naren, on=office.ON)

    assert open_.value.names == ("price", "phone")


def test_a_stranger_cannot_send_somebodys_claim(naren, temur) -> None:
    claim = office.draft(naren, office.programme())

    with pytest.raises(claims.NotYours):
        claims.submit(claim, by=temur, on=office.ON)


def test_sending_twice_sends_once(naren) -> None:
    programme = office.programme()
    claim = office.draft(naren, programme)
    same = Claim.objects.select_related("programme", "applicant").get(pk=claim.pk)
    claims.submit(claim, by=naren, on=office.ON)

    with pytest.raises(claims.Refused):
        claims.submit(same, by=naren, on=office.ON)

    assert ledger.balance_of(claim.number)["reserved"] == Decimal("18000.00")
    assert claim.steps.count() == 1
