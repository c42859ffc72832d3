"""Excel workbooks, opened only after their zip directory has been found harmless."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import python_calamine as calamine
from django.utils.translation import gettext as _

from .sheeterror import SheetError, not_a_sheet

if TYPE_CHECKING:
    from pathlib import Path

# A sheet of a million rows and twenty columns unpacks to about 1 GB.
MOST_BYTES = 3 * 1024**3
# Deflate ends near 1,030 to 1; sheets of one repeated row reach about 100 to 1.
MOST_RATIO = 250
RATIO_COUNTS_FROM = 64 * 1024**2
# calamine holds a rectangle of cells of 32 bytes each: this many are 2 GB.
MOST_CELLS = 64_000_000
_MOST_OF_A_LIST = 16 * 1024**2

_CELL = re.compile(rb"<c\s([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_AT = re.compile(rb"""(?<![\w:])r=["']([A-Z]+)(\d+)["']""")
_IS_ERROR = re.compile(rb"""(?<![\w:])t=["']e["']""")
_FAR_COLUMN = re.compile(rb""" r=["']([A-Z]{2,3})\d""")
_ROW = re.compile(rb"""<row [^>]*?\br=["'](\d+)["']""")
# Some programs write every element with a prefix: <x:c> for <c>.
_PREFIX = re.compile(rb"<(\w+:)worksheet[\s>]")
_ELEMENT = re.compile(r"<(?:\w+:)?(sheet|Relationship)\s([^>]*)>")
_ATTRIBUTE = re.compile(r"""(?:\w+:)?(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class NoValue:
    """A cell that shows nothing that can be used: a formula never calculated, or Excel's own error."""

    __slots__ = ("shown",)

    def __init__(self, shown: str) -> None:
        self.shown = shown

    def __str__(self) -> str:
        return self.shown


Cell = object
Grid = Iterator[tuple[int, list[Cell]]]
Span = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Workbook:
    """The rows of one worksheet, counted from line 1, and which of its cells are merged.

    The worksheet is in memory: `lines` may be asked for again, and nothing is read again.
    """

    sheet: str
    sheets: tuple[str, ...]
    lines: Callable[[], Grid]
    merged: tuple[Span, ...]


def open_workbook(path: Path, sheet: str | None) -> Workbook:
    """The worksheet `sheet` of a workbook, or its first one that is not hidden and holds anything.

    The worksheet is held in memory by calamine (32 bytes a cell). Raises `SheetError`.
    """
    parts = _checked_parts(path) if zipfile.is_zipfile(path) else {}
    try:
        book = calamine.load_workbook(str(path))
        pages = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
        names = tuple(m.name for m in pages)
        seen = [m.name for m in pages if m.visible == calamine.SheetVisibleEnum.Visible]
        if sheet is not None and sheet not in names:
            raise SheetError(
                _("The workbook has no sheet “%(sheet)s”.") % {"sheet": sheet},
                _("It has: %(names)s.") % {"names": ", ".join(names)},
            )
        for name in [sheet] if sheet is not None else seen:
            page = book.get_sheet_by_name(name)
            if page.end is not None:
                merged = tuple(page.merged_cell_ranges or ())
                return Workbook(name, names, partial(_lines, page, parts.get(name, {})), merged)
    except calamine.PasswordError:
        raise SheetError(
            _("The workbook is protected with a password."),
            _("Save it without a password and send it again."),
        ) from None
    except (calamine.CalamineError, OSError, UnicodeDecodeError):
        raise not_a_sheet(path.name) from None
    raise SheetError(
        _("The workbook is empty."), _("Write the columns' names in one line and the data below it.")
    )


def _lines(page: calamine.CalamineSheet, empty_cells: dict[int, dict[int, NoValue]]) -> Grid:
    for number, cells in enumerate(page.iter_rows(), 1):
        found: list[Cell] = list(cells)
        for column, no_value in empty_cells.get(number, {}).items():
            if column < len(found):
                found[column] = no_value
        yield number, found


def _checked_parts(path: Path) -> dict[str, dict[int, dict[int, NoValue]]]:
    """Refuse a zip bomb, then look through each worksheet for formulas that have no value."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _refuse_bomb(path, entries)
            names = {e.filename for e in entries}
            if "xl/workbook.xml" not in names:
                if any(n.endswith(("content.xml", "xl/workbook.bin")) for n in names):
                    return {}
                raise not_a_sheet(path.name)
            for entry in entries:
                if entry.filename == "xl/sharedStrings.xml":
                    _read_through(archive, entry)
            return {name: _cells_without_value(archive, n) for name, n in _sheet_parts(archive).items()}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        if "password" in str(error):
            raise SheetError(
                _("The workbook is protected with a password."),
                _("Save it without a password and send it again."),
            ) from None
        raise not_a_sheet(path.name) from None


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the archive that holds each worksheet, by the name on its tab."""
    stored = {n.casefold(): n for n in archive.namelist()}
    rels = stored.get("xl/_rels/workbook.xml.rels")
    if rels is None:
        return {}
    targets = {}
    for said in _elements(archive, rels):
        if said.get("Type", "").endswith("/worksheet"):
            target = said.get("Target", "")
            part = target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[said.get("Id")] = stored.get(part.casefold())
    of_name = {s.get("name", ""): targets.get(s.get("id")) for s in _elements(archive, "xl/workbook.xml")}
    return {name: part for name, part in of_name.items() if part is not None}


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[dict[str, str]]:
    """The attributes, without their prefixes, of the sheets or relationships that a part lists."""
    with archive.open(part) as stream:
        text = stream.read(_MOST_OF_A_LIST).decode("utf-8-sig", errors="replace")
    for _kind, attributes in _ELEMENT.findall(text):
        yield {name: html.unescape(a or b) for name, a, b in _ATTRIBUTE.findall(attributes)}


def _refuse_bomb(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(e.file_size for e in entries)
    packed = max(1, min(path.stat().st_size, sum(e.compress_size for e in entries)))
    too_dense = unpacked > RATIO_COUNTS_FROM and unpacked / packed > MOST_RATIO
    if unpacked > MOST_BYTES or too_dense or len(entries) > 10_000:
        raise SheetError(
            _(
                "“%(name)s” would unpack to %(size)s MB, far more than a sheet of its size holds; it "
                "was not opened."
            )
            % {"name": path.name, "size": f"{unpacked // 1024**2:,}"},
            _("Copy the rows into a new workbook, or save them as CSV, and send that file."),
        )


def _read_through(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    # Reading to the end compares the size told in the directory with the true one.
    with archive.open(entry) as part:
        while part.read(1 << 20):
            pass


def _cells_without_value(archive: zipfile.ZipFile, name: str) -> dict[int, dict[int, NoValue]]:
    """`{line: {column: …}}` of formulas without a stored value and of Excel's errors.

    Refuses stray far cells.
    """
    found: dict[int, dict[int, NoValue]] = {}
    columns: set[bytes] = set()
    last_row = 0
    rest = prefix = b""
    with archive.open(name) as part:
        while block := part.read(1 << 20):
            block = rest + block
            if not last_row and (match := _PREFIX.search(block)):
                prefix = match[1]
            if prefix:
                block = block.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
            # A cell may be cut by the block's end: keep what follows the last whole one.
            cut = max(block.rfind(b"<c "), block.rfind(b"</row>"))
            block, rest = (block[:cut], block[cut:]) if cut > 0 else (block, b"")
            columns.update(_FAR_COLUMN.findall(block))
            rows = block.rfind(b"<row ")
            if rows >= 0 and (match := _ROW.match(block, rows)):
                last_row = int(match[1])
            if b"<f" in block or b't="e"' in block or b"t='e'" in block:
                _note_cells(block, found)
    widest = max((_column(c) + 1 for c in columns), default=26)
    if widest * last_row > MOST_CELLS:
        raise SheetError(
            _("The sheet reaches to line %(line)s and column %(column)s, which is too far to read.")
            % {"line": f"{last_row:,}", "column": widest},
            _("Delete the stray cells far to the right or below, or copy the rows into a new workbook."),
        )
    return found


def _note_cells(block: bytes, found: dict[int, dict[int, NoValue]]) -> None:
    for attributes, inside in _CELL.findall(block):
        is_error = _IS_ERROR.search(attributes) is not None
        if not is_error and (b"<f" not in inside or re.search(rb"<v>.", inside)):
            continue
        if (at := _AT.search(attributes)) is None:
            continue
        if is_error:
            shown = re.search(rb"<v>(.*?)</v>", inside)
            text = shown[1].decode() if shown else "#?"
        else:
            formula = re.search(rb"<f[^>]*>(.*?)</f>", inside, re.DOTALL)
            text = "=" + formula[1].decode(errors="replace") if formula else "="
        found.setdefault(int(at[2]), {})[_column(at[1])] = NoValue(text)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
