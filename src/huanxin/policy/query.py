"""The whole query for one or more packs over a relation of facts: verdicts, amounts, every check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from . import typed
from .pack import SEVERITIES
from .scope import ON, column, fact_column, literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from .compile import Compiled, Join
    from .facts import Fact


def applies_column(compiled: Compiled) -> str:
    return f"{compiled.pack.id}.#applies"


def amount_column(compiled: Compiled) -> str:
    return f"{compiled.pack.id}.#amount"


def facts_of(packs: Iterable[Compiled]) -> dict[str, Fact]:
    """Every fact that the packs rest on, by name."""
    found: dict[str, Fact] = {}
    for compiled in packs:
        used = compiled.facts
        found |= {name: fact for name, fact in compiled.pack.facts.items() if name in used}
    return found


def judge(
    packs: Sequence[Compiled],
    source: exp.Expr,
    present: Mapping[str, str],
    keys: Sequence[str] = (),
    *,
    on: dt.date | None = None,
    with_amounts: bool = True,
) -> exp.Select:
    """A SELECT over `source` that gives the keys, each pack's verdict, and a column for every check.

    `present` maps the columns of `source` to their types; a fact without a column is unknown for every row.
    Without `on` the source has a column `on_day`. One scan; a hash join for each lookup table.
    """
    cases = exp.select(*(column(key) for key in keys))
    for name, fact in facts_of(packs).items():
        cases = cases.select(exp.alias_(_read(name, fact, present), fact_column(name), quoted=True))
    day = column(ON) if on is None else typed.day(on).sql
    cases = cases.select(exp.alias_(day, ON, quoted=True)).from_(source)

    joined = exp.select("*").from_(exp.to_table("cases"))
    for compiled in packs:
        for join in compiled.joins:
            joined = joined.join(_constants(join), on=join.on, join_type="left")

    judged = exp.select(*(column(key) for key in keys)).from_("looked_up")
    for compiled in packs:
        if compiled.applies is not None:
            judged = judged.select(exp.alias_(compiled.applies.sql, applies_column(compiled), quoted=True))
        for check in compiled.checks:
            judged = judged.select(exp.alias_(check.holds.sql, compiled.column(check.check.id), quoted=True))
        if compiled.amount is not None and with_amounts:
            judged = judged.select(exp.alias_(compiled.amount.sql, amount_column(compiled), quoted=True))

    found = exp.select(*(column(key) for key in keys)).from_("judged")
    for compiled in packs:
        verdict = verdict_of(compiled)
        found = found.select(exp.alias_(verdict, compiled.pack.id, quoted=True))
        found = found.select(*(column(compiled.column(c.check.id)) for c in compiled.checks))
        if compiled.amount is not None and with_amounts:
            found = found.select(exp.alias_(_paid(compiled, verdict), amount_column(compiled), quoted=True))
    return found.with_("cases", as_=cases).with_("looked_up", as_=joined).with_("judged", as_=judged)


def judged_of(query: exp.Select) -> exp.Select:
    """The inner SELECT of a query made by `judge`, where every fact, table and parameter is at hand."""
    inner = next(cte.this for cte in query.args["with_"].expressions if cte.alias == "judged")
    assert isinstance(inner, exp.Select)
    return inner


def _read(name: str, fact: Fact, present: Mapping[str, str]) -> exp.Expr:
    if name not in present:
        return typed.cast(exp.null(), fact.duck_type)
    kept = column(name)
    return kept if present[name].replace(" ", "") == fact.duck_type else typed.cast(kept, fact.duck_type)


def _constants(join: Join) -> exp.Expr:
    names = [f"c{n}" for n in range(len(join.columns))]
    rows = [tuple(literal(c.cells[row]) for c in join.columns) for row in range(len(join.columns[0].cells))]
    values = exp.values(rows, alias="v", columns=names)
    typed_columns = [
        exp.alias_(typed.cast(exp.column(name), c.sql_type), c.name, quoted=True)
        for name, c in zip(names, join.columns, strict=True)
    ]
    return exp.select(*typed_columns).from_(values).subquery(alias=exp.to_identifier(join.alias, quoted=True))


def _all(columns: Sequence[exp.Expr]) -> exp.Expr:
    return exp.and_(*columns) if columns else exp.Boolean(this=True)


def verdict_of(compiled: Compiled) -> exp.Expr:
    """The verdict from the columns of the checks.

    Assets: the gravest check that fails, unless a graver one is unknown. Claims: eligible when all hold.
    """
    branches: list[exp.Expr] = []

    def branch(when: exp.Expr, verdict: str) -> None:
        branches.append(exp.If(this=when, true=exp.Literal.string(verdict)))

    def failed(sql: exp.Expr) -> exp.Expr:
        return exp.Not(this=exp.Paren(this=sql))

    def unknown(sql: exp.Expr) -> exp.Expr:
        return exp.Is(this=exp.Paren(this=sql), expression=exp.null())

    if compiled.applies is not None:
        applies = column(applies_column(compiled))
        branch(failed(applies), "outside")
        branch(unknown(applies), "undecided")
    if not compiled.pack.judges_assets:
        every = _all([column(compiled.column(c.check.id)) for c in compiled.checks])
        branch(failed(every), "ineligible")
        branch(unknown(every), "undecided")
        if compiled.amount is not None:
            branch(exp.Is(this=column(amount_column(compiled)), expression=exp.null()), "undecided")
        return exp.Case(ifs=branches, default=exp.Literal.string("eligible"))
    for severity in SEVERITIES:
        checks = [column(compiled.column(c.check.id)) for c in compiled.checks if c.check.if_not == severity]
        if checks:
            branch(failed(_all(checks)), severity)
            branch(unknown(_all(checks)), "undecided")
    return (
        exp.Case(ifs=branches, default=exp.Literal.string("fine")) if branches else exp.Literal.string("fine")
    )


def _paid(compiled: Compiled, verdict: exp.Expr) -> exp.Expr:
    entitled = exp.EQ(this=exp.Paren(this=verdict.copy()), expression=exp.Literal.string("eligible"))
    return exp.Case(ifs=[exp.If(this=entitled, true=column(amount_column(compiled)))])


# What several packs on one thing come to. A pack that cannot tell yet may still say `must`, so anything below
# must stays open until it can; one benefit that is due is due whatever the others say.
_ORDER_OF_ASSETS = ("must", "undecided", "should", "examine", "fine", "outside")
_ORDER_OF_CLAIMS = ("eligible", "undecided", "ineligible")


def overall(packs: Sequence[Compiled]) -> exp.Expr:
    """One verdict over several packs that all judge things, or all judge claims."""
    verdicts = [column(c.pack.id) for c in packs]
    if len(verdicts) == 1:
        return verdicts[0]
    order = _ORDER_OF_ASSETS if packs[0].pack.judges_assets else _ORDER_OF_CLAIMS

    def any_is(verdict: str) -> exp.Expr:
        return exp.or_(*(exp.EQ(this=v.copy(), expression=exp.Literal.string(verdict)) for v in verdicts))

    branches = [exp.If(this=any_is(verdict), true=exp.Literal.string(verdict)) for verdict in order[:-1]]
    return exp.Case(ifs=branches, default=exp.Literal.string(order[-1]))
