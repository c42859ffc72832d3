"""What a file is, told from its content: photograph or PDF, how many pages, when taken, how it looks."""

from __future__ import annotations

import datetime as dt
import io
import math
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import imagehash
import puremagic
from django.utils.translation import gettext as _
from PIL import Image, ImageStat, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 15 * 1024 * 1024
# A telephone's largest photographs have 50 million; what unpacks to more is made to fill memory.
MOST_PIXELS = 64_000_000
MOST_PAGES = 30
# Drawn out of a PDF: more pictures than this say nothing more about what it looks like.
_MOST_PICTURES = 8

# Pillow reads AVIF by itself; HEIC only with a plugin that an office may add.
PHOTOGRAPHS = {
    "JPEG": ("image/jpeg", "jpg"),
    "MPO": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "AVIF": ("image/avif", "avif"),
    "HEIF": ("image/heic", "heic"),
}
_PDF = ("application/pdf", "pdf")
_TAKEN, _CHANGED, _EXIF = 36867, 306, 0x8769


class PaperRefused(ValueError):
    """The file cannot be taken as a paper; the message says why and what to hand in instead."""


@dataclass(frozen=True)
class Content:
    """What a file turned out to be. `looks_hash`: 64 bits as a signed number; None if it has no looks."""

    media_type: str
    extension: str
    n_pages: int
    looks_hash: int | None
    taken_on: dt.date | None


def told(content: bytes) -> Content:
    """What the file is. Raises PaperRefused, whatever its name says, if it is no photograph and no PDF.

    At most 15 MB, 64 million pixels, 30 pages; encrypted and broken files are refused.
    """
    if not content:
        raise PaperRefused(_("The file is empty. Take the photograph again, or choose another file."))
    if len(content) > MOST_BYTES:
        raise PaperRefused(
            _("The file has %(mb)s MB; at most %(most)s MB can be taken. Take the photograph smaller.")
            % {"mb": math.ceil(len(content) / 1024 / 1024), "most": MOST_BYTES // 1024 // 1024}
        )
    return _pdf(content) if b"%PDF-" in content[:1024] else _photograph(content)


def pictures(content: bytes, media_type: str) -> Iterator[Image.Image]:
    """The photograph itself, or the pictures drawn out of a PDF's pages; each within the bounds."""
    if media_type != _PDF[0]:
        yield _opened(content)
        return
    n = 0
    for page in PdfReader(io.BytesIO(content)).pages:
        # What a page holds may be broken or in a form that nobody here reads: then it has no picture.
        with suppress(Exception):
            for found in page.images:
                picture = found.image
                if picture is not None and picture.width * picture.height <= MOST_PIXELS:
                    yield picture
                    n += 1
                if n >= _MOST_PICTURES:
                    return


def text(content: bytes, media_type: str) -> str:
    """The words that a PDF holds as words, page by page; nothing for photographs and scans."""
    if media_type != _PDF[0]:
        return ""
    with suppress(Exception):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return ""


def looks(picture: Image.Image) -> int | None:
    """64 bits that stay nearly the same when a picture is made smaller or lighter, as a signed number.

    None for a picture of one colour: all of those would look alike.
    """
    grey = picture.convert("L")
    if ImageStat.Stat(grey.resize((64, 64))).stddev[0] < 3:
        return None
    bits = int(str(imagehash.phash(grey)), 16)
    return bits - (1 << 64) if bits >= 1 << 63 else bits


def _photograph(content: bytes) -> Content:
    picture = _opened(content)
    media_type, extension = PHOTOGRAPHS[str(picture.format)]
    # A JPEG is read at an eighth of its size where that will do: the hash needs 32 by 32.
    picture.draft("L", (256, 256))
    taken_on = _taken_on(picture)
    try:
        return Content(media_type, extension, 1, looks(picture), taken_on)
    except (OSError, ValueError, SyntaxError) as broken:
        raise PaperRefused(
            _("The photograph is broken: it ends too early. Take it again, or send it again.")
        ) from broken


def _opened(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=_readable())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise _too_many_pixels() from bomb
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as unknown:
        raise PaperRefused(
            _("This is %(kind)s. Hand in a photograph (JPEG, PNG, WebP) or a PDF.")
            % {"kind": _guess(content)}
        ) from unknown
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_many_pixels()
    return picture


@lru_cache(maxsize=1)
def _readable() -> list[str]:
    """Which of the forms this Pillow opens; a file of several pictures (MPO) is opened as a JPEG."""
    Image.init()
    return [form for form in PHOTOGRAPHS if form in Image.OPEN]


def _too_many_pixels() -> PaperRefused:
    return PaperRefused(
        _("The photograph has more than %(most)s million pixels. Take it at a lower resolution.")
        % {"most": MOST_PIXELS // 1_000_000}
    )


def _guess(content: bytes) -> str:
    """What the file seems to be, in a word, for whoever handed in the wrong one."""
    with suppress(Exception):
        for found in puremagic.magic_string(content[:65536]):
            if found.mime_type and found.confidence > 0.3:
                return _("a file of the kind %(kind)s") % {"kind": found.mime_type}
    return _("no photograph that can be read")


def _taken_on(picture: Image.Image) -> dt.date | None:
    """The day by the camera's clock; cameras without one write zeros."""
    with suppress(Exception):
        exif = picture.getexif()
        written = str(exif.get_ifd(_EXIF).get(_TAKEN) or exif.get(_CHANGED) or "")
        day = dt.date(*(int(part) for part in written[:10].replace("-", ":").split(":")))
        return day if day.year >= 1990 else None
    return None


def _pdf(content: bytes) -> Content:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise PaperRefused(
                _("The PDF is locked with a password. Save it without one, or print it and photograph it.")
            )
        n_pages = len(reader.pages)
    except PaperRefused:
        raise
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as broken:
        raise PaperRefused(_("The PDF is broken. Save it again, or print it and photograph it.")) from broken
    if not n_pages:
        raise PaperRefused(_("The PDF has no page."))
    if n_pages > MOST_PAGES:
        raise PaperRefused(
            _("The PDF has %(n)s pages; at most %(most)s can be taken. Hand in only those asked for.")
            % {"n": n_pages, "most": MOST_PAGES}
        )
    first = next(pictures(content, _PDF[0]), None)
    looks_hash = None
    if first is not None:
        with suppress(OSError, ValueError):
            looks_hash = looks(first)
    return Content(*_PDF, n_pages, looks_hash, None)
