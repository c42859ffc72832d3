"""One file with everything that a reviewer has to see of it. A fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from huanxin.foundation.access import queries as access
from huanxin.registry import queries as registry
from huanxin.rulebook import queries as rulebook

from ..filing import questions
from ..integrity import queries as integrity
from ..life import queries as life
from ..models import Claim, ClaimPaper, Objection, State, Step
from ..refusals import UnknownClaim
from .queue import Asked, Counts, Elsewhere, after, count, counts, elsewhere, page
from .seats import Seat, light, seats

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from huanxin.foundation.access.models import User
    from huanxin.policy import Pack
    from huanxin.registry.models import Paper

    from ..filing.questions import Slot
    from ..models import Finding
    from ..steps import Row

__all__ = [
    "Asked", "Counts", "Elsewhere", "File", "Link", "Seat", "after", "at_my_desks", "count", "counts",
    "elsewhere", "file", "in_my_area", "page", "seats",
]  # fmt: skip

_MOST_LINKS = 20


@dataclass(frozen=True)
class Link:
    """Another claim that has something in common with this one; `why` names what."""

    claim: Claim
    why: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """A claim and what lies beside it."""

    claim: Claim
    pack: Pack | None
    papers: list[ClaimPaper]
    findings: list[Finding]
    links: list[Link]
    same_papers: dict[int, list[tuple[str, int]]]
    steps: list[Step]
    objections: list[Objection]
    missing: list[Slot]
    deeds: list[Row]


def at_my_desks(user: User | AnonymousUser) -> list[tuple[Seat, Counts]]:
    """The desks at which something waits for this person, with how much of it is late. Two queries a desk."""
    found = [(seat, counts(Asked(seat))) for seat in seats(user)]
    return [(seat, there) for seat, there in found if there.n]


def in_my_area(user: User | AnonymousUser, number: str) -> Claim:
    """A claim that this person may review, with its colour. Raises `UnknownClaim` for any other. Two queries.

    A draft is its applicant's alone.
    """
    found = (
        Claim.objects.filter(access.in_areas(user, "review"), number=number)
        .exclude(state=State.DRAFT)
        .annotate(light=light())
        .select_related(
            "applicant__login", "programme", "place", "entered_by", "old_asset", "new_asset", "notice"
        )
        .first()
    )
    if found is None:
        raise UnknownClaim(number)
    return found


def file(claim: Claim, user: User) -> File:
    """Everything beside a claim: papers, findings, linked claims, steps, what this person may do with it."""
    papers = list(
        ClaimPaper.objects.filter(claim=claim, replaced_at=None).select_related("paper", "by").order_by("pk")
    )
    pack = _pack(claim)
    return File(
        claim=claim,
        pack=pack,
        papers=papers,
        findings=list(integrity.findings_of(claim)),
        links=_links(claim),
        same_papers=_same_papers(claim, papers),
        steps=list(Step.objects.filter(claim=claim).select_related("by").order_by("n")),
        objections=list(
            Objection.objects.filter(claim=claim).select_related("by", "answered_by").order_by("pk")
        ),
        missing=_missing(claim, pack, {row.proves for row in papers}),
        deeds=life.deeds_of(claim, user),
    )


def _pack(claim: Claim) -> Pack | None:
    """The pack by which it was decided; None if the archive has it no more, and then the page says so."""
    try:
        return rulebook.by_digest(claim.pack_digest)
    except rulebook.UnknownDigest:
        return None


def _missing(claim: Claim, pack: Pack | None, there: set[str]) -> list[Slot]:
    """The papers that the claim rests on and that nobody has handed in, as far as it can be told."""
    if pack is None or claim.decided_on is None:
        return []
    asked = questions.papers_asked(pack, claim, claim.decided_on)
    return [slot for slot in asked if not slot.is_in(there)]


def _links(claim: Claim) -> list[Link]:
    """Other claims of the same applicant, telephone, account or things, newest first, at most twenty each."""
    others = Claim.objects.exclude(pk=claim.pk).exclude(state=State.DRAFT)
    assets = [pk for pk in (claim.old_asset_id, claim.new_asset_id) if pk]
    asked = [
        ("applicant", Q(applicant_id=claim.applicant_id)),
        ("phone", Q(phone_hash=claim.phone_hash) if claim.phone_hash else None),
        ("account", Q(account_hash=claim.account_hash) if claim.account_hash else None),
        ("thing", Q(old_asset__in=assets) | Q(new_asset__in=assets) if assets else None),
        ("top_up", Q(tops_up=claim) | Q(pk=claim.tops_up_id)),
    ]
    found: dict[int, tuple[Claim, list[str]]] = {}
    for why, wanted in asked:
        if wanted is None:
            continue
        some = others.filter(wanted).select_related("applicant", "programme", "place").order_by("-pk")
        for other in some[:_MOST_LINKS]:
            found.setdefault(other.pk, (other, []))[1].append(why)
    newest_first = sorted(found.values(), key=lambda pair: -pair[0].pk)
    return [Link(other, tuple(why)) for other, why in newest_first]


def _same_papers(claim: Claim, papers: list[ClaimPaper]) -> dict[int, list[tuple[str, int]]]:
    """For each paper the numbers of other claims that use it or one that looks the same, and how many of 64
    bits differ. Two queries."""
    shown: dict[int, Paper] = {row.paper_id: row.paper for row in papers}
    alike = registry.same_looks_of(list(shown.values()))
    near = {other.pk: (pk, apart) for pk, some in alike.items() for other, apart in some}
    uses = (
        ClaimPaper.objects.filter(paper_id__in=[*shown, *near])
        .exclude(claim=claim)
        .values_list("paper_id", "claim__number")
        .distinct()
        .order_by("paper_id", "claim__number")
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for paper_id, number in uses[:100]:
        if paper_id in shown:
            found.setdefault(paper_id, []).append((number, 0))
        if paper_id in near:
            mine, apart = near[paper_id]
            found.setdefault(mine, []).append((number, apart))
    return found
