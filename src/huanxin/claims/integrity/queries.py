"""What is asked about findings: the strongest, those of one claim, which checks are idle and for want of
what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, Max, OuterRef, Q

from huanxin.foundation.access import queries as access

from . import catalogue
from .catalogue import CHECKS, Check
from .checking import Told, of_claim
from .models import Finding, Severity, Source, Sweep
from .ports import PORTS, Port

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from huanxin.foundation.access.models import User

    from ..models import Claim

__all__ = [
    "CHECKS", "PORTS", "Standing", "Told", "blocking", "findings", "findings_of", "is_blocked", "ports",
    "standings", "sweep", "sweeps", "told_of",
]  # fmt: skip

# Below this a finding is not put before anybody unasked.
THRESHOLD = 50


@dataclass(frozen=True)
class Standing:
    """A check of the catalogue in this office: what it found, or what it lacks. `missing` are ports without
    a file."""

    check: Check
    n_open: int
    strongest: int
    missing: tuple[Port, ...]
    is_idle: bool


def findings(user: User | AnonymousUser, verb: str = "audit") -> QuerySet[Finding]:
    """The findings that this person may follow: on claims of their area, and on shops for whoever sees the
    region.

    Those no longer found are left out unless somebody judged them. Two queries.
    """
    rows = Finding.objects.select_related("claim__programme", "claim__place", "judged_by")
    rows = rows.filter(Q(gone_at=None) | ~Q(judgement=Finding.Judgement.OPEN))
    return rows.filter(access.in_areas(user, verb, "claim__place_id"))


def findings_of(claim: Claim) -> QuerySet[Finding]:
    """The findings on a claim, also those in which it is one of many, the strongest first. One query."""
    rows = Finding.objects.filter(Q(claim=claim) | Q(involved__claim=claim), gone_at=None)
    return rows.select_related("judged_by").distinct().order_by("-strength", "pk")


def blocking(claim: Claim) -> QuerySet[Finding]:
    """What stands in the way of approving a claim: grave findings that nobody cleared. One query."""
    return Finding.objects.filter(claim=claim, severity=Severity.BLOCK, gone_at=None).exclude(
        judgement=Finding.Judgement.CLEARED
    )


def is_blocked(claim: str = "pk") -> Exists:
    """The condition that something grave stands against the claim in that column, and nobody cleared it."""
    found = Finding.objects.filter(claim=OuterRef(claim), severity=Severity.BLOCK, gone_at=None)
    return Exists(found.exclude(judgement=Finding.Judgement.CLEARED))


def told_of(claim: Claim) -> list[Told]:
    """Every condition that concerns a claim: met, not met, or not to be told, and why. See
    `checking.of_claim`."""
    return of_claim(claim)


def standings() -> list[Standing]:
    """The forty checks as they stand here. Two queries."""
    have = frozenset(Source.objects.values_list("port", flat=True).distinct())
    open_ones = Finding.objects.filter(judgement=Finding.Judgement.OPEN, gone_at=None).order_by()
    found = {
        check_id: (n, strongest)
        for check_id, n, strongest in open_ones.values_list("check_id").annotate(Count("pk"), Max("strength"))
    }
    return [
        Standing(
            check, *found.get(check.id, (0, 0)),
            missing=tuple(PORTS[port] for port in catalogue.missing_ports(check, have)),
            is_idle=catalogue.is_idle(check, have),
        )
        for check in CHECKS.values()
    ]  # fmt: skip


def ports() -> list[tuple[Port, Source | None]]:
    """Every port with its newest file, or nothing. One query."""
    newest = {source.port: source for source in Source.objects.select_related("by").order_by("as_of", "pk")}
    return [(port, newest.get(port.id)) for port in PORTS.values()]


def sweeps(what: str) -> QuerySet[Sweep]:
    """Runs of a sort, newest first."""
    return Sweep.objects.filter(what=what).select_related("by").order_by("-pk")


def sweep(what: str) -> Sweep | None:
    """The newest run of a sort that is finished. One query."""
    return sweeps(what).filter(state=Sweep.State.DONE).first()
