"""The addresses of the site, and that of a plain view: who is logged in posts a form, one row goes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import models
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from huanxin.web.urls import *  # noqa: F403
from huanxin.web.urls import urlpatterns as of_the_site

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class Bare(models.Model):
    """The row of the plain view."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    words = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "web"
        db_table = "bench_bare"
        managed = False
        default_permissions: ClassVar[Any] = ()


@require_POST
@login_required
def insert(request: HttpRequest) -> HttpResponse:
    """One row, and on to the next page."""
    Bare.objects.create(by=request.user, words=request.POST["words"])
    return redirect("/")


urlpatterns = [path("bench/insert/", insert), *of_the_site]
