"""Pages of the rulebook: the packs, one pack as a document, trying it, releasing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huanxin import policy
from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import reader

from . import queries, services, shelf
from .differences import differences
from .document import document_of, reasons_of
from .forms import ShelfForm, TryForm, WithdrawForm
from .models import Release

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

REFUSALS = (services.ReleaseRefused, policy.PackError, policy.UnknownPack)


@require_GET
@requires("read")
def packs(request: HttpRequest) -> HttpResponse:
    """All packs with where they stand; filters by state, kind, sector and words."""
    form = ShelfForm(request.GET)
    entries = form.chosen(shelf.shelf(timezone.localdate()))
    context = {"form": form, "entries": entries, "states": shelf.STATES, "may_release": _may_release(request)}
    return render(request, "rulebook/packs.html", context)


@require_GET
@requires("read")
def pack(request: HttpRequest, pack_id: str) -> HttpResponse:
    """One pack as a document: the released text, an older one by `?digest=`, or the draft by `?draft=1`."""
    entry = _entry(pack_id)
    found = _version(request, entry)
    digest = request.GET.get("digest", "")
    cases = services.cases_of(pack_id) if found and not digest else []
    history = list(queries.history(pack_id))
    in_force = entry.release.digest if entry.release else ""
    context = {
        "entry": entry,
        "pack": found,
        "document": document_of(found, timezone.localdate()) if found else None,
        "history": history,
        "waiting": next((r for r in history if r.is_waiting and r.digest not in (digest, in_force)), None),
        "read_apart": bool(in_force) and (digest not in ("", in_force) or "draft" in request.GET),
        "cases": cases,
        "n_passed": sum(case.passed for case in cases),
        "draft": _changed_draft(entry),
        "try_form": TryForm(found, request.GET or None) if found else None,
        "withdraw_form": WithdrawForm(),
        "may_release": _may_release(request),
    }
    return render(request, "rulebook/pack.html", context)


@require_GET
@requires("read")
def try_it(request: HttpRequest, pack_id: str) -> HttpResponse:
    """A decision with its reasons on the facts given; nothing is kept."""
    found = _version(request, _entry(pack_id))
    if found is None:
        raise Http404
    form = TryForm(found, request.GET)
    decision = form.decision() if form.is_valid() else None
    context = {
        "pack": found,
        "try_form": form,
        "decision": decision,
        "lines": reasons_of(found, decision) if decision else [],
        "needed": [reader.said(found.facts[n].ask) for n in decision.needs] if decision else [],
    }
    template = "rulebook/_decision.html" if request.headers.get("HX-Request") else "rulebook/try.html"
    return render(request, template, context, status=200 if decision or not request.GET else 422)


@require_GET
@requires("read")
def compare(request: HttpRequest, pack_id: str) -> HttpResponse:
    """What changed from the release `?before=` (digest) to `?after=` (digest, or the draft in the folder)."""
    before = _by_digest(request.GET.get("before", ""))
    after = _by_digest(request.GET["after"]) if request.GET.get("after") else _draft(pack_id)
    context = {
        "pack_id": pack_id,
        "before": before,
        "after": after,
        "differences": differences(before, after),
    }
    return render(request, "rulebook/compare.html", context)


@require_POST
@requires("release")
def propose(request: HttpRequest, pack_id: str) -> HttpResponse:
    """Propose the text in the folder for release."""
    try:
        services.propose(pack_id, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Proposed. Somebody else now countersigns."))
    except REFUSALS as refused:
        messages.error(request, str(refused))
    return redirect("rulebook:pack", pack_id)


@require_POST
@requires("release")
def countersign(request: HttpRequest, number: int) -> HttpResponse:
    """Put a proposal in force as the second person."""
    release = get_object_or_404(Release, pk=number)
    try:
        services.countersign(release, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Released. It counts from now on."))
    except REFUSALS as refused:
        messages.error(request, str(refused))
    return redirect("rulebook:pack", release.pack_id)


@require_POST
@requires("release")
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take a release or proposal back, with a reason."""
    release = get_object_or_404(Release, pk=number)
    form = WithdrawForm(request.POST)
    form.is_valid()
    try:
        services.withdraw(release, by=request.user, reason=form.cleaned_data.get("reason", ""))  # type: ignore[arg-type]
        messages.success(request, _("Withdrawn. The release before it counts again."))
    except REFUSALS as refused:
        messages.error(request, str(refused))
    return redirect("rulebook:pack", release.pack_id)


def _may_release(request: HttpRequest) -> bool:
    return access.may(request.user, "release")


def _entry(pack_id: str) -> shelf.Entry:
    entry = shelf.entry(pack_id, timezone.localdate())
    if entry is None:
        raise Http404(_("There is no pack “{id}”.").format(id=pack_id))
    return entry


def _version(request: HttpRequest, entry: shelf.Entry) -> policy.Pack | None:
    if request.GET.get("digest"):
        return _by_digest(request.GET["digest"])
    if request.GET.get("draft") and entry.draft is not None:
        return entry.draft
    return entry.pack


def _changed_draft(entry: shelf.Entry) -> policy.Pack | None:
    """The folder's text, where it is not what is released or proposed."""
    known = {r.digest for r in queries.history(entry.id) if r.withdrawn_at is None}
    return entry.draft if entry.draft is not None and entry.draft.digest not in known else None


def _by_digest(digest: str) -> policy.Pack:
    try:
        return queries.by_digest(digest)
    except queries.UnknownDigest as unknown:
        raise Http404(str(unknown)) from unknown


def _draft(pack_id: str) -> policy.Pack:
    draft = _entry(pack_id).draft
    if draft is None:
        raise Http404(_("The pack “{id}” has no draft that can be read.").format(id=pack_id))
    return draft
