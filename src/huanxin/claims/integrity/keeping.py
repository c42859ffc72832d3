"""Findings kept: the same one is found again and keeps what a person judged; what is gone is marked gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from ..models import Claim
from . import catalogue, wording
from .models import Finding, Involved, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from .sweeping.hits import Hit

_AT_ONCE = 500
_FIELDS = ("claim", "subject", "severity", "strength", "says", "others", "gone_at")


@transaction.atomic
def keep(hits: Sequence[Hit], gone: QuerySet[Finding]) -> list[Finding]:
    """Write hits down, each once by its digest, and mark those of `gone` that are not among them.

    A finding that a person judged keeps its judgement; what is no longer found stays on record as gone.
    Cost: a few statements for each five hundred hits.
    """
    now = timezone.now()
    digests = {hit.digest for hit in hits}
    kept: list[Finding] = []
    for at in range(0, len(hits), _AT_ONCE):
        kept += _keep_some(hits[at : at + _AT_ONCE])
    stale = [f.pk for f in gone.filter(gone_at=None).only("pk", "digest") if f.digest not in digests]
    for at in range(0, len(stale), _AT_ONCE):
        Finding.objects.filter(pk__in=stale[at : at + _AT_ONCE]).update(gone_at=now)
    return kept


def _keep_some(hits: Sequence[Hit]) -> list[Finding]:
    numbers = _numbers({claim for hit in hits for claim in hit.claims})
    rows = [_row(hit, numbers) for hit in hits]
    Finding.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["digest"], update_fields=[*_FIELDS, "check_id"]
    )
    by_digest = {f.digest: f for f in Finding.objects.filter(digest__in=[row.digest for row in rows])}
    Involved.objects.filter(finding__in=by_digest.values()).delete()
    Involved.objects.bulk_create(
        [
            Involved(finding=by_digest[hit.digest], claim_id=claim)
            for hit in hits
            for claim in dict.fromkeys(hit.claims)
            if claim in numbers
        ],
        batch_size=_AT_ONCE,
    )
    return [by_digest[row.digest] for row in rows]


def _numbers(claims: Iterable[int]) -> dict[int, str]:
    some: list[int] = list(claims)
    found: dict[int, str] = {}
    for at in range(0, len(some), _AT_ONCE):
        found.update(Claim.objects.filter(pk__in=some[at : at + _AT_ONCE]).values_list("pk", "number"))
    return found


def _row(hit: Hit, numbers: dict[int, str]) -> Finding:
    """The finding is about the latest of its claims: what was there first was right when it came."""
    known = [claim for claim in hit.claims if claim in numbers]
    about = max(known, default=None)
    says = dict(hit.why) if "zh" in hit.why else wording.said(hit.why)
    return Finding(
        check_id=hit.check, claim_id=about, subject=hit.subject[:120],
        severity=catalogue.CHECKS[hit.check].severity, strength=hit.strength, says=says,
        others=[numbers[claim] for claim in known if claim != about], digest=hit.digest, gone_at=None,
    )  # fmt: skip


def leave_traces(claim: Claim, traces: Iterable[tuple[str, bytes]]) -> None:
    """Enter what a claim is about, for good; a trace of an answer that was corrected goes."""
    wanted = set(traces)
    known = {(kind, bytes(key)) for kind, key in claim.traces.values_list("kind", "key_hash")}
    for kind, key in known - wanted:
        claim.traces.filter(kind=kind, key_hash=key).delete()
    rows = [Trace(claim=claim, kind=kind, key_hash=key) for kind, key in sorted(wanted - known)]
    Trace.objects.bulk_create(rows, ignore_conflicts=True)
