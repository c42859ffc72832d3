"""The whole query for one or more packs over a relation of facts: verdicts, amounts, every check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from . import typed
from .pack import SEVERITIES
from .scope import DERIVED, ON, column, fact_column, literal

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
    verdict_type: exp.DataType | None = None,
) -> exp.Select:
    """A SELECT over `source` that gives the keys, each pack's verdict, and a column for every check.

    `present` maps the columns of `source` to their types; a fact without a column is unknown for every row.
    Without `on` the source has a column `on_day`. Verdicts are text unless `verdict_type` names a type of
    few words. One scan; a hash join for each lookup table.
    """
    cases = exp.select(*(column(key) for key in keys))
    for name, fact in facts_of(packs).items():
        cases.select(exp.alias_(_read(name, fact, present), fact_column(name), quoted=True), copy=False)
    day = column(ON) if on is None else typed.day(on).sql
    cases.select(exp.alias_(day, ON, quoted=True), copy=False).from_(source.copy(), copy=False)

    joined = exp.select("*").from_(exp.to_table("cases"))
    for compiled in packs:
        for join in compiled.joins:
            joined.join(_constants(join), on=join.on.copy(), join_type="left", copy=False)

    shared = exp.select("*").from_("looked_up")
    judged = exp.select(*(column(key) for key in keys)).from_("shared")
    for compiled in packs:
        own = exp.select()
        if compiled.applies is not None:
            own.select(exp.alias_(compiled.applies.sql, applies_column(compiled), quoted=True), copy=False)
        for check in compiled.checks:
            holds = exp.alias_(check.holds.sql, compiled.column(check.check.id), quoted=True)
            own.select(holds, copy=False)
        if compiled.amount is not None and with_amounts:
            own.select(exp.alias_(compiled.amount.sql, amount_column(compiled), quoted=True), copy=False)
        shared.select(*_taken_out(own, compiled.pack.id), copy=False)
        judged.select(*own.expressions, copy=False)

    found = exp.select(*(column(key) for key in keys)).from_("judged")
    for compiled in packs:
        verdict = verdict_of(compiled, verdict_type)
        found.select(exp.alias_(verdict, compiled.pack.id, quoted=True), copy=False)
        found.select(*(column(compiled.column(c.check.id)) for c in compiled.checks), copy=False)
        if compiled.amount is not None and with_amounts:
            paid = _paid(compiled, verdict)
            found.select(exp.alias_(paid, amount_column(compiled), quoted=True), copy=False)
    stages = {"cases": cases, "looked_up": joined, "shared": shared, "judged": judged}
    for name, stage in stages.items():
        found.with_(name, as_=stage, copy=False)
    return found


def _taken_out(own: exp.Select, pack: str) -> list[exp.Expr]:
    """Replace derived values that stand in `own` more than once by columns, and return those.

    Neither database finds by itself that two checks work out the same thing inside AND, OR or CASE.
    """
    places: dict[str, list[exp.Expr]] = {}
    for node in own.walk(prune=_is_derived):
        if _is_derived(node):
            places.setdefault(node.meta[DERIVED], []).append(node)
    columns = []
    for name, nodes in places.items():
        if len(nodes) > 1:
            once = f"{pack}.#derived.{name}"
            columns.append(exp.alias_(nodes[0].copy(), once, quoted=True))
            for node in nodes:
                node.replace(column(once))
    return columns


def _is_derived(node: exp.Expr) -> bool:
    return DERIVED in node.meta


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


def verdict_of(compiled: Compiled, verdict_type: exp.DataType | None = None) -> exp.Expr:
    """The verdict from the columns of the checks.

    Assets: the gravest check that fails, unless a graver one is unknown. Claims: eligible when all hold.
    """
    branches: list[exp.Expr] = []

    def branch(when: exp.Expr, verdict: str) -> None:
        branches.append(exp.If(this=when, true=_said(verdict, verdict_type)))

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
        return exp.Case(ifs=branches, default=_said("eligible", verdict_type))
    for severity in SEVERITIES:
        checks = [column(compiled.column(c.check.id)) for c in compiled.checks if c.check.if_not == severity]
        if checks:
            branch(failed(_all(checks)), severity)
            branch(unknown(_all(checks)), "undecided")
    fine = _said("fine", verdict_type)
    return exp.Case(ifs=branches, default=fine) if branches else fine


def _said(verdict: str, verdict_type: exp.DataType | None) -> exp.Expr:
    """The word as a constant: to make each row's text one of few words costs more than all the checks."""
    word = exp.Literal.string(verdict)
    return word if verdict_type is None else exp.cast(word, verdict_type.copy())


def _paid(compiled: Compiled, verdict: exp.Expr) -> exp.Expr:
    entitled = exp.EQ(this=exp.Paren(this=verdict.copy()), expression=exp.Literal.string("eligible"))
    return exp.Case(ifs=[exp.If(this=entitled, true=column(amount_column(compiled)))])


# What several packs on one thing come to. A pack that cannot tell yet may still say `must`, so anything below
# must stays open until it can; one benefit that is due is due whatever the others say.
_ORDER_OF_ASSETS = ("must", "undecided", "should", "examine", "fine", "outside")
_ORDER_OF_CLAIMS = ("eligible", "undecided", "ineligible")


def overall(packs: Sequence[Compiled], verdict_type: exp.DataType | None = None) -> exp.Expr:
    """One verdict over several packs that all judge things, or all judge claims."""
    verdicts = [column(c.pack.id) for c in packs]
    if len(verdicts) == 1:
        return verdicts[0]
    order = _ORDER_OF_ASSETS if packs[0].pack.judges_assets else _ORDER_OF_CLAIMS

    def any_is(verdict: str) -> exp.Expr:
        return exp.or_(*(exp.EQ(this=v.copy(), expression=exp.Literal.string(verdict)) for v in verdicts))

    branches = [exp.If(this=any_is(verdict), true=_said(verdict, verdict_type)) for verdict in order[:-1]]
    return exp.Case(ifs=branches, default=_said(order[-1], verdict_type))
