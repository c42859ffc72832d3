"""A file of another office comes in: its columns recognised, its bad lines said, its numbers kept as
hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader, spreadsheets

from . import ports
from .models import Entry, Source
from .ports import PORTS, BadCell, Port

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from huanxin.foundation.access.models import User
    from huanxin.foundation.lib.progress import Progress
    from huanxin.foundation.lib.spreadsheets import Sheet

_AT_ONCE = 2_000
_MOST_TOLD = 20


class UnknownPort(LookupError):
    """There is no such port; the message names those there are."""


class FileRefused(ValueError):
    """The file cannot be taken in; the message says why and what to do."""


@dataclass
class Brought:
    """What became of a file: the lines kept, and the first lines that could not be read, with why."""

    source: Source
    n_kept: int = 0
    n_refused: int = 0
    refused: list[str] = field(default_factory=list)


def bring(port_id: str, path: Path, *, as_of: dt.date, by: User | None, name: str = "",
          progress: Progress | None = None) -> Brought:  # fmt: skip
    """Take in another office's file, as it stood on a day. One transaction; the same file is taken in once.

    Raises `UnknownPort`, `FileRefused`, `spreadsheets.SheetError`.
    """
    port = _port(port_id)
    known = frozenset(spreadsheets.plain(heading) for column in port.columns for heading in column.headings)
    sheet = spreadsheets.rows(path, known=known)
    at = _columns(port, sheet)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    try:
        with transaction.atomic():
            source = Source.objects.create(
                port=port.id, file_name=(name or path.name)[:255], digest=digest, as_of=as_of, by=by
            )
            return _kept(Brought(source), port, sheet, at, progress)
    except IntegrityError as twice:
        raise FileRefused(
            _("This very file came in before. Ask the other office for its newest one.")
        ) from twice


def _port(port_id: str) -> Port:
    if port_id not in PORTS:
        raise UnknownPort(
            _("There is no port “%(port)s”. There are: %(ports)s.")
            % {"port": port_id, "ports": ", ".join(sorted(PORTS))}
        )
    return PORTS[port_id]


def _columns(port: Port, sheet: Sheet) -> dict[str, int]:
    """Where each field stands. Raises `FileRefused` without the column that says what a line is about."""
    plain = [spreadsheets.plain(heading) for heading in sheet.headers]
    found = {}
    for column in port.columns:
        names = [spreadsheets.plain(heading) for heading in column.headings]
        at = next((plain.index(name) for name in names if name in plain), None)
        if at is not None:
            found[column.name] = at
    if port.key.name not in found or len(found) == 1:
        wanted = [column.headings[0] for column in port.columns]
        raise FileRefused(
            _("The columns of this file are not recognised. It should have: %(columns)s.")
            % {"columns": ", ".join(wanted)}
        )
    return found


def _kept(
    brought: Brought, port: Port, sheet: Sheet, at: dict[str, int], progress: Progress | None
) -> Brought:
    rows = _entries(brought, port, sheet, at)
    while some := list(islice(rows, _AT_ONCE)):
        Entry.objects.bulk_create(some)
        brought.n_kept += len(some)
        if progress is not None:
            progress(brought.n_kept, None, reader.said(port.title))
    brought.source.n_rows = brought.n_kept
    brought.source.save(update_fields=["n_rows"])
    return brought


def _entries(brought: Brought, port: Port, sheet: Sheet, at: dict[str, int]) -> Iterator[Entry]:
    for line, cells in sheet.lines:
        try:
            yield _entry(brought.source, port, at, cells)
        except BadCell as bad:
            brought.n_refused += 1
            if len(brought.refused) < _MOST_TOLD:
                brought.refused.append(_("Line %(line)s:") % {"line": line} + f" “{bad}”")


def _entry(source: Source, port: Port, at: dict[str, int], cells: list[Any]) -> Entry:
    key = cells[at[port.key.name]]
    if key in (None, ""):
        raise BadCell(port.key.headings[0])
    says: dict[str, object]
    if port.key.type == "text":
        hashed, says = ports.key_of(str(key)), {port.key.name: str(key)} if _is_shown(port) else {}
    else:
        hashed, says = bytes.fromhex(str(ports.read(port.key, key))), {}
    for column in port.fields:
        # An empty cell is kept as one: that nothing is said there is an answer, a column that lacks is none.
        if column.name in at:
            says[column.name] = ports.read(column, cells[at[column.name]])
    return Entry(source=source, port=port.id, key_hash=hashed, says=says)


def _is_shown(port: Port) -> bool:
    """Shops, products and yards are no secret; numbers of vehicles and devices are kept as hashes alone."""
    return port.key.name in ("merchant", "product", "recycler")
