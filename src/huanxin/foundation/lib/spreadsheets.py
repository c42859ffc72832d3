"""Any sheet in, streamed line by line; sheets out that no spreadsheet program will run as a formula."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from . import delimited, headings, workbooks
from .headings import plain
from .sheeterror import SheetError
from .workbooks import NoValue

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    Lines = Iterator[tuple[int, list[object]]]

__all__ = ["NoValue", "Sheet", "SheetError", "harmless", "marked", "plain", "rows", "write_csv", "write_xlsx"]

# Excel's last line is 1,048,576; the first holds the names.
MOST_LINES = 1_048_575
# Beyond fifteen digits Excel rounds a number: it is written as text.
_EXACT = 10**15
# Excel slows down badly with more notes; further bad cells are coloured and explained in the last column.
_MOST_NOTES = 5_000
_RUNS_AS_FORMULA = re.compile(r"^[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?")
_DISARMED = re.compile(r"^'[=+\-@\t\r＝＋－＠]")


@dataclass(frozen=True)
class Sheet:
    """A sheet being read: its headings and, once through, its lines as `(line number, cells)`.

    `kind` is `xlsx` or `csv`, `encoding` what a CSV was read as, `sheet` the worksheet's name; `line` is that
    of the headings. Cells are `str`, `float`, `bool`, dates, or `NoValue`; empty ones are `""`. Every line
    has as many cells as there are headings. `again` gives the lines once more; a workbook is not read anew.
    """

    headers: tuple[str, ...]
    lines: Lines
    again: Callable[[], Lines]
    line: int
    kind: str
    encoding: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def rows(
    path: Path, sheet: str | None = None, encoding: str | None = None, known: Container[str] = frozenset()
) -> Sheet:
    """Read a workbook or a CSV file, plain or gzipped, line by line.

    `known` are headings in their `plain` form, by which the line of headings is found when a title or notes
    stand above it. Raises `SheetError`, also while the lines are being read.
    """
    path = Path(path)
    if not path.is_file():
        raise SheetError(_("There is no file “%(path)s”.") % {"path": path}, _("Check its name and folder."))
    if path.stat().st_size == 0:
        raise SheetError(
            _("The file has 0 bytes: nothing arrived."),
            _("Check that the sheet opens in Excel, and send it again."),
        )
    with path.open("rb") as stream:
        magic = stream.read(8)
    if magic.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        book = workbooks.open_workbook(path, sheet)

        return _of_workbook(book, known)
    text = delimited.open_delimited(path, encoding)
    found = headings.find(text.lines, (), known)
    names = _without_advice(found.names)
    return Sheet(
        names, _whole(_armed_again(found.lines), len(names)),
        lambda: rows(path, sheet, encoding, known).lines, found.line, "csv", encoding=text.encoding,
    )  # fmt: skip


def _of_workbook(book: workbooks.Workbook, known: Container[str]) -> Sheet:
    found = headings.find(book.lines(), book.merged, known)
    names = _without_advice(found.names)

    def again() -> Lines:
        return _whole(headings.find(book.lines(), book.merged, known).lines, len(names))

    lines = _whole(found.lines, len(names))
    return Sheet(names, lines, again, found.line, "xlsx", sheet=book.sheet, sheets=book.sheets)


def _without_advice(names: tuple[str, ...]) -> tuple[str, ...]:
    """Headings without the last column of a sheet that was given back: it spoke of an earlier import."""
    said = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said.add(plain(_("What to mend")))
    while len(names) > 1 and plain(names[-1]) in said:
        names = names[:-1]
    return names


def _whole(lines: Lines, width: int) -> Lines:
    """Lines with as many cells as there are headings; lines of blanks are left out."""
    for number, cells in lines:
        if len(cells) < width:
            cells = [*cells, *[""] * (width - len(cells))]
        elif len(cells) > width:
            cells = cells[:width]
        if any(not c.isspace() if isinstance(c, str) and c else c != "" for c in cells):
            yield number, cells


def _armed_again(lines: Lines) -> Lines:
    """Take back the apostrophe that `write_csv` put before a text: a list goes out and in unchanged."""
    for number, cells in lines:
        yield (
            number,
            [c[1:] if isinstance(c, str) and c[:1] == "'" and _DISARMED.match(c) else c for c in cells],
        )


def harmless(cell: object) -> object:
    """The cell as it may be written to CSV: a text that a spreadsheet would run gets an apostrophe before it.

    Numbers stay, also negative ones and those written as text. Source: OWASP, CSV injection.
    """
    if isinstance(cell, str) and _RUNS_AS_FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def write_csv(path: Path, headers: Sequence[str], lines: Iterable[Sequence[object]]) -> int:
    """Write a CSV that Excel opens with its letters whole (UTF-8 with its mark).

    Returns the number of lines.
    """
    n_lines = 0
    with Path(path).open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([harmless(h) for h in headers])
        for n_lines, cells in enumerate(lines, 1):  # noqa: B007 - the count is the answer
            writer.writerow([harmless("" if c is None else c) for c in cells])
    return n_lines


def write_xlsx(path: Path, headers: Sequence[str], lines: Iterable[Sequence[object]], sheet: str = "") -> int:
    """Write a workbook line by line, in bounded memory; returns the number of lines written.

    Texts are written as texts and never as formulas. At most 1,048,575 lines fit: `SheetError` beyond.
    """
    n_lines = 0
    with _book(path) as book:
        page, looks = book.add_worksheet(sheet or None), _Looks(book)
        _write_line(page, looks, 0, headers, looks.heading)
        page.freeze_panes(1, 0)
        for n_lines, cells in enumerate(lines, 1):
            if n_lines > MOST_LINES:
                raise SheetError(
                    _("More than %(n)s lines do not fit into one sheet.") % {"n": f"{MOST_LINES:,}"},
                    _("Choose CSV or Parquet, or filter the list first."),
                )
            _write_line(page, looks, n_lines, cells)
    return n_lines


def marked(
    path: Path,
    headers: Sequence[str],
    bad_rows: Iterable[tuple[int, Sequence[object], Mapping[int, str]]],
) -> int:
    """Give back lines that were refused: the same columns and cells, the bad ones coloured and explained.

    Each bad row is `(line number, cells, {column: why})`; column -1 stands for the whole line. A last
    column says the same in words, for who prints it; `rows` of the mended sheet can be read again, without
    that column. Returns their number.
    """
    n_rows = 0
    with _book(path) as book:
        page, looks = book.add_worksheet(), _Looks(book)
        _write_line(page, looks, 0, [*headers, _("What to mend")], looks.heading)
        page.freeze_panes(1, 0)
        page.set_column(len(headers), len(headers), 80)
        n_notes = 0
        for n_rows, (line, cells, why) in enumerate(bad_rows, 1):
            if n_rows > MOST_LINES:
                break
            _write_line(page, looks, n_rows, cells)
            for column, message in why.items():
                if column < 0:
                    continue
                cell = cells[column]
                _write(page, looks, n_rows, column, "" if cell is None else cell, looks.bad)
                if (n_notes := n_notes + 1) <= _MOST_NOTES:
                    page.write_comment(n_rows, column, message, {"x_scale": 2, "y_scale": 1.2})
            page.write_string(n_rows, len(headers), _in_words(line, headers, why), looks.bad_text)
    return n_rows


def _in_words(line: int, headers: Sequence[str], why: Mapping[int, str]) -> str:
    said = [_("Line %(line)s:") % {"line": line}]
    said += [f"“{headers[column]}” {message}" if column >= 0 else message for column, message in why.items()]
    return " ".join(said)


class _Looks:
    """The formats of a workbook; a workbook takes each only once."""

    def __init__(self, book: Any) -> None:
        self.heading = book.add_format(
            {"bold": True, "bg_color": "#E6EEF7", "text_wrap": True, "valign": "top"}
        )
        self.text = book.add_format({"quote_prefix": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.bad = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
        self.bad_text = book.add_format({"font_color": "#9C0006"})


def _book(path: Path) -> Any:
    return xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )


def _write_line(page: Any, looks: _Looks, line: int, cells: Sequence[object], look: Any = None) -> None:
    for column, cell in enumerate(cells):
        if cell is not None and cell != "":
            _write(page, looks, line, column, cell, look)


def _write(page: Any, looks: _Looks, line: int, column: int, cell: object, look: Any = None) -> None:
    if isinstance(cell, bool):
        page.write_boolean(line, column, cell, look)
    elif isinstance(cell, int | float | Decimal) and -_EXACT < cell < _EXACT:
        page.write_number(line, column, cell, look)
    elif isinstance(cell, dt.datetime | dt.date):
        page.write_string(line, column, cell.isoformat(), look) if look else page.write_datetime(
            line, column, cell, looks.day
        )
    else:
        text = str(cell)[:32_767]
        runs = _RUNS_AS_FORMULA.match(text) is not None
        page.write_string(line, column, text, look or (looks.text if runs else None))
