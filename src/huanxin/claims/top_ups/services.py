"""A later notice raised a figure and reaches back: find whom it owes something, and file it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from huanxin.foundation.lib.money import yuan
from huanxin.foundation.lib.progress import Progress, silent
from huanxin.ledger import services as ledger

from .. import steps
from ..filing.queries import redecide
from ..filing.services import number_for
from ..life import money
from ..life import queries as life
from ..life.moving import Act, move, tell
from ..models import Claim, Programme, State, Step
from ..programmes import queries as programmes
from ..programmes.services import may_run
from ..steps import Clock, Row

if TYPE_CHECKING:
    import datetime as dt

    from huanxin.foundation.access.models import User
    from huanxin.policy import Decision

# Money is on its way, or was paid: the difference is a claim of its own. Before that the claim is raised.
_GRANTED = (State.COMMITTED, State.PAID, State.CLOSED)
_UNDER_WAY = tuple(sorted(steps.HOLDING - {State.SUSPENDED} - set(_GRANTED)))
_WITH = ("programme", "applicant__login", "entered_by", "place")
_TOPPED_UP = Row("top_up", State.COMMITTED, frozenset(), Clock.PAY, "claims/topped_up")
_WAITS = Row("top_up", State.QUEUED, frozenset(), Clock.NONE, "claims/topped_up")


@dataclass(frozen=True)
class TopUp:
    """What a later notice owes for one claim: `owed` is the difference to what was granted so far."""

    claim: Claim
    granted: Decimal
    owed: Decimal
    decision: Decision


def find_top_ups(programme: Programme, known_on: dt.date, *, progress: Progress = silent) -> list[TopUp]:
    """Every live claim that would get more with the figures known on that day. Some milliseconds for each.

    A claim that is suspended is looked at when it goes on; what would be less is no top-up (`huanxin replay`
    lists it).
    """
    rows = Claim.objects.filter(programme=programme, tops_up__isnull=True, verdict="eligible")
    rows = rows.filter(state__in=(*_GRANTED, *_UNDER_WAY)).select_related(*_WITH)
    n = rows.count()
    before = dict(
        Claim.objects.filter(programme=programme, tops_up__isnull=False, state__in=steps.HOLDING)
        .order_by()
        .values_list("tops_up_id")
        .annotate(Sum("amount"))
    )
    found = []
    for done, claim in enumerate(rows.order_by("submitted_at", "id").iterator(chunk_size=500), 1):
        decision = redecide(claim, known_on)
        granted = (claim.amount or Decimal(0)) + before.get(claim.pk, Decimal(0))
        if decision.verdict == "eligible" and decision.amount is not None and decision.amount > granted:
            found.append(TopUp(claim, granted, decision.amount - granted, decision))
        if done % 100 == 0 or done == n:
            progress(done, n, claim.number)
    return found


def file_top_ups(
    programme: Programme, known_on: dt.date, *, by: User, progress: Progress = silent
) -> list[Claim]:
    """File all of them: claims of their own where money was granted, a raised amount where it was not yet.

    Each is one transaction; done again, it finds nothing new. A claim of its own needs no review: the facts
    were reviewed, and only a figure has changed; its money is committed at once, or it waits in line. A claim
    under review for which there is too little money stays as it is, and is found again next time.
    """
    may_run(programme, by)
    filed = []
    for owed in find_top_ups(programme, known_on, progress=progress):
        try:
            claim = _file_or_raise(owed, Act(by))
        except (ledger.BudgetExhausted, ledger.NoBudget):
            continue
        if claim is not None:
            filed.append(claim)
    return filed


@transaction.atomic
def _file_or_raise(owed: TopUp, act: Act) -> Claim | None:
    """File what is owed for a claim, as it stands now that nobody else can move it.

    None where it is no longer owed: somebody has filed it since it was found, or the claim has ended.
    """
    rows = Claim.objects.select_for_update(of=("self",)).select_related(*_WITH)
    claim = rows.get(pk=owed.claim.pk)
    tops = Claim.objects.filter(tops_up=claim, state__in=steps.HOLDING).aggregate(sum=Sum("amount"))
    granted = (claim.amount or Decimal(0)) + (tops["sum"] or Decimal(0))
    if granted != owed.granted or claim.saved_at != owed.claim.saved_at:
        return None
    owed = replace(owed, claim=claim)
    if claim.state in _GRANTED:
        return _file(owed, act)
    return _raise(owed, act) if claim.state in _UNDER_WAY else None


def _file(owed: TopUp, act: Act) -> Claim:
    base = owed.claim
    # Entered by whoever entered the claim: who files top-ups gets no applicant's rights on them.
    claim = Claim.objects.create(
        number=number_for(base.programme.slug), programme=base.programme, applicant=base.applicant,
        entered_by=base.entered_by, place=base.place, facts=base.facts, things=base.things,
        old_asset=base.old_asset, new_asset=base.new_asset, tops_up=base, phone_sealed=base.phone_sealed,
        phone_hash=base.phone_hash,
        phone_shown=base.phone_shown, account_sealed=base.account_sealed, account_hash=base.account_hash,
        account_shown=base.account_shown, account_name=base.account_name, bank=base.bank,
        verdict=owed.decision.verdict, amount=yuan(owed.owed), shares=_shares(owed),
        decision=owed.decision.as_json(), pack_digest=owed.decision.digest, decided_on=owed.decision.on,
        known_on=owed.decision.known_on, submitted_at=timezone.now(), all_green=True, sample=base.sample,
    )  # fmt: skip
    act = Act(act.by, details={"tops_up": base.number, "granted": f"{owed.granted:.2f}"})

    def walk(has_money: bool) -> Step:
        row = _TOPPED_UP if has_money else _WAITS
        step = move(claim, row, row.to, act)
        tell(claim, row, act)
        return step

    money.reserve_or_wait(claim, walk, act)
    if claim.state == State.COMMITTED:
        ledger.commit(claim.number, by=act.by)
    return claim


def _raise(owed: TopUp, act: Act) -> Claim:
    """A claim that is still under review gets the higher amount; what is more is reserved beside the rest."""
    claim, row = owed.claim, life.row(owed.claim, "raise")
    changes = {
        "amount": yuan(owed.decision.amount or 0),
        "shares": {s: f"{a:.2f}" for s, a in _whole(owed).items()},
        "decision": owed.decision.as_json(),
        "pack_digest": owed.decision.digest,
        "known_on": owed.decision.known_on,
    }
    act = Act(act.by, changes=changes)
    more = {s: yuan(a) for s, a in _shares(owed).items()}
    move(claim, row, row.to, act)
    tell(claim, row, act)
    if claim.state != State.QUEUED:
        more = {source: amount for source, amount in more.items() if amount}
        ledger.reserve(
            claim.programme.slug, claim.place_id, more, purpose=claim.number, by=act.by,
            key=f"{claim.number}:{claim.n_steps}",
        )  # fmt: skip
    return claim


def _whole(owed: TopUp) -> dict[str, Decimal]:
    return programmes.shares_of(programmes.pack_of(owed.claim.programme, owed.decision.on), owed.decision)


def _shares(owed: TopUp) -> dict[str, str]:
    """What each source owes more: its share of the whole less what it bore so far."""
    whole = _whole(owed)
    borne = {source: Decimal(amount) for source, amount in owed.claim.shares.items()}
    tops = Claim.objects.filter(tops_up=owed.claim, state__in=steps.HOLDING).values_list("shares", flat=True)
    for top in tops:
        for source, amount in top.items():
            borne[source] = borne.get(source, Decimal(0)) + Decimal(amount)
    more = {source: amount - borne.get(source, Decimal(0)) for source, amount in whole.items()}
    if any(amount < 0 for amount in more.values()) or sum(more.values()) != owed.owed:
        # The later notice changed who bears it: the difference is borne by its shares alone.
        parts = programmes.split_like(whole, owed.owed)
        return {source: f"{amount:.2f}" for source, amount in parts.items()}
    return {source: f"{amount:.2f}" for source, amount in more.items()}
