"""An empty sheet for one kind of thing, made from its pack, that people fill in and send back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_range_abs

from huanxin.foundation.lib import reader

from . import kinds
from .importing import columns
from .importing.parsing import EXAMPLE

if TYPE_CHECKING:
    from pathlib import Path

    from huanxin.policy import Fact, Pack

# Beside its facts a sheet asks for these; coordinates are read too where a sheet has them.
_BESIDE = ("place", "holder", "holder_no")
_ROWS = 10_000
# Excel keeps a drop-down's own list within 255 characters; longer ones point to the second sheet.
_LONGEST_LIST = 255


def template(kind: str, path: Path) -> None:
    """Write a template for a kind: drop-downs, units, an example line, and a sheet that explains.

    An import passes over the example line, which is known by how its identity begins.
    """
    pack = kinds.kind(kind)
    language = reader.language()
    with xlsxwriter.Workbook(str(path)) as book:
        page, explained = book.add_worksheet(_("Fill in")), book.add_worksheet(_("What the columns mean"))
        looks = {
            "heading": book.add_format(
                {"bold": True, "bg_color": "#E6EEF7", "text_wrap": True, "valign": "top", "border": 1}
            ),
            "must": book.add_format(
                {"bold": True, "bg_color": "#FFF2CC", "text_wrap": True, "valign": "top", "border": 1}
            ),
            "example": book.add_format({"font_color": "#7F7F7F", "italic": True}),
            "text": book.add_format({"num_format": "@"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        page.freeze_panes(1, 0)
        page.set_row(0, 45)
        for at, fact in enumerate(_ordered(pack)):
            _write_column(page, explained, looks, at, fact, pack, language)
        _write_beside(page, explained, looks, len(pack.facts), language)
        _write_head(explained, looks)
        explained.set_column(0, 0, 28, looks["wrap"])
        explained.set_column(1, 5, 24, looks["wrap"])


def heading(fact: Fact, language: str) -> str:
    """A fact's heading with its unit, as templates and exports write it and as imports read it."""
    says = fact.ask.say(language)
    return f"{says} ({fact.unit})" if fact.unit and f"({fact.unit})" not in says else says


def _ordered(pack: Pack) -> list[Fact]:
    assert pack.identity is not None
    first = [pack.identity.fact, *([pack.name] if pack.name and pack.name != pack.identity.fact else [])]
    return [pack.facts[n] for n in (*first, *(n for n in pack.facts if n not in first))]


def _write_column(
    page: Any, explained: Any, looks: dict[str, Any], at: int, fact: Fact, pack: Pack, language: str
) -> None:
    is_identity = pack.identity is not None and fact.name == pack.identity.fact
    says = heading(fact, language)
    page.write_string(0, at, says, looks["must"] if is_identity else looks["heading"])
    page.set_column(
        at, at, max(12, min(30, 2 * len(says))), looks["text"] if fact.type in ("text", "date") else None
    )
    choices = [text.say(language) for text in fact.of.values()]
    if fact.type == "boolean":
        choices = [_("yes"), _("no")]
    row = at + 1
    if choices:
        is_short = len(",".join(choices)) <= _LONGEST_LIST and not any("," in c for c in choices)
        for i, choice in enumerate(choices):
            explained.write_string(row, 10 + i, choice)
        listed = choices if is_short else f"='{explained.get_name()}'!{_area(row, 10, 10 + len(choices) - 1)}"
        page.data_validation(1, at, _ROWS, at, {
            "validate": "list", "source": listed, "error_title": says[:32],
            "error_message": _("Choose one from the list."),
        })  # fmt: skip
    elif (rule := _bounds(fact)) is not None:
        page.data_validation(1, at, _ROWS, at, rule)
    example = _example(fact, choices)
    if is_identity:
        example = f"{EXAMPLE}{example or '001'}"
    if example is not None:
        page.write_string(1, at, example, looks["example"])
    kind = {
        "date": _("date, such as 2013-05-31"),
        "decimal": _("a number"),
        "integer": _("whole number"),
        "choice": _("one of the list"),
        "boolean": _("yes or no"),
        "text": _("text"),
    }[fact.type]
    must = (
        _("must be filled in: tells one thing from another") if is_identity else _("leave empty if not known")
    )
    cells = (
        says,
        kind,
        fact.unit,
        "、".join(choices)[:2000],
        fact.proof.say(language) if fact.proof else "",
        must,
    )
    for column, text in enumerate(cells):
        explained.write_string(row, column, text, looks["wrap"])


def _area(row: int, first: int, last: int) -> str:
    return str(xl_range_abs(row, first, row, last))


def _bounds(fact: Fact) -> dict[str, Any] | None:
    if (
        fact.type not in ("decimal", "integer")
        or isinstance(fact.lowest, dt.date)
        or isinstance(fact.highest, dt.date)
    ):
        return None
    low, high = fact.lowest, fact.highest
    rule: dict[str, Any] = {
        "validate": fact.type,
        "error_message": _("Write a number alone, in %(unit)s.") % {"unit": reader.said(fact.unit_said)}
        if fact.unit
        else _("Write a number alone."),
    }
    if low is not None and high is not None:
        return rule | {"criteria": "between", "minimum": float(low), "maximum": float(high)}
    if low is not None or high is not None:
        return rule | {
            "criteria": ">=" if low is not None else "<=",
            "value": float(low if low is not None else high or 0),
        }
    return rule | {"criteria": ">=", "value": -1e15}


def _example(fact: Fact, choices: list[str]) -> str | None:
    if choices:
        return choices[0]
    if fact.example is None:
        return {"date": "2013-05-31"}.get(fact.type)
    value = fact.example
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _write_beside(page: Any, explained: Any, looks: dict[str, Any], start: int, language: str) -> None:
    meanings = {
        "place": _("A code such as 152502, or a name such as 锡林浩特市; an address is read too."),
        "holder": _("The person or enterprise that has it."),
        "holder_no": _("Unified social credit code, or resident number; kept encrypted."),
    }
    for i, name in enumerate(_BESIDE):
        says = columns.BESIDE[name][0].say(language)
        page.write_string(0, start + i, says, looks["heading"])
        page.set_column(start + i, start + i, 24, looks["text"])
        explained.write_string(start + i + 1, 0, says, looks["wrap"])
        explained.write_string(start + i + 1, 1, meanings[name], looks["wrap"])


def _write_head(explained: Any, looks: dict[str, Any]) -> None:
    heads = (_("Column"), _("What to write"), _("Unit"), _("Choices"), _("Shown by"), _("Needed"))
    for column, text in enumerate(heads):
        explained.write_string(0, column, text, looks["heading"])
