"""One step written down: the claim moved on, its history, its holds, its things, and what is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import manymodels, workdays
from huanxin.foundation.outbox import services as outbox
from huanxin.registry import services as registry
from huanxin.registry.models import LifeEvent
from huanxin.rulebook import queries as rulebook
from huanxin.rulebook.models import Release

from .. import counting, steps, things
from ..models import Claim, Hold, State, Step
from ..refusals import AlreadyClaimed, Overtaken
from ..steps import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from huanxin.foundation.access.models import User
    from huanxin.policy import Pack

    from ..steps import Row


@dataclass(frozen=True)
class Act:
    """Who takes a step, why, and from where.

    `changes` are columns of the claim that it sets besides; `was` and `details` stand in its history only.
    """

    by: User | None
    reason: str = ""
    from_where: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    was: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    on: dt.date | None = None


def move(claim: Claim, row: Row, to: str, act: Act) -> Step:
    """Take the claim to a state, with the step that says so; its caller's row of it moves along.

    Raises `Overtaken` if the claim is no longer as the caller saw it, so that one of two wins.
    """
    new, step = _written(claim, row, to, act)
    _update(claim, new)
    try:
        with transaction.atomic():
            step.save(force_insert=True)
    except IntegrityError as taken:
        raise Overtaken from taken
    _take_along(claim, new)
    return step


def move_many(moves: Sequence[tuple[Claim, Row, Act]]) -> None:
    """`move` for many claims, each to the state of its row; their steps are written in one statement.

    Raises `Overtaken` where one of them moved meanwhile, or was answered on since it was read; then the
    caller's transaction is to be broken off.
    """
    written, seen, names = [], [], dict[str, None]()
    for claim, row, act in moves:
        new, step = _written(claim, row, row.to, act)
        seen.append({"state": claim.state, "n_steps": claim.n_steps, "saved_at": claim.saved_at})
        _take_along(claim, new)
        names |= dict.fromkeys(new)
        written.append(step)
    if manymodels.update([claim for claim, _r, _a in moves], [*names, "n_steps"], seen) != len(moves):
        raise Overtaken
    manymodels.create(written)


def _update(claim: Claim, new: Mapping[str, Any]) -> None:
    found = Claim.objects.filter(pk=claim.pk, state=claim.state, n_steps=claim.n_steps)
    if not found.update(**new, n_steps=claim.n_steps + 1):
        raise Overtaken


def _take_along(claim: Claim, new: Mapping[str, Any]) -> None:
    for name, value in new.items():
        setattr(claim, name, value)
    claim.n_steps += 1


def _written(claim: Claim, row: Row, to: str, act: Act) -> tuple[dict[str, Any], Step]:
    """What a step changes of the claim, and the step itself; nothing is written yet."""
    now = timezone.now()
    desk = _desk(claim, to)
    new = {
        "state": str(to),
        "desk": desk,
        "due_on": None if to == State.QUEUED else _due(claim, row.clock, to, act),
        **act.changes,
    }
    if to == State.SUSPENDED or (
        to == State.REFUSED and claim.state not in (State.SUSPENDED, State.APPEALED)
    ):
        new["state_before"] = claim.state
    elif claim.state in (State.SUSPENDED, State.APPEALED) and to != State.REFUSED:
        new["state_before"] = ""
    if to != claim.state:
        new["state_at"] = now
    before, after = _differences(claim, new)
    step = Step(
        claim=claim,
        n=claim.n_steps + 1,
        deed=row.deed,
        state_from=claim.state,
        state_to=to,
        desk=claim.desk,
        by=act.by,
        at=now,
        reason=act.reason[:1000],
        from_where=act.from_where[:60],
        before=before | dict(act.was),
        after=after | dict(act.details),
    )
    return new, step


def _desk(claim: Claim, to: str) -> str:
    """Where a claim lies after a step: an appeal above the desk that refused, the suspended where it was."""
    if to == State.APPEALED:
        return str(steps.appeals_desk(_refused_at(claim)))
    return claim.desk if to == State.SUSPENDED else str(steps.desk_of(to, claim.programme.chain))


def _refused_at(claim: Claim) -> str:
    """The desk at which a refused claim was refused."""
    refusal = claim.steps.filter(deed="refuse").order_by("-n").values_list("desk", flat=True).first()
    return refusal or steps.first_desk(claim.programme.chain)


def _due(claim: Claim, clock: Clock, to: str, act: Act) -> dt.date | None:
    programme, today = claim.programme, act.on or timezone.localdate()
    if clock == Clock.NONE:
        return None
    if clock == Clock.KEEP:
        return claim.due_on
    if clock == Clock.NOTICE and (notice := act.changes.get("notice")) is not None:
        return notice.to_on  # type: ignore[no-any-return]
    days = {
        Clock.ACCEPT: programme.accept_days,
        Clock.REVIEW: programme.review_days,
        Clock.MEND: programme.review_days,
        Clock.NOTICE: programme.notice_days,
        Clock.PAY: programme.pay_days,
    }[clock]
    return workdays.add_workdays(today, days)


def _differences(claim: Claim, new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a step changes besides the state, before and after, as JSON; what is sealed only by its name."""
    before, after = {}, {}
    for name, value in new.items():
        old = getattr(claim, name)
        if name in ("state", "state_at", "state_before", "saved_at", "decision") or old == value:
            continue
        if isinstance(old, bytes | memoryview) or isinstance(value, bytes | memoryview):
            continue
        before[name], after[name] = _plain(old), _plain(value)
    return before, after


