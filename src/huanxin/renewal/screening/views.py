"""Pages of screening: ask for one, watch it, read it, compare it, and the verdicts of one thing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.ui import listing
from huanxin.registry import queries as registry

from . import exporting, queries, services, showing
from .forms import ListFilters, NewScreening
from .models import Screening

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
@requires("read")
def screenings(request: HttpRequest) -> HttpResponse:
    """All runs, newest first."""
    page = Paginator(queries.runs(), 30).get_page(request.GET.get("page"))
    context = {"page": page, "lines": showing.with_places(page), "may_screen": _may_screen(request)}
    return render(request, "renewal/screenings.html", context)


@require_http_methods(["GET", "POST"])
@requires("screen")
def new(request: HttpRequest) -> HttpResponse:
    """Choose kinds, place, packs and day; the run goes on without the page."""
    form = NewScreening(request.POST or None, initial=request.GET.dict())
    if request.method == "GET" or not form.is_valid():
        return render(request, "renewal/new.html", {"form": form}, status=422 if form.is_bound else 200)
    wanted = form.cleaned_data
    _must_be_allowed(request, wanted["place"])
    try:
        run = services.start(
            wanted["kinds"],
            place=wanted["place"],
            packs=wanted["packs"] or None,
            on=wanted["on"],
            known_on=wanted["known_on"],
            by=request.user,  # type: ignore[arg-type]
        )
    except services.NothingToScreen as nothing:
        form.add_error(None, str(nothing))
        return render(request, "renewal/new.html", {"form": form}, status=422)
    return redirect("renewal:screening", run.pk)


@require_GET
@requires("read")
def screening(request: HttpRequest, number: int) -> HttpResponse:
    """A run: on its way, failed, or its counts, map, bars and list."""
    run = services.look_after(get_object_or_404(Screening.objects.select_related("by"), pk=number))
    if run.state != "done":
        return render(request, "renewal/under_way.html", {"run": run})
    choices = showing.lists(run)
    form = ListFilters(request.GET, choices)
    try:
        page = queries.verdicts(run, form.filters(_areas(request)), after=request.GET.get("after", ""))
    except queries.BadFilter as wrong:
        raise Http404(str(wrong)) from wrong
    exports = [(kind, reverse("renewal:download", args=[run.pk, kind])) for kind in exporting.FORMS]
    columns = showing.columns(run, page.rows, choices["missing"])
    shown = listing.page(request, page, columns, form, count=page, exports=exports)
    earlier = queries.comparable(run)
    overview = showing.overview(run) | {"sees_all": not _areas(request)}
    return listing.respond(request, "renewal/screening.html", shown, run=run, earlier=earlier, **overview)


@require_GET
@requires("read")
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far a run is; asked for every second by the page that waits. Sends the page on when it is done."""
    run = services.look_after(get_object_or_404(Screening, pk=number))
    response = render(request, "renewal/_progress.html", {"run": run})
    if not run.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@requires("screen")
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """End a run that is under way."""
    run = get_object_or_404(Screening, pk=number)
    _must_be_allowed(request, run.place)
    services.stop(run, by=request.user)  # type: ignore[arg-type]
    return redirect("renewal:screening", number)


@require_POST
@requires("screen")
def again(request: HttpRequest, number: int) -> HttpResponse:
    """The same question again, by the packs in force now."""
    run = get_object_or_404(Screening, pk=number)
    _must_be_allowed(request, run.place)
    try:
        asked = services.start(
            run.kind_ids,
            place=run.place,
            on=run.on,
            known_on=run.known_on,
            by=request.user,  # type: ignore[arg-type]
        )
    except services.NothingToScreen as nothing:
        messages.error(request, str(nothing))
        return redirect("renewal:screening", number)
    return redirect("renewal:screening", asked.pk)


@require_GET
@requires("read")
def download(request: HttpRequest, number: int, form: str) -> FileResponse:
    """Exactly the list that the page's filters show, as xlsx, csv or Parquet."""
    run = get_object_or_404(Screening, pk=number, state="done")
    if form not in exporting.FORMS:
        raise Http404(form)
    filters = ListFilters(request.GET, showing.lists(run)).filters(_areas(request))
    out = Path(tempfile.mkdtemp()) / f"screening-{run.pk}.{form}"
    try:
        exporting.write(run, filters, out)
        # The open file outlives its name, so that nothing is left behind when the answer is sent.
        return FileResponse(out.open("rb"), as_attachment=True, filename=out.name)
    except queries.BadFilter as wrong:
        raise Http404(str(wrong)) from wrong
    finally:
        out.unlink(missing_ok=True)
        out.parent.rmdir()


@require_GET
@requires("read")
def reasons(request: HttpRequest, number: int, asset: int) -> HttpResponse:
    """Why one thing got its verdicts in this run."""
    run = get_object_or_404(Screening, pk=number, state="done")
    found = queries.reasons(asset, run)
    if found is None or not _may_see(request, found.verdict.place):
        raise Http404(_("This run holds no verdict on that thing, or it lies outside your area."))
    context = {
        "run": run,
        "asset": asset,
        "identity": registry.identities_shown([asset]).get(asset),
        "reasons": found,
        "packs": showing.decisions(found),
    }
    return render(request, "renewal/reasons.html", context)


@require_GET
@requires("read")
def asset_verdicts(request: HttpRequest, asset: int) -> HttpResponse:
    """A fragment for the page of a thing: the latest verdict with every check, fact and clause."""
    latest = queries.verdict_of(asset)
    if latest is None or not _may_see(request, latest[1].place):
        return render(request, "renewal/_asset.html", {"asset": asset})
    run = latest[0]
    found = queries.reasons(asset, run)
    context = {
        "asset": asset,
        "run": run,
        "reasons": found,
        "packs": showing.decisions(found) if found else [],
    }
    return render(request, "renewal/_asset.html", context)


@require_GET
@requires("read")
def compare(request: HttpRequest, number: int, earlier: int) -> HttpResponse:
    """What changed since an earlier run, and which rule, fact or day did it."""
    run, before = (get_object_or_404(Screening, pk=pk, state="done") for pk in (number, earlier))
    found = queries.compare(run, before)
    context = {
        "run": run,
        "earlier": before,
        "comparison": found,
        "causes": showing.causes(found, run, before),
        "changed_packs": showing.changed_packs(found, run, before),
    }
    return render(request, "renewal/compare.html", context)


def _areas(request: HttpRequest) -> tuple[str, ...]:
    """Where this person may read; nothing where that is everywhere."""
    found = access.areas(request.user, "read")
    return () if access.REGION in found else tuple(found)


def _may_see(request: HttpRequest, place: str | None) -> bool:
    areas = _areas(request)
    return not areas or any((place or "").startswith(area) for area in areas)


def _may_screen(request: HttpRequest) -> bool:
    return access.may_somewhere(request.user, "screen")


def _must_be_allowed(request: HttpRequest, place: str) -> None:
    code = queries.prefix(place) if place else access.REGION
    if not access.may(request.user, "screen", code):
        raise PermissionDenied(_("Your mandate does not cover this place. Choose your own league or banner."))
