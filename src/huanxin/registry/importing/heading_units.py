"""The unit that a heading names, in brackets or as its last word, set against the one a fact is kept in."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.foundation.lib import reader

if TYPE_CHECKING:
    from huanxin.policy import Fact

BRACKETS = re.compile(r"[(\[（【]\s*([^)\]）】]*?)\s*[)\]）】]")
# A unit without brackets, as in capacity_lbs or 额定功率 千瓦.
_LAST_WORD = re.compile(r"[\s_\-]([^\s_\-]+)$")
# What may stand before the unit in a bracket, what divides two of them, and how a unit is made larger.
_SAYS_UNIT = re.compile(r"^(?:计量|计数)?(?:单位|units?\b)\s*[:为是]?\s*", re.IGNORECASE)
_APART = re.compile(r"[,、;|]")
_PER = re.compile(r"/|每")
_TIMES = re.compile(r"(?:[十百千万亿]+|(10\^\d+|10+))[x×*]?(.*)")
_AMID = re.compile(r"[^\x00-\x7f]*\s*([A-Za-z]{2,})\s*[^\x00-\x7f]*")
# Kilowatts a set are kilowatts: what only counts is no other unit.
_COUNTS = frozenset({"piece", "person", "head", "bed", "seat"})
# The end of an English name as often as a unit: `age_min`, `class_a`.
_NOT_LAST = frozenset({"s", "min", "h", "d", "a", "month", "r", "A", "K", "J", "N"})


def other_unit(header: str, fact: Fact) -> str:
    """What to do about a heading that names another unit than its fact is kept in; `""` where it does not."""
    if not fact.unit:
        return ""
    text = unicodedata.normalize("NFKC", header)
    for bracket in BRACKETS.findall(text):
        inside = _SAYS_UNIT.sub("", bracket)
        if any(_is_other(part.strip(), fact.unit) for part in _APART.split(inside)):
            return _convert(inside, fact)
    for word in _LAST_WORD.findall(BRACKETS.sub("", text).strip()):
        if _unit(word) not in ("", fact.unit, *_NOT_LAST):
            return _convert(word, fact)
    return ""


def _convert(says: str, fact: Fact) -> str:
    return _(
        "The heading says %(unit)s, but this is kept in %(kept)s. Convert the numbers and the heading."
    ) % {
        "unit": says,
        "kept": reader.said(fact.unit_said),
    }


def _is_other(part: str, kept: str) -> bool:
    """Whether a word or some of a bracket is a unit that is not the one kept."""
    if part.casefold() == kept.casefold():
        return False
    if unit := _unit(part):
        return unit != kept
    units = [_unit(p) for p in _PER.split(part)]
    if not any(units):
        amid = _AMID.fullmatch(part)
        return amid is not None and amid[1] != part and _is_other(amid[1], kept)
    # Kilometres a year are no kilometres; hours are counted by the year.
    return "/".join(units) not in (kept, "h/a" if kept == "h" else kept) and {u for u in units if u} != {kept}


def _unit(word: str) -> str:
    """The unit that a word is, also a multiple such as 万公里; `""` for every other word."""
    text = re.sub(r"\s+", "", word)
    if unit := policy.symbol_of(text):
        return "" if unit in _COUNTS else unit
    times = _TIMES.fullmatch(text)
    is_unit = times is not None and (policy.symbol_of(times[2]) or not (times[1] or times[2]))
    return text if is_unit else ""
