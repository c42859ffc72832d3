"""Deeds: taking a paper in."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from . import content as _content
from .content import PaperRefused
from .models import Paper

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

__all__ = ["PaperRefused", "attach"]


class Readable(Protocol):
    """A file that somebody uploads."""

    def read(self, n: int = ..., /) -> bytes: ...


def attach(file: bytes | Readable, *, by: User | None, sample: bool = False) -> Paper:
    """Keep a photograph or PDF; the same content again is the same paper, stored once.

    What it is is told from its content: JPEG, PNG, WebP, AVIF, HEIC where Pillow can, PDF. Raises
    PaperRefused for anything else, for more than 15 MB, 64 million pixels or 30 pages, for what is encrypted
    or broken. A transaction that is rolled back may leave a file that no row names; the next time writes it
    anew.
    """
    content = _read(file)
    digest = hashlib.sha256(content).hexdigest()
    known = Paper.objects.filter(digest=digest).first()
    if known is not None:
        return known
    found = _content.told(content)
    name = storages["papers"].save(f"{digest[:2]}/{digest}.{found.extension}", ContentFile(content))
    try:
        with transaction.atomic():
            return Paper.objects.create(
                digest=digest,
                media_type=found.media_type,
                n_bytes=len(content),
                n_pages=found.n_pages,
                stored_as=name,
                looks_hash=found.looks_hash,
                taken_on=found.taken_on,
                by=by,
                sample=sample,
            )
    except IntegrityError:
        # Somebody handed in the same content at the same moment.
        return Paper.objects.get(digest=digest)


def _read(file: bytes | Readable) -> bytes:
    if isinstance(file, bytes):
        return file
    # One byte more than is taken, so that a file without end is not read to its end.
    content = file.read(_content.MOST_BYTES + 1)
    if not isinstance(content, bytes):
        raise PaperRefused(_("The file could not be read. Choose it again."))
    return content
