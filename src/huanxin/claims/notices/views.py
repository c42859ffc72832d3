"""Pages of the public notice: for staff, and without login for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires, throttled
from huanxin.foundation.access.services import disclose
from huanxin.foundation.lib import pages, reader

from ..models import Claim, Objection, Programme, PublicNotice, State
from ..refusals import Refused
from ..review import showing
from . import queries, services
from .forms import AnswerForm, ObjectionForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
@requires("review")
def notices(request: HttpRequest) -> HttpResponse:
    """What is to be published, what stands in notice, objections to answer."""
    to_publish = queries.to_publish(request.user)
    places = queries.places_of(to_publish)
    page = pages.by_key(queries.notices(request.user), request.GET.get("after"), 20)
    names = showing.titles({*(row.programme for row in to_publish), *(n.programme for n in page.rows)})
    today = timezone.localdate()
    context = {
        "to_publish": [
            (
                row,
                names[row.programme.pk],
                reader.said(places[row.place_code]),
                showing.money(row.amount),
            )
            for row in to_publish
        ],
        "page": page,
        "notices": [
            (
                notice,
                names[notice.programme_id],
                reader.said(notice.place),
                queries.days_left(notice),
            )
            for notice in page.rows
        ],
        "objections": list(queries.open_objections(request.user)[:50]),
        "today": today,
    }
    return render(request, "claims/notices.html", context)


@require_POST
@requires("review")
def publish(request: HttpRequest) -> HttpResponse:
    """Put the reviewed claims of a programme in a place into public notice."""
    programme = get_object_or_404(Programme, slug=request.POST.get("programme", ""))
    try:
        done = services.publish(
            programme, request.POST.get("place", "")[:6], by=request.user,  # type: ignore[arg-type]
            from_where=request.META.get("REMOTE_ADDR", ""),
        )  # fmt: skip
    except (Refused, ValueError) as refused:
        messages.error(request, str(refused))
        return redirect("claims:notices")
    n = len(done.numbers)
    messages.success(
        request,
        ngettext("%(n)d claim stands in public notice now.", "%(n)d claims stand in public notice now.", n)
        % {"n": n},
    )
    for number, why in done.left:
        messages.warning(request, f"{number}: {why}")
    return redirect("claims:notices")


@require_http_methods(["GET", "POST"])
@requires("review")
def objection(request: HttpRequest, number: int) -> HttpResponse:
    """One objection, and its answer."""
    rows = Objection.objects.filter(access.in_areas(request.user, "review", "claim__place_id"), kind="notice")
    found = get_object_or_404(
        rows.select_related("claim__applicant", "claim__place", "answered_by"), pk=number
    )
    form = AnswerForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.answer(
                    found, form.cleaned_data["outcome"], form.cleaned_data["answer"], by=request.user,  # type: ignore[arg-type]
                    from_where=request.META.get("REMOTE_ADDR", ""),
                )  # fmt: skip
                messages.success(request, _("The objection is answered."))
                return redirect("claims:notices")
            except Refused as refused:
                form.add_error(None, str(refused))
    context = {"objection": found, "form": form, "is_open": found.outcome == Objection.Outcome.OPEN}
    return render(request, "claims/objection.html", context, status=status)


@require_POST
@requires("disclose")
def contact(request: HttpRequest, number: int) -> HttpResponse:
    """How somebody who objected can be reached, for a reason that is kept."""
    rows = Objection.objects.filter(access.in_areas(request.user, "disclose", "claim__place_id"))
    found = get_object_or_404(rows.select_related("claim"), pk=number, contact_sealed__isnull=False)
    reason = request.POST.get("reason", "").strip()
    shown = ""
    if reason:
        shown = disclose(
            f"{found.claim.number}: objection {found.pk}", bytes(found.contact_sealed or b""), reason=reason,
            by=request.user, place_code=found.claim.place_id,  # type: ignore[arg-type]
        )  # fmt: skip
    context = {"objection": found, "shown": shown}
    return render(request, "claims/contact.html", context, status=200 if reason else 422)


@require_GET
def open_notices(request: HttpRequest) -> HttpResponse:
    """The notices that stand today, for everybody."""
    page = pages.by_key(queries.running(), request.GET.get("after"), 50)
    names = showing.titles({notice.programme for notice in page.rows})
    rows = [
        (notice, names[notice.programme_id], reader.said(notice.place), queries.days_left(notice))
        for notice in page.rows
    ]
    return render(request, "claims/open_notices.html", {"page": page, "rows": rows})


@require_GET
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """One notice, without login: masked names, amounts, and how to object. After its end nothing is shown."""
    found = _notice(number)
    page = queries.claims_in(found, request.GET.get("after"))
    context = {
        "notice": found,
        "is_over": _is_over(found),
        "title": showing.titles([found.programme])[found.programme_id],
        "place": reader.said(found.place),
        "days_left": queries.days_left(found),
        "rows": []
        if _is_over(found)
        else [(row, _masked(row), reader.said(row.place), showing.money(row.amount)) for row in page.rows],
        "next": page.next,
    }
    return render(request, "claims/notice.html", context)


@require_http_methods(["GET", "POST"])
@throttled("objection", "20/h/ip")
def object_to(request: HttpRequest, number: str, claim: str) -> HttpResponse:
    """Say something against one claim of a notice, without login; so many times an hour from one address."""
    found = _notice(number)
    row = get_object_or_404(Claim.objects.select_related("applicant", "notice"), number=claim, notice=found)
    if _is_over(found) or row.state != State.NOTICE:
        raise Http404(_("This claim is not in public notice any more."))
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = services.object_to(
                row, form.cleaned_data["text"], contact=form.cleaned_data["contact"], by=request.user
            )
        except Refused as ended:
            raise Http404(str(ended)) from ended
        return redirect("claims:objection_answer", queries.receipt_of(kept))
    context = {"notice": found, "claim": row, "name": _masked(row), "form": form}
    return render(request, "claims/object.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@throttled("objection-answer", "60/h/ip")
def answer(request: HttpRequest, receipt: str) -> HttpResponse:
    """What became of an objection, for whoever has its number: no login, nothing else of the claim."""
    found = queries.by_receipt(receipt)
    if found is None:
        raise Http404(_("No objection has this number. Compare it with what you wrote down."))
    return render(request, "claims/objected.html", {"objection": found, "receipt": queries.receipt_of(found)})


def _notice(number: str) -> PublicNotice:
    rows = PublicNotice.objects.select_related("programme", "place")
    return get_object_or_404(rows, number=number)


def _is_over(notice: PublicNotice) -> bool:
    return notice.ended_at is not None or timezone.localdate() > notice.to_on


def _masked(claim: Claim) -> str:
    return queries.masked(claim.applicant.name, is_person=claim.applicant.kind == "person")
