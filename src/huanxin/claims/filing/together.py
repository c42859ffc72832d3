"""Claims that are sent at the same moment, read, decided and written together: what they share is done once.

This is the way of the ordinary claim: sent for the first time, complete, granted, with money there, its
things its own. Whatever else a claim turns out to be, nothing of it is written here, and `services.submit`
sends it alone, which knows every refusal. So nothing is decided here otherwise than there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from huanxin import policy
from huanxin.foundation.lib.money import yuan
from huanxin.foundation.lib.together import PerProcess, Together, TryAgain
from huanxin.foundation.outbox import services as outbox
from huanxin.ledger import services as ledger
from huanxin.registry import services as registry
from huanxin.rulebook import queries as rulebook

from .. import things
from ..integrity import services as integrity
from ..life import queries as life
from ..life.moving import Act, move_many, take_holds_of_many, tellings
from ..models import Claim, ClaimPaper, State
from ..programmes import queries as programmes
from ..refusals import Refused
from . import deciding, queries

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from huanxin.foundation.access.models import User
    from huanxin.policy import Decision, Pack

    from ..steps import Row


@dataclass(frozen=True)
class Asked:
    """Who wants which claim sent, from where."""

    number: str
    by: User
    from_where: str = ""
    device: str = ""


@dataclass(frozen=True)
class Ready:
    """A claim that is granted what it asks. `claim` is moved along, `as_sent` has what was decided."""

    claim: Claim
    as_sent: Claim
    pack: Pack
    row: Row
    act: Act


class Alone(Exception):
    """This claim is not an ordinary one."""


def sent(asked: Asked) -> bool:
    """Send a claim today together with those that are sent at this moment; False if it must be sent alone.

    False leaves the claim as it was. Within a transaction of the caller's own it is always False.
    """
    if connection.in_atomic_block:
        return False
    try:
        return _TOGETHER.here().ask(asked)
    except (Alone, TryAgain, Refused):
        return False


def _send_all(everybody: Sequence[Asked]) -> list[bool | Exception]:
    """Within a transaction: an outcome for each. Raises where one spoils it for the others."""
    today = timezone.localdate()
    claims = {claim.number: claim for claim in queries.to_send(asked.number for asked in everybody)}
    papers = _papers(claims.values())
    asked = {one.number: one for one in everybody if _may_send(claims.get(one.number), one, today)}
    apart = _waiting_or_measured([claims[number] for number in asked])
    fine = {number: one for number, one in asked.items() if claims[number].pk not in apart}
    readies = [
        ready
        for pack, some in _by_pack([claims[number] for number in fine], today)
        for ready in _granted(pack, some, fine, papers, today)
    ]
    if readies:
        _write(readies, papers)
    done = {ready.claim.number for ready in readies}
    # Of two who send the same claim at once, one does.
    first = {one.number: n for n, one in reversed(list(enumerate(everybody)))}
    return [
        True if one.number in done and first[one.number] == n else Alone() for n, one in enumerate(everybody)
    ]


def _may_send(claim: Claim | None, asked: Asked, today: dt.date) -> bool:
    if claim is None or claim.state != State.DRAFT or claim.n_steps or not life.is_applicant(claim, asked.by):
        return False
    return not programmes.why_closed(claim.programme, today)


def _waiting_or_measured(claims: Sequence[Claim]) -> set[int]:
    """Those for whom somebody waits for money already, or whose place has a quota. Two statements."""
    of = {claim.programme_id for claim in claims}
    queued = Claim.objects.filter(programme_id__in=of, state=State.QUEUED)
    waiting = set(queued.order_by().values_list("programme_id", flat=True).distinct())
    quotas = programmes.places_with_quota(of)
    return {
        claim.pk
        for claim in claims
        if claim.programme_id in waiting
        or any(claim.place_id.startswith(code) for code in quotas[claim.programme_id])
    }


def _papers(claims: Iterable[Claim]) -> dict[int, list[tuple[str, dict[str, Any]]]]:
    """What each claim's papers prove, and what a machine read on them. One statement."""
    found: dict[int, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    rows = ClaimPaper.objects.filter(claim__in=[claim.pk for claim in claims], replaced_at=None)
    for claim, proves, read in rows.values_list("claim_id", "proves", "read"):
        found[claim].append((proves, read or {}))
    return found


def _by_pack(claims: Iterable[Claim], today: dt.date) -> Iterable[tuple[Pack, list[Claim]]]:
    """The claims by the packs that are in force for their programmes.

    Left out are those without one, and those whose person's other claims have to be counted first.
    """
    of: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        of[claim.programme.pack_id].append(claim)
    for pack_id, some in of.items():
        try:
            pack = rulebook.pack(pack_id, today)
        except rulebook.NotInForce:
            continue
        if not any(fact.counted_by for fact in pack.facts.values()):
            yield pack, some


def _granted(
    pack: Pack, claims: Sequence[Claim], asked: Mapping[str, Asked],
    papers: Mapping[int, list[tuple[str, dict[str, Any]]]], today: dt.date,
) -> Iterable[Ready]:  # fmt: skip
    """Those that are complete and granted what they ask, with what is to be kept of it."""
    for claim, decision in zip(
        claims, policy.decide_several(pack, [claim.facts for claim in claims], today), strict=True
    ):
        if isinstance(decision, policy.BadFacts) or not _is_clear(claim, pack, decision):
            continue
        one = asked[claim.number]
        there = {proves for proves, _read in papers.get(claim.pk, ())}
        changes = deciding.columns(claim, pack, decision, there, one.from_where, one.device)
        row = life.row(claim, "submit")
        act = Act(one.by, "", one.from_where, changes, {}, {"facts": dict(claim.facts)}, today)
        yield Ready(claim, deciding.as_sent(claim, changes), pack, row, act)


def _is_clear(claim: Claim, pack: Pack, decision: Decision) -> bool:
    return (
        decision.verdict == "eligible"
        and bool(decision.amount)
        and all(check.value is not False for check in decision.checks)
        and deciding.is_complete(claim, pack, decision)
    )


def _write(readies: Sequence[Ready], papers: Mapping[int, list[tuple[str, dict[str, Any]]]]) -> None:
    both = [(ready.as_sent, ready.pack) for ready in readies]
    if not take_holds_of_many(both):
        raise Alone
    read = {
        pk: [(proves, field) for proves, found in rows for field in found.get("fields") or []]
        for pk, rows in papers.items()
    }
    left, _findings = integrity.check_new(both, read)
    for claim in left:
        integrity.check(claim)
    _enter_things(readies)
    move_many([(ready.claim, ready.row, ready.act) for ready in readies])
    outbox.tell_many([
        telling
        for ready in readies
        for telling in tellings(ready.claim, ready.row, ready.act, ready.pack.title.model_dump())
    ])  # fmt: skip
    _reserve(readies)


def _enter_things(readies: Sequence[Ready]) -> None:
    """Find or register what the claims are about, and enter in its life that it was claimed for."""
    wanted, whose = [], []
    for ready in readies:
        claim, act = ready.as_sent, ready.act
        assert act.on is not None
        for name, thing in ready.pack.things.items():
            if not thing.kind or name not in claim.things:
                continue
            details = {"claim": claim.number, "role": thing.role}
            identity = things.identity(claim, name)
            wanted.append(
                registry.Wanted(
                    thing.kind, identity, claim.place_id, act.by, claim.number, act.on, claim.sample, details
                )
            )
            whose.append((ready, f"{thing.role}_asset"))
    for (ready, role), asset in zip(whose, registry.claim_things(wanted), strict=True):
        ready.act.changes[role] = asset  # type: ignore[index]


def _reserve(readies: Sequence[Ready]) -> None:
    """Set the money of all aside, last of all: the budget is the row that everybody wants."""
    by_programme: dict[str, list[ledger.Request]] = defaultdict(list)
    for ready in readies:
        claim = ready.claim
        shares = {source: yuan(amount) for source, amount in claim.shares.items() if yuan(amount)}
        request = ledger.Request(claim.number, claim.place_id, shares, ready.act.by, claim.number)
        by_programme[claim.programme.slug].append(request)
    for slug, requests in by_programme.items():
        if not all(ledger.reserve_many(slug, requests, fresh=ledger.Choice())):
            raise Alone


# A batch waits so long for the rest of those who were there a moment ago: reading a form takes its time.
_GATHER_S = 0.05
_TOGETHER: PerProcess[Asked, bool] = PerProcess(lambda: Together(_send_all, gather_s=_GATHER_S))
