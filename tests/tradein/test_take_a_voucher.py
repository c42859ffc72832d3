"""Taking a voucher: who may, what it reserves, that nobody gets two, and that the last one is the last."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from huanxin.ledger import queries as ledger
from huanxin.tradein import services
from huanxin.tradein.models import Voucher, VoucherEvent
from tests.tradein import office as world


@pytest.fixture
def office(db) -> world.Office:
    return world.open_office()


def take(office, party, product_class="fridge", by=None):
    return services.take_voucher(
        office.round, party, product_class, by=by or office.officer, place_code=world.PLACE
    )


def test_a_voucher_reserves_the_cap_of_its_class_under_its_code(office):
    voucher = take(office, world.person("娜仁"))
    assert ledger.balance_of(voucher.code)["reserved"] == 1500
    kept = Voucher.objects.get(code=voucher.code)
    assert (kept.state, kept.valid_on, kept.held) == ("taken", timezone.localdate(), 1500)
    assert [e.what for e in VoucherEvent.objects.filter(voucher=kept)] == ["taken"]


def test_asking_again_gives_the_same_voucher_and_reserves_nothing_more(office):
    naren = world.person("娜仁")
    first, second = take(office, naren), take(office, naren)
    assert first.code == second.code
    assert sum(s.reserved for s in ledger.standing(office.programme.slug)) == 1500


def test_each_class_has_a_voucher_of_its_own(office):
    naren = world.person("娜仁")
    assert take(office, naren).code != take(office, naren, "washer").code


def test_an_organisation_takes_none_and_neither_does_a_class_that_is_not_offered(office):
    with pytest.raises(services.NotForYou):
        take(office, office.merchant.party)
    with pytest.raises(services.NotForYou):
        take(office, world.person("娜仁"), "other")


def test_a_round_opens_and_closes_by_our_clock(office):
    office.round.opens_at = timezone.now() + dt.timedelta(minutes=1)
    office.round.closes_at = office.round.opens_at + dt.timedelta(minutes=1)
    office.round.save()
    with pytest.raises(services.NotOpen):
        take(office, world.person("娜仁"))
    assert not Voucher.objects.exists()


def test_no_more_than_the_round_holds(office):
    few = world.open_round(office.programme, office.officer, most=2)
    office.round = few
    people = world.people(3)
    for party in people[:2]:
        take(office, party)
    with pytest.raises(services.UsedUp):
        take(office, people[2])
    assert Voucher.objects.count() == 2


def test_no_more_than_the_budget_holds(db):
    office = world.open_office(money=4500)
    for party in (people := world.people(4))[:3]:
        take(office, party)
    with pytest.raises(services.UsedUp):
        take(office, people[3])
    assert Voucher.objects.count() == VoucherEvent.objects.count() == 3
    assert sum(s.available for s in ledger.standing(office.programme.slug)) == 0


def test_a_voucher_lapses_after_its_day_and_its_money_comes_back(office):
    voucher = take(office, world.person("娜仁"))
    assert services.lapse() == 0
    assert services.lapse(timezone.localdate() + dt.timedelta(days=1)) == 1
    assert services.lapse(timezone.localdate() + dt.timedelta(days=1)) == 0
    assert ledger.balance_of(voucher.code)["reserved"] == 0
    assert sum(s.available for s in ledger.standing(office.programme.slug)) == 1_000_000
    again = take(office, voucher.party)
    assert again.code != voucher.code


def test_yesterdays_voucher_that_nobody_let_lapse_stands_in_nobodys_way(office):
    voucher = take(office, world.person("娜仁"))
    Voucher.objects.update(valid_on=timezone.localdate() - dt.timedelta(days=1))
    again = take(office, voucher.party)
    assert again.code != voucher.code
    assert sum(s.reserved for s in ledger.standing(office.programme.slug)) == 1500


def _all_at_once(office, people, times=1):
    told: list[tuple[int, str]] = []
    refused: list[Exception] = []
    gate = threading.Barrier(len(people) * times)

    def ask(party):
        gate.wait()
        try:
            told.append((party.pk, take(office, party).code))
        except services.NotTaken as no:
            refused.append(no)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(party,)) for party in people for _n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told, refused


@pytest.mark.django_db(transaction=True)
def test_64_threads_take_the_last_10_vouchers():
    office = world.open_office(money=15_000)
    told, refused = _all_at_once(office, world.people(64))
    assert len(told) == 10
    assert len(refused) == 54
    assert all(isinstance(no, services.UsedUp) for no in refused)
    assert set(told) == set(Voucher.objects.values_list("party_id", "code"))
    assert sum(s.reserved for s in ledger.standing(office.programme.slug)) == 15_000
    assert sum(s.available for s in ledger.standing(office.programme.slug)) == 0


@pytest.mark.django_db(transaction=True)
def test_one_person_who_presses_many_times_at_once_gets_one():
    office = world.open_office()
    told, refused = _all_at_once(office, world.people(3), times=8)
    assert not refused
    assert len(told) == 24
    assert len(set(told)) == 3 == Voucher.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_poisoned_request_spoils_nobody_elses():
    from huanxin.tradein.vouchers import rush, taking

    office = world.open_office()
    people = world.people(6)
    requests = [taking.Request(office.round.pk, p.pk, "fridge", world.PLACE, None) for p in people]
    # A place that is not there: the database refuses the whole batch, at the latest when it is committed.
    requests[2] = taking.Request(office.round.pk, people[2].pk, "fridge", "159999", None)
    outcomes = rush.Rush(taking.take_all).all_or_each(requests)
    assert [isinstance(o, Voucher) for o in outcomes] == [True, True, False, True, True, True]
    assert isinstance(outcomes[2], services.TryAgain)
    assert Voucher.objects.count() == 5
    if connection.vendor == "postgresql":
        assert connection.is_usable()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs two who write at once: PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_a_voucher_that_a_till_redeems_late_does_not_lapse_under_its_hands():
    from huanxin.tradein.vouchers import taking
    from tests.tradein.test_sell_at_the_till import redeem

    office = world.open_office()
    voucher = take(office, world.person("娜仁"))
    yesterday = timezone.now() - dt.timedelta(days=1)
    prices = office.merchant.prices.model
    prices.objects.bulk_create([
        prices(
            merchant=office.merchant, product=office.products[world.FRIDGE], price=9999,
            at=yesterday - dt.timedelta(days=2), by=office.clerk,
        )
    ])  # fmt: skip
    Voucher.objects.update(valid_on=timezone.localdate(yesterday))
    sold: list[object] = []

    def till():
        sold.append(redeem(office, voucher, sold_at=yesterday))
        connections.close_all()

    def meanwhile(execute, sql, params, many, context):
        """The till reports its sale between seeing that the voucher is in the way and letting it lapse."""
        if not sold and "identity_hash" in sql and sql.startswith("SELECT"):
            thread = threading.Thread(target=till)
            thread.start()
            thread.join()
        return execute(sql, params, many, context)

    request = taking.Request(office.round.pk, voucher.party_id, "fridge", world.PLACE, None)
    with transaction.atomic(), connection.execute_wrapper(meanwhile):
        (outcome,) = taking.take_all([request])

    assert isinstance(outcome, services.TryAgain)
    voucher.refresh_from_db()
    assert voucher.state == "redeemed"
    assert ledger.balance_of(voucher.code)["committed"] == 1350
