"""Who hands papers in, until when, and who may look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from huanxin.claims import services as claims
from huanxin.claims.models import Claim, ClaimPaper
from huanxin.foundation.access import services as access
from huanxin.registry.services import PaperRefused
from tests.claims import office
from tests.claims.review_papers import drawn, hand_in_all

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

pytestmark = pytest.mark.django_db


def address(row: ClaimPaper) -> str:
    return reverse("claims:paper", args=[row.claim.number, row.pk])


def seen_by(user: User | None, row: ClaimPaper) -> int:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.get(address(row)).status_code


def test_a_paper_is_seen_by_its_applicant_and_the_offices_of_its_place(
    naren, temur, batu, qiqige, wulan, zhao, sun, chen_lan
) -> None:
    claim = office.draft(naren, office.programme())
    row = claims.add_paper(claim, drawn(1), "invoiced_on", by=naren)
    for user in (naren, batu, qiqige, wulan, zhao, sun):
        assert seen_by(user, row) == 200, user
    elsewhere = access.add_person("elsewhere")
    access.give_mandate(elsewhere, "reviewer", "152501", by=None)
    for user in (temur, elsewhere, chen_lan):
        assert seen_by(user, row) == 403, user
    assert seen_by(None, row) == 302


def test_a_paper_runs_nothing_and_leads_nowhere(naren) -> None:
    claim = office.draft(naren, office.programme())
    row = claims.add_paper(claim, drawn(1), "invoiced_on", by=naren, file_name="..\\evil\n.jpg")
    client = Client()
    client.force_login(naren)
    answer = client.get(address(row))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"] == 'inline; filename="evil.jpg"'
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.get(address(row) + "?shows=1").headers["Content-Type"] == "image/jpeg"
    assert client.get(address(row) + "?shows=2").status_code == 404


def test_a_paper_of_one_claim_is_not_had_through_another(naren, temur) -> None:
    programme = office.programme()
    mine = office.draft(naren, programme, 1)
    theirs = claims.add_paper(office.draft(temur, programme, 2), drawn(1), "invoiced_on", by=temur)
    client = Client()
    client.force_login(naren)
    assert client.get(reverse("claims:paper", args=[mine.number, theirs.pk])).status_code == 404


def test_only_the_applicant_hands_papers_in(naren, temur, batu) -> None:
    claim = office.draft(naren, office.programme())
    for stranger in (temur, batu):
        with pytest.raises(claims.NotYours):
            claims.add_paper(claim, drawn(1), "invoiced_on", by=stranger)
    with pytest.raises(PaperRefused):
        claims.add_paper(claim, b"no picture", "invoiced_on", by=naren)
    assert not claim.papers.exists()


def test_the_same_paper_for_the_same_fact_is_there_once(naren) -> None:
    claim = office.draft(naren, office.programme())
    first = claims.add_paper(claim, drawn(1), "invoiced_on", by=naren)
    assert claims.add_paper(claim, drawn(1), "invoiced_on", by=naren) == first
    assert claims.add_paper(claim, drawn(1), "recycled_on", by=naren) != first


def test_what_was_sent_stays_and_what_was_returned_may_be_replaced(naren, batu) -> None:
    claim = office.sent(naren, office.programme())
    row = claims.add_paper(claim, drawn(1), "invoiced_on", by=naren)
    with pytest.raises(claims.PapersClosed):
        claims.remove_paper(row, by=naren)
    claims.take_step(claim, "return", by=batu, reason="The invoice is cut off.")
    claims.remove_paper(row, by=naren)
    row.refresh_from_db()
    assert row.replaced_at is not None, "it stays on record"
    claims.add_paper(claim, drawn(2), "invoiced_on", by=naren)
    assert [paper.paper.digest for paper in claim.papers.filter(replaced_at=None)] != [row.paper.digest]


def test_a_paper_of_a_draft_is_gone_when_it_is_taken_away(naren) -> None:
    claim = office.draft(naren, office.programme())
    claims.remove_paper(claims.add_paper(claim, drawn(1), "invoiced_on", by=naren), by=naren)
    assert not claim.papers.exists()


def test_while_it_is_decided_no_paper_is_added(naren, batu) -> None:
    claim = office.sent(naren, office.programme())
    claims.take_step(claim, "accept", by=batu)
    with pytest.raises(claims.PapersClosed):
        claims.add_paper(claim, drawn(1), "invoiced_on", by=naren)


def test_a_claim_has_not_papers_without_end(naren) -> None:
    claim = office.draft(naren, office.programme())
    for n in range(30):
        claims.add_paper(claim, drawn(n), "invoiced_on", by=naren)
    with pytest.raises(claims.TooManyPapers):
        claims.add_paper(claim, drawn(31), "invoiced_on", by=naren)


def test_a_claim_is_green_when_its_last_paper_is_there(naren) -> None:
    claim = office.sent(naren, office.programme(), with_papers=False)
    assert not claim.all_green
    hand_in_all(claim, naren)
    assert Claim.objects.get(pk=claim.pk).all_green
