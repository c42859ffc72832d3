"""What a finding says, in Chinese and English: sentences are data, figures are put into them once."""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huanxin.foundation.lib.money import written

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Cents(int):
    """Whole cents that write themselves as yuan under the format `y`."""

    def __format__(self, how: str) -> str:
        return in_yuan(int(self)) if how == "y" else format(int(self), how)


def in_yuan(cents: int) -> str:
    """Whole cents as they stand on a page."""
    return written(Decimal(cents).scaleb(-2))


def said(why: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a hit: its kind and figures, and its sentence in both languages."""
    zh, en = _sentences()[why["kind"]]
    figures = {
        name: _Cents(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in why.items()
    }
    return {**why, "zh": zh.format(**figures), "en": en.format(**figures)}


def kinds() -> frozenset[str]:
    """Every kind of hit that has a sentence."""
    return frozenset(_sentences())


@lru_cache(maxsize=1)
def _sentences() -> dict[str, tuple[str, str]]:
    with Path(__file__).with_name("hits.csv").open(encoding="utf-8", newline="") as lines:
        return {row["kind"]: (row["zh"], row["en"]) for row in csv.DictReader(lines)}
