"""The claims of a programme as a sheet: its columns come from the pack."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader
from huanxin.registry import services as registry

from ..models import State
from . import queries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.models import Q

    from huanxin.policy import Pack

    from .models import Programme

FORMS = ("xlsx", "csv")


def export_claims(programme: Programme, path: Path, where: Q) -> int:
    """Every claim that was sent, as `.xlsx` or `.csv`, streamed; what is personal is masked.

    `where` is a filter on claims, such as the places of a mandate. Cells that a spreadsheet would run are
    made harmless. Returns the number of rows.
    """
    pack = queries.pack_of(programme)
    language = reader.language()
    headers = [
        _("Number"), _("State"), _("Submitted on"), _("Due on"), _("Place code"), _("Place"), _("Applicant"),
        _("Identity"), *(reader.said(f.ask) for f in pack.facts.values()),
        *(reader.said(t.ask) for t in pack.things.values()), _("Amount"), *pack.shares, _("Telephone"),
        _("Bank"), _("Bank account"), _("Tops up"), _("Made up"),
    ]  # fmt: skip
    return registry.export_rows(path, headers, _rows(programme, pack, where, language))


def _rows(programme: Programme, pack: Pack, where: Q, language: str) -> Iterator[list[object]]:
    rows = programme.claims.filter(where).exclude(state=State.DRAFT).order_by("id")
    for claim in rows.select_related("place", "applicant", "tops_up").iterator(chunk_size=1_000):
        yield [
            claim.number,
            claim.get_state_display(),
            timezone.localtime(claim.submitted_at).date() if claim.submitted_at else None,
            claim.due_on,
            claim.place_id,
            claim.place.say(language),
            claim.applicant.name,
            claim.applicant.identity_shown,
            *(registry.export_cell(f, claim.facts.get(f.name), language) for f in pack.facts.values()),
            *(claim.things.get(name, {}).get("shown", "") for name in pack.things),
            claim.amount,
            *(Decimal(claim.shares.get(source, 0)) for source in pack.shares),
            claim.phone_shown,
            claim.bank,
            claim.account_shown,
            claim.tops_up.number if claim.tops_up else "",
            _("Made up") if claim.sample else "",
        ]
