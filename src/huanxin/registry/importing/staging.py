"""A sheet that was sent and waits for a person to confirm its columns."""

from __future__ import annotations

import itertools
import secrets
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from huanxin.foundation.lib import spreadsheets

from .. import kinds
from . import columns, mapping

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

_A_DAY = 24 * 3600
_SALT = "registry.sheet"
_FIRST_ROWS = 5
_LONGEST_CELL = 60
# Letters; in UTF-8 one has up to four bytes, and a name up to 255.
_LONGEST_NAME = 50


class Gone(LookupError):
    """The sheet is no longer kept."""


@dataclass(frozen=True)
class Sheet:
    """A sheet on its way in, and what was said of it. `ticket` names it in forms, signed."""

    file: str
    name: str
    kind: str
    place: str
    source: str
    sample: bool

    @property
    def path(self) -> Path:
        return _folder() / self.file

    @property
    def ticket(self) -> str:
        return signing.dumps(asdict(self), salt=_SALT, compress=True)

    def forget(self) -> None:
        """Remove the file and the folder that it has to itself; a ticket of old names a file without one."""
        _remove(self.path if self.path.parent == _folder() else self.path.parent)


@dataclass(frozen=True)
class Head:
    """The beginning of a sheet: headings, first rows, and what each column is taken for."""

    headers: tuple[str, ...]
    rows: list[list[str]]
    columns: dict[str, str]
    notes: dict[str, str]
    missing: list[str]
    is_remembered: bool
    refused: str

    def first_of(self, column: int) -> list[str]:
        """The first values of a column that differ, in their order; empty cells are none."""
        return [cell for cell in dict.fromkeys(row[column] for row in self.rows) if cell]


def keep(file: UploadedFile[Any], kind: str, place: str, source: str, *, sample: bool) -> Sheet:
    """Keep a file that was sent until its columns are confirmed; a day at most."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - _A_DAY:
            _remove(old)
    name = Path(file.name or "sheet").name
    # It keeps its own name, by which messages call it, in a folder of its own.
    own = f"{secrets.token_hex(16)}/{_short_name(name)}"
    sheet = Sheet(own, name[:255], kind, place, source, sample)
    sheet.path.parent.mkdir()
    with sheet.path.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    return sheet


def found(ticket: str) -> Sheet:
    """The sheet a form names. Raises `Gone`."""
    try:
        sheet = Sheet(**signing.loads(ticket, salt=_SALT, max_age=_A_DAY))
    except signing.BadSignature as error:
        raise Gone(_("This sheet waited for more than a day. Choose it again.")) from error
    if not sheet.path.is_file():
        raise Gone(_("This sheet has been brought in already, or is no longer kept. Choose it again."))
    return sheet


def head(sheet: Sheet) -> Head:
    """Read the headings and the first rows. Raises `SheetError` for a file that is no sheet."""
    pack = kinds.kind(sheet.kind)
    read = spreadsheets.rows(sheet.path, known=columns.known_headings(pack))
    rows = [[_short(cell) for cell in cells] for _line, cells in itertools.islice(read.lines, _FIRST_ROWS)]
    try:
        taken, refused = mapping.mapped(pack, read.headers), ""
    except mapping.NoIdentity as lacking:
        taken, refused = columns.guess(read.headers, pack), lacking.on_page
    return Head(read.headers, rows, taken.columns, taken.notes, taken.missing, taken.is_remembered, refused)


def _remove(kept: Path) -> None:
    if kept.is_dir():
        shutil.rmtree(kept, ignore_errors=True)
    else:
        kept.unlink(missing_ok=True)


def _short_name(name: str) -> str:
    """A file's name within the bytes that a file system takes, its endings kept."""
    endings = "".join(Path(name).suffixes[-2:])[-12:]
    stem = name.removesuffix(endings)
    return stem[:_LONGEST_NAME] + endings


def _short(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


def _folder() -> Path:
    return Path(settings.VAR) / "sheets"
