"""Pages of the register of shops, of products and of filed prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import pages
from huanxin.foundation.lib.spreadsheets import SheetError
from huanxin.foundation.ui import listing

from . import classes, forms, queries, services, sheets, tables
from .guards import for_a_shop

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from .models import Merchant


@require_GET
@requires("read")
def merchants(request: HttpRequest) -> HttpResponse:
    """The register of shops, filtered by the address."""
    form = forms.RegisterFilters(request.GET)
    rows = queries.narrowed(form.cleaned_data) if form.is_valid() else queries.merchants()
    page = pages.by_key(rows, request.GET.get("after"))
    found = listing.page(request, page, tables.merchants(), form)
    verbs = access.verbs_of(request.user)
    may = {"may_run": "programme" in verbs, "may_account": "account" in verbs}
    return listing.respond(request, "tradein/merchants.html", found, **may)


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The shops at which a voucher can be used, by place; for everybody."""
    form = forms.PlaceFilter(request.GET)
    rows = queries.listed(form.cleaned_data["place"] if form.is_valid() else "")
    page = pages.by_key(rows, request.GET.get("after"))
    return listing.respond(request, "tradein/listed.html", listing.page(request, page, tables.listed(), form))


@require_http_methods(["GET", "POST"])
@requires("read")
def merchant(request: HttpRequest, code: str) -> HttpResponse:
    """One shop: where it is, who acts for it, what was decided on it; list, suspend or remove it."""
    shop = _shop(code)
    may_decide = _may_decide(request, shop)
    if request.method == "POST" and not may_decide:
        raise PermissionDenied(_("Your mandate does not let you decide on shops of this place."))
    form = forms.DecisionForm(request.POST or None, initial={"state": shop.state})
    if request.method == "POST" and form.is_valid():
        try:
            services.decide(shop, **form.cleaned_data, by=request.user)  # type: ignore[arg-type]
            messages.success(request, _("Decided; the shop reads the reason at its till."))
            return redirect("tradein:merchant", code)
        except services.ShopRefused as refused:
            form.add_error(None, str(refused))
    context = {
        "shop": shop,
        "form": form if may_decide else None,
        "decisions": queries.decisions(shop),
        "clerks": queries.clerks(shop),
        "look": tables.STATE_LOOKS[shop.state],
        "rises": queries.rises_of(shop),
    }
    return render(request, "tradein/merchant.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires("programme")
def products(request: HttpRequest) -> HttpResponse:
    """Products by their code; bring in a sheet of them."""
    form = forms.SheetForm(request.POST or None, request.FILES or None)
    reading = None
    if request.method == "POST" and form.is_valid():
        try:
            with form.on_disk() as path:
                reading = services.import_products(path, by=request.user)  # type: ignore[arg-type]
        except SheetError as wrong:
            form.add_error("file", str(wrong))
    names = classes.classes(timezone.localdate())
    page = pages.by_key(queries.products(), request.GET.get("after"))
    found = listing.page(request, page, tables.products(names))
    context = {"listing": found, "form": form, "reading": reading}
    return render(request, "tradein/products.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires("trade")
@for_a_shop
def prices(request: HttpRequest, shop: Merchant) -> HttpResponse:
    """A shop's filed prices; file one, or bring in a sheet."""
    price_form = forms.PriceForm(request.POST if "price" in request.POST else None)
    sheet_form = forms.SheetForm(None, request.FILES or None)
    if request.FILES:
        sheet_form = forms.SheetForm(request.POST, request.FILES)
    reading = None
    if request.method == "POST" and price_form.is_bound and price_form.is_valid():
        if _file_one(request, shop, price_form):
            return redirect("tradein:prices")
    elif request.FILES and sheet_form.is_valid():
        try:
            with sheet_form.on_disk() as path:
                reading = services.import_prices(shop, path, by=request.user)  # type: ignore[arg-type]
        except SheetError as wrong:
            sheet_form.add_error("file", str(wrong))
    page = pages.by_key(queries.price_list(shop), request.GET.get("after"), newest_first=False)
    rises = {rise.price.product_id: rise for rise in queries.rises(queries.history(shop, page.rows))}
    names = classes.classes(timezone.localdate())
    columns = tables.prices(names, queries.sold_counts(shop, page.rows), rises)
    context = {
        "shop": shop,
        "listing": listing.page(request, page, columns),
        "price_form": price_form,
        "sheet_form": sheet_form,
        "reading": reading,
    }
    is_wrong = bool(price_form.errors or (request.FILES and sheet_form.errors))
    return render(request, "tradein/prices.html", context, status=422 if is_wrong else 200)


@require_GET
@requires("trade")
@for_a_shop
def price(request: HttpRequest, shop: Merchant, code: str) -> HttpResponse:
    """Every price that a shop filed for a product, with rises before a round marked."""
    product = queries.product(code)
    history = queries.history(shop, [product]) if product else []
    if not history:
        raise Http404(_("Your shop has filed no price for this product."))
    rises = {rise.price.pk: tables.rise_mark(rise) for rise in queries.rises(history)}
    rows = [(row, rises.get(row.pk, "")) for row in reversed(history)]
    return render(request, "tradein/price.html", {"shop": shop, "product": product, "rows": rows})


@require_GET
@requires("trade")
def marked(request: HttpRequest, ticket: str) -> FileResponse:
    """The lines of a price sheet that were refused, to be mended and sent again."""
    return _marked(ticket)


@require_GET
@requires("programme")
def marked_products(request: HttpRequest, ticket: str) -> FileResponse:
    """The lines of a product sheet that were refused."""
    return _marked(ticket)


def _marked(ticket: str) -> FileResponse:
    path = sheets.marked_path(ticket)
    if not path.is_file():
        raise Http404(_("This sheet is no longer kept. Send yours again."))
    return FileResponse(path.open("rb"), as_attachment=True, filename=_("to mend") + ".xlsx")


def _file_one(request: HttpRequest, shop: Merchant, form: forms.PriceForm) -> bool:
    product = queries.product(form.cleaned_data["code"])
    if product is None:
        form.add_error("code", _("No product has the code “%(code)s”.") % {"code": form.cleaned_data["code"]})
        return False
    try:
        services.file_price(shop, product, form.cleaned_data["price"], by=request.user)  # type: ignore[arg-type]
    except services.BadPrice as bad:
        form.add_error("price", str(bad))
        return False
    messages.success(request, _("Filed; it counts from now on."))
    return True


def _shop(code: str) -> Merchant:
    try:
        return queries.merchant(code)
    except queries.NoShop as unknown:
        raise Http404(str(unknown)) from unknown


def _may_decide(request: HttpRequest, shop: Merchant) -> bool:
    place = shop.place_id
    return any(access.may(request.user, verb, place) for verb in ("review", "programme"))
