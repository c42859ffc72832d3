"""The checks of many claims sent at the same moment: a few statements, one decision for each claim."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from huanxin.foundation.lib import manymodels
from huanxin.rulebook import queries as rulebook

from . import checking, facts, keeping
from .facts import Known
from .models import Entry, Finding, Source, Trace

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from huanxin.policy import Pack

    from ..models import Claim

# What was read on a claim's papers: which paper, and its fields.
Read = list[tuple[str, dict[str, Any]]]


def check_new(
    claims: Sequence[tuple[Claim, Pack]], read: Mapping[int, Read]
) -> tuple[list[Claim], list[Finding]]:
    """Check claims that are sent for the first time, by the packs of integrity; their findings are kept.

    Leaves the traces of their things. Those about a thing that another claim was about are not checked, but
    given back: they need a look at the others (`services.check`). Six statements for all of them; in the
    caller's transaction.
    """
    traces = {claim.pk: list(facts.traces_of(claim)) for claim, _pack in claims}
    rows = [Trace(claim_id=pk, kind=kind, key_hash=key) for pk, some in traces.items() for kind, key in some]
    keys: Counter[bytes] = Counter(bytes(trace.key_hash) for trace in rows)
    seen = set(Trace.objects.filter(key_hash__in=list(keys)).values_list("key_hash", flat=True))
    met_before = {bytes(key) for key in seen} | {key for key, n in keys.items() if n > 1}
    manymodels.create(rows)
    ports = frozenset(Source.objects.values_list("port", flat=True).distinct())
    said = _entries([*keys, *(_identity(claim) for claim, _pack in claims)]) if ports else {}
    days = {claim.decided_on for claim, _pack in claims if claim.decided_on}
    packs = {on: rulebook.packs_of("integrity", on) for on in days}
    left: list[Claim] = []
    known: dict[dt.date, list[Known]] = defaultdict(list)
    for claim, pack in claims:
        mine = [key for _kind, key in traces[claim.pk]]
        if claim.decided_on is None or met_before.intersection(mine):
            left.append(claim)
            continue
        one = Known(claim, pack)
        one.ports, one.things_funded_before = ports, False if mine else None
        one.entries = _merged(said, [*mine, _identity(claim)])
        one.__dict__["_read"] = read.get(claim.pk, [])
        known[claim.decided_on].append(one)
    hits = [hit for on, some in known.items() for hit in checking.hits_known(some, on, packs[on])]
    return left, keeping.keep(hits, Finding.objects.none()) if hits else []


def _identity(claim: Claim) -> bytes:
    kept = claim.applicant.identity_hash
    return bytes(kept) if kept is not None else b""


def _entries(keys: Sequence[bytes]) -> dict[bytes, list[tuple[Any, int, str, dict[str, Any]]]]:
    found: dict[bytes, list[tuple[Any, int, str, dict[str, Any]]]] = defaultdict(list)
    rows = Entry.objects.filter(key_hash__in=[key for key in keys if key])
    for key, *entry in rows.values_list("key_hash", "source__as_of", "pk", "port", "says"):
        found[bytes(key)].append(tuple(entry))
    return found


def _merged(
    said: Mapping[bytes, list[tuple[Any, int, str, dict[str, Any]]]], keys: Sequence[bytes]
) -> dict[str, dict[str, Any]]:
    """By port what its newest file says, as `Known.entries` has it."""
    rows = sorted((entry for key in dict.fromkeys(keys) for entry in said.get(key, ())), key=lambda e: e[:2])
    return {port: says for _as_of, _pk, port, says in rows}
