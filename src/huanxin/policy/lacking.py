"""Of the facts that a value rests on, those that it still waits for: not the ones of a branch not taken."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from .scope import PackScope, closed, fact_column, table_column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .compile import Compiled
    from .tables import Cell, Column
    from .typed import Typed

Asked = dict[str, exp.Expr]


@dataclass(frozen=True)
class _Key:
    """What a table is matched on, and the cells that each of its rows has for it."""

    typed: Typed
    exact: Column | None
    low: tuple[Column, bool] | None
    high: tuple[Column, bool] | None

    def admits(self, row: int, value: Cell) -> bool:
        """Whether the row can still be met; an unknown value can be anything."""
        if value is None:
            return True
        if self.exact is not None:
            cell = self.exact.cells[row]
            return cell is not None and _plain(cell) == _plain(value)
        for side, end in ((self.low, 0), (self.high, 1)):
            if side is None:
                continue
            column, is_inclusive = side
            cell = closed(column, row, end)
            first, last = (cell, value) if end == 0 else (value, cell)
            if not (first < last or (is_inclusive and first == last)):  # type: ignore[operator]
                return False
        return True


class Lacking:
    """Works out what values wait for, from the database's answers to what is `asked`; kept for a pack.

    A table none of whose rows agrees with the keys that are known waits for nothing: it has no row.
    """

    def __init__(self, compiled: Compiled, atoms: Sequence[Typed]) -> None:
        self.compiled = compiled
        self.scope = PackScope(compiled.pack, compiled.known_on)
        self.facts = {fact_column(name): name for name in compiled.pack.facts}
        self.columns = {table_column(compiled.pack, name, ""): name for name in compiled.pack.tables}
        self.tables = {name: self._keys(name) for name in frozenset().union(*(a.tables for a in atoms))}
        self.asked: Asked = {}
        self.branching: dict[int, dict[int, str]] = {}
        for atom in atoms:
            # A part that stands twice in an expression may be one node twice: told apart by node, asked once.
            whens = _whens(atom.sql)
            self.branching[id(atom)] = {id(when): when.sql("duckdb") for when in whens}
            self.asked |= {when.sql("duckdb"): when for when in whens}
        for name, keys in self.tables.items():
            for n, key in enumerate(keys):
                self.asked[f"{name} {n}"] = key.typed.sql

    def of(self, atom: Typed, missing: set[str], answers: Mapping[str, object]) -> frozenset[str]:
        """The missing facts that the value waits for; none where it lies with a table's gap."""
        waiting = atom.facts & missing
        if not waiting or any(not self._has_row(name, answers) for name in atom.tables):
            return frozenset()
        whens = self.branching[id(atom)]
        if not whens or len(waiting) == 1:
            return waiting
        told = {number: answers[written] for number, written in whens.items()}
        return waiting & self._live(atom.sql, told)

    def _keys(self, name: str) -> list[_Key]:
        spec = self.compiled.pack.tables[name]

        def column(of: str | None, key: Typed, *, ranged: bool) -> Column | None:
            return None if of is None else self.scope.key_column(spec, of, key, ranged=ranged)

        def side(inclusive: str | None, exclusive: str | None, key: Typed) -> tuple[Column, bool] | None:
            found = column(inclusive or exclusive, key, ranged=True)
            return None if found is None else (found, inclusive is not None)

        return [
            _Key(
                key,
                column(match.column, key, ranged=False),
                side(match.from_, match.above, key),
                side(match.to, match.below, key),
            )
            for key, match in zip(self.scope.keys(name), spec.match.values(), strict=True)
        ]

    def _has_row(self, name: str, answers: Mapping[str, object]) -> bool:
        keys = self.tables[name]
        values: list[Cell] = [answers[f"{name} {n}"] for n in range(len(keys))]  # type: ignore[misc]
        rows = range(len(self.compiled.pack.tables[name].rows))
        return any(all(key.admits(row, v) for key, v in zip(keys, values, strict=True)) for row in rows)

    def _live(self, node: exp.Expr, told: Mapping[int, object]) -> set[str]:
        if isinstance(node, exp.Column):
            return self._of_column(node.name)
        if not isinstance(node, exp.Case):
            return set().union(*(self._live(child, told) for child in node.iter_expressions()))
        found: set[str] = set()
        for branch in node.args["ifs"]:
            answer = told[id(branch.this)]
            if answer is False:
                continue
            # “Is unknown” is true now and may be false once a fact is given.
            if answer is True and not branch.this.find(exp.Is):
                return found | self._live(branch.args["true"], told)
            found |= self._live(branch.this, told) | self._live(branch.args["true"], told)
        default = node.args.get("default")
        return found if default is None else found | self._live(default, told)

    def _of_column(self, name: str) -> set[str]:
        if name in self.facts:
            return {self.facts[name]}
        table = next((t for start, t in self.columns.items() if name.startswith(start)), None)
        if table is None:
            return set()
        return set().union(*(key.typed.facts for key in self.tables[table]))


def _whens(sql: exp.Expr) -> list[exp.Expr]:
    return [branch.this for case in sql.find_all(exp.Case) for branch in case.args["ifs"]]


def _plain(value: Cell) -> Cell:
    return (
        Decimal(str(value))
        if isinstance(value, int | Decimal) and not isinstance(value, bool)
        else (value.date() if isinstance(value, dt.datetime) else value)
    )
