"""What a person was told, and where else they want to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from . import queries, services, texts
from .forms import ReachForm
from .models import Channel

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """All that the person was told, newest first; what is new is marked."""
    return _inbox(request)


@require_POST
@login_required
def read(request: HttpRequest, number: int) -> HttpResponse:
    """Mark a message as read and go where it leads."""
    message = services.mark_read(request.user, number)  # type: ignore[arg-type]
    if message is None:
        raise Http404
    is_ours = url_has_allowed_host_and_scheme(message.address, None)
    return redirect(message.address if message.address and is_ours else "outbox:inbox")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    services.mark_all_read(request.user)  # type: ignore[arg-type]
    return redirect("outbox:inbox")


@require_POST
@login_required
def reach(request: HttpRequest) -> HttpResponse:
    """Keep, change or drop a way to reach the person."""
    form = ReachForm(request.POST)
    if form.is_valid():
        form.keep(request.user)  # type: ignore[arg-type]
    if form.errors:
        return _inbox(request, form)
    messages.success(request, _("Kept."))
    return redirect("outbox:inbox")


def _inbox(request: HttpRequest, wrong: ReachForm | None = None) -> HttpResponse:
    user = request.user
    page = queries.inbox_page(user, request.GET.get("after", ""))  # type: ignore[arg-type]
    language = get_language() or ""
    context = {
        "told": [(message, texts.render(message, language)) for message in page.messages],
        "next": page.next,
        "n_new": queries.n_unread(user),
        "ways": [
            (way, found.get(way.value), wrong if wrong and wrong.data.get("way") == way else _form(way))
            for found in [queries.channels(user)]  # type: ignore[arg-type]
            for way in Channel.Way
        ],
    }
    return render(request, "outbox/inbox.html", context, status=422 if wrong else 200)


def _form(way: Channel.Way) -> ReachForm:
    return ReachForm(initial={"way": way.value}, auto_id=f"id_{way.value}_%s")
