"""Every step that is told has a text of its own, in both languages; text messages carry no link."""

from __future__ import annotations

import pytest
from django.template.loader import get_template
from django.utils import translation

from huanxin.claims import services as claims
from huanxin.claims.steps import TABLE
from huanxin.foundation.outbox import services, texts
from huanxin.foundation.outbox.models import Delivery, Message
from huanxin.registry.models import Party
from tests.claims import office

pytestmark = pytest.mark.django_db
KINDS = sorted({row.tells for row in TABLE.values() if row.tells})
CONTEXT = {
    "number": "car-scrappage-2026-260601-ABCDEFGH",
    "programme": "car-scrappage-2026",
    "title": {"zh": "汽车报废更新补贴（2026）", "en": "Car scrappage renewal 2026"},
    "state": "returned",
    "amount": "18000.00",
    "due_on": "2026-06-04",
    "reason": "发票看不清。",
    "desk": "banner",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_step_is_told_in_words(naren, kind: str, language: str) -> None:
    assert get_template(f"outbox/{kind}.txt")
    message = services.tell(naren, kind, CONTEXT, about=CONTEXT["number"], address="/claims/1/")
    text = texts.render(message, language)
    assert CONTEXT["number"] in text.subject
    assert "http" in text.body
    assert "http" not in text.short
    assert len(text.short) < 400
    title = CONTEXT["title"]["en" if language == "en" else "zh"]
    assert title in text.short


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_without_amount_or_day_is_told_too(naren, kind: str) -> None:
    message = services.tell(naren, kind, CONTEXT | {"amount": "", "due_on": "", "reason": ""})
    with translation.override("en"):
        assert "None" not in texts.render(message).short


def test_what_happens_to_a_claim_is_told_at_the_telephone_given_in_it(
    naren, batu, programme, settings, tmp_path
) -> None:
    settings.VAR = tmp_path
    claim = office.sent(naren, programme, phone="13800138000")
    claims.take_step(claim, "return", by=batu, reason="The invoice cannot be read.")

    assert Delivery.objects.count() == 2
    assert "13800138000" not in str(Message.objects.values_list())
    assert services.send_waiting().n_sent == 2
    sent = (tmp_path / "log" / "messages.log").read_text(encoding="utf-8").splitlines()
    assert all(" sms 13800138000 " in line for line in sent)
    assert "The invoice cannot be read." in sent[1]


def test_an_applicant_without_a_login_is_told_by_telephone_alone(naren, zhao, programme) -> None:
    claim = office.draft(naren, programme, by=naren)
    Party.objects.filter(pk=claim.applicant_id).update(login=None, sample=False)
    type(claim).objects.filter(pk=claim.pk).update(entered_by=zhao, sample=False)
    claim = type(claim).objects.get(pk=claim.pk)
    claims.submit(claim, by=zhao, on=office.ON)

    assert Delivery.objects.get().message.to_user is None
    assert sorted(Message.objects.values_list("to_user__username", flat=True), key=str) == [None, "zhao"]


def test_who_wants_no_text_messages_or_gave_another_number_gets_none_there(naren, batu, programme) -> None:
    services.reach(naren, "sms", "")
    claim = office.sent(naren, programme)
    assert not Delivery.objects.exists()
    services.reach(naren, "sms", "13900139000")
    claims.take_step(claim, "return", by=batu, reason="…")
    assert Delivery.objects.get().channel.address_shown == "13*******00"


def test_a_made_up_person_is_never_written_to(naren, zhao, programme) -> None:
    claim = office.draft(naren, programme, by=naren)
    Party.objects.filter(pk=claim.applicant_id).update(login=None)
    type(claim).objects.filter(pk=claim.pk).update(entered_by=zhao, sample=True)
    claims.submit(type(claim).objects.get(pk=claim.pk), by=zhao, on=office.ON)
    assert not Delivery.objects.exists()
