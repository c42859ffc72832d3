"""What the auditor's pages show, in the reader's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from huanxin.foundation.access.models import User
from huanxin.foundation.lib import reader
from huanxin.foundation.lib.pages import Page
from huanxin.foundation.ui import badges, places
from huanxin.foundation.ui.listing import Column
from huanxin.ledger import queries as ledger
from huanxin.registry.models import LifeEvent
from huanxin.rulebook import queries as rulebook

from ..filing import queries as filing
from ..programmes.queries import titles
from . import checking, queries, wording
from .catalogue import CHECKS
from .models import Finding, Severity

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from ..models import Claim

_PAGE = 50
_LOOKS = {Severity.BLOCK: "bad", Severity.REVIEW: "waiting", Severity.INFO: "plain"}
_JUDGED = {"open": ("waiting", "?"), "confirmed": ("bad", "✕"), "cleared": ("good", "✓")}


def page(rows: QuerySet[Finding], mark: str | None) -> Page[Finding]:
    """The strongest first, a page at a time by strength and key; `mark` is where the page before ended."""
    strength, _sep, key = (mark or "").partition("-")
    if strength.isdecimal() and key.isdecimal():
        weaker = rows.filter(strength__lt=int(strength))
        rows = weaker | rows.filter(strength=int(strength), pk__lt=int(key))
    some = list(rows.order_by("-strength", "-pk")[: _PAGE + 1])
    more, some = len(some) > _PAGE, some[:_PAGE]
    return Page(some, None, f"{some[-1].strength}-{some[-1].pk}" if more else None)


def columns() -> list[Column[Finding]]:
    """Pattern, who with whom, sum, strength, judged."""
    return [
        Column(_("What was found"), lambda f: reader.said(f.says), _address, is_main=True),
        Column(_("Check"), _check),
        Column(_("About"), _about),
        Column(_("Claims"), lambda f: len(f.others) + (f.claim_id is not None), is_number=True),
        Column(_("Sum"), lambda f: money(f.says), is_number=True),
        Column(_("Strength"), lambda f: f.strength, is_number=True),
        Column(_("Judgement"), lambda f: judgement(f)),
    ]


def _address(finding: Finding) -> str:
    return reverse("claims:finding", args=[finding.pk])


def _check(finding: Finding) -> SafeString:
    return format_html("{} {}", finding.check_id, severity(finding.severity))


def _about(finding: Finding) -> str:
    return finding.subject or (finding.claim.number if finding.claim else "–")


def severity(name: str) -> SafeString:
    return badges.mark(_LOOKS[Severity(name)], Severity(name).label)


def judgement(finding: Finding) -> SafeString:
    look, shape = _JUDGED[finding.judgement]
    return badges.mark(look, f"{shape} {finding.get_judgement_display()}")


def money(says: dict[str, Any]) -> str:
    """The sum of a finding's claims; nothing where it is of none."""
    cents = says.get("cents")
    return wording.in_yuan(cents) if isinstance(cents, int) else ""


def one(finding: Finding) -> dict[str, Any]:
    """One finding: its check, its figures, its claims, its patterns."""
    check = CHECKS[finding.check_id]
    officer = finding.says.get("officer")
    return {
        "finding": finding,
        "says": reader.said(finding.says),
        "check": reader.said(check.says),
        "patterns": check.patterns,
        "severity": severity(finding.severity),
        "judged": judgement(finding),
        "sum": money(finding.says),
        "officer": User.objects.filter(pk=officer).first() if officer else None,
        "claims": [
            row.claim
            for row in finding.involved.select_related("claim__programme", "claim__place").order_by(
                "claim_id"
            )[:100]
        ],
    }


def audit(claim: Claim) -> dict[str, Any]:
    """One claim from end to end: decided then and now, papers, money, lives of things, people, steps."""
    assets = [asset for asset in (claim.old_asset, claim.new_asset) if asset is not None]
    transfers, names = ledger.transfers(claim.number), places.names()
    events = LifeEvent.objects.filter(asset__in=assets).select_related("asset", "by", "place").order_by("pk")
    return {
        "claim": claim,
        "told": checking.of_claim(claim),
        "findings": list(queries.findings_of(claim)),
        "papers": list(claim.papers.select_related("paper", "by").order_by("pk")),
        "steps": filing.history(claim),
        "objections": list(claim.objections.select_related("answered_by").order_by("pk")),
        "balance": ledger.balance_of(claim.number),
        "title": titles().get(claim.programme.slug, claim.programme.slug),
        "sources": [(one, names.get(one.lane.budget.place_code, "")) for one in transfers],
        "lives": [(asset, [e for e in events if e.asset_id == asset.pk]) for asset in assets],
        **_decisions(claim),
    }


def _decisions(claim: Claim) -> dict[str, Any]:
    """The decision as it was kept, made again by its archived pack, and by the pack of today."""
    found: dict[str, Any] = {"then": None, "now": None, "lost": "", "is_same": False}
    if claim.decided_on is None:
        return found
    try:
        found["then"] = filing.redecide(claim)
    except rulebook.UnknownDigest as lost:
        return found | {"lost": str(lost)}
    found["now"] = filing.redecide(claim, timezone.localdate())
    kept = claim.decision.get("amount")
    found["is_same"] = found["then"].amount == claim.amount and kept == f"{found['then'].amount or 0:.2f}"
    return found
