"""The person at the entrance: acting as the sample's people, leaving, language, one's own login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.contrib.auth.decorators import login_required
from django.contrib.auth.tokens import default_token_generator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.lib import pages

from . import queries, services
from .forms import NewPasswordForm
from .guards import throttled
from .models import AccessEvent, User

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase


@require_POST
def act_as(request: HttpRequest, username: str) -> HttpResponse:
    """Log in as one of the sample's people, without a password. Exists on a trial machine only."""
    if not settings.TRIAL:
        raise Http404
    person = get_object_or_404(User, username=username, is_active=True)
    begin_session(request, person, settings.AUTHENTICATION_BACKENDS[0])
    UserSession.objects.create_from_request(request)
    where = get_adapter().get_client_ip(request)
    services.note(AccessEvent.Kind.ACTED_AS, person, by=None, from_where=where)
    return redirect(_next(request))


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    end_session(request)
    return redirect("/")


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Another language for the pages, and for the messages to this person."""
    wanted = request.POST.get("language", "")
    if request.user.is_authenticated and wanted in dict(settings.LANGUAGES):
        services.remember_language(request.user, wanted)
    return i18n.set_language(request)


@require_GET
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """One's own login: mandates, password, second factor, sessions, and what happened to it."""
    user = request.user
    context = {
        "mandates": user.mandates.order_by("pk"),  # type: ignore[union-attr]
        "has_factor": queries.has_second_factor(user),  # type: ignore[arg-type]
        "needs_factor": queries.is_staff(user) and not settings.TRIAL,
        "events": pages.by_key(queries.events(login=user.get_username()), None, 10).rows,
    }
    return render(request, "access/me.html", context)


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "POST"])
@throttled("password_link", "20/h/ip")
def set_password(request: HttpRequest, number: int, word: str) -> HttpResponse:
    """Behind a link that an administrator made: the person sets a password that nobody else knows."""
    user = User.objects.filter(pk=number, is_active=True).first()
    if user is None or not default_token_generator.check_token(user, word):
        return render(request, "access/link_ended.html", status=410)
    form = NewPasswordForm(user, request.POST or None)
    if not form.is_valid():
        context = {"form": form, "person": user}
        return render(request, "access/set_password.html", context, status=422 if form.errors else 200)
    services.set_password(user, form.cleaned_data["password"])
    messages.success(request, _("Your password is set. Log in with it."))
    return redirect("access:login")


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go; only within this site."""
    wanted = request.POST.get("next") or "/"
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else "/"
