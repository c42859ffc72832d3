"""One case decided, with every reason: checks, facts, clauses, and which facts are still needed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from . import duck
from .compile import Compiled, CompiledCheck, compile_pack
from .facts import Fact, FactError, Text, Value
from .needs import needs_of
from .query import amount_column, applies_column, facts_of, judge, judged_of
from .reasons import unverified_in_check, unverified_in_decision
from .scope import table_column
from .spelling import did_you_mean
from .wording import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .pack import Pack

CENT = Decimal("0.01")


class BadFacts(ValueError):
    """Facts that cannot be read, each with what is wrong and what to write instead."""

    def __init__(self, errors: Mapping[str, FactError | Message]) -> None:
        super().__init__("; ".join(f"{name}: {error}" for name, error in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True)
class CheckResult:
    """One check of a decision: held (True), failed (False) or cannot be told (None)."""

    id: str
    says: Text
    value: bool | None
    applies: bool | None
    clause: Text | None
    facts: dict[str, Value | None]
    if_not: str | None
    unverified: bool
    source: str


@dataclass(frozen=True)
class Decision:
    """A verdict on one case and everything it rests on.

    Money in yuan, two places. `shares` splits the amount so that not a cent is lost. `needs` is empty unless
    the verdict is `undecided`; if it is empty then too, no fact can settle it and `gaps` names the tables
    that have no row for this case.
    """

    pack: str
    digest: str
    on: dt.date
    known_on: dt.date
    verdict: str
    amount: Decimal | None
    parts: dict[str, Decimal]
    shares: dict[str, Decimal]
    checks: tuple[CheckResult, ...]
    needs: tuple[str, ...]
    gaps: tuple[str, ...]
    unverified: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For scripts: these names and shapes stay (docs/pack-format.md)."""
        return {
            "pack": self.pack,
            "digest": self.digest,
            "on": self.on.isoformat(),
            "known_on": self.known_on.isoformat(),
            "verdict": self.verdict,
            "amount": None if self.amount is None else f"{self.amount:.2f}",
            "parts": {name: f"{value:.2f}" for name, value in self.parts.items()},
            "shares": {name: f"{value:.2f}" for name, value in self.shares.items()},
            "checks": [
                {
                    "id": check.id,
                    "value": check.value,
                    "clause": check.clause.zh if check.clause else None,
                    "facts": {name: plain(value) for name, value in check.facts.items()},
                    "says": {"zh": check.says.zh, "en": check.says.en},
                    "applies": check.applies,
                    "if_not": check.if_not,
                    "source": check.source,
                    "unverified": check.unverified,
                }
                for check in self.checks
            ],
            "needs": list(self.needs),
            "gaps": list(self.gaps),
            "unverified": list(self.unverified),
        }


def plain(value: Value | None) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def decide(
    pack: Pack,
    facts: Mapping[str, object],
    on: dt.date,
    known_on: dt.date | None = None,
    *,
    with_needs: bool = True,
) -> Decision:
    """Decide one case on a day, with the figures known on `known_on` (default: `on`).

    `facts` may be typed values or what a person wrote; a missing one is unknown. Cost: one one-row DuckDB
    query, a second one where the verdict is undecided and `with_needs` asks which facts would settle it.
    Raises `BadFacts`.
    """
    known_on = known_on or on
    # The same figures on many days are one statement kept ready, not one for each day.
    compiled = compile_pack(pack, pack.figures_since(known_on))
    values = read_facts(pack, facts)
    asked = facts_of([compiled])
    row = _ask(compiled, asked, values, on)
    decision = decision_of(compiled, row, values, on, known_on)
    if not with_needs or decision.verdict != "undecided":
        return decision
    needs, gaps = needs_of(compiled, asked, values, on, row)
    return replace(decision, needs=needs, gaps=gaps)


def decision_of(
    compiled: Compiled,
    row: Mapping[str, object],
    values: Mapping[str, Value | None],
    on: dt.date,
    known_on: dt.date,
) -> Decision:
    """What the row of a query made by `with_reasons` says; which facts are needed is left open."""
    pack = compiled.pack
    checks = tuple(_result(c, compiled, row, values, on) for c in compiled.checks)
    amount = _money(row.get(amount_column(compiled)))
    parts = {
        name: money
        for name in (compiled.parts if len(compiled.parts) > 1 and amount is not None else ())
        if (money := _money(row[f"#part.{name}"])) is not None
    }
    return Decision(
        pack=pack.id,
        digest=pack.digest,
        on=on,
        known_on=known_on,
        verdict=str(row[pack.id]),
        amount=amount,
        parts=parts,
        shares=split(amount, pack.shares),
        checks=checks,
        needs=(),
        gaps=(),
        unverified=unverified_in_decision(
            compiled, [c.applies is not False for c in checks], row, values, on, amount
        ),
    )


