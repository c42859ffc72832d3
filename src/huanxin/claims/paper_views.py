"""A paper's bytes, for those who may look at them and for nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huanxin.foundation.access import guards
from huanxin.registry import queries as registry

from .models import ClaimPaper
from .papers import may_see

if TYPE_CHECKING:
    from django.http import HttpRequest

# Nothing in a paper runs, loads or leads anywhere; it may stand in a page of ours only.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


@require_GET
def paper(request: HttpRequest, number: str, paper: int) -> HttpResponse:
    """A paper as it was handed in; with `?shows=1` as a picture, of a PDF the one with that number."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    rows = ClaimPaper.objects.select_related("claim__applicant", "paper")
    found = get_object_or_404(rows, pk=paper, claim__number=number)
    if not may_see(request.user, found.claim):
        return guards.refused(request, "review", found.claim.place_id)
    shows = request.GET.get("shows", "")
    try:
        if shows.isdecimal():
            return _picture(found, int(shows))
        return _whole(found)
    except (registry.PaperLost, registry.PaperAltered) as gone:
        raise Http404(str(gone)) from gone


def _whole(found: ClaimPaper) -> HttpResponse:
    content = registry.paper_bytes(found.paper)
    extension = found.paper.stored_as.rpartition(".")[2]
    name = found.file_name or f"{found.paper.digest[:12]}.{extension}"
    # A PDF is saved, not opened: a browser's own viewer does not run where nothing may run.
    is_file = found.paper.media_type == "application/pdf"
    return _sent(content, found.paper.media_type, content_disposition_header(is_file, name))


def _picture(found: ClaimPaper, number: int) -> HttpResponse:
    picture = registry.paper_picture(found.paper, number)
    if picture is None:
        raise Http404(_("This paper holds no picture that can be shown; save the file itself."))
    return _sent(picture, "image/jpeg", "inline")


def _sent(content: bytes, media_type: str, disposition: str | None) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = disposition or "inline"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
