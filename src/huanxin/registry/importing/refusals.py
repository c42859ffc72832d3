"""Why a row is refused to somebody whose mandate covers a part of the region, and what to do about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader as reading

from ..places import region, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .parsing import Bad, Row, RowReader
    from .writing import Elsewhere


def elsewhere(row: Row, why: Elsewhere, reader: RowReader, within: Sequence[str]) -> Bad:
    """A row that came back from the writer, its cell marked: the identity's, or the place's if that is it."""
    at = reader.identity_at
    if why in ("said", "doubt"):
        asked = reader.places.asked
        at = next((n for n in asked if row.cells[n] != ""), at)
    return row.line, row.cells, {at: _why(row, why, within)}


def _why(row: Row, why: Elsewhere, within: Sequence[str]) -> str:
    if why == "registered":
        return _(
            "This thing is registered outside the area of your mandate. Ask whoever keeps it there to correct"
            " it, or the region's office to move it."
        )
    if why == "unsaid":
        return _(
            "The row does not say where this lies, and your mandate covers only a part of the region. Write"
            " its place, or choose when importing where rows lie that say none."
        )
    if why == "doubt":
        doubt = words.why(json.loads(row.doubt or "{}").get("why", ""))
        return _(
            "By what the row says of its place, this does not lie in the area of your mandate: %(doubt)s"
            " Write the place's code or name."
        ) % {"doubt": doubt}
    assert row.place is not None
    known = region.gazetteer().places[row.place]
    place = reading.said({"zh": known.zh, "en": known.en})
    if any(area.startswith(row.place) for area in within):
        return _(
            "The row says only “%(place)s”, and your mandate covers a part of that. Write the banner, county"
            " or district too."
        ) % {"place": place}
    return _(
        "By its own place this lies in %(place)s, outside the area of your mandate. Correct the place, or"
        " leave the row to whoever keeps that place."
    ) % {"place": place}
