"""Where DuckDB and Spark read the same words differently: each `hx_…` function written out for both.

* Division: DuckDB's `/` of decimals gives a double, Spark's a decimal whose scale depends on its operands.
  Here both keep eight places, rounded half up, and a division by nothing is unknown.
* Rounding: both round decimals half away from zero; the other modes are put together from `floor`.
* Dates: DuckDB adds intervals and returns a timestamp; Spark has functions of its own.
* Strings: the same functions under other names; both compare text byte by byte.
Whole numbers are never divided as such, and years between two days are plain arithmetic (`functions`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Literal

from sqlglot import exp, parse_one

Dialect = Literal["duckdb", "spark"]
Writer = Callable[[Sequence[exp.Expr], Dialect], exp.Expr]


def write(tree: exp.Expr, dialect: Dialect) -> str:
    """The query as text for one of the databases."""

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and str(node.this).startswith("hx_"):
            inner = [argument.copy().transform(put) for argument in node.expressions]
            return _WRITERS[str(node.this)](inner, dialect)
        return node

    return tree.transform(put).sql(dialect=dialect)


def _fill(template: str, dialect: Dialect, **parts: exp.Expr) -> exp.Expr:
    """A fragment in one dialect with its holes `:name` filled."""
    tree = parse_one(template, read=dialect)

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Placeholder):
            part = parts[str(node.this)].copy()
            return exp.Paren(this=part) if isinstance(part, exp.Binary | exp.Neg) else part
        return node

    return tree.transform(put)


def _div(parts: Sequence[exp.Expr], dialect: Dialect) -> exp.Expr:
    """Whole numbers of hundred-millionths: twice the dividend plus the divisor, over twice the divisor.

    That rounds half up; the sign is put back afterwards. Up to 28 digits, eight of them behind the point.
    """
    a, b = (_fill("TRY_CAST(:x AS DECIMAL(28, 8))", dialect, x=part) for part in parts)
    scale = "CAST(100000000 AS DECIMAL(9, 0))"
    if dialect == "duckdb":
        a, b = (_fill(f"CAST(:x * {scale} AS HUGEINT)", dialect, x=part) for part in (a, b))
        text = "(2 * 100000000 * ABS(:a) + ABS(:b)) // NULLIF(2 * ABS(:b), 0)"
        times = _fill(text, dialect, a=a, b=b)
    else:
        # Spark rounds a quotient of whole numbers to six places, hence perhaps up to the next whole one: a
        # step too far is seen by multiplying it out.
        a, b = (_fill(f"CAST(:x * {scale} AS DECIMAL(28, 0))", dialect, x=part) for part in (a, b))
        above, below = (
            _fill(
                "CAST(CAST(200000000 AS DECIMAL(9, 0)) * ABS(:a) + ABS(:b) AS DECIMAL(38, 0))",
                dialect,
                a=a,
                b=b,
            ),
            _fill("CAST(CAST(2 AS DECIMAL(1, 0)) * ABS(:b) AS DECIMAL(29, 0))", dialect, b=b),
        )
        near = _fill("TRY_CAST(FLOOR(:p / NULLIF(:q, 0)) AS DECIMAL(29, 0))", dialect, p=above, q=below)
        text = "(:n - CASE WHEN CAST(:n * :q AS DECIMAL(38, 0)) > :p THEN 1 ELSE 0 END)"
        times = _fill(text, dialect, n=near, p=above, q=below)
    signed = "CAST(SIGN(:a) * SIGN(:b) AS {whole}) * :n"
    whole = "HUGEINT" if dialect == "duckdb" else "DECIMAL(1, 0)"
    units = _fill(signed.replace("{whole}", whole), dialect, a=a, b=b, n=times)
    return _fill(
        "TRY_CAST(TRY_CAST(:u AS DECIMAL(28, 0)) * CAST(0.00000001 AS DECIMAL(8, 8)) AS DECIMAL(28, 8))",
        dialect,
        u=units,
    )


def _round(parts: Sequence[exp.Expr], dialect: Dialect) -> exp.Expr:
    return exp.Anonymous(this="round", expressions=list(parts))


# From the nearest step, ties away from nothing, to the one that is asked for: the value itself, with all its
# places, is only compared.
_STEPS = {
    "up": "CASE WHEN :near < :x THEN :near + {step} ELSE :near END",
    "down": "CASE WHEN :near > :x THEN :near - {step} ELSE :near END",
    "half_even": "CASE WHEN ABS(CAST(:near * {scale} AS DECIMAL(24, 0)) % 2) = 0 THEN :near"
    " WHEN :x > 0 AND :near - {half} = :x THEN :near - {step}"
    " WHEN :x < 0 AND :near + {half} = :x THEN :near + {step} ELSE :near END",
}


def _round_to(mode: str) -> Writer:
    def writer(parts: Sequence[exp.Expr], dialect: Dialect) -> exp.Expr:
        value, places = parts
        n = int(str(places.this))
        step, half = (f"{Decimal(digit).scaleb(-at):f}" for digit, at in ((1, n), (5, n + 1)))
        near = _fill(f"TRY_CAST(ROUND(:x, {n}) AS DECIMAL({18 + n}, {n}))", dialect, x=value)
        return _fill(_STEPS[mode].format(step=step, half=half, scale=10**n), dialect, x=value, near=near)

    return writer


def _template(**by_dialect: str) -> Writer:
    def writer(parts: Sequence[exp.Expr], dialect: Dialect) -> exp.Expr:
        return _fill(by_dialect[dialect], dialect, **dict(zip("ab", parts, strict=False)))

    return writer


_WRITERS: dict[str, Writer] = {
    "hx_div": _div,
    "hx_round": _round,
    "hx_round_half_up": _round,
    "hx_round_half_even": _round_to("half_even"),
    "hx_round_up": _round_to("up"),
    "hx_round_down": _round_to("down"),
    "hx_days_between": _template(duckdb="DATE_DIFF('day', :a, :b)", spark="DATEDIFF(:b, :a)"),
    "hx_add_months": _template(
        duckdb="CAST(:a + TO_MONTHS(CAST(:b AS INT)) AS DATE)", spark="ADD_MONTHS(:a, CAST(:b AS INT))"
    ),
    "hx_add_days": _template(
        duckdb="CAST(:a + CAST(:b AS INT) AS DATE)", spark="DATE_ADD(:a, CAST(:b AS INT))"
    ),
    "hx_starts_with": _template(duckdb="STARTS_WITH(:a, :b)", spark="STARTSWITH(:a, :b)"),
}
