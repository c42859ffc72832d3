"""Questions about papers: their bytes, what they show, which others look the same."""

from __future__ import annotations

import hashlib
import io
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.core.files.storage import storages
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from . import content as _content
from .models import BANDS, Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from PIL.Image import Image

__all__ = [
    "PaperAltered",
    "PaperLost",
    "paper_bytes",
    "paper_picture",
    "same_looks_of",
]

_BAND_BITS = 16
# Each of the four bands is asked for itself and with any one bit turned: whatever differs in no more than
# seven bits differs in at most one bit of some band.
FARTHEST = 2 * len(BANDS) - 1
_WIDEST = 1600


class PaperLost(LookupError):
    """The paper is on record, and its content is not where it was stored."""


class PaperAltered(ValueError):
    """What is stored is not what was handed in."""


def paper_bytes(paper: Paper) -> bytes:
    """The content as it was handed in. Raises PaperLost, or PaperAltered if its digest is another."""
    try:
        with storages["papers"].open(paper.stored_as) as file:
            content: bytes = file.read()
    except OSError as gone:
        raise PaperLost(
            _("The paper %(paper)s cannot be read from where it is stored.") % {"paper": paper}
        ) from gone
    if hashlib.sha256(content).hexdigest() != paper.digest:
        raise PaperAltered(
            _("The paper %(paper)s was altered after it was handed in: its content has another digest.")
            % {"paper": paper}
        )
    return content


def paper_picture(paper: Paper, number: int = 1) -> bytes | None:
    """What a paper shows, as a JPEG of at most 1600 pixels a side.

    For a PDF the picture with this number that was drawn out of it; None if it has none.
    """
    found = _content.pictures(paper_bytes(paper), paper.media_type)
    for n, picture in enumerate(found, start=1):
        if n == number:
            return _small(picture)
    return None


def same_looks_of(papers: Sequence[Paper], *, distance: int = 4) -> dict[int, list[tuple[Paper, int]]]:
    """Other papers that look the same, by the ids of these, the likest first, with how many bits differ.

    Papers with no others are left out. `distance` up to 7. The same content is the same paper and so not
    among them: ask who uses it. Cost: four lookups in indexes of 16 bits with 17 keys each, so about 68 rows
    in 65,536 of the table are looked at for each paper; at a million papers some thousand rows. One query.
    Raises ValueError for a distance beyond 7.
    """
    if not 0 <= distance <= FARTHEST:
        raise ValueError(f"distance must be from 0 to {FARTHEST}: beyond it the index finds too little")
    seen = [paper for paper in papers if paper.looks_hash is not None]
    found: dict[int, list[tuple[Paper, int]]] = {}
    if not seen:
        return found
    for other in look_alikes(*seen):
        for paper in seen:
            apart = _apart(paper, other)
            if other.pk != paper.pk and apart <= distance:
                found.setdefault(paper.pk, []).append((other, apart))
    return {pk: sorted(some, key=lambda one: (one[1], one[0].pk)) for pk, some in found.items()}


def look_alikes(*papers: Paper) -> QuerySet[Paper]:
    """Papers that agree with one of these in a band of 16 bits but for one; still to be compared in full."""
    bands = reduce(or_, (_in_band(paper.looks_hash or 0, shift) for paper in papers for shift in BANDS))
    return Paper.objects.filter(bands)


def _apart(paper: Paper, other: Paper) -> int:
    """How many bits differ. The numbers have signs: they are compared in 64 bits."""
    return (((other.looks_hash or 0) ^ (paper.looks_hash or 0)) & (1 << 64) - 1).bit_count()


def _in_band(looks: int, shift: int) -> Q:
    band = looks >> shift & (1 << _BAND_BITS) - 1
    keys = [band, *(band ^ 1 << bit for bit in range(_BAND_BITS))]
    # Written out, not as parameters: SQLite takes the index only for the very expression it is made of.
    wanted = ", ".join(str(key) for key in keys)
    return Q(RawSQL(f"((registry_paper.looks_hash >> {shift}) & 65535) IN ({wanted})", [], BooleanField()))


def _small(picture: Image) -> bytes:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((_WIDEST, _WIDEST))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85)
    return out.getvalue()