def _plain(value: Any) -> Any:
    """A column as JSON keeps it; of a thing what is shown of it, of a row its number."""
    if isinstance(value, dict):
        return {
            k: v["shown"] if isinstance(v, dict) and "shown" in v else _plain(v) for k, v in value.items()
        }
    if isinstance(value, str | bool | int | list) or value is None:
        return value
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def take_holds(claim: Claim, pack: Pack) -> None:
    """The claim keeps its things, and its applicant's turn, to itself.

    Raises `AlreadyClaimed` where another live claim has one of them: which of the things, never whose claim.
    """
    day = things.case_day(pack, claim.facts, claim.decided_on or timezone.localdate())
    crossed = things.crossed(pack, claim)
    for key in crossed:
        if Hold.objects.filter(kind=key.kind, key_hash=key.key_hash).exclude(claim=claim).exists():
            raise _taken(pack, key.name)
    for key in [*things.holds_wanted(pack, claim, day), *_turns(claim, pack)]:
        try:
            with transaction.atomic():
                Hold.objects.create(kind=key.kind, key_hash=key.key_hash, claim=claim)
        except IntegrityError as taken:
            raise _taken(pack, key.name) from taken


def _turns(claim: Claim, pack: Pack) -> Iterator[things.Key]:
    """The claim's own turn in each class that is counted; it rests on the number that was counted for it."""
    on = claim.decided_on or timezone.localdate()
    for turns in counting.of(pack, claim.facts, claim.applicant_id, on, claim.pk):
        if turns.taken > int(claim.facts.get(turns.fact) or 0):
            raise _taken(pack, turns.fact)
        yield things.Key(turns.fact, turns.kind, turns.free)


def take_holds_of_many(claims: Sequence[tuple[Claim, Pack]]) -> bool:
    """The holds of many claims in two statements; False where something is taken already, also within them.

    Which it is `take_holds` tells. Where it is False the caller's transaction is to be broken off.
    """
    rows, old = [], set[bytes]()
    for claim, pack in claims:
        day = things.case_day(pack, claim.facts, claim.decided_on or timezone.localdate())
        keys = things.holds_wanted(pack, claim, day)
        rows += [Hold(kind=key.kind, key_hash=key.key_hash, claim=claim) for key in keys]
        old |= {key.key_hash for key in things.crossed(pack, claim)}
    # Everybody takes them in the same order, so that two who want each other's do not wait in a ring.
    rows.sort(key=lambda hold: (hold.kind, hold.key_hash))
    crossing = [hold for hold in rows if hold.kind.startswith("old:") and hold.key_hash in old]
    if crossing or Hold.objects.filter(key_hash__in=old, kind__startswith="old:").exists():
        return False
    try:
        with transaction.atomic():
            manymodels.create(rows)
    except IntegrityError:
        return False
    return True


