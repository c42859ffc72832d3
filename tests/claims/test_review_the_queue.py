"""The reviewer's queue: what lies at whose desk, in which order, and what is approved together."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from huanxin.claims import services as claims
from huanxin.claims.models import Claim, Finding, State
from huanxin.claims.review import queries, services
from huanxin.foundation.access import services as access
from tests.claims import office
from tests.claims import review_papers as papers

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

pytestmark = pytest.mark.django_db


def many(naren: User, programme, n: int) -> list[Claim]:
    """Claims that were sent, as if by different people: each holds its own cars only."""
    found = []
    for number in range(n):
        claim = office.sent(naren, programme, number, with_papers=False)
        claim.holds.filter(kind__startswith="applicant").delete()
        papers.hand_in_all(claim, naren)
        found.append(claim)
    return found


def due(claim: Claim, days: int) -> None:
    """The claim is due in so many days; late by a number below zero."""
    claim.due_on = timezone.localdate() + dt.timedelta(days=days)
    Claim.objects.filter(pk=claim.pk).update(due_on=claim.due_on)


def visiting(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_each_desk_sees_what_lies_there_the_latest_first(naren, batu, qiqige, wulan) -> None:
    late, today, later, onward = many(naren, office.programme(), 4)
    for claim, days in ((later, 9), (late, -3), (today, 0)):
        due(claim, days)
    claims.take_step(onward, "accept", by=batu)
    claims.take_step(onward, "approve", by=batu)

    (banner,), (league,), (region,) = (queries.seats(user) for user in (batu, qiqige, wulan))
    assert [claim.pk for claim in queries.page(queries.Asked(banner)).rows] == [late.pk, today.pk, later.pk]
    assert [claim.pk for claim in queries.page(queries.Asked(league)).rows] == [onward.pk]
    assert not queries.page(queries.Asked(region)).rows
    found = queries.counts(queries.Asked(banner))
    assert found.by_clock == {"late": 1, "today": 1, "later": 1}
    assert found.by_light == {"red": 0, "open": 0, "green": 3}
    assert [(one.name, one.n) for one in queries.elsewhere(banner) if one.n] == [("league", 1)]


def test_pages_follow_each_other_forth_and_back(naren, batu) -> None:
    some = many(naren, office.programme(), 7)
    for n, claim in enumerate(some):
        due(claim, n // 2)
    asked = queries.Asked(queries.seats(batu)[0])
    first = queries.page(asked, None, 3)
    second = queries.page(asked, first.next, 3)
    third = queries.page(asked, second.next, 3)
    assert [c.pk for page in (first, second, third) for c in page.rows] == [c.pk for c in some]
    assert (first.previous, third.next) == (None, None)
    assert queries.page(asked, third.previous, 3).rows == second.rows
    assert queries.page(asked, second.previous, 3).rows == first.rows
    assert queries.page(asked, "altered", 3).rows == first.rows


def test_an_open_finding_takes_the_green_away_and_a_cleared_one_gives_it_back(naren, batu) -> None:
    seen, blocked, cleared = many(naren, office.programme(), 3)
    finding(seen, "review")
    finding(blocked, "block")
    finding(cleared, "block", judgement="cleared", judged_by=batu, judged_why="Twins.")
    seat = queries.seats(batu)[0]
    for light, claim in (("open", seen), ("red", blocked), ("green", cleared)):
        assert [row.pk for row in queries.page(queries.Asked(seat, light=light)).rows] == [claim.pk]


def test_green_files_are_approved_together_each_by_a_step_of_its_own(naren, batu) -> None:
    some = many(naren, office.programme(), 3)
    done = services.approve_green([claim.number for claim in some], by=batu)
    assert (len(done.approved), done.left) == (3, [])
    for claim in some:
        claim.refresh_from_db()
        assert claim.state == State.ACCEPTED
        assert claim.steps.get(deed="accept").by == batu


def test_what_is_not_green_is_left_and_named(naren, batu, qiqige) -> None:
    good, found, tampered, elsewhere, own = many(naren, office.programme(), 5)
    finding(found, "review")
    Claim.objects.filter(pk=tampered.pk).update(amount="20000.00")
    Claim.objects.filter(pk=elsewhere.pk).update(place="152501")
    Claim.objects.filter(pk=own.pk).update(entered_by=batu)
    numbers = [claim.number for claim in (good, found, tampered, elsewhere, own)]

    done = services.approve_green(numbers, by=batu)

    assert done.approved == [good.number]
    assert [number for number, _why in done.left] == numbers[1:]
    assert "C14" in done.left[0][1]
    assert all(why for _number, why in done.left)


def test_the_page_shows_the_queue_and_keeps_its_filters(naren, batu) -> None:
    claim, red = many(naren, office.programme(), 2)
    finding(red, "block")
    page = visiting(batu).get(reverse("claims:queue"), {"light": "red"})
    said = page.content.decode()
    assert red.number in said and claim.number not in said
    assert f"{reverse('claims:file', args=[red.number])}?light=red" in said


def test_an_empty_desk_says_where_the_claims_are(naren, batu, qiqige) -> None:
    (claim,) = many(naren, office.programme(), 1)
    claims.take_step(claim, "accept", by=batu)
    claims.take_step(claim, "approve", by=batu)
    page = visiting(batu).get(reverse("claims:queue"))
    assert page.context["counts"].n == 0
    assert [n for _word, n in page.context["elsewhere"]] == ["1"]


def test_whoever_sits_at_two_desks_chooses_one(naren, batu) -> None:
    access.give_mandate(batu, "reviewer", "1525", by=None)
    (claim,) = many(naren, office.programme(), 1)
    client = visiting(batu)
    assert claim.number in client.get(reverse("claims:queue")).content.decode()
    assert claim.number not in client.get(reverse("claims:queue"), {"desk": "1525"}).content.decode()


def test_the_bulk_page_approves_what_is_ticked(naren, batu) -> None:
    one, other = many(naren, office.programme(), 2)
    client = visiting(batu)
    assert one.number in client.get(reverse("claims:bulk")).content.decode()
    client.post(reverse("claims:bulk"), {"number": [one.number]})
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, other.state) == (State.ACCEPTED, State.SUBMITTED)


def test_the_area_names_who_lags_and_what_is_left(naren, batu, qiqige, wulan) -> None:
    programme = office.programme()
    some = many(naren, programme, 3)
    claims.take_step(some[1], "accept", by=batu)
    due(some[0], -5)
    due(some[1], 0)
    due(some[2], 5)
    for user in (qiqige, wulan, batu):
        page = visiting(user).get(reverse("claims:area"))
        line = page.context["lines"][0][0]
        assert (line.n, line.n_late, line.n_decided) == (3, 1, 1)
        assert len(page.context["left"]) == 1


def test_the_region_sees_why_a_file_was_drawn_and_who_decided_first(naren, batu, qiqige, wulan) -> None:
    (claim,) = many(naren, office.programme(sampled_percent=100), 1)
    for user, deed in ((batu, "accept"), (batu, "approve"), (qiqige, "approve")):
        claims.take_step(claim, deed, by=user)
    page = visiting(wulan).get(reverse("claims:samples"))
    (row,) = page.context["rows"]
    assert [step.by for step in row[5]] == [batu, qiqige]
    assert 0 <= float(row[6]) < 100
    claims.take_step(claim, "return", by=wulan, reason="The invoice is of another car.")
    (looked,) = visiting(wulan).get(reverse("claims:samples")).context["looked"]
    assert (looked[0].n, looked[0].n_otherwise) == (1, 1)


def finding(claim: Claim, severity: str, **more: object) -> Finding:
    return Finding.objects.create(
        check_id="C14", claim=claim, severity=severity, strength=70, digest=f"{claim.pk}-{severity}",
        says={"zh": "同一电话用于多份申请", "en": "One telephone, many claims"}, **more,
    )  # fmt: skip
