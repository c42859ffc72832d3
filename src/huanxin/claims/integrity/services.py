"""What is done about cheating: checks of one claim, runs over all, files of other offices, judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Claim
from . import checking, facts, keeping
from .bringing import Brought, FileRefused, UnknownPort
from .bringing import bring as _bring
from .feeds import supply
from .models import Finding, Trace
from .replaying import Difference, Replay, replay
from .sweeping.hits import Hit
from .sweeps import carry_out, run, start
from .together import check_new

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from huanxin.foundation.access.models import User
    from huanxin.foundation.lib.progress import Progress

__all__ = [
    "Brought", "Difference", "FileRefused", "NotJudged", "Replay", "UnknownPort", "bring", "carry_out",
    "check", "check_new",
    "judge", "replay", "run", "start", "supply",
]  # fmt: skip


class NotJudged(ValueError):
    """A judgement needs a word and a reason; the message says which is missing."""


@transaction.atomic
def check(claim: Claim, *, by: User | None = None) -> list[Finding]:
    """Check one claim that was sent: by the packs of integrity, and against every claim that ever was.

    Leaves the traces of its things. What it did not pass is kept as findings, and what is no longer so is
    marked
    gone. Cost: a decision for each pack in force, some ten queries. In the caller's transaction.
    """
    del by
    keeping.leave_traces(claim, facts.traces_of(claim))
    hits = [*checking.hits_of(claim), *_doubles(claim)]
    mine = Finding.objects.filter(claim=claim, says__kind__startswith="pack:")
    return keeping.keep(hits, mine)


def _doubles(claim: Claim) -> Iterator[Hit]:
    """The same number under another claim that lives, in any scheme and year: known by its trace."""
    if claim.tops_up_id:
        return
    for kind, key in claim.traces.values_list("kind", "key_hash"):
        rows = Trace.objects.filter(key_hash=bytes(key), claim__tops_up=None).exclude(
            claim__state__in=("draft", "refused", "withdrawn")
        )
        others = list(rows.order_by("claim_id").values_list("claim_id", "kind", "claim__applicant_id")[:200])
        ids = sorted({claim.pk, *(pk for pk, _kind, _who in others)})
        if len(ids) < 2:
            continue
        kinds = {kind, *(other for _pk, other, _who in others)}
        people = len({claim.applicant_id, *(who for _pk, _kind, who in others)})
        what = "new_and_old" if len(kinds) > 1 else "same_old_thing" if kinds == {"old"} else "same_new_thing"
        strength = 80 if what == "new_and_old" and people > 1 else 95
        why = {"kind": what, "n": len(ids), "people": people, "cents": int((claim.amount or 0) * 100)}
        check_id = "C02" if what == "same_old_thing" else "C01"
        # As the job over all claims writes it, so that both find one and the same.
        yield Hit(check_id, bytes(key)[:8].hex().upper().lstrip("0") or "0", strength, why, tuple(ids))


def bring(
    port: str,
    path: Path,
    *,
    as_of: dt.date,
    by: User | None,
    name: str = "",
    progress: Progress | None = None,
) -> Brought:
    """Take in a file of another office, and check again every claim that it says something of.

    Raises `UnknownPort`, `FileRefused`, `spreadsheets.SheetError`.
    """
    brought = _bring(port, path, as_of=as_of, by=by, name=name, progress=progress)
    for claim in _concerned(brought):
        check(claim, by=by)
    return brought


def _concerned(brought: Brought) -> Iterator[Claim]:
    keys = brought.source.entries.values("key_hash")
    found = Claim.objects.filter(traces__key_hash__in=keys) | Claim.objects.filter(
        applicant__identity_hash__in=keys
    )
    sent = found.exclude(state__in=("draft", "withdrawn")).select_related("programme", "applicant").distinct()
    yield from sent.order_by("pk").iterator(chunk_size=500)


@transaction.atomic
def judge(finding: Finding, judgement: str, *, by: User, why: str) -> Finding:
    """Say what a finding comes to: confirmed or cleared, and why; it is kept when it is found again.

    Raises `NotJudged`.
    """
    if judgement not in (Finding.Judgement.CONFIRMED, Finding.Judgement.CLEARED):
        raise NotJudged(_("Say whether it is confirmed or cleared."))
    if not why.strip():
        raise NotJudged(_("Say why; the reason is kept with the finding."))
    found = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    found.judgement, found.judged_by, found.judged_at = judgement, by, timezone.now()
    found.judged_why = why.strip()[:500]
    found.save(update_fields=["judgement", "judged_by", "judged_at", "judged_why"])
    return found
