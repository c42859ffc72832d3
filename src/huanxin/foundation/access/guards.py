"""Who may open a page: the decorator of every view."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from allauth.core.internal import ratelimit
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import render

from . import queries
from .models import Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    type_of_place = Callable[..., str]

P = ParamSpec("P")


def requires(
    verb: str, *, place: type_of_place | None = None
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Let only people with a mandate for `verb` open the view; others are told what is missing.

    Without `place` a mandate anywhere will do, and the view shows only rows of `queries.in_areas(user,
    verb)`. With `place`, called like the view itself, the mandate must cover the code it returns.
    """
    needed = Verb(verb)

    def guard(
        view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            where = place(request, *args, **kwargs) if place else None
            if where is None and queries.may_somewhere(request.user, needed):
                return view(request, *args, **kwargs)
            if where is not None and queries.may(request.user, needed, where):
                return view(request, *args, **kwargs)
            return refused(request, needed, where)

        guarded.verb = needed  # type: ignore[attr-defined]
        return guarded

    return guard


def throttled(
    action: str, rate: str
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Let a form that everybody may send be sent only so often: `@throttled("objection", "10/h/ip")`.

    Only what changes something counts, not looking. Others are told to wait (429).
    """

    def guard(
        view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if ratelimit.consume(request, app="huanxin", action=action, config={action: rate}):
                return view(request, *args, **kwargs)
            return wait(request)

        return guarded

    return guard


def wait(request: HttpRequest) -> HttpResponse:
    """The page for those who sent something too often; django-allauth shows it too (web.urls.handler429)."""
    return render(request, "access/wait.html", status=429)


def refused(request: HttpRequest, verb: str, place_code: str | None = None) -> HttpResponse:
    """The page that says which right is missing, which roles have it, and who gives it."""
    roles = [role.label for role in queries.roles_with(verb)]
    context = {"verb": Verb(verb), "roles": roles, "place_code": place_code}
    return render(request, "access/refused.html", context, status=403)
