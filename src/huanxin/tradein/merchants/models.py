"""Shops on the list of the commerce office, what they sell, and the prices they filed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib.money import CentsField


class Merchant(models.Model):
    """A shop on the list of the commerce office."""

    class State(models.TextChoices):
        LISTED = "listed", _("Listed")
        SUSPENDED = "suspended", _("Suspended")
        REMOVED = "removed", _("Removed from the list")

    code = models.CharField(_("number of the shop"), max_length=30, unique=True)
    party = models.ForeignKey("registry.Party", models.PROTECT, related_name="+", verbose_name=_("party"))
    name = models.CharField(_("name"), max_length=200)
    place = models.ForeignKey("registry.Place", models.PROTECT, related_name="+", verbose_name=_("place"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.LISTED)
    state_why = models.CharField(_("reason of its state"), max_length=300, blank=True, default="")
    takes_old = models.BooleanField(_("takes old things back"), default=True)
    account_sealed = models.BinaryField(_("bank account, encrypted"), null=True)
    account_hash = models.BinaryField(_("keyed hash of the bank account"), max_length=32, null=True)
    account_shown = models.CharField(_("bank account, masked"), max_length=40, blank=True, default="")
    bank = models.CharField(_("bank"), max_length=100, blank=True, default="")
    listed_at = models.DateTimeField(_("listed at"), default=timezone.now)
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")

    def __str__(self) -> str:
        return self.name


class MerchantDecision(models.Model):
    """A shop was listed, suspended or removed: by whom and why. Append-only."""

    merchant = models.ForeignKey(
        "tradein.Merchant", models.PROTECT, related_name="decisions", verbose_name=_("merchant")
    )
    state = models.CharField(_("state"), max_length=10, choices=Merchant.State.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("decision on a shop")
        verbose_name_plural = _("decisions on shops")

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.state}"


class Clerk(models.Model):
    """Somebody who may act for a shop."""

    merchant = models.ForeignKey(
        "tradein.Merchant", models.CASCADE, related_name="clerks", verbose_name=_("merchant")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="clerk_of", verbose_name=_("person")
    )

    class Meta:
        verbose_name = _("clerk of a shop")
        verbose_name_plural = _("clerks of shops")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "user"], name="tradein_one_clerk_per_shop")
        ]

    def __str__(self) -> str:
        return f"{self.merchant} {self.user}"


class Product(models.Model):
    """A model of an appliance by its product code, with its class and grade."""

    code = models.CharField(_("product code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    brand = models.CharField(_("brand"), max_length=100, blank=True, default="")
    model = models.CharField(_("model"), max_length=100, blank=True, default="")
    product_class = models.CharField(_("class"), max_length=40)
    energy_grade = models.PositiveSmallIntegerField(_("energy or water grade"), null=True, blank=True)
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name


class FiledPrice(models.Model):
    """The price that a shop filed for a product, from an instant on. Append-only: a change is a new row."""

    merchant = models.ForeignKey(
        "tradein.Merchant", models.PROTECT, related_name="prices", verbose_name=_("merchant")
    )
    product = models.ForeignKey(
        "tradein.Product", models.PROTECT, related_name="prices", verbose_name=_("product")
    )
    price = CentsField(_("filed price"))
    at = models.DateTimeField(_("filed at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("filed by")
    )

    class Meta:
        verbose_name = _("filed price")
        verbose_name_plural = _("filed prices")
        indexes: ClassVar = [
            models.Index(fields=["merchant", "product", "-at"], name="tradein_price_history")
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.product_id} {self.price}"
