"""The made-up year goes through the services, and the checks find every cheat that is planted in it."""

from __future__ import annotations

import dataclasses

import pytest

from huanxin.claims.models import Claim, Finding
from huanxin.foundation.lib import progress
from huanxin.registry.models import Party
from huanxin.tradein.models import Settlement
from huanxin.web import demo, demo_claims
from huanxin.web.made_up import plan, scoring

pytestmark = pytest.mark.django_db


def short_year() -> plan.Plan:
    """All cheats and as many honest cases as a median needs."""
    whole = plan.plan()
    cars = [car for n, car in enumerate(whole.cars) if car.pattern or n % 8 == 0]
    sales = [sale for n, sale in enumerate(whole.sales) if sale.pattern or n % 3 == 0]
    return dataclasses.replace(whole, cars=tuple(cars), sales=tuple(sales))


def test_the_plan_is_the_same_every_time() -> None:
    first = plan.plan()
    plan.plan.cache_clear()
    assert plan.plan() == first
    assert {case.pattern for case in (*first.cars, *first.sales)} - {""} == set(plan.PATTERNS)
    assert len(plan.PATTERNS) >= 15


def test_every_planted_pattern_is_found_and_nobody_honest_is_accused() -> None:
    short = short_year()
    list(demo.tell(quick=True, progress=progress.terminal))
    list(demo_claims.tell(progress.terminal, short))

    found = scoring.score(short)

    assert {row.pattern: row.missed for row in found.rows if row.missed} == {}
    assert found.n_found == found.n_planted >= 80
    assert found.alarms == {}
    assert not Claim.objects.filter(sample=False).exists()
    assert not Party.objects.filter(sample=False).exists()
    assert not Finding.objects.filter(check_id="C40").exists()
    settled = Settlement.objects.filter(state=Settlement.State.PAID)
    assert settled.exists() and all(
        claim.state == "paid"
        for claim in Claim.objects.filter(sale__settlement__in=settled, sale__state="sold")
    )
    n = Claim.objects.count()
    assert list(demo_claims.tell(progress.terminal)) == []
    assert Claim.objects.count() == n
