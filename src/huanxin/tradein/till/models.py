"""What tills report: things sold for vouchers, and the posts they were reported in."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib.money import CentsField, Money


class Sale(models.Model):
    """A thing sold for a voucher: at which price, less how much, and the claim that it became."""

    class State(models.TextChoices):
        SOLD = "sold", _("Sold")
        RETURNED = "returned", _("Returned")

    key = models.CharField(_("key of the till"), max_length=80, unique=True)
    voucher = models.ForeignKey(
        "tradein.Voucher", models.PROTECT, related_name="sales", verbose_name=_("voucher")
    )
    merchant = models.ForeignKey(
        "tradein.Merchant", models.PROTECT, related_name="sales", verbose_name=_("merchant")
    )
    product = models.ForeignKey(
        "tradein.Product", models.PROTECT, related_name="+", verbose_name=_("product")
    )
    claim = models.OneToOneField("claims.Claim", models.PROTECT, related_name="sale", verbose_name=_("claim"))
    serial_shown = models.CharField(_("serial number, masked"), max_length=40)
    serial_hash = models.BinaryField(_("keyed hash of the serial number"), max_length=32)
    price = CentsField(_("price before the subsidy"))
    subsidy = CentsField(_("subsidy"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.SOLD)
    sold_at = models.DateTimeField(_("sold at"))
    received_at = models.DateTimeField(_("reported at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sold by")
    )
    returned_at = models.DateTimeField(_("returned at"), null=True)
    returned_why = models.CharField(_("why it was returned"), max_length=300, blank=True, default="")
    settlement = models.ForeignKey(
        "tradein.Settlement", models.PROTECT, null=True, related_name="sales", verbose_name=_("settlement")
    )
    netted_in = models.ForeignKey(
        "tradein.Settlement",
        models.PROTECT,
        null=True,
        related_name="returns",
        verbose_name=_("settlement that takes a return back"),
    )
    recovered_at = models.DateTimeField(_("recovered at"), null=True)
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("sale")
        verbose_name_plural = _("sales")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["voucher"], condition=~Q(state="returned"), name="tradein_one_sale_per_voucher"
            ),
            models.UniqueConstraint(
                fields=["serial_hash"], condition=~Q(state="returned"), name="tradein_one_sale_per_serial"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["merchant", "-id"], name="tradein_sale_of_merchant"),
            models.Index(
                fields=["merchant", "id"],
                condition=Q(state="sold", settlement__isnull=True),
                name="tradein_sale_to_settle",
            ),
            models.Index(
                fields=["merchant", "id"],
                condition=Q(state="returned", settlement__isnull=False, recovered_at__isnull=True),
                name="tradein_return_to_net",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def to_pay(self) -> Money:
        """What the buyer pays after the subsidy."""
        return Money(self.price - self.subsidy)


class TillPost(models.Model):
    """What a till sent under a key of its own: sold, or refused and why. The same key answers the same.

    `sold_at` is the till's clock, `received_at` ours; posts kept while there was no network come in one
    batch and share its name, so that late and bundled ones can be seen.
    """

    class Outcome(models.TextChoices):
        SOLD = "sold", _("Sold")
        REFUSED = "refused", _("Refused")

    key = models.CharField(_("key of the till"), max_length=80, unique=True)
    merchant = models.ForeignKey(
        "tradein.Merchant", models.PROTECT, related_name="posts", verbose_name=_("merchant")
    )
    voucher_code = models.CharField(_("code of the voucher"), max_length=40)
    product_code = models.CharField(_("product code"), max_length=40)
    serial_shown = models.CharField(_("serial number, masked"), max_length=40)
    digest = models.BinaryField(_("keyed hash of all that was sent"), max_length=32)
    price = CentsField(_("price before the subsidy"))
    sold_at = models.DateTimeField(_("sold at"))
    received_at = models.DateTimeField(_("reported at"), default=timezone.now)
    batch = models.CharField(_("batch of the till"), max_length=80, blank=True, default="")
    n_in_batch = models.PositiveIntegerField(_("posts in the batch"), default=1)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    refusal = models.CharField(_("kind of refusal"), max_length=40, blank=True, default="")
    why = models.CharField(_("why it was refused"), max_length=1000, blank=True, default="")
    sale = models.OneToOneField(
        "tradein.Sale", models.PROTECT, null=True, related_name="post", verbose_name=_("sale")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    settled_at = models.DateTimeField(_("seen to at"), null=True)

    class Meta:
        verbose_name = _("post of a till")
        verbose_name_plural = _("posts of tills")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome="sold", sale__isnull=False) | Q(outcome="refused", sale__isnull=True),
                name="tradein_post_sold_has_a_sale",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["merchant", "-id"], name="tradein_post_of_merchant"),
            models.Index(
                fields=["merchant", "id"],
                condition=Q(outcome="refused", settled_at__isnull=True),
                name="tradein_post_refused",
            ),
        ]

    def __str__(self) -> str:
        return self.key
