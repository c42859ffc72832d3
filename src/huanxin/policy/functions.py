"""The functions of the expression language, each with its kinds of arguments and its lowering."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from sqlglot import exp

from .arithmetic import alike, exact
from .expressions import ExpressionError
from .expressions import written as as_written
from .typed import Typed, ValueKind, call, cast, comparable, expect, number, whole
from .wording import Message as _

Lowering = Callable[[exp.Expr, list[Typed]], Typed]

FUNCTIONS: dict[str, Lowering] = {}


def _function(name: str, *kinds: ValueKind, optional: int = 0) -> Callable[[Lowering], Lowering]:
    def enter(lowering: Lowering) -> Lowering:
        def checked(tree: exp.Expr, arguments: list[Typed]) -> Typed:
            if not len(kinds) - optional <= len(arguments) <= len(kinds):
                raise ExpressionError(
                    _(
                        "{name} takes {wanted} arguments, not {n}",
                        name=name,
                        wanted=len(kinds),
                        n=len(arguments),
                    )
                )
            for kind, argument, written in zip(kinds, arguments, tree.expressions, strict=False):
                expect(kind, argument, written)
            return lowering(tree, arguments)

        FUNCTIONS[name] = checked
        return lowering

    return enter


def _extreme(name: str) -> None:
    def lowering(tree: exp.Expr, arguments: list[Typed]) -> Typed:
        if len(arguments) < 2:
            raise ExpressionError(_("{name} takes two or more arguments", name=name))
        return extreme(name, arguments, tree)

    FUNCTIONS[name] = lowering


def extreme(name: str, arguments: list[Typed], written: exp.Expr) -> Typed:
    """Least or greatest that is unknown when any of them is; both databases would pass over the missing."""
    for other in arguments[1:]:
        comparable(arguments[0], other, written)
    if arguments[0].kind == "boolean":
        raise ExpressionError(_("“{part}” orders what has no order", part=as_written(written)))
    fixed = [_is_constant(argument.sql) for argument in arguments]
    arguments = alike(arguments)
    unknown: exp.Expr | None = None
    for argument, is_fixed in zip(arguments, fixed, strict=True):
        if is_fixed:
            continue
        missing = exp.Is(this=whole(argument), expression=exp.null())
        unknown = missing if unknown is None else exp.Or(this=unknown, expression=missing)
    sql = call(name, *(a.sql for a in arguments))
    if unknown is not None:
        sql = exp.Case(ifs=[exp.If(this=unknown, true=exp.null())], default=sql)
    unit = next((a.unit for a in arguments if a.unit is not None), None)
    found = replace(arguments[0], sql=sql, unit=unit, text=None, choices=None)
    return found.resting_on(*arguments)


def _is_constant(sql: exp.Expr) -> bool:
    """Written out as it is, and so never unknown, as even a sum or a quotient of constants may be."""
    inner = sql.this if type(sql) in (exp.Neg, exp.Cast) else sql
    return isinstance(inner, exp.Literal)


_extreme("least")
_extreme("greatest")


@_function("abs", "number")
def _abs(tree: exp.Expr, arguments: list[Typed]) -> Typed:
    return replace(exact(arguments[0]), sql=call("abs", exact(arguments[0]).sql), text=None)


def _to_integer(name: str) -> None:
    @_function(name, "number")
    def lowering(tree: exp.Expr, arguments: list[Typed]) -> Typed:
        value = exact(arguments[0])
        digits = value.digits - value.places + 1
        return exact(replace(value, sql=call(name, value.sql), digits=digits, places=0, is_exact=False))


_to_integer("floor")
_to_integer("ceil")


@_function("round", "number", "number", optional=1)
def _round(tree: exp.Expr, arguments: list[Typed]) -> Typed:
    places = 0
    if len(arguments) == 2:
        written = tree.expressions[1]
        if not isinstance(written, exp.Literal) or written.this not in [str(n) for n in range(9)]:
            raise ExpressionError(_("round takes the number of places as 0 to 8"), _("Write round(x, 2)."))
        places = int(written.this)
    value = exact(arguments[0])
    if places >= value.places:
        return value
    sql = call("hx_round", value.sql, exp.Literal.number(places))
    digits = value.digits - value.places + places + 1
    return exact(replace(value, sql=sql, digits=digits, places=places, is_exact=False))


def _part_of_date(name: str) -> None:
    @_function(name, "date")
    def lowering(tree: exp.Expr, arguments: list[Typed]) -> Typed:
        return Typed(call(name, arguments[0].sql), "number", None, digits=7).resting_on(arguments[0])


for _name in ("year", "month", "day"):
    _part_of_date(_name)


def _whole_between(earlier: Typed, later: Typed, *, months: bool) -> exp.Expr:
    """Whole years or months from one day to another, in plain arithmetic that no dialect can read otherwise.

    Somebody born on 29 February is a year older on 1 March of a common year, as 《民法典》第二百零三条
    would not have it earlier.
    """

    def of(part: str, typed: Typed) -> exp.Expr:
        return call(part, typed.sql.copy())

    years = exp.Paren(this=exp.Sub(this=of("year", later), expression=of("year", earlier)))
    if not months:
        before = exp.LT(
            this=exp.Add(
                this=exp.Mul(this=of("month", later), expression=exp.Literal.number(100)),
                expression=of("day", later),
            ),
            expression=exp.Add(
                this=exp.Mul(this=of("month", earlier), expression=exp.Literal.number(100)),
                expression=of("day", earlier),
            ),
        )
        passed: exp.Expr = years
    else:
        before = exp.LT(this=of("day", later), expression=of("day", earlier))
        passed = exp.Sub(
            this=exp.Add(
                this=exp.Mul(this=years, expression=exp.Literal.number(12)), expression=of("month", later)
            ),
            expression=of("month", earlier),
        )
    one = exp.Case(ifs=[exp.If(this=before, true=exp.Literal.number(1))], default=exp.Literal.number(0))
    return exp.Paren(this=exp.Sub(this=exp.Paren(this=passed), expression=one))


@_function("years_between", "date", "date")
def _years_between(tree: exp.Expr, arguments: list[Typed]) -> Typed:
    sql = _whole_between(*arguments, months=False)
    return Typed(sql, "number", None, digits=7).resting_on(*arguments)


@_function("months_between", "date", "date")
def _months_between(tree: exp.Expr, arguments: list[Typed]) -> Typed:
    sql = _whole_between(*arguments, months=True)
    return Typed(sql, "number", None, digits=8).resting_on(*arguments)


@_function("days_between", "date", "date")
def _days_between(tree: exp.Expr, arguments: list[Typed]) -> Typed:
    sql = call("hx_days_between", arguments[0].sql, arguments[1].sql)
    return Typed(sql, "number", None, digits=9).resting_on(*arguments)


def _shift(name: str, lowered: str, times: int, furthest: int) -> None:
    """A shift by more than `furthest` is unknown: an error would stop ten million rows."""

    @_function(name, "date", "number")
    def lowering(tree: exp.Expr, arguments: list[Typed]) -> Typed:
        by = arguments[1]
        if by.places:
            raise ExpressionError(
                _(
                    "{name} goes by whole numbers, “{part}” has places",
                    name=name,
                    part=as_written(tree.expressions[1]),
                ),
                _("Write floor(…) or ceil(…) around it."),
            )
        near = exp.Between(this=whole(by), low=_number(-furthest), high=_number(furthest))
        amount: exp.Expr = cast(exp.Case(ifs=[exp.If(this=near, true=by.sql.copy())]), "INT")
        if times != 1:
            amount = exp.Mul(this=amount, expression=exp.Literal.number(times))
        return Typed(call(lowered, arguments[0].sql, amount), "date").resting_on(*arguments)


def _number(value: int) -> exp.Expr:
    return number(Decimal(value)).sql


_shift("add_years", "hx_add_months", 12, 1_000)
_shift("add_months", "hx_add_months", 1, 12_000)
_shift("add_days", "hx_add_days", 1, 366_000)


@_function("starts_with", "text", "text")
def _starts_with(tree: exp.Expr, arguments: list[Typed]) -> Typed:
    sql = call("hx_starts_with", arguments[0].sql, arguments[1].sql)
    return Typed(sql, "boolean").resting_on(*arguments)


@_function("length", "text")
def _length(tree: exp.Expr, arguments: list[Typed]) -> Typed:
    return Typed(call("length", arguments[0].sql), "number", None, digits=7).resting_on(arguments[0])


_SMALL = "abcdefghijklmnopqrstuvwxyz"


def _letters(name: str, these: str, become: str) -> None:
    """Latin letters without marks only: beyond them the databases disagree, and codes have none."""

    @_function(name, "text")
    def lowering(tree: exp.Expr, arguments: list[Typed]) -> Typed:
        constants = (exp.Literal.string(these), exp.Literal.string(become))
        return Typed(call("translate", arguments[0].sql, *constants), "text").resting_on(arguments[0])


_letters("upper", _SMALL, _SMALL.upper())
_letters("lower", _SMALL.upper(), _SMALL)
