"""The start page, and the search for one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.ui import places
from huanxin.registry import queries as registry

from . import numbers, overview

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_MOST_FOUND = 30


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """What exists, what must go, what is next; before anything is there, the first steps."""
    if not request.user.is_authenticated:
        return render(request, "web/welcome.html")
    areas = access.areas(request.user, "read")
    if not areas:
        return render(request, "web/for_people.html", {"services": overview.services(request.user)})
    names = places.names()
    context: dict[str, Any] = {
        "kinds": overview.kinds(areas),
        "latest": overview.latest(areas, names),
        "steps": overview.next_steps(request.user, names),
    }
    return render(request, "web/start.html", context)


@require_GET
@requires("read")
def search(request: HttpRequest) -> HttpResponse:
    """Things by whole identity or part of their name, claims, vouchers and batches by their number.

    Where only one fits, it leads straight to it.
    """
    text = request.GET.get("q", "").strip()
    areas = access.areas(request.user, "read")
    found = registry.find(text, limit=_MOST_FOUND) if len(text) > 1 else []
    mine = [
        thing
        for thing in found
        if access.REGION in areas or any((thing.place_id or "").startswith(area) for area in areas)
    ]
    leads = numbers.leads(request.user, text)  # type: ignore[arg-type]
    if len(mine) == 1 and not leads:
        return redirect("registry:asset", mine[0].pk)
    if len(leads) == 1 and not mine:
        return redirect(leads[0].address)
    context = {"text": text, "leads": leads, "things": overview.things(mine), "is_short": 0 < len(text) < 2}
    return render(request, "web/search.html", context)
