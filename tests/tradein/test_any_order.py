"""Taking, redeeming, returning, lapsing, settling in any order: the money adds up, and nobody has two."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.db.models import Count, F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huanxin.ledger import queries as ledger
from huanxin.ledger import services as paying
from huanxin.ledger.batches import services as batches
from huanxin.ledger.models import Batch, Line
from huanxin.tradein import services
from huanxin.tradein.models import Sale, Settlement, Voucher
from huanxin.web import cast
from tests.tradein import office as world

pytestmark = pytest.mark.django_db

PEOPLE = 4
STAGES = ("available", "reserved", "committed", "paid", "recovered")
DEEDS = (
    "take",
    "redeem",
    "give_back",
    "lapse",
    "settle",
    "bank_pays",
    "bank_rejects",
    "bank_retries",
    "next_day",
)


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker):
    """One office for all orders; each order is rolled back, and so is the office in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.open_office(money=6_000), world.people(PEOPLE)
        transaction.set_rollback(True)


class Run:
    """One order of deeds. A deed that is refused has changed nothing, which the sums tell."""

    def __init__(self, office: world.Office, people: list) -> None:
        self.office, self.people, self.n = office, people, 0

    def do(self, deed: str, who: int) -> None:
        self.n += 1
        try:
            with transaction.atomic():
                getattr(self, deed)(self.people[who])
        except (services.NotTaken, services.SaleRefused, services.ReturnRefused, services.NothingToSettle):
            pass

    def take(self, party) -> None:
        services.take_voucher(
            self.office.round, party, "fridge", by=self.office.officer, place_code=world.PLACE
        )

    def redeem(self, party) -> None:
        for voucher in Voucher.objects.filter(party=party).order_by("-pk")[:2]:
            services.redeem(
                voucher.code, merchant=self.office.merchant, product_code=world.FRIDGE,
                serial_no=f"SN{party.pk}X{self.n % 3}", price=str(5000 + 37 * self.n), key=f"key-{self.n}",
                by=self.office.clerk,
            )  # fmt: skip

    def give_back(self, party) -> None:
        for sale in Sale.objects.filter(voucher__party=party, state="sold")[:1]:
            services.give_back(sale, by=self.office.clerk, reason="退货")

    def lapse(self, party) -> None:
        services.lapse()

    def settle(self, party) -> None:
        services.settle(self.office.merchant, self.office.programme, by=self.office.officer)

    def bank_pays(self, party) -> None:
        self._bank("paid")

    def bank_rejects(self, party) -> None:
        self._bank("failed")

    def bank_retries(self, party) -> None:
        for line in Line.objects.filter(state="failed").order_by("-pk")[:1]:
            paying.retry(line, by=self.office.officer)
        services.follow_bank(by=self.office.officer)

    def next_day(self, party) -> None:
        Voucher.objects.update(valid_on=F("valid_on") - dt.timedelta(days=1))

    def _bank(self, state: str) -> None:
        for batch in Batch.objects.filter(state="draft"):
            paying.sign_batch(batch, by=cast.enter(cast.QIAN))
        lines = list(Line.objects.filter(state="waiting", batch__state="signed"))
        if state == "paid":
            batches.pay_lines(lines, by=self.office.officer)
        batches.book(lines, Line.State(state), {line.pk: ("", "") for line in lines})
        services.follow_bank(by=self.office.officer)

    def check(self) -> None:
        rows = ledger.standing(self.office.programme.slug)
        at = {stage: sum(getattr(row, stage) for row in rows) for stage in STAGES}
        assert sum(at.values()) == 6_000
        taken = Voucher.objects.filter(state="taken")
        assert at["reserved"] == sum(v.held for v in taken)
        in_settlement = Sale.objects.filter(settlement__state="paid")
        back = Sale.objects.filter(netted_in__state="paid")
        assert at["paid"] == sum(s.subsidy for s in in_settlement) - sum(s.subsidy for s in back)
        assert at["paid"] == sum(s.amount for s in Settlement.objects.filter(state="paid"))
        live = Sale.objects.exclude(settlement__state="paid").exclude(
            state="returned", settlement__isnull=True
        )
        assert at["committed"] == sum(s.subsidy for s in live)
        two = Voucher.objects.filter(state__in=("taken", "redeemed")).values("party", "product_class")
        assert not two.annotate(n=Count("pk")).filter(n__gt=1).exists()
        assert paying.verify(self.office.programme.slug).ok


@settings(
    max_examples=15, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, PEOPLE - 1)), min_size=6, max_size=25))
def test_in_any_order_the_money_adds_up_and_nobody_has_two(office, deeds):
    the_office, people = office
    with transaction.atomic():
        run = Run(the_office, people)
        # What most orders need before anything interesting can happen.
        for deed, who in [("take", 0), ("redeem", 0), *deeds]:
            run.do(deed, who)
            run.check()
        transaction.set_rollback(True)
