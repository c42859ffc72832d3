"""Bringing what waits to where it goes: tried again with growing pauses, given up in the end.

A delivery is taken by moving its next try some minutes ahead, in a short transaction; nothing is locked while
the network is slow. A sender that dies leaves it to the next: a message may arrive twice, and none is lost.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import sealed

from . import calling, texts
from .gateways import NotSent, gateway
from .models import Channel, Delivery, Hook, Message

# After how long it is tried again: half a day and a night in all. The last number is the last try.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720))
_TAKEN_FOR = timedelta(minutes=10)
_GONE = 410
_LOG = logging.getLogger(__name__)


@dataclass
class Sent:
    """What became of one round."""

    n_sent: int = 0
    n_later: int = 0
    n_given_up: int = 0


def send_waiting(most: int = 200) -> Sent:
    """Try what is due, at most so many. Several may run beside each other: none takes another's."""
    done = Sent()
    for delivery in _take(most):
        _try(delivery, done)
    return done


@transaction.atomic
def _take(most: int) -> list[Delivery]:
    now = timezone.now()
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=now).order_by("next_at")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    taken = list(due.values_list("pk", flat=True)[:most])
    Delivery.objects.filter(pk__in=taken).update(next_at=now + _TAKEN_FOR)
    found = Delivery.objects.filter(pk__in=taken).order_by("pk")
    return list(found.select_related("message__to_user", "channel", "hook"))


def _try(delivery: Delivery, done: Sent) -> None:
    try:
        _bring(delivery)
    except NotSent as trouble:
        _failed(delivery, trouble, done)
        return
    except Exception as mistake:
        # A text that cannot be rendered is our mistake, and must not keep everybody's messages back.
        _LOG.exception("delivery %s of message %s", delivery.pk, delivery.message_id)
        _failed(delivery, NotSent(type(mistake).__name__), done)
        return
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.SENT, sent_at=timezone.now(), n_tries=delivery.n_tries + 1, trouble=""
    )
    done.n_sent += 1


def _failed(delivery: Delivery, trouble: NotSent, done: Sent) -> None:
    tries = delivery.n_tries + 1
    gives_up = trouble.for_good or tries > len(PAUSES)
    done.n_given_up += gives_up
    done.n_later += not gives_up
    Delivery.objects.filter(pk=delivery.pk).update(
        n_tries=tries,
        trouble=str(trouble)[:500],
        state=Delivery.State.GIVEN_UP if gives_up else Delivery.State.WAITING,
        next_at=timezone.now() if gives_up else _next(tries),
    )


def _next(tries: int) -> datetime:
    return timezone.now() + PAUSES[tries - 1]


def _bring(delivery: Delivery) -> None:
    if delivery.channel is not None:
        address = sealed.unseal(bytes(delivery.channel.address_sealed))
        gateway(delivery.channel.way).send(address, texts.render(delivery.message))
    elif delivery.phone_sealed is not None:
        phone = sealed.unseal(bytes(delivery.phone_sealed))
        gateway(Channel.Way.SMS).send(phone, texts.render(delivery.message))
    elif delivery.hook is not None:
        _call(delivery.hook, delivery)


def _call(hook: Hook, delivery: Delivery) -> None:
    if not hook.is_active:
        raise NotSent(_("The webhook was switched off."), for_good=True)
    try:
        calling.post(
            hook.url,
            body(delivery.message),
            secret=sealed.unseal(bytes(hook.secret_sealed)),
            headers={"Huanxin-Delivery": str(delivery.pk)},
        )
    except calling.NotCalled as trouble:
        if trouble.status == _GONE:
            Hook.objects.filter(pk=hook.pk).update(is_active=False)
        never = trouble.status == _GONE or isinstance(trouble, calling.NotAllowed)
        raise NotSent(str(trouble), for_good=never) from trouble


def body(message: Message) -> bytes:
    """What a program is told; `id` is the same when it is told twice."""
    told = {
        "id": message.pk,
        "kind": message.kind,
        "about": message.about,
        "at": message.at.isoformat(),
        "link": texts.link(message),
        "context": message.context,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
