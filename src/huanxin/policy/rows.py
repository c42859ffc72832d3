"""Rows of a person's file: how it is read, and which of its columns are facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from .spelling import did_you_mean
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .pack import Pack

# What a column of a file may be called beside the facts: what we write into files ourselves.
_KEYS = frozenset({"asset", "place", "claim", "sample", "id", "no", "row"})


class CannotTry(ValueError):
    """What keeps a what-if from being tried: each thing with where it is and what to write instead."""

    def __init__(self, *what: _) -> None:
        super().__init__(*(one.say("en") for one in what))
        self.what = what

    def __str__(self) -> str:
        return "\n".join(one.say() for one in self.what)


class BadRows(CannotTry):
    """A file whose rows cannot be judged."""


def rows_of(cases: Path) -> exp.Select:
    """A SELECT over a Parquet or CSV file. In a CSV all cells are text, all lines but the first rows."""
    file: list[exp.Expr] = [exp.Literal.string(str(cases))]
    if cases.suffix == ".parquet":
        return exp.select("*").from_(exp.Anonymous(this="read_parquet", expressions=file))
    options = {"all_varchar": exp.true(), "header": exp.true(), "skip": exp.Literal.number(0)}
    # Else lines before one that looks like headings, or after a #, are passed over.
    options["comment"] = exp.Literal.string("")
    given = [exp.EQ(this=exp.to_identifier(name), expression=value) for name, value in options.items()]
    return exp.select("*").from_(exp.Anonymous(this="read_csv", expressions=[*file, *given]))


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
