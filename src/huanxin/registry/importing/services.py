"""Sheets into the registry: good rows are kept, bad ones come back marked, a second time changes nothing."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import io
import itertools
import json
import pickle
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.exceptions import XlsxFileError

from huanxin.foundation.lib import spreadsheets
from huanxin.foundation.lib.progress import Progress, silent
from huanxin.foundation.lib.spreadsheets import SheetError

from .. import kinds
from ..models import Import
from ..places import region
from ..places.settling import Said, Settled, settle
from . import columns, refusals
from . import mapping as mapping_of
from .parsing import Bad, Cells, PlaceColumns, Row, RowReader
from .writing import Writer, Written, refresh_statistics

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from huanxin.foundation.access.models import User
    from huanxin.policy import Pack

# Rows in one transaction: few enough that a killed import loses seconds, enough that commits cost little.
ROWS_AT_ONCE = 4000
# Given as `place` for things that are not of this region, such as a foreign inventory read for comparison.
NO_PLACE = "outside"
# Lines that name a thing again are held in memory and compared; a sheet with more is not one of identities.
_MOST_TWICE = 20_000
# So many other lines are named to somebody whose line is refused for naming the same thing.
_MOST_NAMED = 10
# A first look at a sheet of a million rows writes nothing for about two minutes.
SILENT_FOR = dt.timedelta(minutes=10)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class ImportStopped(Exception):
    """An import that ended before its end: `record` says what is in; running it again doubles nothing."""

    def __init__(self, record: Import, what: str, instead: str) -> None:
        super().__init__(f"{what} {instead}")
        self.record = record
        self.what = what
        self.instead = instead


def import_assets(
    path: Path,
    kind: str,
    *,
    by: User | None,
    mapping: Mapping[str, str] | None = None,
    source: str = "",
    sample: bool = False,
    place: str | None = None,
    file_name: str = "",
    encoding: str | None = None,
    record: Import | None = None,
    within: Sequence[str] | None = None,
    progress: Progress = silent,
) -> Import:
    """Carry the things of a sheet into the registry, some thousand rows a transaction.

    `mapping` (heading → fact, `""` for none) overrules what the headings are taken for and is remembered for
    sheets with the same headings. `place`: the code of where rows lie that say nothing of their place, or
    `NO_PLACE`, by which no row is asked. `record`: what `open_import` entered, if something did. `within`:
    beginnings of the place codes outside of which nothing may be entered or corrected; such rows are refused.
    Reads the sheet twice: first for identities that come more than once, then for its rows; memory stays
    bounded.
    Raises `SheetError` before anything is written, also where too many lines name the same things, and
    `ImportStopped` where a full disk or a lost database ends it.
    """
    began, path = time.monotonic(), Path(path)
    pack = kinds.kind(kind)
    sheet = spreadsheets.rows(path, encoding=_of_text(encoding), known=columns.known_headings(pack))
    taken = mapping_of.mapped(pack, sheet.headers, mapping)
    reader = RowReader(pack, sheet.headers, taken.columns, _places(taken.columns, sheet.headers, place))
    survey = _surveyed(sheet, reader)
    if mapping:
        mapping_of.remember(pack, sheet.headers, taken.columns, by)
    record = record or _begun(path, pack, by=by, file_name=file_name)
    record.mapping, record.source, record.sample = taken.columns, source, sample
    record.n_lines, record.beat_at = survey.n_rows, timezone.now()
    record.read_as = " ".join(filter(None, (sheet.kind, sheet.encoding, sheet.sheet)))
    record.save()
    running = _Running(record, reader, survey, Writer(
        kind, reader.scheme, record.pk, by.pk if by else None, source[:200], sample,
        None if within is None else tuple(within),
    ))  # fmt: skip
    try:
        running.carry_in(sheet.again(), progress)
        running.give_back(sheet.headers)
    except (OSError, DatabaseError, XlsxFileError) as error:
        raise _stopped(record, error) from error
    finally:
        running.bad.close()
    if record.n_new + record.n_changed >= ROWS_AT_ONCE:
        refresh_statistics()
    record.state, record.seconds = Import.State.DONE, round(time.monotonic() - began, 2)
    record.save()
    return record


def open_import(path: Path, kind: str, *, by: User | None, file_name: str, sample: bool = False) -> Import:
    """Enter an import that another process will carry out, so that a page can show how far it is."""
    record = _begun(path, kinds.kind(kind), by=by, file_name=file_name)
    record.sample, record.beat_at = sample, record.at
    record.save()
    return record


def look_after(record: Import) -> Import:
    """Mark an import stopped whose process has gone silent; pages that show an import call this."""
    seen = record.beat_at or record.at
    if record.state == Import.State.RUNNING and timezone.now() - seen > SILENT_FOR:
        why = _("The process that carried it in ended after %(n)s rows, which are in.") % {"n": _n_in(record)}
        running = Import.objects.filter(pk=record.pk, state=Import.State.RUNNING, beat_at=record.beat_at)
        running.update(state=Import.State.STOPPED, stopped_by=why)
        record.refresh_from_db()
    return record


def _of_text(encoding: str | None) -> str | None:
    """The encoding, if it is one of texts; Python also knows some that are not, such as base64."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    except LookupError:
        raise SheetError(
            _("There is no encoding “%(encoding)s”.") % {"encoding": encoding},
            _("Use utf-8, utf-16 or gb18030."),
        ) from None
    return encoding


