"""A sale at the till becomes a claim: decided, held and committed in one moment, without a chain of desks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.foundation.lib import reader, workdays
from huanxin.foundation.lib.money import yuan
from huanxin.ledger import services as ledger
from huanxin.registry import services as registry
from huanxin.registry.models import Place
from huanxin.rulebook import queries as rulebook

from .. import things as about
from ..integrity import services as integrity
from ..life.moving import Act, mark_things, take_holds
from ..life.services import follow, follow_quietly
from ..models import Claim, Desk, Programme, State, Step
from ..programmes import queries as programmes
from ..refusals import BadAnswers, NotEntitled, ReasonNeeded

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from decimal import Decimal

    from huanxin.foundation.access.models import User
    from huanxin.policy import Decision, Pack
    from huanxin.registry.models import Party


@transaction.atomic
def enter_sale(
    programme: Programme,
    *,
    purpose: str,
    party: Party,
    place: Place | str,
    facts: Mapping[str, object],
    things: Mapping[str, str],
    by: User,
    on: dt.date,
    shares: Mapping[str, Decimal] | None = None,
    merchant: str = "",
    sample: bool = False,
) -> Claim:
    """The claim of a sale, committed at once; its number is `purpose`, under which the money stands reserved.

    Less is committed than was reserved where the amount is smaller, and the rest is free again: the shares
    are those of the decision unless `shares` says otherwise. Raises `NotEntitled`, `AlreadyClaimed` (the
    serial number was sold for a subsidy before), `BadAnswers`, `rulebook.queries.NotInForce`.
    """
    pack = rulebook.pack(programme.pack_id, on)
    try:
        decision = policy.decide(pack, facts, on)
        values = policy.read_facts(pack, facts)
    except policy.BadFacts as bad:
        raise BadAnswers({name: reader.said(error) for name, error in bad.errors.items()}) from bad
    _must_grant(decision)
    kept = _things(pack, things)
    bears = {s: str(a) for s, a in (shares or programmes.shares_of(pack, decision)).items()}
    now = timezone.now()
    claim = Claim.objects.create(
        number=purpose, programme=programme, applicant=party, entered_by=by,
        place_id=place.pk if isinstance(place, Place) else place, state=State.COMMITTED, desk=Desk.FINANCE,
        due_on=workdays.add_workdays(on, programme.pay_days),
        facts={n: policy.plain(v) for n, v in values.items() if v is not None}, things=kept,
        merchant=merchant, verdict=decision.verdict, amount=yuan(decision.amount or 0),
        shares={s: f"{yuan(a):.2f}" for s, a in bears.items()}, decision=decision.as_json(),
        pack_digest=decision.digest, decided_on=on, known_on=decision.known_on, submitted_at=now,
        state_at=now, n_steps=1, all_green=True, sample=sample or programme.sample,
    )  # fmt: skip
    take_holds(claim, pack)
    act = Act(by, on=on)
    _register(claim, pack, act)
    Step.objects.create(
        claim=claim, n=1, deed="sell", state_from="", state_to=State.COMMITTED, desk=Desk.FINANCE, by=by,
        after={"facts": claim.facts, "amount": f"{claim.amount:.2f}", "merchant": merchant},
    )  # fmt: skip
    integrity.check(claim, by=by)
    ledger.commit(purpose, by=by, shares={s: yuan(a) for s, a in claim.shares.items()})
    return claim


def _must_grant(decision: Decision) -> None:
    if decision.verdict == "eligible" and decision.amount:
        return
    failed = [reader.said(check.says) for check in decision.checks if check.value is False]
    why = "; ".join(failed) or ", ".join(decision.needs or decision.gaps) or _("the amount is 0.00 yuan")
    raise NotEntitled(decision, _("The rules do not grant this: %(why)s") % {"why": why})


def _things(pack: Pack, given: Mapping[str, str]) -> dict[str, Any]:
    kept, errors = {}, {}
    for name, thing in pack.things.items():
        if not given.get(name):
            errors[name] = _("Still missing: %(what)s.") % {"what": about.called(pack, name)}
            continue
        try:
            kept[name] = about.written(thing, given[name])
        except registry.IdentityError as wrong:
            errors[name] = str(wrong)
    if errors:
        raise BadAnswers(errors)
    return kept


def _register(claim: Claim, pack: Pack, act: Act) -> None:
    """Things of a kind that the registry keeps are entered there; a serial number alone is held, no more."""
    found = {
        f"{thing.role}_asset": registry.asset_for(
            thing.kind, about.identity(claim, name), by=act.by, place=claim.place_id, source=claim.number,
            sample=claim.sample,
        )
        for name, thing in pack.things.items()
        if thing.kind
    }  # fmt: skip
    if found:
        for column, asset in found.items():
            setattr(claim, column, asset)
        claim.save(update_fields=list(found))
        mark_things(claim, act)


def undo_sale(claim: Claim, *, by: User, reason: str, is_owed: bool = False) -> Step:
    """The thing was brought back: the claim ends, its money is free again, its thing can be sold anew.

    What the shop was paid already counts as recovered, and may be spent again. `is_owed`: the money is on its
    way to the shop, or with it, and stays where it is until the shop's next settlement keeps it back.
    """
    if not reason.strip():
        raise ReasonNeeded
    if is_owed:
        return follow_quietly(claim, "give_back", by=by, reason=reason)
    return follow(claim, "give_back", by=by, reason=reason)


def settle_sale(claim: Claim, *, by: User | None, reason: str = "") -> Step | None:
    """The bank paid the shop: the claim is paid. The buyer had the subsidy at the till and is not told again.

    A claim that was given back meanwhile stays so; one that was suspended when it was with the bank already
    follows the bank. The ledger has moved the money with the payment.
    """
    claim.refresh_from_db()
    if claim.state not in (State.COMMITTED, State.SUSPENDED):
        return None
    return follow_quietly(claim, "pay", by=by, reason=reason)


def unsettle_sale(claim: Claim, *, by: User | None, reason: str) -> Step | None:
    """The bank sent the shop's payment back: the claim is to be paid once more."""
    claim.refresh_from_db()
    return follow_quietly(claim, "bounce", by=by, reason=reason) if claim.state == State.PAID else None