def _taken(pack: Pack, name: str) -> AlreadyClaimed:
    if name == "applicant":
        return AlreadyClaimed(
            name,
            _("You have a claim of this kind for this year already. It is granted once in a year."),
        )
    if name in pack.facts:
        return AlreadyClaimed(
            name,
            _(
                "Another claim of the same person for goods of this class came first. Look at that one, "
                "then try again."
            ),
        )
    return AlreadyClaimed(
        name,
        _(
            "“%(what)s”: another claim has already been made for this thing. It is granted once only, in "
            "all programmes together. If it is yours and you did not claim for it, turn to the office of "
            "your place."
        )
        % {"what": things.called(pack, name)},
    )


def let_go(claim: Claim, act: Act) -> None:
    """The claim no longer lives: its holds go, and its things are free again."""
    Hold.objects.filter(claim=claim).delete()
    free_things(claim, act)


def free_things(claim: Claim, act: Act) -> None:
    """Enter in the lives of the claim's things that it is no longer about them."""
    _record(claim, LifeEvent.What.RELEASED, act)


def mark_things(claim: Claim, act: Act) -> None:
    """Enter in the lives of the claim's things that they were claimed for."""
    _record(claim, LifeEvent.What.CLAIMED, act)


def _record(claim: Claim, what: str, act: Act) -> None:
    for role in ("old", "new"):
        asset = getattr(claim, f"{role}_asset")
        if asset is not None:
            details = {"claim": claim.number, "role": role}
            registry.record(asset, what, by=act.by, on=act.on, details=details)


def tell(claim: Claim, row: Row, act: Act) -> None:
    """The applicant is told of a step, and so is whoever entered the claim for them."""
    if row.tells:
        outbox.tell_many(tellings(claim, row, act, _title(claim)))


def tellings(claim: Claim, row: Row, act: Act, title: dict[str, str]) -> list[outbox.Telling]:
    """Who is told what of a step: the applicant, and whoever entered the claim for them.

    The applicant is told at the telephone of the claim too, also one who has no login.
    """
    applicant, phone = claim.applicant.login, _phone(claim)
    readers = {user.pk: user for user in (claim.applicant.login, claim.entered_by) if user is not None}
    context = {
        "number": claim.number,
        "programme": claim.programme.slug,
        "title": title,
        "state": claim.state,
        "amount": f"{claim.amount:.2f}" if claim.amount is not None else "",
        "due_on": claim.due_on.isoformat() if claim.due_on else "",
        "reason": act.reason,
        "desk": claim.desk,
    }
    address = _address(claim)
    told = [
        outbox.Telling(
            user, row.tells, context, claim.number, address, phone_sealed=phone if user == applicant else None
        )
        for user in readers.values()
    ]
    if applicant is None and phone is not None:
        told.append(outbox.Telling(None, row.tells, context, claim.number, address, phone_sealed=phone))
    return told


def _phone(claim: Claim) -> bytes | None:
    """The claim's telephone, sealed; a made-up person has none that anybody may write to."""
    if claim.phone_sealed is None or (claim.sample and claim.applicant.login_id is None):
        return None
    return bytes(claim.phone_sealed)


def _title(claim: Claim) -> dict[str, str]:
    titles = Release.objects.filter(pack_id=claim.programme.pack_id).order_by("-id")
    return titles.values_list("title", flat=True).first() or {"zh": claim.programme.slug}


def _address(claim: Claim) -> str:
    try:
        return reverse("claims:claim", args=[claim.number])
    except NoReverseMatch:  # pragma: no cover - a process without the site's addresses
        return ""


def decided_by(claim: Claim) -> Pack:
    """The pack by which a claim was decided, from the archive."""
    return rulebook.by_digest(claim.pack_digest)
