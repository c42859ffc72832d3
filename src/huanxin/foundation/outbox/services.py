"""Deeds: telling somebody something, sending what waits, ways to reach people, webhooks."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import manymodels, sealed

from . import calling, queries
from .models import Channel, Delivery, Hook, Message
from .sending import send_waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from huanxin.foundation.access.models import User


__all__ = [
    "Telling",
    "add_hook",
    "change_hook",
    "mark_all_read",
    "mark_read",
    "reach",
    "remove_hook",
    "send_waiting",
    "tell",
    "tell_many",
]

_MOBILE = re.compile(r"1[3-9]\d{9}")
_KIND = re.compile(r"\*|[a-z]+/(\*|[a-z_-]+)")
_MOST_HOOKS = 20


@dataclass(frozen=True)
class Telling:
    """What one person is to be told: `also` are others whose programs (webhooks) hear of it too.

    `phone_sealed` is a number that was given for this matter: a text message goes there, unless the person
    gave another number for everything or wants none.
    """

    to_user: User | None
    kind: str
    context: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    address: str = ""
    also: Sequence[User] = ()
    phone_sealed: bytes | None = None


def tell(
    to_user: User | None,
    kind: str,
    context: Mapping[str, Any],
    *,
    about: str = "",
    address: str = "",
    also: Iterable[User] = (),
) -> Message:
    """Write down, in the caller's transaction, that a person is told something; four statements at most.

    `kind` names the text, e.g. "claims/returned" is `templates/outbox/claims/returned.txt` of that room.
    `context` is kept as JSON: amounts as texts, days as 2026-03-01. `about` is the number of what it is
    about, `address` the page that it leads to. Without `to_user` it stands on record, and only the programs
    of `also` are told.
    """
    return tell_many([Telling(to_user, kind, context, about, address, tuple(also))])[0]


@transaction.atomic(savepoint=False)
def tell_many(tellings: Sequence[Telling]) -> list[Message]:
    """Like `tell`, for many at once with the same four statements."""
    written = manymodels.create([
        Message(
            kind=telling.kind,
            to_user=telling.to_user,
            context=dict(telling.context),
            about=telling.about,
            address=telling.address,
        )
        for telling in tellings
    ])  # fmt: skip
    readers = {telling.to_user.pk for telling in tellings if telling.to_user}
    listeners = readers | {user.pk for telling in tellings for user in telling.also}
    if not listeners and not any(telling.phone_sealed for telling in tellings):
        return written
    channels, hooks = queries.channels_of(readers), queries.hooks_of(listeners)
    ways = []
    for telling, message in zip(tellings, written, strict=True):
        reader = [telling.to_user.pk] if telling.to_user else []
        own = [c for pk in reader for c in channels.get(pk, ())]
        ways += [Delivery(message=message, channel=c) for c in own if c.is_on]
        if _is_written_to(telling.phone_sealed, own):
            ways.append(Delivery(message=message, phone_sealed=telling.phone_sealed))
        hearing = dict.fromkeys((*reader, *(user.pk for user in telling.also)))
        ways += [
            Delivery(message=message, hook=hook)
            for pk in hearing
            for hook in hooks.get(pk, ())
            if hook.hears(telling.kind)
        ]
    Delivery.objects.bulk_create(ways)
    return written


def _is_written_to(phone_sealed: bytes | None, own: Iterable[Channel]) -> bool:
    """Whether a text message goes to a number that was given for one matter."""
    if phone_sealed is None or any(channel.way == Channel.Way.SMS for channel in own):
        return False
    return _MOBILE.fullmatch(sealed.unseal(phone_sealed)) is not None


def mark_read(user: User, number: int) -> Message | None:
    """The person opened this message of theirs; None if they have no such message."""
    Message.objects.filter(pk=number, to_user=user, read_at=None).update(read_at=timezone.now())
    return queries.inbox(user).filter(pk=number).first()


def mark_all_read(user: User) -> int:
    """The person has seen all their messages; how many were new."""
    return queries.inbox(user).filter(read_at=None).update(read_at=timezone.now())


def reach(user: User, way: str, address: str) -> Channel | None:
    """From now on the person is told on this way too; an empty address ends it.

    Text messages that were ended go to no number, also to none that is given in a claim.
    Raises ValidationError for an address that cannot be one of that way.
    """
    address = address.strip()
    if not address and way == Channel.Way.SMS:
        off = {"is_on": False, "address_sealed": sealed.seal(""), "address_shown": ""}
        Channel.objects.update_or_create(user=user, way=way, defaults=off)
        return None
    if not address:
        Channel.objects.filter(user=user, way=way).delete()
        return None
    if way == Channel.Way.MAIL:
        validate_email(address)
    if way == Channel.Way.SMS and not _MOBILE.fullmatch(address):
        raise ValidationError(_("A mobile number has 11 digits and begins with 1, e.g. 13800000000."))
    channel, _is_new = Channel.objects.update_or_create(
        user=user,
        way=Channel.Way(way),
        defaults={
            "is_on": True,
            "address_sealed": sealed.seal(address),
            "address_shown": _masked(way, address),
        },
    )
    return channel


def _masked(way: str, address: str) -> str:
    name, at, host = address.partition("@")
    if way == Channel.Way.MAIL:
        return f"{name[:1]}***{at}{host}"[:100]
    return sealed.masked(address)


def add_hook(user: User, url: str, kinds: Sequence[str]) -> tuple[Hook, str]:
    """A webhook in a person's name, and the secret of its signature, which is shown this once.

    Raises ValidationError for an address that is not called, or kinds that are none.
    """
    if Hook.objects.filter(user=user).count() >= _MOST_HOOKS:
        raise ValidationError(
            {"url": _("There are %(n)d webhooks already: remove one.") % {"n": _MOST_HOOKS}}
        )
    secret = f"hxs_{secrets.token_urlsafe(32)}"
    hook = Hook.objects.create(
        user=user, url=_callable(url), kinds=_known(kinds), secret_sealed=sealed.seal(secret)
    )
    return hook, secret


def change_hook(
    hook: Hook, *, url: str | None = None, kinds: Sequence[str] | None = None, is_active: bool | None = None
) -> Hook:
    """Another address, other kinds, on or off; the secret stays. Raises ValidationError like `add_hook`."""
    hook.url = hook.url if url is None else _callable(url)
    hook.kinds = hook.kinds if kinds is None else _known(kinds)
    hook.is_active = hook.is_active if is_active is None else is_active
    hook.save(update_fields=["url", "kinds", "is_active"])
    return hook


def remove_hook(hook: Hook) -> None:
    """The program is called no more, and what waits for it is dropped."""
    hook.delete()


def _callable(url: str) -> str:
    try:
        calling.check(url)
    except calling.NotCalled as refused:
        raise ValidationError({"url": str(refused)}) from refused
    return url


def _known(kinds: Sequence[str]) -> list[str]:
    wrong = [kind for kind in kinds if not _KIND.fullmatch(kind)]
    if wrong or not kinds:
        raise ValidationError(
            {
                "kinds": _("Name what it is told: “*”, “claims/*” or e.g. “claims/paid”; not “%(wrong)s”.")
                % {"wrong": ", ".join(wrong)}
            }
        )
    return list(dict.fromkeys(kinds))
