"""Pages of the money: budgets, one budget, what was moved for one purpose, the proof of the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import pages
from huanxin.foundation.ui import listing, places

from . import naming, queries, services, showing
from .forms import BudgetFilters, GrantForm, OpenForm
from .models import Budget

if TYPE_CHECKING:
    from django.db.models import Q, QuerySet
    from django.http import HttpRequest, HttpResponse

_ON_A_PAGE = 50
# So many transfers are proved while a page waits, in about a second.
_PROVED_AT_ONCE = 50_000


@require_GET
@requires("account")
def budgets(request: HttpRequest) -> HttpResponse:
    """What is granted, and how far it is on its way, by programme, place and source."""
    where = _where(request)
    titles = naming.titles()
    form = BudgetFilters(request.GET, queries.programmes(where), titles)
    form.is_valid()
    chosen = queries.budgets(
        where, form.cleaned_data.get("programme", ""), form.cleaned_data.get("source", "")
    )
    rows = _page(request, chosen)
    shown = listing.page(request, rows, showing.budget_columns(places.names(), titles), form)
    totals = queries.totals(chosen)
    context = {
        "tiles": showing.tiles(totals),
        "bar": showing.flow_bar(totals, _("All of these budgets")),
        "key": showing.key(),
        "may_pay": access.may_somewhere(request.user, "pay"),
        "programme": form.cleaned_data.get("programme", ""),
    }
    return listing.respond(request, "ledger/budgets.html", shown, **context)


@require_GET
@requires("account")
def proof(request: HttpRequest) -> HttpResponse:
    """Whether the chain holds; asked for by the page of budgets. A long one only when it is wanted."""
    n_transfers = queries.n_transfers()
    wanted = n_transfers <= _PROVED_AT_ONCE or bool(request.GET.get("all"))
    context = {"verdict": services.verify() if wanted else None, "n_transfers": n_transfers}
    # Opened by itself, it is a page and no part of one.
    is_part = request.headers.get("HX-Request")
    return render(request, "ledger/proof.html" if is_part else "ledger/proof_page.html", context)


@require_http_methods(["GET", "POST"])
@requires("pay")
def open_budget(request: HttpRequest) -> HttpResponse:
    """Open a budget of a programme in a place from a source."""
    form = OpenForm(request.POST or None, titles=naming.titles(), initial=request.GET.dict())
    if not form.is_valid():
        return render(request, "ledger/open.html", {"form": form}, status=422 if form.is_bound else 200)
    said = form.cleaned_data
    _must_pay_in(request, said["place_code"])
    made = services.open_budget(
        said["programme"], said["place_code"], said["source"], by=request.user, n_lanes=said["n_lanes"]  # type: ignore[arg-type]
    )  # fmt: skip
    messages.success(request, _("The budget is open. Now enter what is granted."))
    return redirect("ledger:budget", made.pk)


@require_GET
@requires("account")
def budget(request: HttpRequest, number: int) -> HttpResponse:
    """One budget: its sums, its transfers, and money to enter."""
    found = _budget(request, number)
    return _budget_page(request, found, GrantForm())


@require_POST
@requires("pay")
def grant(request: HttpRequest, number: int) -> HttpResponse:
    """Enter money into a budget."""
    found = _budget(request, number)
    _must_pay_in(request, found.place_code)
    form = GrantForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        key = f"{found.pk}:{said['document'].strip()}"
        try:
            services.grant(found, said["amount"], key=key, by=request.user, reason=said["reason"])  # type: ignore[arg-type]
            messages.success(request, _("Entered."))
            return redirect("ledger:budget", found.pk)
        except services.Refused as refused:
            form.add_error(None, str(refused))
    return _budget_page(request, found, form)


@require_GET
@requires("account")
def purpose(request: HttpRequest, purpose: str) -> HttpResponse:
    """Everything that was moved for a claim, a voucher or a settlement, and its payments."""
    rows = queries.transfers(purpose).filter(
        access.in_areas(request.user, "account", "lane__budget__place_code")
    )
    found = pages.by_key(rows, request.GET.get("after"), newest_first=False)
    if not found.rows:
        raise Http404(_("No money was ever moved for “%(purpose)s”.") % {"purpose": purpose})
    shown = listing.page(request, found, showing.transfer_columns(with_purpose=False))
    payments = [(line, showing.line_mark(line)) for line in queries.payments_for(purpose)[:_ON_A_PAGE]]
    context = {
        "purpose": purpose,
        "programme": found.rows[0].lane.budget.programme,
        "title": _title(found.rows[0].lane.budget.programme),
        "tiles": showing.tiles(queries.balance_of(purpose)),
        "payments": payments,
    }
    return listing.respond(request, "ledger/purpose.html", shown, **context)


def _budget_page(request: HttpRequest, found: Budget, form: GrantForm) -> HttpResponse:
    standing, titles = queries.standing_of([found])[0], naming.titles()
    rows = pages.by_key(queries.of_budget(found), request.GET.get("after"))
    sums = {stage: getattr(standing, stage) for stage in ("granted", *queries.STAGES)}
    context = {
        "listing": listing.page(request, rows, showing.transfer_columns(with_purpose=True)),
        "budget": found,
        "title": titles.get(found.programme, found.programme),
        "is_unused": not rows.rows,
        "has_programme": found.programme in titles or not titles,
        "place": places.names().get(found.place_code, found.place_code),
        "tiles": showing.tiles(sums),
        "bar": showing.flow_bar(sums, _("The money of the budget")),
        "key": showing.key(),
        "form": form,
        "may_pay": access.may(request.user, "pay", found.place_code),
    }
    return render(request, "ledger/budget.html", context, status=422 if form.errors else 200)


def _title(programme: str) -> str:
    return naming.titles().get(programme, programme)


def _page(request: HttpRequest, chosen: QuerySet[Budget]) -> pages.Page[queries.Standing]:
    """A page of budgets in their order: there are hundreds, so that counting from the start costs nothing."""
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() else 0
    some = list(chosen[start : start + _ON_A_PAGE + 1])
    rows = queries.standing_of(some[:_ON_A_PAGE])
    before = str(max(0, start - _ON_A_PAGE)) if start else None
    return pages.Page(rows, before, str(start + _ON_A_PAGE) if len(some) > _ON_A_PAGE else None)


def _budget(request: HttpRequest, number: int) -> Budget:
    return get_object_or_404(Budget.objects.filter(_where(request)).select_related("by"), pk=number)


def _where(request: HttpRequest) -> Q:
    return access.in_areas(request.user, "account", "place_code")


def _must_pay_in(request: HttpRequest, place_code: str) -> None:
    if not access.may(request.user, "pay", place_code):
        raise PermissionDenied(_("Your mandate does not let you pay in this place."))
