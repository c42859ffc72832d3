"""Packs from folders: YAML with line numbers, tables from CSV, and what is wrong said by file and line."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from .mistakes import schema_problems
from .pack import Pack
from .source import Problem, Source, said_by
from .spelling import did_you_mean
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_FILE_BYTES = 5_000_000
MAX_ROWS = 10_000


class UnknownPack(KeyError):
    """No folder of packs holds a pack of this id; `known` are those there are."""

    def __init__(self, pack_id: str, known: Iterable[str] = ()) -> None:
        super().__init__(pack_id)
        self.known = tuple(known)

    @property
    def what(self) -> _:
        meant = did_you_mean(self.args[0], self.known)
        if meant:
            return _("There is no pack “{id}”. {meant}", id=self.args[0], meant=meant)
        return _("There is no pack “{id}”. `huanxin packs list` names them.", id=self.args[0])

    def __str__(self) -> str:
        return self.what.say()


def read_table(
    path: Path, folder: Path
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], list[Problem]]:
    """A table's columns and rows as text. The path may not lead out of the pack's folder."""

    def refuse(what: _, instead: _) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], list[Problem]]:
        return (), (), [Problem(path, 1, what, instead)]

    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return refuse(_("the table lies outside the pack's folder"), _("Put it into tables/."))
        if path.stat().st_size > MAX_FILE_BYTES:
            return refuse(_("the table is larger than 5 MB"), _("Split it."))
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True))
    except FileNotFoundError:
        return refuse(_("the table's file is missing"), _("Tables stand in the folder tables/."))
    except UnicodeDecodeError:
        return refuse(_("the table is not UTF-8"), _("Save it as CSV UTF-8."))
    except (OSError, ValueError, csv.Error) as error:
        return refuse(_("the table cannot be read: {said}", said=said_by(error)), _("Save it as CSV UTF-8."))
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        return refuse(_("the table is empty"), _("Its first line names the columns."))
    if len(lines) == 1:
        return refuse(_("the table has no rows"), _("Fill it in, or remove it."))
    if len(lines) > MAX_ROWS:
        what = _("the table has {n} rows; {most} are the most", n=len(lines) - 1, most=MAX_ROWS)
        return refuse(what, _("Split it."))
    columns = tuple(name.strip() for name in lines[0])
    problems = [
        Problem(
            path,
            number,
            _("the row has {n} cells, the heading {wanted}", n=len(row), wanted=len(columns)),
            _("Fill in or remove cells."),
        )
        for number, row in enumerate(lines[1:], start=2)
        if len(row) != len(columns)
    ]
    if len(set(columns)) != len(columns) or "" in columns:
        problems.append(
            Problem(path, 1, _("columns need names, each its own"), _("Name each column in the first line."))
        )
    rows = tuple(tuple(c.strip() for c in row) for row in lines[1:] if len(row) == len(columns))
    return columns, rows, problems


def _fill_tables(source: Source, folder: Path) -> list[Problem]:
    problems: list[Problem] = []
    tables = source.data.get("tables")
    for name, table in tables.items() if isinstance(tables, dict) else ():
        if not isinstance(table, dict) or not isinstance(table.get("file"), str):
            continue
        columns, rows, found = read_table(folder / "tables" / table["file"], folder)
        problems += found
        table["columns"], table["rows"] = columns, rows
        for wanted in _columns_named(table):
            if columns and wanted not in columns:
                problems.append(
                    source.problem(
                        ("tables", name),
                        _("the table “{file}” has no column “{column}”", file=table["file"], column=wanted),
                        _("Its columns: {columns}.", columns=", ".join(columns)),
                    )
                )
    return problems


def _columns_named(table: dict[str, Any]) -> list[str]:
    match, gives = table.get("match"), table.get("gives")
    named: list[str] = []
    for value in match.values() if isinstance(match, dict) else ():
        named += [value] if isinstance(value, str) else [v for v in value.values() if isinstance(v, str)]
    if isinstance(gives, str):
        return [*named, gives]
    return [*named, *gives] if isinstance(gives, dict | list) else named


def read(folder: Path) -> tuple[Pack | None, Source, list[Problem]]:
    """Read one pack's folder; the pack is None where the form is wrong. Expressions are not looked at yet."""
    source = Source(folder / "pack.yaml")
    problems = list(source.problems)
    if not isinstance(source.data, dict):
        if not problems:
            problems.append(
                source.problem((), _("a pack is a list of keys and values"), _("Begin with `pack: …`."))
            )
        return None, source, problems
    problems += _fill_tables(source, folder)
    problems += _inherit_facts(source, folder)
    try:
        pack = Pack.model_validate(source.data)
    except ValidationError as error:
        return None, source, problems + schema_problems(source, error, Pack)
    if pack.id != folder.resolve().name:
        problems.append(
            source.problem(
                ("pack",),
                _("the pack is called “{id}”, its folder “{folder}”", id=pack.id, folder=folder.name),
                _("Rename one of them."),
            )
        )
    return pack, source, problems


def _inherit_facts(source: Source, folder: Path) -> list[Problem]:
    """A limit or duty pack asks nothing of its own: its facts are those of the kind it judges."""
    kind = source.data.get("asset")
    if not isinstance(kind, str) or source.data.get("kind") == "asset":
        return []
    if source.data.get("facts"):
        return [
            source.problem(
                ("facts",), _("a pack with `asset:` has the facts of that kind and none of its own")
            )
        ]
    home = _find_kind(kind, folder)
    if home is None:
        return [
            source.problem(("asset",), _("there is no kind “{kind}”", kind=kind), _kind_meant(kind, folder))
        ]
    facts = Source(home / "pack.yaml")
    if facts.problems or not isinstance(facts.data, dict):
        return facts.problems
    source.data["facts"] = facts.data.get("facts", {})
    return []


def _kind_meant(kind: str, folder: Path) -> _:
    roots = {*pack_folders(), folder.resolve().parent.parent}
    known = sorted({home.parent.name for root in roots for home in root.glob("assets/*/pack.yaml")})
    return did_you_mean(kind, known) or _("Kinds stand in packs/assets/.")


def _find_kind(kind: str, folder: Path) -> Path | None:
    """An office's own folder may lack the kind: then ours is taken."""
    roots = [*reversed(pack_folders()), folder.resolve().parent.parent]
    return next(
        (r / "assets" / kind for r in reversed(roots) if (r / "assets" / kind / "pack.yaml").is_file()), None
    )


def pack_folders() -> list[Path]:
    """Where packs are looked for: ours, then those that HUANXIN_PACKS names; a later one wins."""
    here = Path(__file__).resolve().parents[1]
    ours = next(p for p in (here / "_packs", here.parents[1] / "packs") if p.is_dir())
    named = os.environ.get("HUANXIN_PACKS", "")
    return [ours, *(Path(name) for name in named.split(os.pathsep) if name)]
