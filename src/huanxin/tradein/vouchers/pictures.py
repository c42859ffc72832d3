"""A voucher's code as a picture that a till can scan."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe


def qr(code: str) -> SafeString:
    """The code as a QR drawing in place (SVG), as large as the page gives it room; nothing else is in it."""
    drawing = segno.make_qr(code, error="m")
    # The drawing is segno's own; the code has letters and digits only.
    return mark_safe(drawing.svg_inline(omitsize=True, border=3, dark="#000", light="#fff"))
