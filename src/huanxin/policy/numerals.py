"""Numbers as people in China write them: 15万, 十五万, 1.5亿, 150,000元."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {sign: n for n, signs in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for sign in signs}  # fmt: skip
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8}
_WHOLE = re.compile(r"[零〇一二两三四五六七八九十百千]+")


def plain(text: str) -> str:
    """The number in digits alone, exactly; the text as it is where it is written in another way."""
    head, large = (text[:-1].strip(), _LARGE[text[-1]]) if text[-1:] in _LARGE else (text, Decimal(1))
    if _WHOLE.fullmatch(head):
        value = _small(head)
        return text if value is None else format(value * large, "f")
    if large == 1 or not re.fullmatch(r"\d+(,\d{3})*(\.\d+)?", head):
        return text
    return format(Decimal(head.replace(",", "")) * large, "f")


def _small(text: str) -> int | None:
    """A number below 10,000 in Chinese signs; nothing where the signs do not follow as they must."""
    total, digit, last = 0, None, 10_000
    for sign in text:
        if sign in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[sign]
            continue
        worth = _TENS[sign]
        if worth >= last or (digit is None and worth != 10):
            return None
        total += (digit or 1) * worth
        digit, last = None, worth
    if digit and last > 10 and total and "零" not in text and "〇" not in text:
        # 一百五 is spoken for 150: two readings are none.
        return None
    return total + (digit or 0)
