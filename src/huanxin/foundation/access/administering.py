"""Pages of administrators and auditors: people and mandates, tokens, who saw what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from huanxin.foundation.lib import pages

from . import queries, services
from .forms import DisclosureFilter, EventFilter, MandateForm, PeopleFilter, TokenForm
from .guards import requires
from .models import Mandate, User

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse


@require_GET
@requires("administer")
def people(request: HttpRequest) -> HttpResponse:
    """Who may do what, where, until when; and the form that lets somebody do something."""
    return _people(request, MandateForm(initial={"login": request.GET.get("for", "")}))


@require_POST
@requires("administer")
def give_mandate(request: HttpRequest) -> HttpResponse:
    """Give a mandate, with a login if there is none."""
    form = MandateForm(request.POST)
    mandate = form.give(request.user) if form.is_valid() else None  # type: ignore[arg-type]
    if mandate is None:
        return _people(request, form)
    messages.success(request, _("Given: %(mandate)s") % {"mandate": mandate})
    return redirect("access:person", mandate.user_id)


@require_POST
@requires("administer")
def end_mandate(request: HttpRequest, number: int) -> HttpResponse:
    """End a mandate with yesterday."""
    mandate = get_object_or_404(Mandate.objects.select_related("user"), pk=number)
    services.end_mandate(mandate, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Ended: %(mandate)s") % {"mandate": mandate})
    return redirect("access:person", mandate.user_id)


@require_GET
@requires("administer")
def person(request: HttpRequest, number: int) -> HttpResponse:
    """One person: mandates, tokens, what happened to the login, and what an administrator may do about it."""
    user = _person(request, number)
    context = {
        "person": user,
        "mandates": user.mandates.order_by("pk"),
        "today": timezone.localdate(),
        "tokens": user.tokens.order_by("-pk")[:20],
        "has_factor": queries.has_second_factor(user),
        "events": pages.by_key(queries.events(login=user.username), None, 20).rows,
        "link": request.session.pop("password_link", ""),
        "is_me": user == request.user,
    }
    return render(request, "access/person.html", context)


@require_POST
@requires("administer")
def change_person(request: HttpRequest, number: int) -> HttpResponse:
    """Do one thing about a login: a link for a new password, no second factor, shut out, let in."""
    user, by = _person(request, number), request.user
    try:
        match request.POST.get("deed"):
            case "link":
                pk, word = services.password_link(user, by=by)  # type: ignore[arg-type]
                address = reverse("access:set_password", args=[pk, word])
                request.session["password_link"] = request.build_absolute_uri(address)
            case "factor":
                services.drop_second_factor(user, by=by)  # type: ignore[arg-type]
                messages.success(request, _("The next login asks for no code."))
            case "shut_out":
                services.shut_out(user, by=by)  # type: ignore[arg-type]
                messages.success(request, _("This login is closed."))
            case "let_in":
                services.let_in(user, by=by)  # type: ignore[arg-type]
                messages.success(request, _("This login is open again."))
    except PermissionDenied as refused:
        messages.error(request, str(refused))
    return redirect("access:person", number)


@never_cache
@require_GET
@requires("administer")
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of programs: for what, scopes, last call, until when."""
    return _tokens(request, TokenForm(initial={"login": request.GET.get("for", "")}))


@never_cache
@require_POST
@requires("administer")
def issue_token(request: HttpRequest) -> HttpResponse:
    """Issue a token; its text is shown on this page, this once."""
    form = TokenForm(request.POST)
    text = form.issue(request.user) if form.is_valid() else ""  # type: ignore[arg-type]
    return _tokens(request, form if not text else TokenForm(), text)


@require_POST
@requires("administer")
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """The token opens nothing from now on."""
    found = queries.tokens_of(request.user)  # type: ignore[arg-type]
    token = get_object_or_404(found, pk=number)
    try:
        services.revoke_token(token, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Revoked: %(token)s") % {"token": token})
    except PermissionDenied as refused:
        messages.error(request, str(refused))
    return redirect("access:tokens")


@require_GET
@requires("audit")
def disclosures(request: HttpRequest) -> HttpResponse:
    """Who saw personal data unmasked, what, why, when."""
    form = DisclosureFilter(request.GET)
    said = _asked(form)
    found = queries.disclosures(words=said.get("q", ""), login=said.get("login", ""))
    return _log(request, "access/disclosures.html", form, found)


@require_GET
@requires("audit")
def events(request: HttpRequest) -> HttpResponse:
    """What happened to logins: who got which mandate from whom, failed, was shut out, had a token."""
    form = EventFilter(request.GET)
    said = _asked(form)
    found = queries.events(login=said.get("login", ""), kind=said.get("kind", ""))
    return _log(request, "access/events.html", form, found)


def _asked(filters: Form) -> dict[str, str]:
    """What a filter asks; nothing where it cannot be read."""
    return filters.cleaned_data if filters.is_valid() else {}


def _log(request: HttpRequest, template: str, form: Form, found: QuerySet[Any]) -> HttpResponse:
    page = pages.by_key(found, request.GET.get("after"))
    return render(request, template, {"form": form, "page": page, "query": _without_page(request)})


def _people(request: HttpRequest, form: MandateForm) -> HttpResponse:
    filters = PeopleFilter(request.GET or {"role": "staff"})
    said = _asked(filters)
    found = queries.people_of(
        request.user,  # type: ignore[arg-type]
        words=said.get("q", ""),
        role=said.get("role", "staff"),
        ended=bool(said.get("ended")),
    )
    context = {
        "filters": filters,
        "form": form,
        "page": pages.by_key(found, request.GET.get("after")),
        "query": _without_page(request),
    }
    return render(request, "access/people.html", context, status=422 if form.errors else 200)


def _tokens(request: HttpRequest, form: TokenForm, text: str = "") -> HttpResponse:
    found = queries.tokens_of(request.user)  # type: ignore[arg-type]
    context = {
        "form": form,
        "text": text,
        "today": timezone.localdate(),
        "page": pages.by_key(found, request.GET.get("after")),
    }
    return render(request, "access/tokens.html", context, status=422 if form.errors else 200)


def _person(request: HttpRequest, number: int) -> User:
    """Somebody whom the administrator may see: with a mandate in a place of theirs, or with none yet."""
    user = get_object_or_404(User, pk=number)
    if not queries.may_see_person(request.user, user):  # type: ignore[arg-type]
        raise Http404
    return user


def _without_page(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    return query.urlencode()
