"""What a machine reads on a paper: suggestions for a person to confirm, never a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import fields, lines
from .fields import Read, field_of
from .lines import ReaderMissing, can_read
from .queries import paper_bytes

if TYPE_CHECKING:
    from .models import Paper

__all__ = ["Read", "ReaderMissing", "can_read", "field_of", "read_paper"]


def read_paper(paper: Paper) -> list[Read]:
    """The fields that can be told on a paper: vin, engine_no, invoice_no, invoiced_on, registered_on, total …

    Takes some seconds for a picture. Raises ReaderMissing where the extra `ocr` is not installed and the
    paper is no PDF that holds words; PaperLost and PaperAltered like `paper_bytes`.
    """
    return fields.found(lines.lines_of(paper_bytes(paper), paper.media_type))
