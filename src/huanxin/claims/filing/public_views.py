"""Pages before a claim: what can I get, one programme with its calculator, the real name, the first place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from huanxin.foundation.access import services as mandates
from huanxin.foundation.access.guards import requires
from huanxin.foundation.access.models import Role
from huanxin.foundation.lib import reader
from huanxin.registry import queries as registry
from huanxin.registry import services as registering

from ..models import State
from ..programmes import queries as programmes
from ..refusals import BadAnswers, Refused, UnknownProgramme
from . import queries, services, wording
from .forms import CalculatorForm, PartyForm, PlaceForm, RegisterForm
from .questions import slots

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from huanxin.foundation.access.models import User
    from huanxin.registry.models import Party

    from ..models import Programme


@require_GET
def entitlements(request: HttpRequest) -> HttpResponse:
    """What can I get: every programme of today or to come, with its last day and what money is left."""
    place = _home(request)
    found = programmes.entitlements()
    left = programmes.money_left([entry.programme for entry in found], place.code if place else "15")
    form = PlaceForm(initial={"place": place.code if place else ""})
    cards = [(entry, reader.said(entry.pack.title), left.get(entry.programme.slug)) for entry in found]
    return render(request, "claims/entitlements.html", {"cards": cards, "form": form, "place": place})


@require_GET
def about(request: HttpRequest, slug: str) -> HttpResponse:
    """One programme: who, how much, which papers, how long; and a calculator that keeps nothing."""
    programme = _programme(slug)
    today = timezone.localdate()
    pack = programmes.pack_of(programme, today)
    form = CalculatorForm(programme, pack, request.GET if "reckon" in request.GET else None)
    decision = form.decision()
    context = {
        "programme": programme,
        "pack": pack,
        "title": reader.said(pack.title),
        "document": reader.said(pack.document),
        "closed": programmes.why_closed(programme, today),
        "checks": [(reader.said(c.says), reader.said(c.clause)) for c in pack.checks],
        "figures": wording.figures(pack, today),
        "papers": [slot.called for slot in slots(pack, [*pack.facts, *pack.things])],
        "left": programmes.money_left([programme], "15").get(programme.slug),
        "form": form,
        "decision": decision,
        "failing": wording.failing(decision) if decision else [],
        "needed": [reader.said(pack.facts[name].ask) for name in decision.needs] if decision else [],
    }
    template = "claims/_reckoned.html" if request.headers.get("HX-Request") else "claims/about.html"
    return render(request, template, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
def register(request: HttpRequest) -> HttpResponse:
    """A person gives the real name and number, once; with it comes the right to apply."""
    known = registry.party_of(request.user)
    following = request.POST.get("next") or request.GET.get("next", "")
    if known is not None:
        return redirect(_safe(request, following))
    form = RegisterForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _form(request, "claims/register.html", form, next=following)
    said, person = form.cleaned_data, cast("User", request.user)
    try:
        registering.enter_party(said["name"], said["number"], login=person, place=said["place"])
    except registering.PartyRefused as refused:
        form.add_error(refused.field, str(refused))
        return _form(request, "claims/register.html", form, next=following)
    mandates.give_mandate(person, Role.APPLICANT, said["place"], by=None)
    return redirect(_safe(request, following))


@require_http_methods(["GET", "POST"])
@login_required
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a claim of one's own: in which place. Whoever has a draft of this programme goes on with it."""
    programme = _programme(slug)
    party = registry.party_of(request.user)
    if party is None:
        return redirect(f"{reverse('claims:register')}?next={request.path}")
    open_ = (
        queries.of_person(request.user)
        .filter(programme=programme, state=State.DRAFT, applicant=party)
        .first()
    )
    if open_ is not None:
        return redirect(queries.draft(open_).following())
    initial = {"place": party.place_id or ""}
    form = PlaceForm(request.POST or None, within=programme.place_code, initial=initial)
    return _begun(request, programme, party, form, "claims/begin.html")


@require_http_methods(["GET", "POST"])
@requires("import")
def begin_for(request: HttpRequest, slug: str) -> HttpResponse:
    """A clerk begins a claim for somebody at the window."""
    programme = _programme(slug)
    form = PartyForm(request.POST or None, within=programme.place_code)
    if request.method == "GET" or not form.is_valid():
        return _form(request, "claims/begin_for.html", form, programme=programme)
    said = form.cleaned_data
    digits = "".join(said["number"].split())[:17]
    kind = "person" if digits.isdigit() else "organisation"
    try:
        party = registering.enter_party(said["name"], said["number"], kind=kind, place=said["place"])
    except registering.PartyRefused as refused:
        form.add_error(refused.field, str(refused))
        return _form(request, "claims/begin_for.html", form, programme=programme)
    return _begun(request, programme, party, form, "claims/begin_for.html")


def _begun(
    request: HttpRequest, programme: Programme, party: Party, form: PlaceForm, template: str
) -> HttpResponse:
    if request.method == "GET" or not form.is_valid():
        return _form(request, template, form, programme=programme, title=_title(programme))
    try:
        by, place = cast("User", request.user), form.cleaned_data["place"]
        claim = services.start(programme, party, by=by, place_code=place)
    except BadAnswers as bad:
        form.add_error("place", bad.errors.get("place", str(bad)))
        return _form(request, template, form, programme=programme, title=_title(programme))
    except Refused as refused:
        form.add_error(None, str(refused))
        return _form(request, template, form, programme=programme, title=_title(programme))
    return redirect(queries.draft(queries.claim(claim.number)).following())


def _programme(slug: str) -> Programme:
    try:
        return programmes.programme(slug)
    except UnknownProgramme as unknown:
        raise Http404(str(unknown)) from unknown


def _title(programme: Programme) -> str:
    return wording.titles([programme])[programme.pack_id]


def _home(request: HttpRequest) -> Any:
    """The place that somebody asks for, or is at home in."""
    party = registry.party_of(request.user)
    code = request.GET.get("place") or (party.place_id if party else "") or ""
    return registry.place(code) if code.isdigit() else None


def _safe(request: HttpRequest, following: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(
        following, {request.get_host()}, require_https=request.is_secure()
    )
    return following if following and is_ours else reverse("claims:mine")


def _form(request: HttpRequest, template: str, form: Any, **context: object) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)
