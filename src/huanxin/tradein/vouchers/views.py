"""Pages of vouchers: take one, show it at the till, open a round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import pages
from huanxin.foundation.ui import listing
from huanxin.registry.parties import queries as parties
from huanxin.rulebook.queries import NotInForce

from . import forms, queries, services, showing, tables

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@require_GET
@requires("apply")
def vouchers(request: HttpRequest) -> HttpResponse:
    """Which rounds there are, how many vouchers are left, and the person's own, each with its picture."""
    now, party = timezone.now(), parties.party_of(request.user)
    context = {
        "party": party,
        "now": now,
        "offers": showing.offers(party, now),
        "cards": showing.cards(party) if party else [],
    }
    return render(request, "tradein/vouchers.html", context)


@require_POST
@requires("apply")
def take(request: HttpRequest) -> HttpResponse:
    """Take a voucher; whoever has one already is shown that one."""
    party = parties.party_of(request.user)
    wanted = request.POST.get("round", "")
    found = queries.round_(int(wanted)) if wanted.isdecimal() else None
    if party is None or found is None:
        messages.error(request, _("Vouchers are for persons with their real name: register it first."))
        return redirect("tradein:vouchers")
    try:
        voucher = services.take_voucher(
            found,
            party,
            request.POST.get("class", ""),
            by=request.user,  # type: ignore[arg-type]
            place_code=showing.place_of(party),
        )
    except services.NotTaken as refused:
        messages.error(request, str(refused))
        return redirect("tradein:vouchers")
    return redirect("tradein:voucher", voucher.code)


@never_cache
@require_GET
@requires("apply")
def voucher(request: HttpRequest, code: str) -> HttpResponse:
    """One voucher, to be held under the scanner."""
    party = parties.party_of(request.user)
    found = queries.vouchers_of(party).filter(code=queries.plain_code(code)).first() if party else None
    if found is None:
        raise Http404(_("You have no voucher of this code."))
    context = {"card": showing.card(found), "events": queries.events(found)}
    return render(request, "tradein/voucher.html", context)


@never_cache
@require_GET
@requires("apply")
def round_state(request: HttpRequest, number: int) -> JsonResponse:
    """How a round stands at this moment: our clock, vouchers left, people in line. Asked by the page."""
    found = queries.round_(number)
    if found is None:
        raise Http404
    now, place = timezone.now(), showing.place_of(parties.party_of(request.user))
    state = queries.standing(found, place, now)
    return JsonResponse(
        {
            "now": now.isoformat(),
            "opens_at": found.opens_at.isoformat(),
            "is_open": state.is_open,
            "n_left": state.n_left,
            "n_waiting": services.n_waiting(),
        }
    )


@require_http_methods(["GET", "POST"])
@requires("programme")
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round with how many were taken; open another."""
    programmes = [
        p
        for p in queries.programmes().exclude(state="closed").order_by("slug")
        if access.may(request.user, "programme", p.place_code)
    ]
    form = forms.RoundForm(programmes, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.open_round(
                next(p for p in programmes if p.slug == form.cleaned_data["programme"]),
                opens_at=form.times()["opens_at"],
                closes_at=form.times()["closes_at"],
                most=form.cleaned_data["most"],
                by=request.user,  # type: ignore[arg-type]
            )
            messages.success(request, _("The round is announced."))
            return redirect("tradein:rounds")
        except (services.RoundRefused, NotInForce) as refused:
            form.add_error(None, str(refused))
    page = pages.by_key(queries.counted_rounds(), request.GET.get("after"))
    found = listing.page(request, page, tables.rounds())
    context = {"form": form, "listing": found, "has_programmes": bool(programmes)}
    return render(request, "tradein/rounds.html", context, status=422 if form.errors else 200)
