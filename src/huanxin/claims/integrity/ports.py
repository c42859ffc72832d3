"""What other offices can tell, as files: which columns each has, under which headings, and how they are read.

A file is found again by what it is about: a VIN, a serial number, a person, a shop. Numbers and names of
people are kept as keyed hashes alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from huanxin.foundation.lib import sealed
from huanxin.policy import Text

Type = Literal["text", "date", "boolean", "decimal", "integer", "name", "person", "account"]
_NOT_WORDS = re.compile(r"[^0-9A-Z\u4e00-\u9fff]+")
_ALIKE = str.maketrans({"O": "0", "Q": "0", "I": "1"})
_YES = frozenset({"1", "是", "有", "true", "yes", "y", "√"})
_NO = frozenset({"0", "否", "无", "false", "no", "n", "×"})


class BadCell(ValueError):
    """A cell that cannot be read as its column's type."""


@dataclass(frozen=True)
class Field:
    """A column of a port's file."""

    name: str
    type: Type
    headings: tuple[str, ...]


@dataclass(frozen=True)
class Port:
    """A file that another office gives. `key` is the column that says what a line is about.

    `has_many`: several lines about one thing are all kept; else the last of the newest file counts.
    """

    id: str
    title: Text
    office: Text
    key: Field
    fields: tuple[Field, ...]
    has_many: bool = False

    @property
    def columns(self) -> tuple[Field, ...]:
        return (self.key, *self.fields)


def loose(identity: str) -> str:
    """A number as it is compared: without marks and spaces, and with O as 0 and I as 1."""
    text = unicodedata.normalize("NFKC", identity).upper()
    return _NOT_WORDS.sub("", text).translate(_ALIKE)


def key_of(identity: str) -> bytes:
    """The keyed hash under which a thing, a shop or a product is found in traces and in files."""
    return sealed.keyed_hash(loose(identity), "trace")


def name_key(name: str) -> str:
    """A name as it is compared without being kept: hexadecimal."""
    return sealed.keyed_hash(loose(name), "name").hex()


def read(field: Field, cell: object) -> object:
    """A cell as JSON can hold it; None where it is empty. Raises BadCell."""
    if cell is None or str(cell).strip() == "":
        return None
    text = str(cell).strip()
    if field.type == "date":
        return _day(cell, text)
    if field.type == "boolean":
        return _truth(cell, text)
    if field.type in ("decimal", "integer"):
        return _number(text, whole=field.type == "integer")
    if field.type == "name":
        return name_key(text)
    if field.type == "person":
        return sealed.keyed_hash(text.upper().replace(" ", ""), "party").hex()
    if field.type == "account":
        return sealed.keyed_hash(re.sub(r"\D", "", text), "account").hex()
    return text


def _day(cell: object, text: str) -> str:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    found = re.fullmatch(r"(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?", text)
    if found is None:
        raise BadCell(text)
    try:
        return dt.date(*(int(part) for part in found.groups())).isoformat()
    except ValueError as error:
        raise BadCell(text) from error


def _truth(cell: object, text: str) -> bool:
    if isinstance(cell, bool):
        return cell
    word = text.lower().removesuffix(".0")
    if word not in _YES | _NO:
        raise BadCell(text)
    return word in _YES


def _number(text: str, *, whole: bool) -> str | int:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise BadCell(text) from error
    if whole and value != value.to_integral_value():
        raise BadCell(text)
    return int(value) if whole else format(value, "f")


def _field(told: str) -> Field:
    """Written `name:type:heading/heading`."""
    name, type_, headings = told.split(":")
    return Field(name, type_, (*headings.split("/"), name))  # type: ignore[arg-type]


def _read_ports() -> dict[str, Port]:
    with Path(__file__).with_name("ports.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["port"]: Port(
                id=row["port"],
                title=Text(zh=row["zh"], en=row["en"]),
                office=Text(zh=row["office_zh"], en=row["office_en"]),
                key=_field(row["key"]),
                fields=tuple(_field(told) for told in row["fields"].split()),
                has_many=bool(row["has_many"]),
            )
            for row in csv.DictReader(lines)
        }


PORTS = _read_ports()
