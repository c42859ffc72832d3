"""The papers of a claim: who may hand them in, until when, and who may look at them."""

from __future__ import annotations

import unicodedata
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.access import queries as access
from huanxin.registry import services as registry
from huanxin.rulebook import queries as rulebook

from .filing import queries as filing
from .models import Claim, ClaimPaper, Programme, State
from .refusals import NotYours, Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from huanxin.foundation.access.models import User
    from huanxin.registry.papers.services import Readable

MOST = 30

# A claim may be sent first and its papers follow; what was sent is not taken away any more.
_ADDED = frozenset({State.DRAFT, State.QUEUED, State.SUBMITTED, State.RETURNED})
_REMOVED = frozenset({State.DRAFT, State.RETURNED})


class PapersClosed(Refused):
    """In this state no paper is added or taken away."""


class TooManyPapers(Refused):
    """The claim has as many papers as are kept for one."""


@transaction.atomic
def add_paper(
    claim: Claim, file: bytes | Readable, proves: str, *, by: User, file_name: str = ""
) -> ClaimPaper:
    """Hand a photograph or PDF in with a claim; `proves` names the fact or thing of the pack.

    The same paper for the same fact again is the one that is there. Raises NotYours, PapersClosed,
    TooManyPapers, and `registry.PaperRefused` for a file that is no paper.
    """
    _is_theirs(claim, by)
    claim = Claim.objects.select_for_update().select_related("programme").get(pk=claim.pk)
    if not may_be_added(claim):
        raise PapersClosed(_("The claim is being decided: no paper can be added now."))
    live = ClaimPaper.objects.filter(claim=claim, replaced_at=None)
    if live.count() >= MOST:
        raise TooManyPapers(
            _("A claim has at most %(most)d papers. Take one away that is not asked for.") % {"most": MOST}
        )
    paper = registry.attach(file, by=by, sample=claim.sample)
    found, _is_new = live.get_or_create(
        claim=claim, paper=paper, proves=proves[:60], defaults={"by": by, "file_name": _short(file_name)}
    )
    _recount(claim)
    return found


def can_follow(claim: Claim) -> bool:
    """Whether the applicant of a claim that was sent can still hand in what is missing of it."""
    return claim.state in _ADDED and claim.state != State.DRAFT


def may_be_added(claim: Claim) -> bool:
    """Whether papers can still come to the claim in its state."""
    at_a_till = claim.programme.settles == Programme.Settles.TILL and claim.state == State.COMMITTED
    return claim.state in _ADDED or at_a_till


@transaction.atomic
def remove_paper(paper: ClaimPaper, *, by: User) -> None:
    """Take a paper away again. Of a claim that was sent before it stays on record as replaced."""
    _is_theirs(paper.claim, by)
    claim = Claim.objects.select_for_update().get(pk=paper.claim_id)
    if claim.state not in _REMOVED:
        raise PapersClosed(_("The claim has been sent: its papers stay. Wait until it is returned to you."))
    if claim.state == State.DRAFT:
        ClaimPaper.objects.filter(pk=paper.pk).delete()
    else:
        ClaimPaper.objects.filter(pk=paper.pk, replaced_at=None).update(replaced_at=timezone.now())
        _recount(claim)


def _recount(claim: Claim) -> None:
    """A claim that was sent may become green, or stop being it, with its papers."""
    if not claim.pack_digest or claim.decided_on is None:
        return
    pack = rulebook.by_digest(claim.pack_digest)
    is_green = filing.is_green(claim, pack, filing.redecide(claim))
    if is_green != claim.all_green:
        Claim.objects.filter(pk=claim.pk).update(all_green=is_green)


def may_see(user: User | AnonymousUser, claim: Claim) -> bool:
    """Whether somebody may look at a claim's papers: its applicant, whoever entered it, and in its place
    reviewers, finance and audit. Three queries at most."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.pk in (claim.entered_by_id, claim.applicant.login_id):
        return True
    return any(access.may(user, verb, claim.place_id) for verb in ("review", "pay", "audit"))


def _is_theirs(claim: Claim, by: User) -> None:
    if by.pk not in (claim.entered_by_id, claim.applicant.login_id):
        raise NotYours(_("Only the applicant, or whoever entered the claim, hands its papers in."))


def _short(name: str) -> str:
    """A file's name without its folders and control characters; only shown, never used as a path."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")[-255:]
