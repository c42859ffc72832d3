"""What a person sees when something went wrong: a sentence, what to do, and a reference number."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_LOG = logging.getLogger("huanxin.web")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the address or the form could not be read."""
    return _page(
        request, 400, _("The address or the form could not be read"), _("Go back and try once more.")
    )


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: a deed refused by a service; its own words say why."""
    return _page(
        request, 403, str(exception) or _("Not allowed"), _("An administrator of your office gives mandates.")
    )


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's mark does not fit the session, as when it was open since before logging in."""
    what = _("This form was opened in another session, or too long ago")
    return _page(request, 403, what, _("Go back, reload the page, and send it once more."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing at this address."""
    return _page(
        request,
        404,
        _("There is nothing at this address"),
        _("Check the address, or begin at the start page."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our mistake. The page must not need the database, which may be what failed."""
    number = reference()
    _LOG.error("reference %s: %s %s", number, request.method, request.path, exc_info=True)
    return HttpResponseServerError(render_to_string("web/failed.html", {"reference": number}))


def reference() -> str:
    """A short number that a person can read out, and that stands in the log."""
    return "-".join((secrets.token_hex(2), secrets.token_hex(2))).upper()


def _page(request: HttpRequest, status: int, what: str, instead: str) -> HttpResponse:
    number = reference()
    _LOG.info("reference %s: %s %s %s: %s", number, status, request.method, request.path, what)
    context = {"what": what, "instead": instead, "reference": number}
    return render(request, "web/wrong.html", context, status=status)
