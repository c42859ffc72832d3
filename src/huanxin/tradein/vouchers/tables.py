"""Columns of voucher lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from huanxin.foundation.lib.money import written
from huanxin.foundation.ui.listing import Column

if TYPE_CHECKING:
    from .models import Round


def rounds() -> list[Column[Round]]:
    """Rounds: when, how many, what was taken, what was used."""
    return [
        Column(capfirst(_("opens at")), lambda r: _at(r.opens_at), is_main=True),
        Column(capfirst(_("closes at")), lambda r: _at(r.closes_at)),
        Column(_("Programme"), lambda r: r.programme.slug),
        Column(_("Classes"), lambda r: len(r.classes.all()), is_number=True),
        Column(capfirst(_("reserved for each voucher")), _held, is_number=True),
        Column(capfirst(_("most vouchers")), lambda r: r.most or "–", is_number=True),
        Column(_("Taken"), lambda r: getattr(r, "n_taken", 0), is_number=True),
        Column(_("Redeemed"), lambda r: getattr(r, "n_redeemed", 0), is_number=True),
    ]


def _at(instant: object) -> str:
    return formats.date_format(timezone.localtime(instant), "SHORT_DATETIME_FORMAT")  # type: ignore[arg-type]


def _held(row: Round) -> str:
    amounts = sorted({c.held for c in row.classes.all()})
    return " – ".join(dict.fromkeys(written(a) for a in (amounts[0], amounts[-1]))) if amounts else "–"
