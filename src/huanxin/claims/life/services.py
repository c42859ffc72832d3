"""Steps of a claim that was sent, and the line of those that wait for money."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader, sealed
from huanxin.foundation.lib.money import NotMoney
from huanxin.ledger import services as ledger
from huanxin.rulebook import queries as rulebook

from .. import steps
from ..filing import queries as filing
from ..integrity import queries as integrity
from ..models import Claim, Objection, Programme, State
from ..programmes import queries as programmes
from ..refusals import Blocked, NotAllowed, PapersMissing, ReasonNeeded, Refused
from ..steps import ONWARD, Money, Row
from . import money, queries
from .moving import Act, decided_by, let_go, mark_things, move, take_holds, tell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huanxin.foundation.access.models import User
    from huanxin.registry.models import Asset

    from ..models import Step

_APPEAL_DAYS = 60  # 行政复议法（2023年修订）第二十条：自知道该行政行为之日起六十日内。
_MAY_CHANGE = frozenset({
    "notice", "is_sampled", "all_green", "account_sealed", "account_hash", "account_shown", "account_name",
    "bank",
})  # fmt: skip


@transaction.atomic
def take_step(
    claim: Claim,
    deed: str,
    *,
    by: User | None,
    reason: str = "",
    from_where: str = "",
    changes: Mapping[str, Any] | None = None,
    on: dt.date | None = None,
) -> Step:
    """Take one step of the table with a claim, in one transaction; `claim` is moved along.

    `changes` sets columns besides (a public notice, a mended account; for `recover_part` the `amount` that
    comes back). `by` is None for what follows by itself. What follows on the step by itself is taken too: the
    draw of the region's sample, the commitment where there is no public notice.

    Raises `NotAllowed`, `ReasonNeeded`, `WrongDesk`, `OwnClaim`, `SecondStep`, `NotYours`, `Blocked`,
    `PapersMissing`, and `Overtaken` where somebody was faster.
    """
    row = queries.row(claim, deed)
    queries.refuse_others(claim, row, by)
    if row.needs_reason and not reason.strip():
        raise ReasonNeeded
    _must_be_time(claim, row)
    if row.deed == "publish" and not (changes or {}).get("notice"):
        raise NotAllowed(_("This programme publishes its claims first. Put the claim into a public notice."))
    if row.deed in ("accept", "approve"):
        _must_have_papers(claim)
    if row.deed in ("approve", "commit"):
        _must_stand_clear(claim)
    given = dict(changes or {})
    details = _details(claim, row, given)
    if unknown := sorted(set(given) - _MAY_CHANGE):
        raise ValueError(f"a step does not change {unknown}")
    return _run(claim, row, Act(by, reason.strip(), from_where, given, details=details, on=on))


def follow(
    claim: Claim,
    deed: str,
    *,
    by: User | None,
    reason: str = "",
    from_where: str = "",
    on: dt.date | None = None,
) -> Step:
    """A step that follows by itself on a deed of another room, with who did that. Raises `NotAllowed`."""
    row = queries.row(claim, deed)
    queries.refuse_others(claim, row, None)
    return _run(claim, row, Act(by, reason.strip(), from_where, on=on))


def follow_quietly(claim: Claim, deed: str, *, by: User | None, reason: str = "") -> Step:
    """Like `follow`, where the money is moved by somebody else and nobody is to be told. Raises
    `NotAllowed`."""
    row = queries.row(claim, deed)
    queries.refuse_others(claim, row, None)
    return _run(claim, replace(row, money=Money.NONE, tells=""), Act(by, reason.strip()))


def _run(claim: Claim, row: Row, act: Act) -> Step:
    kept = dict(claim.__dict__)
    try:
        with transaction.atomic():
            step = _step(claim, row, act)
            _answer_appeal(claim, row, act)
            _follow(claim, act)
    except BaseException:
        claim.__dict__.clear()
        claim.__dict__.update(kept)
        raise
    return step


def _step(claim: Claim, row: Row, act: Act) -> Step:
    if row.money == Money.RESERVE:
        return _with_money(claim, row, act)
    to = _to(claim, row)
    step = move(claim, row, to, act)
    if to in steps.ENDED and step.state_from in steps.HOLDING:
        let_go(claim, act)
    if to == State.SUSPENDED and step.state_from == State.COMMITTED:
        ledger.hold_back(claim.number, why=act.reason)
    if row.deed == "appeal":
        Objection.objects.create(claim=claim, kind=Objection.Kind.APPEAL, text=act.reason[:2000], by=act.by)
    tell(claim, row, act)
    money.book(claim, row.money, act)
    return step


def _with_money(claim: Claim, row: Row, act: Act) -> Step:
    """A step out of the line, or back from a refusal: with money onward, without it into the line."""
    to, was_holding = _to(claim, row), claim.state in steps.HOLDING

    def walk(has_money: bool) -> Step:
        step = move(claim, row, to if has_money else State.QUEUED, act)
        if not was_holding:
            take_holds(claim, decided_by(claim))
            mark_things(claim, act)
        tell(claim, row, act)
        return step

    return money.reserve_or_wait(claim, walk, act)


def _answer_appeal(claim: Claim, row: Row, act: Act) -> None:
    """The appeal that was decided keeps its answer, and who gave it."""
    outcome = {"uphold": Objection.Outcome.UPHELD, "reject_appeal": Objection.Outcome.REJECTED}.get(row.deed)
    if outcome is not None:
        appeals = claim.objections.filter(kind=Objection.Kind.APPEAL, outcome=Objection.Outcome.OPEN)
        appeals.update(outcome=outcome, answer=act.reason, answered_by=act.by, answered_at=timezone.now())


def _to(claim: Claim, row: Row) -> str:
    chain = claim.programme.chain
    if row.to == steps.BACK:
        return claim.state_before
    if row.to != ONWARD:
        return row.to
    if claim.state == State.APPEALED:
        return steps.onward(claim.state_before, steps.desk_of(claim.state_before, chain), chain)
    return steps.onward(claim.state, claim.desk, chain)


def _follow(claim: Claim, act: Act) -> None:
    """What follows by itself."""
    itself = Act(None, on=act.on)
    if claim.state == State.LEAGUE_REVIEWED:
        is_drawn = drawn(claim.number, claim.programme.sampled_percent)
        row = queries.row(claim, "draw" if is_drawn else "pass")
        _step(claim, row, Act(None, changes={"is_sampled": is_drawn}, on=act.on))
    if claim.state == State.REVIEWED and not claim.programme.notice_days:
        _step(claim, queries.row(claim, "commit"), itself)


def drawn(number: str, percent: int) -> bool:
    """Whether a claim is in the region's sample: told by a keyed hash, so that nobody can choose a number."""
    share = int.from_bytes(sealed.keyed_hash(number, "sample")[:8], "big")
    return share < percent * 2**64 // 100


