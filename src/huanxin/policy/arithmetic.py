"""Numbers that never overflow, never become floats, and come out alike in DuckDB and Spark.

Both databases work out how wide a result is from how wide its operands are, up to 38 digits, but DuckDB ends
the whole query where two narrow operands give more than 18, and takes 100 for 32 bits; Spark gives up
places. So an operand is made exactly as wide as `Typed` says it is, one of each two gets 19 digits where the
result needs more than 18, and what needs more than 37 is brought to 8 places and, if it is still too wide,
to as many digits as there is room for: what does not fit then is “cannot tell”, and stops nobody else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from .typed import Typed, call, cast, try_cast, whole
from .units import PLAIN, times

if TYPE_CHECKING:
    from collections.abc import Sequence

# Beyond these DuckDB checks for overflow and Spark drops places.
WIDEST = 37
_MOST_PLACES = 8


def exact(value: Typed) -> Typed:
    """The number as a decimal just as wide as it is said to be."""
    if value.is_exact:
        return value
    return replace(value, sql=cast(value.sql, _type(value)), is_exact=True)


def _type(value: Typed) -> str:
    return f"DECIMAL({value.digits},{value.places})"


def _as_wide_as(value: Typed, digits: int, places: int) -> Typed:
    """A number that is known to fit into these digits, made so wide."""
    if value.is_exact and (value.digits, value.places) == (digits, places):
        return value
    return exact(replace(value, digits=digits, places=places, is_exact=False))


def _fitted(value: Typed, digits: int, places: int) -> Typed:
    """A number brought to these digits, rounded half up; “cannot tell” where it does not fit."""
    sql = try_cast(value.sql, f"DECIMAL({digits},{places})")
    return replace(value, sql=sql, digits=digits, places=places, is_exact=True)


def _fewer_places(value: Typed) -> Typed:
    if value.places <= _MOST_PLACES:
        return value
    digits = min(value.digits - value.places + _MOST_PLACES + 1, 38)
    return _fitted(value, digits, _MOST_PLACES)


def total(
    left: Typed, right: Typed, node: type[exp.Binary], *, unit: tuple[tuple[str, int], ...] | None
) -> Typed:
    """The sum or difference; its unit has been looked at."""
    if _joint(left, right) + 1 > WIDEST:
        left, right = _fewer_places(left), _fewer_places(right)
    places = max(left.places, right.places)
    if _joint(left, right) + 1 > WIDEST:
        left, right = (_fitted(v, 27 + v.places, v.places) for v in (left, right))
    left, right = exact(left), exact(right)
    if _joint(left, right) + 1 > 18 >= left.digits:
        left = _as_wide_as(left, 19, left.places)
    sql = node(this=whole(left), expression=whole(right))
    digits = _joint(left, right) + 1
    found = Typed(sql, "number", unit, digits=digits, places=places, is_exact=True)
    return found.resting_on(left, right)


def _joint(left: Typed, right: Typed) -> int:
    """The digits that hold either number."""
    return max(left.digits - left.places, right.digits - right.places) + max(left.places, right.places)


def product(left: Typed, right: Typed) -> Typed:
    """The product; its unit is that of the factors together."""
    unit = None if left.unit is right.unit is None else times(left.unit or PLAIN, right.unit or PLAIN, 1)
    if left.digits + right.digits > WIDEST:
        left, right = _fewer_places(left), _fewer_places(right)
    if left.digits + right.digits > WIDEST and right.digits > 18:
        right = _fitted(right, 18, min(right.places, _MOST_PLACES))
    if left.digits + right.digits > WIDEST:
        left = _fitted(left, WIDEST - right.digits, left.places)
    left, right = exact(left), exact(right)
    if left.digits + right.digits > 18 >= max(left.digits, right.digits):
        left = _as_wide_as(left, 19, left.places)
    sql = exp.Mul(this=whole(left), expression=whole(right))
    digits, places = left.digits + right.digits, left.places + right.places
    return Typed(sql, "number", unit, digits=digits, places=places, is_exact=True).resting_on(left, right)


def quotient(left: Typed, right: Typed) -> Typed:
    """The quotient to eight places, rounded half up; “cannot tell” for a division by nothing."""
    unit = None if left.unit is right.unit is None else times(left.unit or PLAIN, right.unit or PLAIN, -1)
    sql = call("hx_div", exact(left).sql, exact(right).sql)
    found = Typed(sql, "number", unit, digits=28, places=8, is_exact=True)
    return found.resting_on(left, right)


def comparable_widths(values: Sequence[Typed]) -> list[Typed]:
    """Numbers that a database can bring to one width to compare them or to choose among them."""
    if all(v.kind != "number" for v in values):
        return list(values)

    def joint(vs: Sequence[Typed]) -> int:
        return max(v.digits - v.places for v in vs) + max(v.places for v in vs)

    found = list(values)
    if joint(found) > WIDEST:
        found = [_fewer_places(v) for v in found]
    if joint(found) > WIDEST:
        found = [_fitted(v, 29 + v.places, v.places) if v.digits - v.places > 29 else v for v in found]
    return found


def alike(values: Sequence[Typed]) -> list[Typed]:
    """The values, numbers among them all of one width: what one of several is chosen from."""
    if not values or values[0].kind != "number":
        return list(values)
    fitting = comparable_widths(values)
    places = max(v.places for v in fitting)
    digits = max(v.digits - v.places for v in fitting) + places
    return [_as_wide_as(v, digits, places) for v in fitting]
