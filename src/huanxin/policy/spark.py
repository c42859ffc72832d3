"""The same query on Spark, where one machine is not enough: same packs, same verdicts.

`pyspark` is an optional extra. The tree is the one that DuckDB runs; `dialects` writes it out. What the
compiler casts so that both agree: facts into their declared types as they are read (decimals of 18 digits,
dates, whole numbers); constants of tables into the type of their column; products of more than 37 digits
back into 18 (Spark would give up decimals, DuckDB would stop); quotients to eight places; amounts to two.
Spark runs with ANSI mode off, so that a failed cast is unknown in both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from .compile import compile_pack
from .dialects import write
from .query import amount_column, facts_of, judge
from .scope import ON
from .wording import Message as _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from .facts import Fact, Value
    from .pack import Pack


class SparkIsMissing(ImportError):
    """`pyspark` is not installed."""

    def __init__(self) -> None:
        super().__init__(str(_("Spark is an extra: pip install 'huanxin[spark]'")))


def session() -> Any:
    """A local Spark that listens on the loopback interface alone. Raises `SparkIsMissing`."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise SparkIsMissing from None
    builder = SparkSession.builder.master("local[2]").appName("huanxin")
    for key, value in (
        ("spark.driver.bindAddress", "127.0.0.1"),
        ("spark.driver.host", "127.0.0.1"),
        ("spark.ui.enabled", "false"),
        ("spark.sql.ansi.enabled", "false"),
        ("spark.sql.shuffle.partitions", "2"),
        ("spark.sql.session.timeZone", "Asia/Shanghai"),
    ):
        builder = builder.config(key, value)
    return builder.getOrCreate()


def judge_cases(
    spark: Any, pack: Pack, cases: Sequence[tuple[Mapping[str, Value | None], dt.date]], known_on: dt.date
) -> list[dict[str, Any]]:
    """Verdict, checks and amount of each case, in order. `cases` are typed facts with the day of decision."""
    compiled = compile_pack(pack, known_on)
    facts = facts_of([compiled])
    rows = [(n, *(given[name] for name in facts), on) for n, (given, on) in enumerate(cases)]
    spark.createDataFrame(rows, schema=_schema(facts)).createOrReplaceTempView("hx_cases")
    present = {name: fact.duck_type for name, fact in facts.items()}
    source = exp.select("*").from_("hx_cases").subquery("raw")
    query = write(judge([compiled], source, present, ["case_no"]), "spark")
    found = sorted(spark.sql(query).collect(), key=lambda row: row["case_no"])
    amount = amount_column(compiled) if compiled.amount is not None else None
    return [
        {
            "verdict": row[pack.id],
            "amount": row[amount] if amount else None,
            "checks": {c.check.id: row[compiled.column(c.check.id)] for c in compiled.checks},
        }
        for row in found
    ]


def _schema(facts: Mapping[str, Fact]) -> Any:
    from pyspark.sql import types

    kinds = {
        "date": types.DateType(),
        "integer": types.LongType(),
        "boolean": types.BooleanType(),
        "choice": types.StringType(),
        "text": types.StringType(),
    }
    fields = [types.StructField("case_no", types.LongType(), nullable=False)]
    for name, fact in facts.items():
        kind = types.DecimalType(18, fact.places) if fact.type == "decimal" else kinds[fact.type]
        fields.append(types.StructField(name, kind))
    return types.StructType([*fields, types.StructField(ON, types.DateType(), nullable=False)])