def _must_have_papers(claim: Claim) -> None:
    """Raises `PapersMissing` for a claim that rests on papers which nobody has seen."""
    try:
        missing = filing.missing_papers(claim)
    except rulebook.UnknownDigest as gone:
        raise Refused(str(gone)) from gone
    if missing:
        raise PapersMissing(
            [slot.name for slot in missing],
            _(
                "Papers are missing: %(papers)s. Return the claim for correction and say which; it can be "
                "accepted and approved once they are there."
            )
            % {"papers": _(", ").join(slot.called for slot in missing)},
        )


def _must_stand_clear(claim: Claim) -> None:
    """Raises `Blocked` while a grave finding stands against the claim that nobody cleared."""
    against = integrity.blocking(claim).order_by("-strength", "pk").first()
    if against is not None:
        raise Blocked(
            _(
                "Check %(check)s stands against this claim: %(why)s. Return or refuse it. If nothing is "
                "wrong with it, tell the auditors of your area: they alone can clear a finding."
            )
            % {"check": against.check_id, "why": reader.said(against.says)}
        )


def _details(claim: Claim, row: Row, given: dict[str, Any]) -> dict[str, Any]:
    """What a step keeps besides the columns that it changes."""
    if row.money != Money.RECOVER_PART:
        return {}
    try:
        return {"recovered": f"{money.part_to_recover(claim, given.pop('amount', None)):.2f}"}
    except NotMoney as wrong:
        raise Refused(str(wrong)) from wrong


