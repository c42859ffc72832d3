"""Whose money: budgets, their accounts, and the transfers between them, which only grow."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib.money import CentsField


class Budget(models.Model):
    """The money of one programme in one place from one source. Append-only; what is in it stands in lanes.

    A budget that many draw on at once is counted in several lanes, so that they do not wait for one row.
    """

    class Source(models.TextChoices):
        CENTRE = "centre", _("Central government")
        REGION = "region", _("Autonomous region")
        LEAGUE = "league", _("League or city")

    programme = models.CharField(_("programme"), max_length=100)
    place_code = models.CharField(_("place"), max_length=6)
    source = models.CharField(_("source of the money"), max_length=10, choices=Source.choices)
    n_lanes = models.PositiveIntegerField(_("number of lanes"), default=1)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    at = models.DateTimeField(_("opened at"), default=timezone.now)
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "place_code", "source"], name="ledger_one_budget_per_source_and_place"
            ),
            models.CheckConstraint(condition=Q(n_lanes__gte=1), name="ledger_budget_has_a_lane"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.place_code} {self.source}"


class Account(models.Model):
    """One account of a budget: where money stands on its way. Append-only."""

    class Stage(models.TextChoices):
        GRANTED = "granted", _("Granted")
        AVAILABLE = "available", _("Available")
        RESERVED = "reserved", _("Reserved")
        COMMITTED = "committed", _("Committed")
        PAID = "paid", _("Paid")
        RECOVERED = "recovered", _("Recovered")

    budget = models.ForeignKey(
        "ledger.Budget", models.PROTECT, related_name="accounts", verbose_name=_("budget")
    )
    stage = models.CharField(_("stage of the money"), max_length=10, choices=Stage.choices)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["budget", "stage"], name="ledger_one_account_per_stage")
        ]

    def __str__(self) -> str:
        return f"{self.budget} {self.stage}"


class Lane(models.Model):
    """Running balances of a budget's accounts, one row for each lane; moved by the transfers' trigger alone.

    `granted` is the other side of all money in the budget, so it is zero or less, and a lane adds up to zero.
    """

    budget = models.ForeignKey(
        "ledger.Budget", models.PROTECT, related_name="lanes", verbose_name=_("budget")
    )
    number = models.PositiveIntegerField(_("number of the lane"))
    granted = CentsField(_("granted"), default=0)
    available = CentsField(_("available"), default=0)
    reserved = CentsField(_("reserved"), default=0)
    committed = CentsField(_("committed"), default=0)
    paid = CentsField(_("paid"), default=0)
    recovered = CentsField(_("recovered"), default=0)
    seq = models.BigIntegerField(_("number of its latest transfer"), default=0)
    head = models.BinaryField(_("hash of its latest transfer"), max_length=32, default=bytes(32))

    class Meta:
        verbose_name = _("lane of a budget")
        verbose_name_plural = _("lanes of budgets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["budget", "number"], name="ledger_one_lane_per_number"),
            models.CheckConstraint(condition=Q(granted__lte=0), name="ledger_granted_is_owed"),
            models.CheckConstraint(condition=Q(available__gte=0), name="ledger_available_not_below_zero"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="ledger_reserved_not_below_zero"),
            models.CheckConstraint(condition=Q(committed__gte=0), name="ledger_committed_not_below_zero"),
            models.CheckConstraint(condition=Q(paid__gte=0), name="ledger_paid_not_below_zero"),
            models.CheckConstraint(condition=Q(recovered__gte=0), name="ledger_recovered_not_below_zero"),
            models.CheckConstraint(
                condition=Q(
                    granted=-(F("available") + F("reserved") + F("committed") + F("paid") + F("recovered"))
                ),
                name="ledger_lane_adds_up_to_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget} #{self.number}"


class Transfer(models.Model):
    """Money that moves between two accounts of a budget. Append-only, chained by hashes in its lane."""

    key = models.CharField(_("key"), max_length=120, unique=True)
    deed = models.CharField(_("deed"), max_length=20)
    purpose = models.CharField(_("what the money is for"), max_length=60)
    debit = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+", verbose_name=_("from"))
    credit = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+", verbose_name=_("to"))
    lane = models.ForeignKey(
        "ledger.Lane", models.PROTECT, related_name="transfers", verbose_name=_("lane of a budget")
    )
    cents = CentsField(_("amount"))
    seq = models.BigIntegerField(_("number in its lane"))
    previous = models.BinaryField(_("hash of the transfer before it"), max_length=32)
    hash = models.BinaryField(_("hash"), max_length=32)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lane", "seq"], name="ledger_one_transfer_per_number"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="ledger_transfer_moves_something"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_transfer_goes_elsewhere"),
        ]
        indexes: ClassVar = [models.Index(fields=["purpose", "id"], name="ledger_transfer_by_purpose")]

    def __str__(self) -> str:
        return self.key


class Batch(models.Model):
    """Payments that go to the bank in one file, made by one person and signed by another."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Waiting for its second signature")
        SIGNED = "signed", _("Signed, to be sent")
        SENT = "sent", _("With the bank")
        BOOKED = "booked", _("Booked")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.CharField(_("number"), max_length=40, unique=True)
    programme = models.CharField(_("programme"), max_length=100)
    # The smallest place in which all who are paid lie: whoever pays there may go on with the batch.
    place_code = models.CharField(_("place"), max_length=6, db_default="15")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("signed by")
    )
    signed_at = models.DateTimeField(_("signed at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    why = models.CharField(_("why it was cancelled"), max_length=300, blank=True, default="")
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("payment batch")
        verbose_name_plural = _("payment batches")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("made_by")),
                name="ledger_batch_has_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "sent", "booked"])
                | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="ledger_batch_is_signed_before_it_is_sent",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["programme", "-id"], name="ledger_batch_of_programme")]

    def __str__(self) -> str:
        return self.number


