"""Of the facts that a value rests on, those that it still waits for: not the ones of a branch not taken."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from .scope import TABLE, PackScope, closed, fact_column, table_column

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
        if self.typed.kind == "date" and not isinstance(value, dt.date):
            # Beyond the years 1 to 9999, where no cell lies, the database answers with a text.
            return False
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
    """What values wait for is worked out from the database's answers to what is `asked`; kept for a pack."""

    def __init__(self, compiled: Compiled, atoms: Sequence[Typed]) -> None:
        self.compiled = compiled
        self.scope = PackScope(compiled.pack, compiled.known_on)
        self.facts = {fact_column(name): name for name in compiled.pack.facts}
        self.columns = {table_column(compiled.pack, name, ""): name for name in compiled.pack.tables}
        self.tables = {name: self._keys(name) for name in frozenset().union(*(a.tables for a in atoms))}
        self.asked: Asked = {}
        self.branching: dict[int, str] = {}
        keys = [key.typed for keys in self.tables.values() for key in keys]
        for value in (*atoms, *keys):
            # A part that stands twice in an expression may be one node twice: told apart by node, asked once.
            whens = _whens(value.sql)
            self.branching |= {id(when): when.sql("duckdb") for when in whens}
            self.asked |= {when.sql("duckdb"): when for when in whens}
        for name, of_table in self.tables.items():
            for n, key in enumerate(of_table):
                self.asked[f"{name} {n}"] = key.typed.sql

    def given(self, missing: set[str], answers: Mapping[str, object]) -> Waiting:
        """The same for one case: the facts that it lacks, and what the database says of it."""
        return Waiting(self, missing, answers)

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


@dataclass
class Waiting:
    """What the values of one case wait for.

    A table none of whose rows agrees with the keys that are known waits for nothing: it has no row, and what
    needs it is stuck, here None. What lies in a branch not taken needs nothing.
    """

    lacking: Lacking
    missing: set[str]
    answers: Mapping[str, object]
    with_row: dict[str, bool] = field(default_factory=dict)

    def of(self, atom: Typed) -> frozenset[str]:
        """The missing facts that the value waits for; none where it lies with a table's gap."""
        waiting = atom.facts & self.missing
        return waiting & (self._live(atom.sql) or frozenset()) if waiting else waiting

    def _has_row(self, name: str) -> bool:
        if name not in self.with_row:
            keys = self.lacking.tables[name]
            values: list[Cell] = [self.answers[f"{name} {n}"] for n in range(len(keys))]  # type: ignore[misc]
            rows = range(len(self.lacking.compiled.pack.tables[name].rows))
            self.with_row[name] = any(
                all(key.admits(row, v) for key, v in zip(keys, values, strict=True)) for row in rows
            )
        return self.with_row[name]

    def _live(self, node: exp.Expr) -> frozenset[str] | None:
        if isinstance(node, exp.Column):
            return self._of_column(node.name)
        if isinstance(node, exp.Case):
            return self._of_case(node)
        parts = [self._live(child) for child in node.iter_expressions()]
        if not isinstance(node, exp.And | exp.Or | exp.In):
            return _together(parts)
        # One that is stuck need not matter where another may decide.
        return _together(parts) if None not in parts else _either(parts) or None

    def _of_case(self, node: exp.Case) -> frozenset[str] | None:
        table = node.meta.get(TABLE)
        if table is not None and not self._has_row(table):
            return None
        waits: list[frozenset[str] | None] = []
        outcomes: list[frozenset[str] | None] = []
        for branch in node.args["ifs"]:
            answer = self.answers[self.lacking.branching[id(branch.this)]]
            if answer is False:
                continue
            guarded = _guarded(branch.this)
            if answer is None or guarded:
                # “Is unknown” is true now and may be false once a fact is given.
                waits.append(_together([self._live(part) for part in guarded or [branch.this]]))
                if not waits[-1]:
                    return None
            if not guarded:
                outcomes.append(self._live(branch.args["true"]))
            if answer is True and not guarded:
                break
        else:
            default = node.args.get("default")
            outcomes.append(frozenset() if default is None else self._live(default))
        return _together([*waits, _either(outcomes)])

    def _of_column(self, name: str) -> frozenset[str] | None:
        if name in self.lacking.facts:
            return frozenset([self.lacking.facts[name]]) & self.missing
        table = next((t for start, t in self.lacking.columns.items() if name.startswith(start)), None)
        if table is None:
            return frozenset()
        if not self._has_row(table):
            return None
        return _together([self._live(key.typed.sql) for key in self.lacking.tables[table]])


def _together(parts: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    """What all of them wait for; stuck as soon as one is."""
    return None if None in parts else _either(parts) or frozenset()


def _either(parts: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    """What those wait for that are not stuck; stuck if all are."""
    free = [part for part in parts if part is not None]
    return frozenset().union(*free) if free else None


def _guarded(when: exp.Expr) -> list[exp.Expr]:
    """What “one of these is unknown” asks about, which nothing but the guard of a CASE does."""
    parts = list(when.flatten()) if isinstance(when, exp.Or) else [when]
    return parts if all(isinstance(part, exp.Is) for part in parts) else []


def _whens(sql: exp.Expr) -> list[exp.Expr]:
    return [branch.this for case in sql.find_all(exp.Case) for branch in case.args["ifs"]]


def _plain(value: Cell) -> Cell:
    return (
        Decimal(str(value))
        if isinstance(value, int | Decimal) and not isinstance(value, bool)
        else (value.date() if isinstance(value, dt.datetime) else value)
    )
