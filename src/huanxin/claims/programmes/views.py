"""Pages of the officer: programmes, one programme with its money and quotas, top-ups, the list as a sheet."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Count
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import reader
from huanxin.foundation.ui import places
from huanxin.ledger import queries as ledger

from ..filing import wording
from ..life import services as life
from ..models import State
from ..refusals import Refused, UnknownProgramme
from ..top_ups import services as topping
from . import exporting, queries, services
from .forms import DESKS, DeedForm, NewProgrammeForm, QuotaForm, TopUpForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from .models import Programme

_MOST_SHOWN = 200


@require_GET
@requires("programme")
def programmes(request: HttpRequest) -> HttpResponse:
    """Every programme: its state, its money, how many claims stand where."""
    found = list(queries.programmes())
    titles = wording.titles(found)
    left = _sums()
    names = places.names()
    cards = [(p, titles[p.pack_id], left.get(p.slug), names.get(p.place_code, p.place_code)) for p in found]
    return render(request, "claims/programmes.html", {"cards": cards})


@require_http_methods(["GET", "POST"])
@requires("programme")
def new_programme(request: HttpRequest) -> HttpResponse:
    """Open a programme from any released benefit pack."""
    form = NewProgrammeForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "claims/new_programme.html", {"form": form}, status=status)
    try:
        opened = services.open_programme(by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(None, str(refused))
        return render(request, "claims/new_programme.html", {"form": form}, status=422)
    if ends := queries.ends_earlier(opened):
        messages.warning(
            request,
            _("The pack ends on %(day)s: after it nothing is granted, although the programme is open.")
            % {"day": date_format(ends)},
        )
    messages.success(request, _("Opened. Its money is entered at “Money”, under its short name."))
    return redirect("claims:programme", opened.slug)


@require_GET
@requires("programme")
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """One programme: window, chain, clock, money by source and place, quotas, how many claims stand where."""
    return _shown(request, _one(slug))


def _shown(
    request: HttpRequest, found: Programme, quota: QuotaForm | None = None, status: int = 200
) -> HttpResponse:
    counted = dict(found.claims.order_by().values_list("state").annotate(Count("id")))
    pack, names = queries.pack_of(found), places.names()
    context = {
        "programme": found,
        "pack": pack,
        "title": reader.said(pack.title),
        "standing": [(s, names.get(s.budget.place_code, "")) for s in ledger.standing(found.slug)],
        "states": [(State(state).label, state, counted[state]) for state in State.values if state in counted],
        "n_waiting": counted.get(State.QUEUED, 0),
        "desks": [label for value, label in DESKS if value in found.chain],
        "quotas": [(q, names.get(q.place_code, "")) for q in found.quotas.order_by("place_code", "week_of")],
        "place": names.get(found.place_code, found.place_code),
        "ends_earlier": queries.ends_earlier(found),
        "quota_form": quota or QuotaForm(within=found.place_code),
        "deed_form": DeedForm(),
        "may_run": access.may(request.user, "programme", found.place_code),
        "forms": exporting.FORMS,
    }
    return render(request, "claims/programme.html", context, status=status)


@require_POST
@requires("programme")
def programme_deed(request: HttpRequest, slug: str, deed: str) -> HttpResponse:
    """Pause, resume, close; let claims out of the line."""
    found = _one(slug)
    form = DeedForm(request.POST)
    form.is_valid()
    by: Any = request.user
    try:
        if deed == "pause":
            services.pause(found, by=by, reason=form.cleaned_data.get("reason", ""))
        elif deed == "resume":
            services.resume(found, by=by)
        elif deed == "close":
            services.close(found, by=by)
        elif deed == "release":
            services.may_run(found, by)
            n = len(life.release_queue(found, by=by))
            said = ngettext("%(n)s claim goes on.", "%(n)s claims go on.", n) % {"n": n}
            messages.success(request, said)
        else:
            raise Http404(deed)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("claims:programme", slug)


@require_POST
@requires("programme")
def quota(request: HttpRequest, slug: str) -> HttpResponse:
    """Set or take away the most that one place may grant."""
    found = _one(slug)
    form = QuotaForm(request.POST, within=found.place_code)
    if not form.is_valid():
        return _shown(request, found, form, 422)
    try:
        kept = services.set_quota(found, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(None, str(refused))
        return _shown(request, found, form, 422)
    place = dict(form.fields["place_code"].choices)[form.cleaned_data["place_code"]].strip()  # type: ignore[attr-defined]
    said = _("The quota of %(place)s is kept.") if kept else _("%(place)s has no quota any more.")
    messages.success(request, said % {"place": place})
    return redirect("claims:programme", slug)


@require_http_methods(["GET", "POST"])
@requires("programme")
def top_ups(request: HttpRequest, slug: str) -> HttpResponse:
    """What a later notice owes, claim by claim; filed with one press."""
    found = _one(slug)
    asked = request.POST if request.method == "POST" else request.GET
    form = TopUpForm(asked if "known_on" in asked else None)
    owed: list[topping.TopUp] = []
    if form.is_valid() and request.method == "POST":
        try:
            filed = topping.file_top_ups(found, form.cleaned_data["known_on"], by=request.user)  # type: ignore[arg-type]
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("claims:programme", slug)
        n = len(filed)
        messages.success(request, ngettext("%(n)s top-up filed.", "%(n)s top-ups filed.", n) % {"n": n})
        return redirect("claims:programme", slug)
    if form.is_valid():
        owed = topping.find_top_ups(found, form.cleaned_data["known_on"])
    context = {
        "programme": found, "form": form, "owed": owed[:_MOST_SHOWN], "n_owed": len(owed),
        "sum": sum(one.owed for one in owed), "is_asked": form.is_bound and form.is_valid(),
    }  # fmt: skip
    return render(request, "claims/top_ups.html", context, status=422 if form.errors else 200)


@require_GET
@requires("programme")
def export(request: HttpRequest, slug: str, form: str) -> FileResponse:
    """The programme's claims as a sheet; its columns come from the pack, personal data is masked."""
    found = _one(slug)
    if form not in exporting.FORMS:
        raise Http404(form)
    out = Path(tempfile.mkdtemp()) / f"{found.slug}.{form}"
    try:
        exporting.export_claims(found, out, access.in_areas(request.user, "programme"))
        # The open file outlives its name, so that nothing is left behind when the answer is sent.
        return FileResponse(out.open("rb"), as_attachment=True, filename=out.name)
    finally:
        out.unlink(missing_ok=True)
        out.parent.rmdir()


def _one(slug: str) -> Programme:
    try:
        return queries.programme(slug)
    except UnknownProgramme as unknown:
        raise Http404(str(unknown)) from unknown


def _sums() -> dict[str, dict[str, Any]]:
    """What was granted to each programme, what of it is left, and what was paid. Two queries."""
    found: dict[str, dict[str, Any]] = {}
    for standing in ledger.standing():
        sums = found.setdefault(standing.budget.programme, {"granted": 0, "available": 0, "paid": 0})
        for stage in sums:
            sums[stage] += getattr(standing, stage)
    return found
