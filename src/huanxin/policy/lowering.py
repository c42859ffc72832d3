"""Expressions lowered node by node to a tree that DuckDB and Spark read alike, with types and units."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from .arithmetic import alike, comparable_widths, product, quotient, total
from .expressions import ExpressionError
from .expressions import written as as_written
from .typed import (
    Scope,
    Typed,
    atom,
    both,
    comparable,
    day,
    expect,
    negated,
    number,
    same_unit,
    text,
    truth,
    whole,
)
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lower(tree: exp.Expr, scope: Scope) -> Typed:
    """Give every node a type and a unit, and put it into SQL that both dialects read alike.

    Raises `ExpressionError` where kinds, units or choices do not fit, or a name is unknown.
    """
    lowering = _LOWERINGS.get(type(tree))
    if lowering is None:  # pragma: no cover - the allow-list lets none through
        raise ExpressionError(_("“{part}” cannot stand in a pack", part=as_written(tree)))
    return lowering(tree, scope)


def _logical(tree: exp.Expr, scope: Scope) -> Typed:
    parts = [expect("boolean", lower(part, scope), part) for part in tree.flatten(unnest=False)]
    return both("and" if isinstance(tree, exp.And) else "or", parts)


def _not(tree: exp.Expr, scope: Scope) -> Typed:
    return negated(expect("boolean", lower(tree.this, scope), tree.this))


def _comparison(tree: exp.Expr, scope: Scope) -> Typed:
    left, right = lower(tree.this, scope), lower(tree.expression, scope)
    comparable(left, right, tree)
    if not isinstance(tree, exp.EQ | exp.NEQ) and left.kind in ("text", "boolean"):
        raise ExpressionError(
            _("“{part}” orders what has no order", part=as_written(tree)), _("Compare with = or <>.")
        )
    left, right = comparable_widths([left, right])
    sql = type(tree)(this=whole(left), expression=whole(right))
    return atom(Typed(sql, "boolean").resting_on(left, right))


def _between(tree: exp.Expr, scope: Scope) -> Typed:
    low = exp.GTE(this=tree.this.copy(), expression=tree.args["low"].copy())
    high = exp.LTE(this=tree.this.copy(), expression=tree.args["high"].copy())
    return both("and", [_comparison(low, scope), _comparison(high, scope)])


def _in(tree: exp.Expr, scope: Scope) -> Typed:
    left = lower(tree.this, scope)
    items = [lower(item, scope) for item in tree.expressions]
    for item in items:
        comparable(left, item, tree)
    left, *items = comparable_widths([left, *items])
    sql = exp.In(this=whole(left), expressions=[item.sql for item in items])
    return atom(Typed(sql, "boolean").resting_on(left, *items))


def _sum(tree: exp.Expr, scope: Scope) -> Typed:
    left, right = _numbers(tree, scope)
    node = exp.Add if isinstance(tree, exp.Add) else exp.Sub
    return total(left, right, node, unit=same_unit(left, right, tree))


def _mul(tree: exp.Expr, scope: Scope) -> Typed:
    return product(*_numbers(tree, scope))


def _div(tree: exp.Expr, scope: Scope) -> Typed:
    return quotient(*_numbers(tree, scope))


def _numbers(tree: exp.Expr, scope: Scope) -> tuple[Typed, Typed]:
    left = expect("number", lower(tree.this, scope), tree.this)
    return left, expect("number", lower(tree.expression, scope), tree.expression)


def _neg(tree: exp.Expr, scope: Scope) -> Typed:
    inner = expect("number", lower(tree.this, scope), tree.this)
    return replace(inner, sql=exp.Neg(this=whole(inner)), text=None)


def _paren(tree: exp.Expr, scope: Scope) -> Typed:
    return lower(tree.this, scope)


def _case(tree: exp.Expr, scope: Scope) -> Typed:
    branches = [(branch.this, branch.args["true"]) for branch in tree.args["ifs"]]
    if tree.args.get("default") is None:
        raise ExpressionError(_("`case` needs an `else`"), _("Write case when … then … else … end."))
    conditions = [expect("boolean", lower(when, scope), when) for when, _then in branches]
    values = [lower(then, scope) for _when, then in branches] + [lower(tree.args["default"], scope)]
    return first_that_holds(list(zip(conditions, values[:-1], strict=True)), values[-1], tree)


def first_that_holds(cases: list[tuple[Typed, Typed]], otherwise: Typed, written: exp.Expr) -> Typed:
    """The value of the first condition that holds; “cannot tell” as soon as one before it cannot be told.

    SQL's own CASE takes an unknown condition for a no and goes on to the next: that would be a guess.
    """
    values = [value for _condition, value in cases] + [otherwise]
    for value in values[1:]:
        comparable(values[0], value, written)
    values = alike(values)
    branches: list[exp.Expr] = []
    for (condition, _value), value in zip(cases, values[:-1], strict=True):
        branches.append(exp.If(this=condition.sql, true=value.sql))
        branches.append(exp.If(this=exp.Is(this=whole(condition), expression=exp.null()), true=exp.null()))
    sql = exp.Case(ifs=branches, default=values[-1].sql)
    unit = next((v.unit for v in values if v.unit is not None), None)
    joined = replace(values[0], sql=sql, unit=unit, text=None, choices=None, condition=None)
    joined = joined.resting_on(*values, *(condition for condition, _value in cases))
    return atom(joined) if joined.kind == "boolean" else joined


def _column(tree: exp.Expr, scope: Scope) -> Typed:
    table = tree.text("table")
    return scope.cell(table, tree.name) if table else scope.name(tree.name)


def _literal(tree: exp.Expr, scope: Scope) -> Typed:
    if tree.is_string:
        return text(tree.this)
    if not re.fullmatch(r"\d{1,18}(\.\d{1,8})?", tree.this):
        raise ExpressionError(_("“{part}” is not a plain number", part=tree.this), _("Write it as 12345.67."))
    return number(Decimal(tree.this))


def _boolean(tree: exp.Expr, scope: Scope) -> Typed:
    return truth(bool(tree.this))


def _date(tree: exp.Expr, scope: Scope) -> Typed:
    try:
        return day(dt.date.fromisoformat(tree.this.this))
    except ValueError:
        raise ExpressionError(
            _("“{part}” is not a date", part=tree.this.this), _("Write DATE '2024-04-24'.")
        ) from None


def _function(tree: exp.Expr, scope: Scope) -> Typed:
    from .functions import FUNCTIONS  # the functions call back into this module

    name = str(tree.this).lower()
    return FUNCTIONS[name](tree, [lower(argument, scope) for argument in tree.expressions])


_LOWERINGS: Mapping[type[exp.Expr], Callable[[exp.Expr, Scope], Typed]] = {
    exp.And: _logical,
    exp.Or: _logical,
    exp.Not: _not,
    exp.Paren: _paren,
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE), _comparison),
    exp.Between: _between,
    exp.In: _in,
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.Mul: _mul,
    exp.Div: _div,
    exp.Neg: _neg,
    exp.Case: _case,
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: _boolean,
    exp.Cast: _date,
    exp.Anonymous: _function,
}
