"""Units of measure as products of powers of symbols; nothing is converted, unlike things are told apart."""

from __future__ import annotations

import re
from collections import Counter

Unit = tuple[tuple[str, int], ...]
PLAIN: Unit = ()


def unit_of(text: str) -> Unit:
    """Read a unit written as `a`, `a*b` or `a*b/c`; an unwritten one is a plain number."""
    powers: Counter[str] = Counter()
    for sign, part in zip((1, -1), text.split("/", 1), strict=False):
        for symbol in re.split(r"[*·]", part):
            if symbol.strip():
                powers[symbol.strip()] += sign
    return tuple(sorted((s, p) for s, p in powers.items() if p))


def say_unit(unit: Unit | None) -> str:
    if not unit:
        return "–"
    above = "*".join(s for s, p in unit for _n in range(p))
    below = "*".join(s for s, p in unit for _n in range(-p))
    return f"{above or '1'}/{below}" if below else above


def times(left: Unit, right: Unit, sign: int) -> Unit:
    """The unit of a product (`sign` 1) or a quotient (-1)."""
    powers = Counter(dict(left))
    for symbol, power in right:
        powers[symbol] += sign * power
    return tuple(sorted((s, p) for s, p in powers.items() if p))
