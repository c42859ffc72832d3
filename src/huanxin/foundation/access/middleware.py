"""Programs that read with a token, and the second factor of staff."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from . import queries, services

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

API = "/api/"
# What somebody without the second factor may still open: the pages that set it up, and the way out.
_OPEN = ("/account/", "/static/", "/ui/text-size/", API)
_SEEN = "needs_no_second_factor_until"
_SECONDS = 300


def bearer_tokens(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let `Authorization: Bearer hx_…` stand for a person on GET: a program reads pages, and does not act.

    Under /api/ the interface itself looks at the token and its scopes; a token with scopes opens only that.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or request.path.startswith(API):
            return get_response(request)
        token = queries.token_with(text)
        if token is None:
            return _refusal(_("This token is unknown, revoked or has ended: ask for a new one."), 401)
        if token.scopes:
            return _refusal(_("This token is for the addresses under /api/ only."), 403)
        if request.method not in ("GET", "HEAD"):
            return _refusal(_("A token reads only: log in to change something."), 403)
        services.note_use(token)
        request.user = token.user
        request.is_program = True  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def second_factor(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """In service staff opens pages only after a code of their app; on trial it is offered.

    One query for people who need none, again after five minutes; none for those who gave a code.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_free = settings.TRIAL or request.path.startswith(_OPEN) or hasattr(request, "is_program")
        if is_free or not request.user.is_authenticated or not _lacks_code(request):
            return get_response(request)
        if queries.has_second_factor(request.user):
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
        return redirect("mfa_activate_totp")

    return middleware


def _lacks_code(request: HttpRequest) -> bool:
    if any(record["method"] == "mfa" for record in get_authentication_records(request, request.user)):
        return False
    if request.session.get("second_factor_made") == request.user.pk:
        return False
    if request.session.get(_SEEN, 0) > time.time():
        return False
    if queries.is_staff(request.user):
        return True
    request.session[_SEEN] = int(time.time()) + _SECONDS
    return False


def _refusal(what: str, status: int) -> HttpResponse:
    return JsonResponse({"error": what}, status=status, json_dumps_params={"ensure_ascii": False})
