"""Rows of a person's file: which columns are facts, and the first cell that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from .facts import FactError
from .spelling import did_you_mean
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .facts import Fact
    from .pack import Pack

# What a column of a file may be called beside the facts: what we write into files ourselves.
_KEYS = frozenset({"asset", "place", "claim", "sample", "id", "no", "row"})


class BadRows(ValueError):
    """A file whose rows cannot be judged: what is wrong, where, and what to write instead."""

    def __init__(self, what: _) -> None:
        super().__init__(what.say("en"))
        self.what = what

    def __str__(self) -> str:
        return self.what.say()


def rows_of(cases: Path) -> exp.Select:
    """A SELECT over a Parquet or CSV file."""
    reader = "read_parquet" if cases.suffix == ".parquet" else "read_csv"
    return exp.select("*").from_(exp.Anonymous(this=reader, expressions=[exp.Literal.string(str(cases))]))


def columns_of(connection: duckdb.DuckDBPyConnection, cases: Path) -> dict[str, str]:
    """The columns of a file with their types. Raises `BadRows` for a file that is no such table."""
    with cases.open("rb") as stream:
        is_sheet = stream.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    if is_sheet:
        raise BadRows(
            _(
                "{file} is a spreadsheet. Save it as CSV UTF-8, one line of headings, or as Parquet.",
                file=cases,
            )
        )
    try:
        described = connection.execute(f"DESCRIBE {rows_of(cases).sql('duckdb')}").fetchall()
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise BadRows(
            _(
                "{file} cannot be read as a table. Save it as CSV UTF-8, one line of headings, or as"
                " Parquet. ({said})",
                file=cases,
                said=said,
            )
        ) from error
    return {name: kind for name, kind, *_rest in described}


def notes_on(pack: Pack, columns: Iterable[str], used: Iterable[str]) -> list[_]:
    """Columns that are no fact of the pack, and facts that its checks rest on and no column gives."""
    given = list(columns)
    open_facts = [name for name in pack.facts if name not in given]
    notes = []
    for name in given:
        if name in pack.facts or name in _KEYS:
            continue
        meant = did_you_mean(name, open_facts)
        if meant:
            notes.append(_("The column “{name}” is no fact and is left out. {meant}", name=name, meant=meant))
        else:
            notes.append(_("The column “{name}” is no fact and is left out.", name=name))
    lacking = [name for name in open_facts if name in set(used)]
    if lacking:
        notes.append(_("No column gives {names}: unknown in every row.", names=", ".join(lacking)))
    return notes


def first_bad_cell(
    connection: duckdb.DuckDBPyConnection, facts: Mapping[str, Fact], cases: Path, columns: Mapping[str, str]
) -> BadRows | None:
    """The first cell that is no value of its fact, with its row; asked for only where a query failed."""
    numbered = f'SELECT *, row_number() OVER () AS "#n" FROM ({rows_of(cases).sql("duckdb")})'
    for name in columns:
        if name not in facts:
            continue
        cell = exp.to_identifier(name, quoted=True).sql("duckdb")
        found = connection.execute(
            f'SELECT "#n", {cell}::VARCHAR FROM ({numbered}) WHERE {cell} IS NOT NULL'
            f' AND TRY_CAST({cell} AS {facts[name].duck_type}) IS NULL ORDER BY "#n" LIMIT 1'
        ).fetchone()
        if found is None:
            continue
        # The line of headings is the first of a CSV file.
        n = found[0] if cases.suffix == ".parquet" else found[0] + 1
        return BadRows(
            _(
                "{file}, row {n}, column “{name}”: {what}",
                file=cases,
                n=n,
                name=name,
                what=_why(facts[name], found[1]),
            )
        )
    return None


def odd_choices(
    connection: duckdb.DuckDBPyConnection, facts: Mapping[str, Fact], cases: Path, columns: Mapping[str, str]
) -> list[_]:
    """Cells of choices that hold no code of them, which no condition could meet. One scan a choice."""
    notes = []
    for name in (n for n in columns if n in facts and facts[n].of):
        cell = exp.to_identifier(name, quoted=True).sql("duckdb")
        codes = ", ".join(exp.Literal.string(code).sql("duckdb") for code in facts[name].of)
        found = connection.execute(
            f"SELECT {cell}::VARCHAR, count(*) FROM ({rows_of(cases).sql('duckdb')})"
            f" WHERE {cell}::VARCHAR NOT IN ({codes}) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
        ).fetchone()
        if found is not None:
            what = _why(facts[name], found[0])
            notes.append(_("The column “{name}”, {n} times: {what}", name=name, n=f"{found[1]:,}", what=what))
    return notes


def _why(fact: Fact, cell: str) -> _ | FactError:
    try:
        fact.parse(cell)
    except FactError as error:
        return error.of_file()
    if fact.of:
        instead = _("Write one of: {codes}.", codes="; ".join(fact.of))
        return _("“{cell}” is not written as a file needs it. {instead}", cell=cell, instead=instead)
    kinds = {
        "decimal": _("Write a number in digits alone."),
        "integer": _("Write a number in digits alone."),
        "date": _("Write year-month-day, such as 2024-04-24."),
        "boolean": _("Write true or false."),
    }
    return _(
        "“{cell}” is not written as a file needs it. {instead}",
        cell=cell,
        instead=kinds.get(fact.type, _("")),
    )
