"""A claim comes back for correction, is mended and sent again; or its applicant takes it back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from huanxin.claims import services as claims
from huanxin.claims.models import Hold, State
from huanxin.ledger import queries as ledger
from huanxin.ledger import services as balances
from huanxin.registry.models import Asset
from tests.claims import office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def returned(naren, batu):
    claim = office.sent(naren, office.programme())
    claims.take_step(claim, "return", by=batu, reason="The price on the invoice is another one.")
    return claim


def test_a_returned_claim_keeps_its_money_and_its_car(returned) -> None:
    assert (returned.state, returned.desk) == (State.RETURNED, "applicant")
    assert ledger.balance_of(returned.number)["reserved"] == Decimal("18000.00")
    assert Hold.objects.filter(claim=returned).count() == 3


@pytest.mark.parametrize(("price", "amount"), [("100000", "12000.00"), ("160000", "19200.00")])
def test_another_amount_is_set_aside_and_the_history_says_what_changed(
    returned, naren, price, amount
) -> None:
    claims.save_answers(returned, {"price": price}, by=naren)

    claims.submit(returned, by=naren, on=office.ON)

    assert (returned.state, returned.amount) == (State.SUBMITTED, Decimal(amount))
    assert ledger.balance_of(returned.number)["reserved"] == Decimal(amount)
    step = returned.steps.get(deed="resubmit")
    assert step.before["facts"] == {"price": "150000.00"}
    assert step.after["facts"] == {"price": f"{price}.00"}
    assert (step.before["amount"], step.after["amount"]) == ("18000.00", amount)


def test_another_car_frees_the_first(returned, naren) -> None:
    first = returned.old_asset
    claims.save_answers(returned, {"old_asset": office.car_answers(9)["old_asset"]}, by=naren)

    claims.submit(returned, by=naren, on=office.ON)

    first.refresh_from_db()
    assert first.state == Asset.State.IN_USE
    assert returned.old_asset.pk != first.pk
    assert returned.old_asset.state == Asset.State.CLAIMED
    assert Hold.objects.filter(claim=returned).count() == 3
    assert ledger.balance_of(returned.number)["reserved"] == Decimal("18000.00")


def test_a_higher_amount_for_which_there_is_no_money_waits_in_line(naren, batu) -> None:
    programme = office.programme(money="17500.00")
    claim = office.sent(naren, programme)
    claims.take_step(claim, "return", by=batu, reason="Price.")
    claims.save_answers(claim, {"price": "166000"}, by=naren)

    claims.submit(claim, by=naren, on=office.ON)

    assert claim.state == State.QUEUED
    assert ledger.balance_of(claim.number)["reserved"] == 0
    office.grant(programme, "centre", "50000.00", "more")
    assert [c.number for c in claims.release_queue(programme)] == [claim.number]
    assert ledger.balance_of(claim.number)["reserved"] == Decimal("19920.00")


def test_a_withdrawn_claim_gives_everything_back(returned, naren, temur) -> None:
    claims.take_step(returned, "withdraw", by=naren)

    assert ledger.balance_of(returned.number)["reserved"] == 0
    assert office.sent(temur, returned.programme, 0).state == State.SUBMITTED


def test_answers_of_a_sent_claim_stay_as_they_are(naren) -> None:
    claim = office.sent(naren, office.programme())

    with pytest.raises(claims.NotAllowed):
        claims.save_answers(claim, {"price": "1"}, by=naren)


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        ({"price": "much"}, "price"),
        ({"old_asset": "LSVAU033052180148"}, "old_asset"),
        ({"phone": "123"}, "phone"),
        ({"account": "abc"}, "account"),
        ({"place": "1525"}, "place"),
        ({"horse": "yes"}, "horse"),
    ],
)
def test_an_answer_that_cannot_be_read_is_named_and_nothing_is_kept(naren, answers, named) -> None:
    claim = office.draft(naren, office.programme())

    with pytest.raises(claims.BadAnswers) as bad:
        claims.save_answers(claim, {"new_fuel": "petrol", **answers}, by=naren)

    assert list(bad.value.errors) == [named]
    claim.refresh_from_db()
    assert claim.facts["new_fuel"] == "nev"


def test_the_old_car_is_not_the_new_one(naren) -> None:
    with pytest.raises(claims.BadAnswers) as bad:
        office.draft(naren, office.programme(), new_asset=office.car_answers()["old_asset"])

    assert "new_asset" in bad.value.errors


def test_a_draft_can_be_thrown_away(naren) -> None:
    claim = office.draft(naren, office.programme())

    claims.discard(claim, by=naren)

    assert claim.state == State.WITHDRAWN


def test_money_of_the_place_that_was_wrong_goes_back_and_comes_from_the_right_one(naren, batu, zhao) -> None:
    programme = office.programme(money="0")
    for place in ("1525", "1501"):
        for source in ("centre", "region"):
            budget = balances.open_budget(programme.slug, place, source, by=zhao)
            balances.grant(budget, "100000.00", key=f"{place}:{source}", by=zhao)
    claim = office.sent(naren, programme)
    claims.take_step(claim, "return", by=batu, reason="The applicant lives in Hohhot.")
    claims.save_answers(claim, {"place": "150102"}, by=naren)

    claims.submit(claim, by=naren, on=office.ON)

    assert (claim.place_id, claim.state) == ("150102", State.SUBMITTED)
    left = {place: sum(ledger.available(programme.slug, place).values()) for place in ("1525", "1501")}
    assert left == {"1525": Decimal("200000.00"), "1501": Decimal("182000.00")}
    assert ledger.balance_of(claim.number)["reserved"] == Decimal("18000.00")
