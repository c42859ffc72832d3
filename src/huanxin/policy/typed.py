"""Expressions with types and units, lowered to a tree that DuckDB and Spark read alike.

Where the dialects differ, the tree holds a function named `hx_…` that `dialects` writes out for each:
division, differences of dates, shifting of dates, prefixes. Everything else here is plain SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol

from sqlglot import exp

from .expressions import ExpressionError
from .expressions import written as as_written
from .units import Unit, say_unit
from .wording import Message as _

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal


ValueKind = Literal["boolean", "number", "date", "text"]

KIND_WORDS = {
    "boolean": _("yes or no"),
    "number": _("a number"),
    "date": _("a date"),
    "text": _("a text"),
}


@dataclass(frozen=True)
class Typed:
    """A lowered expression: its SQL, what kind of value it gives, and which facts it rests on.

    `unit` is None for literals and counts, which take the unit of whatever they meet. A number fits into
    `digits`, of them `places` behind the point; `is_exact` says that its column is just so wide.
    """

    sql: exp.Expr
    kind: ValueKind
    unit: Unit | None = None
    digits: int = 18
    places: int = 0
    is_exact: bool = False
    text: str | None = None
    choices: frozenset[str] | None = None
    facts: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    condition: Condition | None = None

    def resting_on(self, *others: Typed) -> Typed:
        """The same, resting on what the others rest on too."""
        return replace(
            self,
            facts=self.facts.union(*(o.facts for o in others)),
            parameters=self.parameters.union(*(o.parameters for o in others)),
            tables=self.tables.union(*(o.tables for o in others)),
        )


@dataclass(frozen=True)
class Condition:
    """The shape of a yes-or-no expression down to its atoms, kept to find out which facts would settle it."""

    op: Literal["and", "or", "not", "atom"]
    parts: tuple[Condition, ...] = ()
    atom: Typed | None = field(default=None, compare=False)


class Scope(Protocol):
    """What names mean: facts, parameters, derived values, `table.column`, `on`."""

    def name(self, name: str) -> Typed: ...

    def cell(self, table: str, column: str) -> Typed: ...


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def cast(sql: exp.Expr, to: str) -> exp.Expr:
    """Not `exp.cast`, which takes a cast to one decimal for a cast to any other and leaves it out."""
    return exp.Cast(this=sql, to=exp.DataType.build(to))


def try_cast(sql: exp.Expr, to: str) -> exp.Expr:
    """A cast that gives “cannot tell” for what does not fit, where a plain one would stop all rows."""
    return exp.TryCast(this=sql, to=exp.DataType.build(to))


def number(value: Decimal) -> Typed:
    plain = format(value, "f")
    digits = plain.lstrip("-").replace(".", "")
    places = len(plain.partition(".")[2])
    literal = exp.Literal.number(plain.lstrip("-"))
    sql = exp.Neg(this=literal) if plain.startswith("-") else literal
    return Typed(sql, "number", None, digits=max(len(digits), 1), places=places)


def day(value: dt.date) -> Typed:
    return Typed(cast(exp.Literal.string(value.isoformat()), "DATE"), "date")


def text(value: str) -> Typed:
    return Typed(exp.Literal.string(value), "text", text=value)


def truth(value: bool) -> Typed:
    return atom(Typed(exp.Boolean(this=value), "boolean"))


def atom(typed: Typed) -> Typed:
    return replace(typed, condition=Condition("atom", atom=typed))


def both(op: Literal["and", "or"], parts: list[Typed]) -> Typed:
    """Conditions joined by and/or, in three values: SQL's own."""
    joined = _wrapped(parts[0].sql) if len(parts) > 1 else parts[0].sql
    node = exp.And if op == "and" else exp.Or
    for part in parts[1:]:
        joined = node(this=joined, expression=_wrapped(part.sql))
    condition = Condition(op, tuple(shape(part) for part in parts))
    return Typed(joined, "boolean", condition=condition).resting_on(*parts)


def negated(part: Typed) -> Typed:
    condition = Condition("not", (shape(part),))
    return Typed(exp.Not(this=_wrapped(part.sql)), "boolean", condition=condition).resting_on(part)


def shape(typed: Typed) -> Condition:
    """A condition's shape; what was not taken apart is one atom."""
    return typed.condition or Condition("atom", atom=typed)


def _wrapped(sql: exp.Expr) -> exp.Expr:
    return (
        exp.Paren(this=sql) if isinstance(sql, exp.Binary | exp.Not | exp.Neg | exp.Between | exp.In) else sql
    )


def whole(typed: Typed) -> exp.Expr:
    return _wrapped(typed.sql)


def expect(kind: ValueKind, typed: Typed, written: exp.Expr | str) -> Typed:
    if typed.kind != kind:
        raise ExpressionError(
            _(
                "“{part}” is {found}, here stands {wanted}",
                part=written if isinstance(written, str) else as_written(written),
                found=KIND_WORDS[typed.kind],
                wanted=KIND_WORDS[kind],
            )
        )
    return typed


def same_unit(left: Typed, right: Typed, written: exp.Expr) -> Unit | None:
    if left.unit is None or right.unit is None or left.unit == right.unit:
        return right.unit if left.unit is None else left.unit
    raise ExpressionError(
        _(
            "“{part}” sets {left} against {right}",
            part=as_written(written),
            left=say_unit(left.unit),
            right=say_unit(right.unit),
        ),
        _("Give both the same unit."),
    )


def comparable(left: Typed, right: Typed, written: exp.Expr) -> None:
    """Raise unless the two can be compared: kinds, units, and choices only with their own codes."""
    if left.kind != right.kind:
        figure = next((s for s in (left, right) if s.kind == "text" and s.parameters and not s.facts), None)
        if figure is not None and "number" in (left.kind, right.kind):
            name = min(figure.parameters)
            error = ExpressionError(
                _(
                    "the value of “{name}” is a text, and “{part}” needs a number",
                    name=name,
                    part=as_written(written),
                ),
                _("Write a number in digits as its value."),
            )
            error.at = ("parameters", name)
            raise error
        instead = (
            _("Write DATE '2024-04-24'.")
            if {left.kind, right.kind} == {"date", "text"}
            else _("Numbers stand as they are, texts as 'text', dates as DATE '2024-04-24'.")
        )
        raise ExpressionError(
            _(
                "“{part}” compares {left} with {right}",
                part=as_written(written),
                left=KIND_WORDS[left.kind],
                right=KIND_WORDS[right.kind],
            ),
            instead,
        )
    same_unit(left, right, written)
    for choice, other in ((left, right), (right, left)):
        if choice.choices is not None and other.text is not None and other.text not in choice.choices:
            raise ExpressionError(
                _("“{code}” is none of the choices of “{part}”", code=other.text, part=as_written(written)),
                _("Write one of: {codes}.", codes=", ".join(sorted(choice.choices))),
            )
