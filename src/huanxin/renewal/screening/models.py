"""A screening: which packs judged which things, when, for whom, and where the verdicts lie."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a run stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Finished")
    FAILED = "failed", _("Failed")


UNDER_WAY = (State.WAITING, State.RUNNING)


class Screening(models.Model):
    """One run of packs over a snapshot of the registry. The verdicts themselves are Parquet files.

    `kinds`, `packs` and `snapshots` pin everything the answer rests on, so that a rerun gives the same one.
    `by` is nobody where a run was asked for at the command line of the machine.
    """

    kinds = models.JSONField(_("kinds of things"), default=list)
    place = models.CharField(_("place"), max_length=12, blank=True, default="")
    on = models.DateField(_("day of the verdict"))
    known_on = models.DateField(_("as known on"))
    packs = models.JSONField(_("packs"), default=list)
    snapshots = models.JSONField(_("snapshots"), default=dict)
    summary = models.JSONField(_("summary"), default=dict)
    evaluated = models.JSONField(_("rows evaluated"), default=dict)
    problems = models.JSONField(_("packs that failed"), default=dict)
    result_digest = models.CharField(_("digest of the result"), max_length=64, blank=True, default="")
    boundary_version = models.CharField(
        _("version of the boundaries"), max_length=100, blank=True, default=""
    )
    has_samples = models.BooleanField(_("has made-up things"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    why_failed = models.TextField(_("why it failed"), blank=True, default="")
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("total"), null=True)
    doing = models.CharField(_("doing"), max_length=200, blank=True, default="")
    beat_at = models.DateTimeField(_("last sign of life"), null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked for by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="renewal_screening_done_has_digest",
                condition=~Q(state="done") | (~Q(result_digest="") & Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="renewal_screening_failed_says_why", condition=~Q(state="failed") | ~Q(why_failed="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {', '.join(self.kind_ids)} {self.on}"

    @property
    def kind_ids(self) -> list[str]:
        return [kind["id"] for kind in self.kinds]

    @property
    def folder(self) -> Path:
        """Where the run's Parquet files lie."""
        return Path(settings.VAR) / "screenings" / str(self.pk)

    def results(self, kind: str) -> Path:
        """Verdicts of one kind: asset, place, name, measure, verdict, a column for every pack and check."""
        return self.folder / f"{kind}.verdicts.parquet"

    def cases(self, kind: str) -> Path:
        """The facts that were judged."""
        return self.folder / f"{kind}.facts.parquet"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY
