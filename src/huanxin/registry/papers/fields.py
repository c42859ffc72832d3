"""Which of the words on an invoice or a vehicle's certificate are its number, its day, its sum.

Pure. The traps are those that reviewers know: the engine's model is not its number, the day of issue is not
the day of registration, the file number is not the plate, a net price is not the total, the invoice code and
the printer's number are not the invoice's number.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .lines import Line

_DAY = re.compile(r"((?:19|20)\d{2})[-年./](\d{1,2})[-月./](\d{1,2})日?")
_SUM = re.compile(r"(?<![\d.])(\d{1,3}(?:,\d{3})+|\d{1,9})\.(\d{2})(?!\d)")
_VIN = re.compile(r"(?<![A-Z0-9])[A-Z0-9]{17}(?![A-Z0-9])")
_ENGINE = re.compile(r"(?<![A-Z0-9])[A-Z0-9][A-Z0-9-]{3,19}(?![A-Z0-9])")
_INVOICE = re.compile(r"(?<!\d)(?:\d{20}|\d{8})(?!\d)")
_PLATE = re.compile(r"[一-龥][A-Z][A-Z0-9]{5,6}(?![A-Z0-9])")


@dataclass(frozen=True)
class Field:
    """Something that papers say: the words before it, and words before something else that look like them."""

    name: str
    labels: tuple[str, ...]
    shape: re.Pattern[str]
    never: tuple[str, ...] = ()


@dataclass(frozen=True)
class Read:
    """A value as it stands on a paper. Days are ISO, sums have two places. `sure`: of a hundred."""

    name: str
    value: str
    sure: int
    line: str


# The labels are also the column headings by which packs name their facts.
FIELDS = (
    Field("vin", ("车辆识别代号", "车架号码", "车架号", "识别代码"), _VIN),
    Field("engine_no", ("发动机号码", "发动机号"), _ENGINE, ("发动机型号",)),
    Field(
        "invoice_no", ("发票号码", "数电票号码", "数电号码"), _INVOICE, ("发票代码", "机打号码", "机打代码")
    ),
    Field("invoiced_on", ("开票日期", "发票日期"), _DAY),
    Field("registered_on", ("注册登记日期", "初次登记日期", "登记日期"), _DAY, ("发证日期", "转移登记日期")),
    Field("scrap_by", ("强制报废期止",), _DAY),
    Field("plate", ("机动车登记编号", "号牌号码", "车牌号"), _PLATE, ("档案编号",)),
    Field("total", ("价税合计",), _SUM, ("不含税", "税额")),
)
# Headings of facts that mean one of the fields under another word.
ALSO = {
    "invoiced_on": ("购买日期",),
    "registered_on": ("旧车登记日期", "旧车注册登记日期"),
    "total": ("新车价格", "销售价格", "最终价格"),
    "vin": ("车辆识别代号（VIN）", "VIN"),
}


def field_of(headings: Iterable[str]) -> str:
    """The field that a fact of a pack stands for, by its column headings; "" for none."""
    asked = {heading.strip() for heading in headings}
    for field in FIELDS:
        if asked & {*field.labels, *ALSO.get(field.name, ())}:
            return field.name
    return ""


def found(lines: Sequence[Line]) -> list[Read]:
    """Every field that can be told on a paper, each value once. What is not sure to be it is left out."""
    clean = [(line, plain(line.text)) for line in lines]
    reads: dict[tuple[str, str], Read] = {}
    for field in FIELDS:
        for line, value in _values(field, clean):
            reads.setdefault((field.name, value), Read(field.name, value, line.sure, line.text))
    return list(reads.values())


def plain(text: str) -> str:
    """A text as it is compared: half-width, capitals, no spaces, no brackets."""
    flat = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[\s()]+", "", flat)


def _values(field: Field, lines: Sequence[tuple[Line, str]]) -> Iterator[tuple[Line, str]]:
    for line, text in lines:
        at = _label_ends(field, text)
        if at is None:
            continue
        # Behind the label; else in the boxes to its right; else in the box under it. The nearest that fits.
        for place, words in ((line, text[at:]), *_right_of(line, lines), *_under(line, lines)):
            if value := _shaped(field, _before_others(field, words)):
                yield place, value
                break


def _before_others(field: Field, words: str) -> str:
    """The words up to a label of something that looks like the field and is not it."""
    ends = [words.find(other) for other in field.never if other in words]
    return words[: min(ends)] if ends else words


def _label_ends(field: Field, text: str) -> int | None:
    """Where the label ends in a text; None if it is not there, or is part of a longer label of another."""
    for label in field.labels:
        at = text.find(label)
        if at >= 0 and not any(other in text[max(0, at - 4) : at + len(label)] for other in field.never):
            return at + len(label)
    return None


def _right_of(line: Line, lines: Sequence[tuple[Line, str]]) -> list[tuple[Line, str]]:
    same_row = [
        (other, text)
        for other, text in lines
        if other.left >= line.right - line.height and abs(other.middle - line.middle) < line.height * 0.7
    ]
    in_order = sorted(same_row, key=lambda found: found[0].left)
    # Up to the next label: what stands behind it belongs to that.
    return list(takewhile(lambda found: not _is_label(found[1]), in_order))


def _under(line: Line, lines: Sequence[tuple[Line, str]]) -> list[tuple[Line, str]]:
    below = [
        (other, text)
        for other, text in lines
        if 0 < other.top - line.top < line.height * 3.5
        and other.left < line.right
        and other.right > line.left
        and abs(other.left - line.left) < line.height * 2
    ]
    return sorted(below, key=lambda found: found[0].top)[:1]


def _is_label(words: str) -> bool:
    return any(label in words for field in FIELDS for label in (*field.labels, *field.never))


def _shaped(field: Field, words: str) -> str:
    if field.name == "total":
        # Where the small figures are marked, only they count.
        words = words.rpartition("小写")[2]
    if field.shape is _VIN:
        # No vehicle's number has an I, an O or a Q; a reader who sees one saw a 1 or a 0.
        words = words.translate(str.maketrans("IOQ", "100"))
    match = field.shape.search(words)
    if match is None:
        return ""
    if field.shape is _DAY:
        return _day(match)
    if field.shape is _SUM:
        return str(Decimal(match[1].replace(",", "") + "." + match[2]))
    return match[0]


def _day(match: re.Match[str]) -> str:
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return ""
