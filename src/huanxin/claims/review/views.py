"""Pages of the reviewer: the queue, one file, many green files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import reader
from huanxin.foundation.ui import listing
from huanxin.registry import queries as registry

from ..integrity import queries as integrity
from ..models import Claim, ClaimPaper, Programme
from ..refusals import Refused, UnknownClaim
from . import queries, services, sheet, showing
from .forms import DeedForm, QueueFilters, ReasonForm
from .seats import GREEN

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


_GREEN_AT_ONCE = 50


@require_GET
@requires("review")
def queue(request: HttpRequest) -> HttpResponse:
    """What lies at my desk, the most urgent first; filters in the address."""
    form, names = _filters(request)
    asked = form.asked()
    everything = queries.counts(queries.Asked(asked.seat))
    found = listing.page(
        request,
        queries.page(asked, request.GET.get("after")),
        showing.columns(names, _kept(request)),
        form,
        count=queries.count(asked, everything),
    )
    return listing.respond(
        request,
        "claims/queue.html",
        found,
        counts=everything,
        elsewhere=showing.waiting(queries.elsewhere(asked.seat)),
        seat=asked.seat,
        seat_name=showing.seat_name(asked.seat),
    )


@require_GET
@requires("review")
def file(request: HttpRequest, number: str) -> HttpResponse:
    """One file on one screen."""
    return _sheet(request, _claim(request, number))


@require_GET
@requires("review")
def conditions(request: HttpRequest, number: str) -> HttpResponse:
    """The checks against cheating on one file: met, not met, or not to be told for want of which data."""
    claim = _claim(request, number)
    context = {"claim": claim, "told": integrity.told_of(claim)}
    is_part = request.headers.get("HX-Request")
    return render(request, "claims/_conditions.html" if is_part else "claims/conditions.html", context)


@require_POST
@requires("review")
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """One step with one file, and the next file at once."""
    claim = _claim(request, number)
    form = DeedForm(request.POST)
    form.is_valid()
    said = form.cleaned_data
    asked = _filters(request)[0].asked()
    following = queries.after(claim, asked)
    try:
        services.decide(
            claim, said.get("deed", ""), by=request.user, reason=said.get("reason", ""),  # type: ignore[arg-type]
            seen=said.get("n_steps"), from_where=request.META.get("REMOTE_ADDR", ""),
        )  # fmt: skip
    except Refused as refused:
        return _sheet(request, _claim(request, number), refused=str(refused), typed=said, status=422)
    word = sheet.deed_word(said["deed"], done=True)
    messages.success(request, _("%(number)s: %(deed)s.") % {"number": number, "deed": word})
    if following is None:
        return redirect(_with_filters(request, reverse("claims:queue")))
    return redirect(_with_filters(request, reverse("claims:file", args=[following.number])))


@require_POST
@requires("review")
def read_paper(request: HttpRequest, number: str, paper: int) -> HttpResponse:
    """Let a machine read a paper; what it finds stands beside the facts for a person to confirm."""
    claim = _claim(request, number)
    row = get_object_or_404(ClaimPaper.objects.select_related("claim", "paper"), pk=paper, claim=claim)
    try:
        found = services.read_paper(row)
        if not found:
            messages.warning(request, _("Nothing that is asked for could be read on this paper."))
    except (registry.ReaderMissing, registry.PaperLost, registry.PaperAltered) as trouble:
        messages.error(request, str(trouble))
    return redirect(_with_filters(request, reverse("claims:file", args=[number])) + "#facts")


@require_POST
@requires("disclose")
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Personal data of a claim in full, for a reason that is kept with the name of whoever asked."""
    rows = Claim.objects.filter(access.in_areas(request.user, "disclose")).select_related("applicant")
    claim = get_object_or_404(rows, number=number)
    form = ReasonForm(request.POST)
    context = {"claim": claim, "shown": "", "form": form}
    if not form.is_valid():
        return render(request, "claims/revealed.html", context, status=422)
    what, reason = form.cleaned_data["what"], form.cleaned_data["reason"]
    try:
        context["shown"] = services.reveal(claim, what, reason=reason, by=request.user)  # type: ignore[arg-type]
    except KeyError as nothing:
        raise Http404 from nothing
    return render(request, "claims/revealed.html", context)


@require_http_methods(["GET", "POST"])
@requires("review")
def bulk(request: HttpRequest) -> HttpResponse:
    """Files on which every check is met, approved together; each is looked at again when it is."""
    form, names = _filters(request)
    asked = form.asked()
    done = None
    if request.method == "POST":
        done = services.approve_green(
            request.POST.getlist("number")[:_GREEN_AT_ONCE], by=request.user,  # type: ignore[arg-type]
            from_where=request.META.get("REMOTE_ADDR", ""),
        )  # fmt: skip
        n = len(done.approved)
        if n:
            said = ngettext("%(n)d file approved.", "%(n)d files approved.", n) % {"n": n}
            messages.success(request, said)
    green = queries.Asked(asked.seat, programme=asked.programme, light=GREEN)
    rows = queries.page(green, None, _GREEN_AT_ONCE).rows
    context = {
        "done": done,
        "rows": [(row, names.get(row.programme_id, ""), showing.clock(row.due_on)) for row in rows],
        "seat_name": showing.seat_name(asked.seat),
        "query": _kept(request),
    }
    return render(request, "claims/bulk.html", context)


def _sheet(
    request: HttpRequest, claim: Claim, *, refused: str = "", typed: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    found = queries.file(claim, request.user)  # type: ignore[arg-type]
    context = {
        "claim": claim,
        "file": found,
        "title": showing.titles([claim.programme])[claim.programme_id],
        "place": reader.said(claim.place),
        "light": showing.colour(claim.light),  # type: ignore[attr-defined]
        "clock": showing.clock(claim.due_on),
        "where": sheet.where(claim),
        "amount": showing.money(claim.amount),
        "checks": sheet.checks(claim, found.pack),
        "facts": sheet.facts(found),
        "papers": sheet.papers(found),
        "findings": sheet.findings(found),
        "links": sheet.links(found),
        "steps": sheet.steps(found),
        "deeds": sheet.deeds(found),
        "can_read": registry.can_read(),
        "may_audit": access.may(request.user, "audit", claim.place_id),
        "may_disclose": access.may(request.user, "disclose", claim.place_id),
        "query": _kept(request),
        "refused": refused,
        "typed": typed or {},
    }
    return render(request, "claims/file.html", context, status=status)


def _claim(request: HttpRequest, number: str) -> Claim:
    try:
        return queries.in_my_area(request.user, number)
    except UnknownClaim as unknown:
        raise Http404(_("There is no claim “%(number)s” in your area.") % {"number": number}) from unknown


def _filters(request: HttpRequest) -> tuple[QueueFilters, dict[int, str]]:
    """The filters of the queue, and the names of the programmes."""
    programmes = list(Programme.objects.order_by("slug"))
    names = showing.titles(programmes)
    seats = [(seat, showing.seat_name(seat)) for seat in queries.seats(request.user)]
    choices = [(programme.slug, names[programme.pk]) for programme in programmes]
    return QueueFilters(request.GET, seats, choices), names


def _kept(request: HttpRequest) -> str:
    """The filters of the queue, without the page of it."""
    query = request.GET.copy()
    query.pop("after", None)
    return query.urlencode()


def _with_filters(request: HttpRequest, address: str) -> str:
    query = _kept(request)
    return f"{address}?{query}" if query else address
