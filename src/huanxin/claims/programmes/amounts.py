"""The amounts that stand in a pack's tables, row by row in the words of its own facts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from huanxin.foundation.lib import reader
from huanxin.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huanxin.policy import Match, Pack, Table

_MOST_ROWS = 60


@dataclass(frozen=True)
class AmountTable:
    """A table of amounts: what it is of, and for which case how many yuan."""

    says: str
    rows: list[tuple[str, Decimal]]
    n_more: int


def tables(pack: Pack) -> list[AmountTable]:
    """The tables of a pack that give amounts of yuan."""
    found = []
    for table in pack.tables.values():
        gives = next((name for name, given in table.gives.items() if given.unit == "CNY"), None)
        if gives is None:
            continue
        cells = [dict(zip(table.columns, row, strict=False)) for row in table.rows]
        amounts = [(_case(pack, table, row), _yuan(row.get(gives, ""))) for row in cells]
        rows = [(case, yuan) for case, yuan in amounts if yuan is not None]
        found.append(AmountTable(reader.said(table.says), rows[:_MOST_ROWS], max(0, len(rows) - _MOST_ROWS)))
    return found


def _case(pack: Pack, table: Table, row: Mapping[str, str]) -> str:
    said = [_condition(pack, name, match, row) for name, match in table.match.items()]
    return " · ".join(words for words in said if words)


def _condition(pack: Pack, name: str, match: Match, row: Mapping[str, str]) -> str:
    fact = pack.facts.get(name)
    if match.column is not None:
        cell = row.get(match.column, "")
        return rulebook.in_words(pack, name, cell) if fact is not None and cell else cell
    low, high = row.get(match.from_ or match.above or "", ""), row.get(match.to or match.below or "", "")
    bounds = [f"{'≥' if match.from_ else '>'} {low}"] if low else []
    bounds += [f"{'≤' if match.to else '<'} {high}"] if high else []
    if low == high and match.from_ and match.to and low:
        bounds = [f"= {low}"]
    if not bounds:
        return ""
    called = reader.said(fact.ask) if fact is not None else name
    return f"{called} {', '.join(bounds)} {fact.unit if fact is not None else ''}".strip()


def _yuan(cell: str) -> Decimal | None:
    try:
        return Decimal(cell)
    except InvalidOperation:
        return None
