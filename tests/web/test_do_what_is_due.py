"""`huanxin daily`: what the clock does for an office, each deed by itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from huanxin.claims import services as claims
from huanxin.claims.models import PublicNotice, State
from huanxin.claims.notices import services as notices
from huanxin.foundation.access import services as access
from huanxin.foundation.access.models import KeptAnswer, Scope, Token
from huanxin.foundation.outbox.models import Message
from huanxin.web import daily
from tests.claims import office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_offices_language")]


@pytest.fixture
def noticed(naren, batu, qiqige):
    """A claim whose public notice ended yesterday."""
    programme = office.programme(sampled_percent=0)
    claim = office.sent(naren, programme)
    for user, deed in ((batu, "accept"), (batu, "approve"), (qiqige, "approve")):
        claims.take_step(claim, deed, by=user)
    notice = notices.publish(programme, "152502", by=batu).notice
    past = timezone.localdate() - dt.timedelta(days=1)
    PublicNotice.objects.filter(pk=notice.pk).update(to_on=past, from_on=past - dt.timedelta(days=7))
    return claim


def test_what_is_due_is_done_and_what_is_done_stays(noticed, batu) -> None:
    access.issue_token(batu, "counter", scopes=[Scope.CLAIMS_READ])
    token = Token.objects.get(user=batu)
    for key, days in (("old-key-1", 8), ("new-key-1", 1)):
        at = timezone.now() - dt.timedelta(days=days)
        KeptAnswer.objects.create(token=token, key=key, digest=b"x", at=at)

    done = list(daily.tell())

    assert not any(one.has_failed or one.left for one in done)
    noticed.refresh_from_db()
    assert noticed.state == State.COMMITTED
    assert [kept.key for kept in KeptAnswer.objects.all()] == ["new-key-1"]
    assert Message.objects.filter(kind="claims/committed").exists()

    assert list(daily.tell(with_checks=False))[1].sentence.count("0") == 3
    noticed.refresh_from_db()
    assert noticed.state == State.COMMITTED


def test_one_deed_that_fails_keeps_no_other_from_being_done(noticed, settings, tmp_path) -> None:
    # The checks have nowhere to put their snapshot.
    settings.VAR = tmp_path / "gone" / "var"

    done = list(daily.tell())

    assert [one.has_failed for one in done].count(True) == 1
    assert "gone" in next(one.sentence for one in done if one.has_failed)
    noticed.refresh_from_db()
    assert noticed.state == State.COMMITTED


def test_on_trial_a_notice_can_be_over_today(naren, batu, qiqige, settings) -> None:
    programme = office.programme(sampled_percent=0)
    claim = office.sent(naren, programme)
    for user, deed in ((batu, "accept"), (batu, "approve"), (qiqige, "approve")):
        claims.take_step(claim, deed, by=user)
    notice = notices.publish(programme, "152502", by=batu).notice
    behind = notice.to_on + dt.timedelta(days=1)

    settings.TRIAL = False
    assert [one.has_failed for one in daily.tell(on=behind)] == [True]
    settings.TRIAL = True
    list(daily.tell(on=behind, with_checks=False))

    claim.refresh_from_db()
    assert claim.state == State.COMMITTED
