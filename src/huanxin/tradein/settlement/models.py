"""What a shop is owed for its sales, and how far the bank is with it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib.money import CentsField


class Settlement(models.Model):
    """The sales of a shop in a programme that are paid to it in one payment, less what was returned."""

    class State(models.TextChoices):
        IN_BATCH = "in_batch", _("In a payment batch")
        PAID = "paid", _("Paid")
        REJECTED = "rejected", _("Rejected by the bank")
        DROPPED = "dropped", _("Dropped, its sales are open again")

    number = models.CharField(_("number"), max_length=40, unique=True)
    merchant = models.ForeignKey(
        "tradein.Merchant", models.PROTECT, related_name="settlements", verbose_name=_("merchant")
    )
    programme = models.ForeignKey(
        "claims.Programme", models.PROTECT, related_name="+", verbose_name=_("programme")
    )
    batch = models.ForeignKey(
        "ledger.Batch", models.PROTECT, null=True, related_name="+", verbose_name=_("payment batch")
    )
    sold = CentsField(_("subsidies of the sales"))
    returned = CentsField(_("less subsidies of returns"), default=0)
    amount = CentsField(_("to be paid"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.IN_BATCH)
    why = models.CharField(_("the bank's reason"), max_length=300, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    booked_at = models.DateTimeField(_("booked at"), null=True)
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount=F("sold") - F("returned")) & Q(amount__gt=0),
                name="tradein_settlement_adds_up",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["merchant", "-id"], name="tradein_settlement_of_shop"),
            models.Index(fields=["id"], condition=Q(state="in_batch"), name="tradein_settlement_open"),
        ]

    def __str__(self) -> str:
        return self.number
