"""The file that goes to the bank: which columns it has, in which order, under which names.

Each bank wants its own sheet. An office writes its columns into a YAML file and names it in
HUANXIN_BANK_LAYOUT:

    sheet: 批量支付
    columns:
      - {heading: 序号, field: number}
      - {heading: 收款账号, field: account}
      - {heading: 币种, text: 人民币}
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from huanxin.foundation.lib import spreadsheets

from .refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .models import Line

FIELDS = ("number", "payee", "account", "bank", "amount", "purpose", "batch", "programme")
_NEEDED = frozenset({"account", "amount", "purpose"})


class LayoutWrong(Refused):
    """The file that describes the bank's columns cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Column:
    """A column: its name at the bank, and which of our fields or which fixed text stands in it."""

    heading: str
    field: str = ""
    text: str = ""


@dataclass(frozen=True)
class Layout:
    """The columns of a bank's sheet, in their order."""

    columns: tuple[Column, ...]
    sheet: str = "批量支付"


USUAL = Layout(
    (
        Column("序号", "number"),
        Column("收款人", "payee"),
        Column("账号", "account"),
        Column("开户行", "bank"),
        Column("金额", "amount"),
        Column("用途", "purpose"),
        Column("批次号", "batch"),
    )
)


def chosen() -> Layout:
    """The office's layout, or the usual one. Raises LayoutWrong."""
    return read(Path(settings.BANK_LAYOUT)) if settings.BANK_LAYOUT else USUAL


def read(path: Path) -> Layout:
    """A layout from a YAML file. Raises LayoutWrong, naming the column."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LayoutWrong(_("%(path)s cannot be read: %(why)s") % {"path": path, "why": error}) from error
    entries = said.get("columns") if isinstance(said, dict) else None
    if not isinstance(entries, list) or not entries:
        raise LayoutWrong(_("%(path)s: write the columns as a list under “columns”.") % {"path": path})
    columns = tuple(_column(path, n, entry) for n, entry in enumerate(entries, 1))
    lacking = _NEEDED - {column.field for column in columns}
    if lacking:
        raise LayoutWrong(
            _("%(path)s: no column for %(fields)s.") % {"path": path, "fields": ", ".join(sorted(lacking))}
        )
    return Layout(columns, str(said.get("sheet") or USUAL.sheet)[:31])


def write(path: Path, layout: Layout, lines: Iterable[Line], accounts: Iterable[str]) -> int:
    """Write the payments with their opened accounts; texts never become formulas. Returns their number."""
    headings = [column.heading for column in layout.columns]
    cells = (
        [_cell(column, line, account) for column in layout.columns]
        for line, account in zip(lines, accounts, strict=True)
    )
    return spreadsheets.write_xlsx(path, headings, cells, layout.sheet)


def _column(path: Path, n: int, entry: object) -> Column:
    where = {"path": path, "n": n}
    if not isinstance(entry, dict) or not str(entry.get("heading") or "").strip():
        raise LayoutWrong(_("%(path)s, column %(n)s: write a heading.") % where)
    field, text = str(entry.get("field") or ""), str(entry.get("text") or "")
    if field and field not in FIELDS:
        raise LayoutWrong(
            _("%(path)s, column %(n)s: there is no field “%(field)s”. Fields: %(fields)s.")
            % {**where, "field": field, "fields": ", ".join(FIELDS)}
        )
    return Column(str(entry["heading"]).strip(), field, text)


def _cell(column: Column, line: Line, account: str) -> object:
    found: dict[str, object] = {
        "number": line.number,
        "payee": line.payee,
        "account": account,
        "bank": line.bank,
        "amount": line.amount,
        "purpose": line.purpose,
        "batch": line.batch.number,
        "programme": line.batch.programme,
    }
    return found.get(column.field, column.text)
