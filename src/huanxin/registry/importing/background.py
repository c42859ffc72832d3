"""Large sheets are carried in by a process of their own, so that nobody has to keep the page open."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from django.utils import translation

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.models import User
from huanxin.foundation.lib.spreadsheets import SheetError

from .. import kinds
from ..models import Import
from . import mapping as mapping_of
from . import services, staging

if TYPE_CHECKING:
    from collections.abc import Mapping

# Bytes. A smaller sheet is in before anybody would look at a bar; a mistake in it is then said at once.
LARGE = 2 * 1024 * 1024


def start(sheet: staging.Sheet, mapping: Mapping[str, str], *, by: User) -> Import:
    """Begin to carry a sheet in, beyond the page that asked. Raises `SheetError` for its columns at once."""
    mapping_of.mapped(kinds.kind(sheet.kind), staging.head(sheet).headers, mapping)
    record = services.open_import(sheet.path, sheet.kind, by=by, file_name=sheet.name, sample=sheet.sample)
    told = {"record": record.pk, "ticket": sheet.ticket, "mapping": dict(mapping), "by": by.pk}
    command = [sys.executable, "-m", "huanxin.registry.importing.jobs"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    with process.stdin as stream:
        json.dump({**told, "language": translation.get_language()}, stream)
    return record


def carry_out(told: Mapping[str, Any]) -> Import:
    """Do what `start` asked for; what stops it is kept with the import, for the page that waits."""
    record, sheet = Import.objects.get(pk=told["record"]), staging.found(told["ticket"])
    by = User.objects.get(pk=told["by"])
    with translation.override(told["language"]):
        try:
            services.import_assets(
                sheet.path, sheet.kind, by=by, mapping=told["mapping"],
                source=sheet.source, sample=sheet.sample, place=sheet.place or None, file_name=sheet.name,
                record=record, within=access.within(by, "import"),
            )  # fmt: skip
            sheet.forget()
        except services.ImportStopped:
            pass
        except SheetError as refused:
            Import.objects.filter(pk=record.pk).update(state=Import.State.STOPPED, stopped_by=str(refused))
    record.refresh_from_db()
    return record
