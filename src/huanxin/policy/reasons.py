"""What a decision rests on that nobody has shown a source for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .facts import Value

if TYPE_CHECKING:
    from decimal import Decimal

    from .compile import Compiled, CompiledCheck
    from .typed import Typed

Row = Mapping[str, object]
Values = Mapping[str, Value | None]


def unverified_in_check(
    check: CompiledCheck, compiled: Compiled, row: Row, values: Values, on: dt.date
) -> list[str]:
    """The check itself, and the parameters and table rows it used."""
    found = []
    if (check.check.confidence or compiled.pack.confidence) == "unverified":
        found.append(check.check.id)
    return found + _figures(check.holds, compiled, row, values, on)


def _figures(resting: Typed, compiled: Compiled, row: Row, values: Values, on: dt.date) -> list[str]:
    pack = compiled.pack
    dated_by = pack.in_force.dated_by if pack.in_force else None
    day = values.get(dated_by) if dated_by else on
    found = []
    for name in sorted(resting.parameters):
        value = pack.parameters[name].value_at(day, compiled.known_on) if isinstance(day, dt.date) else None
        used = [value] if value else [v for v in pack.parameters[name].values if v.since <= compiled.known_on]
        if any(v.confidence == "unverified" for v in used):
            found.append(name)
    for name in sorted(resting.tables):
        table = pack.tables[name]
        marks: list[str] = [table.confidence or pack.confidence]
        if "confidence" in table.columns:
            at = row.get(f"#row.{name}")
            cells = table.column("confidence")
            marks = [cells[int(str(at))]] if at is not None else list(cells)
        if "unverified" in marks:
            found.append(name)
    return found


def unverified_in_decision(
    compiled: Compiled, applied: Sequence[bool], row: Row, values: Values, on: dt.date, amount: Decimal | None
) -> tuple[str, ...]:
    """Everything the verdict and the amount rest on that is unverified: checks, figures, tables, rounding.

    `applied` says for each check whether its `when` let it apply.
    """
    found: list[str] = []
    if compiled.applies is not None:
        found += _figures(compiled.applies, compiled, row, values, on)
    for check, did_apply in zip(compiled.checks, applied, strict=True):
        if did_apply:
            found += unverified_in_check(check, compiled, row, values, on)
    if amount is not None:
        for name, cases in compiled.cases.items():
            met = row.get(f"#case.{name}")
            last = len(cases) if met is None else int(str(met))
            # A case is met only because those before it are not.
            resting = [*compiled.conditions[name][: last + 1], *(cases if met is None else [cases[last]])]
            resting += [compiled.cap] if compiled.cap is not None else []
            for value in resting:
                found += _figures(value, compiled, row, values, on)
        # A whole number of yuan owes nothing to the rule for fractions of a cent.
        if compiled.pack.rounding.confidence == "unverified" and amount != amount.to_integral_value():
            found.append("rounding")
    return tuple(dict.fromkeys(found))
