"""Lookup tables: what their cells are, and whether their rows leave gaps or overlap."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .pack import Table

CellType = Literal["date", "decimal", "text", "boolean"]
Cell = dt.date | Decimal | str | bool | None

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DIGITS = 18
_NUMBER = re.compile(r"-?\d{1,14}(\.\d{1,8})?")
# An open end of a range, so that a range is always two plain comparisons: beyond whatever a fact can hold.
FAR_DIGITS = 25
OPEN_ENDS: dict[CellType, tuple[Cell, Cell]] = {
    "decimal": (Decimal(-(10 ** (FAR_DIGITS - 1))), Decimal(10 ** (FAR_DIGITS - 1))),
    "date": (dt.date(1, 1, 1), dt.date(9999, 12, 31)),
}


@dataclass(frozen=True)
class Column:
    """A table's column with its cells read: what they are, and how wide a decimal must be to hold them."""

    name: str
    type: CellType
    cells: tuple[Cell, ...]
    digits: int = 18
    places: int = 0

    @property
    def sql_type(self) -> str:
        if self.type == "decimal":
            return f"DECIMAL({self.digits},{self.places})"
        return {"date": "DATE", "boolean": "BOOLEAN", "text": "VARCHAR"}[self.type]


class BadCell(ValueError):
    """A cell of a table's file that is not what its column is; `row` counts from 0 below the heading."""

    def __init__(self, file: str, row: int, column: str, cell: str, type_: CellType) -> None:
        super().__init__(f"{file}, row {row}, column {column}: {cell!r} is not a {type_}")
        self.file, self.row, self.column, self.cell, self.type = file, row, column, cell, type_


def read_column(table: Table, name: str) -> Column:
    """The cells of a column, typed as declared or else as they all look. Raises `BadCell`."""
    raw = table.column(name)
    given = table.gives.get(name)
    filled = [cell for cell in raw if cell]
    type_: CellType = given.type if given is not None and given.type is not None else _looks_like(filled)
    cells = tuple(_read(type_, cell, (table.file, row, name)) for row, cell in enumerate(raw))
    if type_ != "decimal":
        return Column(name, type_, cells)
    places = max([len(c.partition(".")[2]) for c in filled], default=0)
    if given is not None and given.places is not None:
        places = max(places, given.places)
    n_whole = [len(c.lstrip("-").partition(".")[0]) for c in raw]
    if max(n_whole, default=1) + places > _DIGITS:
        widest = n_whole.index(max(n_whole))
        raise BadCell(table.file, widest, name, raw[widest], type_)
    return Column(name, type_, cells, digits=max(*n_whole, 1) + places, places=places)


def _looks_like(cells: Sequence[str]) -> CellType:
    for type_, pattern in (("date", _DAY), ("decimal", _NUMBER)):
        if cells and all(pattern.fullmatch(cell) for cell in cells):
            return type_  # type: ignore[return-value]
    return "boolean" if cells and all(c in ("true", "false") for c in cells) else "text"


def _read(type_: CellType, cell: str, at: tuple[str, int, str]) -> Cell:
    if not cell:
        return None
    if type_ == "text":
        return cell
    try:
        if type_ == "date":
            return dt.date.fromisoformat(cell)
        if type_ == "boolean":
            return {"true": True, "false": False}[cell]
        if not _NUMBER.fullmatch(cell):
            raise ValueError(cell)
        return Decimal(cell)
    except (ValueError, KeyError):
        raise BadCell(*at, cell, type_) from None
