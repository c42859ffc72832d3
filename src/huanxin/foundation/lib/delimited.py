"""CSV and other delimited text, in whatever encoding an office's computer wrote it."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import itertools
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from django.utils.translation import gettext as _

from .sheeterror import SheetError, not_a_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES = 4 * 1024**3
# Real tables shrink some 3 to 30 times; nothing but padding shrinks 400 times.
MOST_RATIO = 400
_SAMPLE = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"7z\xbc\xaf", b"Rar!")


@dataclass(frozen=True)
class Delimited:
    """The lines of a text table, and how it was understood."""

    encoding: str
    delimiter: str
    lines: Iterator[tuple[int, list[object]]]


def open_delimited(path: Path, encoding: str | None) -> Delimited:
    """The lines of a CSV file, plain or gzipped; `encoding` where a person knows better than the detection.

    Reads the file once to be sure of its encoding, once for its lines. Raises `SheetError`.
    """
    encoding = _checked(path, encoding) if encoding else _encoding_of(path)
    with _opened(path) as stream:
        start = stream.read(_SAMPLE).decode(encoding, errors="ignore")
    delimiter = _delimiter_of(start)
    return Delimited(encoding, delimiter, _lines(path, encoding, delimiter))


class _Fed:
    """The lines of a text as they are fed to the reader: those of the row it is in, and whether all are."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self.of_row: list[str] = []
        self.is_all = False

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.of_row.append(line)
            yield line
        self.is_all = True


def _lines(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[object]]]:
    with _opened(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        fed = _Fed(text)
        reader = csv.reader(fed, delimiter=delimiter)
        line = 1
        while True:
            fed.of_row.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _unreadable(line, error) from None
            if fed.is_all:
                # Only within an open quotation mark does the reader ask for more and still give a row.
                n_within = len(io.StringIO(cells[-1], newline="").readlines())
                raise _unreadable(
                    reader.line_num - max(n_within, 1) + 1, _("a quotation mark is never closed")
                )
            if len(fed.of_row) > 1:
                _refuse_swallowed(line, fed.of_row, delimiter)
            yield line, cast("list[object]", cells)
            line = reader.line_num + 1


def _refuse_swallowed(line: int, of_row: list[str], delimiter: str) -> None:
    """A quotation mark left open ends at the next one, wherever it stands; all between would be one cell."""
    try:
        list(csv.reader(of_row, delimiter=delimiter, strict=True))
    except csv.Error:
        raise _unreadable(line, _("a quotation mark is never closed")) from None


def _unreadable(line: int, why: object) -> SheetError:
    return SheetError(
        _("Line %(line)s cannot be read: %(why)s.") % {"line": line, "why": why},
        _("Look for a quotation mark that is never closed, or save the sheet as .xlsx."),
    )


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as stream:
        is_gzip = stream.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(path) if is_gzip else path.open("rb"))


def _blocks(path: Path) -> Iterator[bytes]:
    """The file's bytes, unpacked, refused once they are far more than the packed file can honestly hold."""
    packed = max(1, path.stat().st_size)
    n_bytes = 0
    try:
        with _opened(path) as stream:
            while block := stream.read(_SAMPLE):
                n_bytes += len(block)
                if n_bytes > MOST_BYTES or (n_bytes > 64 * _SAMPLE and n_bytes / packed > MOST_RATIO):
                    raise SheetError(
                        _(
                            "“%(name)s” unpacks to far more than a table of its size holds; it was not "
                            "read further."
                        )
                        % {"name": path.name},
                        _("Send the table as plain CSV or .xlsx, in parts of at most a million rows."),
                    )
                yield block
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise not_a_sheet(path.name) from None


def _encoding_of(path: Path) -> str:
    with _opened(path) as stream:
        try:
            start = stream.read(_SAMPLE)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise not_a_sheet(path.name) from None
    if not start.strip(b" \t\r\n\x00"):
        raise SheetError(
            _("The file is empty."), _("Write the columns' names in one line and the data below it.")
        )
    if start.startswith(_FOREIGN):
        raise not_a_sheet(path.name)
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return _checked(path, encoding)
    if b"\x00" in start:
        return _checked(path, _utf16_without_mark(path, start))
    line = _first_bad_line(path, "utf-8")
    if line is None:
        return "utf-8"
    if not _is_nearly_utf8(start) and _first_bad_line(path, "gb18030") is None and _looks_chinese(start):
        return "gb18030"
    raise _wrong_encoding(line)


def _checked(path: Path, encoding: str) -> str:
    try:
        line = _first_bad_line(path, encoding)
    except LookupError:
        raise SheetError(
            _("There is no encoding “%(encoding)s”.") % {"encoding": encoding},
            _("Use utf-8, utf-16 or gb18030."),
        ) from None
    if line is not None:
        raise _wrong_encoding(line, encoding)
    return encoding


def _wrong_encoding(line: int, encoding: str = "") -> SheetError:
    what = (
        _("Line %(line)s has characters that cannot be read as %(encoding)s.")
        if encoding
        else _("The characters of line %(line)s fit neither UTF-8 nor UTF-16 nor GB18030.")
    )
    return SheetError(
        what % {"line": line, "encoding": encoding},
        _("Open the table in Excel or WPS and save it as “CSV UTF-8”, or as .xlsx."),
    )


def _first_bad_line(path: Path, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    n_lines = 1
    for block in itertools.chain(_blocks(path), [b""]):
        try:
            n_lines += decoder.decode(block, final=not block).count("\n")
        except UnicodeError as error:
            end = error.start if isinstance(error, UnicodeDecodeError) else 0
            return n_lines + block[:end].count(b"\n")
    return None


def _utf16_without_mark(path: Path, start: bytes) -> str:
    even, odd = start[0:4096:2].count(0), start[1:4096:2].count(0)
    if max(even, odd) < 8 or min(even, odd) * 4 > max(even, odd):
        raise not_a_sheet(path.name)
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_nearly_utf8(start: bytes) -> bool:
    """One broken letter in an UTF-8 file must not turn the whole of it into other letters."""
    text = start.decode("utf-8", errors="replace")
    n_broken = text.count("\ufffd")
    n_whole = sum(1 for letter in text if letter > "\x7f") - n_broken
    return n_whole > 20 * n_broken


def _looks_chinese(start: bytes) -> bool:
    """Whether most letters are among the 7,445 of GB 2312; Latin letters misread give rarer ones."""
    wide = [c for c in start.decode("gb18030", errors="ignore") if c > "\x7f"]
    usual = {c for c in set(wide) if c.encode("gb2312", errors="ignore")}
    return sum(1 for c in wide if c in usual) >= 0.8 * len(wide)


def _delimiter_of(start: str) -> str:
    """The mark that most lines at the start agree on; a comma where nothing else does better."""
    lines = [line for line in start.splitlines()[:30] if line.strip()]
    counts = {mark: sorted(line.count(mark) for line in lines) for mark in ",\t;"}
    return max(",\t;", key=lambda mark: counts[mark][len(lines) // 2] if lines else 0)
