"""Pages of payment: batches, one batch, one payment, the bank's answers."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import refused, requires
from huanxin.foundation.lib import pages
from huanxin.foundation.lib.money import written
from huanxin.foundation.lib.spreadsheets import SheetError
from huanxin.foundation.ui import listing
from huanxin.ledger import naming, queries, services, showing
from huanxin.ledger.forms import AnswersForm, BatchFilters, LineFilters, ReasonForm, RetryForm
from huanxin.ledger.models import Batch, Line, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

    from huanxin.foundation.access.models import User

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@requires("account")
def batches(request: HttpRequest) -> HttpResponse:
    """All payment batches, newest first."""
    titles = naming.titles()
    form = BatchFilters(request.GET, titles)
    form.is_valid()
    said = form.cleaned_data
    chosen = queries.batches(said.get("programme", ""), said.get("state", ""), _where(request, "account"))
    rows = pages.by_key(chosen, request.GET.get("after"))
    shown = listing.page(request, rows, showing.batch_columns(queries.sums_of(rows.rows), titles), form)
    return listing.respond(request, "ledger/batches.html", shown, may_pay=_may_pay(request))


@require_GET
@requires("account")
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """One batch: its payments, what is held back and why, its signatures and its file."""
    found = _batch(request, number, "account")
    form = LineFilters(request.GET)
    form.is_valid()
    chosen = queries.lines(found, form.cleaned_data.get("state", ""))
    rows = pages.by_key(chosen, request.GET.get("after"), newest_first=False)
    shown = listing.page(request, rows, showing.line_columns(), form)
    context = {
        "batch": found,
        "title": naming.titles().get(found.programme, found.programme),
        "mark": showing.batch_mark(found),
        "tiles": showing.batch_tiles(queries.sums_of([found])[found.pk]),
        "may_pay": access.may(request.user, "pay", found.place_code),
        "may_sign": found.made_by_id != request.user.pk,
        "cancel_form": ReasonForm(),
        "statements": queries.statements().filter(batch=found).order_by("-pk")[:10],
    }
    return listing.respond(request, "ledger/batch.html", shown, **context)


@require_POST
@requires("pay")
def sign(request: HttpRequest, number: str) -> HttpResponse:
    """The second signature."""
    found = _batch(request, number, "pay")
    by: User = request.user  # type: ignore[assignment]
    return _do(
        request, found, lambda: services.sign_batch(found, by=by), _("Signed. Now send its file to the bank.")
    )


@require_POST
@requires("pay")
def file(request: HttpRequest, number: str) -> HttpResponse:
    """The file for the bank, with the accounts opened; that they were is logged."""
    found = _batch(request, number, "pay")
    with tempfile.TemporaryDirectory(prefix="huanxin-bank-") as folder:
        try:
            path = services.bank_file(found, Path(folder), by=request.user)  # type: ignore[arg-type]
        except services.Refused as why:
            messages.error(request, str(why))
            return redirect("ledger:batch", found.number)
        response = HttpResponse(path.read_bytes(), content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="{found.number}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@requires("pay")
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Take back a batch that is not with the bank."""
    found = _batch(request, number, "pay")
    by: User = request.user  # type: ignore[assignment]
    reason = request.POST.get("reason", "")
    said = _("Cancelled. Its payments may come into another batch.")
    return _do(request, found, lambda: services.cancel_batch(found, by=by, reason=reason), said)


@require_GET
@requires("account")
def payment(request: HttpRequest, number: int) -> HttpResponse:
    """One payment: to whom, for what, what the bank said, and what can be done."""
    line = _line(request, number, "account")
    context = {
        "line": line,
        "mark": showing.line_mark(line),
        "amount": written(line.amount),
        "parts": [(part, written(part.amount)) for part in line.parts.order_by("deducts", "pk")[:500]],
        "may_pay": access.may(request.user, "pay", line.batch.place_code),
        "retry_form": RetryForm(),
        "reason_form": ReasonForm(),
    }
    return render(request, "ledger/payment.html", context)


