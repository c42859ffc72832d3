"""So many of a class to a person in a year: the office counts, and nobody is asked what it knows."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from huanxin.claims import queries
from huanxin.claims import services as claims
from huanxin.claims.models import Claim, State
from tests.claims import office

PHONE = {
    "bought_on": "2026-05-10", "product_class": "phone", "price": "3000", "filed_price": "3000",
    "buyer_is_person": True, "seller_is_listed": True, **office.CONTACT,
}  # fmt: skip


def drafted(user, programme, serial: str, **other) -> Claim:
    claim = claims.start(programme, office.party(user), by=user, place_code="152502")
    answers = PHONE | {"serial_no": serial} | other
    asked = {name: value for name, value in answers.items() if value is not None}
    return claims.save_answers(claim, asked, by=user)


def sent(user, programme, serial: str, **other) -> Claim:
    return claims.submit(drafted(user, programme, serial, **other), by=user, on=office.ON)


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_a_second_phone_is_refused_by_the_rule_whatever_the_person_says(self, naren, in_english) -> None:
        programme = office.programme("digital-goods-2026")
        first = sent(naren, programme, "PHONE-1")
        second = drafted(naren, programme, "PHONE-2", already_claimed=0)

        with pytest.raises(claims.NotEntitled, match="Not more items than a person may have"):
            claims.submit(second, by=naren, on=office.ON)

        assert first.facts["already_claimed"] == 0
        assert Claim.objects.get(pk=second.pk).state == State.DRAFT
        assert queries.draft(second, office.ON).is_refused

    def test_another_class_and_another_person_have_turns_of_their_own(self, naren, temur) -> None:
        programme = office.programme("digital-goods-2026")
        sent(naren, programme, "PHONE-1")

        assert sent(naren, programme, "WATCH-1", product_class="watch").state == State.SUBMITTED
        assert sent(temur, programme, "PHONE-3").state == State.SUBMITTED

    def test_it_is_not_asked(self, naren) -> None:
        draft = queries.draft(drafted(naren, office.programme("digital-goods-2026"), "PHONE-1"), office.ON)

        assert draft.is_complete or {question.sort for question in draft.open} == {"paper"}
        assert "already_claimed" not in {question.name for question in draft.questions}

    def test_what_was_withdrawn_counts_no_more_and_what_was_returned_does_not_count_itself(
        self, naren, batu
    ) -> None:
        programme = office.programme("digital-goods-2026")
        first = sent(naren, programme, "PHONE-1")
        claims.take_step(first, "withdraw", by=naren, reason="It goes back to the shop.")
        second = sent(naren, programme, "PHONE-2")
        claims.take_step(second, "return", by=batu, reason="Which shop?")
        claims.submit(second, by=naren, on=office.ON)

        assert (second.state, second.facts["already_claimed"]) == (State.SUBMITTED, 0)

    def test_three_air_conditioners_and_no_fourth(self, naren) -> None:
        programme = office.programme("appliance-2025", from_on=office.ON.replace(year=2025))
        cool = {
            "bought_on": "2025-06-01",
            "product_class": "air_conditioner",
            "energy_grade": 1,
            "filed_price": None,
        }

        on = office.ON.replace(year=2025)
        for n in range(3):
            claim = drafted(naren, programme, f"COOL-{n}", **cool)
            assert claims.submit(claim, by=naren, on=on).facts["already_claimed"] == n
        with pytest.raises(claims.NotEntitled):
            claims.submit(drafted(naren, programme, "COOL-3", **cool), by=naren, on=on)

    def test_deciding_again_counts_as_it_was_counted_then(self, naren) -> None:
        claim = sent(naren, office.programme("digital-goods-2026"), "PHONE-1")

        assert queries.redecide(claim).amount == claim.amount


@pytest.mark.django_db(transaction=True)
def test_of_two_sent_at_the_same_moment_one_has_the_turn(naren) -> None:
    programme = office.programme("digital-goods-2026")
    drafts = [drafted(naren, programme, f"PHONE-{n}") for n in range(2)]
    outcomes: list[object] = []

    def send(claim: Claim) -> None:
        try:
            outcomes.append(claims.submit(claim, by=naren, on=office.ON).state)
        except claims.Refused as refused:
            outcomes.append(type(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(claim,)) for claim in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert outcomes.count(State.SUBMITTED) == 1
    assert set(outcomes) - {State.SUBMITTED} <= {claims.AlreadyClaimed, claims.NotEntitled}
