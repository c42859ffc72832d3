"""Made-up pictures for papers: no two alike, unless the plan says so."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw


def picture(seed: str, *, altered: bool = False) -> bytes:
    """A small JPEG of coloured shapes; `altered` is the same picture, saved anew with a corner touched up."""
    chance = random.Random(seed)
    image = Image.new("RGB", (320, 240), (250, 250, 245))
    drawn = ImageDraw.Draw(image)
    for _n in range(18):
        x, y = chance.randrange(300), chance.randrange(220)
        box = (x, y, x + chance.randrange(20, 140), y + chance.randrange(15, 110))
        drawn.rectangle(box, fill=tuple(chance.randrange(256) for _c in range(3)))
    if altered:
        drawn.rectangle((0, 0, 5, 5), fill=(240, 240, 240))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70 if altered else 85)
    return out.getvalue()
