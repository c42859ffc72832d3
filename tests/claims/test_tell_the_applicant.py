"""Every step that is told has a text of its own, in both languages; text messages carry no link."""

from __future__ import annotations

import pytest
from django.template.loader import get_template
from django.utils import translation

from huanxin.claims.steps import TABLE
from huanxin.foundation.outbox import services, texts

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
