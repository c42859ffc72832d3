"""Pages of the auditor: findings, one claim from end to end, payments recomputed, files of other offices."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib.spreadsheets import SheetError
from huanxin.foundation.ui import listing

from ..models import Claim
from ..programmes.queries import titles
from . import drawing, queries, services, showing
from .forms import FindingFilters, JudgementForm, PortForm, ReplayForm
from .models import Finding, Sweep
from .replaying import list_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
@requires("audit")
def findings(request: HttpRequest) -> HttpResponse:
    """The strongest first; which checks are idle, and for want of which files."""
    form = FindingFilters(request.GET)
    rows = queries.findings(request.user).filter(**form.asked()).distinct()
    found = listing.page(request, showing.page(rows, request.GET.get("after")), showing.columns(), form)
    standings = queries.standings()
    return listing.respond(
        request,
        "claims/findings.html",
        found,
        sweep=queries.sweep(Sweep.What.CHECKS),
        standings=standings,
        idle=[standing for standing in standings if standing.is_idle],
        may_run=access.may(request.user, "audit"),
    )


@require_GET
@requires("audit")
def finding(request: HttpRequest, number: int) -> HttpResponse:
    """One finding with its picture, its claims and what was made of it."""
    return _finding(request, _mine(request, number), JudgementForm())


@require_POST
@requires("audit")
def judge(request: HttpRequest, number: int) -> HttpResponse:
    """Say what a finding comes to."""
    found = _mine(request, number)
    form = JudgementForm(request.POST)
    if not form.is_valid():
        return _finding(request, found, form, status=422)
    said = form.cleaned_data
    services.judge(found, said["judgement"], by=request.user, why=said["why"])  # type: ignore[arg-type]
    messages.success(request, _("The judgement is kept."))
    return redirect("claims:finding", found.pk)


@require_POST
@requires("audit")
def run_checks(request: HttpRequest) -> HttpResponse:
    """Run the checks over all claims."""
    _must_see_everything(request)
    services.start(Sweep.What.CHECKS, by=request.user)  # type: ignore[arg-type]
    return redirect("claims:findings")


@require_http_methods(["GET", "POST"])
@requires("audit")
def ports(request: HttpRequest) -> HttpResponse:
    """Files of other offices: which there are, of which day; and bring one."""
    form = PortForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        _must_see_everything(request)
        if form.is_valid() and _bring(request, form):
            return redirect("claims:ports")
    context = {"form": form, "ports": queries.ports()}
    return render(request, "claims/ports.html", context, status=422 if form.is_bound else 200)


@require_GET
@requires("audit")
def audit(request: HttpRequest, number: str) -> HttpResponse:
    """One claim from its first answer to its last cent."""
    related = ("programme", "applicant", "place", "entered_by", "old_asset", "new_asset", "tops_up", "notice")
    rows = Claim.objects.select_related(*related).filter(access.in_areas(request.user, "audit"))
    claim = get_object_or_404(rows, number=number)
    return render(request, "claims/audit.html", showing.audit(claim))


@require_GET
@requires("audit")
def replay(request: HttpRequest) -> HttpResponse:
    """What was paid, held against the rules of its day."""
    found = queries.sweep(Sweep.What.REPLAY)
    context = {
        "sweep": found,
        "told": found.told if found else {},
        "form": ReplayForm(),
        "has_list": found is not None and access.may(request.user, "audit") and list_of(found).is_file(),
        "programme": titles().get(found.programme, found.programme) if found else "",
    }
    return render(request, "claims/replay.html", context)


@require_GET
@requires("audit")
def replayed(request: HttpRequest) -> FileResponse:
    """Every payment of the latest recomputation, as a sheet."""
    _must_see_everything(request)
    found = queries.sweep(Sweep.What.REPLAY)
    if found is None or not list_of(found).is_file():
        raise Http404(_("No list of payments is kept. Recompute to get one."))
    name = f"replay-{found.pk}.csv"
    return FileResponse(list_of(found).open("rb"), as_attachment=True, filename=name)


@require_POST
@requires("audit")
def run_replay(request: HttpRequest) -> HttpResponse:
    """Recompute every paid claim."""
    _must_see_everything(request)
    form = ReplayForm(request.POST)
    if not form.is_valid():
        context: dict[str, object] = {"sweep": None, "told": {}, "form": form, "has_list": False}
        return render(request, "claims/replay.html", context, status=422)
    said = form.cleaned_data
    services.start(Sweep.What.REPLAY, by=request.user, programme=said["programme"], year=said["year"])  # type: ignore[arg-type]
    return redirect("claims:replay")


def _mine(request: HttpRequest, number: int) -> Finding:
    found = queries.findings(request.user).filter(pk=number).first()
    if found is None:
        raise Http404(_("There is no such finding in your area."))
    return found


def _finding(request: HttpRequest, found: Finding, form: JudgementForm, status: int = 200) -> HttpResponse:
    context = showing.one(found) | {"form": form, "drawing": drawing.draw(found)}
    return render(request, "claims/finding.html", context, status=status)


def _bring(request: HttpRequest, form: PortForm) -> bool:
    """Take the file in; what is wrong with it is said on the form."""
    said = form.cleaned_data
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(said["file"].name).name
        path.write_bytes(said["file"].read())
        try:
            brought = services.bring(
                said["port"], path, as_of=said["as_of"], by=request.user, name=said["file"].name,  # type: ignore[arg-type]
            )  # fmt: skip
        except (services.FileRefused, SheetError) as wrong:
            form.add_error("file", str(wrong))
            return False
    figures = {"n": brought.n_kept, "refused": brought.n_refused}
    messages.success(request, _("%(n)s lines taken in, %(refused)s refused") % figures)
    for line in brought.refused:
        messages.warning(request, line)
    return True


def _must_see_everything(request: HttpRequest) -> None:
    if not access.may(request.user, "audit"):
        raise PermissionDenied(_("This concerns the whole region; your mandate is for a part of it."))
