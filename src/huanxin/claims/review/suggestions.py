"""What a machine read on the papers, held against what the claim says. A person confirms; nothing is decided.

What identifies a thing or a person is kept masked, with its keyed hash; days, sums and invoice numbers as
they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from huanxin.foundation.lib import sealed
from huanxin.registry import queries as registry

from .. import things

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from huanxin.policy import Fact, Pack, Thing

    from ..models import Claim, ClaimPaper

MATCH, CONFLICT, INSUFFICIENT = "match", "conflict", "insufficient"
_IDENTITIES = frozenset({"vin", "engine_no", "plate"})


@dataclass(frozen=True)
class Suggestion:
    """What one paper says of one fact or thing. `shown` is "" where nothing could be told."""

    name: str
    paper: int
    shown: str
    verdict: str
    sure: int


def kept(found: Iterable[registry.Read], sorts: Iterable[str]) -> list[dict[str, Any]]:
    """What was read as it is kept on the paper's row; `sorts` are the kinds of the claim's things."""
    return [_kept(read, sorts) for read in found]


def _kept(read: registry.Read, sorts: Iterable[str]) -> dict[str, Any]:
    if read.name not in _IDENTITIES:
        return {"name": read.name, "value": read.value, "shown": read.value, "sure": read.sure}
    hashes = {sort: hashed(sort, read.value) for sort in sorts}
    return {"name": read.name, "hashes": hashes, "shown": sealed.masked(read.value), "sure": read.sure}


def hashed(sort: str, identity: str) -> str:
    """The hash by which a claim knows a thing of this sort; see `things.written`."""
    return sealed.keyed_hash(f"{sort}:{things.folded(identity)}", "hold").hex()


def sorts_of(pack: Pack) -> list[str]:
    """The sorts of things that a pack's claims are about."""
    return sorted({thing.kind or thing.scheme or "" for thing in pack.things.values()})


def suggestions(claim: Claim, pack: Pack, papers: Sequence[ClaimPaper]) -> dict[str, list[Suggestion]]:
    """By fact or thing, what the papers that prove it say: it agrees, it does not, or it cannot be told."""
    found: dict[str, list[Suggestion]] = {}
    for row in papers:
        read = (row.read or {}).get("fields")
        if read is None:
            continue
        for name in proved_by(pack, row.proves):
            if (said := _said(claim, pack, name, row, read)) is not None:
                found.setdefault(name, []).append(said)
    return found


def has_conflict(claim: Claim, pack: Pack, papers: Sequence[ClaimPaper]) -> bool:
    """Whether some paper says something else than the claim."""
    return any(one.verdict == CONFLICT for some in suggestions(claim, pack, papers).values() for one in some)


def proved_by(pack: Pack, proves: str) -> list[str]:
    """Every fact and thing that the same paper proves."""
    asked = asked_of(pack)
    named = asked.get(proves)
    if named is None:
        return []
    if named.proof is None:
        return [proves]
    return [name for name, one in asked.items() if one.proof is not None and one.proof.zh == named.proof.zh]


def asked_of(pack: Pack) -> dict[str, Fact | Thing]:
    """The facts and things of a pack by their names."""
    return {**pack.facts, **pack.things}


def _said(
    claim: Claim, pack: Pack, name: str, row: ClaimPaper, read: Sequence[Mapping[str, Any]]
) -> Suggestion | None:
    """None for a fact that papers do not say in so many words."""
    if name in pack.things:
        field = (
            "vin" if (pack.things[name].kind or pack.things[name].scheme) in ("motor-vehicle", "vin") else ""
        )
    else:
        field = registry.field_of(pack.facts[name].headers)
    if not field:
        return None
    said = [one for one in read if one["name"] == field]
    if len({one["shown"] for one in said}) != 1:
        # Nothing was found, or several things were: neither says anything.
        return Suggestion(name, row.pk, "", INSUFFICIENT, 0)
    agrees = _agrees(claim, pack, name, said[0])
    verdict = INSUFFICIENT if agrees is None else MATCH if agrees else CONFLICT
    return Suggestion(name, row.pk, said[0]["shown"], verdict, int(said[0]["sure"]))


def _agrees(claim: Claim, pack: Pack, name: str, said: Mapping[str, Any]) -> bool | None:
    if name in pack.things:
        kept_thing = claim.things.get(name)
        sort = pack.things[name].kind or pack.things[name].scheme or ""
        told = said.get("hashes", {}).get(sort)
        return None if kept_thing is None or told is None else bool(kept_thing["hash"] == told)
    value = claim.facts.get(name)
    if value is None:
        return None
    if pack.facts[name].type == "decimal":
        try:
            return Decimal(str(value)) == Decimal(said["value"])
        except InvalidOperation:
            return None
    return bool(str(value) == said["value"])
