"""What names mean inside a pack: facts are columns, parameters dated figures, tables are joined."""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import functools
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from . import lowering, typed
from .arithmetic import comparable_widths
from .expressions import ExpressionError, levels, parse_expression
from .tables import FAR_DIGITS, OPEN_ENDS, Cell, Column, read_column
from .typed import Typed, expect
from .units import unit_of
from .wording import Message
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .pack import Pack, Table

# No fact can be called so.
ON = "#on"
# What a derived value may grow to once every name in it is written out, and how many may rest on each other.
MAX_PARTS = 5_000
MAX_LINKS = 30
MAX_WRITTEN_LEVELS = 100
# Ranges alone, without a key to hash on, are written out as a CASE up to this many rows.
WRITTEN_OUT = 64
# Marks in a tree what a derived value of this name was written out as.
DERIVED = "derived"
# Marks a CASE that a table of this name was written out as.
TABLE = "table"


def fact_column(name: str) -> str:
    return f"f_{name}"


def column(name: str) -> exp.Column:
    return exp.Column(this=exp.to_identifier(name, quoted=True))


def literal(value: Cell) -> exp.Expr:
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, dt.date):
        return typed.day(value).sql
    return typed.number(value).sql if isinstance(value, Decimal) else exp.Literal.string(value)


@dataclass
class _Link:
    """A derived value or a table's key being lowered, and how many links it rests on."""

    name: str
    n_below: int = 0


def _too_many() -> ExpressionError:
    return ExpressionError(
        _("more than {most} derived values rest on each other", most=MAX_LINKS),
        _("Write some of them out."),
    )


