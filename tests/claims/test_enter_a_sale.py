"""A sale at the till is a claim in one moment; brought back, everything is free again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from huanxin.claims import services as claims
from huanxin.claims.models import Claim, Hold, State
from huanxin.ledger import queries as ledger
from huanxin.ledger import services as money
from tests.claims import office

pytestmark = pytest.mark.django_db

FRIDGE = {
    "bought_on": "2026-06-01", "product_class": "fridge", "energy_grade": 1, "price": "5999.00",
    "filed_price": "5999.00", "buyer_is_person": True, "seller_is_listed": True, "already_claimed": 0,
}  # fmt: skip


@pytest.fixture
def programme():
    return office.programme("appliance-2026", settles="till")


def sold(programme, user, suhe, code: str = "V-1", serial: str = "SN 2026 A1", **other) -> Claim:
    money.reserve(
        programme.slug,
        "152502",
        {"centre": Decimal("1425.00"), "region": Decimal("75.00")},
        purpose=code,
        by=user,
    )
    return claims.enter_sale(
        programme, purpose=code, party=office.party(user), place="152502", facts=FRIDGE | other,
        things={"serial_no": serial}, by=suhe, on=office.ON, merchant="suhe", sample=True,
    )  # fmt: skip


def test_the_subsidy_is_committed_and_the_rest_of_the_voucher_is_free(programme, naren, suhe) -> None:
    claim = sold(programme, naren, suhe)

    assert (claim.number, claim.state, claim.amount) == ("V-1", State.COMMITTED, Decimal("899.85"))
    assert ledger.balance_of("V-1") == {
        "reserved": 0, "committed": Decimal("899.85"), "paid": 0, "recovered": 0,
    }  # fmt: skip
    assert claim.steps.get().deed == "sell"
    assert claim.due_on is not None


def test_one_serial_number_is_sold_once_however_it_is_written(programme, naren, temur, suhe) -> None:
    sold(programme, naren, suhe, serial="SN 2026 AO1")

    with pytest.raises(claims.AlreadyClaimed):
        sold(programme, temur, suhe, "V-2", serial="sn2026a01")

    assert Claim.objects.count() == 1


def test_what_the_rules_do_not_grant_is_not_sold(programme, naren, suhe) -> None:
    with pytest.raises(claims.NotEntitled):
        sold(programme, naren, suhe, energy_grade=2)
    with pytest.raises(claims.BadAnswers):
        sold(programme, naren, suhe, "V-2", serial="")


def test_brought_back_the_money_and_the_number_are_free(programme, naren, temur, suhe) -> None:
    claim = sold(programme, naren, suhe)
    with pytest.raises(claims.ReasonNeeded):
        claims.undo_sale(claim, by=suhe, reason="")

    step = claims.undo_sale(claim, by=suhe, reason="It did not fit.")

    assert (claim.state, step.by) == (State.WITHDRAWN, suhe)
    assert ledger.available(programme.slug, "152502")["centre"] == Decimal("1000000.00")
    assert not Hold.objects.filter(claim=claim).exists()
    assert sold(programme, temur, suhe, "V-2").state == State.COMMITTED


def test_brought_back_after_payment_the_money_comes_back_too(programme, naren, suhe, zhao) -> None:
    claim = sold(programme, naren, suhe)
    claims.take_step(claim, "pay", by=zhao)

    claims.undo_sale(claim, by=suhe, reason="Broken.")

    assert ledger.available(programme.slug, "152502")["centre"] == Decimal("1000000.00")
    assert money.verify().ok
