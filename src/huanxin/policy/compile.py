"""A pack into one query: a column for every check, one row for every case.

The query is a sqlglot tree over a relation whose columns are the facts, so that one case and ten million,
DuckDB and Spark, all run the same thing.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from . import lowering, typed
from .arithmetic import exact
from .arithmetic import total as add
from .expressions import ExpressionError, parse_expression
from .functions import extreme
from .pack import AmountCase, Check, Pack
from .scope import ON, PackScope, closed, column, condition, is_written_out, table_column
from .tables import FAR_DIGITS, OPEN_ENDS, Column, read_column
from .typed import Condition, Typed, expect
from .units import say_unit, unit_of
from .wording import Message as _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

CNY = unit_of("CNY")


@dataclass(frozen=True)
class CompiledCheck:
    """A check as one condition, with what it rests on."""

    check: Check
    holds: Typed
    when: Typed | None = None


@dataclass(frozen=True)
class Join:
    """A lookup table and the condition under which its row belongs to a case."""

    alias: str
    columns: tuple[Column, ...]
    on: exp.Expr


@dataclass(frozen=True)
class Compiled:
    """A pack as known on a day: every check, the amount and the joins they need."""

    pack: Pack
    known_on: dt.date
    checks: tuple[CompiledCheck, ...]
    applies: Typed | None
    parts: dict[str, Typed]
    cases: dict[str, tuple[Typed, ...]]
    case_met: dict[str, Typed]
    conditions: dict[str, tuple[Typed, ...]]
    told: tuple[Condition, ...]
    cap: Typed | None
    amount: Typed | None
    joins: tuple[Join, ...]

    def column(self, check_id: str) -> str:
        return f"{self.pack.id}.{check_id}"

    @property
    def facts(self) -> frozenset[str]:
        """The facts that anything in the pack rests on."""
        found = [c.holds.facts for c in self.checks]
        found += [t.facts for t in (self.applies, self.amount) if t is not None]
        return frozenset().union(*found)


@functools.lru_cache(maxsize=256)
def compile_pack(pack: Pack, known_on: dt.date) -> Compiled:
    """The pack as one query, its parameters as known on `known_on`.

    Raises `ExpressionError` (kinds, units, names) and `tables.BadCell`. Cached by the pack's digest.
    """
    scope = PackScope(pack, known_on)
    checks = [*_window(pack, scope), *(compile_check(c, scope) for c in pack.checks)]
    applies = None if pack.applies_when is None else condition(pack.applies_when, scope)
    paid = {
        name: compile_part(cases, scope) for name, cases in (pack.amount.parts if pack.amount else {}).items()
    }
    parts = {name: _rounded(part.value, pack) for name, part in paid.items()}
    told = [part.told for part in paid.values()]
    cap = None
    if pack.amount is not None and pack.amount.cap is not None:
        cap = _paid(AmountCase.model_validate({"otherwise": True, "pay": pack.amount.cap}), scope)
        told.append(is_told(cap))
    amount = _total(pack, parts, cap) if parts else None
    used = _tables_used(checks, applies, amount)
    joins = [
        compile_join(name, scope)
        for name in pack.tables
        if name in used and not is_written_out(pack.tables[name])
    ]
    return Compiled(
        pack,
        known_on,
        tuple(checks),
        applies,
        parts,
        {name: part.cases for name, part in paid.items()},
        {name: part.case_met for name, part in paid.items()},
        {name: part.conditions for name, part in paid.items()},
        tuple(told),
        cap,
        amount,
        tuple(joins),
    )


def _tables_used(
    checks: Sequence[CompiledCheck], applies: Typed | None, amount: Typed | None
) -> frozenset[str]:
    resting = [c.holds for c in checks] + [t for t in (applies, amount) if t is not None]
    return frozenset().union(*(t.tables for t in resting))


def compile_check(check: Check, scope: PackScope) -> CompiledCheck:
    holds = condition(check.holds, scope)
    if check.when is None:
        return CompiledCheck(check, holds)
    when = condition(check.when, scope)
    return CompiledCheck(check, typed.both("or", [typed.negated(when), holds]), when)


def _window(pack: Pack, scope: PackScope) -> list[CompiledCheck]:
    """The checks that `in_force` stands for: the case lies in the window, the claim came in time."""
    window = pack.in_force
    if window is None or pack.judges_assets or pack.kind == "asset":
        return []
    shared = {"clause": window.clause, "confidence": window.confidence, "source": window.source}
    ends: list[exp.Expr] = [exp.GTE(this=scope.day.sql, expression=typed.day(window.from_on).sql)]
    if window.to_on is not None:
        ends.append(exp.LTE(this=scope.day.sql, expression=typed.day(window.to_on).sql))
    inside = [typed.atom(Typed(end, "boolean").resting_on(scope.day)) for end in ends]
    says = {
        "zh": f"办理依据的日期在 {window.from_on} 至 {window.to_on or '另行通知'} 之间",
        "en": f"The date it is dated by lies between {window.from_on} and {window.to_on or 'further notice'}",
    }
    check = Check.model_validate({"id": "in_force", "says": says, "holds": "true", **shared})
    checks = [CompiledCheck(check, typed.both("and", inside))]
    if window.apply_by is not None:
        says = {"zh": f"不晚于 {window.apply_by} 申报", "en": f"Applied for by {window.apply_by}"}
        late = Check.model_validate({"id": "apply_by", "says": says, "holds": "true", **shared})
        in_time = exp.LTE(this=column(ON), expression=typed.day(window.apply_by).sql)
        checks.append(CompiledCheck(late, typed.atom(Typed(in_time, "boolean"))))
    return checks


@dataclass(frozen=True)
class CompiledPart:
    """A part of an amount: its value, each case's own and when, which was met, and “its value is known”."""

    value: Typed
    cases: tuple[Typed, ...]
    conditions: tuple[Typed, ...]
    case_met: Typed
    told: Condition