def _must_be_time(claim: Claim, row: Row) -> None:
    """Raises `NotAllowed` for what is too early or too late."""
    today = timezone.localdate()
    if row.deed == "commit":
        _must_have_stood(claim, today)
    if row.deed == "appeal":
        if claim.steps.filter(deed="reject_appeal").exists():
            raise NotAllowed(
                _("An appeal against this refusal was decided. What is left is the way to a court.")
            )
        last = timezone.localtime(claim.state_at).date() + dt.timedelta(days=_APPEAL_DAYS)
        if today > last:
            raise NotAllowed(_("The time for an appeal ended on %(day)s.") % {"day": date_format(last)})


def _must_have_stood(claim: Claim, today: dt.date) -> None:
    """Money is committed when the public notice is over and nothing stands against it."""
    if claim.state == State.REVIEWED:
        if claim.programme.notice_days:
            raise NotAllowed(
                _("This programme publishes its claims first. Put the claim into a public notice.")
            )
        return
    last = claim.notice.to_on if claim.notice else claim.due_on
    if last is not None and today <= last and not (claim.notice and claim.notice.ended_at):
        raise NotAllowed(_("The public notice runs until %(day)s.") % {"day": date_format(last)})
    # Held, so that an objection at this moment either is seen or comes too late.
    Claim.objects.select_for_update().filter(pk=claim.pk).values_list("pk").first()
    if claim.objections.filter(kind=Objection.Kind.NOTICE, outcome=Objection.Outcome.OPEN).exists():
        raise NotAllowed(_("Somebody objected to this claim in public notice. Answer the objection first."))


def release_queue(programme: Programme, *, by: User | None = None) -> list[Claim]:
    """Let claims out of the line now that money is there, strictly in the order in which they were sent.

    A claim whose budget has too little left stops everybody behind it who draws on that budget. Each claim is
    one transaction. When nobody waits any more, a programme that had paused by itself is open again.
    """
    released, blocked = [], set[int]()
    for pk in list(programmes.waiting(programme).values_list("pk", flat=True)):
        claim = Claim.objects.select_related("programme", "applicant__login", "entered_by").get(pk=pk)
        till = money.Till(programme)
        if claim.state != State.QUEUED or till.drawn_on(claim.place_id, claim.shares) & blocked:
            continue
        try:
            _out_of_line(claim, Act(by))
        except (ledger.BudgetExhausted, ledger.NoBudget):
            blocked |= till.awaited(claim.place_id, claim.shares)
            continue
        released.append(claim)
    if not programmes.waiting(programme).exists():
        reopened = Programme.objects.filter(pk=programme.pk, out_of_money=True)
        reopened.update(state=Programme.State.OPEN, out_of_money=False, paused_why="")
    programme.refresh_from_db()
    return released


@transaction.atomic
def _out_of_line(claim: Claim, act: Act) -> None:
    row = queries.row(claim, "release")
    queries.refuse_others(claim, row, act.by)
    to = State.COMMITTED if claim.tops_up_id else State.SUBMITTED
    move(claim, row, to, act)
    tell(claim, row, act)
    money.reserve(claim, act)
    if claim.tops_up_id:
        ledger.commit(claim.number, by=act.by)


def proof_arrived(asset: Asset, *, by: User | None) -> list[Step]:
    """The old thing reached the yard or was dismantled: written on every live claim that it stands for."""
    found = Claim.objects.select_related("programme", "applicant__login", "entered_by")
    living = found.filter(old_asset=asset, state__in=[s for s, deed in steps.TABLE if deed == "proof"])
    what = asset.get_state_display()
    return [follow(claim, "proof", by=by, reason=what) for claim in living.order_by("pk")]
