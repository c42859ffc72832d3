"""Pages of the inventory and of a thing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access import services as disclosing
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import reader
from huanxin.foundation.ui import listing

from . import forms, queries, services, showing
from .models import Asset

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_FORMS = ("xlsx", "csv", "parquet")


@require_GET
@requires("read")
def inventory(request: HttpRequest) -> HttpResponse:
    """What exists, filtered by the address, a page at a time."""
    form = forms.InventoryFilters(request.GET, access.areas(request.user, "read"))
    asked = form.asked()
    narrowed = queries.narrowed(asked, _mine(request))
    columns = showing.columns(queries.kind(asked.kind) if asked.kind else None)
    found = listing.page(
        request,
        queries.inventory(asked, request.GET.get("after"), found=narrowed),
        columns,
        form,
        count=queries.count(asked, narrowed),
        exports=[(word, reverse("registry:export", args=[word])) for word in _forms(request, asked)],
    )
    within = access.within(request.user, "import")
    return listing.respond(
        request,
        "registry/inventory.html",
        found,
        n_doubts=queries.doubts(within=within).count() if within != () else 0,
        may_import=within != (),
        is_empty=not any(queries.tallies().values()),
    )


@require_GET
@requires("read")
def export(request: HttpRequest, form: str) -> FileResponse:
    """Exactly the list that the page's filters show; with a kind asked for, with all its facts."""
    asked = forms.InventoryFilters(request.GET, access.areas(request.user, "read")).asked()
    if form not in _forms(request, asked):
        raise Http404(_("This list cannot be had in that format."))

    def write(path: Path) -> None:
        if asked.kind:
            services.export_assets(path, asked.kind, asked, rows=_mine(request))
        else:
            services.export_every_kind(path, asked, rows=_mine(request))

    return sent(f"inventory.{form}", write)


@require_GET
@requires("read")
def asset(request: HttpRequest, number: int) -> HttpResponse:
    """A thing: its state, what is known of it, its verdicts, its life."""
    thing = get_object_or_404(_mine(request).select_related("place", "holder"), pk=number)
    kind = queries.kind(thing.kind)
    facts = showing.facts(thing, kind)
    life = showing.life(thing, kind, queries.events(thing))
    numbers = [one["import_number"] for one in life if one["import_number"]]
    context = {
        "thing": thing,
        "kind": reader.said(kind.title),
        "place": reader.said(thing.place) if thing.place else thing.get_place_state_display(),
        "state": showing.state(thing),
        "known": [fact for fact in facts if fact[1]],
        "unknown": [fact[0] for fact in facts if not fact[1]],
        "life": life,
        "imports": set(
            queries.imports_for(request.user, "read").filter(pk__in=numbers).values_list("pk", flat=True)
        ),
        "verdicts_address": showing.verdicts_address(thing),
        "may_disclose": bool(thing.identity_sealed) and access.may_somewhere(request.user, "disclose"),
        "may_settle": thing.place_state == Asset.PlaceState.DOUBT
        and access.may_somewhere(request.user, "import"),
    }
    return render(request, "registry/asset.html", context)


@require_POST
@requires("disclose")
def identity(request: HttpRequest, number: int) -> HttpResponse:
    """A thing's identity in full, for a reason that is kept with the name of whoever asked."""
    thing = get_object_or_404(_mine(request), pk=number, identity_sealed__isnull=False)
    reason = request.POST.get("reason", "").strip()
    context = {"thing": thing, "identity": "", "lacks_reason": not reason}
    if reason:
        what = f"{thing.kind} {thing.pk}: identity"
        context["identity"] = disclosing.disclose(
            what, bytes(thing.identity_sealed or b""), reason=reason, by=request.user,  # type: ignore[arg-type]
            place_code=thing.place_id or access.REGION,
        )  # fmt: skip
    return render(request, "registry/identity.html", context, status=200 if reason else 422)


@require_GET
@requires("read")
def template(request: HttpRequest, kind: str) -> FileResponse:
    """An empty sheet for a kind, to fill in and bring back."""
    if kind not in queries.kinds():
        raise Http404(_("There is no such kind of thing."))
    return sent(f"{kind}.xlsx", lambda path: services.template(kind, path))


def sent(name: str, write: Callable[[Path], None]) -> FileResponse:
    """A file written for this answer alone; nothing of it stays behind."""
    out = Path(tempfile.mkdtemp()) / name
    try:
        write(out)
        # The open file outlives its name.
        return FileResponse(out.open("rb"), as_attachment=True, filename=name)
    finally:
        out.unlink(missing_ok=True)
        out.parent.rmdir()


def may_import_at(request: HttpRequest, code: str) -> None:
    """Raises PermissionDenied where a person's mandate to import does not reach."""
    if not access.may(request.user, "import", code):
        raise PermissionDenied(_("Your mandate does not cover this place. Choose your own league or banner."))


def _mine(request: HttpRequest) -> QuerySet[Asset]:
    return Asset.objects.filter(access.in_areas(request.user, "read"))


def _forms(request: HttpRequest, asked: queries.Filters) -> tuple[str, ...]:
    """Parquet is the whole of a kind, for those who may read all of it."""
    is_whole_kind = asked == queries.Filters(kind=asked.kind) and asked.kind is not None
    if is_whole_kind and access.may(request.user, "read"):
        return _FORMS
    return _FORMS[:2]
