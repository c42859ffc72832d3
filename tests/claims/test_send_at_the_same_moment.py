"""Claims that are sent at the same moment are written together, and each is what it would be alone."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client

from huanxin.claims import services as claims
from huanxin.claims.filing import together
from huanxin.claims.filing.together import Asked
from huanxin.claims.models import Claim, Hold
from huanxin.foundation.access import services as access
from huanxin.foundation.outbox.models import Message
from huanxin.ledger import queries as balances
from huanxin.ledger import services as ledger
from huanxin.registry import services as registry
from huanxin.registry.models import Asset, KindTally, LifeEvent
from tests.claims import office

pytestmark = pytest.mark.django_db(transaction=True)


def people(programme, n_people: int, **other) -> list[Asked]:
    """Drafts of so many people, each with cars of their own."""
    asked = []
    for n in range(n_people):
        user = access.add_person(f"neighbour-{n}", name=f"邻居{n}")
        number = office.resident_number(f"150402198{n % 10}0307{n:03d}")
        party = registry.enter_party(user.name, number, login=user, place="152502")
        claim = claims.start(programme, party, by=user, place_code="152502")
        own = {"phone": f"1370013{n:04d}", "account": f"62220212080100{n:05d}"}
        claims.save_answers(claim, office.car_answers(n, **own | other), by=user)
        asked.append(Asked(claim.number, user, "127.0.0.1", "a browser"))
    return asked


def send_all(asked: list[Asked]) -> list[bool]:
    outcomes = together.Together(together._send_all).all_or_each(asked)
    return [outcome is True for outcome in outcomes]


def told(claim: Claim) -> dict:
    """What stands on a claim, without what differs from one to the next."""
    names = (
        "state", "desk", "due_on", "verdict", "amount", "shares", "decision", "pack_digest", "decided_on",
        "known_on", "all_green", "n_steps", "device_hash", "network_hash",
    )  # fmt: skip
    return {name: getattr(claim, name) for name in names}


def test_each_is_what_it_would_be_alone(programme) -> None:
    *many, last = people(programme, 5)
    alone = Claim.objects.get(number=last.number)
    claims.submit(alone, by=last.by, from_where="127.0.0.1", device="a browser")

    assert send_all(many) == [True] * 4

    alone.refresh_from_db()
    for asked in many:
        claim = Claim.objects.get(number=asked.number)
        assert told(claim) == told(alone)
        (step,), (expected,) = claim.steps.all(), alone.steps.all()
        assert (step.deed, step.state_to, step.by, step.from_where) == (
            "submit",
            "submitted",
            asked.by,
            "127.0.0.1",
        )
        assert step.after.keys() == expected.after.keys()
        assert step.after["facts"] == expected.after["facts"]
        assert claim.holds.count() == alone.holds.count() == 3
        assert claim.traces.count() == alone.traces.count() == 2
        for role in ("old_asset", "new_asset"):
            asset = getattr(claim, role)
            assert (asset.state, asset.place_id, asset.name) == ("claimed", "152502", "")
            lived = LifeEvent.objects.filter(asset=asset).order_by("pk").values_list("what", flat=True)
            assert list(lived) == ["registered", "claimed"]
        message, expected_message = (
            Message.objects.get(about=claim.number),
            Message.objects.get(about=alone.number),
        )
        assert message.kind == expected_message.kind
        assert message.context.keys() == expected_message.context.keys()
        assert message.context["title"] == expected_message.context["title"]
        assert balances.balance_of(claim.number)["reserved"] == Decimal("18000.00")
    tally = KindTally.objects.get(kind="motor-vehicle")
    numbers = set(Asset.objects.values_list("changed", flat=True))
    assert (tally.n_assets, tally.changed, len(numbers)) == (10, max(numbers), 10)
    assert ledger.verify().ok


def test_of_two_on_the_same_car_one_is_sent_and_the_other_told_why(programme) -> None:
    asked = people(programme, 3)
    other = Claim.objects.get(number=asked[2].number)
    claims.save_answers(other, {"old_asset": office.car_answers(0)["old_asset"]}, by=asked[2].by)

    assert send_all(asked) == [True, True, False]

    with pytest.raises(claims.AlreadyClaimed):
        claims.submit(Claim.objects.get(pk=other.pk), by=asked[2].by)
    assert Hold.objects.count() == 6


def test_what_is_not_ordinary_is_left_alone(programme, naren, batu) -> None:
    asked = people(programme, 4)
    petrol, stranger, incomplete, fine = asked
    claims.save_answers(
        Claim.objects.get(number=petrol.number), {"old_registered_on": "2014-01-01"}, by=petrol.by
    )
    claims.save_answers(Claim.objects.get(number=incomplete.number), {"phone": ""}, by=incomplete.by)
    asked[1] = Asked(stranger.number, batu)

    assert send_all([*asked, Asked("no such claim", naren)]) == [False, False, False, True, False]
    assert list(Claim.objects.exclude(state="draft").values_list("number", flat=True)) == [fine.number]


def test_without_money_for_all_those_go_on_for_whom_there_is(today_is_fine) -> None:
    programme = office.programme(money="40000")
    office.grant(programme, "region", "0.01", "crumb")
    asked = people(programme, 4)

    assert send_all(asked[:3]) == [True, True, False]

    claim = Claim.objects.get(number=asked[2].number)
    claims.submit(claim, by=asked[2].by)
    assert claim.state == "queued"
    # Who comes later does not overtake who waits, and is told so by the way that knows.
    assert send_all(asked[3:]) == [False]
    assert ledger.verify().ok


def test_pressed_twice_it_is_sent_once(programme) -> None:
    (asked,) = people(programme, 1)

    assert send_all([asked, asked]) == [True, False]

    client = Client()
    client.force_login(asked.by)
    said = client.post(f"/claims/mine/{asked.number}/send/")
    assert said.headers["Location"] == f"/claims/mine/{asked.number}/received/"
    assert Claim.objects.get(number=asked.number).n_steps == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs threads that write at once: PostgreSQL")
def test_many_who_send_at_once_are_all_sent(programme) -> None:
    asked, sent = people(programme, 12), []

    def run(one: Asked) -> None:
        sent.append(claims.send(one.number, by=one.by))
        connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sent == [True] * 12
    assert Claim.objects.filter(state="submitted").count() == 12
    assert ledger.verify().ok


def test_within_a_transaction_of_the_callers_own_nobody_is_joined(programme) -> None:
    from django.db import transaction

    (asked,) = people(programme, 1)
    with transaction.atomic():
        assert not claims.send(asked.number, by=asked.by)
    assert claims.send(asked.number, by=asked.by)
    assert Claim.objects.get(number=asked.number).due_on == dt.date(2026, 6, 4)