def _places(taken: Mapping[str, str], headers: tuple[str, ...], place: str | None) -> PlaceColumns:
    if place and place != NO_PLACE and place not in region.gazetteer().places:
        raise SheetError(
            _("There is no place with the code “%(code)s”.") % {"code": place},
            _(
                "Write a code of GB/T 2260, such as 1525 for Xilingol, or say that the things lie in "
                "no place."
            ),
        )
    at = {t: headers.index(h) for h, t in taken.items() if t in PLACE_WORDS}
    if place == NO_PLACE:
        return PlaceColumns({}, None, None)
    return PlaceColumns(at, _settle, place)


PLACE_WORDS = ("place", "league", "banner", "latitude", "longitude", "location_accuracy")


def _settle(said: Said) -> Settled:
    return settle(said, region.gazetteer(), region.outlines())


def _begun(path: Path, pack: Pack, *, by: User | None, file_name: str) -> Import:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    Import.objects.filter(kind=pack.id, digest=digest, state=Import.State.RUNNING).update(
        state=Import.State.STOPPED,
        stopped_by=_("It was broken off; the same sheet was imported again later."),
    )
    return Import(
        kind=pack.id, file_name=(file_name or path.name)[:255], digest=digest, by=by, at=timezone.now()
    )


@dataclass
class _Survey:
    """What a first look at all rows tells: how many there are, and which identities come more than once."""

    n_rows: int
    twice: frozenset[str]


def _surveyed(sheet: spreadsheets.Sheet, reader: RowReader) -> _Survey:
    seen: set[int] = set()
    twice: set[str] = set()
    n_rows, n_again, states = 0, 0, {"outside": 0, "other": 0}
    for line, cells in sheet.lines:
        if reader.is_example(cells):
            continue
        n_rows += 1
        identity = reader.identity(cells)
        if not identity:
            continue
        # A hash of eight bytes instead of the text; two texts with one hash are only compared more closely.
        known = hash(identity)
        if known in seen:
            n_again += 1
            if n_again > _MOST_TWICE:
                raise _not_of_identities(sheet.headers[reader.identity_at], line)
            twice.add(identity)
        seen.add(known)
        if n_rows <= 200:
            _code, state, doubt = reader.places.read(cells)
            states["outside" if doubt and json.loads(doubt)["why"] == "outside" else "other"] += (
                state != "unknown"
            )
    if states["outside"] >= 20 and states["outside"] > 9 * states["other"]:
        raise SheetError(
            _("Of the first rows, %(n)s lie outside the region by their coordinates.")
            % {"n": states["outside"]},
            _("If this is an inventory from elsewhere, import it as “not in this region” (--no-place)."
              " Otherwise check whether latitude and longitude are in the right columns."),
        )  # fmt: skip
    return _Survey(n_rows, frozenset(twice))


def _not_of_identities(heading: str, line: int) -> SheetError:
    return SheetError(
        _("More than %(n)s lines name a thing that an earlier line names too; line %(line)s is one of them.")
        % {"n": _MOST_TWICE, "line": line},
        _("Is “%(heading)s” the column that tells one thing from another? Choose the right column, or delete"
          " the repeated lines. Nothing has been imported.") % {"heading": heading},
    )  # fmt: skip


@dataclass
class _Spool:
    """Refused rows, kept on disk until the marked sheet is written."""

    stream: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    n: int = 0

    def add(self, bad: list[Bad]) -> None:
        for row in bad:
            pickle.dump(row, self.stream)
        self.n += len(bad)

    def __iter__(self) -> Iterator[Bad]:
        self.stream.seek(0)
        for _row in range(self.n):
            yield pickle.load(self.stream)

    def close(self) -> None:
        self.stream.close()