def compile_part(cases: Sequence[AmountCase], scope: PackScope) -> CompiledPart:
    """One part of an amount, the first case that applies. Raises `ExpressionError` unless it is in CNY."""
    if not cases or not cases[-1].otherwise or any(c.otherwise for c in cases[:-1]):
        raise ExpressionError(
            _("the last case of an amount, and no other, is `otherwise: true`"),
            _("Add {{otherwise: true, pay: 0}}."),
        )
    values = tuple(_paid(case, scope) for case in cases)
    conditions = [condition(case.when or "true", scope) for case in cases[:-1]]
    numbers = [typed.number(Decimal(n)) for n in range(len(values))]
    if not conditions:
        return CompiledPart(values[-1], values, (), numbers[-1], is_told(values[-1]))
    ways: list[Condition] = []
    passed: list[Condition] = []
    for when, value in zip([*map(typed.shape, conditions), None], values, strict=True):
        ways.append(Condition("and", (*passed, *([when] if when else []), is_told(value))))
        if when:
            passed.append(Condition("not", (when,)))

    def first(options: Sequence[Typed]) -> Typed:
        pairs = list(zip(conditions, options[:-1], strict=True))
        return lowering.first_that_holds(pairs, options[-1], exp.to_identifier("amount"))

    return CompiledPart(
        first(values), values, tuple(conditions), first(numbers), Condition("or", tuple(ways))
    )


def compile_case(case: AmountCase, scope: PackScope) -> None:
    """Raise `ExpressionError` for what is wrong with one line of an amount by itself."""
    condition(case.when or "true", scope)
    _paid(case, scope)


def is_told(value: Typed) -> Condition:
    """Unknown while the value is, true once it is known."""
    missing = exp.Is(this=exp.Paren(this=value.sql), expression=exp.null())
    sql = exp.Case(ifs=[exp.If(this=missing, true=exp.null())], default=exp.Boolean(this=True))
    return Condition("atom", atom=Typed(typed.cast(sql, "BOOLEAN"), "boolean").resting_on(value))


def _paid(case: AmountCase, scope: PackScope) -> Typed:
    def money(text: str) -> Typed:
        value = expect("number", lowering.lower(parse_expression(text), scope), text)
        if value.unit not in (None, CNY):
            raise ExpressionError(
                _("“{part}” is in {unit}; amounts are in CNY", part=text, unit=say_unit(value.unit))
            )
        return value

    paid = money(case.pay if case.pay is not None else f"({case.rate}) * ({case.base})")
    for name, bound in (("least", case.cap), ("greatest", case.floor)):
        if bound is not None:
            paid = extreme(name, [paid, money(bound)], exp.to_identifier(name))
    return replace(paid, unit=CNY)


def _rounded(part: Typed, pack: Pack) -> Typed:
    places = pack.rounding.places
    sql = typed.try_cast(
        typed.call(f"hx_round_{pack.rounding.mode}", exact(part).sql, exp.Literal.number(places)),
        "DECIMAL(18,2)",
    )
    return replace(part, sql=sql, digits=18, places=2, is_exact=True)


def _total(pack: Pack, parts: dict[str, Typed], cap: Typed | None) -> Typed:
    """What is paid in all: never more than the cap, never less than nothing, rounded by the pack's rule."""
    total, *others = parts.values()
    for part in others:
        total = add(total, part, exp.Add, unit=CNY)
    if cap is not None:
        total = _rounded(extreme("least", [total, cap], exp.to_identifier("least")), pack)
    total = extreme("greatest", [total, typed.number(Decimal(0))], exp.to_identifier("greatest"))
    return replace(total, sql=typed.try_cast(total.sql, "DECIMAL(18,2)"), unit=CNY)


def compile_join(name: str, scope: PackScope) -> Join:
    """The table as a relation of constants, joined on its keys. Raises `BadCell`, `ExpressionError`."""
    spec = scope.pack.tables[name]
    columns: dict[str, Column] = {}

    def cell_of(key: Column, end: int | None) -> exp.Expr:
        cells = tuple(closed(key, row, end) for row in range(len(key.cells)))
        is_open = key.type == "decimal" and any(cell in OPEN_ENDS["decimal"] for cell in cells)
        columns[key.name] = replace(key, cells=cells, digits=FAR_DIGITS + key.places if is_open else 18)
        return column(table_column(scope.pack, name, key.name))

    on = scope.row_matches(name, cell_of)
    for given in spec.gives:
        columns.setdefault(given, read_column(spec, given))
    columns["#"] = Column("#", "decimal", tuple(Decimal(n) for n in range(len(spec.rows))), digits=9)
    named = tuple(replace(c, name=table_column(scope.pack, name, key)) for key, c in columns.items())
    return Join(table_column(scope.pack, name, ""), named, on)
