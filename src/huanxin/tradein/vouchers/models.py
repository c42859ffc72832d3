"""Rounds in which vouchers can be taken, the vouchers, and what happened to them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib.money import CentsField


class Round(models.Model):
    """A time in which vouchers of a programme can be taken, e.g. a day from 8:30."""

    programme = models.ForeignKey(
        "claims.Programme", models.PROTECT, related_name="rounds", verbose_name=_("programme")
    )
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    most = models.PositiveIntegerField(_("most vouchers"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )

    class Meta:
        verbose_name = _("voucher round")
        verbose_name_plural = _("voucher rounds")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opens_at")), name="tradein_round_closes_after_it_opens"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["programme", "opens_at"], name="tradein_round_of_programme")
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.opens_at}"


class RoundClass(models.Model):
    """A class of things for which vouchers can be taken in a round, and the money that each one reserves."""

    round = models.ForeignKey(
        "tradein.Round", models.CASCADE, related_name="classes", verbose_name=_("voucher round")
    )
    product_class = models.CharField(_("class"), max_length=40)
    held = CentsField(_("reserved for each voucher"))

    class Meta:
        verbose_name = _("class of a round")
        verbose_name_plural = _("classes of rounds")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "product_class"], name="tradein_one_class_per_round"),
            models.CheckConstraint(condition=Q(held__gt=0), name="tradein_class_reserves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.product_class}"


class RoundLane(models.Model):
    """A part of the vouchers of a round that are left, so that processes do not wait for one row."""

    round = models.ForeignKey(
        "tradein.Round", models.CASCADE, related_name="lanes", verbose_name=_("voucher round")
    )
    number = models.PositiveIntegerField(_("number of the lane"))
    left = models.IntegerField(_("vouchers left"))

    class Meta:
        verbose_name = _("lane of a round")
        verbose_name_plural = _("lanes of rounds")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "number"], name="tradein_one_lane_per_number"),
            models.CheckConstraint(condition=Q(left__gte=0), name="tradein_lane_not_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} #{self.number}"


class Voucher(models.Model):
    """A right to a subsidy on one thing of a class, on one day. The money is reserved under its code."""

    class State(models.TextChoices):
        TAKEN = "taken", _("Taken")
        REDEEMED = "redeemed", _("Redeemed")
        LAPSED = "lapsed", _("Lapsed")
        GIVEN_BACK = "given_back", _("Given back")

    code = models.CharField(_("code"), max_length=30)
    round = models.ForeignKey(
        "tradein.Round", models.PROTECT, related_name="vouchers", verbose_name=_("voucher round")
    )
    programme = models.ForeignKey(
        "claims.Programme", models.PROTECT, related_name="+", db_index=False, verbose_name=_("programme")
    )
    party = models.ForeignKey(
        "registry.Party", models.PROTECT, related_name="+", db_index=False, verbose_name=_("party")
    )
    product_class = models.CharField(_("class"), max_length=40)
    place = models.ForeignKey(
        "registry.Place", models.PROTECT, related_name="+", db_index=False, verbose_name=_("place")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.TAKEN)
    valid_on = models.DateField(_("valid on"))
    held = CentsField(_("money reserved"))
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="replaced_by",
        verbose_name=_("voucher in whose place it was given"),
    )
    taken_at = models.DateTimeField(_("taken at"))
    state_at = models.DateTimeField(_("in this state since"))
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        # No index that taking does not need: at 8:30 each costs as much as the row.
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="tradein_one_voucher_per_code"),
            # One person, one class, one live voucher in a programme.
            models.UniqueConstraint(
                fields=["programme", "party", "product_class"],
                condition=Q(state__in=["taken", "redeemed"]),
                name="tradein_one_live_voucher_per_class",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["party", "-id"], name="tradein_voucher_of_person"),
            models.Index(fields=["valid_on"], condition=Q(state="taken"), name="tradein_voucher_to_lapse"),
        ]

    def __str__(self) -> str:
        return self.code


class VoucherEvent(models.Model):
    """Something that happened to a voucher. Append-only."""

    class What(models.TextChoices):
        TAKEN = "taken", _("Taken")
        REDEEMED = "redeemed", _("Redeemed")
        RETURNED = "returned", _("Given back with the thing")
        FREED = "freed", _("Free again after a return")
        LAPSED = "lapsed", _("Lapsed")
        REVIVED = "revived", _("Revived for a sale that was reported late")

    voucher = models.ForeignKey(
        "tradein.Voucher", models.PROTECT, related_name="events", verbose_name=_("voucher")
    )
    what = models.CharField(_("what happened"), max_length=10, choices=What.choices)
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("by"),
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("event of a voucher")
        verbose_name_plural = _("events of vouchers")

    def __str__(self) -> str:
        return f"{self.voucher_id} {self.what}"