@require_POST
@requires("pay")
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Put a payment that failed into a later batch."""
    line = _line(request, number, "pay")
    said = {name: request.POST.get(name, "").strip() or None for name in ("account", "bank")}
    try:
        new = services.retry(line, by=request.user, **said)  # type: ignore[arg-type]
    except services.Refused as why:
        messages.error(request, str(why))
        return redirect("ledger:payment", line.pk)
    messages.success(request, _("It is in this batch now, which waits for its second signature."))
    return redirect("ledger:batch", new.batch.number)


@require_POST
@requires("pay")
def send_back(request: HttpRequest, number: int) -> HttpResponse:
    """The bank returned a payment that was booked."""
    return _correct(
        request, number, services.send_back, _("Its money is committed again; the payment has failed.")
    )


@require_POST
@requires("pay")
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """The bank paid after all what it had said had failed."""
    return _correct(request, number, services.confirm_late, _("Booked as paid."))


@require_http_methods(["GET", "POST"])
@requires("account")
def results(request: HttpRequest) -> HttpResponse:
    """Read a file of the bank, and the files read before."""
    may_pay = _may_pay(request)
    if request.method == "POST" and not may_pay:
        return refused(request, "pay")
    where = _where(request, "pay")
    form = AnswersForm(request.POST or None, request.FILES or None, where=where, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            read = _read(request, form, where)
            return redirect("ledger:statement", read.pk)
        except SheetError as wrong:
            form.add_error("file", str(wrong))
    rows = pages.by_key(queries.statements(_read_or_here(request)), request.GET.get("after"))
    shown = listing.page(request, rows, showing.statement_columns())
    context = {"form": form, "may_pay": may_pay, "listing": shown}
    return render(request, "ledger/results.html", context, status=422 if form.errors else 200)


@require_GET
@requires("account")
def statement(request: HttpRequest, number: int) -> HttpResponse:
    """What a file of the bank settled, and every difference."""
    found = get_object_or_404(queries.statements(_read_or_here(request)), pk=number)
    rows = pages.Page(list(found.findings))
    context = {
        "statement": found,
        "sums": showing.statement_sums(found),
        "listing": listing.page(request, rows, showing.finding_columns()),
    }
    return render(request, "ledger/statement.html", context)


def _do(request: HttpRequest, found: Batch, deed: Callable[[], object], done: str) -> HttpResponse:
    try:
        deed()
        messages.success(request, done)
    except services.Refused as why:
        messages.error(request, str(why))
    return redirect("ledger:batch", found.number)


def _correct(request: HttpRequest, number: int, deed: Callable[..., Line], done: str) -> HttpResponse:
    line = _line(request, number, "pay")
    try:
        deed(line, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, done)
        _let_follow(request, [line.purpose])
    except services.Refused as why:
        messages.error(request, str(why))
    return redirect("ledger:payment", line.pk)


def _read(request: HttpRequest, form: AnswersForm, where: Q) -> Statement:
    sheet, by = form.cleaned_data["file"], cast("User", request.user)
    with _kept(sheet) as path:
        batch = form.cleaned_data["batch"]
        found = services.read_results(path, by=by, batch=batch, name=sheet.name, where=where)
    _let_follow(request, [line.purpose for line in (*found.matched, *found.failed)])
    assert found.statement is not None
    return found.statement


def _let_follow(request: HttpRequest, purposes: Collection[str]) -> None:
    """What was paid or not is paid or not at once; what could not follow is named."""
    for purpose, why in services.let_follow(purposes, by=cast("User", request.user))[:20]:
        messages.warning(request, f"{purpose}: {why}")


def _may_pay(request: HttpRequest) -> bool:
    return access.may_somewhere(request.user, "pay")


def _where(request: HttpRequest, verb: str) -> Q:
    """A filter on batches: those of the places where this person may do that."""
    return access.in_areas(request.user, verb, "place_code")


def _read_or_here(request: HttpRequest) -> Q:
    """A filter on the bank's files: of batches in this person's places, and what they read themselves."""
    here = access.in_areas(request.user, "account", "batch__place_code")
    return here | Q(read_by=request.user) if here else here


def _batch(request: HttpRequest, number: str, verb: str) -> Batch:
    return get_object_or_404(queries.batches(where=_where(request, verb)), number=number)


def _line(request: HttpRequest, number: int, verb: str) -> Line:
    here = Batch.objects.filter(_where(request, verb))
    return get_object_or_404(Line.objects.filter(batch__in=here).select_related("batch"), pk=number)


@contextmanager
def _kept(sheet: UploadedFile[bytes]) -> Iterator[Path]:
    """An upload as a file, for as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="huanxin-answers-") as folder:
        # Its own name: a file that cannot be read is refused by it.
        name = Path(sheet.name or "answers")
        path = Path(folder) / f"{name.stem[-100:]}{name.suffix.lower()}"
        with path.open("wb") as stream:
            for chunk in sheet.chunks():
                stream.write(chunk)
        yield path