def read_facts(
    pack: Pack, facts: Mapping[str, object], today: dt.date | None = None
) -> dict[str, Value | None]:
    """Every fact of the pack as a typed value or None. Raises `BadFacts` for all that cannot be read.

    With `today` days to come are refused too, where the fact is of something past.
    """
    errors: dict[str, FactError | Message] = {}
    for name in facts:
        if name not in pack.facts:
            errors[name] = _no_fact(name, pack)
    values: dict[str, Value | None] = {}
    for name, fact in pack.facts.items():
        try:
            values[name] = fact.parse(facts.get(name), today)
        except FactError as error:
            errors[name] = error
    if errors:
        raise BadFacts(errors)
    return values


def _no_fact(name: str, pack: Pack) -> Message:
    meant = did_you_mean(name, pack.facts)
    if not meant:
        return Message("“{name}” is no fact of {pack}", name=name, pack=pack.id)
    return Message("“{name}” is no fact of {pack}. {meant}", name=name, pack=pack.id, meant=meant)


def split(amount: Decimal | None, shares: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The amount by who bears it, to the cent: the last in the list bears what rounding leaves."""
    if amount is None or not shares:
        return {}
    found: dict[str, Decimal] = {}
    left = amount
    for name in list(shares)[:-1]:
        found[name] = min((amount * shares[name]).quantize(CENT, ROUND_HALF_UP), left)
        left -= found[name]
    found[list(shares)[-1]] = left
    return found


def _money(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(CENT)


def _ask(
    compiled: Compiled, asked: Mapping[str, Fact], values: Mapping[str, Value | None], on: dt.date
) -> dict[str, object]:
    def tree() -> exp.Expr:
        source, present = duck.parameter_source(asked)
        query = judge([compiled], source, present)
        return with_reasons(query, compiled)

    key = duck.key_of(compiled, "decide")
    names, row = duck.ask_once(key, tree, asked, [values[n] for n in asked], on)
    return dict(zip(names, row, strict=True))


def with_reasons(query: exp.Select, compiled: Compiled) -> exp.Select:
    """A query of `judge` with the rows of tables that were met, checks that applied, parts of an amount."""
    judged = judged_of(query)
    extra: dict[str, exp.Expr] = {}
    for check in compiled.checks:
        if check.when is not None:
            extra[f"#when.{check.check.id}"] = check.when.sql
    for name, part in compiled.parts.items():
        extra[f"#part.{name}"] = part.sql
        if len(compiled.cases[name]) > 1:
            extra[f"#case.{name}"] = compiled.case_met[name].sql
    for join, name in zip(compiled.joins, _joined(compiled), strict=True):
        assert join is not None
        extra[f"#row.{name}"] = exp.column(
            exp.to_identifier(table_column(compiled.pack, name, "#"), quoted=True)
        )
    for name, sql in extra.items():
        judged.select(exp.alias_(sql, name, quoted=True), copy=False)
        query.select(exp.column(exp.to_identifier(name, quoted=True)), copy=False)
    if compiled.applies is not None:
        query.select(exp.column(exp.to_identifier(applies_column(compiled), quoted=True)), copy=False)
    return query


def _joined(compiled: Compiled) -> list[str]:
    aliases = [join.alias for join in compiled.joins]
    return [
        name
        for alias in aliases
        for name in compiled.pack.tables
        if table_column(compiled.pack, name, "") == alias
    ]


def _result(
    compiled_check: CompiledCheck,
    compiled: Compiled,
    row: Mapping[str, object],
    values: Mapping[str, Value | None],
    on: dt.date,
) -> CheckResult:
    check = compiled_check.check
    value = row[compiled.column(check.id)]
    when = row.get(f"#when.{check.id}", True)
    return CheckResult(
        id=check.id,
        says=check.says,
        value=None if value is None else bool(value),
        applies=None if when is None else bool(when),
        clause=check.clause,
        facts={name: values[name] for name in compiled.pack.facts if name in compiled_check.holds.facts},
        if_not=check.if_not,
        unverified=bool(unverified_in_check(compiled_check, compiled, row, values, on)),
        source=check.source or compiled.pack.source,
    )
