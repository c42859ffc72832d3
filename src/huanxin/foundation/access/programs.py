"""What the interfaces of all rooms share: tokens with scopes, one answer for one key, pages by key."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar, cast

from django.db import IntegrityError, transaction
from django.http.request import RawPostDataException
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Query
from ninja.responses import Status
from ninja.security import HttpBearer
from pydantic import BaseModel, Field

from huanxin.foundation.lib import pages, sealed
from huanxin.foundation.lib.problems import Problem, ProblemOut

from . import queries, services
from .models import KeptAnswer, Scope, Token

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from django.core.files.uploadedfile import UploadedFile
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

    from .models import User

Row = TypeVar("Row")
M = TypeVar("M", bound="Model")

_MOST_ROWS = 100
# No character that a database or a log cannot keep.
_PLAIN = r"^[\x21-\x7e]+$"

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=60,
        pattern=_PLAIN,
        description="A text of your own for this deed, e.g. a UUID. Sent again with the same key, the same "
        "request is not done again, and answers what it answered.",
    ),
]
After = Annotated[
    str,
    Query(
        max_length=20,
        pattern=r"^\d*$",
        description="The `next` of the page before; empty for the first page.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=_MOST_ROWS, description="How many at most.")]


class Bearer(HttpBearer):
    """`Authorization: Bearer hx_…`, with the scopes that an administrator gave it."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """The token, if it opens this address now. Raises Problem if it does not reach so far."""
        found = queries.token_with(token)
        if found is None:
            return None
        if not services.count_call(found):
            wait = 60 - timezone.now().second
            raise Problem(
                429,
                "too-many-calls",
                _("More than %(n)d calls in this minute. Wait %(wait)d seconds.")
                % {"n": found.most_per_minute, "wait": wait},
                headers={"Retry-After": str(wait)},
            )
        if self.scope is not None and self.scope not in found.scopes:
            raise Problem(
                403,
                "no-scope",
                _("This token has not the scope %(scope)s. An administrator issues one that has it.")
                % {"scope": self.scope.value},
            )
        request.user = found.user
        return found


ANYBODY = Bearer()


def problems(*statuses: int) -> dict[int, Any]:
    """The refusals that an address may answer with, for its OpenAPI; those of form and token always."""
    return dict.fromkeys(sorted({400, 401, 403, 422, 429, *statuses}), ProblemOut)


def person(request: HttpRequest) -> User:
    """In whose name the program calls."""
    token: Token = request.auth  # type: ignore[attr-defined]
    return token.user


def once(request: HttpRequest, key: str, deed: Callable[[], tuple[int, BaseModel]]) -> Status[Any]:
    """Do a deed and keep its answer under the caller's key, in one transaction; the key again answers it.

    A refusal undoes all and keeps nothing, so that the mended request may have the same key. Raises Problem
    if the same key comes with another request.
    """
    token: Token = request.auth  # type: ignore[attr-defined]
    digest = _digest(request)
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(token=token, key=key, digest=digest)
            status, body = deed()
            kept.status, kept.body_sealed = status, sealed.seal(body.model_dump_json())
            kept.save(update_fields=["status", "body_sealed"])
        return Status(status, body)
    except IntegrityError:
        before = KeptAnswer.objects.filter(token=token, key=key).first()
        if before is None:
            raise
    if bytes(before.digest) != digest:
        raise Problem(
            409,
            "key-used",
            _("This Idempotency-Key was used for another request: take a new one for each deed."),
            {"Idempotency-Key": _("Take a new one.")},
        )
    return Status(before.status, json.loads(sealed.unseal(bytes(before.body_sealed))))


def forget_answers(before: dt.datetime) -> int:
    """Forget what programs were answered before then; their keys are free again. How many it were."""
    return KeptAnswer.objects.filter(at__lt=before).delete()[0]


def _digest(request: HttpRequest) -> bytes:
    said = hashlib.sha256(f"{request.method} {request.path}\0".encode())
    try:
        said.update(request.body)
    except RawPostDataException:
        # A form with files was read as it came in.
        said.update(_form(request))
    return said.digest()


def _form(request: HttpRequest) -> bytes:
    """A form with files, by what it says and not by how its parts are bounded."""
    said = hashlib.sha256(repr(sorted(request.POST.lists())).encode())
    for name, found in sorted(request.FILES.items()):
        file = cast("UploadedFile[Any]", found)
        said.update(f"{name}\0{file.name}\0".encode())
        for part in file.chunks():
            said.update(part)
        file.seek(0)
    return said.digest()


class PageOut(BaseModel, Generic[Row]):
    """Some rows, newest first; `next` is the mark of the page behind them, empty on the last."""

    rows: list[Row]
    next: str = Field(default="", description="Give it as `after` for the page behind this one.")


def page(rows: QuerySet[M], after: str, limit: int, shown: Callable[[M], Row]) -> PageOut[Row]:
    """A page of rows, newest first. One query."""
    found = pages.by_key(rows, after, limit)
    return PageOut(rows=[shown(row) for row in found.rows], next=found.next or "")
