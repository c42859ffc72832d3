"""Any order of deeds by anybody, broken off at any statement: money, holds and history agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from huanxin.claims import services as claims
from huanxin.claims import steps
from huanxin.claims.models import Claim, Hold, State, Step
from huanxin.ledger import queries as ledger
from huanxin.ledger import services as money
from huanxin.registry.models import Asset
from tests.claims import office

pytestmark = pytest.mark.django_db

_NOT_HERE = {"submit", "resubmit", "queue", "discard", "give_back", "raise"}
DEEDS = sorted({deed for _state, deed in steps.TABLE} - _NOT_HERE)
# How a claim comes to its money, and back from a bend: by these a long life comes about.
ONWARD = {
    "submitted": "accept", "accepted": "approve", "banner_reviewed": "approve", "sampled": "approve",
    "committed": "pay", "suspended": "resume", "refused": "appeal", "appealed": "uphold", "paid": "close",
}  # fmt: skip
PEOPLE = ("naren", "temur", "batu", "qiqige", "wulan", "zhao", "li_jing", "nobody")
# Where a deed breaks off: at its nth statement, or not at all.
BREAKS = st.one_of(st.none(), st.none(), st.integers(1, 45))


class Crash(OperationalError):
    """The database went away."""


@contextmanager
def breaking_off(at: int | None) -> Iterator[None]:
    """The nth statement fails; those that begin and end savepoints go through."""
    done = 0

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal done
        if not sql.lstrip().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            done += 1
            if done == at:
                raise Crash
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


class Life(RuleBasedStateMachine):
    """Two people, two cars, a budget for one claim and a half, and everybody who has a desk."""

    people: dict[str, Any]
    programme: Any

    def __init__(self) -> None:
        super().__init__()
        self._all = transaction.atomic()
        self._all.__enter__()
        self._n = 0

    def teardown(self) -> None:
        verdict = money.verify()
        transaction.set_rollback(True)
        self._all.__exit__(None, None, None)
        assert verdict.ok, verdict

    def _try(self, deed: Callable[[], object], break_at: int | None) -> None:
        """A deed, which is done whole or not at all."""
        before = self._everything()
        try:
            with breaking_off(break_at), transaction.atomic():
                deed()
        except (claims.Refused, Crash):
            assert self._everything() == before

    def _everything(self) -> object:
        rows = Claim.objects.order_by("pk").values_list("pk", "state", "n_steps", "amount", "desk", "due_on")
        return (
            list(rows),
            Step.objects.count(),
            sorted(Hold.objects.values_list("kind", "claim_id")),
            [(s.available, s.reserved, s.committed, s.paid) for s in ledger.standing(self.programme.slug)],
            sorted(Asset.objects.values_list("pk", "state")),
        )

    def _claim(self, which: int) -> Claim | None:
        rows = Claim.objects.select_related("programme", "applicant__login", "entered_by", "notice")
        found = list(rows.exclude(state=State.DRAFT).order_by("pk"))
        return found[which % len(found)] if found else None

    @initialize(price=st.sampled_from([90000, 150000]))
    def two_are_sent(self, price: int) -> None:
        for n, who in enumerate(("naren", "temur")):
            office.sent(self.people[who], self.programme, n, price=str(price))

    @rule(which=st.integers(0, 1), n=st.integers(1, 4))
    def go_on(self, which: int, n: int) -> None:
        """A few steps on the way to the money, each by the first who may."""
        for _n in range(n):
            claim = self._claim(which)
            deed = ONWARD.get(claim.state) if claim else None
            for who in PEOPLE if deed else ():
                fresh = self._claim(which)
                if fresh is not None and claim is not None and fresh.n_steps == claim.n_steps:
                    self._take(fresh, deed, self.people[who], None)

    @rule(
        who=st.sampled_from(["naren", "temur"]),
        car=st.integers(0, 2),
        price=st.sampled_from([90000, 150000]),
        break_at=BREAKS,
    )
    def send(self, who: str, car: int, price: int, break_at: int | None) -> None:
        user = self.people[who]
        draft = office.draft(user, self.programme, car, price=str(price))
        self._try(lambda: claims.submit(draft, by=user, on=office.ON), break_at)

    @rule(which=st.integers(0, 9), deed=st.sampled_from(DEEDS), who=st.sampled_from(PEOPLE), break_at=BREAKS)
    def step(self, which: int, deed: str, who: str, break_at: int | None) -> None:
        claim = self._claim(which)
        if claim is not None:
            self._take(claim, deed, self.people[who], break_at)

    @rule(which=st.integers(0, 1), way=st.integers(0, 9), break_at=BREAKS)
    def bend(self, which: int, way: int, break_at: int | None) -> None:
        """Any deed that the state allows, tried by everybody in turn."""
        claim = self._claim(which)
        rows = [row for row in steps.deeds_from(claim.state) if row.deed in DEEDS] if claim else []
        if not claim or not rows:
            return
        for who in PEOPLE:
            fresh = self._claim(which)
            if fresh is not None and fresh.n_steps == claim.n_steps:
                self._take(fresh, rows[way % len(rows)].deed, self.people[who], break_at)

    def _take(self, claim: Claim, deed: str, by: Any, break_at: int | None) -> None:
        changes = {"amount": "100.00"} if deed == "recover_part" else None
        self._try(lambda: claims.take_step(claim, deed, by=by, reason="because", changes=changes), break_at)

    @rule(which=st.integers(0, 1), price=st.sampled_from([80000, 150000, 160000]), break_at=BREAKS)
    def mend(self, which: int, price: int, break_at: int | None) -> None:
        claim = self._claim(which)
        if claim is not None and claim.state == State.RETURNED:
            user = claim.applicant.login
            claims.save_answers(claim, {"price": str(price)}, by=user)
            self._try(lambda: claims.submit(claim, by=user, on=office.ON), break_at)

    @rule(break_at=BREAKS)
    def let_go_on(self, break_at: int | None) -> None:
        self._try(lambda: claims.release_queue(self.programme), break_at)

    @rule(amount=st.sampled_from(["1000.00", "12000.00"]))
    def grant(self, amount: str) -> None:
        self._n += 1
        office.grant(self.programme, "centre", amount, f"life-{self._n}")

    @invariant()
    def money_stands_where_the_state_says(self) -> None:
        for claim in Claim.objects.all():
            held = {s: a for s, a in ledger.balance_of(claim.number).items() if a}
            stage = steps.stage_of(claim.state, claim.state_before)
            if stage in ("paid", "recovered"):
                assert sum(held.values()) == claim.amount
                assert set(held) <= ({"paid", "recovered"} if stage == "paid" else {"recovered"})
            else:
                wanted = {stage: claim.amount} if stage else {}
                # What came back in part and was then sent back by the bank stays recovered.
                back = held.pop("recovered", Decimal(0)) if stage == "committed" else Decimal(0)
                assert held == ({stage: claim.amount - back} if back else wanted), (claim.state, held)

    @invariant()
    def a_claim_holds_its_things_exactly_while_it_lives(self) -> None:
        for claim in Claim.objects.all():
            n = claim.holds.count()
            assert n == (3 if claim.state in steps.HOLDING else 0), (claim.state, n)

    @invariant()
    def its_history_is_whole(self) -> None:
        for claim in Claim.objects.all():
            known = list(claim.steps.order_by("n").values_list("n", "state_from", "state_to"))
            assert [n for n, *_rest in known] == list(range(1, claim.n_steps + 1))
            states = ["draft", *(to for _n, _from, to in known)]
            assert states[-1] == claim.state
            assert [was for _n, was, _to in known] == states[:-1]

    @invariant()
    def who_waits_is_told_of_on_the_programme(self) -> None:
        self.programme.refresh_from_db()
        if Claim.objects.filter(state=State.QUEUED).exists():
            assert self.programme.out_of_money


@pytest.fixture
def cast_and_programme(naren, temur, batu, qiqige, wulan, zhao, li_jing):
    Life.people = {
        "naren": naren, "temur": temur, "batu": batu, "qiqige": qiqige, "wulan": wulan, "zhao": zhao,
        "li_jing": li_jing, "nobody": None,
    }  # fmt: skip
    Life.programme = office.programme(money="24000.00", notice_days=0, sampled_percent=30)
    for user in (naren, temur):
        office.party(user)


def test_any_life_adds_up(cast_and_programme) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=checks
        ),
    )


def test_a_step_can_be_neither_changed_nor_removed(naren) -> None:
    step = office.sent(naren, office.programme()).steps.get()

    for change in (lambda: Step.objects.filter(pk=step.pk).update(reason="…"), step.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
