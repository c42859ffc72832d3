"""Pages of the till: redeem, send what was kept, look at sales, take a thing back."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import pages
from huanxin.foundation.ui import listing
from huanxin.ledger import queries as ledger
from huanxin.tradein.merchants.guards import for_a_shop
from huanxin.tradein.vouchers import showing

from . import forms, queries, services, tables

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from huanxin.tradein.merchants.models import Merchant

# A till that was without network for a day sends its posts in parts of this size.
_MOST_POSTS = 200
_LARGEST_BODY = 512 * 1024
# What a browser keeps of the till stands under this name.
_CACHE = "huanxin-till"


@never_cache
@require_http_methods(["GET", "POST"])
@requires("trade")
@for_a_shop
def till(request: HttpRequest, shop: Merchant) -> HttpResponse:
    """Enter a sale, see what comes off, redeem."""
    form = forms.SaleForm(request.POST or None)
    context: dict[str, Any] = {"shop": shop, "form": form, "found": None, "refused": "", "cache": _CACHE}
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("deed") == "redeem":
                return _redeemed(request, shop, form)
            found = services.quote(**_asked(form), merchant=shop)
            context |= {"found": found, "class_name": _class_name(found)}
        except services.SaleRefused as refused:
            context["refused"] = str(refused)
    # A redeeming that was refused is answered for good under its key: what is mended goes under another.
    key = "" if context["refused"] and request.POST.get("deed") == "redeem" else request.POST.get("key")
    context |= {
        # The key of this sale: sent twice, by a finger or a network, it is one sale.
        "key": key or secrets.token_urlsafe(16),
        "posts": queries.refused(shop),
        "sales": list(queries.sales(shop).order_by("-pk")[:5]),
    }
    is_wrong = bool(form.errors or context["refused"])
    return render(request, "tradein/till.html", context, status=422 if is_wrong else 200)


@never_cache
@require_GET
@requires("trade")
@for_a_shop
def till_kept(request: HttpRequest, shop: Merchant) -> HttpResponse:
    """The till as a browser keeps it for the time without network: an empty form, no sales of anybody."""
    context = {"shop": shop, "form": forms.SaleForm(), "cache": _CACHE, "is_kept": True}
    context |= {"found": None, "refused": "", "key": secrets.token_urlsafe(16), "posts": [], "sales": []}
    return render(request, "tradein/till.html", context)


@require_GET
def till_worker(request: HttpRequest) -> HttpResponse:
    """The script that brings the kept till back; a browser asks for it by itself. It knows of nobody."""
    said = render(request, "tradein/worker.js", {"cache": _CACHE}, content_type="text/javascript")
    said.headers["Cache-Control"] = "no-cache"
    return said


@require_POST
@requires("trade")
@for_a_shop
def till_sync(request: HttpRequest, shop: Merchant) -> JsonResponse:
    """Posts that a till kept while there was no network: an answer for each. Sent again, the same answers."""
    if len(request.body) > _LARGEST_BODY:
        return _wrong(_("Too much at once: send at most %(n)s sales.") % {"n": _MOST_POSTS})
    try:
        sent = json.loads(request.body)
        batch, posts = str(sent["batch"]), list(sent["posts"])
    except (ValueError, KeyError, TypeError):
        return _wrong(_("This is no list of sales: {batch, posts: [{key, code, …}]}."))
    if len(posts) > _MOST_POSTS or not all(isinstance(p, dict) and p.get("key") for p in posts):
        return _wrong(_("Too much at once: send at most %(n)s sales.") % {"n": _MOST_POSTS})
    answers = services.sync(posts, merchant=shop, by=request.user, batch=batch)  # type: ignore[arg-type]
    return JsonResponse({"answers": answers}, json_dumps_params={"ensure_ascii": False})


@require_POST
@requires("trade")
@for_a_shop
def see_to(request: HttpRequest, shop: Merchant, number: int) -> HttpResponse:
    """Somebody of the shop has read why a post was refused."""
    post = next((p for p in queries.refused(shop, limit=500) if p.pk == number), None)
    if post is None:
        raise Http404(_("This post is no longer open."))
    services.see_to(post, by=request.user)  # type: ignore[arg-type]
    return redirect("tradein:till")


@require_GET
@requires("trade")
@for_a_shop
def sales(request: HttpRequest, shop: Merchant) -> HttpResponse:
    """What the shop sold for vouchers, latest first."""
    page = pages.by_key(queries.sales(shop), request.GET.get("after"))
    found = listing.page(request, page, tables.sales())
    return listing.respond(request, "tradein/sales.html", found, shop=shop)


@require_http_methods(["GET", "POST"])
@requires("trade")
@for_a_shop
def sale(request: HttpRequest, shop: Merchant, number: int) -> HttpResponse:
    """One sale with its voucher and where its money is; undo it when the thing comes back."""
    found = queries.sales(shop).filter(pk=number).first()
    if found is None:
        raise Http404(_("Your shop has no such sale."))
    form = forms.ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            again = services.give_back(found, by=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
            messages.success(request, _returned(again is not None))
            return redirect("tradein:sale", number)
        except services.ReturnRefused as refused:
            form.add_error(None, str(refused))
    context = {
        "shop": shop, "sale": found, "form": form, "state": tables.state(found),
        "money": ledger.balance_of(found.voucher.code), "class_name": _name(found.voucher),
        "replacement": queries.replacement(found),
    }  # fmt: skip
    return render(request, "tradein/sale.html", context, status=422 if form.errors else 200)


def _redeemed(request: HttpRequest, shop: Merchant, form: forms.SaleForm) -> HttpResponse:
    sale = services.redeem(
        **_asked(form), merchant=shop, key=request.POST.get("key", ""), by=request.user,  # type: ignore[arg-type]
        sold_at=timezone.now(),
    )  # fmt: skip
    said = _("Redeemed: %(subsidy)s yuan off, the customer pays %(pay)s yuan.")
    messages.success(request, said % {"subsidy": sale.subsidy, "pay": sale.to_pay})
    return redirect("tradein:till")


def _asked(form: forms.SaleForm) -> dict[str, str]:
    return {name: form.cleaned_data[name] for name in ("code", "product_code", "serial_no", "price")}


def _returned(has_new: bool) -> str:
    if has_new:
        return _("Taken back. The customer has a new voucher for today.")
    return _("Taken back. The customer may take a voucher in another round.")


def _class_name(found: Any) -> str:
    return _name(found.voucher)


def _name(voucher: Any) -> str:
    return showing.class_name(voucher)


def _wrong(what: str) -> JsonResponse:
    return JsonResponse({"error": what}, status=422, json_dumps_params={"ensure_ascii": False})
