"""Who may open the applicant's pages: people, each for what is theirs, whatever their mandates."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404

from huanxin.foundation.access import guards

from ..refusals import UnknownClaim
from . import queries

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    from ..models import Claim

P = ParamSpec("P")


def logged_in(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Pages of people rather than of a mandate: whoever is logged in sees what is theirs."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def own_claim(
    view: Callable[Concatenate[HttpRequest, Claim, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """Pages of one claim: the applicant's, and those of whoever entered it for them."""

    @wraps(view)
    def guarded(request: HttpRequest, /, number: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            claim = queries.claim(number)
        except UnknownClaim as unknown:
            raise Http404(str(unknown)) from unknown
        if not queries.may_see(request.user, claim):
            return guards.refused(request, "apply", claim.place_id)
        return view(request, claim, *args, **kwargs)

    return guarded  # type: ignore[return-value]
