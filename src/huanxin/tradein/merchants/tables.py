"""Columns of the register, of products and of filed prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader
from huanxin.foundation.lib.money import written
from huanxin.foundation.ui import badges
from huanxin.foundation.ui.listing import Column

if TYPE_CHECKING:
    import datetime as dt

    from huanxin.policy import Text

    from .models import Merchant, Product
    from .queries import Rise

STATE_LOOKS = {"listed": "good", "suspended": "waiting", "removed": "bad"}


def said_at(instant: dt.datetime) -> str:
    return formats.date_format(timezone.localtime(instant), "SHORT_DATETIME_FORMAT")


def merchants() -> list[Column[Merchant]]:
    """The register."""
    return [
        Column(
            capfirst(_("name")),
            lambda m: m.name,
            link=lambda m: reverse("tradein:merchant", args=[m.code]),
            is_main=True,
        ),
        Column(capfirst(_("number of the shop")), lambda m: m.code),
        Column(_("Place"), lambda m: reader.said(m.place)),
        Column(capfirst(_("state")), lambda m: badges.mark(STATE_LOOKS[m.state], m.get_state_display())),
        Column(capfirst(_("reason of its state")), lambda m: m.state_why),
        Column("", lambda m: badges.made_up() if m.sample else ""),
    ]


def listed() -> list[Column[Merchant]]:
    """What the public sees of a shop."""
    return [
        Column(capfirst(_("name")), lambda m: m.name, is_main=True),
        Column(_("Place"), lambda m: reader.said(m.place)),
        Column("", lambda m: badges.made_up() if m.sample else ""),
    ]


def products(names: dict[str, Text]) -> list[Column[Product]]:
    """Products by their code."""
    return [
        Column(capfirst(_("name")), lambda p: p.name, is_main=True),
        Column(capfirst(_("product code")), lambda p: p.code),
        Column(capfirst(_("brand")), lambda p: p.brand),
        Column(capfirst(_("class")), lambda p: _class(names, p)),
        Column(capfirst(_("energy or water grade")), lambda p: p.energy_grade or "–", is_number=True),
        Column("", lambda p: badges.made_up() if p.sample else ""),
    ]


def prices(names: dict[str, Text], sold: dict[int, int], rises: dict[int, Rise]) -> list[Column[Product]]:
    """A shop's price list: product, filed, sold, last change, and whether it rose before a round."""
    return [
        Column(
            _("Product"),
            lambda p: p.name,
            link=lambda p: reverse("tradein:price", args=[p.code]),
            is_main=True,
        ),
        Column(capfirst(_("product code")), lambda p: p.code),
        Column(capfirst(_("class")), lambda p: _class(names, p)),
        Column(capfirst(_("filed price")), lambda p: written(p.filed), is_number=True),  # type: ignore[attr-defined]
        Column(_("Sold"), lambda p: sold.get(p.pk, 0), is_number=True),
        Column(capfirst(_("last change")), lambda p: said_at(p.filed_at)),  # type: ignore[attr-defined]
        Column("", lambda p: rise_mark(rises.get(p.pk))),
    ]


def _page_of(shop: Merchant) -> str:
    return reverse("tradein:merchant", args=[shop.code])


def _history_of(product: Product) -> str:
    return reverse("tradein:price", args=[product.code])


def rise_mark(rise: Rise | None) -> str:
    """The flag of a price that rose shortly before a round."""
    if rise is None:
        return ""
    words = _("rose from %(before)s before the round of %(at)s") % {
        "before": written(rise.before),
        "at": said_at(rise.round_opens_at),
    }
    return format_html("{}", badges.mark("bad", words))


def _class(names: dict[str, Text], product: Product) -> str:
    text = names.get(product.product_class)
    return reader.said(text) if text else product.product_class
