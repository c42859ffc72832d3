"""Public notice: everybody reads masked names, may object, and money is committed when its days are over."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from huanxin.claims import services as claims
from huanxin.claims.models import Claim, Finding, PublicNotice, State
from huanxin.claims.notices import queries, services
from huanxin.foundation.access.models import Disclosure
from huanxin.foundation.lib import workdays
from huanxin.foundation.outbox.models import Message
from huanxin.ledger import queries as ledger
from tests.claims import office

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_was_here_before() -> None:
    cache.clear()


def reviewed(naren, batu, qiqige, n: int = 0, programme=None) -> Claim:
    programme = programme or office.programme(sampled_percent=0)
    claim = office.sent(naren, programme, n)
    claim.holds.filter(kind__startswith="applicant").delete()
    for user, deed in ((batu, "accept"), (batu, "approve"), (qiqige, "approve")):
        claims.take_step(claim, deed, by=user)
    return claim


def published(naren, batu, qiqige, n: int = 1) -> tuple[PublicNotice, list[Claim]]:
    programme = office.programme(sampled_percent=0)
    some = [reviewed(naren, batu, qiqige, number, programme) for number in range(n)]
    done = services.publish(programme, "152502", by=batu)
    for claim in some:
        claim.refresh_from_db()
    return done.notice, some


def let_days_pass(notice: PublicNotice) -> None:
    """The notice was published two weeks earlier than it was."""
    past = timezone.localdate() - dt.timedelta(days=1)
    PublicNotice.objects.filter(pk=notice.pk).update(to_on=past, from_on=past - dt.timedelta(days=7))
    notice.refresh_from_db()


def visiting(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def test_reviewed_claims_are_published_for_working_days(naren, batu, qiqige) -> None:
    notice, (claim,) = published(naren, batu, qiqige)
    today = timezone.localdate()
    assert (notice.from_on, notice.to_on) == (today, workdays.add_workdays(today, 5))
    assert (claim.state, claim.notice, claim.due_on) == (State.NOTICE, notice, notice.to_on)
    assert Message.objects.filter(to_user=naren, kind="claims/published").exists()
    with pytest.raises(services.NothingToPublish):
        services.publish(claim.programme, "152502", by=batu)


def test_another_banner_publishes_nothing_here(naren, batu, qiqige) -> None:
    from huanxin.foundation.access import services as access

    claim = reviewed(naren, batu, qiqige)
    other = access.add_person("elsewhere")
    access.give_mandate(other, "reviewer", "152501", by=None)
    with pytest.raises(claims.NotYours):
        services.publish(claim.programme, "152502", by=other)
    client = visiting(other)
    client.post(reverse("claims:publish"), {"programme": claim.programme.slug, "place": "152502"})
    assert not PublicNotice.objects.exists()


def test_everybody_reads_it_with_masked_names_and_nothing_else(naren, batu, qiqige) -> None:
    notice, (claim,) = published(naren, batu, qiqige)
    said = visiting().get(reverse("claims:notice", args=[notice.number])).content.decode()
    assert claim.number in said and "18,000.00" in said and "娜*" in said
    for secret in ("娜仁", "Naren", claim.phone_shown, claim.applicant.identity_shown, claim.account_shown):
        assert secret not in said
    assert notice.number in visiting().get(reverse("claims:open_notices")).content.decode()


@pytest.mark.parametrize(
    ("name", "is_person", "shown"),
    [
        ("娜仁", True, "娜*"),
        ("欧阳建国", True, "欧***"),
        ("娜仁 Naren", True, "娜*"),
        ("锡林浩特市公共交通有限公司", False, "锡林浩特市公共交通有限公司"),
    ],
)
def test_names_are_masked(name: str, is_person: bool, shown: str) -> None:
    assert queries.masked(name, is_person=is_person) == shown


def test_after_its_days_the_money_is_committed(naren, batu, qiqige) -> None:
    notice, some = published(naren, batu, qiqige, 2)
    assert services.end_notices().committed == [], "not before its last day is over"
    let_days_pass(notice)
    done = services.end_notices()
    assert done.committed == [claim.number for claim in some]
    assert done.notices == [notice.number]
    assert ledger.balance_of(some[0].number)["committed"] == Decimal("18000.00")
    assert services.end_notices().committed == []
    gone = visiting().get(reverse("claims:notice", args=[notice.number])).content.decode()
    assert some[0].number not in gone, "after its end nobody's name stands there any more"


def test_what_is_objected_to_is_suspended_until_it_is_answered(naren, batu, qiqige, wulan) -> None:
    notice, (claim, other) = published(naren, batu, qiqige, 2)
    address = reverse("claims:object", args=[notice.number, claim.number])
    said = visiting().post(address, {"text": "旧车去年已经卖给了我，没有报废。", "contact": "13900139000"})
    assert said.status_code == 302
    asked = said.headers["Location"]
    assert "尚未答复" in visiting().get(asked).content.decode()
    objection = claim.objections.get()
    assert (objection.by, objection.outcome) == (None, "open")
    assert b"13900139000" not in bytes(objection.contact_sealed)

    let_days_pass(notice)
    done = services.end_notices()
    assert (done.committed, done.suspended) == ([other.number], [claim.number])
    claim.refresh_from_db()
    assert claim.state == State.SUSPENDED

    answered = visiting(wulan).post(
        reverse("claims:objection", args=[objection.pk]),
        {"outcome": "rejected", "answer": "登记证书显示车辆仍在本人名下。"},
    )
    assert answered.status_code == 302
    claim.refresh_from_db()
    objection.refresh_from_db()
    assert claim.state == State.COMMITTED
    assert (objection.outcome, objection.answered_by) == ("rejected", wulan)
    read = visiting().get(asked).content.decode()
    assert "登记证书显示车辆仍在本人名下。" in read, "who objected reads the answer"
    assert claim.applicant.name not in read
    assert "13900139000" not in read
    receipt = queries.receipt_of(objection)
    guessed = receipt[:-1] + ("A" if receipt[-1] != "A" else "B")
    for wrong in (guessed, str(objection.pk), "x", f"{objection.pk + 1}-{receipt.split('-')[1]}"):
        address = reverse("claims:objection_answer", args=[wrong])
        assert visiting().get(address).status_code == 404
    assert [step.deed for step in claim.steps.order_by("-n")[:3]] == ["commit", "resume", "suspend"]


def test_an_objection_answered_in_time_lets_the_claim_go_on(naren, batu, qiqige, wulan) -> None:
    notice, (claim,) = published(naren, batu, qiqige)
    objection = services.object_to(claim, "I do not believe this.")
    services.answer(objection, "rejected", "The register agrees with the claim.", by=wulan)
    let_days_pass(notice)
    assert services.end_notices().committed == [claim.number]


def test_an_upheld_objection_refuses_the_claim_and_frees_its_money(naren, batu, qiqige, wulan) -> None:
    _notice, (claim,) = published(naren, batu, qiqige)
    objection = services.object_to(claim, "The car was sold to me last year.")
    services.answer(objection, "upheld", "The car was sold in 2025.", by=wulan)
    claim.refresh_from_db()
    assert claim.state == State.REFUSED
    assert ledger.balance_of(claim.number)["reserved"] == 0
    with pytest.raises(claims.NotAllowed):
        services.answer(objection, "rejected", "Once more.", by=wulan)


def test_a_second_open_objection_keeps_the_claim_suspended(naren, batu, qiqige, wulan) -> None:
    notice, (claim,) = published(naren, batu, qiqige)
    first, second = (services.object_to(claim, f"Reason number {n}.") for n in (1, 2))
    let_days_pass(notice)
    services.end_notices()
    services.answer(first, "rejected", "No.", by=wulan)
    claim.refresh_from_db()
    assert claim.state == State.SUSPENDED
    services.answer(second, "rejected", "No.", by=wulan)
    claim.refresh_from_db()
    assert claim.state == State.COMMITTED


def test_nobody_answers_an_objection_to_a_claim_of_their_own(naren, batu, qiqige) -> None:
    from huanxin.foundation.access import services as access

    _notice, (claim,) = published(naren, batu, qiqige)
    access.give_mandate(naren, "reviewer", "152502", by=None)
    objection = services.object_to(claim, "Something is wrong with it.")
    with pytest.raises(claims.OwnClaim):
        services.answer(objection, "rejected", "No.", by=naren)


def test_what_blocks_a_claim_at_the_end_suspends_it(naren, batu, qiqige) -> None:
    notice, (claim,) = published(naren, batu, qiqige)
    Finding.objects.create(
        check_id="C01", claim=claim, severity="block", strength=95, digest="d", says={"zh": "…", "en": "…"}
    )
    let_days_pass(notice)
    done = services.end_notices()
    assert (done.suspended, done.left) == ([claim.number], [])


def test_an_objection_is_more_than_a_word_and_not_sent_without_end(naren, batu, qiqige) -> None:
    notice, (claim,) = published(naren, batu, qiqige)
    address = reverse("claims:object", args=[notice.number, claim.number])
    client = visiting()
    assert client.post(address, {"text": "no"}).status_code == 422
    codes = {
        client.post(address, {"text": f"Something speaks against it, {n}."}).status_code for n in range(24)
    }
    assert 429 in codes
    assert claim.objections.count() <= 20


def test_how_somebody_can_be_reached_is_shown_for_a_reason(naren, batu, qiqige) -> None:
    _notice, (claim,) = published(naren, batu, qiqige)
    objection = services.object_to(claim, "The car was sold to me.", contact="13900139000")
    address = reverse("claims:objection_contact", args=[objection.pk])
    client = visiting(batu)
    assert "13900139000" not in client.get(reverse("claims:objection", args=[objection.pk])).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert "13900139000" in client.post(address, {"reason": "To ask when the car was sold."}).content.decode()
    assert Disclosure.objects.filter(by=batu).count() == 1


def test_the_staff_page_shows_what_is_to_be_published_and_what_stands(naren, batu, qiqige) -> None:
    claim = reviewed(naren, batu, qiqige)
    client = visiting(batu)
    page = client.get(reverse("claims:notices"))
    assert [row[0].n for row in page.context["to_publish"]] == [1]
    client.post(reverse("claims:publish"), {"programme": claim.programme.slug, "place": "152502"})
    page = client.get(reverse("claims:notices"))
    (row,) = page.context["notices"]
    assert (row[0].n_claims, row[0].n_open, row[3] >= 5) == (1, 0, True)


def test_a_claim_that_a_reviewer_suspended_is_not_set_going_by_an_answer(naren, batu, qiqige, wulan) -> None:
    notice, (claim,) = published(naren, batu, qiqige)
    objection = services.object_to(claim, "The shop does not exist.")
    claims.take_step(claim, "suspend", by=qiqige, reason="The shop is being looked into.")
    let_days_pass(notice)
    services.end_notices()

    services.answer(objection, "rejected", "The shop exists.", by=wulan)

    claim.refresh_from_db()
    objection.refresh_from_db()
    assert (objection.outcome, claim.state) == ("rejected", State.SUSPENDED)


def test_an_objection_that_comes_as_the_notice_ends_is_not_taken_for_nothing(naren, batu, qiqige) -> None:
    notice, (claim,) = published(naren, batu, qiqige)
    as_the_page_had_it = Claim.objects.select_related("notice").get(pk=claim.pk)
    let_days_pass(notice)
    services.end_notices()

    with pytest.raises(claims.NotAllowed):
        services.object_to(as_the_page_had_it, "The shop does not exist.")
    assert not claim.objections.exists()


def test_nobody_puts_a_claim_into_notice_without_a_notice(naren, batu, qiqige) -> None:
    claim = reviewed(naren, batu, qiqige)
    said = visiting(batu).post(
        reverse("claims:decide", args=[claim.number]), {"deed": "publish", "n_steps": claim.n_steps}
    )
    assert said.status_code == 422
    claim.refresh_from_db()
    assert claim.state == State.REVIEWED


def test_whoever_approved_a_file_does_not_answer_the_objection_to_it(naren, batu, qiqige) -> None:
    _notice, (claim,) = published(naren, batu, qiqige)
    objection = services.object_to(claim, "The car was never scrapped.")
    for approver in (batu, qiqige):
        with pytest.raises(claims.SecondStep):
            services.answer(objection, "rejected", "It was.", by=approver)
