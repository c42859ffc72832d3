"""The gallery of parts, and the reader's own switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from . import badges, listing, sketches
from .templatetags.ui import LARGE_TEXT

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_A_YEAR = 365 * 24 * 3600


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every part in every state, to look at and to hold other pages against."""
    states = sketches.states(request)
    return listing.respond(request, "ui/gallery.html", verdicts=list(badges.VERDICTS)[:6], **states)


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Large text on or off; kept in this browser, and the page stays."""
    wanted = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(wanted if is_ours else "/")
    if request.COOKIES.get(LARGE_TEXT):
        response.delete_cookie(LARGE_TEXT)
    else:
        response.set_cookie(LARGE_TEXT, "1", max_age=_A_YEAR, samesite="Lax", secure=request.is_secure())
    return response
