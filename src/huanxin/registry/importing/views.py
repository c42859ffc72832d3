"""Pages of bringing sheets in: choose a sheet, see what its columns are taken for, see what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import pages, reader
from huanxin.foundation.lib.spreadsheets import SheetError
from huanxin.foundation.ui import badges, listing

from .. import forms, queries, services, showing
from ..models import Import
from . import background, staging
from .mapping import NoIdentity

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class _ColumnShown(NamedTuple):
    """A column of a sheet as the page asks about it."""

    heading: str
    target: str
    note: str
    first: list[str]


@require_GET
@requires("read")
def imports(request: HttpRequest) -> HttpResponse:
    """The sheets that were brought in, latest first: one's own, all where one reads the whole region."""
    rows = pages.by_key(queries.imports_for(request.user, "read"), request.GET.get("after"))
    found = listing.page(request, rows, _columns())
    may_import = access.may_somewhere(request.user, "import")
    return listing.respond(request, "registry/imports.html", found, may_import=may_import)


@require_http_methods(["GET", "POST"])
@requires("import")
def new(request: HttpRequest) -> HttpResponse:
    """Choose a sheet, or take a template first."""
    areas = access.areas(request.user, "import")
    form = forms.SheetForm(
        request.POST or None, request.FILES or None, areas=areas, initial=request.GET.dict()
    )
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        sheet = staging.keep(said["file"], said["kind"], said["place"], said["source"], sample=said["sample"])
        try:
            return _ask_columns(request, sheet)
        except SheetError as refused:
            sheet.forget()
            form.add_error("file", str(refused))
    context = {"form": form, "kinds": forms.kinds_to_choose()}
    return render(request, "registry/new_import.html", context, status=422 if form.errors else 200)


@require_POST
@requires("import")
def columns(request: HttpRequest) -> HttpResponse:
    """Bring the sheet in, by the columns as the person has confirmed them."""
    try:
        sheet = staging.found(request.POST.get("sheet", ""))
    except staging.Gone as gone:
        raise Http404(str(gone)) from gone
    _must_cover(request, sheet)
    headings = request.POST.getlist("heading")
    mapping = dict(zip(headings, request.POST.getlist("target"), strict=False))
    try:
        if sheet.path.stat().st_size > background.LARGE:
            record = background.start(sheet, mapping, by=request.user)  # type: ignore[arg-type]
            return redirect("registry:import", record.pk)
        record = services.import_assets(
            sheet.path, sheet.kind, by=request.user, mapping=mapping, source=sheet.source,  # type: ignore[arg-type]
            sample=sheet.sample, place=sheet.place or None, file_name=sheet.name,
            within=access.within(request.user, "import"),
        )  # fmt: skip
    except services.ImportStopped as stopped:
        return redirect("registry:import", stopped.record.pk)
    except SheetError as refused:
        said = refused.on_page if isinstance(refused, NoIdentity) else str(refused)
        return _ask_columns(request, sheet, mapping=mapping, refused=said)
    sheet.forget()
    return redirect("registry:import", record.pk)


@require_GET
@requires("read")
def done(request: HttpRequest, number: int) -> HttpResponse:
    """What became of a sheet: counts, its columns, the marked sheet of refused rows."""
    record = services.look_after(get_object_or_404(queries.imports_for(request.user, "read"), pk=number))
    names = queries.mapping_targets(record.kind) if record.kind in queries.kinds() else {}
    taken = [
        (heading, reader.said(names[target]) if target in names else target)
        for heading, target in record.mapping.items()
    ]
    context = {
        "record": record,
        "kind": showing.kind_names().get(record.kind, record.kind),
        "taken": [(heading, name) for heading, name in taken if name],
        "unused": [heading for heading, name in taken if heading and not name],
        "may_import": access.may_somewhere(request.user, "import"),
        "may_mend": queries.imports_for(request.user, "import").filter(pk=record.pk).exists(),
    }
    return render(request, "registry/import.html", context)


@require_GET
@requires("read")
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far an import is; asked for again and again by the page that waits. Ends by sending the page on."""
    record = services.look_after(get_object_or_404(queries.imports_for(request.user, "read"), pk=number))
    response = render(request, "registry/import_progress.html", {"record": record})
    if record.state != Import.State.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@require_GET
@requires("import")
def refused(request: HttpRequest, number: int) -> FileResponse:
    """The refused rows, every bad cell marked and explained; mended, the sheet can be brought in again."""
    found = queries.imports_for(request.user, "import").exclude(error_sheet="")
    record = get_object_or_404(found, pk=number)
    path = settings.VAR / record.error_sheet
    if not path.is_file():
        raise Http404(_("The marked sheet is no longer kept. Bring the same file in again to get it."))
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"refused-{record.pk}.xlsx")


def _ask_columns(
    request: HttpRequest, sheet: staging.Sheet, *, mapping: dict[str, str] | None = None, refused: str = ""
) -> HttpResponse:
    """The page that shows what each column is taken for, beside its first rows."""
    _must_cover(request, sheet)
    head = staging.head(sheet)
    taken = mapping or head.columns
    targets = [(name, reader.said(text)) for name, text in queries.mapping_targets(sheet.kind).items()]
    pack = queries.kind(sheet.kind)
    context = {
        "sheet": sheet,
        "kind": reader.said(pack.title),
        "columns": [
            _ColumnShown(h, taken.get(h, ""), head.notes.get(h, ""), head.first_of(at))
            for at, h in enumerate(head.headers)
            if h
        ],
        "has_rows": bool(head.rows),
        "targets": targets,
        "missing": [reader.said(pack.facts[name].ask) for name in head.missing],
        "is_remembered": head.is_remembered,
        "refused": refused or head.refused,
    }
    return render(request, "registry/columns.html", context, status=422 if context["refused"] else 200)


def _must_cover(request: HttpRequest, sheet: staging.Sheet) -> None:
    from ..views import may_import_at

    if sheet.place:
        may_import_at(request, access.REGION if sheet.place == services.NO_PLACE else sheet.place)


def _columns() -> list[listing.Column[Import]]:
    names = showing.kind_names()
    looks = {"done": "good", "running": "waiting", "stopped": "bad"}

    def named(record: Import) -> object:
        return format_html("{} {}", record.file_name, badges.made_up()) if record.sample else record.file_name

    return [
        listing.Column(
            _("File"), named, lambda record: reverse("registry:import", args=[record.pk]), is_main=True
        ),
        listing.Column(_("Kind of thing"), lambda record: names.get(record.kind, record.kind)),
        listing.Column(_("State"), lambda row: badges.mark(looks[row.state], row.get_state_display())),
        listing.Column(_("New"), lambda record: showing.figure(record.n_new), is_number=True),
        listing.Column(_("Changed"), lambda record: showing.figure(record.n_changed), is_number=True),
        listing.Column(_("Refused"), lambda record: showing.figure(record.n_refused), is_number=True),
        listing.Column(_("By"), lambda record: record.by or _("Command line")),
        listing.Column(
            _("When"), lambda record: date_format(timezone.localtime(record.at), "DATETIME_FORMAT")
        ),
    ]
