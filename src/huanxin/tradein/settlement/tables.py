"""Columns of settlements."""

from __future__ import annotations

from typing import Any

from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from huanxin.foundation.lib.money import written
from huanxin.foundation.ui import badges
from huanxin.foundation.ui.listing import Column

from . import queries
from .models import Settlement

_LOOKS = {"in_batch": "waiting", "paid": "good", "rejected": "bad", "dropped": "plain"}


def settlements(*, with_shop: bool) -> list[Column[Settlement]]:
    """Settlements: how much, where it stands, and why not."""
    shop: list[Column[Settlement]] = [Column(_("Shop"), lambda s: s.merchant.name)] if with_shop else []
    return [
        Column(capfirst(_("number")), lambda s: s.number, is_main=True),
        *shop,
        Column(
            _("Made at"),
            lambda s: formats.date_format(timezone.localtime(s.made_at), "SHORT_DATETIME_FORMAT"),
        ),
        Column(_("Sales"), lambda s: written(s.sold), is_number=True),
        Column(_("Less returns"), lambda s: written(s.returned), is_number=True),
        Column(_("To be paid"), lambda s: written(s.amount), is_number=True),
        Column(_("State"), state),
        Column(_("The bank's reason"), why),
    ]


def _made_at(row: Settlement) -> str:
    return formats.date_format(timezone.localtime(row.made_at), "SHORT_DATETIME_FORMAT")


def state(row: Any) -> str:
    """Where a settlement stands, by its payment."""
    now = queries.state_now(row)
    return badges.mark(_LOOKS[now], Settlement.State(now).label)


def why(row: Any) -> str:
    """The bank's reason as it was written."""
    return getattr(row, "line_why", "") or row.why
