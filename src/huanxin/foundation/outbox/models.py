"""What is to be told to whom, and whether it arrived."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """Something that a person or a program is to be told, written in the transaction that it tells of."""

    kind = models.CharField(_("what is told"), max_length=60)
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="messages",
        verbose_name=_("to whom"),
    )
    about = models.CharField(_("about"), max_length=60, blank=True, default="")
    address = models.CharField(_("page it leads to"), max_length=300, blank=True, default="")
    context = models.JSONField(_("what is put into its text"), default=dict, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(_("written at"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes: ClassVar = [models.Index(fields=["to_user", "-id"], name="outbox_message_of_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class Channel(models.Model):
    """Where a person can be reached besides these pages. The number or address is sealed.

    Text messages that are off have a row too: then also a number given in a claim is not written to.
    """

    class Way(models.TextChoices):
        MAIL = "mail", _("Mail")
        SMS = "sms", _("Text message")
        WECHAT = "wechat", _("WeChat")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="channels", verbose_name=_("person")
    )
    way = models.CharField(_("way"), max_length=10, choices=Way.choices)
    address_sealed = models.BinaryField(_("address, encrypted"))
    address_shown = models.CharField(_("address, masked"), max_length=100)
    is_on = models.BooleanField(_("is used"), default=True, db_default=True)

    class Meta:
        verbose_name = _("way to reach a person")
        verbose_name_plural = _("ways to reach people")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "way"], name="outbox_one_channel_per_way")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.way}"


class Hook(models.Model):
    """A program of an organisation that wants to be told; every call to it is signed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="hooks", verbose_name=_("in whose name")
    )
    url = models.URLField(_("address that is called"), max_length=500)
    kinds = models.JSONField(_("what it is told"), default=list)
    secret_sealed = models.BinaryField(_("secret of the signature, encrypted"))
    is_active = models.BooleanField(_("is called"), default=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url

    def hears(self, kind: str) -> bool:
        """Whether it wants messages of this kind: `claims/paid` itself, `claims/*`, or `*` for all."""
        return any(wanted in ("*", kind, f"{kind.split('/')[0]}/*") for wanted in self.kinds)


class Delivery(models.Model):
    """One message on one way: when it is tried next, how often it was, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        GIVEN_UP = "given_up", _("Given up")

    message = models.ForeignKey(
        "outbox.Message", models.CASCADE, related_name="deliveries", verbose_name=_("message")
    )
    channel = models.ForeignKey(
        "outbox.Channel", models.CASCADE, null=True, related_name="+", verbose_name=_("way to reach a person")
    )
    hook = models.ForeignKey(
        "outbox.Hook", models.CASCADE, null=True, related_name="deliveries", verbose_name=_("webhook")
    )
    phone_sealed = models.BinaryField(_("telephone it goes to, encrypted"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    n_tries = models.PositiveIntegerField(_("number of tries"), default=0)
    next_at = models.DateTimeField(_("tried next at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    trouble = models.CharField(_("what went wrong"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__isnull=False, hook__isnull=True, phone_sealed__isnull=True)
                | Q(channel__isnull=True, hook__isnull=False, phone_sealed__isnull=True)
                | Q(channel__isnull=True, hook__isnull=True, phone_sealed__isnull=False),
                name="outbox_delivery_goes_one_way",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="outbox_delivery_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.message} {self.state}"
