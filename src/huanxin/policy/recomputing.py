"""Many old cases decided again, each on its own day, by the figures known when it was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from . import duck, typed
from .compile import compile_pack
from .dialects import write
from .query import amount_column, judge
from .scope import ON, column

if TYPE_CHECKING:
    import datetime as dt

    from .pack import Pack

CASES = pa.schema([("case", pa.int64()), ("on_day", pa.date32()), ("facts", pa.string())])


def recompute(pack: Pack, cases: pa.Table, known_on: dt.date) -> pa.Table:
    """Decide cases of one pack again: `case`, `verdict`, `amount` in yuan, in no order.

    In: the columns of `CASES`; `facts` is a JSON object of what `plain` wrote. A fact that does not fit its
    type is
    unknown. Cost: one DuckDB query, linear; no case goes through Python.
    """
    compiled = compile_pack(pack, known_on)
    connection = duck.connect()
    try:
        connection.register("cases_given", cases.cast(CASES))
        shape = "{" + ", ".join(f'"{name}": "VARCHAR"' for name in pack.facts) + "}"
        facts = ", ".join(
            f'TRY_CAST(f."{name}" AS {fact.duck_type}) AS "{name}"' for name, fact in pack.facts.items()
        )
        connection.execute(
            f'CREATE TABLE given AS SELECT "case", on_day AS "{ON}", {facts} FROM '
            f"(SELECT \"case\", on_day, from_json(facts, '{shape}') AS f FROM cases_given)"
        )
        present = {name: fact.duck_type for name, fact in pack.facts.items()}
        query = judge([compiled], exp.to_table("given"), present, ["case"])
        paid = (
            column(amount_column(compiled))
            if compiled.amount is not None
            else typed.cast(exp.null(), "DECIMAL(18,2)")
        )
        final = exp.select(
            column("case"),
            exp.alias_(column(pack.id), "verdict", quoted=True),
            exp.alias_(typed.cast(paid, "DECIMAL(18,2)"), "amount", quoted=True),
        ).from_("found")
        return connection.sql(write(final.with_("found", as_=query), "duckdb")).to_arrow_table()
    finally:
        connection.close()
