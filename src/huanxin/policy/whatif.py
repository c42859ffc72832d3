"""What a change of figures would do: who gains, who loses, what it costs, over real rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from . import duck
from .cells import read_cells
from .compile import Compiled, compile_pack
from .dialects import write
from .pack import DatedValue, Pack
from .query import amount_column, facts_of, judge
from .rows import CannotTry, columns_of, notes_on
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb
    from sqlglot import exp


class BadChange(CannotTry):
    """A change that cannot be tried: what is wrong with it."""


@dataclass(frozen=True)
class Moved:
    """How many cases go from one verdict to another, and what each side comes to in yuan."""

    before: str
    after: str
    n: int
    amount_before: Decimal
    amount_after: Decimal


@dataclass(frozen=True)
class WhatIf:
    """What a change does; `gain` and `lose` count cases whose amount, else verdict, gets better or worse.

    `notes` are columns of the file that are no fact, and facts that no column gives.
    """

    n: int
    gain: int
    lose: int
    amount_before: Decimal
    amount_after: Decimal
    moved: tuple[Moved, ...]
    notes: tuple[_, ...] = ()

    @property
    def cost(self) -> Decimal:
        return self.amount_after - self.amount_before

    def as_json(self) -> dict[str, Any]:
        plain = asdict(self) | {"cost": self.cost}
        plain["moved"] = [{k: _plain(v) for k, v in asdict(m).items()} for m in self.moved]
        plain["notes"] = [str(note) for note in self.notes]
        return {k: _plain(v) for k, v in plain.items()}


def _plain(value: object) -> object:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def changed(pack: Pack, changes: Mapping[str, object]) -> Pack:
    """The pack with parameters set to one value for all days. Raises `BadChange` for a wrong name or kind."""
    parameters = dict(pack.parameters)
    for name, value in changes.items():
        if name not in parameters:
            known = ", ".join(parameters)
            raise BadChange(
                _("“{name}” is no parameter of {pack}; it has: {known}", name=name, pack=pack.id, known=known)
            )
        kind = type(parameters[name].values[-1].value)
        try:
            read = _number(str(value)) if kind is Decimal else _same_kind(kind, value)
        except (InvalidOperation, ValueError):
            was = parameters[name].values[-1].value
            raise BadChange(
                _("“{value}” cannot stand for {name}, which is now {was}", value=value, name=name, was=was)
            ) from None
        only = DatedValue.model_validate({
            "from": dt.date.min, "known": dt.date.min, "value": read,
            "source": "what-if", "confidence": "unverified",
        })  # fmt: skip
        parameters[name] = parameters[name].model_copy(update={"values": (only,)})
    return pack.model_copy(update={"parameters": parameters})


def _number(value: str) -> Decimal:
    number = Decimal(value)
    # Python reads 3_0 too, and numbers longer than the database can count with.
    if "_" in value or not number.is_finite() or abs(number) >= 10**14 or round(number, 8) != number:
        raise ValueError(value)
    return number


def _same_kind(kind: type, value: object) -> object:
    if kind is dt.date:
        return dt.date.fromisoformat(str(value))
    if kind is bool and str(value).lower() not in ("true", "false"):
        raise ValueError(value)
    return str(value).lower() == "true" if kind is bool else str(value)


def whatif(
    pack: Pack, changes: Mapping[str, object], cases: Path, *, on: dt.date, known_on: dt.date | None = None
) -> WhatIf:
    """Judge every row of a Parquet or CSV file twice, with the figures as they are and as changed.

    Columns are the pack's facts, missing ones unknown for all; cells are read as `decide` reads them. One
    DuckDB query; no row goes through Python, but each different cell that is not in its fact's type yet.
    Raises `BadChange`, and `BadRows` for a file that cannot be read or cells that are no value of their fact.
    """
    before, after = (compile_pack(p, known_on or on) for p in (pack, changed(pack, changes)))
    connection = duck.connect()
    try:
        given = columns_of(connection, cases)
        facts = facts_of([before, after])
        notes = notes_on(pack, given, facts)
        source, present = read_cells(connection, cases, facts, given, on)
        rows = _transitions(connection, before, after, source, present, on)
    finally:
        connection.close()
    order = list(pack.verdicts)
    moved = tuple(
        Moved(b, a, n, Decimal(str(old or 0)), Decimal(str(new or 0)))
        for b, a, n, old, new, _gain, _lose in sorted(
            rows, key=lambda r: (order.index(r[0]), order.index(r[1]))
        )
    )
    return WhatIf(
        n=sum(m.n for m in moved),
        gain=sum(row[5] for row in rows),
        lose=sum(row[6] for row in rows),
        amount_before=sum((m.amount_before for m in moved), Decimal("0.00")),
        amount_after=sum((m.amount_after for m in moved), Decimal("0.00")),
        moved=moved,
        notes=tuple(notes),
    )


def _transitions(
    connection: duckdb.DuckDBPyConnection,
    before: Compiled,
    after: Compiled,
    source: exp.Select,
    present: dict[str, str],
    on: dt.date,
) -> list[tuple[Any, ...]]:
    verdict, amount = before.pack.id, amount_column(before)
    sides = []
    for name, compiled in (("b", before), ("a", after)):
        query = judge([compiled], source.subquery("raw"), present, [duck.ROW], on=on)
        text = write(query, "duckdb")
        paid = f'"{amount}"' if compiled.amount is not None else "NULL::DECIMAL(18,2)"
        sides.append(f'{name} AS (SELECT "{duck.ROW}", "{verdict}" AS v, {paid} AS amount FROM ({text}))')
    rank = "list_position([" + ", ".join(f"'{v}'" for v in _from_worst(before.pack)) + "], {}.v)"
    step = f"sign({rank.format('a')} - {rank.format('b')}) * 0.001"
    better = f"coalesce(a.amount, 0) - coalesce(b.amount, 0) + {step}"
    return connection.execute(
        f"WITH {', '.join(sides)} SELECT b.v, a.v, count(*), sum(b.amount), sum(a.amount),"
        f" count(*) FILTER (WHERE {better} > 0), count(*) FILTER (WHERE {better} < 0)"
        f' FROM b JOIN a USING ("{duck.ROW}") GROUP BY 1, 2'
    ).fetchall()


def _from_worst(pack: Pack) -> list[str]:
    if pack.judges_assets:
        return ["must", "should", "examine", "undecided", "fine", "outside"]
    return ["ineligible", "undecided", "eligible"]
