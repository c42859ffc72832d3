"""What looks wrong about claims, what other offices know, and what people made of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Severity(models.TextChoices):
    BLOCK = "block", _("Blocks")
    REVIEW = "review", _("To be reviewed")
    INFO = "info", _("For information")


class Finding(models.Model):
    """One check against cheating that a claim did not pass: what, why, with which others, how strong."""

    class Judgement(models.TextChoices):
        OPEN = "open", _("Not judged yet")
        CONFIRMED = "confirmed", _("Confirmed")
        CLEARED = "cleared", _("Cleared")

    check_id = models.CharField(_("check"), max_length=8)
    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, null=True, related_name="findings", verbose_name=_("claim")
    )
    subject = models.CharField(_("about"), max_length=120, blank=True, default="")
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices)
    strength = models.PositiveSmallIntegerField(_("strength, 0 to 100"))
    says = models.JSONField(_("why"), default=dict)
    others = models.JSONField(_("with which others"), default=list)
    digest = models.CharField(_("digest by which it is found again"), max_length=64, unique=True)
    found_at = models.DateTimeField(_("found at"), default=timezone.now)
    gone_at = models.DateTimeField(_("no longer found since"), null=True)
    judgement = models.CharField(
        _("judgement"), max_length=10, choices=Judgement.choices, default=Judgement.OPEN
    )
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("judged by")
    )
    judged_at = models.DateTimeField(_("judged at"), null=True)
    judged_why = models.CharField(_("reason of the judgement"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(strength__lte=100), name="claims_finding_strength"),
            models.CheckConstraint(
                condition=Q(judgement="open", judged_by__isnull=True)
                | ~Q(judgement="open") & Q(judged_by__isnull=False) & ~Q(judged_why=""),
                name="claims_finding_judged_by_somebody_for_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["judgement", "-strength", "-id"], name="claims_finding_strongest"),
            models.Index(fields=["claim", "id"], name="claims_finding_of_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.check_id} {self.claim_id or self.subject}"


class Involved(models.Model):
    """A claim that a finding is also about: the others of a ring, of a shared telephone, of a burst."""

    finding = models.ForeignKey(
        "claims.Finding", models.CASCADE, related_name="involved", verbose_name=_("finding")
    )
    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, related_name="+", db_index=False, verbose_name=_("claim")
    )

    class Meta:
        verbose_name = _("claim of a finding")
        verbose_name_plural = _("claims of findings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "claim"], name="claims_involved_once")
        ]
        indexes: ClassVar = [models.Index(fields=["claim"], name="claims_involved_of_claim")]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.claim_id}"


class Trace(models.Model):
    """What a claim leaves behind for good: the keyed hash of a thing, read so that O and 0 are one letter.

    Unlike a hold it stays when the claim ends, so that a thing is known again in any later scheme.
    """

    claim = models.ForeignKey("claims.Claim", models.CASCADE, related_name="traces", verbose_name=_("claim"))
    kind = models.CharField(_("what it is"), max_length=60)
    key_hash = models.BinaryField(_("keyed hash of its number, loosely read"), max_length=32)

    class Meta:
        verbose_name = _("trace of a claim")
        verbose_name_plural = _("traces of claims")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim", "kind", "key_hash"], name="claims_trace_once")
        ]
        indexes: ClassVar = [models.Index(fields=["key_hash", "kind"], name="claims_trace_by_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.claim_id}"


class Sweep(models.Model):
    """One run of the checks over all claims, or one recomputation of what was paid."""

    class What(models.TextChoices):
        CHECKS = "checks", _("Checks over all claims")
        REPLAY = "replay", _("Recomputation of payments")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    what = models.CharField(_("what is run"), max_length=8, choices=What.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    programme = models.CharField(_("programme"), max_length=60, blank=True, default="")
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    n_claims = models.BigIntegerField(_("claims"), default=0)
    n_found = models.BigIntegerField(_("findings"), default=0)
    told = models.JSONField(_("result"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked for by")
    )
    at = models.DateTimeField(_("asked for at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    seconds = models.FloatField(_("seconds taken"), default=0)

    class Meta:
        verbose_name = _("run of the checks")
        verbose_name_plural = _("runs of the checks")
        indexes: ClassVar = [models.Index(fields=["what", "-id"], name="claims_sweep_latest")]

    def __str__(self) -> str:
        return f"{self.what} {self.pk}"


class Source(models.Model):
    """A file that another office gave (police, tax, catalogue, label register), dated, kept by its digest."""

    port = models.CharField(_("port"), max_length=20)
    file_name = models.CharField(_("file"), max_length=255)
    digest = models.CharField(_("digest of the file"), max_length=64)
    as_of = models.DateField(_("as of"))
    n_rows = models.BigIntegerField(_("rows"), default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("brought in by")
    )
    at = models.DateTimeField(_("brought in at"), default=timezone.now)

    class Meta:
        verbose_name = _("file of another office")
        verbose_name_plural = _("files of other offices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["port", "digest"], name="claims_one_source_per_file")
        ]

    def __str__(self) -> str:
        return f"{self.port} {self.as_of}"


class Entry(models.Model):
    """One line of another office's file, found by the keyed hash of what it is about (a VIN, an invoice)."""

    source = models.ForeignKey(
        "claims.Source", models.CASCADE, related_name="entries", verbose_name=_("file of another office")
    )
    port = models.CharField(_("port"), max_length=20)
    key_hash = models.BinaryField(_("keyed hash of what it is about"), max_length=32)
    says = models.JSONField(_("what it says"), default=dict)

    class Meta:
        verbose_name = _("entry of another office")
        verbose_name_plural = _("entries of other offices")
        indexes: ClassVar = [
            models.Index(fields=["port", "key_hash"], name="claims_entry_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.port} {self.pk}"