class Line(models.Model):
    """One payment of a batch, to one payee for one purpose (a claim, a shop's settlement)."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        HELD = "held", _("Held back")

    batch = models.ForeignKey(
        "ledger.Batch", models.PROTECT, related_name="lines", verbose_name=_("payment batch")
    )
    number = models.PositiveIntegerField(_("line"))
    purpose = models.CharField(_("what the money is for"), max_length=60)
    payee = models.CharField(_("payee"), max_length=200)
    account_sealed = models.BinaryField(_("bank account, encrypted"))
    account_shown = models.CharField(_("bank account, masked"), max_length=40)
    bank = models.CharField(_("bank"), max_length=100, blank=True, default="")
    amount = CentsField(_("amount"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    why = models.CharField(_("why it failed or is held back"), max_length=300, blank=True, default="")
    bank_reference = models.CharField(_("the bank's reference"), max_length=60, blank=True, default="")
    booked_at = models.DateTimeField(_("booked at"), null=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="ledger_one_line_per_number"),
            # Nothing is paid twice: of a purpose one payment waits or is paid, whatever batch it is in.
            models.UniqueConstraint(
                fields=["purpose"],
                condition=Q(state__in=["waiting", "paid"]),
                name="ledger_one_live_payment_per_purpose",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_payment_pays_something"),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.number}"


class Part(models.Model):
    """Money of one purpose that a payment pays, or deducts because it is owed back.

    A claim's payment has one part, its own; a shop's settlement one for each voucher.
    """

    line = models.ForeignKey("ledger.Line", models.PROTECT, related_name="parts", verbose_name=_("payment"))
    purpose = models.CharField(_("what the money is for"), max_length=60)
    amount = CentsField(_("amount"))
    deducts = models.BooleanField(_("is deducted"), default=False)
    is_live = models.BooleanField(_("waits or is paid"), default=True)

    class Meta:
        verbose_name = _("part of a payment")
        verbose_name_plural = _("parts of payments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "deducts"],
                condition=Q(is_live=True),
                name="ledger_one_live_part_per_purpose",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_part_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.purpose}"


class Statement(models.Model):
    """A file of answers from the bank as it was read: what it settled, and every difference."""

    name = models.CharField(_("name of the file"), max_length=200)
    sha256 = models.BinaryField(_("SHA-256 of the file"), max_length=32)
    batch = models.ForeignKey(
        "ledger.Batch", models.PROTECT, null=True, related_name="statements", verbose_name=_("payment batch")
    )
    n_matched = models.PositiveIntegerField(_("number of payments made"), default=0)
    n_failed = models.PositiveIntegerField(_("number of payments that failed"), default=0)
    n_unknown = models.PositiveIntegerField(_("number of unknown lines"), default=0)
    paid = CentsField(_("sum of payments made"), default=0)
    failed = CentsField(_("sum of payments that failed"), default=0)
    sent = CentsField(_("sum sent to the bank"), default=0)
    difference = CentsField(_("difference"), default=0)
    findings = models.JSONField(_("differences"), default=list)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("read by")
    )
    read_at = models.DateTimeField(_("read at"), default=timezone.now)

    class Meta:
        verbose_name = _("answers of the bank")
        verbose_name_plural = _("answers of the bank")
        indexes: ClassVar = [models.Index(fields=["sha256"], name="ledger_statement_by_file")]

    def __str__(self) -> str:
        return self.name
