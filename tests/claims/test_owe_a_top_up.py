"""A later notice raises the amount and reaches back: everybody whom it owes something is found and paid."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huanxin.claims import queries
from huanxin.claims import services as claims
from huanxin.claims.filing.services import mend_account
from huanxin.claims.models import Claim, State
from huanxin.ledger import queries as ledger
from tests.claims import office

pytestmark = pytest.mark.django_db

MAY = dt.date(2024, 5, 20)
JULY = dt.date(2024, 7, 25)


@pytest.fixture
def programme():
    return office.programme(
        "car-scrappage-2024", from_on=dt.date(2024, 4, 24), sampled_percent=0, notice_days=0
    )


def claimed(user, programme, n: int = 0, **other):
    """A claim of May 2024, before the amounts were raised."""
    old = {
        "invoiced_on": "2024-05-10", "new_registered_on": "2024-05-11", "recycled_on": "2024-05-12",
        "deregistered_on": "2024-05-12",
    }  # fmt: skip
    answers = office.car_answers(n) | old | other
    for name in ("price", "same_province", "claimed_this_year"):
        del answers[name]
    claim = claims.start(programme, office.party(user), by=user, place_code="152502")
    claims.save_answers(claim, answers, by=user)
    office.hand_in(claim, by=user, on=MAY)
    return claims.submit(claim, by=user, on=MAY)


def granted(claim, batu, qiqige, zhao):
    for who, deed in ((batu, "accept"), (batu, "approve"), (qiqige, "approve"), (zhao, "pay")):
        claims.take_step(claim, deed, by=who)
    return claim


def test_the_notice_of_july_owes_ten_thousand_more_for_a_claim_of_may(programme, naren) -> None:
    claim = claimed(naren, programme)

    assert claim.amount == Decimal("10000.00")
    assert queries.redecide(claim).amount == Decimal("10000.00")
    assert queries.redecide(claim, JULY - dt.timedelta(days=1)).amount == Decimal("10000.00")
    assert queries.redecide(claim, JULY).amount == Decimal("20000.00")


def test_one_deed_finds_and_files_all_of_them(programme, naren, temur, batu, qiqige, zhao, li_jing) -> None:
    paid = granted(claimed(naren, programme, 1), batu, qiqige, zhao)
    under_review = claimed(temur, programme, 2, new_fuel="petrol", new_displacement="1.5")

    found = claims.find_top_ups(programme, JULY)
    assert {(t.claim.number, t.owed) for t in found} == {
        (paid.number, Decimal("10000.00")),
        (under_review.number, Decimal("8000.00")),
    }
    filed = claims.file_top_ups(programme, JULY, by=li_jing)

    top_up = next(c for c in filed if c.tops_up_id == paid.pk)
    assert (top_up.state, top_up.amount) == (State.COMMITTED, Decimal("10000.00"))
    assert ledger.balance_of(top_up.number)["committed"] == Decimal("10000.00")
    assert top_up.account_shown == paid.account_shown
    under_review.refresh_from_db()
    assert under_review.amount == Decimal("15000.00")
    assert ledger.balance_of(under_review.number)["reserved"] == Decimal("15000.00")
    assert under_review.steps.order_by("-n").first().deed == "raise"

    assert claims.find_top_ups(programme, JULY) == []
    assert claims.file_top_ups(programme, JULY, by=li_jing) == []
    claims.take_step(top_up, "pay", by=zhao)
    assert top_up.state == State.PAID


def test_a_top_up_without_money_waits_in_line(naren, batu, qiqige, zhao, li_jing) -> None:
    programme = office.programme(
        "car-scrappage-2024", from_on=dt.date(2024, 4, 24), sampled_percent=0, notice_days=0, money="12000.00"
    )
    granted(claimed(naren, programme), batu, qiqige, zhao)

    (top_up,) = claims.file_top_ups(programme, JULY, by=li_jing)
    assert top_up.state == State.QUEUED

    office.grant(programme, "centre", "50000.00", "more")
    claims.release_queue(programme, by=li_jing)
    top_up.refresh_from_db()
    assert top_up.state == State.COMMITTED
    assert ledger.balance_of(top_up.number)["committed"] == Decimal("10000.00")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    price=st.decimals("1", "400000", places=2),
    fuel=st.sampled_from(["nev", "petrol"]),
    displacement=st.decimals("0.8", "2.0", places=1),
)
def test_decided_again_it_is_the_same_to_the_cent(naren, price, fuel, displacement) -> None:
    from django.db import transaction

    with transaction.atomic():
        programme = office.programme()
        claim = office.sent(
            naren, programme, price=str(price), new_fuel=fuel, new_displacement=str(displacement)
        )
        again = queries.redecide(claim)
        assert (again.verdict, again.amount, again.digest) == ("eligible", claim.amount, claim.pack_digest)
        assert again.as_json() == claim.decision
        assert sum(Decimal(a) for a in claim.shares.values()) == claim.amount
        transaction.set_rollback(True)


def test_filed_twice_at_the_same_moment_it_is_owed_once(
    programme, naren, temur, batu, qiqige, zhao, li_jing
) -> None:
    paid = granted(claimed(naren, programme, 1), batu, qiqige, zhao)
    under_review = claimed(temur, programme, 2, new_fuel="petrol", new_displacement="1.5")
    others: list[Claim] = []

    def somebody_else_files(done: int, total: int | None, what: str) -> None:
        others.extend(claims.file_top_ups(programme, JULY, by=li_jing))

    filed = claims.file_top_ups(programme, JULY, by=li_jing, progress=somebody_else_files)

    assert len(others) == 2
    assert filed == []
    (top_up,) = Claim.objects.filter(tops_up=paid)
    assert ledger.balance_of(top_up.number)["committed"] == Decimal("10000.00")
    assert ledger.balance_of(under_review.number)["reserved"] == Decimal("15000.00")
    assert ledger.available(programme.slug, "152502") == {
        "centre": Decimal("1000000.00") - Decimal("0.95") * 35000,
        "region": Decimal("1000000.00") - Decimal("0.05") * 35000,
    }


def test_a_claim_that_cannot_be_raised_for_want_of_money_does_not_stop_the_others(
    naren, temur, batu, qiqige, zhao, li_jing
) -> None:
    programme = office.programme(
        "car-scrappage-2024", from_on=dt.date(2024, 4, 24), sampled_percent=0, notice_days=0, money="19500.00"
    )
    under_review = claimed(temur, programme, 2)
    paid = granted(claimed(naren, programme, 1), batu, qiqige, zhao)

    filed = claims.file_top_ups(programme, JULY, by=li_jing)

    assert [claim.tops_up_id for claim in filed] == [paid.pk]
    under_review.refresh_from_db()
    assert under_review.amount == Decimal("10000.00")
    assert [owed.claim.pk for owed in claims.find_top_ups(programme, JULY)] == [under_review.pk]


def test_a_source_that_bears_nothing_any_more_leaves_the_difference_to_the_cent(
    programme, naren, batu, qiqige, zhao, li_jing
) -> None:
    paid = granted(claimed(naren, programme), batu, qiqige, zhao)
    Claim.objects.filter(pk=paid.pk).update(shares={"centre": "9000.00", "league": "1000.00"})

    (top_up,) = claims.file_top_ups(programme, JULY, by=li_jing)

    assert sum(Decimal(part) for part in top_up.shares.values()) == top_up.amount == Decimal("10000.00")
    assert ledger.balance_of(top_up.number)["committed"] == Decimal("10000.00")


def test_the_officer_who_files_a_top_up_does_not_get_the_applicants_rights(
    programme, naren, batu, qiqige, zhao, li_jing
) -> None:
    granted(claimed(naren, programme), batu, qiqige, zhao)
    (top_up,) = claims.file_top_ups(programme, JULY, by=li_jing)

    with pytest.raises(claims.NotYours):
        mend_account(top_up, account="6222021208010000099", bank="中国工商银行", by=li_jing)
    assert not queries.may_see(li_jing, top_up)
    assert top_up.steps.get().by == li_jing
    mend_account(top_up, account="6222021208010000025", bank="中国工商银行", by=naren)
