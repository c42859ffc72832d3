"""Deeds of the reviewer: one file, many green ones, a paper read by machine, personal data seen."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.access import services as access
from huanxin.registry import queries as registry
from huanxin.rulebook import queries as rulebook

from ..filing import queries as filing
from ..life import services as life
from ..models import TO_DECIDE, Claim, ClaimPaper, Finding, Severity, State
from ..refusals import Overtaken, Refused, UnknownClaim
from . import queries, suggestions
from .seats import GREEN, OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from huanxin.foundation.access.models import User

__all__ = ["Bulk", "approve_green", "decide", "next_deed", "read_paper", "read_papers", "reveal"]


@dataclass
class Bulk:
    """What became of many files: those that moved on, and each that did not with why."""

    approved: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


def next_deed(claim: Claim) -> str:
    """What is done with a file in which all is well: it is accepted first, then approved."""
    return "accept" if claim.state == State.SUBMITTED else "approve"


def decide(
    claim: Claim, deed: str, *, by: User, reason: str = "", seen: int | None = None, from_where: str = ""
) -> None:
    """One step with one file, as the reviewer saw it: `seen` is the number of steps it had then.

    Raises `Overtaken` if it moved on meanwhile, and what `take_step` raises.
    """
    if seen is not None and seen != claim.n_steps:
        raise Overtaken
    life.take_step(claim, deed, by=by, reason=reason, from_where=from_where)


def approve_green(numbers: Iterable[str], *, by: User, from_where: str = "") -> Bulk:
    """Accept or approve each of these files, one step and one transaction each.

    Only a file on which every check is met and nothing stands against it: its decision is made again by the
    archived pack, findings and papers are looked at again. Every other is left, with why.
    """
    done = Bulk()
    for number in dict.fromkeys(numbers):
        try:
            claim = queries.in_my_area(by, number)
            if why := why_not_green(claim):
                done.left.append((number, why))
                continue
            life.take_step(claim, next_deed(claim), by=by, from_where=from_where)
            done.approved.append(number)
        except UnknownClaim:
            done.left.append((number, _("It lies in no place of yours.")))
        except Refused as refused:
            done.left.append((number, str(refused)))
    return done


def why_not_green(claim: Claim) -> str:
    """Why a file cannot be approved together with others; "" if it can."""
    against = claim.findings.filter(gone_at=None).exclude(judgement=Finding.Judgement.CLEARED)
    against = against.exclude(severity=Severity.INFO)
    if found := list(against.values_list("check_id", flat=True)[:5]):
        return _("Somebody must look at what was found: %(checks)s.") % {"checks": ", ".join(found)}
    if claim.light != GREEN:  # type: ignore[attr-defined]
        if claim.light == OPEN:  # type: ignore[attr-defined]
            return _("Not every check can be told: a fact or a paper is missing.")
        return _("A check is not met.")
    try:
        again = filing.redecide(claim)
    except rulebook.UnknownDigest as gone:
        return str(gone)
    if again.verdict != claim.verdict or again.amount != claim.amount:
        return _("Decided again, the file gives another result: look at its facts.")
    papers = list(claim.papers.filter(replaced_at=None).select_related("paper"))
    if suggestions.has_conflict(claim, rulebook.by_digest(claim.pack_digest), papers):
        return _("What was read on a paper is not what the claim says.")
    return ""


def read_paper(row: ClaimPaper) -> list[dict[str, object]]:
    """Read a paper by machine and keep what was found beside it; it decides nothing and overwrites no fact.

    Some seconds. Raises `registry.papers` ReaderMissing, PaperLost, PaperAltered.
    """
    pack = rulebook.by_digest(row.claim.pack_digest)
    found = suggestions.kept(registry.read_paper(row.paper), suggestions.sorts_of(pack))
    read = {"at": timezone.now().isoformat(timespec="seconds"), "fields": found}
    ClaimPaper.objects.filter(pk=row.pk).update(read=read)
    row.read = read
    return found


def read_papers(
    limit: int, *, progress: Callable[[int, int | None, str], None] | None = None
) -> tuple[int, list[tuple[str, str]]]:
    """Read papers of claims still to be decided, the most urgent first: how many were read, and what failed.

    Raises `registry.queries.ReaderMissing` before the first where pictures cannot be read here.
    """
    if not registry.can_read():
        raise registry.ReaderMissing(
            _("Papers cannot be read by machine here: the extra “ocr” is not installed.")
        )
    rows = ClaimPaper.objects.filter(claim__state__in=TO_DECIDE, replaced_at=None, read={})
    some = list(rows.select_related("claim", "paper").order_by("claim__due_on", "pk")[:limit])
    n_read, trouble = 0, list[tuple[str, str]]()
    for n, row in enumerate(some):
        try:
            read_paper(row)
            n_read += 1
        except (registry.PaperLost, registry.PaperAltered, registry.PaperRefused) as wrong:
            trouble.append((row.claim.number, str(wrong)))
        if progress is not None:
            progress(n + 1, len(some), "")
    return n_read, trouble


def reveal(claim: Claim, what: str, *, reason: str, by: User) -> str:
    """Personal data of a claim in full, written down with the reason: phone, account, address, number, or a
    thing by its name.

    Raises `access.NoReason`, PermissionDenied, and KeyError for what the claim does not have.
    """
    sealed_text = _sealed(claim, what)
    if sealed_text is None:
        raise KeyError(what)
    shown = f"{claim.number}: {what}"
    return access.disclose(shown, sealed_text, reason=reason, by=by, place_code=claim.place_id)


def _sealed(claim: Claim, what: str) -> bytes | None:
    kept = {
        "phone": claim.phone_sealed,
        "account": claim.account_sealed,
        "address": claim.address_sealed,
        "number": claim.applicant.identity_sealed,
    }.get(what)
    if kept is None and what in claim.things:
        kept = base64.b64decode(claim.things[what]["sealed"])
    return bytes(kept) if kept is not None else None
