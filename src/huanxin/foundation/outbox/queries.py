"""Questions about messages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .models import Channel, Delivery, Hook, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from huanxin.foundation.access.models import User


@dataclass(frozen=True)
class InboxPage:
    """Some messages, newest first, and the mark of the page behind them."""

    messages: list[Message]
    next: int | None


def channels_of(people: Iterable[int]) -> dict[int, list[Channel]]:
    """The ways to reach these people, by person, also those that are off. One query."""
    found: dict[int, list[Channel]] = defaultdict(list)
    for channel in Channel.objects.filter(user_id__in=list(people)):
        found[channel.user_id].append(channel)
    return found


def hooks_of(people: Iterable[int]) -> dict[int, list[Hook]]:
    """The webhooks in the names of these people that are called, by person. One query."""
    found: dict[int, list[Hook]] = defaultdict(list)
    for hook in Hook.objects.filter(user_id__in=list(people), is_active=True):
        found[hook.user_id].append(hook)
    return found


def inbox(user: User) -> QuerySet[Message]:
    """What a person was told; order it by id, newest first, for which there is an index."""
    return Message.objects.filter(to_user=user)


def inbox_page(user: User, after: str = "", limit: int = 30) -> InboxPage:
    """A page of what a person was told, behind the message with this id. One query."""
    found = inbox(user).select_related("to_user").order_by("-pk")
    if after.isdecimal():
        found = found.filter(pk__lt=int(after))
    some = list(found[: limit + 1])
    return InboxPage(some[:limit], some[limit - 1].pk if len(some) > limit else None)


def channels(user: User) -> dict[str, Channel]:
    """The ways to reach one person, by way. One query."""
    return {channel.way: channel for channel in Channel.objects.filter(user=user)}


def hooks(user: User) -> QuerySet[Hook]:
    """The webhooks in a person's name."""
    return Hook.objects.filter(user=user).order_by("pk")


def n_unread(user: User | AnonymousUser) -> int:
    """How many messages a person has not opened. One query."""
    return inbox(user).filter(read_at=None).count() if user.is_authenticated else 0


def deliveries(hook: Hook) -> QuerySet[Delivery]:
    """Calls of a webhook, with what was told."""
    return Delivery.objects.filter(hook=hook).select_related("message")