@dataclass
class _Running:
    """One import on its way."""

    record: Import
    reader: RowReader
    survey: _Survey
    writer: Writer
    bad: _Spool = field(default_factory=_Spool)
    held: dict[str, list[Row]] = field(default_factory=dict)

    def carry_in(self, lines: Iterator[tuple[int, Cells]], progress: Progress) -> None:
        what = _("rows")
        while chunk := list(itertools.islice(lines, ROWS_AT_ONCE)):
            read, bad = self.reader.read(chunk)
            free = self._hold_back(read)
            self._commit(free, bad, len(free) + len(bad))
            progress(self.record.n_rows, self.survey.n_rows, what)
        things = iter(self.held.values())
        while some := list(itertools.islice(things, ROWS_AT_ONCE)):
            good, bad = _compared(some, self.reader.identity_at)
            self._commit(good, bad, sum(map(len, some)))
            progress(self.record.n_rows, self.survey.n_rows, what)

    def give_back(self, headers: tuple[str, ...]) -> None:
        """Write the marked sheet of the refused rows."""
        if not self.bad.n:
            return
        folder = settings.VAR / "imports"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.record.pk}-refused.xlsx"
        spreadsheets.marked(path, headers, self.bad)
        self.record.error_sheet = str(path.relative_to(settings.VAR))

    def _commit(self, good: list[Row], bad: list[Bad], n_rows: int) -> None:
        self.bad.add(bad)
        before = {count: getattr(self.record, count) for count in _COUNTS}
        try:
            with transaction.atomic():
                written = self.writer.write(good)
                elsewhere = self._lines_of([row for row, _why in written.elsewhere])
                self.bad.add([
                    refusals.elsewhere(line, why, self.reader, self.writer.within or ())
                    for row, why in written.elsewhere
                    for line in self._lines_of([row])
                ])  # fmt: skip
                # Of equal lines one is written; the others change nothing.
                n_written = len(good) - len(written.elsewhere)
                written.n_unchanged += len(self._lines_of(good)) - len(elsewhere) - n_written
                self._count(written, n_rows)
                self.record.beat_at = timezone.now()
                self.record.save(update_fields=[*_COUNTS, "beat_at"])
        except DatabaseError:
            # What was rolled back is not in: the record says how far the import came.
            for count, n in before.items():
                setattr(self.record, count, n)
            raise

    def _lines_of(self, rows: list[Row]) -> list[Row]:
        """The rows and those held back as equal to them."""
        return [line for row in rows for line in self.held.get(row.identity, (row,))]

    def _count(self, written: Written, n_rows: int) -> None:
        record = self.record
        record.n_rows += n_rows
        record.n_new += written.n_new
        record.n_changed += written.n_changed
        record.n_unchanged += written.n_unchanged
        record.n_place_doubt += written.n_place_doubt
        record.n_refused = self.bad.n

    def _hold_back(self, rows: list[Row]) -> list[Row]:
        """The rows that are alone in naming their thing; the others wait in `held` until all are read."""
        if not self.survey.twice:
            return rows
        free = []
        for row in rows:
            if row.identity in self.survey.twice:
                self.held.setdefault(row.identity, []).append(row)
            else:
                free.append(row)
        return free


def _compared(things: list[list[Row]], identity_at: int) -> tuple[list[Row], list[Bad]]:
    """Of lines that name the same thing, the first if they are equal.

    Of differing ones none, for nobody knows which is right.
    """
    good, bad = [], []
    for rows in things:
        if len({row.digest for row in rows}) == 1:
            good.append(rows[0])
            continue
        for row in rows:
            others = [str(r.line) for r in rows[: _MOST_NAMED + 1] if r is not row][:_MOST_NAMED]
            others += ["…"] if len(rows) > _MOST_NAMED + 1 else []
            why = _("Line %(line)s and line %(others)s name the same thing but differ. Keep the right one.")
            why %= {"line": row.line, "others": "、".join(others)}
            bad.append((row.line, row.cells, {identity_at: why}))
    return good, bad


_COUNTS = ["n_rows", "n_new", "n_changed", "n_unchanged", "n_refused", "n_place_doubt"]


def _n_in(record: Import) -> int:
    """How many rows are in: of those read, neither the refused ones nor those that are nothing."""
    return record.n_new + record.n_changed + record.n_unchanged


def _stopped(record: Import, error: Exception) -> ImportStopped:
    text = str(error).lower()
    is_full = (
        getattr(error, "errno", None) in _FULL or "full" in text or "no space" in text or "disk i/o" in text
    )
    if not is_full and isinstance(error, OSError):
        raise error
    what = (
        _("The disk is full: the import stopped after %(n)s rows, which are in.")
        if is_full
        else _("The database ended the import after %(n)s rows, which are in.")
    ) % {"n": _n_in(record)}
    instead = (
        _("Make room on the disk, then import the same sheet again: nothing is doubled, nothing is lost.")
        if is_full
        else _("Import the same sheet again: nothing is doubled, nothing is lost. (%(why)s)") % {"why": error}
    )
    # With a full disk not even this may fit; the next import of the same sheet closes the record.
    with contextlib.suppress(DatabaseError):
        Import.objects.filter(pk=record.pk).update(state=Import.State.STOPPED, stopped_by=what)
    return ImportStopped(record, what, instead)
