"""Somebody answers in one window and sends in another: what is decided is what stands on the claim."""

from __future__ import annotations

import pytest

from huanxin.claims import services as claims
from huanxin.claims.life import queries as life
from huanxin.claims.life.moving import Act, move_many
from huanxin.claims.models import Claim, State
from huanxin.claims.refusals import Overtaken
from tests.claims import office

pytestmark = pytest.mark.django_db


def seen_again(claim: Claim) -> Claim:
    """The same claim as another request read it."""
    return Claim.objects.select_related("programme", "applicant__login", "entered_by").get(pk=claim.pk)


def test_an_answer_that_comes_after_the_claim_was_sent_changes_nothing(naren) -> None:
    claim = office.draft(naren, office.programme())
    late = seen_again(claim)
    claims.submit(claim, by=naren, on=office.ON)

    with pytest.raises(claims.NotAllowed):
        claims.save_answers(late, {"price": "1000", "account": "6222021208010000099"}, by=naren)

    claim.refresh_from_db()
    assert claim.facts["price"] == "150000.00"
    assert claim.account_shown.endswith("0017")


def test_a_claim_whose_answers_changed_meanwhile_is_not_sent_with_the_earlier_amount(naren) -> None:
    sending = office.draft(naren, office.programme())
    claims.save_answers(seen_again(sending), {"price": "1000"}, by=naren)

    with pytest.raises(Overtaken):
        claims.submit(sending, by=naren, on=office.ON)

    assert Claim.objects.get().state == State.DRAFT
    assert claims.submit(seen_again(sending), by=naren, on=office.ON).amount < 18000


def test_claims_sent_together_are_not_sent_with_answers_of_a_moment_ago(naren) -> None:
    sending = office.draft(naren, office.programme())
    claims.save_answers(seen_again(sending), {"price": "1000"}, by=naren)

    with pytest.raises(Overtaken):
        move_many([(sending, life.row(sending, "submit"), Act(naren))])


def test_two_answers_at_the_same_moment_are_both_kept(naren) -> None:
    claim = office.draft(naren, office.programme())
    one, other = seen_again(claim), seen_again(claim)

    claims.save_answers(one, {"price": "160000"}, by=naren)
    claims.save_answers(other, {"recycled_on": "2026-05-21", "bank": "中国农业银行"}, by=naren)

    claim.refresh_from_db()
    assert (claim.facts["price"], claim.facts["recycled_on"]) == ("160000.00", "2026-05-21")
    assert claim.bank == other.bank == "中国农业银行"
    assert other.facts == claim.facts
