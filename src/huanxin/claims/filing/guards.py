"""Who may open the applicant's pages: people, each for what is theirs, whatever their mandates."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404

from huanxin.foundation.access import guards

from ..refusals import UnknownClaim
from . import queries

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    from ..models import Claim

P = ParamSpec("P")


def own_claim(
    view: Callable[Concatenate[HttpRequest, Claim, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """Pages of one claim: the applicant's, and those of whoever entered it for them."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, number: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            claim = queries.claim(number)
        except UnknownClaim as unknown:
            raise Http404(str(unknown)) from unknown
        if not queries.may_see(request.user, claim):
            return guards.refused(request, "apply", claim.place_id)
        return view(request, claim, *args, **kwargs)

    return guarded  # type: ignore[return-value]
