"""Papers: photographs and scans that prove a fact, each content kept once."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Where the four bands of 16 bits of a hash of looks begin: papers alike in one of them are compared in full.
BANDS = (0, 16, 32, 48)


class Paper(models.Model):
    """The content of one photograph or PDF. The same bytes are the same paper, whoever hands them in."""

    digest = models.CharField(_("digest of the content"), max_length=64, unique=True)
    media_type = models.CharField(_("kind of file, told from its content"), max_length=60)
    n_bytes = models.BigIntegerField(_("size in bytes"))
    n_pages = models.PositiveIntegerField(_("number of pages"), default=1)
    stored_as = models.CharField(_("where it is stored"), max_length=200)
    looks_hash = models.BigIntegerField(_("hash of what it looks like"), null=True)
    taken_on = models.DateField(_("day it was taken, by the camera"), null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("handed in first by"),
    )
    at = models.DateTimeField(_("handed in at"), default=timezone.now)
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        indexes: ClassVar = [
            models.Index(F("looks_hash").bitrightshift(n).bitand(65535), name=f"registry_paper_looks_{n}")
            for n in BANDS
        ]

    def __str__(self) -> str:
        return self.digest[:12]
