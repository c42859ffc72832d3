"""Sentences of policy in the language of the page they appear on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huanxin import policy
from huanxin.foundation.lib import reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase


def in_the_readers_language(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Tell policy, which knows nothing of Django, the language that LocaleMiddleware chose."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        policy.read_in(reader.language())
        return get_response(request)

    return middleware
