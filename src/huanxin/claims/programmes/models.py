"""A programme: a pack that money stands behind."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib.money import CentsField


class Programme(models.Model):
    """A benefit pack with a window, a chain of desks and a clock. Its money stands in the ledger.

    The form, the checks, the amount, the papers asked for and the columns of exports all come from the pack.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("In preparation")
        OPEN = "open", _("Taking claims")
        PAUSED = "paused", _("Paused")
        CLOSED = "closed", _("Closed")

    class Settles(models.TextChoices):
        CLAIM = "claim", _("Paid to the applicant after review")
        TILL = "till", _("Taken off at the till")

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    pack_id = models.CharField(_("policy pack"), max_length=100)
    place_code = models.CharField(_("place"), max_length=6)
    settles = models.CharField(
        _("how it is settled"), max_length=10, choices=Settles.choices, default=Settles.CLAIM
    )
    from_on = models.DateField(_("open from"))
    to_on = models.DateField(_("open until"), null=True, blank=True)
    chain = models.JSONField(_("desks in order"), default=list)
    accept_days = models.PositiveIntegerField(_("working days to accept"), default=3)
    review_days = models.PositiveIntegerField(_("working days to review"), default=15)
    pay_days = models.PositiveIntegerField(_("working days to pay"), default=30)
    notice_days = models.PositiveIntegerField(_("working days of public notice"), default=5)
    sampled_percent = models.PositiveIntegerField(_("percent sampled by the region"), default=5)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    paused_why = models.CharField(_("why it is paused"), max_length=300, blank=True, default="")
    out_of_money = models.BooleanField(_("some money is used up"), default=False)
    papers_first = models.BooleanField(_("sent with all papers only"), default=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="claims_programme_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(sampled_percent__lte=100), name="claims_programme_percent"),
        ]

    def __str__(self) -> str:
        return self.slug


class Quota(models.Model):
    """The most that may be granted in one place in one week or, without a week, in all."""

    programme = models.ForeignKey(
        "claims.Programme", models.CASCADE, related_name="quotas", verbose_name=_("programme")
    )
    place_code = models.CharField(_("place"), max_length=6)
    week_of = models.DateField(_("week, by its Monday"), null=True, blank=True)
    most_claims = models.PositiveIntegerField(_("most claims"), null=True, blank=True)
    most = CentsField(_("most money"), null=True, blank=True)

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "place_code", "week_of"],
                nulls_distinct=False,
                name="claims_one_quota_per_place_and_week",
            ),
            models.CheckConstraint(
                condition=Q(most_claims__isnull=False) | Q(most__isnull=False), name="claims_quota_limits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.place_code} {self.week_of or ''}"
