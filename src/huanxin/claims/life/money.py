"""What a step does to the claim's money, and the line in which claims wait where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from huanxin.foundation.lib.money import yuan
from huanxin.ledger import queries as balances
from huanxin.ledger import services as ledger

from ..models import Claim, Programme, State
from ..refusals import Refused
from ..steps import Money

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from ..models import Step
    from .moving import Act


def book(claim: Claim, money: Money, act: Act) -> None:
    """Move the claim's money as a step of the table wants it; called last in the transaction.

    A claim that has none (it waits in line, or was refused) has nothing to give back.
    """
    by, reason, purpose = act.by, act.reason, claim.number
    if money == Money.RELEASE:
        ledger.release(purpose, by=by, reason=reason)
    elif money == Money.COMMIT:
        ledger.commit(purpose, by=by)
    elif money == Money.PAY:
        ledger.pay(purpose, by=by, reason=reason)
    elif money == Money.BOUNCE:
        ledger.bounce(purpose, by=by, reason=reason)
    elif money in (Money.RECOVER, Money.GIVE_BACK):
        ledger.recover(purpose, yuan(_paid(claim)), by=by, reason=reason)
        if money == Money.GIVE_BACK:
            ledger.put_back(purpose, by=by, reason=reason)
    elif money == Money.RECOVER_PART:
        ledger.recover(purpose, yuan(act.details["recovered"]), by=by, reason=reason)


def _paid(claim: Claim) -> Decimal:
    return balances.balance_of(claim.number)["paid"]


def reserve_or_wait(
    claim: Claim,
    walk: Callable[[bool], Step],
    act: Act,
    *,
    shares: Mapping[str, str] | None = None,
    sent_at: dt.datetime | None = None,
) -> Step:
    """Take a step that needs money: `walk(True)` with it, or `walk(False)` into the line where it lacks.

    Whoever was sent earlier and draws on the same budget comes first, also where less would suffice.
    """
    if not _must_wait(claim, shares or claim.shares, sent_at or claim.submitted_at):
        kept = dict(claim.__dict__)
        try:
            with transaction.atomic():
                step = walk(True)
                reserve(claim, act)
                return step
        except (ledger.BudgetExhausted, ledger.NoBudget):
            claim.__dict__.clear()
            claim.__dict__.update(kept)
    step = walk(False)
    pause_for_money(claim.programme)
    return step


def reserve(claim: Claim, act: Act) -> None:
    """Set the claim's amount aside. Raises `BudgetExhausted`, `NoBudget`.

    For a claim that was just sent under its own number; later under its number and that of the step.
    """
    key = claim.number if claim.n_steps == 1 else f"{claim.number}:{claim.n_steps}"
    shares = {source: yuan(amount) for source, amount in claim.shares.items() if yuan(amount)}
    ledger.reserve(claim.programme.slug, claim.place_id, shares, purpose=claim.number, by=act.by, key=key)


def is_set_aside_for(claim: Claim) -> bool:
    """Whether what is set aside under the claim's number comes from budgets of its place. Two queries."""
    return all(claim.place_id.startswith(code) for code in balances.drawn_in(claim.number))


def _must_wait(claim: Claim, shares: Mapping[str, str], sent_at: dt.datetime | None) -> bool:
    """Whether somebody waits already for a budget that this claim draws on. One query while nobody waits.

    Whom another budget keeps waiting (that of their league) does not stop those who do not draw on it.
    """
    queue = Claim.objects.filter(programme_id=claim.programme_id, state=State.QUEUED).exclude(pk=claim.pk)
    if sent_at is not None:
        queue = queue.filter(submitted_at__lt=sent_at)
    firsts = list(queue.order_by().values("place_id").annotate(Min("submitted_at")))
    if not firsts:
        return False
    till = Till(claim.programme)
    own = till.drawn_on(claim.place_id, shares)
    times = {row["submitted_at__min"] for row in firsts}
    waiting = queue.filter(submitted_at__in=times).values_list("place_id", "shares")
    return not own or any(own & till.awaited(place, wanted) for place, wanted in waiting)


class Till:
    """What the budgets of a programme have left at one moment. Two queries."""

    def __init__(self, programme: Programme) -> None:
        self._standing = balances.standing(programme.slug)

    def drawn_on(self, place_code: str, shares: Mapping[str, object]) -> set[int]:
        """The budgets, by id, that a claim of this place draws on: of each source the nearest."""
        return {found.budget.pk for found in self._nearest(place_code, shares).values()}

    def awaited(self, place_code: str, shares: Mapping[str, object]) -> set[int]:
        """The budgets that have too little for these shares; all of the claim's, where each has enough."""
        nearest = self._nearest(place_code, shares)
        short = {s.budget.pk for source, s in nearest.items() if s.available < yuan(str(shares[source]))}
        return short or self.drawn_on(place_code, shares)

    def _nearest(self, place_code: str, shares: Mapping[str, object]) -> dict[str, balances.Standing]:
        fitting = [s for s in self._standing if place_code.startswith(s.budget.place_code)]
        fitting.sort(key=lambda s: len(s.budget.place_code))
        return {s.budget.source: s for s in fitting if s.budget.source in shares}


def pause_for_money(programme: Programme) -> None:
    """Say on the programme that money has run out; a pause by a person stays that person's."""
    why = _("the money is used up; claims wait in the order in which they were sent")
    changed = Programme.objects.filter(pk=programme.pk, state=Programme.State.OPEN).update(
        state=Programme.State.PAUSED, out_of_money=True, paused_why=why
    )
    if changed:
        programme.state, programme.out_of_money, programme.paused_why = Programme.State.PAUSED, True, why


def part_to_recover(claim: Claim, given: object) -> Decimal:
    """The part that is claimed back. Raises `Refused` where it is none or as much as all of it."""
    amount = yuan(str(given)) if given else yuan(0)
    if not 0 < amount < _paid(claim):
        raise Refused(
            _("Write how much comes back: more than 0.00 and less than the %(paid)s yuan that were paid.")
            % {"paid": f"{_paid(claim):,.2f}"}
        )
    return amount
