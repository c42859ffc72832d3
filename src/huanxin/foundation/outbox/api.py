"""Webhooks of a program: make, see, change, remove, and what came of the last calls."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from huanxin.foundation.access.models import Scope
from huanxin.foundation.access.programs import (
    After,
    Bearer,
    IdempotencyKey,
    Limit,
    PageOut,
    once,
    page,
    person,
    problems,
)

from . import queries, services
from .models import Delivery, Hook

GUARD = Bearer(Scope.HOOKS_WRITE)
router = Router(tags=["webhooks"], auth=GUARD)
Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="The webhook's number.")]


class HookIn(BaseModel):
    """A webhook to be made."""

    url: str = Field(max_length=500, examples=["https://till.example.com/huanxin"])
    kinds: list[str] = Field(
        min_length=1,
        max_length=50,
        description="`*`, `claims/*`, or one kind, e.g. `claims/paid`.",
        examples=[["claims/*"]],
    )


class HookChange(BaseModel):
    """What is to be changed of a webhook; the rest stays."""

    url: str | None = Field(default=None, max_length=500)
    kinds: list[str] | None = Field(default=None, min_length=1, max_length=50)
    is_active: bool | None = None


class HookOut(BaseModel):
    """A webhook as it stands."""

    id: int
    url: str
    kinds: list[str]
    is_active: bool
    made_at: datetime


class NewHookOut(HookOut):
    """A webhook that was just made; the secret is shown this once."""

    secret: str = Field(description="Signs every call; shown this once.")


class DeliveryOut(BaseModel):
    """One call of a webhook, or one that waits."""

    id: int
    kind: str
    about: str
    state: str
    n_tries: int
    next_at: datetime
    sent_at: datetime | None
    trouble: str


@router.get("/hooks", response={200: list[HookOut], **problems()}, url_name="hooks")
def list_hooks(request: HttpRequest) -> list[HookOut]:
    """The webhooks in the name of this token's person."""
    return [_shown(hook) for hook in queries.hooks(person(request))]


@router.post("/hooks", response={201: NewHookOut, **problems(409)}, url_name="hooks")
def add_hook(request: HttpRequest, said: HookIn, key: IdempotencyKey) -> object:
    """Be called when something is told: claims of this person or entered by them, sales of their shop."""

    def deed() -> tuple[int, NewHookOut]:
        hook, secret = services.add_hook(person(request), said.url, said.kinds)
        return 201, NewHookOut(secret=secret, **_shown(hook).model_dump())

    return once(request, key, deed)


@router.patch("/hooks/{number}", response={200: HookOut, **problems(404)}, url_name="hook")
def change_hook(request: HttpRequest, said: HookChange, number: Number) -> HookOut:
    """Another address, other kinds, on or off; the secret stays."""
    hook = _mine(request, number)
    return _shown(services.change_hook(hook, **said.model_dump()))


@router.delete("/hooks/{number}", response={204: None, **problems(404)}, url_name="hook")
def remove_hook(request: HttpRequest, number: Number) -> Status[None]:
    """Be called no more."""
    services.remove_hook(_mine(request, number))
    return Status(204, None)


@router.get(
    "/hooks/{number}/deliveries", response={200: PageOut[DeliveryOut], **problems(404)}, url_name="deliveries"
)
def list_deliveries(
    request: HttpRequest, number: Number, after: After = "", limit: Limit = 50
) -> PageOut[DeliveryOut]:
    """What came of the calls, the latest first."""
    rows = queries.deliveries(_mine(request, number))
    return page(rows, after, limit, _delivery)


def _mine(request: HttpRequest, number: int) -> Hook:
    return get_object_or_404(queries.hooks(person(request)), pk=number)


def _shown(hook: Hook) -> HookOut:
    return HookOut(id=hook.pk, url=hook.url, kinds=hook.kinds, is_active=hook.is_active, made_at=hook.made_at)


def _delivery(row: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=row.pk,
        kind=row.message.kind,
        about=row.message.about,
        state=row.state,
        n_tries=row.n_tries,
        next_at=row.next_at,
        sent_at=row.sent_at,
        trouble=row.trouble,
    )
