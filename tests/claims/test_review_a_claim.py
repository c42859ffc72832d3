"""A claim goes from desk to desk: who may, in which order, and what the money does."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from huanxin.claims import queries
from huanxin.claims import services as claims
from huanxin.claims.models import Claim, Hold, PublicNotice, State
from huanxin.foundation.access import services as access
from huanxin.foundation.outbox.models import Message
from huanxin.ledger import queries as ledger
from huanxin.registry.models import LifeEvent
from tests.claims import office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def reviewed(naren, batu, qiqige, **more) -> Claim:
    """A claim that the banner and the league have approved, of a programme without a sample."""
    claim = office.sent(naren, office.programme(sampled_percent=0, **more))
    claims.take_step(claim, "accept", by=batu)
    claims.take_step(claim, "approve", by=batu)
    claims.take_step(claim, "approve", by=qiqige)
    return claim


def test_from_the_banner_to_the_bank(naren, batu, qiqige, zhao) -> None:
    claim = reviewed(naren, batu, qiqige)
    assert (claim.state, claim.desk) == (State.REVIEWED, "banner")

    today = dt.date(2026, 6, 1)
    notice = PublicNotice.objects.create(
        number="n-1", programme=claim.programme, place=claim.place, from_on=today, to_on=today, by=batu
    )
    claims.take_step(claim, "publish", by=batu, changes={"notice": notice})
    assert (claim.state, claim.due_on) == (State.NOTICE, today)

    claims.take_step(claim, "commit", by=None)
    assert ledger.balance_of(claim.number) == {
        "reserved": 0, "committed": Decimal("18000.00"), "paid": 0, "recovered": 0,
    }  # fmt: skip
    claims.take_step(claim, "pay", by=zhao)
    claims.take_step(claim, "close", by=zhao)

    assert claim.state == State.CLOSED
    assert ledger.balance_of(claim.number)["paid"] == Decimal("18000.00")
    told = list(Message.objects.filter(to_user=naren).order_by("id").values_list("kind", flat=True))
    assert told == [f"claims/{k}" for k in ("received", "accept", "published", "committed", "paid")]
    assert list(claim.steps.order_by("n").values_list("n", "deed")) == list(
        enumerate(("submit", "accept", "approve", "approve", "pass", "publish", "commit", "pay", "close"), 1)
    )
    assert Hold.objects.filter(claim=claim).count() == 3


def test_without_a_public_notice_money_is_committed_after_the_review(naren, batu, qiqige) -> None:
    claim = reviewed(naren, batu, qiqige, notice_days=0)

    assert (claim.state, claim.desk) == (State.COMMITTED, "finance")


def test_a_claim_drawn_into_the_sample_is_looked_at_by_the_region(naren, batu, qiqige, wulan) -> None:
    claim = office.sent(naren, office.programme(sampled_percent=100))
    for who, deed in ((batu, "accept"), (batu, "approve"), (qiqige, "approve")):
        claims.take_step(claim, deed, by=who)
    assert (claim.state, claim.desk, claim.is_sampled) == (State.SAMPLED, "region", True)

    claims.take_step(claim, "approve", by=wulan)

    assert claim.state == State.REVIEWED


def test_a_programme_may_leave_out_desks(naren, qiqige) -> None:
    claim = office.sent(naren, office.programme(chain=("league",)))
    assert claim.desk == "league"
    claims.take_step(claim, "accept", by=qiqige)
    claims.take_step(claim, "approve", by=qiqige)
    assert claim.state == State.REVIEWED


def test_the_desk_and_the_place_must_be_the_reviewers(naren, batu, qiqige, wulan) -> None:
    claim = office.sent(naren, office.programme())
    other = access.add_person("elsewhere")
    access.give_mandate(other, "reviewer", "152501", by=None)
    for stranger in (qiqige, wulan, other):
        with pytest.raises(claims.WrongDesk):
            claims.take_step(claim, "accept", by=stranger)
    assert claims.take_step(claim, "accept", by=batu).desk == "banner"


def test_nobody_decides_on_a_claim_of_their_own_or_one_they_entered(naren, batu) -> None:
    programme = office.programme()
    access.give_mandate(naren, "reviewer", "152502", by=None)
    own = office.sent(naren, programme)
    with pytest.raises(claims.OwnClaim):
        claims.take_step(own, "accept", by=naren)

    cousin = office.party(naren)
    entered = claims.start(programme, cousin, by=batu, place_code="152502")
    with pytest.raises(claims.OwnClaim):
        claims.take_step(office_sent(entered, batu), "accept", by=batu)


def office_sent(claim: Claim, by) -> Claim:
    claims.save_answers(claim, office.car_answers(7), by=by)
    # The year's turn of the applicant is taken by the claim above: another year of another programme.
    Hold.objects.filter(kind__startswith="applicant").delete()
    return claims.submit(claim, by=by, on=office.ON)


def test_nobody_reviews_one_file_at_two_desks(naren, batu) -> None:
    claim = office.sent(naren, office.programme())
    access.give_mandate(batu, "reviewer", "1525", by=None)
    claims.take_step(claim, "accept", by=batu)
    claims.take_step(claim, "approve", by=batu)

    with pytest.raises(claims.SecondStep):
        claims.take_step(claim, "approve", by=batu)


def test_a_deed_out_of_turn_is_refused_and_says_what_follows(naren, batu) -> None:
    claim = office.sent(naren, office.programme())

    with pytest.raises(claims.NotAllowed, match="accept"):
        claims.take_step(claim, "approve", by=batu)


def test_of_two_reviewers_one_takes_the_step(naren, batu) -> None:
    claim = office.sent(naren, office.programme())
    second = access.add_person("second")
    access.give_mandate(second, "reviewer", "152502", by=None)
    same = Claim.objects.select_related("programme", "applicant").get(pk=claim.pk)
    claims.take_step(claim, "accept", by=batu)

    with pytest.raises(claims.Overtaken):
        claims.take_step(same, "return", by=second, reason="The invoice cannot be read.")

    assert (same.state, same.n_steps) == (State.SUBMITTED, 1)
    assert claim.steps.count() == 2


def test_a_refusal_needs_a_reason_and_gives_back_money_and_car(naren, batu, temur) -> None:
    programme = office.programme()
    claim = office.sent(naren, programme)
    with pytest.raises(claims.ReasonNeeded):
        claims.take_step(claim, "refuse", by=batu, reason=" ")

    claims.take_step(claim, "refuse", by=batu, reason="The deregistration certificate is of another car.")

    assert ledger.balance_of(claim.number)["reserved"] == 0
    assert not Hold.objects.filter(claim=claim).exists()
    claim.old_asset.refresh_from_db()
    assert claim.old_asset.state == "in_use"
    assert LifeEvent.objects.filter(asset=claim.old_asset, what="released").exists()
    assert office.sent(temur, programme, 0).state == State.SUBMITTED


def test_an_appeal_is_decided_by_the_desk_above_and_goes_on_behind_the_desk_that_refused(
    naren, batu, qiqige
) -> None:
    claim = office.sent(naren, office.programme())
    claims.take_step(claim, "accept", by=batu)
    claims.take_step(claim, "refuse", by=batu, reason="Not the owner.")
    claims.take_step(claim, "appeal", by=naren, reason="I am: see the certificate.")
    assert (claim.state, claim.desk) == (State.APPEALED, "league")
    assert claim.objections.get().text == "I am: see the certificate."
    with pytest.raises(claims.WrongDesk, match=r"锡林浩特|Xilinhot"):
        claims.take_step(claim, "uphold", by=batu, reason="…")

    claims.take_step(claim, "uphold", by=qiqige, reason="The certificate names her.")

    assert (claim.state, claim.desk) == (State.BANNER_REVIEWED, "league")
    assert ledger.balance_of(claim.number)["reserved"] == Decimal("18000.00")
    assert Hold.objects.filter(claim=claim).count() == 3


def test_a_rejected_appeal_cannot_be_made_again(naren, batu, qiqige) -> None:
    claim = office.sent(naren, office.programme())
    claims.take_step(claim, "refuse", by=batu, reason="Not the owner.")
    claims.take_step(claim, "appeal", by=naren, reason="I am.")
    claims.take_step(claim, "reject_appeal", by=qiqige, reason="The register says otherwise.")

    with pytest.raises(claims.NotAllowed, match="court"):
        claims.take_step(claim, "appeal", by=naren, reason="Once more.")


def test_suspended_claims_go_on_where_they_stood(naren, batu, wulan) -> None:
    claim = office.sent(naren, office.programme())
    claims.take_step(claim, "accept", by=batu)
    claims.take_step(claim, "suspend", by=wulan, reason="The dealer is being looked into.")
    assert claim.state == State.SUSPENDED
    with pytest.raises(claims.NotAllowed):
        claims.take_step(claim, "pay", by=None)

    claims.take_step(claim, "resume", by=wulan, reason="Nothing was found.")

    assert (claim.state, claim.state_before) == (State.ACCEPTED, "")


def test_money_is_claimed_back_whole_or_in_part(naren, batu, qiqige, zhao) -> None:
    claim = reviewed(naren, batu, qiqige, notice_days=0)
    claims.take_step(claim, "pay", by=zhao)

    claims.take_step(claim, "recover_part", by=zhao, reason="2 % too much.", changes={"amount": "360.00"})
    assert claim.state == State.PAID
    assert ledger.balance_of(claim.number)["recovered"] == Decimal("360.00")

    claims.take_step(claim, "recover", by=zhao, reason="The car was never scrapped.")
    assert claim.state == State.RECOVERED
    assert ledger.balance_of(claim.number) == {
        "reserved": 0, "committed": 0, "paid": 0, "recovered": Decimal("18000.00"),
    }  # fmt: skip
    assert not Hold.objects.filter(claim=claim).exists()


@pytest.mark.parametrize("deed", ["accept", "approve"])
def test_a_claim_with_a_paper_missing_is_neither_accepted_nor_approved(naren, batu, programme, deed) -> None:
    claim = office.sent(naren, programme)
    if deed == "approve":
        claims.take_step(claim, "accept", by=batu)
    claim.papers.filter(proves="invoiced_on").update(replaced_at=timezone.now())

    with pytest.raises(claims.PapersMissing, match=r"Papers are missing: .*invoice.*Return the claim"):
        claims.take_step(claim, deed, by=batu)

    claims.take_step(claim, "return", by=batu, reason="The invoice is missing.")
    assert claim.state == "returned"


def test_one_paper_that_proves_several_facts_may_be_handed_in_for_any_of_them(naren, batu, programme) -> None:
    claim = office.sent(naren, programme)
    slot = next(
        s for s in queries.papers_asked(queries.pack_of(programme), claim, office.ON) if len(s.proves) > 1
    )
    claim.papers.filter(proves=slot.name).update(proves=slot.proves[1])

    assert claims.take_step(claim, "accept", by=batu)
