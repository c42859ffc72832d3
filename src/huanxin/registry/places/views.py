"""The queue of things whose place a person must settle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.ui import places

from .. import forms, queries, services, showing
from . import words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from ..models import Asset

OUTSIDE = "outside"


@require_GET
@requires("import")
def doubts(request: HttpRequest) -> HttpResponse:
    """One thing at a time: why its place is in doubt, and what it may be."""
    waiting = queries.doubts(within=access.within(request.user, "import"))
    after, wanted = request.GET.get("after", ""), request.GET.get("thing", "")
    if wanted.isdecimal():
        return _ask(request, waiting.filter(pk=int(wanted)).first())
    thing = waiting.filter(pk__gt=int(after)).first() if after.isdecimal() else waiting.first()
    return _ask(request, thing or waiting.first())


@require_POST
@requires("import")
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """Keep what the person said; the next one follows."""
    thing = get_object_or_404(queries.doubts(within=access.within(request.user, "import")), pk=number)
    form = forms.SettleForm(request.POST, access.areas(request.user, "import"))
    if not form.is_valid():
        return _ask(request, thing, form)
    code = form.cleaned_data["code"]
    from ..views import may_import_at

    may_import_at(request, access.REGION if code == OUTSIDE else code)
    try:
        services.settle_place(thing, None if code == OUTSIDE else code, by=request.user)  # type: ignore[arg-type]
    except services.UnknownPlace as unknown:
        form.add_error(None, str(unknown))
        return _ask(request, thing, form)
    messages.success(request, _("%(thing)s: place settled.") % {"thing": thing})
    return redirect(f"{request.path.rsplit('/', 2)[0]}/?after={number}")


def _ask(request: HttpRequest, thing: Asset | None, form: forms.SettleForm | None = None) -> HttpResponse:
    areas = access.areas(request.user, "import")
    is_everywhere = access.REGION in areas
    waiting = queries.doubts(within=None if is_everywhere else areas)
    context: dict[str, Any] = {"thing": thing, "n": waiting.count(), "is_everywhere": is_everywhere}
    if thing is not None:
        doubt = thing.place_doubt or {}
        names = places.names()
        context |= {
            "form": form or forms.SettleForm(None, areas),
            "kind": showing.kind_names().get(thing.kind, thing.kind),
            "why": words.why(doubt.get("why", "")),
            "said": [(words.SAID[k], v) for k, v in doubt.get("said", {}).items() if k in words.SAID],
            "candidates": [
                (code, names[code])
                for code in doubt.get("candidates", [])
                if code in names and code.startswith(tuple(areas))
            ],
            "elsewhere": [
                names[code]
                for code in doubt.get("candidates", [])
                if code in names and not code.startswith(tuple(areas))
            ],
        }
    return render(request, "registry/doubts.html", context, status=422 if form else 200)
