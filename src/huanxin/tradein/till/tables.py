"""Columns of a shop's sales."""

from __future__ import annotations

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from huanxin.foundation.lib.money import written
from huanxin.foundation.ui import badges
from huanxin.foundation.ui.listing import Column

from .models import Sale


def sales() -> list[Column[Sale]]:
    """What a shop sold for vouchers."""
    return [
        Column(
            _("Product"),
            lambda s: s.product.name,
            link=lambda s: reverse("tradein:sale", args=[s.pk]),
            is_main=True,
        ),
        Column(
            _("Sold at"),
            lambda s: formats.date_format(timezone.localtime(s.sold_at), "SHORT_DATETIME_FORMAT"),
        ),
        Column(capfirst(_("serial number")), lambda s: s.serial_shown),
        Column(_("Price"), lambda s: written(s.price), is_number=True),
        Column(_("Subsidy"), lambda s: written(s.subsidy), is_number=True),
        Column(_("State"), state),
        Column(_("Settlement"), lambda s: s.settlement.number if s.settlement else "–"),
    ]


def _page_of(sale: Sale) -> str:
    return reverse("tradein:sale", args=[sale.pk])


def _sold_at(sale: Sale) -> str:
    return formats.date_format(timezone.localtime(sale.sold_at), "SHORT_DATETIME_FORMAT")


def state(sale: Sale) -> str:
    """A sale's state as a mark."""
    return badges.mark("waiting" if sale.state == Sale.State.RETURNED else "good", sale.get_state_display())
