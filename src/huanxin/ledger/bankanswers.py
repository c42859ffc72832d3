"""The bank's result file as it is read: any order of columns, Chinese or English headings."""

from __future__ import annotations

import string
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huanxin.foundation.lib import headings, spreadsheets
from huanxin.foundation.lib.money import Money, NotMoney, yuan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_NAMES: dict[str, tuple[str, ...]] = {
    "batch": ("批次号", "批号", "批次", "batch", "batch no", "batch number"),
    "number": ("序号", "行号", "编号", "no", "number", "line", "line no"),
    "purpose": ("用途", "附言", "业务编号", "业务号", "申请编号", "purpose", "payment purpose",
                "claim number"),
    "amount": (
        "金额", "交易金额", "付款金额", "支付金额", "金额(元)", "交易金额(元)", "付款金额(元)", "amount",
        "amount (cny)", "amount (yuan)",
    ),
    "state": (
        "处理结果", "状态", "处理状态", "交易状态", "交易结果", "支付状态", "支付结果", "结果", "state",
        "status", "result", "payment status",
    ),
    "why": (
        "失败原因", "原因", "错误原因", "错误信息", "退票原因", "退汇原因", "备注", "说明", "reason",
        "failure reason", "reason for failure", "remarks", "error",
    ),
    "reference": (
        "流水号", "交易流水号", "银行流水号", "交易号", "reference", "bank reference", "transaction id",
        "transaction no",
    ),
}  # fmt: skip
_PAID = frozenset(
    headings.plain(word)
    for word in (
        "成功", "交易成功", "支付成功", "付款成功", "处理成功", "已支付", "已付款", "已入账", "paid",
        "success",
        "successful", "succeeded", "completed", "ok",
    )
)  # fmt: skip
_FAILED = frozenset(
    headings.plain(word)
    for word in (
        "失败", "交易失败", "支付失败", "付款失败", "处理失败", "退票", "退汇", "退回", "拒绝", "failed",
        "failure",
        "fail", "rejected", "returned", "refused", "error",
    )
)  # fmt: skip
_BY_NAME = {headings.plain(name): field for field, names in _NAMES.items() for name in names}


@dataclass(frozen=True)
class Answer:
    """What the bank says of one payment. `is_paid` None: neither paid nor failed in words that we know."""

    line: int
    batch: str
    number: int | None
    purpose: str
    amount: Money | None
    is_paid: bool | None
    said: str
    why: str
    reference: str
    cells: dict[str, str]

    def cell(self, field: str) -> str:
        ""
        "The cell of a field as the bank's sheet names it, e.g. E12; the line where it has no such column."
        ""
        return f"{self.cells[field]}{self.line}" if field in self.cells else str(self.line)


def read(path: Path) -> list[Answer]:
    """The answers of a file. Raises SheetError where it is no sheet or lacks a column that is needed."""
    sheet = spreadsheets.rows(path, known=_BY_NAME.keys())
    columns = _columns(sheet.headers)
    return list(_answers(sheet.lines, columns))


def _columns(headers: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, header in enumerate(headers):
        field = _BY_NAME.get(headings.plain(header))
        if field is not None:
            found.setdefault(field, at)
    lacking = [_NAMES[field][0] for field in ("amount", "state") if field not in found]
    if "purpose" not in found and "number" not in found:
        lacking.insert(0, _NAMES["purpose"][0])
    if lacking:
        raise spreadsheets.SheetError(
            _("The bank's file has no column %(names)s.") % {"names": "、".join(lacking)},
            _("Its columns: %(names)s. Rename the one that is meant, and send the file again.")
            % {"names": "、".join(headers)},
        )
    return found


def _answers(lines: Iterator[tuple[int, list[object]]], columns: dict[str, int]) -> Iterator[Answer]:
    letters = {field: _letters(at) for field, at in columns.items()}
    for number, cells in lines:
        said = {field: _text(cells[at]) for field, at in columns.items()}
        if not said.get("purpose") and not said.get("number"):
            # A line of sums at the foot answers for no payment.
            continue
        state = headings.plain(said["state"])
        yield Answer(
            line=number,
            batch=said.get("batch", ""),
            number=_whole(said.get("number", "")),
            purpose=said.get("purpose", ""),
            amount=_amount(said["amount"]),
            is_paid=True if state in _PAID else False if state in _FAILED else None,
            said=said["state"],
            why=said.get("why", ""),
            reference=said.get("reference", ""),
            cells=letters,
        )


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _amount(text: str) -> Money | None:
    plain = text.replace(",", "").replace("，", "").strip().lstrip("¥￥").removesuffix("元").strip()
    try:
        return yuan(Decimal(plain))
    except (InvalidOperation, NotMoney):
        return None


def _letters(at: int) -> str:
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = string.ascii_uppercase[rest] + name
    return name
