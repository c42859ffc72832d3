"""The page from which claims are paid, programme by programme."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib.sheeterror import SheetError
from huanxin.ledger import services as ledger

from ..models import Programme
from ..refusals import Refused
from ..review import showing
from . import queries, services
from .forms import ResultsForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_MOST_HELD = 200


@require_GET
@requires("account")
def payment(request: HttpRequest) -> HttpResponse:
    """What each programme has to pay, what is held back and why; `?programme=` names the held ones."""
    return _page(request, ResultsForm(batches=queries.with_the_bank(request.user)))


@require_POST
@requires("pay")
def make_batch(request: HttpRequest) -> HttpResponse:
    """A batch of every claim of a programme that can be paid."""
    programme = get_object_or_404(Programme, slug=request.POST.get("programme", ""))
    try:
        made = services.make_batch(programme, by=request.user)  # type: ignore[arg-type]
    except (Refused, ledger.Refused) as refused:
        messages.error(request, str(refused))
        return redirect("claims:payment")
    said = ngettext("%(n)d payment", "%(n)d payments", made.n) % {"n": made.n}
    messages.success(
        request,
        _("Batch %(batch)s was made: %(payments)s. Somebody else signs it.")
        % {"batch": made.batch.number, "payments": said},
    )
    for one in made.held[:20]:
        messages.warning(request, f"{one.claim.number}: {one.why}")
    return redirect("claims:payment")


@require_POST
@requires("pay")
def book_results(request: HttpRequest) -> HttpResponse:
    """Read the bank's answers and carry them to the claims."""
    form = ResultsForm(request.POST, request.FILES, batches=queries.with_the_bank(request.user))
    if not form.is_valid():
        return _page(request, form, status=422)
    file = form.cleaned_data["file"]
    with tempfile.TemporaryDirectory() as folder:
        named = Path(file.name)
        path = Path(folder) / f"{named.stem[-100:]}{named.suffix.lower()}"
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        try:
            results, moved = services.book_results(
                path, by=request.user, batch=form.cleaned_data["batch"], name=file.name,  # type: ignore[arg-type]
                where=access.in_areas(request.user, "pay", "place_code"),
            )  # fmt: skip
        except (SheetError, Refused, ledger.Refused) as wrong:
            form.add_error("file", str(wrong))
            return _page(request, form, status=422)
    messages.success(
        request,
        _("%(paid)d paid, %(failed)d failed, %(unknown)d unknown; difference %(difference)s.")
        % {
            "paid": len(results.matched),
            "failed": len(results.failed),
            "unknown": len(results.unknown),
            "difference": showing.money(results.difference),
        },
    )
    for number, why in moved.left[:20]:
        messages.warning(request, f"{number}: {why}")
    if results.statement is not None:
        return redirect("ledger:statement", results.statement.pk)
    return redirect("claims:payment")


def _page(request: HttpRequest, form: ResultsForm, *, status: int = 200) -> HttpResponse:
    due = queries.due(request.user)
    names = showing.titles([row.programme for row in due])
    chosen = next((row.programme for row in due if row.programme.slug == request.GET.get("programme")), None)
    held = queries.sorted_out(list(queries.to_pay(chosen)[:_MOST_HELD]))[1] if chosen else []
    context = {
        "due": [(row, names[row.programme.pk], showing.money(row.amount)) for row in due],
        "chosen": chosen,
        "chosen_title": names[chosen.pk] if chosen else "",
        "held": held,
        "form": form,
        "may_pay": access.may_somewhere(request.user, "pay"),
    }
    return render(request, "claims/payment.html", context, status=status)