class PackScope:
    """What names mean inside one pack, with its parameters as known on a day."""

    def __init__(self, pack: Pack, known_on: dt.date) -> None:
        self.pack = pack
        self.known_on = known_on
        self._open: list[_Link] = []
        self._reckoned: dict[str, tuple[Typed, int]] = {}

    @functools.cached_property
    def day(self) -> Typed:
        """The day that a case is dated by: the fact named in `in_force`, else the day of the decision."""
        dated_by = self.pack.in_force.dated_by if self.pack.in_force else None
        return self.name(dated_by) if dated_by else self.name("on")

    def name(self, name: str) -> Typed:
        if name == "on":
            return Typed(column(ON), "date")
        if name in self.pack.facts:
            return self._fact(name)
        for group, lower in (("parameters", self._parameter), ("derived", self._derived)):
            if name in getattr(self.pack, group):
                try:
                    return lower(name)
                except ExpressionError as error:
                    error.at = error.at or (group, name)
                    raise
        known = [*self.pack.facts, *self.pack.parameters, *self.pack.derived]
        raise ExpressionError(
            _("“{name}” is no fact, parameter or derived value of this pack", name=name),
            _nearest(name, known),
        )

    def _fact(self, name: str) -> Typed:
        fact = self.pack.facts[name]
        kind: dict[str, typed.ValueKind] = {"decimal": "number", "integer": "number", "choice": "text"}
        return _with_atom(
            Typed(
                column(fact_column(name)),
                kind.get(fact.type, fact.type),  # type: ignore[arg-type]
                unit_of(fact.unit),
                places=fact.places if fact.type == "decimal" else 0,
                is_exact=fact.type == "decimal",
                choices=frozenset(fact.of) if fact.type == "choice" else None,
                facts=frozenset([name]),
            )
        )

    def _parameter(self, name: str) -> Typed:
        parameter = self.pack.parameters[name]
        unit = unit_of(parameter.unit)
        steps = parameter.steps(self.known_on)
        if not steps:
            # Nothing is known of it yet, but it is of the kind that it will have: a day stays a day.
            later = _constant(parameter.values[0].value)
            unknown = typed.number(Decimal(0)) if later.kind == "number" else replace(later, text=None)
            return replace(unknown, sql=exp.null(), unit=unit, parameters=frozenset([name]))
        values = [_constant(step.value) for _first, _last, step in steps]
        if len({v.kind for v in values}) > 1:
            raise ExpressionError(_("the values of “{name}” are of several kinds", name=name))
        first = replace(values[0], unit=unit, places=max(v.places for v in values), text=None)
        first = replace(first, digits=max(v.digits - v.places for v in values) + first.places)
        first = replace(first, parameters=frozenset([name]))
        if len(steps) == 1 and steps[0][1] is None and self._always_since(steps[0][0]):
            return _with_atom(first)
        branches = []
        for (from_on, last, _value), value in zip(steps, values, strict=True):
            inside: exp.Expr = exp.GTE(this=self.day.sql.copy(), expression=typed.day(from_on).sql)
            if last is not None:
                until = exp.LTE(this=self.day.sql.copy(), expression=typed.day(last).sql)
                inside = exp.And(this=inside, expression=until)
            branches.append(exp.If(this=inside, true=value.sql))
        return _with_atom(replace(first, sql=exp.Case(ifs=branches)).resting_on(self.day))

    def _always_since(self, first: dt.date) -> bool:
        """Whether no case that the pack admits is older than a figure: then the figure needs no date.

        Benefits admit none from before `in_force`; limits and duties have no such check.
        """
        window = self.pack.in_force
        return window is not None and not self.pack.judges_assets and first <= window.from_on

    def _derived(self, name: str) -> Typed:
        if name not in self._reckoned:
            with self._inside(name) as link:
                found = lowering.lower(parse_expression(self.pack.derived[name].is_), self)
            if sum(1 for _node in found.sql.walk()) > MAX_PARTS or levels(found.sql) > MAX_WRITTEN_LEVELS:
                raise ExpressionError(
                    _("“{name}” grows beyond {most} parts when it is written out", name=name, most=MAX_PARTS),
                    _("Use each derived value once, or a table."),
                )
            self._reckoned[name] = found, link.n_below + 1
        found, n_links = self._reckoned[name]
        self._rests_on(n_links)
        sql = found.sql.copy()
        sql.meta[DERIVED] = name
        return replace(found, sql=sql)

    @contextlib.contextmanager
    def _inside(self, name: str) -> Iterator[_Link]:
        """Names that rest on themselves, or on too many others, are refused and not followed for ever."""
        if any(link.name == name for link in self._open):
            raise ExpressionError(_("“{name}” is derived from itself", name=name), _("Name a fact in it."))
        link = _Link(name)
        self._open.append(link)
        try:
            if len(self._open) > MAX_LINKS:
                raise _too_many()
            yield link
        finally:
            self._open.pop()
        self._rests_on(link.n_below + 1)

    def _rests_on(self, n_links: int) -> None:
        if n_links > MAX_LINKS:
            raise _too_many()
        if self._open:
            self._open[-1].n_below = max(self._open[-1].n_below, n_links)

    def cell(self, table: str, column_name: str) -> Typed:
        if table not in self.pack.tables:
            raise ExpressionError(
                _("“{name}” is no table of this pack", name=table), _nearest(table, list(self.pack.tables))
            )
        spec = self.pack.tables[table]
        if column_name not in spec.gives:
            raise ExpressionError(
                _("the table “{table}” does not give “{column}”", table=table, column=column_name),
                _nearest(column_name, list(spec.gives)),
            )
        cells = read_column(spec, column_name)
        kind: typed.ValueKind = "number" if cells.type == "decimal" else cells.type
        stated = spec.gives[column_name].unit
        found = Typed(
            column(table_column(self.pack, table, column_name)),
            kind,
            unit_of(stated) if stated else None,
            digits=cells.digits,
            places=cells.places,
            tables=frozenset([table]),
        ).resting_on(*self.keys(table))
        if is_written_out(spec):
            found = replace(found, sql=self._written_out(table, cells))
        return _with_atom(found)

    def keys(self, table: str) -> list[Typed]:
        """What the table is matched on, lowered, in the order of `match`."""
        with self._inside(f"{table}.…"):
            keys = [lowering.lower(parse_expression(name), self) for name in self.pack.tables[table].match]
        return [replace(key, tables=key.tables - {table}) for key in keys]

    def row_matches(self, table: str, cell_of: Callable[[Column, int | None], exp.Expr]) -> exp.Expr:
        """The condition that a row of the table belongs to a case; `cell_of` says how a cell is written."""
        spec = self.pack.tables[table]
        conditions: list[exp.Expr] = []
        for key, match in zip(self.keys(table), spec.match.values(), strict=True):
            key = comparable_widths([key, _FARTHEST])[0] if key.kind == "number" else key
            for name, node, end in (
                (match.column, exp.EQ, None),
                (match.from_, exp.GTE, 0),
                (match.above, exp.GT, 0),
                (match.to, exp.LTE, 1),
                (match.below, exp.LT, 1),
            ):
                if name:
                    cells = self.key_column(spec, name, key, ranged=match.column is None)
                    conditions.append(node(this=typed.whole(key), expression=cell_of(cells, end)))
        return exp.and_(*conditions)

    def key_column(self, spec: Table, name: str, key: Typed, *, ranged: bool) -> Column:
        """A key's column with its cells read as what they are matched with. Raises `ExpressionError`."""
        cells = read_column(spec, name)
        if all(cell is None for cell in cells.cells):
            cells = replace(cells, type="date" if key.kind == "date" else "decimal")
        kind = "number" if cells.type == "decimal" else cells.type
        if kind != key.kind and not (key.kind == "text" and not ranged):
            raise ExpressionError(
                _("the column “{column}” holds other values than what it is matched with", column=name)
            )
        if kind != key.kind:
            cells = replace(cells, type="text", cells=spec.column(name))
        if key.choices is not None and (
            odd := [c for c in cells.cells if c is not None and c not in key.choices]
        ):
            raise ExpressionError(
                _("the column “{column}” holds “{code}”, which is no choice", column=name, code=odd[0]),
                _("Write one of: {codes}.", codes=", ".join(sorted(key.choices))),
            )
        return cells

    def _written_out(self, table: str, cells: Column) -> exp.Expr:
        branches = []
        for row, value in enumerate(cells.cells):
            inside = self.row_matches(table, lambda key, end, row=row: literal(closed(key, row, end)))  # type: ignore[misc]
            branches.append(exp.If(this=inside, true=literal(value)))
        rows = exp.Case(ifs=branches)
        rows.meta[TABLE] = table
        return typed.cast(rows, cells.sql_type)


