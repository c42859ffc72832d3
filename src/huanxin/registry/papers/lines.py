"""The words on a paper, each with where it stands: read from a picture, or as a PDF holds them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from django.utils.translation import gettext as _

from . import content as _content

# One at a time in a process: a reading takes all cores for some seconds as it is.
_ONE_AT_A_TIME = threading.Lock()
_WIDEST = 2000


class ReaderMissing(LookupError):
    """The part that reads pictures is not installed."""


@dataclass(frozen=True)
class Line:
    """Some words in a row, and their box, in pixels from the upper left. `sure`: of a hundred."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    sure: int = 100

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def can_read() -> bool:
    """Whether pictures can be read here: the extra `ocr` is installed."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def lines_of(content: bytes, media_type: str) -> list[Line]:
    """What stands on a paper, from top to bottom; of a PDF that holds words, those words.

    Some seconds a picture. Raises ReaderMissing where pictures cannot be read, PaperRefused for a broken one.
    """
    written = [line for line in _content.text(content, media_type).splitlines() if line.strip()]
    if written:
        return [Line(text, 0, 10 * n, 10 * len(text), 10 * n + 8) for n, text in enumerate(written)]
    if not can_read():
        raise ReaderMissing(_("Papers cannot be read by machine here: the extra “ocr” is not installed."))
    found: list[Line] = []
    for picture in _content.pictures(content, media_type):
        below = max((line.bottom for line in found), default=0)
        found += _read(picture, below)
    return found


def _read(picture: Any, below: float) -> list[Line]:
    import numpy as np
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((_WIDEST, _WIDEST))
    # The reader takes pixels in the order blue, green, red.
    pixels = np.asarray(upright)[:, :, ::-1]
    with _ONE_AT_A_TIME:
        said = _reader()(pixels)
    if said.boxes is None:
        return []
    lines = []
    for box, text, score in zip(said.boxes, said.txts, said.scores, strict=True):
        across, down = [float(x) for x, _y in box], [float(y) + below for _x, y in box]
        lines.append(Line(text, min(across), min(down), max(across), max(down), round(100 * score)))
    return sorted(lines, key=lambda line: (line.top, line.left))


@lru_cache(maxsize=1)
def _reader() -> Any:
    """Its models lie in its package; nothing is fetched."""
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "warning"})
