"""Pages of settlement: a shop's own, and the office that pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huanxin.claims.models import Programme
from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import pages
from huanxin.foundation.ui import listing
from huanxin.tradein.merchants.guards import for_a_shop
from huanxin.tradein.merchants.models import Merchant

from . import queries, services, tables

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
@requires("trade")
@for_a_shop
def settlement(request: HttpRequest, shop: Merchant) -> HttpResponse:
    """What a shop is owed: open, in a batch, paid, rejected with the bank's reason."""
    page = pages.by_key(queries.settlements(shop), request.GET.get("after"))
    context = {
        "shop": shop,
        "accounts": queries.accounts(queries.of_shop(shop)),
        "sums": queries.sums(shop),
        "listing": listing.page(request, page, tables.settlements(with_shop=False)),
    }
    return render(request, "tradein/settlement.html", context)


@require_GET
@requires("account")
def settling(request: HttpRequest) -> HttpResponse:
    """Every shop with sales to be settled, and every settlement."""
    where = access.in_areas(request.user, "account", "merchant__place_id")
    page = pages.by_key(queries.settlements().filter(where), request.GET.get("after"))
    accounts = queries.accounts(where)
    context = {
        "accounts": accounts,
        "debtors": queries.debtors(where),
        "programmes": sorted({account.programme.slug for account in accounts if account.n_open}),
        "may_pay": access.may_somewhere(request.user, "pay"),
        "listing": listing.page(request, page, tables.settlements(with_shop=True)),
    }
    return render(request, "tradein/settling.html", context)


@require_POST
@requires("pay")
def settle(request: HttpRequest, slug: str) -> HttpResponse:
    """Put what is open in a programme into a batch: of the shop given, or of all in one's area."""
    programme = Programme.objects.filter(slug=slug).first()
    if programme is None:
        raise Http404(_("There is no such programme."))
    code = request.POST.get("shop", "")
    shop = Merchant.objects.filter(code=code).first() if code else None
    areas = access.within(request.user, "pay") or ()
    if code and (shop is None or not access.may(request.user, "pay", shop.place_id)):
        raise Http404(_("There is no such shop in your area."))
    try:
        made = services.settle(shop, programme, by=request.user, places=areas)  # type: ignore[arg-type]
        batch = made[0].batch
        messages.success(
            request,
            _("%(n)s shops in batch %(batch)s, which waits for its second signature.")
            % {"n": len(made), "batch": batch.number if batch else ""},
        )
    except services.NothingToSettle as nothing:
        messages.error(request, str(nothing))
    return redirect("tradein:settling")


@require_POST
@requires("pay")
def follow(request: HttpRequest) -> HttpResponse:
    """Let settlements and claims follow what the bank has answered."""
    n_changed = services.follow_bank(by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("%(n)s settlements moved on.") % {"n": n_changed})
    return redirect("tradein:settling")


@require_POST
@requires("pay")
def drop(request: HttpRequest, number: str) -> HttpResponse:
    """Open the sales of a settlement again whose payment is held back."""
    found = queries.settlement(number)
    if found is None or not access.may(request.user, "pay", found.merchant.place_id):
        raise Http404(_("There is no such settlement in your area."))
    try:
        services.reopen(found, by=request.user, reason=request.POST.get("reason", ""))  # type: ignore[arg-type]
        messages.success(request, _("Its sales are open again."))
    except services.NothingToSettle as refused:
        messages.error(request, str(refused))
    return redirect("tradein:settling")
