"""Serial numbers as they are compared: one thing has one number, however it is typed."""

from __future__ import annotations

import unicodedata

from huanxin.foundation.lib import sealed

# What a person or a camera mistakes for each other (facts sheet, check C01).
_ALIKE = str.maketrans("OQI", "001")
_LONGEST = 60


def plain(written: str) -> str:
    """A serial number without spaces and marks, in capitals, with O as 0 and I as 1; `""` for none."""
    text = unicodedata.normalize("NFKC", written).upper()
    return "".join(sign for sign in text if sign.isalnum()).translate(_ALIKE)[:_LONGEST]


def hashed(written: str) -> bytes:
    """The keyed hash by which a serial number is found in all sales."""
    return sealed.keyed_hash(plain(written), "serial")


def shown(written: str) -> str:
    """A serial number as it is shown: its first and last signs."""
    return sealed.masked(unicodedata.normalize("NFKC", written).strip().upper())[:40]