def is_written_out(table: Table) -> bool:
    return len(table.rows) <= WRITTEN_OUT and all(match.column is None for match in table.match.values())


def table_column(pack: Pack, table: str, name: str) -> str:
    return f"t_{pack.id}_{table}__{name}"


# As wide as any cell of a table, an open end among them.
_FARTHEST = Typed(exp.null(), "number", digits=FAR_DIGITS + 8, places=8)


def closed(key: Column, row: int, end: int | None) -> Cell:
    """A cell as it is compared: an empty end of a range is as far out as can be, an empty key no match."""
    cell = key.cells[row]
    return OPEN_ENDS[key.type][end] if cell is None and end is not None and key.type in OPEN_ENDS else cell


def _with_atom(value: Typed) -> Typed:
    return typed.atom(value) if value.kind == "boolean" else value


def _constant(value: bool | Decimal | dt.date | str) -> Typed:
    if isinstance(value, bool):
        return typed.truth(value)
    if isinstance(value, Decimal):
        return typed.number(value)
    return typed.day(value) if isinstance(value, dt.date) else typed.text(value)


def _nearest(name: str, known: list[str]) -> Message:
    by_small = {other.lower(): other for other in known}
    close = [by_small[n] for n in difflib.get_close_matches(name.lower(), by_small, n=3, cutoff=0.5)]
    close = close or known[:8]
    return _("Did you mean: {names}?", names=", ".join(close)) if close else _("")


def condition(text: str, scope: PackScope) -> Typed:
    return expect("boolean", lowering.lower(parse_expression(text), scope), text)
