"""Sheets of products and of filed prices: good lines are read, bad ones go back with their cells marked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from huanxin.foundation.lib import spreadsheets
from huanxin.foundation.lib.money import Money, NotMoney, yuan
from huanxin.foundation.lib.spreadsheets import SheetError, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_LINES = 100_000

PRODUCT_HEADINGS: dict[str, tuple[str, ...]] = {
    "code": ("商品编码", "产品编码", "商品条码", "product code", "code"),
    "name": ("商品名称", "名称", "name"),
    "brand": ("品牌", "brand"),
    "model": ("型号", "规格型号", "model"),
    "product_class": ("品类", "商品类别", "class", "product_class"),
    "energy_grade": ("能效等级", "能效或水效等级", "grade", "energy_grade"),
}
PRICE_HEADINGS: dict[str, tuple[str, ...]] = {
    "code": ("商品编码", "产品编码", "商品条码", "product code", "code"),
    "price": ("备案价", "备案价格", "filed price", "price"),
}


@dataclass
class Reading:
    """What became of a sheet: lines taken, unchanged, refused; `marked` holds the refused ones, if any."""

    n_new: int = 0
    n_same: int = 0
    headers: tuple[str, ...] = ()
    bad: list[tuple[int, Sequence[object], Mapping[int, str]]] = field(default_factory=list)
    marked: str = ""

    @property
    def n_refused(self) -> int:
        return len(self.bad)

    def refuse(self, line: Line, why: Mapping[str, str]) -> None:
        """Keep a line for the marked sheet; `why` by name of the column, "" for the whole line."""
        self.bad.append(
            (line.number, line.cells, {line.columns.get(name, -1): said for name, said in why.items()})
        )

    def write_marked(self) -> None:
        """Write the refused lines as a sheet under VAR; its name is a ticket that cannot be guessed."""
        if self.bad:
            self.marked = f"{secrets.token_urlsafe(24)}.xlsx"
            spreadsheets.marked(marked_path(self.marked), self.headers, self.bad)


@dataclass(frozen=True)
class Line:
    """One line of a sheet, its cells by the names of our columns."""

    number: int
    cells: Sequence[object]
    columns: Mapping[str, int]

    def text(self, name: str) -> str:
        """The cell as a text; a whole number that Excel kept as one has no decimals."""
        at = self.columns.get(name)
        cell = self.cells[at] if at is not None else ""
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return str(cell).strip()

    def money(self, name: str) -> Money:
        """The cell as yuan. Raises NotMoney."""
        text = self.text(name).replace(",", "").replace("，", "").removeprefix("¥").removeprefix("￥")
        amount = yuan(text.removesuffix("元").strip())
        if not Decimal(0) < amount < Decimal(10_000_000):
            raise NotMoney(text)
        return amount


def read(
    path: Path, headings: Mapping[str, tuple[str, ...]], needed: Sequence[str]
) -> tuple[Reading, Iterator[Line]]:
    """A sheet's reading, still empty, and its lines. Raises SheetError, also while lines are read."""
    known = {plain(word): name for name, words in headings.items() for word in (name, *words)}
    sheet = spreadsheets.rows(path, known=frozenset(known))
    columns: dict[str, int] = {}
    for at, header in enumerate(sheet.headers):
        name = known.get(plain(header))
        if name is not None:
            columns.setdefault(name, at)
    missing = [headings[name][0] for name in needed if name not in columns]
    if missing:
        raise SheetError(
            _("The sheet lacks the column “%(name)s”.") % {"name": "”, “".join(missing)},
            _("Write the names of the columns in one line, and the data below it."),
        )
    return Reading(headers=sheet.headers), _lines(sheet, columns)


def _lines(sheet: spreadsheets.Sheet, columns: Mapping[str, int]) -> Iterator[Line]:
    for n, (number, cells) in enumerate(sheet.lines):
        if n >= MOST_LINES:
            raise SheetError(
                _("The sheet has more than %(n)s lines.") % {"n": f"{MOST_LINES:,}"},
                _("Send it in parts."),
            )
        yield Line(number, cells, columns)


def marked_path(ticket: str) -> Path:
    """Where a marked sheet lies. The folder is made if it is not there."""
    folder = Path(settings.VAR) / "tradein" / "refused"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / Path(ticket).name
