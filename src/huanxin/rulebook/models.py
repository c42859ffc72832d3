"""What was released here: a pack's exact text, and the two people who stand for it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Release(models.Model):
    """One version of a pack, put in force in this office by two different people.

    The canonical form is kept whole, so that an old decision can be repeated without the pack's files.
    A release is never changed: a correction is a new one, a mistake is withdrawn.
    """

    pack_id = models.CharField(_("pack"), max_length=100)
    digest = models.CharField(_("digest"), max_length=64)
    canonical = models.BinaryField(_("canonical form"))
    title = models.JSONField(_("title"), default=dict)
    kind = models.CharField(_("kind of pack"), max_length=20)
    asset = models.CharField(_("kind of thing"), max_length=100, blank=True, default="")
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    in_force_to = models.DateField(_("in force until"), null=True, blank=True)
    n_cases = models.PositiveIntegerField(_("worked cases passed"), default=0)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    countersigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("countersigned by"),
    )
    countersigned_at = models.DateTimeField(_("countersigned at"), null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("withdrawn by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawn_why = models.TextField(_("reason for withdrawal"), blank=True, default="")

    class Meta:
        verbose_name = _("release of a pack")
        verbose_name_plural = _("releases of packs")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rulebook_release_has_two_people",
                condition=Q(countersigned_by__isnull=True) | ~Q(countersigned_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="rulebook_release_countersigned_by_and_at",
                condition=Q(countersigned_by__isnull=True, countersigned_at__isnull=True)
                | Q(countersigned_by__isnull=False, countersigned_at__isnull=False),
            ),
            models.CheckConstraint(
                name="rulebook_release_withdrawn_by_at_and_why",
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True, withdrawn_why="")
                | (Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawn_why="")),
            ),
            models.UniqueConstraint(
                name="rulebook_one_open_proposal_per_pack",
                fields=["pack_id"],
                condition=Q(countersigned_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="rulebook_release_by_digest", fields=["digest"]),
            models.Index(name="rulebook_release_by_thing", fields=["asset", "kind"]),
            models.Index(name="rulebook_release_by_pack", fields=["pack_id", "-countersigned_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.digest[:8]}"

    @property
    def is_waiting(self) -> bool:
        return self.countersigned_at is None and self.withdrawn_at is None
