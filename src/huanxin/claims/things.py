"""The things that a claim is about: how they are written down, and by which keys a claim holds them."""

from __future__ import annotations

import base64
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from huanxin.foundation.lib import reader, sealed
from huanxin.registry import queries as registry

if TYPE_CHECKING:
    from huanxin.policy import Pack, Thing

    from .models import Claim

_LOOKS_ALIKE = str.maketrans("OQI", "001")


@dataclass(frozen=True)
class Key:
    """One row of `Hold` that a claim needs; `name` is the thing, or `applicant`."""

    name: str
    kind: str
    key_hash: bytes


def written(thing: Thing, identity: str) -> dict[str, Any]:
    """An identity as a claim keeps it: sealed, found by its hash, shown masked. Raises `IdentityError`."""
    one = registry.normalised(thing.kind, identity) if thing.kind else ""
    if thing.scheme:
        one = registry.normalised_as(thing.scheme, identity)
    sort = thing.kind or thing.scheme or ""
    return {
        "kind": thing.kind or "",
        "role": thing.role,
        "shown": sealed.masked(one),
        "hash": sealed.keyed_hash(f"{sort}:{folded(one)}", "hold").hex(),
        "sealed": base64.b64encode(sealed.seal(one)).decode(),
    }


def identity(claim: Claim, name: str) -> str:
    """A thing's identity in full. Who shows it to others than the applicant enters the disclosure first."""
    return sealed.unseal(base64.b64decode(claim.things[name]["sealed"]))


def folded(text: str) -> str:
    """An identity without what people and machines mistake: spaces and marks gone, O as 0, I as 1."""
    return re.sub(r"[\W_]+", "", text.upper()).translate(_LOOKS_ALIKE)


def holds_wanted(pack: Pack, claim: Claim, day: dt.date) -> list[Key]:
    """What a claim has to hold while it lives; `day` is the one by which its year is told."""
    found = [
        Key(name, hold_kind(claim.things[name], thing), bytes.fromhex(claim.things[name]["hash"]))
        for name, thing in pack.things.items()
        if name in pack.once_per and name in claim.things
    ]
    if "applicant" in pack.once_per:
        group = pack.once_group or pack.id
        hashed = sealed.keyed_hash(str(claim.applicant_id), "hold")
        found.append(Key("applicant", f"applicant:{group}:{day.year}"[:60], hashed))
    return sorted(found, key=lambda key: (key.kind, key.key_hash))


def hold_kind(kept: dict[str, Any], thing: Thing) -> str:
    """How the hold of a thing is named: its sort and its role."""
    return f"{thing.role}:{kept['kind'] or thing.scheme}"[:60]


def crossed(pack: Pack, claim: Claim) -> list[Key]:
    """The holds that would make a new thing of this claim an old one of another: nothing scrapped is new."""
    return [
        Key(name, f"old:{thing.kind or thing.scheme}"[:60], bytes.fromhex(claim.things[name]["hash"]))
        for name, thing in pack.things.items()
        if thing.role == "new" and name in claim.things
    ]


def case_day(pack: Pack, facts: dict[str, Any], on: dt.date) -> dt.date:
    """The day that dates a case: the fact that the pack names, or else the day of the decision."""
    window = pack.in_force
    told = facts.get(window.dated_by) if window and window.dated_by else None
    if isinstance(told, dt.date):
        return told
    return dt.date.fromisoformat(told) if isinstance(told, str) else on


def called(pack: Pack, name: str) -> str:
    """What a thing, fact or answer of a pack is called, in the reader's language."""
    if name in pack.things:
        return reader.said(pack.things[name].ask)
    return reader.said(pack.facts[name].ask) if name in pack.facts else name
