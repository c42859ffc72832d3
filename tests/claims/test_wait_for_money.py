"""Money runs out: claims wait in the order in which they were sent, and go on in that order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from huanxin.claims import services as claims
from huanxin.claims.models import Claim, Hold, Programme, State
from huanxin.foundation.outbox.models import Message
from huanxin.ledger import queries as ledger
from huanxin.ledger import services as money
from tests.claims import office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def test_a_claim_without_money_waits_and_the_programme_says_so(naren) -> None:
    programme = office.programme(money="800.00")

    claim = office.sent(naren, programme)

    programme.refresh_from_db()
    assert (claim.state, claim.desk, claim.due_on) == (State.QUEUED, "", None)
    assert (programme.state, programme.out_of_money) == (Programme.State.PAUSED, True)
    assert programme.paused_why
    assert ledger.balance_of(claim.number)["reserved"] == 0
    assert Hold.objects.filter(claim=claim).count() == 3
    assert Message.objects.filter(to_user=naren, kind="claims/queued").count() == 1
    assert list(claim.steps.values_list("n", "deed")) == [(1, "queue")]


def test_a_smaller_claim_does_not_overtake_one_that_waits(naren, temur, wang_qiang, zhao) -> None:
    programme = office.programme(money="16000.00")
    first = office.sent(naren, programme, 1)
    second = office.sent(temur, programme, 2, price="100000")
    third = office.sent(wang_qiang, programme, 3, price="80000")
    assert [c.state for c in (first, second, third)] == [State.QUEUED] * 3

    office.grant(programme, "centre", "2000.00", "more-1")
    released = claims.release_queue(programme)

    assert [c.number for c in released] == [first.number]
    second.refresh_from_db()
    assert second.state == State.QUEUED
    assert programme.out_of_money

    office.grant(programme, "centre", "100000.00", "more-2")
    released = claims.release_queue(programme)

    assert [c.number for c in released] == [second.number, third.number]
    assert (programme.state, programme.out_of_money) == (Programme.State.OPEN, False)
    assert released[0].state == State.SUBMITTED
    assert ledger.balance_of(second.number)["reserved"] == Decimal("12000.00")


def test_where_one_place_has_no_money_left_the_others_go_on(naren, wang_qiang, zhao) -> None:
    programme = office.programme()
    of_league = money.open_budget(programme.slug, "1525", "centre", by=zhao)
    money.grant(of_league, "100.00", key="league", by=zhao)
    waits = office.sent(naren, programme, 1)
    claim = claims.start(programme, office.party(wang_qiang), by=wang_qiang, place_code="150102")
    claims.save_answers(claim, office.car_answers(2), by=wang_qiang)

    claims.submit(claim, by=wang_qiang, on=office.ON)

    assert waits.state == State.QUEUED
    assert claim.state == State.SUBMITTED


def test_a_programme_without_a_budget_lets_claims_wait(naren, li_jing) -> None:
    office.release(office.CAR)
    programme = claims.open_programme("car-no-money", office.CAR, from_on=office.ON, by=li_jing)

    assert office.sent(naren, programme).state == State.QUEUED


def test_only_who_runs_the_programme_lets_claims_out_of_the_line(naren, batu) -> None:
    programme = office.programme(money="1.00")
    claim = office.sent(naren, programme)
    office.grant(programme, "centre", "90000.00", "more")
    office.grant(programme, "region", "90000.00", "more-region")

    with pytest.raises(claims.NotYours):
        claims.release_queue(programme, by=batu)

    assert Claim.objects.get(pk=claim.pk).state == State.QUEUED


def test_who_waits_may_withdraw(naren) -> None:
    claim = office.sent(naren, office.programme(money="1.00"))

    claims.take_step(claim, "withdraw", by=naren)

    assert claim.state == State.WITHDRAWN
    assert not Hold.objects.filter(claim=claim).exists()


def test_an_officers_pause_stops_sending_and_keeps_the_answers(naren, li_jing) -> None:
    programme = office.programme()
    claim = office.draft(naren, programme)
    claims.pause(programme, by=li_jing, reason="new rules on Monday")
    claim.programme.refresh_from_db()

    with pytest.raises(claims.NotOpen, match="Monday"):
        claims.submit(claim, by=naren, on=office.ON)

    claims.resume(programme, by=li_jing)
    claim.programme.refresh_from_db()
    assert claims.submit(claim, by=naren, on=office.ON).state == State.SUBMITTED


def test_a_weeks_quota_of_a_place_is_kept(naren, temur, li_jing) -> None:
    programme = office.programme()
    claims.set_quota(programme, "1525", by=li_jing, most_claims=1)
    office.sent(naren, programme, 1)

    with pytest.raises(claims.QuotaReached):
        office.sent(temur, programme, 2)

    claims.set_quota(programme, "1525", by=li_jing)
    assert office.sent(temur, programme, 3).state == State.SUBMITTED


def test_a_quota_of_money_counts_what_was_asked_for(naren, temur, li_jing) -> None:
    programme = office.programme()
    claims.set_quota(programme, "152502", by=li_jing, most="30000.00")
    office.sent(naren, programme, 1)

    with pytest.raises(claims.QuotaReached):
        office.sent(temur, programme, 2)
