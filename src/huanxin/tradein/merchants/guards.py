"""Pages of a shop: whoever opens one acts for a shop."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from . import queries

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_CHOSEN = "tradein_shop"


def for_a_shop(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the shop that the person acts for; of several the one chosen by `?shop=`, kept."""

    @wraps(view)
    def with_shop(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shops = {shop.code: shop for shop in queries.shops_of(request.user)}
        if not shops:
            status = 200 if request.method == "GET" else 422
            return render(request, "tradein/no_shop.html", status=status)
        wanted = request.GET.get("shop", "")
        if wanted in shops:
            request.session[_CHOSEN] = wanted
        shop = shops.get(request.session.get(_CHOSEN, "")) or next(iter(shops.values()))
        return view(request, shop, *args, **kwargs)

    return with_shop
