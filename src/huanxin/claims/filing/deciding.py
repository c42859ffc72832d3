"""What a decision makes of a claim that is sent. Nothing here reads the database or writes it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from huanxin import policy
from huanxin.foundation.lib import sealed
from huanxin.foundation.lib.money import yuan

from ..programmes import queries as programmes
from . import questions as asking

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from huanxin.policy import Decision, Pack

    from ..models import Claim


def is_complete(claim: Claim, pack: Pack, decision: Decision) -> bool:
    """Whether nothing that must be answered is open; False also where papers come first, unseen here."""
    has_contact = claim.phone_shown and claim.account_shown and claim.bank
    if decision.needs or claim.programme.papers_first or not has_contact:
        return False
    return all(name in claim.things for name in asking.things_asked(pack, claim.facts, decision.on))


def is_green(claim: Claim, pack: Pack, decision: Decision, there: Collection[str]) -> bool:
    """Whether every check is met, and every paper that proves something is `there`."""
    if decision.verdict != "eligible":
        return False
    if any(check.value is not True and check.applies is not False for check in decision.checks):
        return False
    return all(slot.is_in(there) for slot in asking.papers_asked(pack, claim, decision.on, decision.needs))


def columns(
    claim: Claim, pack: Pack, decision: Decision, there: Collection[str], from_where: str, device: str
) -> dict[str, Any]:
    """What the decision leaves on the claim, as it was made. `there`: what the papers handed in prove."""
    known = set(policy.things_asked(pack, claim.facts, decision.on).items())
    return {
        "things": {name: kept for name, kept in claim.things.items() if (name, False) not in known},
        "verdict": decision.verdict,
        "amount": yuan(decision.amount or 0),
        "shares": {s: f"{a:.2f}" for s, a in programmes.shares_of(pack, decision).items()},
        "decision": decision.as_json(),
        "all_green": is_green(claim, pack, decision, there),
        "pack_digest": decision.digest,
        "decided_on": decision.on,
        "known_on": decision.known_on,
        "device_hash": sealed.keyed_hash(device, "device") if device else claim.device_hash,
        "network_hash": sealed.keyed_hash(from_where, "network") if from_where else claim.network_hash,
        "submitted_at": claim.submitted_at or timezone.now(),
    }


def as_sent(claim: Claim, changes: Mapping[str, Any]) -> Claim:
    """The claim as it will be, beside the claim as it is."""
    found = copy.copy(claim)
    for name, value in changes.items():
        setattr(found, name, value)
    return found
